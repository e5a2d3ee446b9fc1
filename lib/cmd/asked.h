// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The frames that a command's operands name, one after the other: each operand is a WHAT (what.h), of the
 * options -p, -u and -d. What names no frame gets a line for people, and holes of a range one together.
 *
 *	struct mmx_asked asked;
 *
 *	mmx_asked_begin(&asked, run, &walk);
 *	while (mmx_asked_next(&asked))
 *		use(&walk);
 *	mmx_asked_end(&asked);
 */
#ifndef MMX_CMD_ASKED_H
#define MMX_CMD_ASKED_H

#include "cmd/cmd.h"
#include "cmd/what.h"
#include "mm/frames/page_walk.h"

/* The options that say how operands are to be read. */
#define MMX_ASKED_OPTIONS                                                        \
	{'p', "physical", NULL, "WHAT are physical addresses"},                  \
		{'u', "user", "PID", "WHAT are user addresses of that process"}, \
	{                                                                        \
		'd', "decimal", NULL, "numbers are decimal"                      \
	}

/**
 * struct mmx_asked - a walk over those frames
 * @walk: where it is
 * @what: the run of frames that the current one is of
 * @status: of what is no page's
 */
struct mmx_asked {
	struct mmx_run *run;
	struct mmx_page_walk *walk;
	struct mmx_what_walk what;
	enum mmx_exit status;
	/* Private. */
	struct mmx_users users;
	struct mmx_what_options options;
	int operand; /* the next one */
	bool in_operand, walking;
	uint64_t asked, holes,
		first_hole; /* frames of the current operand, and those without a struct page */
};

void mmx_asked_begin(struct mmx_asked *a, struct mmx_run *run, struct mmx_page_walk *walk);

/** mmx_asked_next() - go to the next frame that has a struct page; false behind the last one */
bool mmx_asked_next(struct mmx_asked *a);

void mmx_asked_end(struct mmx_asked *a);

#endif
