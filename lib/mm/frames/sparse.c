// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "mm/frames/online.h"
#include "mm/frames/sparse.h"

#define ROOT_BYTES   4096u      /* SPARSEMEM_EXTREME: a root's sections fill one page */
#define MAX_SECTIONS (4u << 20) /* 512 TiB in sections of 128 MiB */

/* The bits of section_mem_map; fixed since 5.3 where the enum is not in the types. */
struct section_bits {
	uint64_t has_map, online, early, device, flags_mask;
};

static uint64_t bit_of(const struct mmx_layout *l, enum mmx_layout_enumerator id,
		       unsigned int usual)
{
	int64_t bit = mmx_has_enum(l, id) ? mmx_enum(l, id) : usual;

	return 1ULL << (bit >= 0 && bit < 32 ? bit : usual);
}

static struct section_bits section_bits(const struct mmx_layout *l)
{
	return (struct section_bits){
		.has_map = bit_of(l, E_SECTION_HAS_MEM_MAP_BIT, 1),
		.online = bit_of(l, E_SECTION_IS_ONLINE_BIT, 2),
		.early = bit_of(l, E_SECTION_IS_EARLY_BIT, 3),
		.device = bit_of(l, E_SECTION_TAINT_ZONE_DEVICE_BIT, 4),
		.flags_mask = bit_of(l, E_SECTION_MAP_LAST_BIT, 6) - 1,
	};
}

uint64_t mmx_sparse_map_mask(const struct mmx_kernel *k)
{
	return ~section_bits(&k->layout).flags_mask;
}

static unsigned int pages_shift(const struct mmx_kernel *k)
{
	return mmx_mem(k)->sparse.section_bits - k->arch->page_shift;
}

bool mmx_subsections_read(const struct mmx_kernel *k, const struct mmx_section *section,
			  struct mmx_subsections *sub)
{
	const struct mmx_member *m = &k->layout.member[M_mem_section_usage_subsection_map].m;

	sub->first = section->nr << pages_shift(k);
	sub->shift = MMX_SUBSECTION_SHIFT - k->arch->page_shift;
	sub->n = 1u << (mmx_mem(k)->sparse.section_bits - MMX_SUBSECTION_SHIFT);
	return mmx_has(&k->layout, M_mem_section_usage_subsection_map) &&
	       m->size <= sizeof(sub->bits) && sub->n <= m->size * 8 &&
	       !mmx_kread(k->view, section->usage + m->bit_off / 8, sub->bits, m->size);
}

/* A hot-plugged section has struct pages only for the subsections whose bits are set. */
static bool add_subsections(struct mmx_kernel *k, const struct mmx_section *section)
{
	struct mmx_subsections sub;

	if (!mmx_subsections_read(k, section, &sub)) {
		mmx_mem(k)->sparse.unreadable++;
		return true;
	}
	for (unsigned int i = 0; i < sub.n; i++) {
		uint64_t pfn = mmx_subsection_pfn(&sub, i);

		if (mmx_subsection_present(&sub, i) &&
		    !mmx_ranges_add(&mmx_mem(k)->sparse.pfn, pfn, pfn + (1ULL << sub.shift)))
			return false;
	}
	return true;
}

/* @map: where its struct pages are, with what is so of the section in the low bits */
struct raw_section {
	struct mmx_section s;
	uint64_t map;
};

static const struct mmx_wanted wanted[] = {
	MMX_WANT(struct raw_section, map, mem_section, section_mem_map),
	MMX_WANT(struct raw_section, s.usage, mem_section, usage),
	MMX_WANT_IF(struct raw_section, s.page_ext, mem_section, page_ext),
};

static const struct mmx_decode mem_section = MMX_DECODE("mem_section", wanted);

static bool add_section(struct mmx_kernel *k, const struct section_bits *bits, uint64_t nr,
			const unsigned char *bytes)
{
	struct mmx_sparse *s = &mmx_mem(k)->sparse;
	struct raw_section raw = {.s.nr = nr};
	struct mmx_section *section = &raw.s;

	mmx_decode_bytes(&mem_section, &k->layout, bytes, &raw);
	if (!(raw.map & bits->has_map))
		return true;
	section->online = raw.map & bits->online;
	section->early = raw.map & bits->early;
	section->device = raw.map & bits->device;
	section->map = raw.map & ~bits->flags_mask;
	if (s->n == MAX_SECTIONS || !mmx_array_add(s, *section))
		return false;
	if (section->early)
		return mmx_ranges_add(&s->pfn, nr << pages_shift(k), (nr + 1) << pages_shift(k));
	return add_subsections(k, section);
}

/* Returns false without memory, or with too many sections. */
static bool add_root(struct mmx_kernel *k, const struct section_bits *bits, uint64_t root,
		     uint64_t addr, unsigned int per_root)
{
	unsigned char bytes[ROOT_BYTES];
	uint64_t size = mmx_size(&k->layout, S_mem_section);

	if (mmx_kread(k->view, addr, bytes, per_root * size)) {
		mmx_mem(k)->sparse.unreadable++;
		return true;
	}
	for (unsigned int i = 0; i < per_root; i++) {
		if (!add_section(k, bits, root * per_root + i, bytes + i * size))
			return false;
	}
	return true;
}

/*
 * mem_section is a pointer to an array of root pointers with SPARSEMEM_EXTREME and an array of
 * sections without. VMCOREINFO's SYMBOL(mem_section) is that array in both cases.
 */
static int read_roots(struct mmx_kernel *k, uint64_t roots, uint64_t n, unsigned int per_root)
{
	const struct section_bits bits = section_bits(&k->layout);
	uint64_t block[512];

	for (uint64_t i = 0; i < n; i++) {
		uint64_t in = i % 512, want = n - i < 512 ? n - i : 512, root;

		if (!in && mmx_kread(k->view, roots + i * 8, block, want * 8)) {
			mmx_mem(k)->sparse.unreadable++;
			i += want - 1;
			continue;
		}
		root = le64toh(block[in]);
		if (!root)
			continue;
		mmx_mem(k)->sparse.end = (i + 1) * per_root << pages_shift(k);
		if (!add_root(k, &bits, i, root, per_root))
			return -1;
	}
	return 0;
}

/*
 * With vmemmap every section says the same. A word that is damaged harms nobody but its section, in the kernel
 * too: struct pages are found by vmemmap alone. What more than half of them say is what is left when each that
 * says otherwise has taken one along.
 */
static void find_base(struct mmx_sparse *s)
{
	size_t votes = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (!votes)
			s->map_base = s->v[i].map;
		votes += s->v[i].map == s->map_base ? 1 : -1;
	}
	for (size_t i = 0; i < s->n; i++)
		s->strays += s->v[i].map != s->map_base;
	if (s->strays * 2 >= s->n)
		s->map_base = 0;
}

static int find(struct mmx_kernel *k, struct mmx_err *err)
{
	const struct mmx_vmcoreinfo *vi = &k->vmcoreinfo;
	int64_t section_bits_number, phys_bits;
	uint64_t value, symbol, size = mmx_size(&k->layout, S_mem_section), sections;
	unsigned int per_root = 1;

	if (mmx_decode_within(&mem_section, &k->layout, size, err))
		return -1;
	if (!mmx_vmcoreinfo_number(vi, "SECTION_SIZE_BITS", &section_bits_number) ||
	    !mmx_vmcoreinfo_number(vi, "MAX_PHYSMEM_BITS", &phys_bits) ||
	    !mmx_vmcoreinfo_symbol(vi, "mem_section", &value))
		return mmx_fail(
			err, MMX_EMISSING,
			"VMCOREINFO lacks SECTION_SIZE_BITS, MAX_PHYSMEM_BITS or mem_section");
	if (section_bits_number < MMX_SUBSECTION_SHIFT || section_bits_number > 40 ||
	    phys_bits > 56 || phys_bits < section_bits_number || !size || size > ROOT_BYTES)
		return mmx_fail(err, MMX_ECORRUPT,
				"section bits %" PRId64 ", physical bits %" PRId64
				" and mem_section of %" PRIu64 " bytes make no sense together",
				section_bits_number, phys_bits, size);
	mmx_mem(k)->sparse.section_bits = section_bits_number;
	sections = 1ULL << (phys_bits - section_bits_number);
	if (mmx_symbol_addr(&k->symbols, "mem_section", &symbol) && symbol == value)
		return mmx_fail(
			err, MMX_EMISSING,
			"a static mem_section array (no SPARSEMEM_EXTREME) is not supported");
	per_root = ROOT_BYTES / size;
	if (read_roots(k, value, (sections + per_root - 1) / per_root, per_root))
		return mmx_mem(k)->sparse.n < MAX_SECTIONS
			       ? mmx_fail_nomem(err)
			       : mmx_fail(err, MMX_ECORRUPT, "more than %u sections are present",
					  MAX_SECTIONS);
	mmx_ranges_normalise(&mmx_mem(k)->sparse.pfn);
	find_base(&mmx_mem(k)->sparse);
	if (!mmx_mem(k)->sparse.n)
		return mmx_fail(err, MMX_EABSENT, "no section is present%s",
				mmx_mem(k)->sparse.unreadable ? ", and section roots are unreadable"
							      : "");
	return 0;
}

/* Frames that are memory and present in the dump must have a struct page. */
static uint64_t present_without_section(const struct mmx_kernel *k, uint64_t *example)
{
	unsigned int shift = k->arch->page_shift;
	uint64_t without = 0;

	mmx_for_each_range (r, &k->image->present) {
		uint64_t pfn = r->start >> shift, end = r->end >> shift;

		while (pfn < end) {
			const struct mmx_range *in = mmx_ranges_find(&mmx_mem(k)->sparse.pfn, pfn);
			uint64_t stop = !in || in->start >= end ? end : in->start;

			if (stop > pfn) {
				without += stop - pfn;
				*example = pfn;
			}
			pfn = !in || in->end >= end ? end : in->end;
			if (in && in->start >= end)
				break;
		}
	}
	return without;
}

void mmx_sparse_find(struct mmx_kernel *k)
{
	static const char source[] = "VMCOREINFO mem_section";
	uint64_t without, example = 0;
	struct mmx_err err;

	if (find(k, &err)) {
		mmx_fact_set(&k->facts, FACT_SECTIONS, MMX_FACT_UNKNOWN, source, "%s", err.text);
		return;
	}
	without = present_without_section(k, &example);
	if (mmx_mem(k)->sparse.unreadable)
		mmx_fact_set(&k->facts, FACT_SECTIONS, MMX_FACT_FAILED, source,
			     "%zu sections found, %u roots or subsection maps unreadable",
			     mmx_mem(k)->sparse.n, mmx_mem(k)->sparse.unreadable);
	else
		mmx_fact_set(&k->facts, FACT_SECTIONS,
			     k->image->present.n ? MMX_FACT_CHECKED : MMX_FACT_UNCHECKED, source,
			     "%zu sections; %" PRIu64
			     " frames present in the dump have no struct page%s",
			     mmx_mem(k)->sparse.n, without,
			     without ? " (firmware, or memory the kernel ignored)" : "");
}

void mmx_sparse_free(struct mmx_sparse *s)
{
	mmx_array_free(s);
	mmx_ranges_free(&s->pfn);
	mmx_online_free(s);
}

const struct mmx_section *mmx_section_of(const struct mmx_sparse *s, uint64_t pfn,
					 unsigned int page_shift)
{
	if (s->section_bits <= page_shift) /* nothing is known of sections */
		return NULL;
	return mmx_array_at(s, nr, pfn >> (s->section_bits - page_shift));
}
