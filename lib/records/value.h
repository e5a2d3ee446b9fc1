// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values: of a kind, and given, or not, and why not. A 0 never stands for what is not known.
 */
#ifndef MMX_RECORDS_VALUE_H
#define MMX_RECORDS_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "image/image.h"

enum mmx_kind {
	MMX_ADDR, /* a virtual or physical address */
	MMX_PFN,
	MMX_HEX,    /* a raw word */
	MMX_COUNT,  /* a number from 0 on */
	MMX_NUMBER, /* one that may be negative */
	MMX_BYTES,
	MMX_TEXT,
	MMX_WORD, /* one of a set of words; the value is its number */
	MMX_BOOL,
	MMX_FLAGS, /* a raw word and the names of its bits */
	MMX_TROUBLE, /* why something is not known, or what is wrong: a text, and none when all is well */
	/* What has fields of its own: */
	MMX_BLOCK,
	MMX_TABLE,  /* rows; in text a line each */
	MMX_LIST,   /* rows; in text a block each */
	MMX_TREE,   /* rows below each other */
	MMX_MATRIX, /* numbers by row and column */
	MMX_FIELDS, /* no field itself: others, declared elsewhere, that stand here */
};

/** enum mmx_state - whether there is a value */
enum mmx_state {
	MMX_GIVEN,
	MMX_NONE,    /* this row has no such field: it is left out */
	MMX_NULL,    /* there is no such thing here */
	MMX_ABSENT,  /* not in the dump, and why */
	MMX_UNKNOWN, /* not found out, with a sentence why */
};

/** struct mmx_words - what the numbers of a MMX_WORD stand for: a function or an array has the words */
struct mmx_words {
	unsigned int n;
	const char *(*name)(unsigned int i);
	const char *const *list;
};

/** mmx_word_of() - NULL for a number that there is no word for */
static inline const char *mmx_word_of(const struct mmx_words *words, uint64_t i)
{
	if (i >= words->n)
		return NULL;
	return words->list ? words->list[i] : words->name(i);
}

/** enum mmx_change_of - of a NUMBER that is a change: text has its sign whatever it is, and of bytes 1.5G */
enum mmx_change_of { MMX_CHANGE_OF_NOTHING, MMX_CHANGE_OF_NUMBER, MMX_CHANGE_OF_BYTES };

#define MMX_SCRATCH_NAMES 64

/** struct mmx_scratch - where a getter puts what is longer than a word; good until the next value */
struct mmx_scratch {
	char text[512];
	const char *names[MMX_SCRATCH_NAMES];
	struct mmx_err err;
};

/**
 * struct mmx_value - one value
 * @word: ADDR, PFN, HEX, COUNT, BYTES, WORD, FLAGS
 * @err: TROUBLE, and of any kind what is UNKNOWN
 * @told: another value tells why this one is absent
 * @change_of: enum mmx_change_of
 * @cells: of a TEXT: its letters are cells of a map, to be drawn in their colours; 2: the second half of them lies
 *	below the first. Only for what is drawn in colour
 */
struct mmx_value {
	enum mmx_kind kind;
	enum mmx_state state;
	union {
		uint64_t word;
		int64_t count;
		bool truth;
		const char *text;
		enum mmx_read absent;
		const struct mmx_err *err;
	};
	union {
		const char *const *names;      /* FLAGS */
		const struct mmx_words *words; /* WORD */
	};
	bool told;
	uint8_t cells;
	uint8_t change_of;
	unsigned int n_names;
	struct mmx_scratch *scratch;
};

static inline void mmx_value_none(struct mmx_value *v)
{
	v->state = MMX_NONE;
}

static inline void mmx_value_null(struct mmx_value *v)
{
	v->state = MMX_NULL;
}

/** mmx_value_absent() - a value that rests on reading: whether it is absent, with why */
static inline bool mmx_value_absent(struct mmx_value *v, enum mmx_read read)
{
	if (read) {
		v->state = MMX_ABSENT;
		v->absent = read;
	}
	return read;
}

/** mmx_value_unknown() - it was not found out; @err may be the scratch's */
static inline void mmx_value_unknown(struct mmx_value *v, const struct mmx_err *err)
{
	v->state = MMX_UNKNOWN;
	v->err = err;
}

/** mmx_value_textf() - a text of the scratch's */
void mmx_value_textf(struct mmx_value *v, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
