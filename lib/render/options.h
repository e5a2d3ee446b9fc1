// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The options that every command has: how its results are to look. Each front end takes them from
 * here, wherever it lets them stand, and shows them in its help.
 */
#ifndef MMX_RENDER_OPTIONS_H
#define MMX_RENDER_OPTIONS_H

#include "render/out.h"

/**
 * struct mmx_out_option - "--NAME" or, with @arg, "--NAME ARG" and "--NAME=ARG"
 * @place: where in struct mmx_out_options it is kept: a bool, or with @arg a text
 */
struct mmx_out_option {
	const char *name;
	const char *arg;
	const char *help;
	size_t place;
};

/** mmx_out_option_table() - all of them, *n entries */
const struct mmx_out_option *mmx_out_option_table(size_t *n);

/** mmx_out_option_set() - @value is kept, not copied; NULL without an argument */
void mmx_out_option_set(struct mmx_out_options *o, const struct mmx_out_option *option,
			const char *value);

/**
 * mmx_out_options_take() - take them out of a command's words
 * @argv: what is left moves up; behind "--" nothing is taken
 *
 * Returns how many words are left.
 */
int mmx_out_options_take(struct mmx_out_options *o, int argc, char **argv);

#endif
