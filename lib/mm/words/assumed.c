// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What no profile has, since a configuration decides it, of 6.8 and 6.14 on x86_64 as distributions build
 * them: MEMORY_FAILURE, PAGE_IDLE_FLAG, ZONE_DEVICE, 1024 nodes, MEMCG, no KASAN of hardware tags.
 */
#include <stdio.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/words/lexicon.h"

/* GFP flags: what several make comes before its parts, as in the kernel's own table. The same bits in both series. */
static const struct mmx_gfp_name gfp[] = {
	{0x1c24ca, "GFP_TRANSHUGE"},
	{0x1c20ca, "GFP_TRANSHUGE_LIGHT"},
	{0x100cca, "GFP_HIGHUSER_MOVABLE"},
	{0x100cc2, "GFP_HIGHUSER"},
	{0x100cc0, "GFP_USER"},
	{0x400cc0, "GFP_KERNEL_ACCOUNT"},
	{0xcc0, "GFP_KERNEL"},
	{0xc40, "GFP_NOFS"},
	{0x820, "GFP_ATOMIC"},
	{0xc00, "GFP_NOIO"},
	{0x2800, "GFP_NOWAIT"},
	{0x1, "GFP_DMA"},
	{0x2, "__GFP_HIGHMEM"},
	{0x4, "GFP_DMA32"},
	{0x20, "__GFP_HIGH"},
	{0x40, "__GFP_IO"},
	{0x80, "__GFP_FS"},
	{0x2000, "__GFP_NOWARN"},
	{0x4000, "__GFP_RETRY_MAYFAIL"},
	{0x8000, "__GFP_NOFAIL"},
	{0x10000, "__GFP_NORETRY"},
	{0x40000, "__GFP_COMP"},
	{0x100, "__GFP_ZERO"},
	{0x80000, "__GFP_NOMEMALLOC"},
	{0x20000, "__GFP_MEMALLOC"},
	{0x100000, "__GFP_HARDWALL"},
	{0x200000, "__GFP_THISNODE"},
	{0x10, "__GFP_RECLAIMABLE"},
	{0x8, "__GFP_MOVABLE"},
	{0x400000, "__GFP_ACCOUNT"},
	{0x1000, "__GFP_WRITE"},
	{0xc00, "__GFP_RECLAIM"},
	{0x400, "__GFP_DIRECT_RECLAIM"},
	{0x800, "__GFP_KSWAPD_RECLAIM"},
	{0x800000, "__GFP_ZEROTAGS"},
};

/* With slabs' extensions, which memory cgroups want since 6.10; lockdep would be before it. */
static const struct mmx_gfp_name no_obj_ext = {0x1000000, "__GFP_NO_OBJ_EXT"};

/* Flags behind mlocked. Up to 6.12 PAT made room for one, and since 6.12 x86_64 has one more for PAT's sake. */
static const char *const first_flags[] = {"uncached", "hwpoison", "young", "idle", NULL};
static const char *const later_flags[] = {"hwpoison", "young", "idle", "arch_2", NULL};

static void assume_flags(struct mmx_lexicon *x, bool later)
{
	struct mmx_flags *f = &x->flags;
	unsigned int at = 0;

	f->named = MMX_FLAG_NAMES;
	mmx_flags_take_names(f, &x->kernel->types);
	while (at < MMX_FLAG_NAMES && f->name[at][0])
		at++;
	for (const char *const *name = later ? later_flags : first_flags;
	     *name && at < MMX_FLAG_NAMES; name++)
		snprintf(f->name[at++], sizeof(f->name[0]), "%s", *name);
	f->named = at;
	f->field[FIELD_NODE] = (struct mmx_flag_field){.shift = 54, .width = 10, .known = true};
	f->field[FIELD_ZONE] = (struct mmx_flag_field){.shift = 51, .width = 3, .known = true};
}

static void assume_gfp(struct mmx_lexicon *x, bool later)
{
	for (size_t i = 0; i < sizeof(gfp) / sizeof(*gfp); i++) {
		if (!mmx_array_add(&x->own_gfp, gfp[i])) {
			mmx_fail_nomem(&x->why_not_gfp);
			return;
		}
	}
	if (later && !mmx_array_add(&x->own_gfp, no_obj_ext))
		mmx_fail_nomem(&x->why_not_gfp);
	x->gfp = &x->own_gfp;
}

static void assume_vm_flags(struct mmx_lexicon *x, bool later)
{
	static const struct mmx_vm_flag_place first[] = {{"ss", 37}, {"ui", 38}, {"", 0}};
	static const struct mmx_vm_flag_place last[] = {
		{"ss", 37}, {"ui", 38}, {"dp", 40}, {"sl", 63}, {"", 0}};

	mmx_vm_flags_assume(&x->own_vm, later ? last : first);
	/* The architecture's own, and as x86_64 calls it. */
	strcpy(x->own_vm.bit[24].name, "pat");
	/* Since 6.9. */
	if (!later)
		strcpy(x->own_vm.bit[39].name, "bit39");
	x->vm = &x->own_vm;
}

static void assume_entries(struct mmx_lexicon *x)
{
	mmx_swap_types_assume(&x->own_rules.types);
	x->own_rules.devmap = x->kernel->arch->software[0];
	x->own_rules.saved_dirty = x->kernel->arch->software[1];
	x->own_rules.zero_pfn = x->own_rules.huge_zero_pfn = ~0ULL;
	x->rules = &x->own_rules;
}

void mmx_lexicon_assume(struct mmx_lexicon *x, bool later)
{
	assume_flags(x, later);
	assume_gfp(x, later);
	assume_vm_flags(x, later);
	assume_entries(x);
}
