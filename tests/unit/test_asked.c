// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Providers of types remember what they were asked, so only the opening thread may ask them: what
 * a walk on threads calls must get along with the layout table, which has the answers.
 */
#include <string.h>

#include "../fake_memory.h"
#include "mm/frames/flagnames.h"
#include "mm/owners/hugetlb_page.h"
#include "mm/frames/pageblock.h"
#include "unit.h"

#define PAGE_BYTES 64

/* The profile of 6.14, and how often it was asked. */
static struct mmx_types_provider profile;
static unsigned int asked;

static bool struct_size(void *priv, const char *name, uint64_t *size)
{
	asked++;
	*size = 16;
	return !strcmp(name, "mem_section_usage") || profile.ops->struct_size(priv, name, size);
}

static bool member(void *priv, const char *name, const char *path, struct mmx_member *m)
{
	asked++;
	*m = (struct mmx_member){0};
	if (!strcmp(name, "mem_section_usage") && !strcmp(path, "pageblock_flags")) {
		*m = (struct mmx_member){.bit_off = 64, .elem_size = 8};
		return true;
	}
	return profile.ops->member(priv, name, path, m);
}

/* What the profile leaves out. */
static const struct {
	const char *name;
	int64_t value;
} more[] = {
	{"__NR_PAGEFLAGS", 21}, {"NR_PAGEBLOCK_BITS", 4},  {"MIGRATE_UNMOVABLE", 0},
	{"MIGRATE_MOVABLE", 1}, {"MIGRATE_HIGHATOMIC", 3}, {"MIGRATE_TYPES", 6},
};

static bool enumerator(void *priv, const char *of, const char *name, int64_t *value)
{
	asked++;
	for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++) {
		*value = more[i].value;
		if (!strcmp(more[i].name, name))
			return true;
	}
	return profile.ops->enumerator(priv, of, name, value);
}

static bool each_member(void *priv, const char *name, mmx_member_fn fn, void *arg)
{
	asked++;
	return profile.ops->each_member(priv, name, fn, arg);
}

static bool each_enumerator(void *priv, const char *of, mmx_enumerator_fn fn, void *arg)
{
	asked++;
	return profile.ops->each_enumerator(priv, of, fn, arg);
}

static const struct mmx_types_ops counting = {
	.struct_size = struct_size,
	.member = member,
	.enumerator = enumerator,
	.each_member = each_member,
	.each_enumerator = each_enumerator,
};

/* Opened as far as it matters: types and layout, flags and the format of pages. */
static struct fake_memory *opened(void)
{
	struct fake_memory *m = fake_memory_new(1 << 16);
	struct mmx_kernel *k = &m->mem.kernel;
	struct mmx_types_provider p;

	CHECK(!mmx_types_from_profile(&profile, "6.14.0", NULL), "no profile");
	p = profile;
	p.ops = &counting;
	CHECK(!mmx_types_add(&k->types, &p), "not added");
	mmx_layout_resolve(&k->layout, &k->types);
	mmx_flags_find(k);
	CHECK(asked > 100, "%u questions", asked);
	asked = 0;
	return m;
}

static bool names_have(const char *const *names, unsigned int n, const char *name)
{
	for (unsigned int i = 0; i < n; i++) {
		if (!strcmp(names[i], name))
			return true;
	}
	return false;
}

static void names_of_flags(void)
{
	struct fake_memory *m = opened();
	const struct mmx_layout *l = &m->mem.kernel.layout;
	struct mmx_page_format *f = &m->mem.page_format;
	unsigned char page[PAGE_BYTES] = {0};
	struct mmx_page_walk w = {.view = m->view, .bytes = page, .folio = {.bytes = page}};
	const char *names[MMX_FLAG_NAMES_MAX];
	uint64_t flags = (1ULL << m->mem.flags.named) - 1;
	unsigned int n;

	f->swapbacked = mmx_enum(l, E_PG_swapbacked);
	f->writeback = MMX_NO_BIT;
	f->mapping = mmx_off(l, M_page_mapping);
	memcpy(page, &flags, sizeof(flags));
	page[f->mapping] = 1; /* anonymous */
	w.folio.flags = flags;
	n = mmx_flag_names(&w, names);
	CHECK(n == 21, "%u names", n);
	CHECK(names_have(names, n, "swapcache"), "no swapcache");
	CHECK(names_have(names, n, "anon_exclusive"), "no anon_exclusive");
	CHECK(!names_have(names, n, "checked"), "checked, which is another's name for the bit");
	CHECK(!asked, "%u questions", asked);
	fake_memory_free(m);
}

static void state_of_a_huge_page(void)
{
	struct fake_memory *m = opened();
	const struct mmx_layout *l = &m->mem.kernel.layout;
	const struct mmx_hugetlb_pools pools = {0};
	unsigned char page[PAGE_BYTES] = {0};
	struct mmx_page_walk w = {.view = m->view, .bytes = page, .folio = {.bytes = page}};
	struct mmx_hugetlb h;

	m->mem.page_format.private = mmx_off(l, M_page_private);
	page[m->mem.page_format.private] =
		1u << mmx_enum(l, E_HPG_migratable) | 1u << mmx_enum(l, E_HPG_freed);
	page[m->mem.page_format.private + 4] = 1; /* bit 32, which nobody knows */
	mmx_hugetlb_decode(&h, &pools, &w);
	CHECK(!strcmp(h.flags, "migratable freed 0x100000000"), "%s", h.flags);
	CHECK(!asked, "%u questions", asked);
	fake_memory_free(m);
}

static void names_of_migratetypes(void)
{
	struct fake_memory *m = opened();
	struct mmx_pageblock_format f;
	struct mmx_err err;

	mmx_fact_set(&m->mem.kernel.facts, FACT_SECTIONS, MMX_FACT_CHECKED, "test",
		     "so that it is");
	m->mem.sparse.section_bits = 27;
	fake_symbol(m, "hugetlb_max_hstate", FAKE_VA);
	CHECK(!mmx_pageblock_format_find(&f, m->view, &err), "%s", err.text);
	CHECK(!strcmp(f.name[1], "movable") && !strcmp(f.name[3], "highatomic"), "%s, %s",
	      f.name[1], f.name[3]);
	CHECK(!asked, "%u questions", asked);
	fake_memory_free(m);
}

int main(void)
{
	RUN(names_of_flags);
	RUN(state_of_a_huge_page);
	RUN(names_of_migratetypes);
	return unit_end();
}
