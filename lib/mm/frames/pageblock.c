// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "mm/mem.h"
#include "mm/frames/pageblock.h"

#define TYPE_BITS     3u
#define PMD_ORDER     9u /* blocks are as large as huge pages, where the kernel has hugetlb */
#define LARGEST_ORDER 10u

static const struct {
	enum mmx_layout_enumerator id;
	const char *name;
} type_names[] = {
	{E_MIGRATE_UNMOVABLE, "unmovable"},
	{E_MIGRATE_MOVABLE, "movable"},
	{E_MIGRATE_RECLAIMABLE, "reclaimable"},
	{E_MIGRATE_HIGHATOMIC, "highatomic"},
	{E_MIGRATE_CMA, "cma"},
	{E_MIGRATE_ISOLATE, "isolate"},
};

static void name_types(struct mmx_pageblock_format *f, const struct mmx_layout *l)
{
	for (size_t i = 0; i < sizeof(type_names) / sizeof(*type_names); i++) {
		int64_t type =
			mmx_has_enum(l, type_names[i].id) ? mmx_enum(l, type_names[i].id) : -1;

		if (type >= 0 && type < f->types)
			snprintf(f->name[type], sizeof(f->name[type]), "%s", type_names[i].name);
	}
}

static uint64_t usage_bytes(const struct mmx_kernel *k, unsigned int bits, unsigned int order)
{
	uint64_t blocks = 1ULL << (mmx_mem(k)->sparse.section_bits - k->arch->page_shift - order);

	return mmx_off(&k->layout, M_mem_section_usage_pageblock_flags) +
	       (blocks * bits + 63) / 64 * 8;
}

/*
 * A block's size is a macro, decided by the configuration. It shows where the usage maps of
 * early sections were allocated one behind the other: their distance is what one map needs. A machine of
 * one section shows nothing, and without hugetlb some release made blocks as large as transparent huge pages
 * that had been as large as the largest free block: 0 then.
 */
static unsigned int find_order(const struct mmx_kernel *k, unsigned int bits)
{
	const struct mmx_sparse *s = &mmx_mem(k)->sparse;
	unsigned int seen[LARGEST_ORDER + 1] = {0}, best = 0;

	for (size_t i = 1; i < s->n; i++) {
		uint64_t distance = s->v[i].usage - s->v[i - 1].usage;

		for (unsigned int order = 1; order <= LARGEST_ORDER; order++)
			seen[order] += distance == usage_bytes(k, bits, order);
	}
	for (unsigned int order = 1; order <= LARGEST_ORDER; order++) {
		if (seen[order] > seen[best])
			best = order;
	}
	if (best)
		return best;
	return mmx_symbols_find(&k->symbols, "hugetlb_max_hstate") ? PMD_ORDER : 0;
}

static unsigned int power_of_two(unsigned int n)
{
	unsigned int power = 1;

	while (power < n)
		power *= 2;
	return power;
}

int mmx_pageblock_format_find(struct mmx_pageblock_format *f, struct mmx_view *view,
			      struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_mem_section_usage_pageblock_flags};
	const struct mmx_kernel *k = view->kernel;
	const struct mmx_layout *l = &k->layout;
	int64_t bits, types;

	*f = (struct mmx_pageblock_format){.isolate_type = -1};
	if (mmx_layout_require(l, need, 1, err) || mmx_fact_require(&k->facts, FACT_SECTIONS, err))
		return -1;
	if (!mmx_has_enum(l, E_NR_PAGEBLOCK_BITS) || !mmx_has_enum(l, E_MIGRATE_TYPES))
		return mmx_fail(err, MMX_EMISSING,
				"enums pageblock_bits and migratetype are needed and no source of "
				"types has them");
	bits = mmx_enum(l, E_NR_PAGEBLOCK_BITS);
	types = mmx_enum(l, E_MIGRATE_TYPES);
	if (bits <= TYPE_BITS || bits > 8 || types <= 0 || types > MMX_MIGRATE_TYPES)
		return mmx_fail(err, MMX_ECORRUPT,
				"%" PRId64 " bits a pageblock and %" PRId64
				" migrate types make no sense",
				bits, types);
	f->bits = power_of_two(bits);
	f->types = types;
	name_types(f, l);
	f->skip = mmx_has_enum(l, E_PB_migrate_skip) ? mmx_enum(l, E_PB_migrate_skip) : TYPE_BITS;
	if (mmx_has_enum(l, E_PB_migrate_isolate))
		f->isolate = mmx_enum(l, E_PB_migrate_isolate);
	if (mmx_has_enum(l, E_MIGRATE_ISOLATE))
		f->isolate_type = mmx_enum(l, E_MIGRATE_ISOLATE);
	if (f->skip >= f->bits || f->isolate >= f->bits)
		return mmx_fail(err, MMX_ECORRUPT, "pageblocks have bits beyond their %u", f->bits);
	f->order = find_order(k, f->bits);
	return f->order
		       ? 0
		       : mmx_fail(
				 err, MMX_EMISSING,
				 "nothing tells how large pageblocks are: no two early sections have "
				 "their maps beside each other, and the kernel has no hugetlb");
}

void mmx_pageblock_format_free(struct mmx_pageblock_format *f)
{
	(void)f; /* it has nothing of its own */
}

enum mmx_read mmx_pageblock_of(const struct mmx_pageblock_format *f, struct mmx_view *view,
			       uint64_t pfn, struct mmx_pageblock *block)
{
	const struct mmx_kernel *k = view->kernel;
	unsigned int shift = mmx_mem(k)->sparse.section_bits - k->arch->page_shift;
	const struct mmx_section *section =
		mmx_section_of(&mmx_mem(k)->sparse, pfn, k->arch->page_shift);
	uint64_t bit = ((pfn & ((1ULL << shift) - 1)) >> f->order) * f->bits;
	enum mmx_read read;
	uint8_t byte;

	*block = (struct mmx_pageblock){.first = pfn & ~((1ULL << f->order) - 1),
					.frames = 1ULL << f->order};
	if (!f->order)
		return MMX_READ_UNREADABLE; /* where it stands is not known */
	if (!section)
		return MMX_READ_ABSENT;
	read = mmx_kread(view,
			 section->usage + mmx_off(&k->layout, M_mem_section_usage_pageblock_flags) +
				 bit / 8,
			 &byte, 1);
	if (read)
		return read;
	block->raw = byte >> bit % 8 & ((1u << f->bits) - 1);
	block->type = block->raw & ((1u << TYPE_BITS) - 1);
	block->skip = block->raw >> f->skip & 1;
	block->isolated =
		f->isolate ? block->raw >> f->isolate & 1 : (int)block->type == f->isolate_type;
	if (block->type < f->types && f->name[block->type][0])
		block->name = f->name[block->type];
	return MMX_READ_OK;
}
