// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/owners/page_table.h"
#include "mm/processes/pt_steps.h"

/* Of x86_64: where the kernel's image is mapped. */
#define KERNEL_MAP UINT64_C(0xffffffff80000000)

struct told {
	struct mmx_steps *s;
	const struct mmx_kernel *k;
	unsigned int phys_bits; /* 0 where they are not known */
	struct mmx_term address;
};

/*
 * Roots.
 */

static struct mmx_term kernel_root(struct mmx_steps *s, const struct mmx_kernel *k)
{
	static const char *const names[] = {"init_top_pgt", "swapper_pg_dir"};
	struct mmx_term root, base = {.v = (uint64_t)k->phys_base, .is_signed = true};
	uint64_t at = 0;
	unsigned int i = 0;

	if (!mmx_vmcoreinfo_symbol(&k->vmcoreinfo, names[0], &at))
		mmx_vmcoreinfo_symbol(&k->vmcoreinfo, names[++i], &at);
	root = mmx_step_calc(
		s, "into the kernel's map", mmx_step_given(s, at, names[i], "VMCOREINFO"),
		MMX_OP_MINUS,
		mmx_step_given(s, KERNEL_MAP, "the kernel's map", "%s", k->arch->machine));
	return mmx_step_calc(s, "root table", root, MMX_OP_PLUS,
			     mmx_step_given_term(s, base, "phys_base", "VMCOREINFO"));
}

struct mmx_term mmx_step_root(struct mmx_steps *s, struct mmx_view *view, uint64_t mm)
{
	const struct mmx_kernel *k = view->kernel;
	struct mmx_term pgd;

	if (!mm)
		return kernel_root(s, k);
	pgd = mmx_step_member(s, view, mmx_step_given(s, mm, "mm_struct", "of the process"),
			      M_mm_struct_pgd);
	if (k->regions.v[REGION_KERNEL_IMAGE].start && pgd.v >= KERNEL_MAP)
		return kernel_root(s, k); /* init_mm's lies in the image */
	return mmx_step_calc(s, "root table", pgd, MMX_OP_MINUS,
			     mmx_step_region(s, k, REGION_DIRECT_MAP));
}

/*
 * Entries.
 */

struct mmx_term mmx_step_frame(struct mmx_steps *s, const struct mmx_kernel *k,
			       const struct mmx_pte *pte, struct mmx_term raw)
{
	uint64_t page = 1ULL << k->arch->page_shift,
		 size = pte->kind == MMX_PTE_LEAF ? pte->size : page;
	uint64_t mask = k->arch->frame_mask & ~k->paging.clear & ~(size - 1);

	if (pte->no_access)
		raw = mmx_step_calc(s, "not present: inverted", raw, MMX_OP_XOR, mmx_plain(~0ULL));
	return mmx_step_calc(s, pte->kind == MMX_PTE_LEAF ? "its frame's address" : "next table",
			     raw, MMX_OP_AND,
			     mmx_step_given(s, mask, "bits of the frame", "%s, level %u%s",
					    k->arch->machine, pte->level,
					    k->paging.clear ? ", without encryption's" : ""));
}

/* Beyond what the processor has there is nothing: such bits are reserved, and their use is a fault. */
static void check_width(const struct told *t, struct mmx_term frame)
{
	if (t->phys_bits)
		mmx_step_check(t->s, "within physical addresses", frame, MMX_OP_BELOW,
			       mmx_step_given(t->s, 1ULL << t->phys_bits, "their end",
					      "boot_cpu_data.x86_phys_bits: %u", t->phys_bits));
}

static struct mmx_term entry_address(const struct told *t, const struct mmx_pte *pte,
				     struct mmx_term table)
{
	const struct mmx_arch *arch = t->k->arch;
	const char *level = mmx_pt_level_name(t->k, pte->level);
	uint64_t mask = (1ULL << arch->level_bits) - 1;
	char what[MMX_STEP_WHAT];
	struct mmx_term index;

	snprintf(what, sizeof(what), "shift of the %s", level);
	index = mmx_step_calc(t->s, "address without what is below", t->address, MMX_OP_RIGHT,
			      mmx_step_given(t->s, mmx_level_shift(arch, pte->level), what,
					     "%s: %u + %u * %u", arch->machine, arch->page_shift,
					     arch->level_bits, pte->level - 1));
	snprintf(what, sizeof(what), "index in the %s", level);
	index = mmx_step_calc(t->s, what, index, MMX_OP_AND,
			      mmx_step_given(t->s, mask, "mask of an index", "%s: %u bits",
					     arch->machine, arch->level_bits));
	index = mmx_step_calc(t->s, "bytes into the table", index, MMX_OP_TIMES, mmx_plain(8));
	snprintf(what, sizeof(what), "%s entry at", level);
	return mmx_step_calc(t->s, what, table, MMX_OP_PLUS, index);
}

static struct mmx_term tell_leaf(const struct told *t, const struct mmx_pte *pte,
				 struct mmx_term raw)
{
	struct mmx_term frame = mmx_step_frame(t->s, t->k, pte, raw), into, phys;

	check_width(t, frame);
	into = mmx_step_calc(t->s, "bytes into what it maps", t->address, MMX_OP_AND,
			     mmx_step_given(t->s, pte->size - 1, "mask of those", "%s, level %u",
					    t->k->arch->machine, pte->level));
	phys = mmx_step_calc(t->s, "physical address", frame, MMX_OP_PLUS, into);
	mmx_step_check(t->s, "the physical address as told", phys, MMX_OP_EQUAL,
		       mmx_plain(mmx_pte_phys(pte, t->address.v)));
	return mmx_step_calc(t->s, "PFN", phys, MMX_OP_RIGHT, mmx_step_page_shift(t->s, t->k));
}

/* Returns the table below, or where the way ends the PFN that is mapped, or the entry. */
static struct mmx_term tell_entry(const struct told *t, const struct mmx_pte *pte,
				  struct mmx_term table)
{
	struct mmx_term at = entry_address(t, pte, table), raw, next;
	char what[MMX_STEP_WHAT];

	mmx_step_check(t->s, "where the walk looked", at, MMX_OP_EQUAL, mmx_plain(pte->at));
	snprintf(what, sizeof(what), "%s entry", mmx_pt_level_name(t->k, pte->level));
	raw = mmx_step_read(t->s, what, MMX_OP_READ_PHYS, at, mmx_plain(0), 8, mmx_plain(pte->raw),
			    NULL);
	if (pte->kind == MMX_PTE_LEAF)
		return tell_leaf(t, pte, raw);
	if (pte->kind == MMX_PTE_EMPTY || pte->kind == MMX_PTE_NONPRESENT) {
		mmx_step_says(t->s, raw, "%s",
			      pte->kind == MMX_PTE_EMPTY ? "empty: the way ends" : "not present");
		return raw;
	}
	next = mmx_step_frame(t->s, t->k, pte, raw);
	check_width(t, next);
	mmx_step_check(t->s, "the table as told", next, MMX_OP_EQUAL, mmx_plain(pte->phys));
	return next;
}

static unsigned int phys_bits(struct mmx_view *view)
{
	uint64_t cpu, bits;

	if (!mmx_symbol_addr(&view->kernel->symbols, "boot_cpu_data", &cpu) ||
	    mmx_kread_member(view, cpu, M_cpuinfo_x86_x86_phys_bits, &bits) || bits > 52)
		return 0;
	return bits;
}

struct mmx_term mmx_pt_path_steps(struct mmx_steps *s, struct mmx_view *view,
				  const struct mmx_pt_path *path, struct mmx_term root,
				  struct mmx_term address)
{
	struct told t = {s, view->kernel, phys_bits(view), address};
	struct mmx_term table = root;

	for (unsigned int i = 0; i < path->n; i++)
		table = tell_entry(&t, &path->step[i], table);
	return table;
}

/* The type is in the topmost five bits, and the offset behind it, inverted, down to bit 9. */
void mmx_swap_entry_steps(struct mmx_steps *s, struct mmx_view *view, struct mmx_term raw,
			  const struct mmx_user_entry *entry)
{
	const struct mmx_arch *arch = view->kernel->arch;
	struct mmx_term type, offset;
	unsigned int own_type;
	uint64_t own_offset;

	arch->swap_entry(raw.v, &own_type, &own_offset);
	type = mmx_step_calc(s, "type of a swap entry", raw, MMX_OP_RIGHT,
			     mmx_step_given(s, 59, "shift of the type", "%s", arch->machine));
	mmx_step_says(s, type, "%s", mmx_user_words(entry->kind));
	mmx_step_check(s, "the type as told", type, MMX_OP_EQUAL, mmx_plain(own_type));
	offset = mmx_step_calc(s, "inverted", raw, MMX_OP_XOR, mmx_plain(~0ULL));
	offset = mmx_step_calc(s, "without the type", offset, MMX_OP_LEFT,
			       mmx_step_given(s, 5, "bits of the type", "%s", arch->machine));
	offset = mmx_step_calc(
		s, "offset of a swap entry", offset, MMX_OP_RIGHT,
		mmx_step_given(s, 14, "shift of the offset", "%s: 9 + 5", arch->machine));
	mmx_step_check(s, "the offset as told", offset, MMX_OP_EQUAL, mmx_plain(own_offset));
}
