// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/member.h"
#include "mm/files/cached.h"
#include "mm/files/mapping.h"
#include "mm/mem.h"
#include "mm/processes/fault_site.h"

#define KERNEL_HALF (1ULL << 63)

/*
 * Page tables.
 */

/* With isolation user mode runs on a root of its own, and the kernel's says that nothing of it is executable. */
static void take_user_root(struct mmx_fault_site *site, const struct mmx_view *view, uint64_t root)
{
	const struct mmx_kernel *k = view->kernel;
	struct mmx_pt_path path;

	site->rights = site->path.flags;
	if (!k->isolation.on)
		return;
	mmx_pt_path_find(&path, view->reader, k->arch, &k->paging, root + k->isolation.user_root,
			 site->addr);
	site->rights = path.flags;
}

static int find_path(struct mmx_fault_site *site, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	const struct mmx_pte *end;
	uint64_t root;

	if (mmx_user_root(view, site->mm, &root, err))
		return -1;
	mmx_pt_path_find(&site->path, view->reader, k->arch, &k->paging, root, site->addr);
	end = mmx_pt_path_end(&site->path);
	if (end)
		mmx_user_entry(&site->entry, view, mmx_know_entry_rules(view), end, site->addr);
	else
		site->entry = (struct mmx_user_entry){.kind = MMX_USER_UNREADABLE};
	take_user_root(site, view, root);
	return 0;
}

/*
 * VMAs.
 */

static void take_vma(struct mmx_fault_site *site, const struct mmx_vma *vma)
{
	if (vma->start <= site->addr)
		site->place = MMX_SITE_INSIDE;
	else if (vma->flags & MMX_VM_GROWSDOWN)
		site->place = MMX_SITE_BELOW;
	else
		site->after = vma->start;
	if (site->place != MMX_SITE_OUTSIDE)
		site->vma = *vma;
}

/* Where some were left out, the one that would have it may be among them. */
static void find_vma(struct mmx_fault_site *site, struct mmx_view *view)
{
	struct mmx_vmas vmas;
	bool above = false;

	mmx_vmas_begin(&vmas, view, site->mm);
	while (!above && mmx_vmas_next(&vmas)) {
		above = vmas.vma.end > site->addr;
		if (above) {
			take_vma(site, &vmas.vma);
		} else {
			site->before = vmas.vma.end;
			site->before_flags = vmas.vma.flags;
		}
	}
	mmx_cover_inherit(&vmas.coverage, &vmas.maple.coverage);
	if (site->place == MMX_SITE_INSIDE || mmx_cover_whole(&vmas.coverage))
		return;
	site->place = MMX_SITE_UNKNOWN;
	site->no_vmas = vmas.coverage.first;
}

/*
 * What gives it pages.
 */

/* The name of a function that a table of them has; empty where it has none. */
static int take_function(char *name, struct mmx_view *view, uint64_t ops, enum mmx_layout_member id,
			 struct mmx_err *err)
{
	const struct mmx_symbols *symbols = &view->kernel->symbols;
	const struct mmx_symbol *symbol;
	uint64_t addr;

	if (mmx_kget(view, ops, id, &addr, err))
		return -1;
	symbol = addr ? mmx_symbols_nearest(symbols, addr) : NULL;
	if (symbol && symbol->addr == addr)
		mmx_symbol_name(symbols, symbol, name);
	else if (addr)
		snprintf(name, MMX_SYMBOL_NAME, "0x%" PRIx64, addr);
	return 0;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len >= n && !strcmp(text + len - n, end);
}

/* File systems call the page cache's function filemap_fault(), or have their own around it, called after it. */
static enum mmx_site_backing backing_of(const struct mmx_fault_site *site)
{
	if (site->vma.flags & MMX_VM_HUGETLB)
		return MMX_BACKED_BY_HUGETLB;
	if (!site->fault[0])
		return MMX_BACKED_BY_NO_FUNCTION;
	if (!strcmp(site->fault, "shmem_fault"))
		return MMX_BACKED_BY_SHMEM;
	if (ends_with(site->fault, "filemap_fault") || !strcmp(site->fault, "ocfs2_fault") ||
	    !strcmp(site->fault, "gfs2_fault"))
		return MMX_BACKED_BY_CACHE;
	return MMX_BACKED_BY_FUNCTION;
}

static void find_backing(struct mmx_fault_site *site, struct mmx_view *view)
{
	uint64_t ops;

	site->backing = MMX_BACKED_UNKNOWN;
	if (mmx_kget(view, site->vma.addr, M_vm_area_struct_vm_ops, &ops, &site->no_backing))
		return;
	if (!ops)
		site->backing = MMX_BACKED_BY_NOTHING;
	else if (!take_function(site->fault, view, ops, M_vm_operations_struct_fault,
				&site->no_backing) &&
		 !take_function(site->page_mkwrite, view, ops, M_vm_operations_struct_page_mkwrite,
				&site->no_backing))
		site->backing = backing_of(site);
}

/* A kernel without userfaultfd has no such members, and its VMAs no such flags. */
static void find_uffd(struct mmx_fault_site *site, struct mmx_view *view)
{
	if (!mmx_kread_member(view, site->vma.addr, M_vm_area_struct_vm_userfaultfd_ctx,
			      &site->uffd) &&
	    site->uffd)
		mmx_kread_member(view, site->uffd, M_userfaultfd_ctx_features,
				 &site->uffd_features);
}

/*
 * Its file.
 */

/* hugetlbfs has its huge pages for blocks. Up to 6.6 their page cache counts huge pages. */
static int cache_range(struct mmx_fault_site *site, struct mmx_view *view,
		       const struct mmx_mapping *m, uint64_t *first, struct mmx_err *err)
{
	unsigned int shift = view->kernel->arch->page_shift;
	uint64_t bits;

	*first = site->index;
	if (site->backing != MMX_BACKED_BY_HUGETLB)
		return 0;
	if (mmx_kget(view, m->inode.sb, M_super_block_s_blocksize_bits, &bits, err))
		return -1;
	if (bits <= shift || bits > 40)
		return mmx_fail(err, MMX_ECORRUPT, "its file system has blocks of 2^%" PRIu64,
				bits);
	site->huge_shift = (unsigned int)bits;
	if (mmx_mem(view->kernel)->page_format.index_in_huge_pages)
		*first = site->index >> (bits - shift);
	else
		*first = site->index & ~0ULL << (bits - shift);
	return 0;
}

static void take_cached(struct mmx_fault_site *site, const struct mmx_cached *c, unsigned int shift)
{
	if (c->kind == MMX_CACHED_FOLIO) {
		site->cached = MMX_SITE_CACHED;
		site->pfn = c->head;
		if (site->huge_shift)
			site->pfn += site->index & ((1ULL << (site->huge_shift - shift)) - 1);
		else
			site->pfn += site->index - c->first;
	} else if (c->kind == MMX_CACHED_SWAPPED) {
		site->cached = MMX_SITE_IN_SWAP;
		mmx_swap_private(c->value, &site->type, &site->offset);
		site->offset += site->index - c->first;
	}
}

static int look_into_cache(struct mmx_fault_site *site, struct mmx_view *view,
			   const struct mmx_mapping *m, struct mmx_err *err)
{
	struct mmx_cached c;
	uint64_t index;

	if (cache_range(site, view, m, &index, err))
		return -1;
	mmx_cached_begin(&c, view, m, index, index);
	if (mmx_cached_next(&c)) {
		take_cached(site, &c, view->kernel->arch->page_shift);
		return 0;
	}
	if (mmx_cover_whole(&c.coverage))
		return 0;
	*err = c.coverage.first;
	return -1;
}

/* Whole pages are there up to the one with the last byte; those of hugetlbfs are larger. */
static void find_end(struct mmx_fault_site *site, unsigned int shift)
{
	unsigned int each = site->huge_shift ? site->huge_shift : shift;
	uint64_t page = 1ULL << each;

	site->beyond =
		site->index >> (each - shift) >= (site->size >> each) + !!(site->size & (page - 1));
}

static int find_file(struct mmx_fault_site *site, struct mmx_view *view, struct mmx_err *err)
{
	struct mmx_mapping mapping;
	uint64_t addr;

	if (mmx_kget(view, site->vma.file, M_file_f_mapping, &addr, err) ||
	    mmx_mapping_read(&mapping, view, addr, err))
		return -1;
	/* Of a file in persistent memory it has no pages. */
	if (mapping.dax) {
		site->backing = MMX_BACKED_BY_FUNCTION;
		return 0;
	}
	if (mmx_kget(view, mapping.inode.addr, M_inode_i_size, &site->size, err) ||
	    look_into_cache(site, view, &mapping, err))
		return -1;
	find_end(site, view->kernel->arch->page_shift);
	return 0;
}

static bool in_cache(enum mmx_site_backing backing)
{
	return backing == MMX_BACKED_BY_CACHE || backing == MMX_BACKED_BY_SHMEM ||
	       backing == MMX_BACKED_BY_HUGETLB;
}

int mmx_fault_site_find(struct mmx_fault_site *site, struct mmx_view *view, uint64_t mm,
			const struct mmx_task *task, uint64_t addr, struct mmx_err *err)
{
	unsigned int shift = view->kernel->arch->page_shift;

	*site = (struct mmx_fault_site){
		.mm = mm, .task = task, .addr = addr, .entry.kind = MMX_USER_NONE};
	if (addr & KERNEL_HALF)
		return 0;
	if (find_path(site, view, err))
		return -1;
	find_vma(site, view);
	if (site->place != MMX_SITE_INSIDE && site->place != MMX_SITE_BELOW)
		return 0;
	site->index = site->vma.pgoff + (addr >> shift) - (site->vma.start >> shift);
	find_backing(site, view);
	find_uffd(site, view);
	if (in_cache(site->backing) && find_file(site, view, &site->no_cache))
		site->cached = MMX_SITE_CACHE_UNKNOWN;
	return 0;
}
