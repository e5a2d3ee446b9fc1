// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * WHAT: how users name a page. A bare number is a PFN, or a kernel address when it lies in the
 * kernel's address space: of a struct page, of the direct map, of anything that is mapped.
 */
#ifndef MMX_CMD_WHAT_H
#define MMX_CMD_WHAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct mmx_view;

/** enum mmx_what_kind - what a number was taken for */
enum mmx_what_kind {
	MMX_WHAT_PFN,
	MMX_WHAT_PHYS,
	MMX_WHAT_STRUCT_PAGE,
	MMX_WHAT_KERNEL, /* a kernel virtual address */
	MMX_WHAT_USER,
};

/** struct mmx_what - frames [first, last], and the address that was given, where one was */
struct mmx_what {
	enum mmx_what_kind kind;
	uint64_t first, last;
	uint64_t addr;
};

/** struct mmx_what_options - how numbers are to be read */
struct mmx_what_options {
	bool decimal;    /* -d */
	bool physical;   /* -p */
	const char *pid; /* -u PID, or NULL */
};

/** mmx_number() - a number of @text up to @end (or its NUL): hex with or without 0x, or decimal */
int mmx_number(const char *text, const char *end, bool decimal, uint64_t *value);

/** mmx_what_parse() - an operand, "A" or "A-B" */
int mmx_what_parse(struct mmx_what *what, struct mmx_view *view, const char *text,
		   const struct mmx_what_options *options, struct mmx_err *err);

#endif
