// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/processes/entry_names.h"

static void append(char *text, const char *between, const char *word)
{
	size_t len = strlen(text);

	snprintf(text + len, MMX_ENTRY_NAMES - len, "%s%s", len ? between : "", word);
}

static void append_flags(char *text, unsigned int flags)
{
	static const struct {
		unsigned int flag;
		const char *name;
	} names[] = {
		{MMX_PTE_WRITE, "writable"},     {MMX_PTE_YOUNG, "accessed"},
		{MMX_PTE_DIRTY, "dirty"},        {MMX_PTE_SOFT_DIRTY, "soft-dirty"},
		{MMX_PTE_UFFD_WP, "uffd-wp"},    {MMX_PTE_EXCLUSIVE, "exclusive"},
		{MMX_PTE_PROTNONE, "no-access"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (flags & names[i].flag)
			append(text, " ", names[i].name);
	}
}

void mmx_entry_flags_words(char text[static MMX_ENTRY_NAMES], unsigned int flags)
{
	text[0] = '\0';
	append_flags(text, flags);
}

void mmx_marker_words(char text[static MMX_ENTRY_NAMES], unsigned int marker)
{
	static const char *const names[] = {"uffd-wp", "poisoned", "guard"};
	char number[16];

	text[0] = '\0';
	for (unsigned int i = 0; i < 3; i++) {
		if (marker >> i & 1)
			append(text, ", ", names[i]);
	}
	snprintf(number, sizeof(number), "0x%x", marker);
	if (marker >> 3 || !marker)
		append(text, ", ", number);
}

static unsigned int number_of(uint64_t bit)
{
	return (unsigned int)__builtin_ctzll(bit);
}

/*
 * Bits that are the kernel's to use. Those above the frame have changed hands: see struct mmx_entry_rules, and since
 * 6.14 the root's says that the entry has no twin on the root of user mode. On the kernel's own half two low ones
 * are used for changes of attributes alone: since 6.17 one keeps single pages from being joined.
 */
static void rename_bits(const char **name, const struct mmx_kernel *k,
			const struct mmx_entry_rules *rules, const struct mmx_pte *pte, bool user)
{
	bool leaf = pte->kind == MMX_PTE_LEAF;

	if (rules->devmap && leaf)
		name[number_of(rules->devmap)] = "devmap";
	if (rules->saved_dirty && leaf)
		name[number_of(rules->saved_dirty)] = "saved-dirty";
	else if (rules->saved_dirty && pte->level == k->paging.levels)
		name[number_of(rules->saved_dirty)] = "no-pti-shadow";
	if (user)
		return;
	name[9] = "cpa-test";
	name[10] = "software-10";
	name[11] = "kernel-4k";
}

void mmx_entry_present_bits(char text[static MMX_ENTRY_NAMES], const struct mmx_kernel *k,
			    const struct mmx_entry_rules *rules, const struct mmx_pte *pte,
			    bool user)
{
	const char *name[64] = {0};

	text[0] = '\0';
	rename_bits(name, k, rules, pte, user);
	mmx_pte_names(k->arch, pte, name, text, MMX_ENTRY_NAMES);
	if (pte->raw & k->paging.clear)
		append(text, " ", "encrypted");
}

void mmx_entry_bits(char text[static MMX_ENTRY_NAMES], struct mmx_view *view,
		    const struct mmx_pte *pte, bool user)
{
	text[0] = '\0';
	if (pte->kind == MMX_PTE_NONPRESENT)
		append_flags(text, view->kernel->arch->flags(pte));
	else if (pte->kind != MMX_PTE_EMPTY)
		mmx_entry_present_bits(text, view->kernel, mmx_know_entry_rules(view), pte, user);
}
