// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bytes of memory as they are, of a kernel, physical or user address, with those that are missing: each byte is
 * known, or there is a reason why not. User memory is read where it is: in a frame, in the page cache of the file that is
 * mapped there, or in swap as far as that is in the dump.
 */
#ifndef MMX_MM_PEEK_H
#define MMX_MM_PEEK_H

#include <stddef.h>
#include <stdint.h>

#include "base/coverage.h"

struct mmx_view;

/* SPACE(entry, "word"): whose address it is */
#define MMX_PEEK_SPACES(SPACE)      \
	SPACE(KERNEL, "kernel")     \
	SPACE(PHYSICAL, "physical") \
	SPACE(USER, "user")

enum mmx_peek_space {
#define SPACE(id, word) MMX_PEEK_##id,
	MMX_PEEK_SPACES(SPACE)
#undef SPACE
		MMX_PEEK_SPACE_COUNT
};

const char *mmx_peek_space_name(unsigned int space);

/* What is asked for at once has no more bytes. */
#define MMX_PEEK_MAX (16u << 20)

/**
 * struct mmx_peek - bytes
 * @coverage: what kept bytes from being known; @found counts those that are
 * @v: as many as were asked for; what is missing is 0 and counts for nothing
 * @why: of each byte 0, or the number of a reason: mmx_reason(&p->reasons, p->why[i])
 */
struct mmx_peek {
	struct mmx_coverage coverage;
	uint64_t addr;
	size_t n;
	unsigned char *v;
	uint8_t *why;
	struct mmx_reasons reasons;
};

/**
 * mmx_peek() - read @n bytes; -1 without memory, when they are too many, or end beyond all addresses
 * @mm: of a user address
 */
int mmx_peek(struct mmx_peek *p, struct mmx_view *view, enum mmx_peek_space space, uint64_t mm,
	     uint64_t addr, size_t n, struct mmx_err *err);
void mmx_peek_free(struct mmx_peek *p);

/** mmx_peek_missing() - why the first of @n bytes from @at on that are missing is; NULL when all are known */
const struct mmx_err *mmx_peek_missing(const struct mmx_peek *p, size_t at, size_t n);

#endif
