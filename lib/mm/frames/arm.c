// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/frames/arm.h"
#include "mm/owners/page_table.h"

/* Without a type of page, as slab and hugetlb pages once were, the word for it is idle. */
static bool in_force(const struct mmx_page_walk *w, const char *member, size_t len)
{
	return len != strlen("page_type") || strncmp(member, "page_type", len) || mmx_arm_typed(w);
}

/* The next of an arm's members; *len is 0 behind the last one. */
static const char *next_member(const char *after, size_t *len)
{
	after += *len;
	after += strspn(after, " ");
	*len = strcspn(after, " ");
	return after;
}

bool mmx_arm_has(const char *arm, const struct mmx_page_walk *w, const char *member)
{
	size_t len = 0;

	if (!strcmp(member, "flags") || !strcmp(member, "_refcount"))
		return true;
	if (!arm)
		return false;
	for (const char *at = next_member(arm, &len); len; at = next_member(at, &len)) {
		if (strlen(member) == len && !strncmp(at, member, len))
			return in_force(w, at, len);
	}
	return false;
}

static void add_name(char *text, size_t size, const struct mmx_types *types, const char *name,
		     size_t len)
{
	size_t used = strlen(text);
	char member[64];
	struct mmx_member m;

	snprintf(member, sizeof(member), "%.*s", (int)len, name);
	if (mmx_types_member(types, "page", member, &m) >= 0)
		snprintf(text + used, size - used, "%s%s", used ? ", " : "", member);
}

void mmx_arm_names(const char *arm, const struct mmx_page_walk *w, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	if (!arm)
		return;
	for (const char *at = next_member(arm, &len); len; at = next_member(at, &len)) {
		if (in_force(w, at, len))
			add_name(buf, size, &w->view->kernel->types, at, len);
	}
}

bool mmx_arm_typed(const struct mmx_page_walk *w)
{
	return w->type != MMX_PAGE_NONE || w->folio.type != MMX_PAGE_NONE;
}

bool mmx_arm_unevictable(const struct mmx_page_walk *w)
{
	const struct mmx_kernel *k = w->view->kernel;

	return mmx_bit(w->folio.flags, mmx_mem(k)->page_format.lru) &&
	       mmx_has_enum(&k->layout, E_PG_unevictable) &&
	       mmx_bit(w->folio.flags, mmx_enum(&k->layout, E_PG_unevictable));
}

static const struct mmx_pt_page *table_of(const struct mmx_page_walk *w)
{
	size_t n;

	return mmx_pt_owner_of(mmx_know_pt_owners(w->view), w->pfn, &n);
}

static bool is_of_level(const struct mmx_page_walk *w, unsigned int level)
{
	const struct mmx_pt_page *table = table_of(w);

	return table && table->role != MMX_PT_DEPOSIT && table->level == level;
}

bool mmx_arm_root(const struct mmx_page_walk *w)
{
	const struct mmx_pt_page *table = table_of(w);

	return table && table->role == MMX_PT_TABLE &&
	       table->level == w->view->kernel->paging.levels;
}

bool mmx_arm_pmd_table(const struct mmx_page_walk *w)
{
	return is_of_level(w, 2);
}

bool mmx_arm_pte_table(const struct mmx_page_walk *w)
{
	return is_of_level(w, 1);
}

bool mmx_arm_deposit(const struct mmx_page_walk *w)
{
	const struct mmx_pt_page *table = table_of(w);

	return table && table->role == MMX_PT_DEPOSIT;
}

/* No address space has it any more, and its rcu_head has a function of the kernel's own code. */
bool mmx_arm_rcu(const struct mmx_page_walk *w)
{
	const struct mmx_kernel *k = w->view->kernel;

	return mmx_has(&k->layout, M_page_rcu_head) && !table_of(w) &&
	       mmx_region_of(&k->regions, mmx_word(w->bytes, mmx_off(&k->layout, M_page_rcu_head) +
								     8)) == REGION_KERNEL_IMAGE;
}
