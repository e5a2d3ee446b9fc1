// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "btf_builder.h"
#include "kernel/btf.h"
#include "kernel/btf_asked.h"
#include "kernel/types.h"
#include "unit.h"

static struct btf_builder b;
static struct b_sample s;

static bool opens(struct mmx_types_provider *p, const struct btf_builder *from)
{
	struct mmx_err err = {0};

	if (!mmx_btf_open(p, from->out, from->len, NULL, &err))
		return true;
	CHECK(false, "%s", err.text);
	return false;
}

static bool member(const struct mmx_types_provider *p, const char *in, const char *path,
		   struct mmx_member *m)
{
	memset(m, 0, sizeof(*m));
	return p->ops->member(p->priv, in, path, m);
}

static bool has_size(const struct mmx_types_provider *p, const char *name, uint64_t want)
{
	uint64_t size = 0;

	return p->ops->struct_size(p->priv, name, &size) && size == want;
}

static bool has_struct(const struct mmx_types_provider *p, const char *name)
{
	uint64_t size;

	return p->ops->struct_size(p->priv, name, &size);
}

/* Where a member is, how wide, and what it is called, in one line to compare. */
static const char *facts(const struct mmx_types_provider *p, const char *in, const char *path)
{
	static char text[200];
	struct mmx_member m;

	if (!member(p, in, path, &m))
		return "none";
	snprintf(text, sizeof(text), "%" PRIu64 "+%u %u %ux%u%s%s%s %s", m.bit_off, m.bit_size,
		 m.size, m.nelems, m.elem_size, m.is_signed ? " signed" : "",
		 m.is_pointer ? " pointer" : "", m.bitfield ? " bits" : "", m.type);
	return text;
}

#define CHECK_MEMBER(p, in, path, want)                                    \
	do {                                                               \
		const char *got_ = facts(p, in, path);                     \
		CHECK(!strcmp(got_, want), "%s.%s is %s", in, path, got_); \
	} while (0)

static void sizes_of_structs_and_typedefs(void)
{
	struct mmx_types_provider p;

	b_sample(&b, &s);
	if (!opens(&p, &b))
		return;
	CHECK(has_size(&p, "thing", 248), "thing");
	CHECK(has_size(&p, "thing_t", 248), "a typedef of it");
	CHECK(has_size(&p, "list", 16), "list");
	CHECK(has_size(&p, "last", 4), "what stands behind all other kinds");
	CHECK(!has_struct(&p, "missing"), "a declaration has no size");
	CHECK(!has_struct(&p, "opaque_t"), "nor has a typedef of one");
	CHECK(!has_struct(&p, "u8"), "a number is no struct");
	CHECK(!has_struct(&p, "colour"), "an enum is no struct");
	CHECK(!has_struct(&p, "nothing"), "a name that is not there");
	CHECK(!has_struct(&p, ""), "no name");
	p.ops->free(p.priv);
}

static void members_of_every_kind(void)
{
	struct mmx_types_provider p;

	b_sample(&b, &s);
	if (!opens(&p, &b))
		return;
	CHECK_MEMBER(&p, "thing", "flags", "0+64 8 0x8 unsigned long");
	CHECK_MEMBER(&p, "thing", "count", "1824+32 4 0x4 signed int");
	CHECK_MEMBER(&p, "thing", "missing", "1856+64 8 0x8 pointer struct missing *");
	CHECK_MEMBER(&p, "thing", "real", "1920+64 8 0x8 double");
	CHECK_MEMBER(&p, "thing", "rows", "256+1536 192 8x24 struct inner[8]");
	CHECK_MEMBER(&p, "thing", "tail", "1984+0 0 0x1 u8[]");
	CHECK_MEMBER(&p, "thing", "low", "1792+3 4 0x4 bits unsigned int");
	CHECK_MEMBER(&p, "thing", "high", "1795+13 4 0x4 bits unsigned int");
	CHECK_MEMBER(&p, "thing_t", "count", "1824+32 4 0x4 signed int");
	CHECK_MEMBER(&p, "list", "prev", "64+64 8 0x8 pointer struct list *");
	CHECK_MEMBER(&p, "inner", "bytes", "128+24 3 3x1 u8[3]");
	CHECK_MEMBER(&p, "thing", "nothing", "none");
	CHECK_MEMBER(&p, "nothing", "flags", "none");
	p.ops->free(p.priv);
}

static void anonymous_members_are_looked_through(void)
{
	struct mmx_types_provider p;

	b_sample(&b, &s);
	if (!opens(&p, &b))
		return;
	CHECK_MEMBER(&p, "thing", "lru", "64+128 16 0x16 const volatile list_t");
	CHECK_MEMBER(&p, "thing", "raw", "64+64 8 0x8 unsigned long");
	CHECK_MEMBER(&p, "thing", "colour", "128+32 4 0x4 enum colour");
	CHECK_MEMBER(&p, "thing", "call",
		     "192+64 8 0x8 pointer void (*restrict)(struct list *, ...)");
	p.ops->free(p.priv);
}

static void dotted_paths(void)
{
	struct mmx_types_provider p;

	b_sample(&b, &s);
	if (!opens(&p, &b))
		return;
	CHECK_MEMBER(&p, "thing", "lru.prev", "128+64 8 0x8 pointer struct list *");
	CHECK_MEMBER(&p, "thing", "rows.link.prev", "320+64 8 0x8 pointer struct list *");
	CHECK_MEMBER(&p, "thing", "rows.bytes", "384+24 3 3x1 u8[3]");
	CHECK_MEMBER(&p, "thing", "missing.x", "none");
	CHECK_MEMBER(&p, "thing", "lru.", "none");
	CHECK_MEMBER(&p, "thing", ".lru", "none");
	CHECK_MEMBER(&p, "thing", "lru.prev.next", "none");
	CHECK_MEMBER(&p, "thing", "lr", "none");
	CHECK_MEMBER(&p, "thing", "", "none");
	p.ops->free(p.priv);
}

struct listing {
	char text[512];
	int left;
};

static bool list_member(void *arg, const char *name, const struct mmx_member *m, unsigned int depth,
			bool is_union)
{
	struct listing *l = arg;
	size_t n = strlen(l->text);

	snprintf(l->text + n, sizeof(l->text) - n, "%u%s%s@%" PRIu64 " ", depth,
		 is_union ? "|" : ":", name, m->bit_off / 8);
	return --l->left;
}

static void members_are_listed_in_order(void)
{
	struct listing all = {.left = 100}, some = {.left = 3};
	struct mmx_types_provider p;

	b_sample(&b, &s);
	if (!opens(&p, &b))
		return;
	CHECK(p.ops->each_member(p.priv, "thing", list_member, &all), "not found");
	CHECK(!strcmp(all.text, "0:flags@0 0|@8 1:@8 2:lru@8 2:call@24 1:@8 2:raw@8 2:colour@16 "
				"0:rows@32 0:low@224 0:high@224 0:count@228 0:missing@232 "
				"0:real@240 0:tail@248 "),
	      "%s", all.text);
	CHECK(p.ops->each_member(p.priv, "thing_t", list_member, &some), "not found");
	CHECK(!strcmp(some.text, "0:flags@0 0|@8 1:@8 "), "went on: %s", some.text);
	CHECK(!p.ops->each_member(p.priv, "nothing", list_member, &all), "found");
	p.ops->free(p.priv);
}

static bool enumerator(const struct mmx_types_provider *p, const char *of, const char *name,
		       int64_t want)
{
	int64_t value = want + 1;

	return p->ops->enumerator(p->priv, of, name, &value) && value == want;
}

static bool has_enumerator(const struct mmx_types_provider *p, const char *of, const char *name)
{
	int64_t value;

	return p->ops->enumerator(p->priv, of, name, &value);
}

static void enumerators_signed_unsigned_and_wide(void)
{
	struct mmx_types_provider p;

	b_sample(&b, &s);
	b_type(&b, "plain", B_ENUM, 0, 1, 4);
	b_enumerator(&b, "TOP", -16);
	b_type(&b, "wide", B_ENUM64, B_FLAG, 1, 8);
	b_enumerator64(&b, "BELOW", (uint64_t)-3);
	b_finish(&b);
	if (!opens(&p, &b))
		return;
	CHECK(enumerator(&p, "colour", "GREEN", 7), "GREEN");
	CHECK(enumerator(&p, "colour", "BLUE", -1), "signed");
	CHECK(enumerator(&p, "plain", "TOP", 0xfffffff0), "unsigned");
	CHECK(enumerator(&p, "big", "HUGE_ONE", 1LL << 40), "64 bits");
	CHECK(enumerator(&p, "wide", "BELOW", -3), "64 bits, signed");
	CHECK(enumerator(&p, NULL, "BLUE", -1), "in any enum");
	CHECK(enumerator(&p, NULL, "HUGE_ONE", 1LL << 40), "in any enum");
	CHECK(!has_enumerator(&p, "big", "BLUE"), "in the wrong enum");
	CHECK(!has_enumerator(&p, "nothing", "BLUE"), "in no enum");
	CHECK(!has_enumerator(&p, NULL, "BLU"), "half a name");
	p.ops->free(p.priv);
}

static void ambiguous_names_have_no_answer(void)
{
	struct mmx_types_provider p;

	b_sample(&b, &s);
	b_type(&b, "more", B_ENUM, 0, 2, 4);
	b_enumerator(&b, "RED", 5);
	b_enumerator(&b, "GREEN", 7);
	b_type(&b, "list", B_STRUCT, 0, 1, 8);
	b_member(&b, "next", s.list_ptr, 0);
	b_type(&b, "last", B_STRUCT, 0, 1, 4);
	b_member(&b, "only", s.s32, 0);
	b_type(&b, "inner", B_STRUCT, 0, 2, 24);
	b_member(&b, "link", s.list, 64);
	b_member(&b, "bytes", s.u64, 0);
	b_finish(&b);
	if (!opens(&p, &b))
		return;
	CHECK(!has_struct(&p, "inner"), "two different structs of one size");
	CHECK(!has_enumerator(&p, NULL, "RED"), "RED is 0 and 5");
	CHECK(enumerator(&p, NULL, "GREEN", 7), "GREEN is 7 twice");
	CHECK(enumerator(&p, "more", "RED", 5), "RED by its enum");
	CHECK(!has_struct(&p, "list"), "two different structs");
	CHECK(has_size(&p, "last", 4), "two copies of one struct");
	p.ops->free(p.priv);
}

static void declarations_do_not_hide_definitions(void)
{
	struct mmx_types_provider p;

	b_init(&b);
	b_type(&b, "colour", B_ENUM, 0, 0, 4);
	b_type(&b, "thing", B_FWD, 0, 0, 0);
	b_type(&b, "colour", B_ENUM, 0, 1, 4);
	b_enumerator(&b, "GREEN", 7);
	b_type(&b, "thing", B_STRUCT, 0, 0, 8);
	b_type(&b, "thing", B_FWD, 0, 0, 0);
	b_finish(&b);
	if (!opens(&p, &b))
		return;
	CHECK(enumerator(&p, "colour", "GREEN", 7), "hidden");
	CHECK(has_size(&p, "thing", 8), "hidden");
	p.ops->free(p.priv);
}

static void type_texts(void)
{
	static const char *const want[] = {
		"const char *", "char *const",    "char *[4]",
		"char (*)[4]",  "long (*)(void)", "void (*(*)(char *))(int)",
		"void *",       "struct {...}",
	};
	uint32_t chr, cchr, ptr, id[8], fn, n;
	struct mmx_types_provider p;
	char name[8];

	b_init(&b);
	chr = b_int(&b, "char", 1, B_SIGNED);
	n = b_int(&b, "int", 4, B_SIGNED);
	ptr = b_type(&b, "", B_PTR, 0, 0, chr);
	cchr = b_type(&b, "", B_CONST, 0, 0, chr);
	id[0] = b_type(&b, "", B_PTR, 0, 0, cchr);
	id[1] = b_type(&b, "", B_CONST, 0, 0, ptr);
	id[2] = b_array(&b, ptr, n, 4);
	id[3] = b_array(&b, chr, n, 4);
	id[3] = b_type(&b, "", B_PTR, 0, 0, id[3]);
	id[4] = b_int(&b, "long int", 8, B_SIGNED);
	id[4] = b_type(&b, "", B_FUNC_PROTO, 0, 0, id[4]);
	id[4] = b_type(&b, "", B_PTR, 0, 0, id[4]);
	fn = b_type(&b, "", B_FUNC_PROTO, 0, 1, 0);
	b_param(&b, "", n);
	fn = b_type(&b, "", B_PTR, 0, 0, fn);
	fn = b_type(&b, "", B_FUNC_PROTO, 0, 1, fn);
	b_param(&b, "", ptr);
	id[5] = b_type(&b, "", B_PTR, 0, 0, fn);
	id[6] = b_type(&b, "", B_PTR, 0, 0, 0);
	id[7] = b_type(&b, "", B_STRUCT, 0, 1, 4);
	b_member(&b, "x", n, 0);
	b_type(&b, "s", B_STRUCT, 0, 8, 128);
	for (unsigned int i = 0; i < 8; i++) {
		sprintf(name, "m%u", i);
		b_member(&b, name, id[i], i * 128);
	}
	b_finish(&b);
	if (!opens(&p, &b))
		return;
	for (unsigned int i = 0; i < 8; i++) {
		struct mmx_member m;

		sprintf(name, "m%u", i);
		CHECK(member(&p, "s", name, &m) && !strcmp(m.type, want[i]), "\"%s\", not \"%s\"",
		      m.type, want[i]);
	}
	p.ops->free(p.priv);
}

static void long_type_texts_are_cut(void)
{
	char name[200], want[MMX_TYPE_NAME];
	struct mmx_types_provider p;
	struct mmx_member m;
	uint32_t inner;

	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = 0;
	b_init(&b);
	inner = b_type(&b, name, B_STRUCT, 0, 0, 4);
	b_type(&b, "s", B_STRUCT, 0, 1, 4);
	b_member(&b, "m", inner, 0);
	b_finish(&b);
	if (!opens(&p, &b))
		return;
	strcpy(want, "struct ");
	memset(want + 7, 'x', sizeof(want) - 8);
	want[sizeof(want) - 1] = 0;
	CHECK(member(&p, "s", "m", &m) && !strcmp(m.type, want), "\"%s\"", m.type);
	p.ops->free(p.priv);
}

static void split_btf_continues_its_base(void)
{
	static struct btf_builder split;
	struct mmx_types_provider p, q, other = {0};
	struct mmx_err err = {0};
	uint32_t array;

	b_sample(&b, &s);
	b_split(&split, &b);
	array = b_array(&split, s.list, s.u32, 5);
	b_type(&split, "extra", B_STRUCT, 0, 3, 88);
	b_member(&split, "lists", array, 0);
	/* A name that stands in the base's strings. */
	b_word(&split, 1);
	b_word(&split, s.list_ptr);
	b_word(&split, 640);
	b_member(&split, "colour", s.s32, 704);
	b_type(&split, "shade", B_ENUM, 0, 1, 4);
	b_enumerator(&split, "GREY", 12);
	b_finish(&split);
	if (!opens(&p, &b))
		return;
	if (mmx_btf_open(&q, split.out, split.len, &p, &err)) {
		CHECK(false, "%s", err.text);
		return;
	}
	CHECK(has_size(&q, "extra", 88), "size");
	CHECK_MEMBER(&q, "extra", "lists", "0+640 80 5x16 struct list[5]");
	CHECK_MEMBER(&q, "extra", "lists.prev", "64+64 8 0x8 pointer struct list *");
	CHECK_MEMBER(&q, "extra", "unsigned char", "640+64 8 0x8 pointer struct list *");
	CHECK(enumerator(&q, NULL, "GREY", 12), "GREY");
	CHECK(!has_struct(&q, "thing"), "the base answers for itself");
	q.ops->free(q.priv);
	CHECK(mmx_btf_open(&q, split.out, split.len, NULL, &err), "opened without its base");
	CHECK(mmx_btf_open(&q, split.out, split.len, &other, &err), "opened on what is no BTF");
	p.ops->free(p.priv);
}

static void longer_headers_are_read(void)
{
	static const unsigned int lengths[] = {24, 28, 32, 40, 64};
	struct mmx_types_provider p;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		b_sample(&b, &s);
		b.header_len = lengths[i];
		b_layout(&b, B_INT, 4, 0);
		b_finish(&b);
		if (!opens(&p, &b))
			continue;
		CHECK(has_size(&p, "last", 4), "header of %u bytes", lengths[i]);
		CHECK(mmx_btf_length(b.out, b.len) == b.len, "length with a header of %u bytes",
		      lengths[i]);
		p.ops->free(p.priv);
	}
}

static void unknown_kinds(void)
{
	struct mmx_types_provider p;
	struct mmx_err err = {0};

	b_init(&b);
	b_type(&b, "new", 45, 0, 3, 0);
	for (int i = 0; i < 8; i++)
		b_word(&b, 0xffffffff);
	b_type(&b, "behind", B_STRUCT, 0, 1, 12);
	b_member(&b, "odd", 1, 0);
	b_finish(&b);
	CHECK(mmx_btf_open(&p, b.out, b.len, NULL, &err), "opened");
	CHECK(strstr(err.text, "kind 45"), "\"%s\" does not say which kind", err.text);

	b.header_len = 32;
	b_layout(&b, 44, 8, 8);
	b_finish(&b);
	CHECK(mmx_btf_open(&p, b.out, b.len, NULL, &err), "opened with a layout of others");

	b_layout(&b, 45, 8, 8);
	b_finish(&b);
	if (!opens(&p, &b))
		return;
	CHECK(has_size(&p, "behind", 12), "what stands behind the unknown kind");
	CHECK_MEMBER(&p, "behind", "odd", "none");
	p.ops->free(p.priv);
}

/* A count has 24 bits; kernels before 7.1 use 16 of them. */
static void large_counts(void)
{
	enum { N = 70000 };
	struct mmx_types_provider p;
	size_t len = 24 + 16 + 12 + 12 * N + 16;
	unsigned char *raw = calloc(1, len), *at;
	uint32_t header[6] = {0x0001eb9f, 24, 0, 16 + 12 + 12 * N, 16 + 12 + 12 * N, 16};
	struct btf_builder *small = &b;
	struct mmx_err err = {0};

	if (!raw)
		return;
	b_init(small);
	b_int(small, "int", 4, B_SIGNED); /* its name is at 1 */
	b_type(small, "wide", B_STRUCT, 0, N, 4 * N);
	memcpy(raw, header, 24);
	memcpy(raw + 24, small->types, small->types_len);
	at = raw + 24 + small->types_len;
	for (uint32_t i = 0; i < N; i++, at += 12) {
		uint32_t words[3] = {i == N - 1 ? 5 : 1, 1, i * 32};

		memcpy(at, words, 12);
	}
	memcpy(at, small->strings, small->strings_len);
	CHECK(!mmx_btf_open(&p, raw, len, NULL, &err), "%s", err.text);
	if (!*err.text) {
		CHECK(has_size(&p, "wide", 4 * N), "size");
		p.ops->free(p.priv);
	}
	free(raw);
}

static void refuse(const struct btf_builder *bad, const char *why, const char *says)
{
	struct mmx_types_provider p;
	struct mmx_err err = {0};

	CHECK(mmx_btf_open(&p, bad->out, bad->len, NULL, &err), "opened: %s", why);
	CHECK(strstr(err.text, says), "%s: \"%s\" does not say \"%s\"", why, err.text, says);
}

static void put_word(struct btf_builder *to, unsigned int at, uint32_t v)
{
	memcpy(to->out + at, &v, 4);
}

static void corrupt_headers_are_refused(void)
{
	static const struct {
		unsigned int at;
		uint32_t value;
		const char *why;
	} bad[] = {
		{0, 0x0001eb9e, "magic"},
		{0, 0x0002eb9f, "version"},
		{4, 20, "short header"},
		{4, 0xffffff00, "endless header"},
		{8, 0xfffffff0, "type offset"},
		{12, 0xfffffff0, "type length"},
		{16, 0xfffffff0, "string offset"},
		{20, 0xfffffff0, "string length"},
		{20, 0, "no strings"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		b_sample(&b, &s);
		put_word(&b, bad[i].at, bad[i].value);
		refuse(&b, bad[i].why, "BTF");
	}
	b_sample(&b, &s);
	b.out[b.len - 1] = 'x';
	refuse(&b, "last string without end", "no end");
	b_sample(&b, &s);
	b.out[24 + b.types_len] = 'x';
	refuse(&b, "first string not empty", "empty");
	b_sample(&b, &s);
	memset(b.strings + b.strings_len, 'x', 1100);
	b.strings_len += 1100;
	b.strings[b.strings_len++] = 0;
	b_finish(&b);
	refuse(&b, "a string longer than any name", "no end");
	b_sample(&b, &s);
	b.header_len = 32;
	b_finish(&b);
	put_word(&b, 28, 0xfffffff0);
	refuse(&b, "layout length", "header");
}

static void corrupt_types_are_refused(void)
{
	b_init(&b);
	b_type(&b, "s", B_STRUCT, 0, 0xffffff, 8);
	b_finish(&b);
	refuse(&b, "more members than bytes", "cut off");

	b_init(&b);
	b_type(&b, "i", B_INT, 0, 0, 4);
	b_finish(&b);
	refuse(&b, "integer without its word", "cut off");

	b_init(&b);
	b_word(&b, 0);
	b_finish(&b);
	refuse(&b, "half a type", "cut off");

	b_init(&b);
	b_type(&b, "", 0, 0, 0, 0);
	b_finish(&b);
	refuse(&b, "kind 0", "kind 0");

	b_init(&b);
	b_type(&b, "t", B_TYPEDEF, 0, 0, 2);
	b_finish(&b);
	refuse(&b, "typedef of a type that is not there", "type is out of range");

	b_init(&b);
	b_array(&b, 2, 0, 3);
	b_finish(&b);
	refuse(&b, "array of a type that is not there", "out of range");

	b_init(&b);
	b_type(&b, "s", B_STRUCT, 0, 1, 8);
	b_member(&b, "m", 7, 0);
	b_finish(&b);
	refuse(&b, "member of a type that is not there", "out of range");

	b_init(&b);
	b_type(&b, "s", B_STRUCT, 0, 0, 8);
	b_finish(&b);
	put_word(&b, 24, b.strings_len);
	refuse(&b, "name behind the strings", "name is out of range");

	b_init(&b);
	b_type(&b, "e", B_ENUM, 0, 1, 4);
	b_enumerator(&b, "E", 1);
	b_finish(&b);
	put_word(&b, 24 + 12, 0x7fffffff);
	refuse(&b, "enumerator's name behind the strings", "out of range");
}

/* However full a table is made, by forged names of one hash, a search in it ends. */
static void crowded_names_end_a_search(void)
{
	struct mmx_names t = {0};
	unsigned int added = 0;
	static char names[2000][8];

	for (unsigned int i = 0; i < 2000; i++) {
		struct mmx_name *slot;

		sprintf(names[i], "n%u", i);
		slot = mmx_names_add(&t, names[i], 0, i);
		added += slot && slot->value == i;
	}
	CHECK(added == 2000, "%u of 2000 harmless names", added);
	for (unsigned int i = 0; i < 2000; i++) {
		const struct mmx_name *slot = mmx_names_find(&t, names[i], 0);

		CHECK(slot && slot->value == i, "%s", names[i]);
	}
	for (size_t i = 0; i < t.size; i++)
		t.slot[i].name = "taken";
	CHECK(!mmx_names_find(&t, "n1", 0), "found where all is taken");
	CHECK(!mmx_names_add(&t, "new", 0, 1), "added where all is taken");
	mmx_names_free(&t);
}

static void cycles_end(void)
{
	struct mmx_types_provider p;
	struct listing l = {.left = 1 << 30};
	uint32_t n, first;

	b_init(&b);
	n = b_int(&b, "int", 4, B_SIGNED);
	first = b_type(&b, "a", B_TYPEDEF, 0, 0, n + 2);
	b_type(&b, "b", B_TYPEDEF, 0, 0, first);
	b_type(&b, "c", B_CONST, 0, 0, b.n_types + 1);
	b_array(&b, b.n_types + 1, n, 3);
	b_type(&b, "", B_PTR, 0, 0, b.n_types + 1);
	b_type(&b, "fn", B_FUNC_PROTO, 0, 2, b.n_types + 1);
	b_param(&b, "", b.n_types);
	b_param(&b, "", b.n_types);
	b_type(&b, "self", B_STRUCT, 0, 5, 4);
	for (int i = 0; i < 4; i++)
		b_member(&b, "", b.n_types, 0);
	b_member(&b, "x", first, 0);
	b_type(&b, "holder", B_STRUCT, 0, 3, 64);
	b_member(&b, "fn", n + 6, 0);
	b_member(&b, "ring", n + 4, 64);
	b_member(&b, "self", n + 7, 0);
	b_finish(&b);
	if (!opens(&p, &b))
		return;
	CHECK(!has_struct(&p, "a"), "a typedef of itself");
	CHECK_MEMBER(&p, "self", "y", "none");
	CHECK_MEMBER(&p, "holder", "self.y", "none");
	CHECK_MEMBER(&p, "holder", "ring", "none");
	CHECK_MEMBER(&p, "holder", "fn", "none");
	CHECK(p.ops->each_member(p.priv, "self", list_member, &l), "not listed");
	p.ops->free(p.priv);

	/* A pointer to a function that takes and gives such pointers: legal, and without end. */
	b_init(&b);
	b_type(&b, "", B_PTR, 0, 0, 2);
	b_type(&b, "", B_FUNC_PROTO, 0, 2, 1);
	b_param(&b, "", 1);
	b_param(&b, "", 1);
	b_type(&b, "s", B_STRUCT, 0, 1, 8);
	b_member(&b, "fn", 1, 0);
	b_finish(&b);
	if (!opens(&p, &b))
		return;
	CHECK(strcmp(facts(&p, "s", "fn"), "none"), "a pointer whatever it leads to");
	p.ops->free(p.priv);
}

static void members_beyond_their_struct_are_none(void)
{
	struct mmx_types_provider p;
	uint32_t n, inner, huge;

	b_init(&b);
	n = b_int(&b, "int", 4, B_SIGNED);
	inner = b_type(&b, "inner", B_STRUCT, 0, 1, 8);
	b_member(&b, "deep", n, 32);
	huge = b_array(&b, inner, n, 0x40000000);
	huge = b_array(&b, huge, n, 0x40000000);
	b_type(&b, "s", B_STRUCT, B_FLAG, 6, 12);
	b_member(&b, "ok", n, 64);
	b_member(&b, "end", n, 96);
	b_member(&b, "over", n, 72);
	b_member(&b, "bits", n, 8u << 24 | 92);
	b_member(&b, "in", inner, 64);
	b_member(&b, "huge", huge, 0);
	b_type(&b, "big", B_STRUCT, 0, 1, 0xffffffff);
	b_member(&b, "m", n, 0);
	b_finish(&b);
	if (!opens(&p, &b))
		return;
	CHECK_MEMBER(&p, "s", "ok", "64+32 4 0x4 signed int");
	CHECK_MEMBER(&p, "s", "end", "none");
	CHECK_MEMBER(&p, "s", "over", "none");
	CHECK_MEMBER(&p, "s", "bits", "none");
	CHECK_MEMBER(&p, "s", "in", "none");
	CHECK_MEMBER(&p, "s", "in.deep", "none");
	CHECK_MEMBER(&p, "s", "huge", "none");
	CHECK(!has_struct(&p, "big"), "a struct of 4 GiB");
	p.ops->free(p.priv);
}

/* Whatever one changed byte or one missing end makes of it, nothing crashes or hangs. */
static void every_small_damage_is_survived(void)
{
	struct mmx_types_provider p;
	struct mmx_member m;
	unsigned int opened = 0;

	b_sample(&b, &s);
	for (unsigned int i = 0; i < b.len; i++) {
		static const unsigned char change[] = {0x01, 0x80, 0xff};

		for (unsigned int j = 0; j < sizeof(change); j++) {
			struct listing l = {.left = 1 << 20};

			b.out[i] ^= change[j];
			if (!mmx_btf_open(&p, b.out, b.len, NULL, NULL)) {
				opened++;
				member(&p, "thing", "rows.link.prev", &m);
				has_enumerator(&p, NULL, "BLUE");
				p.ops->each_member(p.priv, "thing", list_member, &l);
				p.ops->free(p.priv);
			}
			b.out[i] ^= change[j];
		}
		if (!mmx_btf_open(&p, b.out, i, NULL, NULL)) {
			CHECK(false, "opened %u of %u bytes", i, b.len);
			p.ops->free(p.priv);
		}
	}
	CHECK(opened, "nothing could be opened");
}

static void length_is_told_by_the_header(void)
{
	b_sample(&b, &s);
	CHECK(mmx_btf_length(b.out, 24) == b.len, "%" PRIu64, mmx_btf_length(b.out, 24));
	CHECK(!mmx_btf_length(b.out, 23), "less than a header");
	b.out[0] ^= 1;
	CHECK(!mmx_btf_length(b.out, 24), "no magic");
}

/* What mmx asks for by itself is indexed when BTF is opened, all else when it is asked for: nobody can tell. */
static void asked_names_are_as_others(void)
{
	static const struct {
		const char *name;
		uint64_t size; /* 0 is no answer */
	} sizes[] = {
		{"page", 64},        {"pages_of_others", 8},
		{"page_t", 64},      {"zone", 4},
		{"list_head", 0},    {"own", 12},
		{"own_t", 12},       {"pag", 0},
		{"twice_here", 0},   {"mem_section_x", 0},
		{"mem_section", 16}, {"task_struct", 0},
	};
	static const struct {
		const char *name;
		int64_t value; /* -1 is no answer */
	} values[] = {
		{"SECTION_IS_EARLY_BIT", 3},
		{"SECTION_IS_ONLINE_BIT", -1},
		{"SECTION_HAS_MEM_MAP_BIT", 1},
		{"SECTION_OF_OTHERS", 9},
		{"OWN", 7},
		{"OWN_TWICE", -1},
		{"SECTION", -1},
	};
	struct mmx_types_provider p;
	uint32_t n;

	b_init(&b);
	n = b_int(&b, "int", 4, B_SIGNED);
	b_type(&b, "page", B_STRUCT, 0, 0, 64);
	b_type(&b, "pages_of_others", B_STRUCT, 0, 0, 8);
	b_type(&b, "page_t", B_TYPEDEF, 0, 0, n + 1);
	b_type(&b, "list_head", B_STRUCT, 0, 0, 16);
	b_type(&b, "list_head", B_STRUCT, 0, 0, 24);
	b_type(&b, "own", B_STRUCT, 0, 0, 12);
	b_type(&b, "own_t", B_TYPEDEF, 0, 0, n + 6);
	b_type(&b, "twice_here", B_STRUCT, 0, 0, 16);
	b_type(&b, "twice_here", B_UNION, 0, 0, 16);
	b_type(&b, "mem_section", B_STRUCT, 0, 0, 16);
	b_type(&b, "task_struct", B_FWD, 0, 0, 0);
	b_type(&b, "", B_ENUM, 0, 3, 4);
	b_enumerator(&b, "SECTION_HAS_MEM_MAP_BIT", 1);
	b_enumerator(&b, "SECTION_IS_ONLINE_BIT", 2);
	b_enumerator(&b, "SECTION_IS_EARLY_BIT", 3);
	b_type(&b, "other", B_ENUM, 0, 5, 4);
	b_enumerator(&b, "SECTION_IS_ONLINE_BIT", 4);
	b_enumerator(&b, "SECTION_IS_EARLY_BIT", 3);
	b_enumerator(&b, "SECTION_OF_OTHERS", 9);
	b_enumerator(&b, "OWN", 7);
	b_enumerator(&b, "OWN_TWICE", 7);
	b_type(&b, "third", B_ENUM, 0, 1, 4);
	b_enumerator(&b, "OWN_TWICE", 8);
	b_type(&b, "zone", B_STRUCT, 0, 0, 4); /* the last string */
	b_finish(&b);
	if (!opens(&p, &b))
		return;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		CHECK(sizes[i].size ? has_size(&p, sizes[i].name, sizes[i].size)
				    : !has_struct(&p, sizes[i].name),
		      "struct %s", sizes[i].name);
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		CHECK(values[i].value < 0 ? !has_enumerator(&p, NULL, values[i].name)
					  : enumerator(&p, NULL, values[i].name, values[i].value),
		      "enumerator %s", values[i].name);
	p.ops->free(p.priv);
}

/* A name is told by its first eight bytes, or as many as it has. */
static void keys_of_names(void)
{
	static const char *const names[] = {"",         "a",         "ab",       "seven_7",
					    "eight__8", "nine____9", "\x01\x80x"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		for (size_t j = 0; j < 256; j++) {
			char bytes[16];
			uint64_t word;

			memset(bytes, (int)j, sizeof(bytes));
			strcpy(bytes, names[i]);
			memcpy(&word, bytes, sizeof(word));
			CHECK(mmx_btf_key_of(word) == mmx_btf_key(names[i]), "%s before %zx",
			      names[i], j);
		}
	}
}

int main(void)
{
	RUN(sizes_of_structs_and_typedefs);
	RUN(members_of_every_kind);
	RUN(anonymous_members_are_looked_through);
	RUN(dotted_paths);
	RUN(members_are_listed_in_order);
	RUN(enumerators_signed_unsigned_and_wide);
	RUN(ambiguous_names_have_no_answer);
	RUN(declarations_do_not_hide_definitions);
	RUN(type_texts);
	RUN(long_type_texts_are_cut);
	RUN(split_btf_continues_its_base);
	RUN(longer_headers_are_read);
	RUN(unknown_kinds);
	RUN(large_counts);
	RUN(corrupt_headers_are_refused);
	RUN(corrupt_types_are_refused);
	RUN(crowded_names_end_a_search);
	RUN(cycles_end);
	RUN(members_beyond_their_struct_are_none);
	RUN(every_small_damage_is_survived);
	RUN(length_is_told_by_the_header);
	RUN(asked_names_are_as_others);
	RUN(keys_of_names);
	return unit_end();
}
