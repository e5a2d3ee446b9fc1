// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was built into the kernel: options of its configuration as the dump lets one infer them, each from a symbol, a
 * struct, a member, an enumerator or a value; and the configuration itself, where the kernel keeps it (IKCONFIG).
 */
#ifndef MMX_KERNEL_CONFIG_H
#define MMX_KERNEL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct mmx_view;

#define MMX_CONFIG_TEXT 128

/**
 * struct mmx_config_option - an option, or what follows from some
 * @name: without CONFIG_; where releases call it differently, the newest name
 * @value: "y", "m", "n", a number, or empty: the dump does not tell
 * @evidence: what it was inferred from, or why it was not
 * @now: what it was set to when it ran, or empty
 * @disagrees: the kernel's own configuration says otherwise
 * @says: what that says, or empty without one
 */
struct mmx_config_option {
	const char *name;
	char value[MMX_CONFIG_TEXT];
	char evidence[MMX_CONFIG_TEXT];
	char now[MMX_CONFIG_TEXT];
	char says[MMX_CONFIG_TEXT];
	bool disagrees;
};

/**
 * struct mmx_ikconfig - the configuration as the kernel keeps it
 * @text: NUL-terminated, NULL when there is none; @why: why not
 */
struct mmx_ikconfig {
	char *text;
	size_t len;
	struct mmx_err why;
};

/** mmx_ikconfig_read() - find and unpack it; @c->text is NULL, and @c->why says why, when that fails */
void mmx_ikconfig_read(struct mmx_ikconfig *c, struct mmx_view *view);
void mmx_ikconfig_free(struct mmx_ikconfig *c);

/**
 * mmx_ikconfig_value() - what it says of one of several names that stand behind each other, a | between two
 * "n" of an option that is not set, and of one that it does not have.
 */
void mmx_ikconfig_value(const struct mmx_ikconfig *c, const char *names,
			char value[MMX_CONFIG_TEXT]);

/** mmx_config_options() - how many there are */
size_t mmx_config_options(void);

/** mmx_config_infer() - one of them; @c: to hold it against, may be without text */
void mmx_config_infer(struct mmx_config_option *o, size_t i, struct mmx_view *view,
		      const struct mmx_ikconfig *c);

#endif
