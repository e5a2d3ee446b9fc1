// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the flags of a request for memory are called, by the kernel's own table, with which it prints them. Up to
 * 6.2 bit 9 was __GFP_ATOMIC; names of the table tell what a kernel means by a bit.
 */
#ifndef MMX_MM_GFP_NAMES_H
#define MMX_MM_GFP_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"

struct mmx_view;

/** struct mmx_gfp_name - a name and its bits: one of "__GFP_IO", several of "GFP_KERNEL" */
struct mmx_gfp_name {
	uint64_t mask;
	char name[40];
};

/** struct mmx_gfp_names - in the order of the table, which has those of several bits first */
struct mmx_gfp_names {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_gfp_name);
};

/** mmx_gfp_names_find() - read the table: mmx_know_gfp_names() keeps it */
int mmx_gfp_names_find(struct mmx_gfp_names *names, struct mmx_view *view, struct mmx_err *err);
void mmx_gfp_names_free(struct mmx_gfp_names *names);

/** mmx_gfp_bits() - of one name; 0 on a kernel that does not have it */
uint64_t mmx_gfp_bits(const struct mmx_gfp_names *names, const char *name);

/** mmx_gfp_parse() - "GFP_KERNEL|__GFP_THISNODE" or a word in hex; -1 and @err when a name is none */
int mmx_gfp_parse(const struct mmx_gfp_names *names, const char *text, uint64_t *gfp,
		  struct mmx_err *err);

/** mmx_gfp_print() - as the kernel prints them: "GFP_USER|__GFP_ZERO" */
void mmx_gfp_print(const struct mmx_gfp_names *names, uint64_t gfp, char *text, size_t size);

#endif
