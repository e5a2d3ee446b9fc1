// SPDX-License-Identifier: GPL-2.0-or-later
/* The order of providers, and the built-in profiles. */
#include <inttypes.h>
#include <string.h>

#include "kernel/types.h"
#include "unit.h"

/* A provider of made-up answers: it has struct "both" and one of its own. */
struct fake {
	const char *own;
	const char *member; /* of "both" */
	uint64_t size;      /* of all its structs, and the value of its enumerator */
	int freed_as;
};

static int freed;

static bool fake_struct_size(void *priv, const char *name, uint64_t *size)
{
	struct fake *f = priv;

	*size = f->size;
	return !strcmp(name, "both") || !strcmp(name, f->own);
}

static bool fake_member(void *priv, const char *name, const char *path, struct mmx_member *m)
{
	struct fake *f = priv;

	*m = (struct mmx_member){.size = (uint32_t)f->size};
	return !strcmp(name, "both") && !strcmp(path, f->member);
}

static bool fake_enumerator(void *priv, const char *of, const char *name, int64_t *value)
{
	struct fake *f = priv;

	*value = (int64_t)f->size;
	return (!of || !strcmp(of, "both")) && !strcmp(name, f->member);
}

static bool fake_each_member(void *priv, const char *name, mmx_member_fn fn, void *arg)
{
	struct fake *f = priv;
	struct mmx_member m;

	if (!fake_member(priv, name, f->member, &m))
		return false;
	fn(arg, f->member, &m, 0, false);
	return true;
}

static bool fake_each_enumerator(void *priv, const char *of, mmx_enumerator_fn fn, void *arg)
{
	struct fake *f = priv;

	if (strcmp(of, "both"))
		return false;
	fn(arg, f->member, (int64_t)f->size);
	return true;
}

static void fake_free(void *priv)
{
	((struct fake *)priv)->freed_as = ++freed;
}

static const struct mmx_types_ops fake_ops = {
	.struct_size = fake_struct_size,
	.member = fake_member,
	.enumerator = fake_enumerator,
	.each_member = fake_each_member,
	.each_enumerator = fake_each_enumerator,
	.free = fake_free,
};

/* The least a provider can do. */
static const struct mmx_types_ops terse_ops = {
	.struct_size = fake_struct_size,
	.member = fake_member,
	.enumerator = fake_enumerator,
};

static struct fake first, second;

static struct mmx_types two_providers(void)
{
	struct mmx_types_provider a = {.ops = &fake_ops, .priv = &first};
	struct mmx_types_provider b = {.ops = &fake_ops, .priv = &second};
	struct mmx_types t = {0};

	first = (struct fake){.own = "one", .member = "x", .size = 1};
	second = (struct fake){.own = "two", .member = "y", .size = 2};
	CHECK(!mmx_types_add(&t, &a) && !mmx_types_add(&t, &b), "not added");
	return t;
}

static void the_first_that_has_it_answers(void)
{
	struct mmx_types t = two_providers();
	uint64_t size;

	CHECK(mmx_types_struct_size(&t, "both", &size) == 0 && size == 1, "both");
	CHECK(mmx_types_struct_size(&t, "one", &size) == 0 && size == 1, "one");
	CHECK(mmx_types_struct_size(&t, "two", &size) == 1 && size == 2, "two");
	CHECK(mmx_types_struct_size(&t, "three", &size) == -1, "three");
}

static void the_first_that_has_a_struct_decides_on_members(void)
{
	struct mmx_types t = two_providers();
	struct mmx_member m;

	CHECK(mmx_types_member(&t, "both", "x", &m) == 0 && m.size == 1, "x");
	CHECK(mmx_types_member(&t, "both", "y", &m) == -1, "y comes from another's struct");
	CHECK(mmx_types_member(&t, "three", "x", &m) == -1, "no struct");
}

static void the_first_that_has_an_enum_decides_on_enumerators(void)
{
	struct mmx_types t = two_providers();
	int64_t value;

	CHECK(mmx_types_enumerator(&t, "both", "x", &value) == 0 && value == 1, "x");
	CHECK(mmx_types_enumerator(&t, "both", "y", &value) == -1, "y comes from another's enum");
	CHECK(mmx_types_enumerator(&t, NULL, "y", &value) == 1 && value == 2, "y in any enum");
	CHECK(mmx_types_enumerator(&t, NULL, "z", &value) == -1, "z");
	t.provider[0].ops = &terse_ops;
	CHECK(mmx_types_enumerator(&t, "both", "y", &value) == 1, "who cannot list cannot deny");
}

static bool note_member(void *arg, const char *name, const struct mmx_member *m, unsigned int depth,
			bool is_union)
{
	(void)m, (void)depth, (void)is_union;
	strcpy(arg, name);
	return true;
}

static bool note_enumerator(void *arg, const char *name, int64_t value)
{
	(void)value;
	strcpy(arg, name);
	return true;
}

static void listing_follows_the_same_order(void)
{
	struct mmx_types t = two_providers();
	char name[16] = "";

	CHECK(mmx_types_each_member(&t, "both", note_member, name) == 0 && !strcmp(name, "x"), "%s",
	      name);
	CHECK(mmx_types_each_enumerator(&t, "both", note_enumerator, name) == 0 &&
		      !strcmp(name, "x"),
	      "%s", name);
	CHECK(mmx_types_each_member(&t, "three", note_member, name) == -1, "three");
	CHECK(mmx_types_each_enumerator(&t, "three", note_enumerator, name) == -1, "three");
	t.provider[0].ops = &terse_ops;
	CHECK(mmx_types_each_member(&t, "both", note_member, name) == -1,
	      "listed by one that does not decide");
}

static void providers_are_freed_last_first(void)
{
	struct mmx_types t = two_providers();

	freed = 0;
	mmx_types_free(&t);
	CHECK(second.freed_as == 1 && first.freed_as == 2, "order %d %d", first.freed_as,
	      second.freed_as);
	mmx_types_free(&t);
	CHECK(freed == 2, "freed twice");
}

static void there_is_an_end_to_providers(void)
{
	struct mmx_types t = {0};
	struct mmx_types_provider p = {.ops = &terse_ops, .priv = &first};

	for (int i = 0; i < MMX_TYPES_PROVIDERS; i++)
		CHECK(!mmx_types_add(&t, &p), "number %d", i);
	CHECK(mmx_types_add(&t, &p) == -1, "one too many");
	CHECK(t.n == MMX_TYPES_PROVIDERS, "%u", t.n);
	mmx_types_free(&t);
}

static void profiles_are_of_their_series_alone(void)
{
	static const struct {
		const char *release, *profile;
	} of[] = {
		{"6.8.0", "profile 6.8 (assumed)"},
		{"6.8.0-45-generic", "profile 6.8 (assumed)"},
		{"6.14.3-200.fc41.x86_64", "profile 6.14 (assumed)"},
		{"6.1.0-18-amd64", NULL},
		{"6.9.0", NULL},
		{"6.13.7", NULL},
		{"6.15.0", NULL},
		{"6.80.0", NULL},
		{"5.14.0-427.el9", NULL},
		{"7.2.1", NULL},
		{"", NULL},
		{"unknown", NULL},
	};

	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		struct mmx_types_provider p = {0};
		struct mmx_err err = {0};
		int r = mmx_types_from_profile(&p, of[i].release, &err);

		CHECK(!r == !!of[i].profile, "%s: %s%s", of[i].release, p.name, err.text);
		CHECK(r || (!strcmp(p.name, of[i].profile) && p.assumed), "%s: %s", of[i].release,
		      p.name);
	}
}

/* From reading the sources of these kernels; the profiles come from debugging information. */
struct figure {
	const char *strct, *path;
	uint64_t bit_off;
	uint32_t bit_size;
};

static void check_figures(const char *release, const struct figure *f)
{
	struct mmx_types_provider p;
	struct mmx_member m;

	if (mmx_types_from_profile(&p, release, NULL)) {
		CHECK(false, "no profile for %s", release);
		return;
	}
	for (; f->strct; f++) {
		if (!p.ops->member(p.priv, f->strct, f->path, &m)) {
			CHECK(false, "%s has no %s.%s", release, f->strct, f->path);
			continue;
		}
		CHECK(m.bit_off == f->bit_off && m.bit_size == f->bit_size,
		      "%s %s.%s is at %" PRIu64 "+%u", release, f->strct, f->path, m.bit_off,
		      m.bit_size);
	}
}

static void profile_6_8_figures(void)
{
	static const struct figure figures[] = {
		{"page", "flags", 0, 64},
		{"page", "compound_head", 0x08 * 8, 64},
		{"page", "lru.prev", 0x10 * 8, 64},
		{"page", "mapping", 0x18 * 8, 64},
		{"page", "index", 0x20 * 8, 64},
		{"page", "private", 0x28 * 8, 64},
		{"page", "_mapcount", 0x30 * 8, 32},
		{"page", "page_type", 0x30 * 8, 32},
		{"page", "_refcount", 0x34 * 8, 32},
		{"page", "memcg_data", 0x38 * 8, 64},
		{"folio", "_flags_1", 0x40 * 8, 64},
		{"folio", "_entire_mapcount", 0x58 * 8, 32},
		{"folio", "_nr_pages_mapped", 0x5c * 8, 32},
		{"folio", "_pincount", 0x60 * 8, 32},
		{"folio", "_deferred_list", 0x90 * 8, 128},
		{"slab", "slab_cache", 0x08 * 8, 64},
		{"slab", "inuse", 0x28 * 8, 16},
		{"slab", "objects", 0x28 * 8 + 16, 15},
		{"slab", "frozen", 0x28 * 8 + 31, 1},
		{"ptdesc", "pt_mm", 0x20 * 8, 64},
		{"maple_tree", "ma_root", 0x08 * 8, 64},
		{"rb_root_cached", "rb_leftmost", 0x08 * 8, 64},
		{0},
	};

	check_figures("6.8.0", figures);
}

static void profile_6_14_figures(void)
{
	static const struct figure figures[] = {
		{"page", "mapping", 0x18 * 8, 64},
		{"page", "_refcount", 0x34 * 8, 32},
		{"folio", "_large_mapcount", 0x50 * 8, 32},
		{"folio", "_entire_mapcount", 0x54 * 8, 32},
		{"folio", "_nr_pages_mapped", 0x58 * 8, 32},
		{"folio", "_pincount", 0x5c * 8, 32},
		{"folio", "_folio_nr_pages", 0x60 * 8, 32},
		{"slab", "__page_type", 0x30 * 8, 32},
		{"slab", "obj_exts", 0x38 * 8, 64},
		{0},
	};

	check_figures("6.14.0", figures);
}

static void profile_enumerators(void)
{
	struct mmx_types_provider p;
	int64_t v;

	if (mmx_types_from_profile(&p, "6.8.0", NULL)) {
		CHECK(false, "no profile");
		return;
	}
	CHECK(p.ops->enumerator(p.priv, "pageflags", "PG_slab", &v) && v == 11, "PG_slab");
	CHECK(p.ops->enumerator(p.priv, NULL, "PG_reclaim", &v) && v == 18, "PG_reclaim");
	CHECK(!p.ops->enumerator(p.priv, "pageflags", "PG_hwpoison", &v), "depends on an option");
	CHECK(!p.ops->enumerator(p.priv, "pageflags", "__NR_PAGEFLAGS", &v), "as does the number");
	CHECK(!p.ops->enumerator(p.priv, "pageflags", "PG_hugetlb", &v), "6.8.9 has it no more");
	CHECK(!p.ops->enumerator(p.priv, "pagetype", "PGTY_slab", &v), "came later");
	if (mmx_types_from_profile(&p, "6.14.0", NULL)) {
		CHECK(false, "no profile");
		return;
	}
	CHECK(p.ops->enumerator(p.priv, "pagetype", "PGTY_slab", &v) && v == 0xf5, "PGTY_slab");
	CHECK(p.ops->enumerator(p.priv, "pageflags", "PG_reclaim", &v) && v == 16, "PG_reclaim");
	CHECK(!p.ops->enumerator(p.priv, "pageflags", "PG_slab", &v), "is no flag any more");
}

static void profile_says_what_members_are(void)
{
	struct mmx_types_provider p;
	struct mmx_member m;
	uint64_t size;

	if (mmx_types_from_profile(&p, "6.14.0", NULL)) {
		CHECK(false, "no profile");
		return;
	}
	CHECK(p.ops->struct_size(p.priv, "page", &size) && size == 64, "size");
	CHECK(!p.ops->struct_size(p.priv, "zone", &size), "a struct that options change");
	CHECK(p.ops->member(p.priv, "page", "mapping", &m) && m.is_pointer && !m.nelems &&
		      !strcmp(m.type, "struct address_space *"),
	      "mapping is %s", m.type);
	CHECK(p.ops->member(p.priv, "xa_node", "slots", &m) && m.nelems == 64 && m.elem_size == 8 &&
		      !m.is_pointer,
	      "slots are %u of %u", m.nelems, m.elem_size);
	CHECK(p.ops->member(p.priv, "xa_node", "tags", &m) && m.nelems == 3 && m.elem_size == 8,
	      "tags are %u of %u", m.nelems, m.elem_size);
	CHECK(p.ops->member(p.priv, "slab", "slabs", &m) && m.is_signed && !m.bitfield, "int");
	CHECK(p.ops->member(p.priv, "slab", "frozen", &m) && m.bitfield && m.bit_size == 1, "bit");
	CHECK(!p.ops->member(p.priv, "page", "lru.none", &m), "no such");
	CHECK(!p.ops->member(p.priv, "page", "mapping.host", &m), "through a pointer");
	CHECK(!p.ops->member(p.priv, "page", "l", &m), "half a name");
}

int main(void)
{
	RUN(the_first_that_has_it_answers);
	RUN(the_first_that_has_a_struct_decides_on_members);
	RUN(the_first_that_has_an_enum_decides_on_enumerators);
	RUN(listing_follows_the_same_order);
	RUN(providers_are_freed_last_first);
	RUN(there_is_an_end_to_providers);
	RUN(profiles_are_of_their_series_alone);
	RUN(profile_6_8_figures);
	RUN(profile_6_14_figures);
	RUN(profile_enumerators);
	RUN(profile_says_what_members_are);
	return unit_end();
}
