// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"
#include "kernel/texts.h"

#define PIECE    (1u << 20)
#define OVERLAP  4096u /* texts are found whole where two pieces meet */
#define MAX_DATA (512ull << 20)

struct search {
	struct mmx_view *view;
	struct mmx_text *texts;
	unsigned int n;
	char *bytes;
	struct mmx_err missing; /* about what could not be read */
};

/* A text begins behind the end of another one. */
static void search_piece(struct search *s, size_t len)
{
	for (unsigned int i = 0; i < s->n; i++) {
		struct mmx_text *t = &s->texts[i];
		size_t size = strlen(t->begins);
		const char *at = s->bytes;

		while (!*t->text &&
		       (at = memmem(at, len - (at - s->bytes), t->begins, size)) != NULL) {
			if (at > s->bytes && !at[-1] && memchr(at, 0, len - (at - s->bytes)))
				snprintf(t->text, sizeof(t->text), "%s", at);
			at++;
		}
	}
}

static bool all_found(const struct search *s)
{
	for (unsigned int i = 0; i < s->n; i++) {
		if (!*s->texts[i].text)
			return false;
	}
	return true;
}

static void search_range(struct search *s, uint64_t start, uint64_t end)
{
	for (uint64_t at = start; at < end && !all_found(s); at += PIECE - OVERLAP) {
		size_t len = end - at < PIECE ? end - at : PIECE;
		struct mmx_err err;

		if (!mmx_kread_ok(s->view, at, s->bytes, len, "the kernel's read-only data", &err))
			search_piece(s, len);
		else if (!s->missing.code)
			s->missing = err;
	}
}

/* Its types lie among them, and are no texts. */
static void search_all(struct search *s, uint64_t start, uint64_t end)
{
	uint64_t types, types_end;

	if (mmx_symbol_addr(&s->view->kernel->symbols, "__start_BTF", &types) &&
	    mmx_symbol_addr(&s->view->kernel->symbols, "__stop_BTF", &types_end) && start < types &&
	    types < types_end && types_end < end) {
		search_range(s, start, types);
		start = types_end;
	}
	search_range(s, start, end);
}

int mmx_texts_find(struct mmx_view *view, struct mmx_text *texts, unsigned int n,
		   struct mmx_err *err)
{
	struct search s = {.view = view, .texts = texts, .n = n};
	uint64_t start, end;

	if (!mmx_symbol_addr(&view->kernel->symbols, "__start_rodata", &start) ||
	    !mmx_symbol_addr(&view->kernel->symbols, "__end_rodata", &end))
		return mmx_fail(err, MMX_EMISSING,
				"symbols __start_rodata and __end_rodata are needed");
	if (end <= start || end - start > MAX_DATA)
		return mmx_fail(err, MMX_ECORRUPT,
				"read-only data from 0x%" PRIx64 " to 0x%" PRIx64 " make no sense",
				start, end);
	s.bytes = malloc(PIECE);
	if (!s.bytes)
		return mmx_fail_nomem(err);
	for (unsigned int i = 0; i < n; i++)
		*texts[i].text = '\0';
	search_all(&s, start, end);
	free(s.bytes);
	if (!s.missing.code || all_found(&s))
		return 0;
	*err = s.missing;
	return -1;
}
