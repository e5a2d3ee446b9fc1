// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>
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

struct names {
	char *buf;
	size_t size, used;
};

static void __attribute__((format(printf, 2, 3))) add_name(struct names *n, const char *fmt, ...)
{
	va_list ap;

	if (n->used && n->used < n->size)
		n->used += snprintf(n->buf + n->used, n->size - n->used, " ");
	if (n->used >= n->size)
		return;
	va_start(ap, fmt);
	n->used += vsnprintf(n->buf + n->used, n->size - n->used, fmt, ap);
	va_end(ap);
}

static uint64_t mask_of(const struct mmx_pte_bit *b)
{
	return ((1ULL << b->width) - 1) << b->bit;
}

static bool is_called(const struct mmx_pte_bit *b, const struct mmx_pte *pte)
{
	return pte->level >= b->from && pte->level <= b->to && (b->where & where(pte)) == b->where;
}

/* What of an entry may be its frame: of a huge page less. */
static uint64_t frame_bits(const struct mmx_arch *arch, const struct mmx_pte *pte)
{
	uint64_t size = pte->kind == MMX_PTE_LEAF ? 1ULL << mmx_level_shift(arch, pte->level) : 1;

	return arch->frame_mask & ~(size - 1);
}

void mmx_pte_names(const struct mmx_arch *arch, const struct mmx_pte *pte,
		   const char *const *renamed, char *buf, size_t size)
{
	struct names n = {buf, size, 0};
	uint64_t left = pte->raw & ~frame_bits(arch, pte);

	if (size)
		buf[0] = '\0';
	/* In what is not present the bits are no flags. */
	if (pte->kind == MMX_PTE_NONPRESENT || pte->kind == MMX_PTE_EMPTY)
		return;
	for (size_t i = 0; i < arch->bits_n; i++) {
		const struct mmx_pte_bit *b = &arch->bits[i];
		const char *name = renamed && renamed[b->bit] ? renamed[b->bit] : b->name;

		if (!(left & mask_of(b)) || !is_called(b, pte))
			continue;
		if (b->width == 1)
			add_name(&n, "%s", name);
		else
			add_name(&n, "%s=%" PRIu64, name, (pte->raw & mask_of(b)) >> b->bit);
		left &= ~mask_of(b);
	}
	for (; left; left &= left - 1)
		add_name(&n, "bit%d", __builtin_ctzll(left));
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
