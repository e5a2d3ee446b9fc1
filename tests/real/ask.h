/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "ask CORE QUESTION" opens a dump and asks the library what the tests want to know and no command prints.
 * The questions lie by subject beside the tests that ask them, named as what they are about in lib/; a file
 * of questions needs no other line anywhere. Each answer is a table, a line a row, its fields separated by
 * tabs; a row "trouble" says what could not be reached.
 */
#ifndef MMX_TESTS_ASK_H
#define MMX_TESTS_ASK_H

#include "mm/knowledge.h"
#include "mm/frames/page_walk.h"
#include "mm/mem.h"
#include "mm/swap/swap_slot.h"

struct ask_question {
	const char *name;
	int (*ask)(const struct mmx_kernel *k); /* returns the exit status: 1 after trouble */
	struct ask_question *next;
};

void ask_enter(struct ask_question *question);

/* A function of this file is a question of its name; it is entered before main() begins. */
#define ASK(function)                                                   \
	static struct ask_question ask_##function;                      \
	__attribute__((constructor)) static void enter_##function(void) \
	{                                                               \
		ask_enter(&ask_##function);                             \
	}                                                               \
	static struct ask_question ask_##function = {#function, function, NULL}

/* The row about what could not be reached, of a frame or of something that has a name; returns 1. */
int ask_trouble(const struct mmx_err *err);
int ask_trouble_at(uint64_t pfn, const struct mmx_err *err);
int ask_trouble_with(const char *name, const struct mmx_err *err);

/* Text of any bytes as a field: a newline and a tab, which end one, as maps writes a newline. */
void ask_text(const char *text);

/* A row of one word. */
void ask_word(uint64_t word);

int ask_walk_all(struct mmx_page_walk *w, const struct mmx_kernel *k, struct mmx_err *err);

/* A page's flags word and references; false when it is not there to be read. */
bool ask_read_page(const struct mmx_kernel *k, uint64_t pfn, uint64_t *flags, int32_t *refs);
bool ask_in_zone(const struct mmx_kernel *k, const struct mmx_zone *zone, uint64_t flags);

/* A slot of swap, as more fields of a row. */
void ask_print_swap(struct mmx_view *view, const struct mmx_swaps *found, unsigned int type,
		    uint64_t offset);

#endif
