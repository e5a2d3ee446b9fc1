// SPDX-License-Identifier: GPL-2.0-or-later
/* Records of the trees of the reverse map: what anonx and immapx have found before they show it. */
#ifndef MMX_RECORDS_TREES_H
#define MMX_RECORDS_TREES_H

#include "mm/rmap/family.h"
#include "mm/rmap/tree.h"
#include "records/record.h"

/**
 * struct mmx_trees - what is shown, the records' r->arg
 * @tree: of an anon_vma or a file; @tree.coverage tells what is wrong with it
 * @searched, @index: pages with that index were searched in it
 * @family: the anon_vmas that belong together, or NULL
 * @path: of the file, or empty; @inode: 0 without one
 */
struct mmx_trees {
	struct mmx_rmap_tree tree;
	bool searched;
	uint64_t index;
	const struct mmx_anon_family *family;
	const char *path;
	uint64_t inode;
};

static inline const struct mmx_trees *mmx_trees_of(const struct mmx_rows *r)
{
	return r->arg;
}

extern const struct mmx_record mmx_record_tree_nodes, mmx_record_tree_query,
	mmx_record_tree_findings, mmx_record_anon_family;

#endif
