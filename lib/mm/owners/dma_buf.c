// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "kernel/decode.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/owners/dma_buf.h"
#include "mm/owners/owner.h"

#define MAX_BUFFERS (1u << 20)
#define MAX_ENTRIES (1u << 20)
#define MAX_PAGES   (1ULL << 30)

/* Marks in the lowest bits of a scatterlist's page_link: it leads to another part of the list; it is the last one. */
#define SG_CHAIN 1ULL
#define SG_END   2ULL

struct buffer {
	uint64_t size, ops, exp_name, name, priv;
};

static const struct mmx_wanted buffer_wanted[] = {
	MMX_WANT(struct buffer, size, dma_buf, size),
	MMX_WANT(struct buffer, ops, dma_buf, ops),
	MMX_WANT(struct buffer, exp_name, dma_buf, exp_name),
	MMX_WANT(struct buffer, name, dma_buf, name),
	MMX_WANT(struct buffer, priv, dma_buf, priv),
};

struct entry {
	uint64_t page_link;
	uint32_t offset, length;
};

static const struct mmx_wanted entry_wanted[] = {
	MMX_WANT(struct entry, page_link, scatterlist, page_link),
	MMX_WANT(struct entry, offset, scatterlist, offset),
	MMX_WANT(struct entry, length, scatterlist, length),
};

static const struct mmx_decode buffer_table = MMX_DECODE("dma_buf", buffer_wanted),
			       entry_table = MMX_DECODE("scatterlist", entry_wanted);

/* One entry's pages, which follow each other. */
static int take_entry(struct mmx_hold *h, const struct entry *e, uint64_t *bytes,
		      struct mmx_err *err)
{
	const struct mmx_kernel *k = h->view->kernel;
	uint64_t pfn, end = (uint64_t)e->offset + e->length,
		      page = e->page_link & ~(SG_CHAIN | SG_END);

	*bytes += e->length;
	if (!mmx_page_pfn(k, page, &pfn))
		return mmx_fail(err, MMX_ECORRUPT, "%s at 0x%" PRIx64 " has a page at 0x%" PRIx64,
				h->now.type, h->now.addr, page);
	mmx_hold_frames(h, pfn, (end + 4095) >> k->arch->page_shift);
	return 0;
}

/* A table of so many entries, in parts that are chained. */
static int take_table(struct mmx_hold *h, uint64_t table, uint64_t size, struct mmx_err *err)
{
	uint64_t addr, left, each = mmx_size(&h->view->kernel->layout, S_scatterlist), bytes = 0;

	if (mmx_kget(h->view, table, M_sg_table_sgl, &addr, err) ||
	    mmx_kget(h->view, table, M_sg_table_orig_nents, &left, err))
		return -1;
	for (unsigned int looked_at = 0; left && addr && bytes < size; looked_at++) {
		struct entry e;

		if (looked_at > MAX_ENTRIES)
			return mmx_fail(err, MMX_ECORRUPT, "the table at 0x%" PRIx64 " has no end",
					table);
		if (mmx_decode_read(&entry_table, h->view, addr, &e, err))
			return -1;
		if (e.page_link & SG_CHAIN) {
			addr = e.page_link & ~(SG_CHAIN | SG_END);
			continue;
		}
		if (take_entry(h, &e, &bytes, err))
			return -1;
		left--;
		addr += each;
	}
	return 0;
}

/*
 * Those who export buffers of memory of their own. The operations, by which a buffer is known as one, are static
 * and may have the same name in several.
 */
static int take_system_heap(struct mmx_hold *h, const struct buffer *b, struct mmx_err *err)
{
	static const enum mmx_layout_member needed[] = {M_system_heap_buffer_sg_table,
							M_sg_table_sgl, M_sg_table_orig_nents};
	const struct mmx_layout *l = &h->view->kernel->layout;

	if (mmx_layout_require(l, needed, 3, err) || mmx_decode_require(&entry_table, l, err))
		return -1;
	return take_table(h, b->priv + mmx_off(l, M_system_heap_buffer_sg_table), b->size, err);
}

static int take_cma_heap(struct mmx_hold *h, const struct buffer *b, struct mmx_err *err)
{
	uint64_t pages, n;

	if (mmx_kget(h->view, b->priv, M_cma_heap_buffer_pages, &pages, err) ||
	    mmx_kget(h->view, b->priv, M_cma_heap_buffer_pagecount, &n, err))
		return -1;
	if (n > MAX_PAGES)
		return mmx_fail(err, MMX_ECORRUPT,
				"the buffer at 0x%" PRIx64 " has %" PRIu64 " pages", b->priv, n);
	mmx_hold_pages(h, pages, n);
	return 0;
}

static const struct exporter {
	const char *ops;
	int (*take)(struct mmx_hold *h, const struct buffer *b, struct mmx_err *err);
} exporters[] = {
	{"system_heap_buf_ops", take_system_heap},
	{"cma_heap_buf_ops", take_cma_heap},
};

static void name_buffer(struct mmx_view *view, const struct buffer *b, char *name, size_t size)
{
	char exporter[32] = "", own[48] = "";

	if (!b->exp_name || mmx_kread_str(view, b->exp_name, exporter, sizeof(exporter), NULL))
		exporter[0] = 0;
	if (!b->name || mmx_kread_str(view, b->name, own, sizeof(own), NULL))
		own[0] = 0;
	snprintf(name, size, "%s%s%s", exporter, exporter[0] && own[0] ? " " : "", own);
}

static int take_buffer(struct mmx_hold *h, uint64_t addr, struct mmx_err *err)
{
	struct mmx_holder holder = {
		.what = "memory of a DMA buffer", .type = "dma_buf", .addr = addr};
	struct buffer b;
	uint64_t ops;

	if (mmx_decode_read(&buffer_table, h->view, addr, &b, err))
		return -1;
	name_buffer(h->view, &b, holder.name, sizeof(holder.name));
	mmx_hold_begin(h, &holder);
	for (size_t i = 0; i < sizeof(exporters) / sizeof(*exporters); i++) {
		if (mmx_symbol_addr(&h->view->kernel->symbols, exporters[i].ops, &ops) &&
		    b.ops == ops)
			return exporters[i].take(h, &b, err);
	}
	return 0;
}

/* Up to 6.11 the list's head is the first member of a struct of its own; its name has changed twice. */
static bool find_list(const struct mmx_symbols *s, uint64_t *head)
{
	return mmx_symbol_addr(s, "dmabuf_list", head) ||
	       mmx_symbol_addr(s, "debugfs_list", head) || mmx_symbol_addr(s, "db_list", head);
}

int mmx_dma_bufs_find(struct mmx_dma_bufs *it, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	struct mmx_hold hold = {.held = &it->held, .view = view};
	struct mmx_list list;
	struct mmx_err one;
	uint64_t head;

	if (!find_list(&k->symbols, &head))
		return 0;
	if (!mmx_has(&k->layout, M_dma_buf_list_node))
		return mmx_fail(err, MMX_EMISSING,
				"member list_node of struct dma_buf is not known");
	mmx_list_begin(&list, view, head, MAX_BUFFERS);
	while (!hold.nomem && mmx_list_next(&list)) {
		if (take_buffer(&hold, list.node - mmx_off(&k->layout, M_dma_buf_list_node), &one))
			mmx_cover_fail(&it->coverage, &one);
	}
	mmx_cover_inherit(&it->coverage, &list.coverage);
	return mmx_hold_end(&hold, err);
}

void mmx_dma_bufs_free(struct mmx_dma_bufs *it)
{
	mmx_holdings_free(&it->held);
}

MMX_HOLDINGS_OF(dma_bufs)

const struct mmx_owner_kind mmx_owner_dma_buf = {
	.name = "DMA buffers",
	.class = CLASS_DMA_BUF,
	.why = "a buffer that devices share has it",
	.last = true,
	.known = MMX_KNOWN_dma_bufs,
	.run = runs,
	.held = held,
};
