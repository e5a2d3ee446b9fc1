// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/large.h"
#include "kernel/kallsyms.h"
#include "kernel/lazy_symbols.h"
#include "kernel/symbol_scan.h"
#include "kernel/symbols.h"
#include "kernel/vmcoreinfo.h"

/* Compressed bytes of a name on average, at the very most; real kernels need about twelve. */
#define NAME_BYTES_MAX 32

/* Tokens begin at 16-bit offsets, and the last may be as long as a name. */
#define TOKEN_TABLE_MAX (UINT16_MAX + MMX_SYMBOL_NAME)

static const char *const encoding_names[] = {
	[MMX_ABSOLUTE_PERCPU] = "absolute-percpu",
	[MMX_BASE_RELATIVE] = "base-relative",
	[MMX_PLACE_RELATIVE] = "place-relative",
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
	uint64_t addr;
	int word;
	bool seen;
	unsigned int fits; /* a bit for each encoding */
};

struct decoder {
	struct mmx_kallsyms *k;
	struct mmx_lazy_symbols *lazy;
	struct mmx_symbol_scan scan;
	struct anchor anchor[ANCHORS];
	unsigned int anchors;
};

static int read_anchors(struct decoder *d, const struct mmx_vmcoreinfo *vi, struct mmx_err *err)
{
	for (unsigned int i = 0; i < ANCHORS; i++) {
		const char *name = anchor_names[i];
		struct anchor *a = &d->anchor[d->anchors];

		if (!mmx_vmcoreinfo_symbol(vi, name, &a->addr)) {
			if (i == 0)
				return mmx_fail(err, MMX_EMISSING,
						"VMCOREINFO has no SYMBOL(_stext)");
			continue;
		}
		a->word = mmx_vocabulary_find(d->lazy->words,
					      mmx_sum(d->lazy->words, name, strlen(name)), name);
		d->anchors++;
	}
	return 0;
}

/* Notes the encodings under which a symbol's address is that of the anchor whose name it has. */
static void match_anchors(struct decoder *d, const struct mmx_symbol_hit *hit)
{
	struct mmx_kallsyms_addresses as = d->lazy->addresses;

	for (unsigned int i = 0; i < d->anchors; i++) {
		struct anchor *a = &d->anchor[i];

		if (a->word != (int)hit->word)
			continue;
		a->seen = true;
		as.encoding = d->k->has_base ? 0 : MMX_PLACE_RELATIVE;
		for (; as.encoding < MMX_KALLSYMS_ENCODINGS; as.encoding++) {
			if (mmx_kallsyms_address(&as, hit->symbol) == a->addr)
				a->fits |= 1u << as.encoding;
		}
	}
}

/* The one encoding under which every anchor comes out right. */
static int choose_encoding(struct decoder *d, struct mmx_err *err)
{
	unsigned int fits = (1u << MMX_KALLSYMS_ENCODINGS) - 1;

	for (size_t i = 0; i < d->scan.hits.n; i++)
		match_anchors(d, &d->scan.hits.v[i]);
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
	d->lazy->addresses.encoding = __builtin_ctz(fits);
	return 0;
}

/* With an encoding that the compiler knows, which makes it a loop of a few instructions. */
static inline __attribute__((always_inline)) bool ascending_under(
	const struct mmx_kallsyms_addresses *a, size_t n, enum mmx_kallsyms_encoding encoding)
{
	struct mmx_kallsyms_addresses as = *a;
	uint64_t before = 0;
	bool falls = false;

	as.encoding = encoding;
	for (size_t i = 0; i < n; i++) {
		uint64_t addr = mmx_kallsyms_address(&as, i);

		falls |= addr < before;
		before = addr;
	}
	return !falls;
}

static bool ascending(const struct mmx_kallsyms_addresses *a, size_t n)
{
	switch (a->encoding) {
	case MMX_ABSOLUTE_PERCPU:
		return ascending_under(a, n, MMX_ABSOLUTE_PERCPU);
	case MMX_BASE_RELATIVE:
		return ascending_under(a, n, MMX_BASE_RELATIVE);
	default:
		return ascending_under(a, n, MMX_PLACE_RELATIVE);
	}
}

/* The symbols of words: the first of a name is the lowest. */
static void keep_words(struct decoder *d)
{
	for (size_t i = 0; i < d->scan.hits.n; i++) {
		const struct mmx_symbol_hit *hit = &d->scan.hits.v[i];

		if (!d->lazy->symbol_of[hit->word])
			d->lazy->symbol_of[hit->word] = hit->symbol + 1;
	}
}

static int decode(struct decoder *d, struct mmx_symbol_table *t, const struct mmx_vmcoreinfo *vi,
		  struct mmx_err *err)
{
	struct mmx_kallsyms *k = d->k;

	t->lazy = d->lazy = mmx_lazy_symbols_new(k->num_syms);
	t->v = calloc(k->num_syms, sizeof(*t->v));
	if (!t->lazy || !t->v)
		return mmx_fail_nomem(err);
	t->n = t->allocated = k->num_syms;
	t->tokens = mmx_symbol_tokens_new(k->token_table, k->token_table_len, k->token_index, err);
	if (!t->tokens)
		return -1;
	d->lazy->addresses = (struct mmx_kallsyms_addresses){
		.offsets = k->offsets,
		.offsets_addr = k->offsets_addr,
		.relative_base = k->relative_base,
	};
	d->scan = (struct mmx_symbol_scan){
		.names = (const char *)k->names,
		.len = k->names_len,
		.n = k->num_syms,
		.tokens = t->tokens,
		.words = d->lazy->words,
		.marks = d->lazy->marks,
	};
	return read_anchors(d, vi, err) || mmx_symbol_scan(&d->scan, err) || choose_encoding(d, err)
		       ? -1
		       : 0;
}

/* No kernel's are out of order. If they are, all are filled in, for finishing to sort them. */
static int fill_unsorted(struct mmx_symbol_table *t, struct mmx_err *err)
{
	if (!mmx_lazy_symbols_fill_all(t))
		return mmx_fail_nomem(err);
	mmx_lazy_symbols_free(t->lazy);
	t->lazy = NULL;
	return 0;
}

int mmx_kallsyms_decode(struct mmx_symbols *s, struct mmx_kallsyms *k,
			const struct mmx_vmcoreinfo *vi, struct mmx_err *err)
{
	struct decoder d = {.k = k};
	struct mmx_symbol_table t = {0};
	int ret = decode(&d, &t, vi, err);
	const char *encoding = NULL;

	if (!ret) {
		t.names.v = (char *)k->names;
		t.names.n = t.names.allocated = k->names_len;
		k->names = NULL;
		k->offsets = NULL;
		encoding = encoding_names[d.lazy->addresses.encoding];
		keep_words(&d);
		if (ascending(&d.lazy->addresses, t.n))
			t.finished = t.n;
		else
			ret = fill_unsorted(&t, err);
	} else if (t.lazy) {
		t.lazy->addresses.offsets = NULL; /* still the caller's */
	}
	mmx_array_free(&d.scan.hits);
	if (ret) {
		mmx_symbol_table_free(&t);
		return -1;
	}
	mmx_symbol_table_free(&s->kernel);
	s->kernel = t;
	s->provider = "kallsyms in the dump";
	s->encoding = encoding;
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
