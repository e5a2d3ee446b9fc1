/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loose words: what each bit says, what cannot be, what to look at next. One file a kind; words.c has the table
 * of what a user may name.
 */
#ifndef MMX_MM_WORDS_H
#define MMX_MM_WORDS_H

#include "mm/words/lexicon.h"
#include "mm/words/told.h"

/**
 * struct mmx_word_kind - a kind of word, as users name it
 * @name: "pte"
 * @operand, @doc: for help
 * @tell: explain @text, which is the word or names; -1 and @err when it is neither
 */
struct mmx_word_kind {
	const char *name, *operand, *doc;
	int (*tell)(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		    struct mmx_err *err);
};

/** mmx_word_kinds() - the table, a name of NULL behind the last */
const struct mmx_word_kind *mmx_word_kinds(void);

const struct mmx_word_kind *mmx_word_kind_find(const char *name);

/** mmx_word_number() - a word in hex, with 0x or without; what the kernel prints in brackets behind it is passed over */
int mmx_word_number(const char *text, uint64_t *word, struct mmx_err *err);

/* The same of words that are known already. Each adds parts and notes to @t. */
void mmx_tell_entry(struct mmx_told *t, const struct mmx_lexicon *x, unsigned int level,
		    uint64_t raw);
void mmx_tell_flags(struct mmx_told *t, const struct mmx_lexicon *x, uint64_t word);
void mmx_tell_type(struct mmx_told *t, const struct mmx_lexicon *x, uint32_t word);
void mmx_tell_mapcount(struct mmx_told *t, const struct mmx_lexicon *x, uint32_t word);
void mmx_tell_gfp(struct mmx_told *t, const struct mmx_lexicon *x, uint64_t gfp);
void mmx_tell_vm_flags(struct mmx_told *t, const struct mmx_lexicon *x, uint64_t word);
void mmx_tell_mapping(struct mmx_told *t, const char *name, uint64_t word);

/** mmx_tell_hex() - a part that is a number */
void mmx_tell_hex(struct mmx_told *t, const char *name, uint64_t value, const char *meaning);

/* The functions of the table. */
int mmx_word_pte(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		 struct mmx_err *err);
int mmx_word_pmd(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		 struct mmx_err *err);
int mmx_word_pud(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		 struct mmx_err *err);
int mmx_word_p4d(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		 struct mmx_err *err);
int mmx_word_pgd(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		 struct mmx_err *err);
int mmx_word_swap(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		  struct mmx_err *err);
int mmx_word_flags(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		   struct mmx_err *err);
int mmx_word_type(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		  struct mmx_err *err);
int mmx_word_mapcount(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		      struct mmx_err *err);
int mmx_word_mapping(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		     struct mmx_err *err);
int mmx_word_gfp(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		 struct mmx_err *err);
int mmx_word_vma(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		 struct mmx_err *err);

#endif
