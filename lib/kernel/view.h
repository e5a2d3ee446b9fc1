// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A view: one thread's way to read the dead kernel's memory by virtual address. It holds an image
 * reader, a small cache of translations, and the page tables that the one before went through.
 */
#ifndef MMX_KERNEL_VIEW_H
#define MMX_KERNEL_VIEW_H

#include "arch/pagetable.h"
#include "image/image.h"

struct mmx_kernel;

#define MMX_VIEW_LEAVES 16

/** struct mmx_view_leaf - a mapping of a dead kernel, met lately; an empty one has size 0 */
struct mmx_view_leaf {
	uint64_t va, size;
	uint64_t phys;
};

struct mmx_view {
	struct mmx_kernel *kernel;
	struct mmx_reader *reader;
	struct mmx_view_leaf leaf[MMX_VIEW_LEAVES];
	unsigned int next_leaf;
	struct mmx_pt tables; /* of the translation before, where the next one begins */
};

struct mmx_view *mmx_view_new(struct mmx_kernel *kernel, struct mmx_err *err);
void mmx_view_free(struct mmx_view *view);

/**
 * mmx_kread() - read kernel virtual memory
 * All or nothing; any length; crosses page borders. The direct map is translated by arithmetic once
 * its base is known and checked, everything else by walking the kernel's page tables: what the
 * kernel has unmapped (its freed init memory, say) reads as unmapped.
 */
enum mmx_read mmx_kread(struct mmx_view *view, uint64_t addr, void *buf, size_t len);

/** mmx_kread_u64() and kin - one number */
enum mmx_read mmx_kread_u64(struct mmx_view *view, uint64_t addr, uint64_t *value);
enum mmx_read mmx_kread_u32(struct mmx_view *view, uint64_t addr, uint32_t *value);

/** mmx_kread_ok() - the same as mmx_kread(), with an error that names @what when it fails */
int mmx_kread_ok(struct mmx_view *view, uint64_t addr, void *buf, size_t len, const char *what,
		 struct mmx_err *err);

/**
 * mmx_kread_str() - a NUL-terminated string of at most size - 1 bytes
 * Reads up to the NUL only, so a string at the end of what is present is no failure. A string
 * that is longer is cut, and *cut (when not NULL) set.
 */
enum mmx_read mmx_kread_str(struct mmx_view *view, uint64_t addr, char *buf, size_t size,
			    bool *cut);

/** mmx_kphys() - the physical address behind a kernel virtual one */
enum mmx_read mmx_kphys(struct mmx_view *view, uint64_t addr, uint64_t *phys);

#endif
