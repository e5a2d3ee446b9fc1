/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "did you mean ...": of names that there are, the one that somebody may have wanted to type. */
#ifndef MMX_BASE_SUGGEST_H
#define MMX_BASE_SUGGEST_H

#include <stddef.h>

#define MMX_SUGGEST_NAME 64

/**
 * struct mmx_suggest - what was typed, and the nearest name that was offered so far
 * @near: slips that it is away: a letter too many, too few, another one, or two that changed places. The name
 *	  counts only with fewer than that.
 * @words: "; did you mean NAME?", to be put behind what is said of @wanted; "" while there is none
 */
struct mmx_suggest {
	char wanted[MMX_SUGGEST_NAME];
	size_t len;
	unsigned int near;
	char words[MMX_SUGGEST_NAME + 24];
};

/** mmx_suggest_begin() - for @len letters of @wanted; what is short must be nearly right, what is very long is let be */
void mmx_suggest_begin(struct mmx_suggest *s, const char *wanted, size_t len);

/** mmx_suggest_offer() - a name that there is; among equally near ones the first counts */
void mmx_suggest_offer(struct mmx_suggest *s, const char *name);

/** mmx_suggest_offer_as() - the same for a name that is to be written in another way */
void mmx_suggest_offer_as(struct mmx_suggest *s, const char *name, const char *shown);

#endif
