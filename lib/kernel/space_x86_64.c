// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The address space of x86_64: the kernel's image at a fixed place but for its slide, three regions
 * that memory KASLR moves, and a second root behind each one with page-table isolation.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "arch/pagetable.h"
#include "kernel/kernel.h"
#include "kernel/member.h"
#include "kernel/space.h"

#define PAGE_SHIFT         12
#define TABLE_BYTES        (1u << PAGE_SHIFT)
#define LEVELS_MAX         5
#define DIRECT_MAP_SAMPLES 256

#define KERNEL_MAP        UINT64_C(0xffffffff80000000)
#define MODULES_END       UINT64_C(0xffffffffff000000)
#define KERNEL_IMAGE_SIZE (UINT64_C(1) << 30)

/*
 * Paging: the root and the number of levels as VMCOREINFO says, checked by translating _stext,
 * whose physical address is known by arithmetic.
 */

/* What the kernel's own tables say is behind an address, past all that is known of regions. */
static bool translate(struct mmx_pt *pt, uint64_t va, uint64_t *phys)
{
	mmx_pt_seek(pt, va, va);
	if (!mmx_pt_next(pt) || pt->pte.kind != MMX_PTE_LEAF)
		return false;
	*phys = mmx_pte_phys(&pt->pte, va);
	return true;
}

/* Before the number of levels is known nothing of one translation serves the next. */
static bool translates_to(const struct mmx_kernel *k, uint64_t va, uint64_t phys)
{
	struct mmx_pt pt;
	uint64_t found = 0;

	mmx_pt_begin(&pt, k->view->reader, k->arch, &k->paging, k->paging.root, va, va, 0);
	return translate(&pt, va, &found) && found == phys;
}

static int x86_64_paging(struct mmx_kernel *k, struct mmx_err *err)
{
	const struct mmx_vmcoreinfo *vi = &k->vmcoreinfo;
	uint64_t root, stext, stext_phys;
	int64_t phys_base, l5 = 0, sme = 0;
	const char *text;
	unsigned int told;

	text = mmx_vmcoreinfo_text(vi, "PAGESIZE");
	if (text && strtoull(text, NULL, 10) != 1u << PAGE_SHIFT)
		return mmx_fail(err, MMX_ECORRUPT,
				"VMCOREINFO says PAGESIZE=%s; on x86_64 it is 4096", text);
	if (!mmx_vmcoreinfo_number(vi, "phys_base", &phys_base))
		return mmx_fail(err, MMX_EMISSING, "VMCOREINFO has no NUMBER(phys_base)");
	if (!mmx_vmcoreinfo_symbol(vi, "init_top_pgt", &root) &&
	    !mmx_vmcoreinfo_symbol(vi, "swapper_pg_dir", &root))
		return mmx_fail(
			err, MMX_EMISSING,
			"VMCOREINFO has neither SYMBOL(init_top_pgt) nor SYMBOL(swapper_pg_dir)");
	if (!mmx_vmcoreinfo_symbol(vi, "_stext", &stext))
		return mmx_fail(err, MMX_EMISSING, "VMCOREINFO has no SYMBOL(_stext)");
	mmx_vmcoreinfo_number(vi, "pgtable_l5_enabled", &l5);
	mmx_vmcoreinfo_number(vi, "sme_mask", &sme);

	k->phys_base = phys_base;
	k->paging.root = root - KERNEL_MAP + (uint64_t)phys_base;
	k->paging.clear = (uint64_t)sme;
	stext_phys = stext - KERNEL_MAP + (uint64_t)phys_base;
	told = l5 ? 5 : 4;
	for (unsigned int levels = LEVELS_MAX; levels >= LEVELS_MAX - 1; levels--) {
		k->paging.levels = levels;
		if (!translates_to(k, stext, stext_phys))
			continue;
		mmx_fact_set(
			&k->facts, FACT_PAGING, levels == told ? MMX_FACT_CHECKED : MMX_FACT_FAILED,
			"VMCOREINFO init_top_pgt, phys_base, pgtable_l5_enabled",
			"%u levels; _stext 0x%" PRIx64 " translates to 0x%" PRIx64
			" as phys_base says%s",
			levels, stext, stext_phys,
			levels == told ? "" : ", but VMCOREINFO tells another number of levels");
		return 0;
	}
	return mmx_fail(err, MMX_ECORRUPT,
			"page tables at physical 0x%" PRIx64 " do not translate _stext (0x%" PRIx64
			") to 0x%" PRIx64 " as phys_base 0x%" PRIx64
			" says, with neither 4 nor 5 levels",
			k->paging.root, stext, stext_phys, (uint64_t)phys_base);
}

/*
 * Regions. The three bases that memory KASLR moves are variables of the kernel; one without it has
 * them at fixed places.
 */

struct base {
	const char *symbol;
	uint64_t fixed[2]; /* with 4 and 5 levels */
};

static const struct base direct_map_base = {"page_offset_base",
					    {0xffff888000000000ULL, 0xff11000000000000ULL}};
static const struct base vmalloc_base = {"vmalloc_base",
					 {0xffffc90000000000ULL, 0xffa0000000000000ULL}};
static const struct base vmemmap_base = {"vmemmap_base",
					 {0xffffea0000000000ULL, 0xffd4000000000000ULL}};
static const uint64_t vmalloc_size[2] = {32ULL << 40, 12800ULL << 40};

static bool find_base(struct mmx_kernel *k, const struct base *base, uint64_t *value, char *source,
		      size_t size)
{
	uint64_t at;

	if (mmx_symbol_addr(&k->symbols, base->symbol, &at)) {
		snprintf(source, size, "symbol %s", base->symbol);
		return mmx_kread_u64(k->view, at, value) == MMX_READ_OK;
	}
	*value = base->fixed[k->paging.levels - 4];
	snprintf(source, size, "no symbol %s: the architecture's fixed base", base->symbol);
	return true;
}

enum alias { ALIAS_RIGHT, ALIAS_WRONG, ALIAS_UNMAPPED };

static enum alias check_alias(struct mmx_pt *pt, uint64_t va, uint64_t phys, uint64_t *found)
{
	if (!translate(pt, va, found))
		return ALIAS_UNMAPPED;
	return *found == phys ? ALIAS_RIGHT : ALIAS_WRONG;
}

/*
 * Present pages, spread over memory, must be mapped at base + address, or not at all: firmware and
 * what is kept secret on purpose.
 */
static void check_direct_map(struct mmx_kernel *k, uint64_t base, const char *source)
{
	const struct mmx_range root = {k->paging.root, k->paging.root + TABLE_BYTES};
	const struct mmx_ranges *present = &k->image->present;
	uint64_t step =
		present->n ? mmx_ranges_total(present) / DIRECT_MAP_SAMPLES + 1 : TABLE_BYTES;
	uint64_t skip = 0, found;
	unsigned int right = 0, unmapped = 0;
	size_t n = present->n ? present->n : 1;
	struct mmx_pt pt;

	mmx_pt_begin(&pt, k->view->reader, k->arch, &k->paging, k->paging.root, base, base, 0);
	for (size_t i = 0; i < n; i++) {
		const struct mmx_range *r = present->n ? &present->v[i] : &root;
		uint64_t at = r->start;

		for (; skip < r->end - at; skip = step) {
			at += skip;
			switch (check_alias(&pt, base + at, at, &found)) {
			case ALIAS_RIGHT:
				right++;
				break;
			case ALIAS_UNMAPPED:
				unmapped++;
				break;
			case ALIAS_WRONG:
				mmx_fact_set(&k->facts, FACT_DIRECT_MAP, MMX_FACT_FAILED, source,
					     "0x%" PRIx64 " should map physical 0x%" PRIx64
					     " and maps 0x%" PRIx64,
					     base + at, at, found);
				return;
			}
		}
		skip -= r->end - at;
	}
	if (!right) {
		mmx_fact_set(&k->facts, FACT_DIRECT_MAP, MMX_FACT_FAILED, source,
			     "none of %u addresses tried behind base 0x%" PRIx64 " is mapped",
			     unmapped, base);
		return;
	}
	k->direct_map = (struct mmx_linear){
		.va_start = base,
		.va_end = k->regions.v[REGION_DIRECT_MAP].end,
	};
	mmx_fact_set(
		&k->facts, FACT_DIRECT_MAP, MMX_FACT_CHECKED, source,
		"%u of %u physical addresses tried are mapped at base + address, the rest not at all",
		right, right + unmapped);
}

static uint64_t memory_end(const struct mmx_kernel *k)
{
	uint64_t end = 0;

	if (k->image->present.n)
		end = k->image->present.v[k->image->present.n - 1].end;
	if (k->image->ram.n && k->image->ram.v[k->image->ram.n - 1].end > end)
		end = k->image->ram.v[k->image->ram.n - 1].end;
	return end;
}

/* Where memory ends is not always known, and the map never reaches the region behind it. */
static void find_direct_map(struct mmx_kernel *k)
{
	uint64_t limit = k->regions.v[REGION_VMALLOC].start, base, end;
	char source[80];

	if (!find_base(k, &direct_map_base, &base, source, sizeof(source))) {
		mmx_fact_set(&k->facts, FACT_DIRECT_MAP, MMX_FACT_UNKNOWN, source,
			     "%s is unreadable", direct_map_base.symbol);
		return;
	}
	end = memory_end(k) ? base + memory_end(k) : limit;
	if (limit && (base >= limit || end > limit)) {
		mmx_fact_set(&k->facts, FACT_DIRECT_MAP, MMX_FACT_FAILED, source,
			     "0x%" PRIx64 " to 0x%" PRIx64
			     " reaches into vmalloc space at 0x%" PRIx64,
			     base, end, limit);
		return;
	}
	mmx_region_set(&k->regions, REGION_DIRECT_MAP, base, end, "%s", source);
	check_direct_map(k, base, source);
}

/* The first address that is mapped, if any; what could not be looked at before it is in the coverage. */
static bool first_mapped(struct mmx_kernel *k, uint64_t start, uint64_t end, uint64_t *va,
			 struct mmx_coverage *coverage)
{
	bool found = false;
	struct mmx_pt pt;

	if (start >= end)
		return false;
	mmx_pt_begin(&pt, k->view->reader, k->arch, &k->paging, k->paging.root, start, end - 1, 0);
	while (!found && mmx_pt_next(&pt))
		found = pt.pte.kind == MMX_PTE_LEAF;
	mmx_cover_inherit(coverage, &pt.coverage);
	*va = pt.pte.va;
	return found;
}

static void find_vmalloc(struct mmx_kernel *k)
{
	char source[80];
	uint64_t base;

	if (find_base(k, &vmalloc_base, &base, source, sizeof(source)))
		mmx_region_set(&k->regions, REGION_VMALLOC, base,
			       base + vmalloc_size[k->paging.levels - 4], "%s", source);
	else
		mmx_fact_set(&k->facts, FACT_VMALLOC, MMX_FACT_UNKNOWN, source, "%s is unreadable",
			     vmalloc_base.symbol);
}

/* Something must be mapped in vmalloc space and nothing between the direct map and it. */
static void check_vmalloc(struct mmx_kernel *k)
{
	const struct mmx_region *vmalloc = &k->regions.v[REGION_VMALLOC];
	/* The direct map's last leaf may be a huge one that reaches beyond the last byte of memory. */
	uint64_t behind = (k->regions.v[REGION_DIRECT_MAP].end | ((1ULL << 30) - 1)) + 1, stray,
		 first;
	struct mmx_coverage coverage = {0};

	if (!vmalloc->start)
		return;
	if (k->direct_map.va_end && memory_end(k) &&
	    first_mapped(k, behind, vmalloc->start, &stray, &coverage))
		mmx_fact_set(&k->facts, FACT_VMALLOC, MMX_FACT_FAILED, vmalloc->source,
			     "0x%" PRIx64 ", between the direct map and base 0x%" PRIx64
			     ", is mapped",
			     stray, vmalloc->start);
	else if (!first_mapped(k, vmalloc->start, vmalloc->end, &first, &coverage) &&
		 mmx_cover_whole(&coverage))
		mmx_fact_set(&k->facts, FACT_VMALLOC, MMX_FACT_FAILED, vmalloc->source,
			     "nothing is mapped from base 0x%" PRIx64 " on", vmalloc->start);
	else if (!mmx_cover_whole(&coverage))
		mmx_fact_set(&k->facts, FACT_VMALLOC, MMX_FACT_UNCHECKED, vmalloc->source, "%s",
			     coverage.first.text);
	else
		mmx_fact_set(&k->facts, FACT_VMALLOC, MMX_FACT_CHECKED, vmalloc->source,
			     "its first page is 0x%" PRIx64 "%s", first,
			     memory_end(k) ? ", and nothing is mapped between the direct map and it"
					   : "");
}

static void find_image(struct mmx_kernel *k)
{
	uint64_t text, end, slide = (uint64_t)k->phys_base - KERNEL_MAP;

	if (!mmx_symbol_addr(&k->symbols, "_text", &text) ||
	    !mmx_symbol_addr(&k->symbols, "_end", &end) || text >= end || text < KERNEL_MAP ||
	    end > MODULES_END) {
		mmx_fact_set(&k->facts, FACT_KERNEL_IMAGE, MMX_FACT_UNKNOWN, "symbols",
			     "no sane symbols _text and _end");
		return;
	}
	mmx_region_set(&k->regions, REGION_KERNEL_IMAGE, text, end, "symbols _text to _end");
	/* Init memory is freed and unmapped after boot, so the image's two ends are what must be right. */
	if (translates_to(k, text, text + slide) && translates_to(k, end - 1, end - 1 + slide))
		mmx_fact_set(&k->facts, FACT_KERNEL_IMAGE, MMX_FACT_CHECKED,
			     "symbols _text to _end", "both ends translate as phys_base says");
	else
		mmx_fact_set(&k->facts, FACT_KERNEL_IMAGE, MMX_FACT_FAILED, "symbols _text to _end",
			     "an end does not translate as phys_base says");
}

static void find_modules(struct mmx_kernel *k)
{
	uint64_t start, outside = 0;
	unsigned int inside = 0;
	int64_t size;

	if (!mmx_vmcoreinfo_number(&k->vmcoreinfo, "KERNEL_IMAGE_SIZE", &size) || size <= 0)
		size = KERNEL_IMAGE_SIZE;
	start = KERNEL_MAP + (uint64_t)size;
	mmx_region_set(&k->regions, REGION_MODULES, start, MODULES_END,
		       "KERNEL_IMAGE_SIZE of VMCOREINFO");
	for (size_t i = 0; i < k->symbols.modules.n; i++) {
		const struct mmx_symbol *s = &k->symbols.modules.v[i];

		if (s->type != 't' && s->type != 'T')
			continue;
		if (s->addr >= start && s->addr < MODULES_END)
			inside++;
		else
			outside = s->addr;
	}
	if (outside)
		mmx_fact_set(&k->facts, FACT_MODULE_SPACE, MMX_FACT_FAILED, "KERNEL_IMAGE_SIZE",
			     "a module's function lies outside, at 0x%" PRIx64, outside);
	else
		mmx_fact_set(&k->facts, FACT_MODULE_SPACE,
			     inside ? MMX_FACT_CHECKED : MMX_FACT_UNCHECKED, "KERNEL_IMAGE_SIZE",
			     "all %u functions of modules lie inside", inside);
}

static void find_vmemmap(struct mmx_kernel *k)
{
	uint64_t base, end;
	char source[80];

	if (!find_base(k, &vmemmap_base, &base, source, sizeof(source)))
		return;
	end = base + (memory_end(k) >> PAGE_SHIFT) * mmx_size(&k->layout, S_page);
	mmx_region_set(&k->regions, REGION_VMEMMAP, base, end, "%s", source);
}

/*
 * With page-table isolation every root has a second one behind it, on which user mode runs. The
 * kernel's own second one is part of its image: there, its upper half is empty when isolation is off,
 * and something with a name of its own follows in a kernel that was built without.
 */
static void find_isolation(struct mmx_kernel *k)
{
	const char *source = "the kernel's second root table";
	const uint64_t behind = k->paging.root + TABLE_BYTES;
	const uint64_t va = behind - (uint64_t)k->phys_base + KERNEL_MAP;
	const struct mmx_symbol *s = mmx_symbols_nearest(&k->symbols, va);
	uint64_t entries[TABLE_BYTES / 8 / 2];
	unsigned int used = 0;
	enum mmx_read read;
	char name[128];

	if (!s) {
		mmx_fact_set(&k->facts, FACT_ISOLATION, MMX_FACT_UNKNOWN, source, "no symbols");
		return;
	}
	if (s->addr == va) {
		mmx_symbol_format(&k->symbols, va, name, sizeof(name));
		mmx_fact_set(&k->facts, FACT_ISOLATION, MMX_FACT_CHECKED, source,
			     "not built in: %s is where it would be", name);
		return;
	}
	read = mmx_phys_read(k->view->reader, behind + sizeof(entries), entries, sizeof(entries));
	if (read) {
		mmx_fact_set(&k->facts, FACT_ISOLATION, MMX_FACT_UNKNOWN, source, "it is %s",
			     mmx_read_name(read));
		return;
	}
	for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++)
		used += entries[i] != 0;
	k->isolation = (struct mmx_isolation){TABLE_BYTES, used != 0};
	mmx_fact_set(&k->facts, FACT_ISOLATION, MMX_FACT_CHECKED, source,
		     "%s: %u entries of its upper half are in use", used ? "on" : "off", used);
}

/*
 * A guest of TDX says with the topmost bit of an address that the host shares the page. Nothing tells which bit that
 * is but the mask of all others.
 */
static void take_physical_mask(struct mmx_kernel *k)
{
	uint64_t mask, low = (1ULL << 32) - 1;

	if (!mmx_kread_variable(k->view, "physical_mask", 8, &mask) && (mask & low) == low)
		k->paging.clear |= ~mask & k->arch->frame_mask;
}

static void x86_64_regions(struct mmx_kernel *k)
{
	take_physical_mask(k);
	find_image(k);
	find_modules(k);
	find_vmalloc(k);
	find_direct_map(k);
	check_vmalloc(k);
	find_vmemmap(k);
	find_isolation(k);
}

const struct mmx_space mmx_space_x86_64 = {
	.machine = "x86_64",
	.paging = x86_64_paging,
	.regions = x86_64_regions,
};
