// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/seen.h"
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

/* 1 when it is met for the first time at its level, 0 when not, -1 without memory. */
static int count_table(struct mmx_pt_summary *sum, struct mmx_seen *seen,
		       const struct mmx_kernel *k, const struct mmx_pte *pte)
{
	unsigned int level = pte->level - 1;
	int new = mmx_seen_add(seen,
			       (pte->phys >> k->arch->page_shift) * (MMX_PT_LEVELS + 1) + level);

	if (new >= 0)
		(new ? sum->tables : sum->again)[level]++;
	return new;
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

static int walk(struct mmx_pt_summary *sum, struct mmx_seen *seen, struct mmx_pt *pt,
		struct mmx_view *view, bool user)
{
	const struct mmx_entry_rules *rules = mmx_know_entry_rules(view);
	const struct mmx_kernel *k = view->kernel;
	struct mmx_user_entry entry;

	while (mmx_pt_next(pt)) {
		const struct mmx_pte *pte = &pt->pte;

		count_entry(sum, k, pte);
		if (pte->kind == MMX_PTE_TABLE) {
			int new = count_table(sum, seen, k, pte);

			if (new < 0)
				return -1;
			if (!new)
				mmx_pt_skip(pt);
			continue;
		}
		mmx_user_entry(&entry, view, rules, pte, pte->start);
		sum->entries[mmx_pt_state(&entry, rules, user)]
			    [pte->level <= MMX_PT_LEVELS ? pte->level : 0]++;
	}
	mmx_cover_inherit(&sum->coverage, &rules->coverage);
	return 0;
}

int mmx_pt_summary_find(struct mmx_pt_summary *sum, struct mmx_view *view, uint64_t root,
			uint64_t first, uint64_t last, struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	struct mmx_seen seen = {0};
	struct mmx_pt pt;
	int ret;

	*sum = (struct mmx_pt_summary){0};
	mmx_pt_begin(&pt, view->reader, k->arch, &k->paging, root, first, last, MMX_PT_TABLES);
	ret = walk(sum, &seen, &pt, view, !(first >> 63));
	mmx_cover_inherit(&sum->coverage, &pt.coverage);
	mmx_seen_free(&seen);
	return ret ? mmx_fail_nomem(err) : 0;
}
