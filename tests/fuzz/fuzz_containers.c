// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists, trees, xarrays and maple trees of any content, and the VMAs, open files and page caches that are
 * found by them: a walk ends, finds nothing twice, and what is sorted comes in order.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "fake_memory.h"
#include "kernel/list.h"
#include "kernel/maple.h"
#include "kernel/rbtree.h"
#include "kernel/xarray.h"
#include "mm/files/cached.h"
#include "mm/processes/fds.h"
#include "mm/processes/vma.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEADER 24
#define MOST   (64u << 10)
#define LIMIT  1000
#define PAGE   64u /* bytes of a struct page: all memory is an array of them */

/* What rests on the containers. */
static void make_mm_types(struct fake_memory *m)
{
	static const enum mmx_layout_member vma[] = {
		M_vm_area_struct_vm_start, M_vm_area_struct_vm_end,   M_vm_area_struct_vm_mm,
		M_vm_area_struct_vm_flags, M_vm_area_struct_vm_pgoff, M_vm_area_struct_vm_file,
		M_vm_area_struct_anon_vma};

	for (size_t i = 0; i < sizeof(vma) / sizeof(*vma); i++)
		fake_member(m, vma[i], 8 * i, 8, 0);
	fake_member(m, M_mm_struct_mm_mt, 0, 16, 0);
	fake_member(m, M_mm_struct_map_count, 16, 4, 0);
	fake_member(m, M_files_struct_fdt, 0, 8, 0);
	fake_member(m, M_fdtable_max_fds, 0, 4, 0);
	fake_member(m, M_fdtable_fd, 8, 8, 0);
	fake_member(m, M_address_space_i_pages, 0, 16, 0);
	fake_pages(m, FAKE_VA, m->size / PAGE, PAGE);
	m->mem.page_format = (struct mmx_page_format){
		.size = PAGE, .link = 8, .mapping = 24, .index = 32, .order = PAGE, .head = 6};
}

static void make_types(struct fake_memory *m)
{
	fake_no_types(m);
	make_mm_types(m);
	fake_struct(m, S_rb_node, 24);
	fake_member(m, M_rb_node_rb_parent_color, 0, 8, 0);
	fake_member(m, M_rb_node_rb_right, 8, 8, 0);
	fake_member(m, M_rb_node_rb_left, 16, 8, 0);
	fake_member(m, M_xarray_xa_head, 8, 8, 0);
	fake_member(m, M_xa_node_shift, 0, 1, 0);
	fake_member(m, M_xa_node_offset, 1, 1, 0);
	fake_member(m, M_xa_node_parent, 8, 8, 0);
	fake_member(m, M_xa_node_slots, 40, 8 * 16, 16);
	fake_member(m, M_maple_tree_ma_root, 8, 8, 0);
	fake_struct(m, S_maple_node, 256);
	fake_member(m, M_maple_range_64_pivot, 8, 8 * 15, 15);
	fake_member(m, M_maple_range_64_slot, 128, 8 * 16, 16);
	fake_member(m, M_maple_range_64_end, 248, 1, 0);
	fake_member(m, M_maple_arange_64_pivot, 8, 8 * 9, 9);
	fake_member(m, M_maple_arange_64_slot, 80, 8 * 10, 10);
	fake_member(m, M_maple_arange_64_end, 240, 1, 0);
	fake_enum(m, E_maple_leaf_64, 1);
	fake_enum(m, E_maple_range_64, 2);
	fake_enum(m, E_maple_arange_64, 3);
}

/* Words with the topmost bit become pointers into this memory, whatever their lowest bits say. */
static void make_pointers(struct fake_memory *m, size_t used)
{
	for (size_t i = 0; i + 8 <= used; i += 8) {
		uint64_t word = mmx_le64(m->bytes + i);

		if (!(word >> 63))
			continue;
		word = FAKE_VA + ((word >> 8) % m->size & ~(uint64_t)255) + (word & 255);
		memcpy(m->bytes + i, &word, 8);
	}
}

static void walk_list(struct mmx_view *view, uint64_t head, bool has_tail)
{
	struct mmx_list l;

	if (has_tail)
		mmx_list_begin(&l, view, head, LIMIT);
	else
		mmx_hlist_begin(&l, view, head, LIMIT);
	while (mmx_list_next(&l))
		;
	if (l.coverage.found > LIMIT)
		abort();
}

static void walk_rb(struct mmx_view *view, uint64_t root, bool interval)
{
	static uint64_t seen[LIMIT];
	struct mmx_rb rb;
	size_t n = 0;

	if (interval)
		mmx_interval_begin(&rb, view, root, 24, LIMIT);
	else
		mmx_rb_begin(&rb, view, root, LIMIT);
	while (mmx_rb_next(&rb)) {
		for (size_t i = 0; i < n; i++) {
			if (seen[i] == rb.node)
				abort();
		}
		seen[n++] = rb.node;
		if (interval)
			mmx_interval_check(&rb, n, rb.subtree_last);
	}
}

static void walk_xa(struct mmx_view *view, uint64_t array, uint64_t first, uint64_t last)
{
	struct mmx_xa xa;
	uint64_t n = 0, at = first;

	mmx_xa_begin(&xa, view, array, first, last);
	while (mmx_xa_next(&xa)) {
		if (!xa.entry || xa.first > xa.last || xa.last < at || xa.first > last)
			abort();
		at = xa.last + 1;
		if (++n > 4 * MOST) /* every slot of every node that memory has room for */
			abort();
	}
}

static void walk_maple(struct mmx_view *view, uint64_t tree)
{
	struct mmx_maple maple;
	uint64_t n = 0, at = 0;

	mmx_maple_begin(&maple, view, tree);
	while (mmx_maple_next(&maple)) {
		if (!maple.entry || maple.first > maple.last || (n && maple.first < at))
			abort();
		at = maple.last + 1;
		if (++n > MOST)
			abort();
	}
}

static void walk_vmas(struct mmx_view *view, uint64_t mm)
{
	struct mmx_vmas v;
	uint64_t n = 0, at = 0;

	mmx_vmas_begin(&v, view, mm);
	while (mmx_vmas_next(&v)) {
		if (v.vma.mm != mm || v.vma.start < at || v.vma.end - 1 < v.vma.start)
			abort();
		at = v.vma.end;
		if (++n > MOST)
			abort();
	}
}

static void walk_fds(struct mmx_view *view, uint64_t files)
{
	struct mmx_fds f;
	uint64_t n = 0;

	mmx_fds_begin(&f, view, files);
	while (mmx_fds_next(&f)) {
		if (!f.file || f.fd >= f.room)
			abort();
		if (++n > MOST)
			abort();
	}
}

static void walk_cached(struct mmx_view *view, uint64_t addr, uint64_t first, uint64_t last)
{
	struct mmx_mapping mapping = {.addr = addr, .kind = MMX_MAPPING_FILE};
	struct mmx_cached c;

	mmx_cached_begin(&c, view, &mapping, first, last);
	while (mmx_cached_next(&c)) {
		if (c.first > c.last || c.first > last || c.last < first)
			abort();
		if (c.kind == MMX_CACHED_FOLIO &&
		    (c.head >= MOST / PAGE || c.last - c.first + 1 != 1ULL << c.order))
			abort();
	}
}

/* The input: three words that say which walk, where, and what of it; then memory. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fake_memory *m;
	uint64_t at, first, last;

	if (size < HEADER + 16 || size > MOST)
		return 0;
	m = fake_memory_new((size - HEADER + 255) & ~(size_t)255);
	memcpy(m->bytes, data + HEADER, size - HEADER);
	make_types(m);
	make_pointers(m, size - HEADER);
	at = FAKE_VA + (mmx_le64(data) >> 8) % m->size;
	first = mmx_le64(data + 8);
	last = first + mmx_le64(data + 16);
	switch (data[0] % 9) {
	case 0:
	case 1:
		walk_list(m->view, at, data[0] % 9);
		break;
	case 2:
	case 3:
		walk_rb(m->view, at, data[0] % 9 == 3);
		break;
	case 4:
		walk_xa(m->view, at, first, last);
		break;
	case 5:
		walk_maple(m->view, at);
		break;
	case 6:
		walk_vmas(m->view, at);
		break;
	case 7:
		walk_fds(m->view, at);
		break;
	default:
		walk_cached(m->view, at, first, last);
	}
	fake_memory_free(m);
	return 0;
}
