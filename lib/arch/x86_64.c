// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * x86_64: four or five levels of tables with 512 entries of eight bytes, huge leaves at levels 2
 * and 3, the memory-encryption bit, and the inversion of frames in entries that are not present.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "arch/arch.h"
#include "base/bytes.h"
#include "kernel/kernel.h"

#define PAGE_SHIFT         12
#define LEVEL_BITS         9
#define ENTRIES            (1u << LEVEL_BITS)
#define TABLE_BYTES        (ENTRIES * 8u)
#define LEVELS_MAX         5
#define DIRECT_MAP_SAMPLES 256

#define HUGE_LEVEL 3 /* the highest level at which a leaf can stand */

#define PTE_P        (1ULL << 0)
#define PTE_PSE      (1ULL << 7) /* at level 2 and 3; PAT at level 1 */
#define PTE_PROTNONE (1ULL << 8) /* when not present: mapped, no access */
#define FRAME_MASK   0x000ffffffffff000ULL

#define KERNEL_MAP        UINT64_C(0xffffffff80000000)
#define MODULES_END       UINT64_C(0xffffffffff000000)
#define KERNEL_IMAGE_SIZE (UINT64_C(1) << 30)

static inline unsigned int level_shift(unsigned int level)
{
	return PAGE_SHIFT + LEVEL_BITS * (level - 1);
}

static inline bool entry_present(uint64_t raw)
{
	return raw & PTE_P;
}

/*
 * An entry that is not present but maps something: PROT_NONE, or a huge page being split, which
 * keeps PSE while P is clear. Real swap entries have both bits clear.
 */
static bool entry_maps(uint64_t raw, unsigned int level)
{
	if (level == 1)
		return raw & (PTE_P | PTE_PROTNONE);
	return level <= HUGE_LEVEL && raw & PTE_PSE;
}

/* The kernel stores frames inverted in entries that are not present, against L1TF. */
static uint64_t entry_frame(uint64_t raw, unsigned int level, uint64_t clear)
{
	uint64_t frame = entry_present(raw) ? raw : ~raw;

	return frame & FRAME_MASK & ~clear & ~((1ULL << level_shift(level)) - 1);
}

/* Type in the top five bits, then the offset, inverted, down to the bits that tell kinds apart. */
static void x86_64_swap_entry(uint64_t raw, unsigned int *type, uint64_t *offset)
{
	*type = raw >> 59;
	*offset = ~raw << 5 >> 14;
}

struct walk {
	struct mmx_reader *reader;
	const struct mmx_paging *paging;
	mmx_table_fn table; /* or NULL */
	mmx_pte_fn fn;
	void *arg;
	uint64_t tables_left; /* every table is a page, so more tables than pages is a loop */
};

static uint64_t table_budget(const struct mmx_image *image)
{
	uint64_t memory = mmx_ranges_total(&image->ram);

	if (mmx_ranges_total(&image->present) > memory)
		memory = mmx_ranges_total(&image->present);
	return (image->presence_known ? memory >> PAGE_SHIFT : 1u << 22) + 4096;
}

/* Sign-extends a virtual address from the width that this many levels have. */
static uint64_t canonical(uint64_t va, unsigned int levels)
{
	unsigned int unused = 64 - level_shift(levels + 1);

	return (uint64_t)((int64_t)(va << unused) >> unused);
}

static bool walk_table(struct walk *w, unsigned int level, uint64_t table, uint64_t base,
		       uint64_t first, uint64_t last);

static bool walk_entry(struct walk *w, unsigned int level, struct mmx_pte *pte, uint64_t first,
		       uint64_t last)
{
	uint64_t end = pte->va + (pte->size - 1);
	struct mmx_table below;

	if (entry_maps(pte->raw, level)) {
		pte->kind = MMX_PTE_LEAF;
		pte->no_access = !entry_present(pte->raw);
		pte->phys = entry_frame(pte->raw, level, w->paging->clear);
		return w->fn(w->arg, pte);
	}
	if (!entry_present(pte->raw) || level == 1) {
		pte->kind = MMX_PTE_NONPRESENT;
		return w->fn(w->arg, pte);
	}
	/* A table's frame is a 4 KiB one whatever the level of the entry that points to it. */
	below = (struct mmx_table){entry_frame(pte->raw, 1, w->paging->clear), pte->va, level - 1};
	if (w->table && !w->table(w->arg, &below))
		return true;
	return walk_table(w, level - 1, below.phys, pte->va, first > pte->va ? first : pte->va,
			  last < end ? last : end);
}

static bool walk_refused(struct walk *w, unsigned int level, uint64_t at, uint64_t first,
			 enum mmx_pte_kind kind, enum mmx_read read)
{
	struct mmx_pte pte = {
		.va = first,
		.size = 1ULL << level_shift(level + 1),
		.at = at,
		.kind = kind,
		.read = read,
		.level = level + 1,
	};

	w->fn(w->arg, &pte);
	return kind != MMX_PTE_LOOP;
}

static bool walk_table(struct walk *w, unsigned int level, uint64_t table, uint64_t base,
		       uint64_t first, uint64_t last)
{
	unsigned int shift = level_shift(level);
	unsigned int from = first >> shift & (ENTRIES - 1), to = last >> shift & (ENTRIES - 1);
	uint64_t entries[ENTRIES];
	enum mmx_read read;

	if (!w->tables_left--)
		return walk_refused(w, level, table, first, MMX_PTE_LOOP, MMX_READ_OK);
	read = mmx_phys_read(w->reader, table + from * 8u, entries + from, (to - from + 1) * 8u);
	if (read)
		return walk_refused(w, level, table, first, MMX_PTE_UNREADABLE, read);
	for (unsigned int i = from; i <= to; i++) {
		struct mmx_pte pte = {
			.va = canonical(base + ((uint64_t)i << shift), w->paging->levels),
			.size = 1ULL << shift,
			.at = table + i * 8u,
			.raw = le64toh(entries[i]),
			.level = level,
		};

		if (pte.raw && !walk_entry(w, level, &pte, first, last))
			return false;
	}
	return true;
}

/*
 * The root's entries below the middle map the bottom of the address space and the others its top;
 * what lies between the two halves is no address.
 */
static void x86_64_walk_tables(struct mmx_reader *reader, const struct mmx_paging *paging,
			       uint64_t root, uint64_t start, uint64_t last, mmx_table_fn table,
			       mmx_pte_fn fn, void *arg)
{
	struct walk w = {
		.reader = reader,
		.paging = paging,
		.table = table,
		.fn = fn,
		.arg = arg,
		.tables_left = table_budget(reader->image),
	};
	uint64_t span = 1ULL << level_shift(paging->levels + 1), half = span / 2;
	uint64_t low_last = last < half - 1 ? last : half - 1,
		 high_first = start > -half ? start : -half;
	const struct mmx_table top = {root, start, paging->levels};

	if (table && !table(arg, &top))
		return;
	if (start <= low_last && !walk_table(&w, paging->levels, root, 0, start, low_last))
		return;
	if (high_first <= last)
		walk_table(&w, paging->levels, root, -span, high_first, last);
}

static void x86_64_walk(struct mmx_reader *reader, const struct mmx_paging *paging, uint64_t root,
			uint64_t start, uint64_t last, mmx_pte_fn fn, void *arg)
{
	x86_64_walk_tables(reader, paging, root, start, last, NULL, fn, arg);
}

/*
 * Paging: the root and the number of levels as VMCOREINFO says, checked by translating _stext,
 * whose physical address is known by arithmetic.
 */

struct translation {
	uint64_t va;
	uint64_t phys;
	bool found;
};

static bool take_translation(void *arg, const struct mmx_pte *pte)
{
	struct translation *t = arg;

	if (pte->kind == MMX_PTE_LEAF) {
		t->found = true;
		t->phys = pte->phys + (t->va - pte->va);
	}
	return false;
}

static bool translates_to(struct mmx_reader *reader, const struct mmx_paging *paging, uint64_t va,
			  uint64_t phys)
{
	struct translation t = {.va = va};

	x86_64_walk(reader, paging, paging->root, va, va, take_translation, &t);
	return t.found && t.phys == phys;
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
		if (!translates_to(k->view->reader, &k->paging, stext, stext_phys))
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
 * With page-table isolation every root has a second one behind it, on which user mode runs. The
 * kernel's own second one is part of its image: there, it is empty when isolation is off, and
 * something with a name of its own follows in a kernel that was built without.
 */
static uint64_t x86_64_user_root(struct mmx_kernel *k, uint64_t root, bool *used)
{
	const uint64_t behind = k->paging.root + TABLE_BYTES;
	const uint64_t va = behind - (uint64_t)k->phys_base + KERNEL_MAP;
	const struct mmx_symbol *s = mmx_symbols_nearest(&k->symbols, va);
	uint64_t entries[ENTRIES / 2];

	*used = false;
	if (!s || s->addr == va ||
	    mmx_phys_read(k->view->reader, behind + sizeof(entries), entries, sizeof(entries)))
		return 0;
	for (unsigned int i = 0; i < ENTRIES / 2; i++)
		*used |= entries[i] != 0;
	return root + TABLE_BYTES;
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

static enum alias check_alias(struct mmx_kernel *k, uint64_t va, uint64_t phys, uint64_t *found)
{
	struct translation t = {.va = va};

	x86_64_walk(k->view->reader, &k->paging, k->paging.root, va, va, take_translation, &t);
	*found = t.phys;
	return !t.found ? ALIAS_UNMAPPED : t.phys == phys ? ALIAS_RIGHT : ALIAS_WRONG;
}

/*
 * Present pages, spread over memory, must be mapped at base + address, or not at all: firmware and
 * what is kept secret on purpose.
 */
static void check_direct_map(struct mmx_kernel *k, uint64_t base, const char *source)
{
	const struct mmx_range root = {k->paging.root, k->paging.root + TABLE_BYTES};
	const struct mmx_ranges *present = &k->image->present;
	uint64_t step = mmx_ranges_total(present) / DIRECT_MAP_SAMPLES + 1, found;
	unsigned int right = 0, unmapped = 0;
	size_t n = present->n ? present->n : 1;

	for (size_t i = 0; i < n; i++) {
		const struct mmx_range *r = present->n ? &present->v[i] : &root;

		for (uint64_t at = r->start;
		     at<r->end; at = r->end - at> step ? at + step : r->end) {
			switch (check_alias(k, base + at, at, &found)) {
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

struct first_entry {
	uint64_t va;
	bool found;
};

static bool take_first(void *arg, const struct mmx_pte *pte)
{
	struct first_entry *f = arg;

	f->found = true;
	f->va = pte->va;
	return false;
}

static bool first_mapped(struct mmx_kernel *k, uint64_t start, uint64_t end, uint64_t *va)
{
	struct first_entry f = {0};

	if (start < end)
		x86_64_walk(k->view->reader, &k->paging, k->paging.root, start, end - 1, take_first,
			    &f);
	*va = f.va;
	return f.found;
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

	if (!vmalloc->start)
		return;
	if (k->direct_map.va_end && memory_end(k) &&
	    first_mapped(k, behind, vmalloc->start, &stray))
		mmx_fact_set(&k->facts, FACT_VMALLOC, MMX_FACT_FAILED, vmalloc->source,
			     "0x%" PRIx64 ", between the direct map and base 0x%" PRIx64
			     ", is mapped",
			     stray, vmalloc->start);
	else if (!first_mapped(k, vmalloc->start, vmalloc->end, &first))
		mmx_fact_set(&k->facts, FACT_VMALLOC, MMX_FACT_FAILED, vmalloc->source,
			     "nothing is mapped from base 0x%" PRIx64 " on", vmalloc->start);
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
	if (translates_to(k->view->reader, &k->paging, text, text + slide) &&
	    translates_to(k->view->reader, &k->paging, end - 1, end - 1 + slide))
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
	for (size_t i = 0; i < k->symbols.n; i++) {
		const struct mmx_symbol *s = &k->symbols.v[i];

		if (!s->module || (s->type != 't' && s->type != 'T'))
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

static int x86_64_regions(struct mmx_kernel *k, struct mmx_err *err)
{
	(void)err;
	find_image(k);
	find_modules(k);
	find_vmalloc(k);
	find_direct_map(k);
	check_vmalloc(k);
	find_vmemmap(k);
	return 0;
}

const struct mmx_arch mmx_arch_x86_64 = {
	.machine = "x86_64",
	.page_shift = PAGE_SHIFT,
	.paging = x86_64_paging,
	.walk = x86_64_walk,
	.walk_tables = x86_64_walk_tables,
	.user_root = x86_64_user_root,
	.swap_entry = x86_64_swap_entry,
	.regions = x86_64_regions,
};
