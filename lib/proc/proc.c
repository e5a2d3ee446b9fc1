// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proc/proc.h"

static const struct mmx_proc_entry *const entries[] = {
#define ENTRY(name) &mmx_proc_##name,
	MMX_PROC_ENTRIES(ENTRY)
#undef ENTRY
};

/* A path that begins with a number is of that process; PIDs are decimal, as in /proc itself. */
bool mmx_proc_find(struct mmx_proc *p, const char *asked)
{
	bool of_process = isdigit((unsigned char)*asked);

	for (p->pid = 0; isdigit((unsigned char)*asked) && p->pid < INT32_MAX; asked++)
		p->pid = p->pid * 10 + (*asked - '0');
	if (of_process && *asked++ != '/')
		return false;
	for (p->nr = 0; p->nr < MMX_PROC_COUNT; p->nr++) {
		p->entry = entries[p->nr];
		if (p->entry->of_process == of_process && !strcmp(p->entry->name, asked))
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
	enum mmx_by by = p->entry->by;

	p->first = 0;
	p->last = p->size - 1;
	if (!where || !where->given)
		return 0;
	if (!p->entry->words || where->given != 1u << by)
		return mmx_fail(err, MMX_EUSAGE, "of %s there is no range", p->entry->name);
	if (where->range[by].first >= p->size)
		return mmx_fail(err, MMX_ENOTFOUND, "%s ends at 0x%" PRIx64, p->entry->name,
				p->size);
	p->first = where->range[by].first;
	if (where->range[by].last < p->last)
		p->last = where->range[by].last;
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
	words->word += before;
	words->read += before;
	words->n -= before;
	if (words->first > p->last)
		words->n = 0;
	else if (words->n > p->last - words->first + 1)
		words->n = p->last - words->first + 1;
}

static void judge(struct mmx_proc *p, const struct mmx_proc_words *words)
{
	for (uint32_t i = 0; i < words->n; i++) {
		uint64_t doubt = 0;

		if (words->read[i])
			p->missing++;
		else if (p->entry->doubt)
			doubt = p->entry->doubt(p, le64toh(words->word[i]));
		p->in_doubt += doubt != 0;
		p->unknown_bits |= doubt;
	}
}

int mmx_proc_words(struct mmx_proc *p, struct mmx_proc_words *words, struct mmx_err *err)
{
	int ret = p->entry->words(p, words, err);

	if (ret <= 0)
		return ret;
	cut(p, words);
	judge(p, words);
	return 1;
}

int mmx_proc_write(struct mmx_proc *p, struct mmx_err *err)
{
	struct mmx_proc_words words;
	int ret;

	if (p->entry->write)
		return p->entry->write(p, err);
	while ((ret = mmx_proc_words(p, &words, err)) > 0)
		p->sink->write(p->sink->arg, (const char *)words.word,
			       words.n * sizeof(*words.word));
	return ret;
}
