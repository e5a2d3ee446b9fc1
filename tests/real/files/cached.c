// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE cached      each mapping that has frames or that a VMA's file has: "mapping", its address, kind,
 *                      file system, inode, pages that it counts, path; behind it each entry: its kind,
 *                      first and last index, and its frame and order, or type and offset in swap
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../ask.h"
#include "kernel/member.h"
#include "mm/files/cached.h"
#include "mm/processes/mm.h"
#include "mm/processes/vma.h"

struct mapping {
	uint64_t addr;
};

struct mappings {
	MMX_ARRAY(struct mapping);
};

static void add(struct mappings *m, uint64_t addr)
{
	if (addr && (!m->n || m->v[m->n - 1].addr != addr) &&
	    !mmx_array_add(m, (struct mapping){addr}))
		abort();
}

/* Of all frames whose mapping word has no bits at its end, as far as that tells. */
static void add_of_frames(struct mappings *m, const struct mmx_kernel *k)
{
	const struct mmx_page_format *f = &mmx_mem(k)->page_format;
	struct mmx_page_walk w;
	struct mmx_err err;

	if (ask_walk_all(&w, k, &err))
		return;
	while (mmx_page_walk_next(&w)) {
		uint64_t word = w.read || w.tail ? 0 : mmx_word(w.bytes, f->mapping);

		if (!(word & 3) && mmx_region_of(&k->regions, word) != MMX_REGION_COUNT)
			add(m, word);
	}
	mmx_page_walk_end(&w);
}

static void add_of_vmas(struct mappings *m, const struct mmx_kernel *k)
{
	static struct mmx_vmas vmas;
	struct mmx_mms mms;
	uint64_t inode, mapping;

	mmx_mms_begin(&mms, k->view);
	while (mmx_mms_next(&mms)) {
		mmx_vmas_begin(&vmas, k->view, mms.mm);
		while (mmx_vmas_next(&vmas)) {
			if (vmas.vma.file &&
			    !mmx_kread_member(k->view, vmas.vma.file, M_file_f_inode, &inode) &&
			    !mmx_kread_member(k->view, inode, M_inode_i_mapping, &mapping))
				add(m, mapping);
		}
	}
}

static void print_entry(const struct mmx_cached *c)
{
	static const char *const kinds[] = {"folio", "shadow", "swapped", "dax"};
	unsigned int type;
	uint64_t offset;

	printf("%s\t%" PRIu64 "\t%" PRIu64, kinds[c->kind], c->first, c->last);
	mmx_swap_private(c->value, &type, &offset);
	if (c->kind == MMX_CACHED_FOLIO)
		printf("\t%" PRIx64 "\t%u\n", c->head, c->order);
	else if (c->kind == MMX_CACHED_SWAPPED)
		printf("\t%u\t%" PRIx64 "\n", type, offset);
	else
		printf("\t%" PRIx64 "\n", c->value);
}

/* What is no address_space, or the swap cache's, has no answer. */
static int one(const struct mmx_kernel *k, uint64_t addr)
{
	static struct mmx_mapping mapping;
	static struct mmx_cached cached;
	struct mmx_err err;

	if (mmx_mapping_read(&mapping, k->view, addr, &err) || mapping.kind == MMX_MAPPING_SWAP)
		return 0;
	printf("mapping\t%" PRIx64 "\t%s\t%s\t%" PRIu64 "\t%" PRIu64 "\t", addr,
	       mmx_mapping_kind_name(mapping.kind), mapping.inode.fs, mapping.inode.ino,
	       mapping.pages);
	ask_text(mapping.path.text);
	putchar('\n');
	mmx_cached_begin(&cached, k->view, &mapping, 0, UINT64_MAX);
	while (mmx_cached_next(&cached))
		print_entry(&cached);
	return mmx_cover_whole(&cached.coverage) ? 0 : ask_trouble(&cached.coverage.first);
}

static int cached(const struct mmx_kernel *k)
{
	struct mappings m = {0};
	int status = 0;

	add_of_frames(&m, k);
	add_of_vmas(&m, k);
	mmx_array_sort_by(&m, addr);
	for (size_t i = 0; i < m.n; i++) {
		if (!i || m.v[i].addr != m.v[i - 1].addr)
			status |= one(k, m.v[i].addr);
	}
	mmx_array_free(&m);
	return status;
}

ASK(cached);
