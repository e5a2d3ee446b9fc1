// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Structs of the dead kernel, decoded by table. A table says which members are wanted and where each
 * goes in a struct of ours; what must be there follows from it, and so does what is read:
 *
 *	static const struct mmx_wanted wanted[] = {
 *		MMX_WANT(struct mmx_task, pid, task_struct, pid),
 *		MMX_WANT_TEXT(struct mmx_task, comm, task_struct, comm),
 *		MMX_WANT_IF(struct mmx_task, exit_state, task_struct, exit_state),
 *	};
 *	static const struct mmx_decode task = MMX_DECODE("task_struct", wanted);
 *
 *	if (mmx_decode_read(&task, view, addr, &t, err)) ...
 *
 * A number is extended by the sign of the field that it goes to. MMX_WANT_IF() is for members that not
 * every kernel has; the field of one that is not there stays as it is. MMX_WANT_IN() is for a member of
 * a struct that lies within the one that is read: of the vfsmount that is mount.mnt, say.
 */
#ifndef MMX_KERNEL_DECODE_H
#define MMX_KERNEL_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "kernel/layout.h"
#include "kernel/view.h"

/**
 * struct mmx_wanted - a member that is wanted
 * @within: the member of the struct that is read which @id is a member of, when @nested
 * @at, @size: the field that it goes to
 * @is_signed, @is_bool: the field is
 * @text: the field is an array of characters, and gets a NUL at its end
 * @optional: not every kernel has the member
 */
struct mmx_wanted {
	enum mmx_layout_member id, within;
	uint16_t at;
	uint16_t size;
	bool nested, is_signed, is_bool, text, optional;
};

/** struct mmx_decode - the members of one struct that are wanted; @what: what errors call it */
struct mmx_decode {
	const char *what;
	const struct mmx_wanted *wanted;
	unsigned int n;
};

#define MMX_IS_SIGNED(value) \
	_Generic((value), signed char : 1, short : 1, int : 1, long : 1, long long : 1, default : 0)
#define MMX_IS_BOOL(value) _Generic((value), bool : 1, default : 0)

#define MMX_WANT_AS(type, field, strct, member, ...)                     \
	{                                                                \
		.id = M_##strct##_##member, .at = offsetof(type, field), \
		.size = sizeof(((type *)0)->field),                      \
		.is_signed = MMX_IS_SIGNED(((type *)0)->field),          \
		.is_bool = MMX_IS_BOOL(((type *)0)->field), __VA_ARGS__  \
	}
#define MMX_WANT(type, field, strct, member) MMX_WANT_AS(type, field, strct, member)
#define MMX_WANT_IF(type, field, strct, member) \
	MMX_WANT_AS(type, field, strct, member, .optional = true)
#define MMX_WANT_IN(type, field, outer, inside, strct, member) \
	MMX_WANT_AS(type, field, strct, member, .within = M_##outer##_##inside, .nested = true)
#define MMX_WANT_TEXT(type, field, strct, member) \
	MMX_WANT_AS(type, field, strct, member, .text = true)
#define MMX_WANT_TEXT_IF(type, field, strct, member) \
	MMX_WANT_AS(type, field, strct, member, .text = true, .optional = true)

#define MMX_DECODE(what, wanted)                                   \
	{                                                          \
		what, wanted, sizeof(wanted) / sizeof((wanted)[0]) \
	}

/** mmx_decode_require() - 0 when this kernel has all that must be there, else -1 and which it lacks */
int mmx_decode_require(const struct mmx_decode *d, const struct mmx_layout *l, struct mmx_err *err);

/**
 * mmx_decode_read() - read the struct at @addr into @into
 * -1 with an error that names the member when it is not there, and the struct when it cannot be read.
 */
int mmx_decode_read(const struct mmx_decode *d, struct mmx_view *view, uint64_t addr, void *into,
		    struct mmx_err *err);

/** mmx_decode_into() - the same for callers who have a sentence of their own; a lack is unreadable */
enum mmx_read mmx_decode_into(const struct mmx_decode *d, struct mmx_view *view, uint64_t addr,
			      void *into);

/** mmx_decode_within() - mmx_decode_require(), and all of them lie in the first @size bytes of the struct */
int mmx_decode_within(const struct mmx_decode *d, const struct mmx_layout *l, uint64_t size,
		      struct mmx_err *err);

/**
 * mmx_decode_bytes() - the same out of bytes that were read; @bytes begins where the struct does
 * mmx_decode_within() has said before that they are enough: a layout comes from the dump too.
 */
void mmx_decode_bytes(const struct mmx_decode *d, const struct mmx_layout *l,
		      const unsigned char *bytes, void *into);

#endif
