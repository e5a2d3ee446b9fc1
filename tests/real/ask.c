// SPDX-License-Identifier: GPL-2.0-or-later
/* The program "ask"; see ask.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "open/open.h"

static struct ask_question *questions;

void ask_enter(struct ask_question *question)
{
	question->next = questions;
	questions = question;
}

int ask_trouble(const struct mmx_err *err)
{
	printf("trouble\t%s\n", err->text);
	return 1;
}

int ask_trouble_at(uint64_t pfn, const struct mmx_err *err)
{
	printf("trouble\tPFN %" PRIx64 ": %s\n", pfn, err->text);
	return 1;
}

int ask_trouble_with(const char *name, const struct mmx_err *err)
{
	printf("trouble\t%s: %s\n", name, err->text);
	return 1;
}

void ask_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '\n' || *text == '\t')
			printf("\\%03o", *text);
		else
			putchar(*text);
	}
}

void ask_word(uint64_t word)
{
	printf("%" PRIx64 "\n", word);
}

int ask_walk_all(struct mmx_page_walk *w, const struct mmx_kernel *k, struct mmx_err *err)
{
	const struct mmx_ranges *pfn = &mmx_mem(k)->sparse.pfn;

	return mmx_page_walk_begin(w, k->view, 0, pfn->v[pfn->n - 1].end, err);
}

bool ask_read_page(const struct mmx_kernel *k, uint64_t pfn, uint64_t *flags, int32_t *refs)
{
	unsigned char page[256];
	uint64_t got;

	if (mmx_mem(k)->page_format.size > sizeof(page) ||
	    mmx_pages_read(k->view, pfn, 1, page, &got))
		return false;
	*flags = mmx_word(page, mmx_mem(k)->page_format.flags);
	*refs = mmx_int(page, mmx_mem(k)->page_format.refcount);
	return true;
}

bool ask_in_zone(const struct mmx_kernel *k, const struct mmx_zone *zone, uint64_t flags)
{
	return mmx_flag_field(&mmx_mem(k)->flags, FIELD_NODE, flags) == zone->node &&
	       mmx_flag_field(&mmx_mem(k)->flags, FIELD_ZONE, flags) == zone->index;
}

static const struct ask_question *question_of(const char *name)
{
	const struct ask_question *q = questions;

	while (q && strcmp(q->name, name))
		q = q->next;
	return q;
}

static int usage(void)
{
	fputs("usage: ask CORE QUESTION, one of", stderr);
	for (const struct ask_question *q = questions; q; q = q->next)
		fprintf(stderr, " %s", q->name);
	fputc('\n', stderr);
	return 2;
}

/* The exit status: the question's own, or 2 when there is no such question or no dump. */
int main(int argc, char **argv)
{
	const struct ask_question *question = argc == 3 ? question_of(argv[2]) : NULL;
	const char *path = argc == 3 ? argv[1] : "";
	struct mmx_kernel *k = NULL;
	struct mmx_image *image;
	struct mmx_err err = {0};
	int status;

	if (!question)
		return usage();
	image = mmx_open_dump(&path, 1, MMX_BACKEND_ANY, &err);
	if (image)
		k = mmx_open(image, NULL, &err);
	if (!k) {
		fprintf(stderr, "%s: %s\n", argv[0], err.text);
		return 2;
	}
	status = question->ask(k);
	mmx_close(k);
	return status;
}
