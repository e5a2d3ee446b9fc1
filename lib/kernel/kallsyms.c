// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/large.h"
#include "kernel/kallsyms.h"
#include "kernel/symbols.h"
#include "kernel/vmcoreinfo.h"

/* Compressed bytes of a name on average, at the very most; real kernels need about twelve. */
#define NAME_BYTES_MAX 32

/* Tokens begin at 16-bit offsets, and the last may be as long as a name. */
#define TOKEN_TABLE_MAX (UINT16_MAX + MMX_SYMBOL_NAME)

enum encoding { ABSOLUTE_PERCPU, BASE_RELATIVE, PLACE_RELATIVE, ENCODINGS };

static const char *const encoding_names[] = {
	[ABSOLUTE_PERCPU] = "absolute-percpu",
	[BASE_RELATIVE] = "base-relative",
	[PLACE_RELATIVE] = "place-relative",
};

/*
 * Symbols whose addresses VMCOREINFO states as well. Others that it names are left out: some are
 * the values of pointers, some are no symbols of their own. Only _stext must be there, since a kernel
 * may keep functions alone in kallsyms.
 */
static const char *const anchor_names[] = {"_stext", "init_uts_ns", "init_top_pgt",
					   "swapper_pg_dir"};

#define ANCHORS (sizeof(anchor_names) / sizeof(*anchor_names))

struct anchor {
	const char *name;
	uint32_t hash;
	uint64_t addr;
	bool seen;
	unsigned int fits; /* a bit for each encoding */
};

struct decoder {
	const struct mmx_kallsyms *k;
	const struct mmx_symbol_tokens *tokens;
	struct anchor anchor[ANCHORS];
	unsigned int anchors;
};

static int read_anchors(struct decoder *d, const struct mmx_vmcoreinfo *vi, struct mmx_err *err)
{
	for (unsigned int i = 0; i < ANCHORS; i++) {
		struct anchor *a = &d->anchor[d->anchors];

		if (!mmx_vmcoreinfo_symbol(vi, anchor_names[i], &a->addr)) {
			if (i == 0)
				return mmx_fail(err, MMX_EMISSING,
						"VMCOREINFO has no SYMBOL(_stext)");
			continue;
		}
		a->name = anchor_names[i];
		a->hash = mmx_symbol_hash(a->name, strlen(a->name));
		d->anchors++;
	}
	return 0;
}

static uint64_t decode_address(const struct mmx_kallsyms *k, enum encoding encoding, uint32_t i)
{
	uint64_t slot = 4 * (uint64_t)i;
	uint32_t offset = mmx_le32(k->offsets + slot);

	switch (encoding) {
	case ABSOLUTE_PERCPU:
		return (int32_t)offset >= 0 ? offset : k->relative_base - 1 - (int32_t)offset;
	case BASE_RELATIVE:
		return k->relative_base + offset;
	default:
		return k->offsets_addr + slot + (int32_t)offset;
	}
}

/* If symbol @i is an anchor, notes the encodings under which its address is the anchor's. */
static void match_anchors(struct decoder *d, const struct mmx_packed *name, uint32_t hash,
			  uint32_t i)
{
	char text[MMX_SYMBOL_NAME];

	for (unsigned int j = 0; j < d->anchors; j++) {
		struct anchor *a = &d->anchor[j];

		if (a->hash != hash)
			continue;
		mmx_packed_write(d->tokens, name, text);
		if (strcmp(text, a->name))
			continue;
		a->seen = true;
		for (int e = d->k->has_base ? 0 : PLACE_RELATIVE; e < ENCODINGS; e++) {
			if (decode_address(d->k, e, i) == a->addr)
				a->fits |= 1u << e;
		}
	}
}

/* Looks at every name; appends every symbol but for its address. */
static int take_names(struct decoder *d, struct mmx_symbol_table *t, struct mmx_err *err)
{
	const char *names = (const char *)d->k->names;
	size_t at = 0;

	for (uint32_t i = 0; i < d->k->num_syms; i++) {
		struct mmx_packed name;
		uint32_t begins = at;

		if (!mmx_packed_next(names, d->k->names_len, &at, &name))
			return mmx_fail(err, MMX_ECORRUPT,
					"kallsyms: the names end after %" PRIu32 " of %" PRIu32, i,
					d->k->num_syms);
		t->v[i].name = begins;
		if (!mmx_packed_hash(d->tokens, &name, &t->hashes.v[i], &t->v[i].type))
			return mmx_fail(err, MMX_ECORRUPT,
					"kallsyms: name %" PRIu32 " is empty or too long", i);
		match_anchors(d, &name, t->hashes.v[i], i);
	}
	return 0;
}

/* The one encoding under which every anchor comes out right, or -1. */
static int choose_encoding(const struct decoder *d, struct mmx_err *err)
{
	unsigned int fits = (1u << ENCODINGS) - 1;

	if (!d->anchor[0].seen)
		return mmx_fail(err, MMX_ECORRUPT, "kallsyms: no symbol is called _stext");
	for (unsigned int i = 0; i < d->anchors; i++) {
		if (d->anchor[i].seen)
			fits &= d->anchor[i].fits;
	}
	if (!fits || fits & (fits - 1))
		return mmx_fail(err, MMX_ECORRUPT,
				"kallsyms: addresses agree with VMCOREINFO under %s of the "
				"encodings absolute-percpu, base-relative and place-relative",
				fits ? "more than one" : "none");
	return __builtin_ctz(fits);
}

static int decode(struct mmx_symbol_table *t, const struct mmx_kallsyms *k,
		  const struct mmx_vmcoreinfo *vi, struct mmx_err *err)
{
	struct decoder d = {.k = k};

	t->v = mmx_large_alloc(k->num_syms * sizeof(*t->v));
	t->hashes.v = mmx_large_alloc(k->num_syms * sizeof(*t->hashes.v));
	if (!t->v || !t->hashes.v)
		return mmx_fail_nomem(err);
	t->tokens = mmx_symbol_tokens_new(k->token_table, k->token_table_len, k->token_index, err);
	d.tokens = t->tokens;
	if (!t->tokens || read_anchors(&d, vi, err) || take_names(&d, t, err))
		return -1;
	return choose_encoding(&d, err);
}

int mmx_kallsyms_decode(struct mmx_symbols *s, struct mmx_kallsyms *k,
			const struct mmx_vmcoreinfo *vi, struct mmx_err *err)
{
	struct mmx_symbol_table t = {0};
	int encoding = decode(&t, k, vi, err);

	if (encoding < 0) {
		mmx_symbol_table_free(&t);
		return -1;
	}
	for (uint32_t i = 0; i < k->num_syms; i++) {
		t.v[i].addr = decode_address(k, encoding, i);
		t.v[i].module = 0;
	}
	t.n = t.allocated = t.hashes.n = t.hashes.allocated = k->num_syms;
	t.names.v = (char *)k->names;
	t.names.n = t.names.allocated = k->names_len;
	k->names = NULL;
	mmx_symbol_table_free(&s->kernel);
	s->kernel = t;
	s->provider = "kallsyms in the dump";
	s->encoding = encoding_names[encoding];
	return 0;
}

/* Where VMCOREINFO says the tables are. */
struct places {
	uint64_t names, num_syms, token_table, token_index, offsets, relative_base;
	bool has_base;
};

static int find_places(struct places *p, const struct mmx_vmcoreinfo *vi, struct mmx_err *err)
{
	const struct {
		const char *name;
		uint64_t *addr;
	} need[] = {
		{"kallsyms_names", &p->names},
		{"kallsyms_num_syms", &p->num_syms},
		{"kallsyms_token_table", &p->token_table},
		{"kallsyms_token_index", &p->token_index},
		{"kallsyms_offsets", &p->offsets},
	};

	for (unsigned int i = 0; i < sizeof(need) / sizeof(*need); i++) {
		if (!mmx_vmcoreinfo_symbol(vi, need[i].name, need[i].addr))
			return mmx_fail(
				err, MMX_EMISSING,
				"VMCOREINFO has no SYMBOL(%s): the kernel is older than 6.0 "
				"or was built without kallsyms",
				need[i].name);
	}
	p->has_base = mmx_vmcoreinfo_symbol(vi, "kallsyms_relative_base", &p->relative_base);
	return 0;
}

/*
 * How long the table at @addr can be. The kernel does not say, and the tables' order differs between
 * releases; but no table reaches into the next one.
 */
static size_t room_at(const struct places *p, uint64_t addr, uint64_t max)
{
	const uint64_t others[] = {p->names,       p->num_syms, p->token_table,
				   p->token_index, p->offsets,  p->has_base ? p->relative_base : 0};

	for (unsigned int i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (others[i] > addr && others[i] - addr < max)
			max = others[i] - addr;
	}
	return max;
}

static int read_table(unsigned char **bytes, struct mmx_view *view, uint64_t addr, size_t len,
		      const char *what, struct mmx_err *err)
{
	*bytes = mmx_large_alloc(len);
	if (!*bytes)
		return mmx_fail_nomem(err);
	return mmx_kread_ok(view, addr, *bytes, len, what, err);
}

static int read_count(struct mmx_kallsyms *k, const struct places *p, struct mmx_view *view,
		      struct mmx_err *err)
{
	unsigned char count[4], base[8];

	if (mmx_kread_ok(view, p->num_syms, count, sizeof(count), "kallsyms_num_syms", err))
		return -1;
	k->num_syms = mmx_le32(count);
	if (!k->num_syms || k->num_syms > MMX_KALLSYMS_MAX)
		return mmx_fail(err, MMX_ECORRUPT,
				"kallsyms: %" PRIu32 " symbols are no sane number", k->num_syms);
	k->has_base = p->has_base;
	if (!p->has_base)
		return 0;
	if (mmx_kread_ok(view, p->relative_base, base, sizeof(base), "kallsyms_relative_base", err))
		return -1;
	k->relative_base = mmx_le64(base);
	return 0;
}

static int read_tables(struct mmx_kallsyms *k, struct mmx_view *view,
		       const struct mmx_vmcoreinfo *vi, struct mmx_err *err)
{
	struct places p;

	if (find_places(&p, vi, err) || read_count(k, &p, view, err))
		return -1;
	k->names_len = room_at(&p, p.names, (uint64_t)k->num_syms * NAME_BYTES_MAX);
	k->token_table_len = room_at(&p, p.token_table, TOKEN_TABLE_MAX);
	k->offsets_addr = p.offsets;
	if (read_table(&k->names, view, p.names, k->names_len, "kallsyms_names", err) ||
	    read_table((unsigned char **)&k->token_table, view, p.token_table, k->token_table_len,
		       "kallsyms_token_table", err) ||
	    read_table(&k->token_index, view, p.token_index, 2 * MMX_SYMBOL_TOKENS,
		       "kallsyms_token_index", err) ||
	    read_table(&k->offsets, view, p.offsets, 4 * (size_t)k->num_syms, "kallsyms_offsets",
		       err))
		return -1;
	return 0;
}

int mmx_symbols_from_kallsyms(struct mmx_symbols *s, struct mmx_view *view,
			      const struct mmx_vmcoreinfo *vi, struct mmx_err *err)
{
	struct mmx_kallsyms k = {0};
	int ret = read_tables(&k, view, vi, err);

	if (!ret)
		ret = mmx_kallsyms_decode(s, &k, vi, err);
	free(k.names);
	free(k.token_table);
	free(k.token_index);
	free(k.offsets);
	return ret;
}
