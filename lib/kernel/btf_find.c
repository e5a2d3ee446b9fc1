// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where BTF lies in a dump: between two symbols; without symbols, wherever its first bytes turn
 * up; and the modules' in a list.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bytes.h"
#include "kernel/btf.h"
#include "kernel/layout.h"
#include "kernel/list.h"
#include "kernel/symbols.h"
#include "kernel/types.h"
#include "kernel/view.h"

int mmx_btf_from_dump(struct mmx_types_provider *p, struct mmx_view *view,
		      const struct mmx_symbols *symbols, struct mmx_err *err)
{
	uint64_t start, stop;
	struct mmx_btf *btf;
	void *data;

	if (!mmx_symbol_addr(symbols, "__start_BTF", &start) ||
	    !mmx_symbol_addr(symbols, "__stop_BTF", &stop))
		return mmx_fail(err, MMX_EMISSING,
				"no symbols __start_BTF and __stop_BTF: a kernel without BTF");
	if (stop <= start || stop - start > MMX_BTF_MAX)
		return mmx_fail(err, MMX_ECORRUPT,
				"__start_BTF 0x%" PRIx64 " and __stop_BTF 0x%" PRIx64
				" enclose nothing sensible",
				start, stop);
	data = malloc(stop - start);
	if (!data)
		return mmx_fail_nomem(err);
	if (mmx_kread_ok(view, start, data, stop - start, "the kernel's BTF", err)) {
		free(data);
		return -1;
	}
	btf = mmx_btf_new(data, stop - start, NULL, err);
	if (!btf)
		return -1;
	mmx_btf_provider(p, btf, "BTF in the dump");
	return 0;
}

/*
 * The scan. A header lies at a multiple of four bytes; memory is read in pieces that share a
 * header's length with the next one.
 */
#define SCAN_PIECE (1u << 20)
#define SCAN_PAGE  4096u

/* A kernel's BTF has millions of bytes, a module's or a BPF program's thousands. */
#define KERNEL_BTF_MIN (256u << 10)

/* Each costs reading and checking it: enough for every guest of a host, no gift to an attacker. */
#define SCAN_CANDIDATES 64

struct scan {
	struct mmx_reader *reader;
	struct mmx_btf *found;
	unsigned int candidates;
	unsigned char *piece;
};

/* What the fields of struct page and struct zone can be on any kernel. */
static bool is_kernel_btf(struct mmx_btf *btf)
{
	struct mmx_types_provider p;
	uint64_t page, zone;

	mmx_btf_provider(&p, btf, "");
	return p.ops->struct_size(p.priv, "page", &page) && page >= 32 && page <= 512 &&
	       p.ops->struct_size(p.priv, "zone", &zone) && zone >= 256 && zone <= 65536;
}

static void try_candidate(struct scan *s, uint64_t phys, uint64_t len)
{
	void *data = malloc(len);
	struct mmx_btf *btf;

	s->candidates++;
	if (!data)
		return;
	if (mmx_phys_read(s->reader, phys, data, len) != MMX_READ_OK) {
		free(data);
		return;
	}
	btf = mmx_btf_new(data, len, NULL, NULL);
	if (btf && is_kernel_btf(btf))
		s->found = btf;
	else if (btf)
		mmx_btf_free(btf);
}

/* True when the scan is over. */
static bool scan_piece(struct scan *s, uint64_t phys, size_t len)
{
	const uint32_t begins = MMX_BTF_MAGIC | MMX_BTF_VERSION << 16;

	for (size_t i = 0; i + MMX_BTF_HEADER <= len; i += 4) {
		uint64_t size;

		if (mmx_le32(s->piece + i) != begins)
			continue;
		size = mmx_btf_length(s->piece + i, len - i);
		if (size < KERNEL_BTF_MIN || size > MMX_BTF_MAX)
			continue;
		try_candidate(s, phys + i, size);
		if (s->found || s->candidates == SCAN_CANDIDATES)
			return true;
	}
	return false;
}

static bool scan_range(struct scan *s, uint64_t phys, uint64_t end)
{
	unsigned int by_page = 0; /* pages to read one by one */
	size_t overlap = 0;

	while (phys < end) {
		size_t len = by_page ? SCAN_PAGE : SCAN_PIECE;

		if (len > end - phys)
			len = end - phys;
		if (mmx_phys_read(s->reader, phys, s->piece + overlap, len) != MMX_READ_OK) {
			if (!by_page) {
				by_page = SCAN_PIECE / SCAN_PAGE;
			} else {
				by_page--;
				phys += len;
				overlap = 0;
			}
			continue;
		}
		if (by_page)
			by_page--;
		if (scan_piece(s, phys - overlap, overlap + len))
			return true;
		phys += len;
		len += overlap;
		overlap = len < MMX_BTF_HEADER - 4 ? len : MMX_BTF_HEADER - 4;
		memmove(s->piece, s->piece + len - overlap, overlap);
	}
	return false;
}

int mmx_btf_scan(struct mmx_types_provider *p, struct mmx_reader *reader, struct mmx_err *err)
{
	const struct mmx_image *image = reader->image;
	const struct mmx_ranges *where = image->presence_known ? &image->present : &image->ram;
	struct scan s = {.reader = reader, .piece = malloc(SCAN_PIECE + MMX_BTF_HEADER)};

	if (!s.piece)
		return mmx_fail_nomem(err);
	mmx_for_each_range (r, where) {
		if (scan_range(&s, r->start, r->end))
			break;
	}
	free(s.piece);
	if (!s.found)
		return mmx_fail(err, MMX_EMISSING,
				"no BTF of a kernel in the memory that can be read");
	mmx_btf_provider(p, s.found, "BTF found by scanning the dump");
	return 0;
}

/*
 * Modules: a list of struct btf_module, each with the BTF of one module. All are read when
 * something is first asked for; the one that has an answer gives it.
 */
#define MODULES_MAX      4096
#define MODULES_BYTES    (512u << 20)
#define MODULE_BYTES_MAX (64u << 20)

struct module_btf {
	const struct mmx_btf *base;
	struct mmx_view *view;
	const struct mmx_symbols *symbols;
	const struct mmx_layout *layout;
	bool done;
	uint64_t bytes;
	MMX_ARRAY(struct mmx_types_provider);
};

/* Before the layout is resolved its entries are all zero, without sizes. */
static bool usable(const struct mmx_layout *l, enum mmx_layout_member id)
{
	return mmx_has(l, id) && l->member[id].m.size;
}

static bool layout_ready(const struct mmx_layout *l)
{
	return usable(l, M_btf_module_list) && usable(l, M_btf_module_btf) &&
	       usable(l, M_btf_data) && usable(l, M_btf_data_size);
}

/* Read one module's BTF; one that cannot be read is as if it were not there. */
static void load_module(struct module_btf *mods, uint64_t module)
{
	const struct mmx_layout *l = mods->layout;
	struct mmx_types_provider p;
	uint64_t btf_at, data_at;
	struct mmx_btf *btf;
	uint32_t size;
	void *data;

	if (mmx_kread_u64(mods->view, module + mmx_off(l, M_btf_module_btf), &btf_at) ||
	    mmx_kread_u64(mods->view, btf_at + mmx_off(l, M_btf_data), &data_at) ||
	    mmx_kread_u32(mods->view, btf_at + mmx_off(l, M_btf_data_size), &size))
		return;
	if (size < MMX_BTF_HEADER || size > MODULE_BYTES_MAX || mods->bytes + size > MODULES_BYTES)
		return;
	data = malloc(size);
	if (!data)
		return;
	if (mmx_kread(mods->view, data_at, data, size)) {
		free(data);
		return;
	}
	btf = mmx_btf_new(data, size, mods->base, NULL);
	if (!btf)
		return;
	mods->bytes += size;
	mmx_btf_provider(&p, btf, "");
	if (!mmx_array_add(mods, p))
		mmx_btf_free(btf);
}

static void load_modules(struct module_btf *mods)
{
	struct mmx_list list;
	uint64_t head;

	if (mods->done || !layout_ready(mods->layout))
		return;
	mods->done = true;
	if (!mmx_symbol_addr(mods->symbols, "btf_modules", &head))
		return;
	mmx_list_begin(&list, mods->view, head, MODULES_MAX);
	while (mmx_list_next(&list))
		load_module(mods, list.node - mmx_off(mods->layout, M_btf_module_list));
}

/* The module that has the struct, or NULL. */
static const struct mmx_types_provider *module_with(struct module_btf *mods, const char *name)
{
	uint64_t size;

	load_modules(mods);
	for (size_t i = 0; i < mods->n; i++) {
		if (mods->v[i].ops->struct_size(mods->v[i].priv, name, &size))
			return &mods->v[i];
	}
	return NULL;
}

static bool modules_struct_size(void *priv, const char *name, uint64_t *size)
{
	const struct mmx_types_provider *p = module_with(priv, name);

	return p && p->ops->struct_size(p->priv, name, size);
}

static bool modules_member(void *priv, const char *name, const char *path, struct mmx_member *m)
{
	const struct mmx_types_provider *p = module_with(priv, name);

	return p && p->ops->member(p->priv, name, path, m);
}

static bool modules_each_member(void *priv, const char *name, mmx_member_fn fn, void *arg)
{
	const struct mmx_types_provider *p = module_with(priv, name);

	return p && p->ops->each_member(p->priv, name, fn, arg);
}

static bool modules_enumerator(void *priv, const char *of, const char *name, int64_t *value)
{
	struct module_btf *mods = priv;

	load_modules(mods);
	for (size_t i = 0; i < mods->n; i++) {
		if (mods->v[i].ops->enumerator(mods->v[i].priv, of, name, value))
			return true;
	}
	return false;
}

static bool modules_each_enumerator(void *priv, const char *of, mmx_enumerator_fn fn, void *arg)
{
	struct module_btf *mods = priv;

	load_modules(mods);
	for (size_t i = 0; i < mods->n; i++) {
		if (mods->v[i].ops->each_enumerator(mods->v[i].priv, of, fn, arg))
			return true;
	}
	return false;
}

static void modules_free(void *priv)
{
	struct module_btf *mods = priv;

	for (size_t i = 0; i < mods->n; i++)
		mods->v[i].ops->free(mods->v[i].priv);
	mmx_array_free(mods);
	free(mods);
}

static const struct mmx_types_ops modules_ops = {
	.struct_size = modules_struct_size,
	.member = modules_member,
	.enumerator = modules_enumerator,
	.each_member = modules_each_member,
	.each_enumerator = modules_each_enumerator,
	.free = modules_free,
};

int mmx_btf_from_modules(struct mmx_types_provider *p, const struct mmx_types_provider *kernel,
			 struct mmx_view *view, const struct mmx_symbols *symbols,
			 const struct mmx_layout *layout, struct mmx_err *err)
{
	struct module_btf *mods;

	if (!mmx_btf_of(kernel))
		return mmx_fail(err, MMX_EUSAGE,
				"the modules' BTF continues the kernel's, and %s is not that",
				kernel->name);
	mods = calloc(1, sizeof(*mods));
	if (!mods)
		return mmx_fail_nomem(err);
	mods->base = mmx_btf_of(kernel);
	mods->view = view;
	mods->symbols = symbols;
	mods->layout = layout;
	*p = (struct mmx_types_provider){
		.ops = &modules_ops,
		.priv = mods,
		.name = "BTF of modules in the dump",
	};
	return 0;
}
