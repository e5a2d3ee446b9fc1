// SPDX-License-Identifier: GPL-2.0-or-later
/* Entries of page tables, and swap entries. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/processes/entry_names.h"
#include "mm/words/words.h"

#define PTE_PRESENT (1ULL << 0)

/* Bits that are the software's, and of which the kernel's own mappings use two for other things. */
#define KERNEL_OWN (1ULL << 9 | 1ULL << 11)

static const struct {
	const char *name, *meaning;
} meanings[] = {
	{"present", "the processor uses it"},
	{"writable", "writes are allowed, as far as the tables above allow them"},
	{"user", "user mode may use it, as far as the tables above allow it"},
	{"write-through", "cached write-through, or a part of the memory type"},
	{"cache-disabled", "not cached, or a part of the memory type"},
	{"accessed", "it was used since this bit was cleared"},
	{"dirty", "it was written since this bit was cleared"},
	{"pat", "a part of the memory type"},
	{"huge", "a page itself, not a table"},
	{"global", "stays in the TLB when page tables change"},
	{"no-access", "PROT_NONE, or a NUMA hint: the frame is there, and a fault comes first"},
	{"special", "the kernel sees no struct page there: device memory or a page of zeros"},
	{"uffd-wp", "userfaultfd is told of writes"},
	{"soft-dirty", "written since clear_refs"},
	{"no-execute", "code there does not run"},
	{"devmap", "a device's memory: files of DAX, up to 6.16"},
	{"saved-dirty", "it was dirty when it became read-only"},
	{"no-pti-shadow", "no twin of it on the root of user mode"},
	{"encrypted", "the memory encryption bit"},
};

static const char *meaning_of(const char *name)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++) {
		if (!strcmp(meanings[i].name, name))
			return meanings[i].meaning;
	}
	return "";
}

static const char *level_name(unsigned int level)
{
	static const char *const names[] = {"", "PTE", "PMD", "PUD", "P4D", "PGD"};

	return names[level];
}

/* Bits that are named by no kernel, and those that hardware wants clear. */
static void tell_bits(struct mmx_told *t, const struct mmx_lexicon *x, const struct mmx_pte *pte)
{
	static const struct mmx_entry_rules none;
	const struct mmx_entry_rules *rules = x->rules ? x->rules : &none;
	uint64_t frame = x->kernel->arch->frame_mask;

	if (pte->kind == MMX_PTE_LEAF)
		frame &= ~(pte->size - 1);
	for (unsigned int bit = 0; bit < 64; bit++) {
		struct mmx_pte one = *pte;
		char name[MMX_ENTRY_NAMES], where[16];
		unsigned int width = bit == 59 && pte->kind == MMX_PTE_LEAF ? 4 : 1;

		one.raw &= ((1ULL << width) - 1) << bit;
		if (one.raw & ~frame) {
			mmx_entry_present_bits(name, x->kernel, rules, &one, true);
			snprintf(where, sizeof(where), width > 1 ? "bits %u-%u" : "bit %u", bit,
				 bit + width - 1);
			mmx_told_part(t, name, where, "%s", meaning_of(name));
			if (!strncmp(name, "bit", 3))
				mmx_told_note(t, MMX_NOTE_IMPOSSIBLE,
					      "bit %u is set, which nothing uses in such an entry",
					      bit);
		}
		bit += width - 1;
	}
}

static const char *size_name(unsigned int level)
{
	return level == 1 ? "4 KiB" : level == 2 ? "2 MiB" : "1 GiB";
}

/* Whether memory can be there, as far as this dump tells. */
static void check_frame(struct mmx_told *t, const struct mmx_lexicon *x, uint64_t pfn,
			const char *what, bool must)
{
	if (!x->view || !mmx_fact_usable(&x->kernel->facts, FACT_SECTIONS))
		return;
	if (!mmx_pfn_valid(&mmx_mem(x->kernel)->sparse, pfn))
		mmx_told_note(t, must ? MMX_NOTE_IMPOSSIBLE : MMX_NOTE_DUMP,
			      "the dump's kernel has no struct page for frame 0x%" PRIx64 "%s%s",
			      pfn, must ? ", and " : ": ", what);
}

static void tell_leaf(struct mmx_told *t, const struct mmx_lexicon *x, const struct mmx_pte *pte)
{
	uint64_t pfn = pte->phys >> 12;
	unsigned int flags = x->kernel->arch->flags(pte);

	mmx_told_title(
		t, "%s: a page of %s at frame 0x%" PRIx64 "%s%s%s%s%s", level_name(pte->level),
		size_name(pte->level), pfn, pte->no_access ? ", without access" : "",
		flags & MMX_PTE_USER ? ", user" : ", kernel",
		flags & MMX_PTE_WRITE ? ", writable" : ", read-only",
		flags & MMX_PTE_EXEC ? ", executable" : "", flags & MMX_PTE_DIRTY ? ", dirty" : "");
	mmx_tell_hex(t, "frame", pfn,
		     pte->no_access ? "stored inverted, since the entry is not present (L1TF)"
				    : "");
	mmx_tell_hex(t, "physical", pte->phys, "");
	tell_bits(t, x, pte);
	if (!(flags & MMX_PTE_USER) && !pte->no_access && pte->raw & KERNEL_OWN)
		mmx_told_note(
			t, MMX_NOTE_MEANS,
			"in the kernel's own half bits 9 and 11 are others: cpa-test, and kernel-4k "
			"since 6.17");
	check_frame(t, x, pfn,
		    flags & MMX_PTE_SPECIAL ? "it is special, so that may be a device's memory"
					    : "only special entries, of devices, may name one",
		    flags & MMX_PTE_USER && !(flags & MMX_PTE_SPECIAL));
	mmx_told_note(t, MMX_NOTE_NEXT, "pagex 0x%" PRIx64 "; rmapx 0x%" PRIx64, pfn, pfn);
}

static void tell_table(struct mmx_told *t, const struct mmx_lexicon *x, const struct mmx_pte *pte)
{
	uint64_t pfn = pte->phys >> 12;

	mmx_told_title(t, "%s: a table at frame 0x%" PRIx64, level_name(pte->level), pfn);
	mmx_tell_hex(t, "table", pfn, "the frame that the next level's table fills");
	mmx_tell_hex(t, "physical", pte->phys, "");
	tell_bits(t, x, pte);
	if (pte->level > 3 && pte->raw >> 7 & 1)
		mmx_told_note(t, MMX_NOTE_IMPOSSIBLE,
			      "bit 7 is reserved at this level: no page is that large");
	check_frame(t, x, pfn, "no table can be where there is no memory", true);
	mmx_told_note(t, MMX_NOTE_NEXT, "pagex 0x%" PRIx64 "; readx -p 0x%" PRIx64 " 0x200", pfn,
		      pte->phys);
}

static const struct {
	const char *name, *meaning;
} swap_kinds[] = {
	[MMX_SWAP_AREA] = {"swap area", "a page that was swapped out"},
	[MMX_SWAP_HWPOISON] = {"hwpoison", "the frame had a memory error"},
	[MMX_SWAP_MIGRATION_READ] = {"migration, read", "the frame is being migrated"},
	[MMX_SWAP_MIGRATION_EXCLUSIVE] = {"migration, exclusive", "the frame is being migrated"},
	[MMX_SWAP_MIGRATION_WRITE] = {"migration, write",
				      "the frame is being migrated; writable before"},
	[MMX_SWAP_DEVICE_WRITE] = {"device, write", "the page is in a device's memory"},
	[MMX_SWAP_DEVICE_READ] = {"device, read", "the page is in a device's memory"},
	[MMX_SWAP_EXCLUSIVE_WRITE] = {"device exclusive, write", "a device has the page alone"},
	[MMX_SWAP_EXCLUSIVE_READ] = {"device exclusive, read", "a device has the page alone"},
	[MMX_SWAP_MARKER] = {"marker", "no page: something was noted about the address"},
	[MMX_SWAP_ERROR] = {"swap error", "what was swapped could not be read back"},
};

static void tell_type(struct mmx_told *t, const struct mmx_lexicon *x, unsigned int type,
		      uint64_t offset)
{
	enum mmx_swap_kind kind;
	char marker[MMX_ENTRY_NAMES], number[16];

	snprintf(number, sizeof(number), "%u", type);
	if (!x->rules) {
		mmx_told_part(t, "type", number, "which it is depends on the kernel");
		mmx_tell_hex(t, "offset", offset, "");
		return;
	}
	kind = mmx_swap_kind(&x->rules->types, type);
	mmx_told_part(t, "type", number, "%s: %s", swap_kinds[kind].name, swap_kinds[kind].meaning);
	if (kind == MMX_SWAP_AREA) {
		mmx_tell_hex(t, "offset", offset, "the page of the area");
		mmx_told_note(t, MMX_NOTE_NEXT,
			      "swapx lists the areas, in the order of their numbers");
		return;
	}
	if (kind == MMX_SWAP_MARKER) {
		mmx_marker_words(marker, (unsigned int)offset);
		mmx_tell_hex(t, "marker", offset, marker);
		return;
	}
	mmx_tell_hex(t, "offset", offset, "");
	mmx_tell_hex(t, "frame", offset & x->rules->types.pfn_mask, "");
	check_frame(t, x, offset & x->rules->types.pfn_mask, "such an entry names memory", true);
	mmx_told_note(t, MMX_NOTE_NEXT, "pagex 0x%" PRIx64, offset & x->rules->types.pfn_mask);
}

static void tell_not_present(struct mmx_told *t, const struct mmx_lexicon *x,
			     const struct mmx_pte *pte)
{
	unsigned int type, flags = x->kernel->arch->flags(pte);
	uint64_t offset;

	x->kernel->arch->swap_entry(pte->raw, &type, &offset);
	if (pte->level == 1 && pte->raw & PTE_PRESENT)
		mmx_told_title(t, "%s: not understood", level_name(pte->level));
	else if (x->rules)
		mmx_told_title(t, "%s: not present: %s", level_name(pte->level),
			       swap_kinds[mmx_swap_kind(&x->rules->types, type)].name);
	else
		mmx_told_title(t, "%s: not present: a swap entry of type %u",
			       level_name(pte->level), type);
	tell_type(t, x, type, offset);
	if (flags & MMX_PTE_SOFT_DIRTY)
		mmx_told_part(t, "soft-dirty", "bit 1", "written since clear_refs");
	if (flags & MMX_PTE_UFFD_WP)
		mmx_told_part(t, "uffd-wp", "bit 2", "userfaultfd is told of writes");
	if (flags & MMX_PTE_EXCLUSIVE)
		mmx_told_part(t, "exclusive", "bit 3",
			      "the anonymous page is this process's alone");
	if (pte->level > 2)
		mmx_told_note(t, MMX_NOTE_IMPOSSIBLE,
			      "no swap entry stands at this level: PTEs and PMDs only have one");
}

void mmx_tell_entry(struct mmx_told *t, const struct mmx_lexicon *x, unsigned int level,
		    uint64_t raw)
{
	struct mmx_pte pte = {.level = level, .raw = raw};

	if (!x->kernel)
		return;
	pte.size = 1ULL << mmx_level_shift(x->kernel->arch, level);
	x->kernel->arch->decode(&x->kernel->paging, &pte);
	if (pte.kind == MMX_PTE_LEAF)
		tell_leaf(t, x, &pte);
	else if (pte.kind == MMX_PTE_TABLE)
		tell_table(t, x, &pte);
	else if (pte.kind == MMX_PTE_NONPRESENT)
		tell_not_present(t, x, &pte);
	else
		mmx_told_title(t, "%s: empty%s", level_name(level),
			       raw ? ", but for bits that some processors leave" : "");
	if (!x->known)
		mmx_told_note(t, MMX_NOTE_UNKNOWN,
			      "bits 57 and 58 and types of swap entries depend on the kernel: say "
			      "--kernel 6.8 or 6.14, or give a dump");
}

static int tell_level(struct mmx_told *t, const struct mmx_lexicon *x, unsigned int level,
		      const char *text, struct mmx_err *err)
{
	mmx_told_begin(t, MMX_TOLD_PTE);
	if (mmx_word_number(text, &t->word, err))
		return -1;
	t->has_word = true;
	mmx_tell_entry(t, x, level, t->word);
	return 0;
}

int mmx_word_pte(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		 struct mmx_err *err)
{
	return tell_level(t, x, 1, text, err);
}

int mmx_word_pmd(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		 struct mmx_err *err)
{
	return tell_level(t, x, 2, text, err);
}

int mmx_word_pud(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		 struct mmx_err *err)
{
	return tell_level(t, x, 3, text, err);
}

int mmx_word_p4d(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		 struct mmx_err *err)
{
	return tell_level(t, x, 4, text, err);
}

int mmx_word_pgd(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		 struct mmx_err *err)
{
	return tell_level(t, x, x->kernel && x->kernel->paging.levels == 5 ? 5 : 4, text, err);
}

/* The two forms that one entry has; which one a word is cannot be told from it. */
int mmx_word_swap(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		  struct mmx_err *err)
{
	unsigned int type;
	uint64_t offset;
	char number[16];

	mmx_told_begin(t, MMX_TOLD_SWAP);
	if (mmx_word_number(text, &t->word, err))
		return -1;
	t->has_word = true;
	mmx_swap_private(t->word, &type, &offset);
	mmx_told_title(t, "swap entry; which of two forms it is, the word itself does not tell");
	snprintf(number, sizeof(number), "%u", type);
	mmx_told_part(t, "swp_entry_t: type", number, "%s",
		      type >= MMX_SWAP_TYPES ? "no kernel has so many: not this form"
		      : x->rules ? swap_kinds[mmx_swap_kind(&x->rules->types, type)].name
				 : "which it is depends on the kernel");
	mmx_tell_hex(t, "swp_entry_t: offset", offset,
		     "as in page.private of the swap cache, and in reports");
	if (t->word & PTE_PRESENT) {
		mmx_told_part(t, "in a page table", "present", "so it is no swap entry there");
		return 0;
	}
	mmx_told_part(t, "in a page table:", "", "as the processor finds it");
	if (x->kernel) {
		x->kernel->arch->swap_entry(t->word, &type, &offset);
		tell_type(t, x, type, offset);
	}
	return 0;
}
