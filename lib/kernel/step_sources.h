// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the constants of a derivation are from: symbols, types, members that are read, regions. Each is the value
 * too, when @s is NULL (base/steps.h).
 */
#ifndef MMX_KERNEL_STEP_SOURCES_H
#define MMX_KERNEL_STEP_SOURCES_H

#include "base/steps.h"
#include "kernel/layout.h"
#include "kernel/region.h"
#include "kernel/view.h"

struct mmx_kernel;

/** mmx_read_term() - a term of a value that was read, or was not */
static inline struct mmx_term mmx_read_term(enum mmx_read read, uint64_t v)
{
	struct mmx_term term = {.v = read ? 0 : v, .absent = (uint8_t)read};

	return term;
}

/** mmx_step_symbol() - the address of a symbol; without one no value */
struct mmx_term mmx_step_symbol(struct mmx_steps *s, const struct mmx_kernel *k, const char *name);

/** mmx_step_region() - where a region of the address space begins, by its source; no value when that is not known */
struct mmx_term mmx_step_region(struct mmx_steps *s, const struct mmx_kernel *k,
				enum mmx_region_id id);

/** mmx_step_size() - sizeof a struct */
struct mmx_term mmx_step_size(struct mmx_steps *s, const struct mmx_kernel *k,
			      enum mmx_layout_struct id);

/** mmx_step_enum() - an enumerator that this kernel has */
struct mmx_term mmx_step_enum(struct mmx_steps *s, const struct mmx_kernel *k,
			      enum mmx_layout_enumerator id);

/** mmx_step_page_shift() - by how many bits page frames are counted */
struct mmx_term mmx_step_page_shift(struct mmx_steps *s, const struct mmx_kernel *k);

/** mmx_step_member_name() - as this kernel has it: "page.compound_head" */
const char *mmx_step_member_name(const struct mmx_kernel *k, enum mmx_layout_member id,
				 char name[static MMX_STEP_WHAT]);

/** mmx_step_member() - a number member of the struct at @base, which is no bit-field, read by its kernel address */
struct mmx_term mmx_step_member(struct mmx_steps *s, struct mmx_view *view, struct mmx_term base,
				enum mmx_layout_member id);

/** mmx_step_member_as_read() - the same of one that was read before: @v */
struct mmx_term mmx_step_member_as_read(struct mmx_steps *s, const struct mmx_kernel *k,
					struct mmx_term base, enum mmx_layout_member id,
					struct mmx_term v);

/** mmx_step_kread() - @bytes, up to 8, at the kernel address @base + @offset */
struct mmx_term mmx_step_kread(struct mmx_steps *s, struct mmx_view *view, const char *what,
			       struct mmx_term base, struct mmx_term offset, unsigned int bytes);

/** mmx_step_variable() - a number of @bytes that a kernel variable holds */
struct mmx_term mmx_step_variable(struct mmx_steps *s, struct mmx_view *view, const char *name,
				  unsigned int bytes);

/** mmx_step_signed() - the same term as one of so many bytes that may be negative */
struct mmx_term mmx_step_signed(struct mmx_steps *s, struct mmx_term term, unsigned int bytes);

#endif
