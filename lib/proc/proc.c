// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"
#include "kernel/view.h"
#include "proc/proc.h"

static const struct mmx_proc_entry *const entries[] = {
#define ENTRY(name) &mmx_proc_##name,
	MMX_PROC_ENTRIES(ENTRY)
#undef ENTRY
};

/* Whether a name is what is asked for; a decimal number may stand for its <N>. */
static bool is_asked(const char *name, const char *asked, unsigned int *n)
{
	const char *number = strstr(name, "<N>");
	size_t before = number ? (size_t)(number - name) : 0;

	if (!number)
		return !strcmp(name, asked);
	if (strncmp(name, asked, before))
		return false;
	asked += before;
	if (!isdigit((unsigned char)*asked))
		return false;
	for (*n = 0; isdigit((unsigned char)*asked) && *n < INT32_MAX / 10; asked++)
		*n = *n * 10 + (*asked - '0');
	return !strcmp(number + strlen("<N>"), asked);
}

/* A path that begins with a number is of that process; PIDs are decimal, as in /proc itself. */
bool mmx_proc_find(struct mmx_proc *p, const char *asked)
{
	bool of_process = isdigit((unsigned char)*asked);

	for (p->pid = 0; isdigit((unsigned char)*asked) && p->pid < INT32_MAX; asked++)
		p->pid = p->pid * 10 + (*asked - '0');
	if (of_process && *asked++ != '/')
		return false;
	for (p->nr = 0; p->nr < MMX_PROC_COUNT; p->nr++) {
		size_t before = of_process ? strlen("PID/") : 0;

		p->entry = entries[p->nr];
		if (p->entry->of_process == of_process &&
		    is_asked(p->entry->name + before, asked, &p->node))
			return true;
	}
	return false;
}

const char *mmx_proc_entry_name(unsigned int i)
{
	return i < MMX_PROC_COUNT ? entries[i]->name : NULL;
}

void mmx_proc_say(struct mmx_proc *p, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	p->watcher.say(p->watcher.arg, text);
}

/* A range is cut to what the file has; one behind its end has nothing in it. */
static int restrict_words(struct mmx_proc *p, const struct mmx_where *where, struct mmx_err *err)
{
	unsigned int shift = p->entry->by == MMX_BY_ADDRESS ? p->view->kernel->arch->page_shift : 0;
	enum mmx_by by = p->entry->by;
	uint64_t first, last;

	p->first = 0;
	p->last = p->size - 1;
	if (!where || !where->given)
		return 0;
	if (!p->entry->words || where->given != 1u << by)
		return mmx_fail(err, MMX_EUSAGE, "of %s there is no range", p->entry->name);
	first = where->range[by].first >> shift;
	last = where->range[by].last >> shift;
	if (first >= p->size)
		return mmx_fail(err, MMX_ENOTFOUND, "%s ends at 0x%" PRIx64, p->entry->name,
				p->size << shift);
	p->first = first;
	if (last < p->last)
		p->last = last;
	return 0;
}

int mmx_proc_open(struct mmx_proc *p, const struct mmx_where *where, struct mmx_err *err)
{
	p->state = calloc(1, p->entry->state_size + 1);
	if (!p->state)
		return mmx_fail_nomem(err);
	if (!p->entry->find(p, err) && !restrict_words(p, where, err))
		return 0;
	mmx_proc_close(p);
	return -1;
}

void mmx_proc_close(struct mmx_proc *p)
{
	if (p->state && p->entry->free)
		p->entry->free(p);
	free(p->state);
	p->state = NULL;
}

static void cut(const struct mmx_proc *p, struct mmx_proc_words *words)
{
	uint64_t before = words->first < p->first ? p->first - words->first : 0;

	if (before > words->n)
		before = words->n;
	words->first += before;
	words->word += words->same ? 0 : before;
	words->read += words->same ? 0 : before;
	words->n -= before;
	if (words->first > p->last)
		words->n = 0;
	else if (words->n > p->last - words->first + 1)
		words->n = p->last - words->first + 1;
}

static void judge(struct mmx_proc *p, const struct mmx_proc_words *words)
{
	if (words->same) {
		p->missing += words->n && *words->read ? words->n : 0;
		return;
	}
	for (uint32_t i = 0; !words->whole && i < words->n; i++)
		p->missing += words->read[i] != MMX_READ_OK;
	if (!p->entry->doubt || !p->unknown_because.code)
		return;
	for (uint32_t i = 0; i < words->n; i++) {
		uint64_t doubt = words->read[i] ? 0 : p->entry->doubt(p, le64toh(words->word[i]));

		p->in_doubt += doubt != 0;
		p->unknown_bits |= doubt;
	}
}

int mmx_proc_words(struct mmx_proc *p, struct mmx_proc_words *words, struct mmx_err *err)
{
	int ret;

	words->same = words->whole = false;
	ret = p->entry->words(p, words, err);

	if (ret <= 0)
		return ret;
	cut(p, words);
	judge(p, words);
	return 1;
}

static void put_words(const struct mmx_sink *sink, const struct mmx_proc_words *words)
{
	uint64_t same[512];
	size_t most = words->same ? sizeof(same) / sizeof(*same) : words->n;

	for (size_t i = 0; words->same && i < most; i++)
		same[i] = *words->word;
	for (uint64_t done = 0, n; done < words->n; done += n) {
		n = words->n - done < most ? words->n - done : most;
		sink->write(sink->arg, (const char *)(words->same ? same : words->word),
			    n * sizeof(*same));
	}
}

int mmx_proc_write(struct mmx_proc *p, struct mmx_err *err)
{
	struct mmx_proc_words words;
	int ret;

	if (p->entry->write)
		return p->entry->write(p, err);
	while ((ret = mmx_proc_words(p, &words, err)) > 0)
		put_words(p->sink, &words);
	return ret;
}
