// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "kernel/decode.h"
#include "kernel/member.h"
#include "mm/files/inode.h"
#include "mm/files/largest_files.h"
#include "mm/files/supers.h"
#include "mm/mem.h"

struct inode {
	uint64_t pages;
	uint8_t block_bits;
};

static const struct mmx_wanted wanted[] = {
	MMX_WANT_IN(struct inode, pages, inode, i_data, address_space, nrpages),
	MMX_WANT(struct inode, block_bits, inode, i_blkbits),
};

static const struct mmx_decode inode_table = MMX_DECODE("inode", wanted);

/* Of two files that are alike the one at the lower address comes first. */
static bool is_larger(const struct mmx_large_file *a, const struct mmx_large_file *b)
{
	return a->pages != b->pages ? a->pages > b->pages : a->inode < b->inode;
}

static int by_size(const void *a, const void *b)
{
	return is_larger(a, b) ? -1 : is_larger(b, a);
}

/* The smallest of those kept is the heap's first. */
static void sink(struct mmx_largest_files *l, size_t at)
{
	for (;;) {
		size_t child = 2 * at + 1;
		struct mmx_large_file kept = l->v[at];

		if (child + 1 < l->n && is_larger(&l->v[child], &l->v[child + 1]))
			child++;
		if (child >= l->n || !is_larger(&kept, &l->v[child]))
			return;
		l->v[at] = l->v[child];
		l->v[child] = kept;
		at = child;
	}
}

static bool keep(struct mmx_largest_files *l, const struct mmx_large_file *file, size_t top)
{
	if (l->n < top) {
		if (!mmx_array_add(l, *file))
			return false;
		if (l->n == top)
			for (size_t at = l->n / 2; at--;)
				sink(l, at);
		return true;
	}
	if (top && is_larger(file, l->v)) {
		l->v[0] = *file;
		sink(l, 0);
	}
	return true;
}

/* How much a page of the file system's is larger than one of the smallest: that of hugetlb up to 6.6. */
static unsigned int shift_of(struct mmx_view *view, bool huge, const struct inode *i)
{
	unsigned int page_shift = view->kernel->arch->page_shift;

	if (!huge || !mmx_mem(view->kernel)->page_format.index_in_huge_pages)
		return 0;
	return i->block_bits > page_shift && i->block_bits < 40 ? i->block_bits - page_shift : 0;
}

static bool take(struct mmx_largest_files *l, struct mmx_view *view, uint64_t addr, bool huge,
		 size_t top)
{
	struct mmx_large_file file = {.inode = addr};
	struct inode i;
	struct mmx_err err;

	l->inodes++;
	if (mmx_decode_read(&inode_table, view, addr, &i, &err)) {
		mmx_cover_fail(&l->coverage, &err);
		return true;
	}
	if (!i.pages)
		return true;
	file.pages = i.pages << shift_of(view, huge, &i);
	file.mapping = addr + mmx_off(&view->kernel->layout, M_inode_i_data);
	l->files++;
	*(huge ? &l->huge_pages : &l->pages) += file.pages;
	return keep(l, &file, top);
}

static bool is_hugetlb(struct mmx_view *view, uint64_t sb)
{
	uint64_t type, name;
	char text[sizeof("hugetlbfs")];

	return !mmx_kread_member(view, sb, M_super_block_s_type, &type) &&
	       !mmx_kread_member(view, type, M_file_system_type_name, &name) &&
	       !mmx_kread_str(view, name, text, sizeof(text), NULL) && !strcmp(text, "hugetlbfs");
}

int mmx_largest_files_find(struct mmx_largest_files *l, struct mmx_view *view, size_t top,
			   struct mmx_err *err)
{
	struct mmx_supers supers;
	struct mmx_inodes inodes;
	bool kept = true;

	memset(l, 0, sizeof(*l));
	mmx_supers_begin(&supers, view);
	while (kept && mmx_supers_next(&supers)) {
		bool huge = is_hugetlb(view, supers.sb);

		mmx_inodes_begin(&inodes, view, supers.sb);
		while (kept && mmx_inodes_next(&inodes))
			kept = take(l, view, inodes.inode, huge, top);
		mmx_cover_inherit(&l->coverage, &inodes.coverage);
	}
	mmx_cover_inherit(&l->coverage, &supers.coverage);
	if (!kept) {
		mmx_largest_files_free(l);
		return mmx_fail_nomem(err);
	}
	mmx_array_sort(l, by_size);
	l->coverage.found = l->files;
	return 0;
}

void mmx_largest_files_free(struct mmx_largest_files *l)
{
	mmx_array_free(l);
}
