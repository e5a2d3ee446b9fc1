// SPDX-License-Identifier: GPL-2.0-or-later
/* What changed from a moment of a machine to another one: things that came, went, or have other numbers. */
#ifndef MMX_MM_CHANGES_H
#define MMX_MM_CHANGES_H

#include "mm/moments/moment.h"

/**
 * struct mmx_change - a thing that is not as it was
 * @before, @after: NULL where it was not, or is no more
 * @size, @less: how much of it changed, by what its subject is sorted by, and then by what else it has
 */
struct mmx_change {
	struct mmx_measured *before, *after;
	uint64_t size, less;
};

/** struct mmx_changes_of - those of a subject, the largest first; @both: both moments have it */
struct mmx_changes_of {
	bool both;
	MMX_ARRAY(struct mmx_change);
};

/** struct mmx_changes - all of them; @moved: frames that changed class; @moves: from which to which */
struct mmx_changes {
	struct mmx_changes_of of[MMX_SUBJECTS];
	struct mmx_class_moves moves;
	uint64_t moved;
};

/** mmx_changes_find() - what of two moments is put in another order for that; -1 without memory */
int mmx_changes_find(struct mmx_changes *changes, struct mmx_moment *before,
		     struct mmx_moment *after, struct mmx_err *err);
void mmx_changes_free(struct mmx_changes *changes);

/** mmx_changes_name() - have the names of the first @n of each subject looked up */
int mmx_changes_name(struct mmx_changes *changes, size_t n, const struct mmx_moment *before,
		     const struct mmx_moment *after, struct mmx_err *err);

/** mmx_changes_any() - whether there are any */
bool mmx_changes_any(const struct mmx_changes *changes);

/** mmx_change_of() - by how much a number changed, 0 before it came and after it went; false where that is not known */
bool mmx_change_of(const struct mmx_change *c, unsigned int measure, int64_t *by);

/** mmx_change_last() - the number as it is after, or 0; false where that is not known */
bool mmx_change_last(const struct mmx_change *c, unsigned int measure, int64_t *value);

/** enum mmx_change_kind - what became of a thing */
enum mmx_change_kind {
	MMX_CHANGE_OTHER, /* it has other numbers */
	MMX_CHANGE_COME,
	MMX_CHANGE_GONE,
	MMX_CHANGE_MARK, /* it stayed itself, and is another: a process that called exec() */
	MMX_CHANGE_KINDS
};

enum mmx_change_kind mmx_change_kind(const struct mmx_change *c);

#endif
