// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Derivations (base/steps.h) as records: a table of numbered steps. Who has one defines where it is, and shows it by
 * a field of kind MMX_TABLE, which only an option asks for:
 *
 *	static const struct mmx_steps *derivation(const struct mmx_rows *r) { return &page_of(r)->steps; }
 *	MMX_STEPS_RECORD(steps, derivation);
 *	{"steps", MMX_TABLE, "with -e: ...", .title = "derivation", .may = MMX_OR_NONE, .record = &steps},
 */
#ifndef MMX_RECORDS_STEPS_H
#define MMX_RECORDS_STEPS_H

#include "base/steps.h"
#include "records/record.h"

extern const struct mmx_field mmx_step_fields[];

/** struct mmx_shown_step - a row: a step, and those that it refers to */
struct mmx_shown_step {
	const struct mmx_steps *steps;
	const struct mmx_step *step;
};

/** mmx_steps_next() - the row behind the last one; what does not hold goes into the coverage */
const void *mmx_steps_next(struct mmx_rows *r, const struct mmx_steps *steps);

/**
 * MMX_STEPS_RECORD() - a static record of that name
 * @find: const struct mmx_steps *find(struct mmx_rows *r), with r->above the row that has them; NULL: there are none
 */
#define MMX_STEPS_RECORD(id, find)                                            \
	static bool has_##id(struct mmx_rows *r)                              \
	{                                                                     \
		return find(r);                                               \
	}                                                                     \
	static const void *next_of_##id(struct mmx_rows *r)                   \
	{                                                                     \
		return mmx_steps_next(r, find(r));                            \
	}                                                                     \
	static const struct mmx_record id = {                                 \
		.name = "step",                                               \
		.doc = "a step of a derivation: a value, and how it follows", \
		.fields = mmx_step_fields,                                    \
		.state_size = sizeof(struct mmx_shown_step),                  \
		.has = has_##id,                                              \
		.next = next_of_##id,                                         \
	}

#endif
