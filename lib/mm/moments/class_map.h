// SPDX-License-Identifier: GPL-2.0-or-later
/* The class of every frame that has a struct page, a byte each: what two moments of a machine are compared by. */
#ifndef MMX_MM_CLASS_MAP_H
#define MMX_MM_CLASS_MAP_H

#include "base/array.h"
#include "mm/frames/class.h"

struct mmx_view;

/** struct mmx_class_run - frames [pfn, end), whose classes stand at @at */
struct mmx_class_run {
	uint64_t pfn, end, at;
};

/** struct mmx_class_map - by frame; what is in no run has CLASS_NO_PAGE */
struct mmx_class_map {
	MMX_ARRAY(struct mmx_class_run);
	uint8_t *class;
};

/** mmx_class_map_begin() - room for all frames of a kernel, without a class; -1 without memory */
int mmx_class_map_begin(struct mmx_class_map *map, struct mmx_view *view, struct mmx_err *err);
void mmx_class_map_free(struct mmx_class_map *map);

/** mmx_class_map_set() - frames [pfn, pfn + n) are of that class; any thread may, of frames that no other has */
void mmx_class_map_set(struct mmx_class_map *map, uint64_t pfn, uint64_t n, enum mmx_class class);

/** mmx_class_map_get() - the class of a frame */
enum mmx_class mmx_class_map_get(const struct mmx_class_map *map, uint64_t pfn);

/** struct mmx_class_moves - how many frames went from a class to another, or kept theirs */
struct mmx_class_moves {
	uint64_t frames[MMX_CLASS_COUNT][MMX_CLASS_COUNT];
};

/** mmx_class_moves_count() - of all frames that have a struct page in either */
void mmx_class_moves_count(struct mmx_class_moves *moves, const struct mmx_class_map *before,
			   const struct mmx_class_map *after);

#endif
