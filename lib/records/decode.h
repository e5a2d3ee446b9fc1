/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MMX_RECORDS_DECODE_H
#define MMX_RECORDS_DECODE_H

#include "mm/words/lexicon.h"
#include "mm/words/told.h"
#include "records/record.h"

/**
 * struct mmx_decode_answer - what decodex shows
 * @next: the next word or report, NULL behind the last; it lives until the next call
 * @text: it reads text, of which @lines were read, with so many @reports
 */
struct mmx_decode_answer {
	const struct mmx_lexicon *lexicon;
	const struct mmx_told *(*next)(void *arg);
	void *arg;
	bool text;
	uint64_t lines, reports;
};

#endif
