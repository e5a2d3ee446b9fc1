// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE frames      reads PFNs; what the words of each one's page lead to: "name=value"
 */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"
#include "mm/files/mapping.h"
#include "mm/owners/memcg.h"
#include "mm/rmap/anon.h"
#include "mm/rmap/ksm.h"
#include "mm/swap/swap_slot.h"

static void print_mapping(struct mmx_view *view, uint64_t word)
{
	static struct mmx_mapping m;
	struct mmx_err err;

	if (mmx_mapping_read(&m, view, word, &err)) {
		printf("\tmapping_error=%s", err.text);
		return;
	}
	printf("\tkind=%s\tino=%" PRIu64 "\tdev=%x:%x\trdev=%x:%x\tfs=%s\tsb=%s\tcached=%" PRIu64,
	       mmx_mapping_kind_name(m.kind), m.inode.ino, mmx_dev_major(m.inode.dev),
	       mmx_dev_minor(m.inode.dev), mmx_dev_major(m.inode.rdev), mmx_dev_minor(m.inode.rdev),
	       m.inode.fs, m.inode.sb_id, m.pages);
	printf("\t%s=", m.kind == MMX_MAPPING_BLOCK ? "device" : "path");
	ask_text(m.kind == MMX_MAPPING_BLOCK ? m.device : m.path.text);
	if (!mmx_cover_whole(&m.coverage))
		printf("\tno_path=%s", m.coverage.first.text);
}

static void print_anon(struct mmx_view *view, uint64_t addr)
{
	struct mmx_anon a;
	struct mmx_err err;

	printf("\tkind=anon");
	if (mmx_anon_read(&a, view, addr, &err))
		printf("\tanon_error=%s", err.text);
	else
		printf("\tanon=%" PRIx64 "\troot=%" PRIx64 "\trefcount=%u\tchildren=%" PRIu64
		       "\tactive=%" PRIu64 "\tchains=%" PRIu64 "\tbroken=%s",
		       a.addr, a.root, a.refcount, a.children, a.active, a.coverage.found,
		       a.coverage.first.text);
}

static void print_ksm(struct mmx_view *view, uint64_t addr, uint64_t pfn)
{
	struct mmx_ksm k;
	struct mmx_err err;

	printf("\tkind=ksm");
	if (mmx_ksm_read(&k, view, addr, pfn, &err))
		printf("\tksm_error=%s", err.text);
	else
		printf("\tsharers=%" PRIu64 "\tchain=%" PRIx64, k.sharers, k.chain);
}

static void print_memcg(struct mmx_view *view, uint64_t word)
{
	static const char *const kinds[] = {"none", "objects", "user", "kernel"};
	static struct mmx_memcg m;
	struct mmx_charge c;
	struct mmx_err err;

	if (mmx_charge_read(&c, view, word, &err)) {
		printf("\tmemcg_error=%s", err.text);
		return;
	}
	printf("\tcharge=%s", kinds[c.kind]);
	if (c.memcg && mmx_memcg_read(&m, view, c.memcg, &err))
		printf("\tmemcg_error=%s", err.text);
	else if (c.memcg)
		printf("\tmemcg=%s\tmemcg_ino=%" PRIu64 "\tonline=%d", m.path, m.ino, m.online);
}

static void print_frame(struct mmx_view *view, const struct mmx_swaps *found,
			const struct mmx_page_walk *w)
{
	const struct mmx_page_format *f = &mmx_mem(view->kernel)->page_format;
	uint64_t mapping = mmx_word(w->folio.bytes, f->mapping), offset;
	unsigned int type;

	printf("pfn=%" PRIx64 "\thead=%" PRIx64 "\tindex=%" PRIu64, w->pfn, w->folio.head,
	       mmx_word(w->folio.bytes, f->index) + (w->pfn - w->folio.head));
	if (w->folio.slab || (w->type != MMX_PAGE_NONE && !w->folio.hugetlb))
		;
	else if ((mapping & 3) == 3)
		print_ksm(view, mapping & ~3ULL, w->pfn);
	else if (mapping & 1)
		print_anon(view, mapping & ~3ULL);
	else if (mapping)
		print_mapping(view, mapping);
	if (mmx_bit(w->folio.flags, f->swapbacked) && mmx_bit(w->folio.flags, f->swapcache)) {
		mmx_swap_private(mmx_word(w->folio.bytes, f->private), &type, &offset);
		ask_print_swap(view, found, type, offset);
	}
	print_memcg(view, mmx_word(w->folio.bytes, f->memcg));
	putchar('\n');
}

static int frames(const struct mmx_kernel *k)
{
	struct mmx_view *view = k->view;
	const struct mmx_swaps *found = mmx_know_swaps(view);
	struct mmx_err err;
	uint64_t pfn;

	while (scanf("%" SCNx64, &pfn) == 1) {
		struct mmx_page_walk w;

		if (mmx_page_walk_begin(&w, view, pfn, pfn + 1, &err))
			return ask_trouble(&err);
		if (mmx_page_walk_next(&w) && !w.read)
			print_frame(view, found, &w);
		else
			printf("pfn=%" PRIx64 "\tabsent=%s\n", pfn, mmx_read_name(w.read));
		mmx_page_walk_end(&w);
	}
	return 0;
}

ASK(frames);
