// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "arch/arch.h"

static const struct mmx_arch *const all[] = {
	&mmx_arch_x86_64,
};

const struct mmx_arch *mmx_arch_find(const char *machine)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (!strcmp(all[i]->machine, machine))
			return all[i];
	}
	return NULL;
}

/* What kinds of entries this one is of. */
static unsigned int where(const struct mmx_pte *pte)
{
	unsigned int hidden = pte->no_access ? MMX_PTE_BIT_HIDDEN : MMX_PTE_BIT_PRESENT;

	return pte->kind == MMX_PTE_LEAF ? MMX_PTE_BIT_LEAF | hidden : MMX_PTE_BIT_PRESENT;
}

void mmx_pte_names(const struct mmx_arch *arch, const struct mmx_pte *pte, char *buf, size_t size)
{
	size_t used = 0;

	if (size)
		buf[0] = '\0';
	/* In what is not present the bits are no flags. */
	if (pte->kind == MMX_PTE_NONPRESENT || pte->kind == MMX_PTE_EMPTY)
		return;
	for (size_t i = 0; i < arch->bits_n && used < size; i++) {
		const struct mmx_pte_bit *b = &arch->bits[i];
		uint64_t value = pte->raw >> b->bit & ((1ULL << b->width) - 1);
		const char *gap = used ? " " : "";

		if (!value || pte->level < b->from || pte->level > b->to ||
		    (b->where & where(pte)) != b->where)
			continue;
		if (b->width == 1)
			used += snprintf(buf + used, size - used, "%s%s", gap, b->name);
		else
			used += snprintf(buf + used, size - used, "%s%s=%" PRIu64, gap, b->name,
					 value);
	}
}

unsigned int mmx_pte_key(const struct mmx_arch *arch, const struct mmx_pte *pte)
{
	for (size_t i = 0; pte->kind == MMX_PTE_LEAF && i < arch->bits_n; i++) {
		const struct mmx_pte_bit *b = &arch->bits[i];

		if (!strcmp(b->name, "pkey") && pte->level >= b->from && pte->level <= b->to)
			return pte->raw >> b->bit & ((1u << b->width) - 1);
	}
	return 0;
}
