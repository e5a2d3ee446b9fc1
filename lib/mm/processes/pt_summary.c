// SPDX-License-Identifier: GPL-2.0-or-later
#include "mm/mem.h"
#include "mm/processes/pt_summary.h"

const char *mmx_pt_state_word(unsigned int state)
{
	static const char *const words[MMX_PT_STATES] = {
		[MMX_USER_MAPPED] = "mapped",
		[MMX_USER_NO_ACCESS] = "no access",
		[MMX_USER_NONE] = "empty",
		[MMX_USER_SWAP] = "swap",
		[MMX_USER_MIGRATION] = "migration",
		[MMX_USER_DEVICE] = "device",
		[MMX_USER_EXCLUSIVE] = "device-exclusive",
		[MMX_USER_HWPOISON] = "hwpoison",
		[MMX_USER_MARKER] = "marker",
		[MMX_USER_SWAP_ERROR] = "swap error",
		[MMX_USER_UNREADABLE] = "unreadable",
		[MMX_USER_BROKEN] = "broken",
		[MMX_PT_ZERO] = "zero page",
		[MMX_PT_SPECIAL] = "special",
	};

	return words[state];
}

unsigned int mmx_pt_state(const struct mmx_user_entry *entry, const struct mmx_entry_rules *rules,
			  bool user)
{
	if (!user)
		return entry->pte.kind == MMX_PTE_NONPRESENT ? MMX_USER_NONE : entry->kind;
	if (!mmx_user_mapped(entry->kind))
		return entry->kind;
	if (entry->zero)
		return MMX_PT_ZERO;
	return mmx_user_special(entry, rules) ? MMX_PT_SPECIAL : entry->kind;
}

/* A table that cannot be read was counted as one before that was known. */
static void count_table(struct mmx_pt_summary *sum, const struct mmx_pte *pte)
{
	if (pte->kind == MMX_PTE_TABLE && pte->level > 1)
		sum->tables[pte->level - 1]++;
}

static void count_entry(struct mmx_pt_summary *sum, const struct mmx_kernel *k,
			const struct mmx_pte *pte)
{
	unsigned int slot;

	if (pte->kind == MMX_PTE_UNREADABLE || pte->kind == MMX_PTE_LOOP ||
	    pte->level > k->paging.levels)
		return;
	sum->used[pte->level]++;
	slot = pte->at / 8 % MMX_PT_ENTRIES;
	if (pte->level == k->paging.levels)
		sum->slots[slot / 64] |= 1ULL << slot % 64;
}

void mmx_pt_summary_find(struct mmx_pt_summary *sum, struct mmx_view *view, uint64_t root,
			 uint64_t first, uint64_t last)
{
	const struct mmx_entry_rules *rules = mmx_know_entry_rules(view);
	const struct mmx_kernel *k = view->kernel;
	struct mmx_user_entry entry;
	struct mmx_pt pt;

	*sum = (struct mmx_pt_summary){0};
	mmx_pt_begin(&pt, view->reader, k->arch, &k->paging, root, first, last, MMX_PT_TABLES);
	while (mmx_pt_next(&pt)) {
		count_table(sum, &pt.pte);
		count_entry(sum, k, &pt.pte);
		if (pt.pte.kind == MMX_PTE_TABLE)
			continue;
		mmx_user_entry(&entry, view, rules, &pt.pte, pt.pte.start);
		sum->entries[mmx_pt_state(&entry, rules, !(first >> 63))]
			    [pt.pte.level <= MMX_PT_LEVELS ? pt.pte.level : 0]++;
	}
	sum->coverage = pt.coverage;
	mmx_cover_inherit(&sum->coverage, &rules->coverage);
}
