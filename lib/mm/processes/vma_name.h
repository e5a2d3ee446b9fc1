// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a mapping is called: the last column of /proc/PID/maps, by that kernel's own rules, as PID 1 reads it. A path
 * is one below PID 1's root; where a mapping lies in another mount namespace, or PID 1's root is not on the way, it
 * begins at the root of that namespace, as the kernel has it.
 *
 *	struct mmx_vma_name name;
 *
 *	if (!mmx_vma_name(&name, view, &vma, &err))
 *		use(name.text);
 */
#ifndef MMX_MM_VMA_NAME_H
#define MMX_MM_VMA_NAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coverage.h"
#include "mm/files/path.h"
#include "mm/processes/vma.h"

/** enum mmx_vma_kind - what a name is made from */
enum mmx_vma_kind {
	MMX_VMA_UNNAMED,
	MMX_VMA_FILE,  /* the path of its file */
	MMX_VMA_NAMED, /* a name that the process gave it: "[anon:...]", "[anon_shmem:...]" */
	MMX_VMA_HEAP,  /* "[heap]" */
	MMX_VMA_STACK, /* "[stack]" */
	MMX_VMA_SPECIAL, /* what the kernel put there: "[vdso]", "[vvar]", "[uprobes]", "[vsyscall]" */
};

/**
 * struct mmx_vma_name - a mapping's name
 * @text: as maps prints it, but for newlines, which it escapes; empty when it has none
 * @deleted, @generated: of a FILE, as in struct mmx_path
 */
struct mmx_vma_name {
	enum mmx_vma_kind kind;
	bool deleted, generated;
	char text[MMX_PATH_MAX];
};

/** mmx_vma_name() - the name of a mapping; -1 when it is not known */
int mmx_vma_name(struct mmx_vma_name *name, struct mmx_view *view, const struct mmx_vma *vma,
		 struct mmx_err *err);

/**
 * struct mmx_vma_inode - the inode that maps shows of a mapping
 * @dev: 12 bits major, 20 bits minor: mmx_dev_major()
 * That of the file's user: what backs an overlayfs file is the inode of vm_file, and shown only up to 6.6.
 */
struct mmx_vma_inode {
	uint64_t inode, ino;
	uint32_t dev;
};

/** mmx_vma_inode() - all zeros for a mapping without a file */
int mmx_vma_inode(struct mmx_vma_inode *inode, struct mmx_view *view, const struct mmx_vma *vma,
		  struct mmx_err *err);

/**
 * mmx_gate_vma() - the page of vsyscalls, which maps has behind all mappings, and no maple tree has
 * Returns 1; 0 when this address space does not see it; -1 when that cannot be told.
 */
int mmx_gate_vma(struct mmx_vma *vma, struct mmx_view *view, uint64_t mm, struct mmx_err *err);

/**
 * enum mmx_heap_rule - what is a heap
 * @MMX_HEAP_TOUCHES: what lies around it is called so as well, up to 6.5
 * @MMX_HEAP_OVERLAPS: since 6.7
 * @MMX_HEAP_UNKNOWN: 6.6 began with the old rule, and 6.6.8 has the new one
 */
enum mmx_heap_rule { MMX_HEAP_TOUCHES, MMX_HEAP_OVERLAPS, MMX_HEAP_UNKNOWN };

/**
 * struct mmx_vma_rules - what the names of all mappings rest on
 * @root: of PID 1
 * @heap: whether a mapping that only touches an end of the heap is called one
 * @file_names: a mapping with a file may have a name of its own: since 6.2
 * @special_name, @gate_name: the functions that make up special mappings' names
 * @gate: of the page of vsyscalls its vm_area_struct, 0 without one
 * @gate_by_mm: who sees it is told by a bit of the mm, else all do
 */
struct mmx_vma_rules {
	struct mmx_coverage coverage;
	struct mmx_root root;
	enum mmx_heap_rule heap;
	bool file_names;
	uint64_t special_name, gate_name;
	uint64_t gate;
	bool gate_by_mm;
	struct mmx_err no_gate; /* why it is not known whether there is one */
};

/** mmx_vma_rules_find() - find them: mmx_know_vma_rules() keeps them */
int mmx_vma_rules_find(struct mmx_vma_rules *rules, struct mmx_view *view, struct mmx_err *err);
void mmx_vma_rules_free(struct mmx_vma_rules *rules);

#endif
