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

/* Bytes that are wanted, and where they are: 0 while they were not met. */
struct constant {
	const void *bytes;
	size_t n;
	uint64_t addr;
};

struct search {
	void (*search)(struct search *s, size_t len);
	uint64_t at; /* where the piece lies */
	struct constant *constant;
	struct mmx_view *view;
	struct mmx_text *texts;
	unsigned int n;
	char *bytes;               /* and a NUL behind them */
	bool first[UINT8_MAX + 1]; /* whether a text that is wanted begins so */
	struct mmx_err missing;    /* about what could not be read */
};

static void take(struct search *s, const char *at, size_t len)
{
	for (unsigned int i = 0; i < s->n; i++) {
		struct mmx_text *t = &s->texts[i];

		if (!*t->text && !strncmp(at, t->begins, strlen(t->begins)) && memchr(at, 0, len))
			snprintf(t->text, sizeof(t->text), "%s", at);
	}
}

/* A text begins behind the end of another one. */
static void search_piece(struct search *s, size_t len)
{
	const char *bytes = s->bytes;

	for (size_t i = 1; i < len; i++) {
		if (!bytes[i - 1] && s->first[(unsigned char)bytes[i]])
			take(s, bytes + i, len - i);
	}
}

/* The linker lets a text that another one ends with be its end. */
static void search_ends(struct search *s, size_t len)
{
	for (unsigned int i = 0; i < s->n; i++) {
		struct mmx_text *t = &s->texts[i];

		if (!*t->text && memmem(s->bytes, len, t->begins, strlen(t->begins) + 1))
			snprintf(t->text, sizeof(t->text), "%s", t->begins);
	}
}

static void search_constant(struct search *s, size_t len)
{
	const char *met = memmem(s->bytes, len, s->constant->bytes, s->constant->n);

	if (met && !s->constant->addr)
		s->constant->addr = s->at + (uint64_t)(met - s->bytes);
}

static bool all_found(const struct search *s)
{
	if (s->constant && !s->constant->addr)
		return false;
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

		s->at = at;
		if (!mmx_kread_ok(s->view, at, s->bytes, len, "the kernel's read-only data", &err))
			s->search(s, len);
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

/* Where the read-only data lie, and memory for a piece of them. */
static int begin(struct search *s, uint64_t *start, uint64_t *end, struct mmx_err *err)
{
	const struct mmx_symbols *symbols = &s->view->kernel->symbols;

	if (!mmx_symbol_addr(symbols, "__start_rodata", start) ||
	    !mmx_symbol_addr(symbols, "__end_rodata", end))
		return mmx_fail(err, MMX_EMISSING,
				"symbols __start_rodata and __end_rodata are needed");
	if (*end <= *start || *end - *start > MAX_DATA)
		return mmx_fail(err, MMX_ECORRUPT,
				"read-only data from 0x%" PRIx64 " to 0x%" PRIx64 " make no sense",
				*start, *end);
	s->bytes = calloc(1, PIECE + 1);
	return s->bytes ? 0 : mmx_fail_nomem(err);
}

int mmx_texts_find(struct mmx_view *view, struct mmx_text *texts, unsigned int n,
		   struct mmx_err *err)
{
	struct search s = {.search = search_piece, .view = view, .texts = texts, .n = n};
	uint64_t start, end;

	if (begin(&s, &start, &end, err))
		return -1;
	for (unsigned int i = 0; i < n; i++) {
		*texts[i].text = '\0';
		s.first[(unsigned char)*texts[i].begins] = true;
	}
	search_all(&s, start, end);
	s.search = search_ends;
	search_all(&s, start, end);
	free(s.bytes);
	if (!s.missing.code || all_found(&s))
		return 0;
	*err = s.missing;
	return -1;
}

int mmx_constant_find(struct mmx_view *view, const void *bytes, size_t n, uint64_t *addr,
		      struct mmx_err *err)
{
	struct constant constant = {.bytes = bytes, .n = n};
	struct search s = {.search = search_constant, .view = view, .constant = &constant};
	uint64_t start, end;

	if (begin(&s, &start, &end, err))
		return -1;
	search_all(&s, start, end);
	free(s.bytes);
	*addr = constant.addr;
	if (constant.addr)
		return 1;
	*err = s.missing;
	return s.missing.code ? -1 : 0;
}
