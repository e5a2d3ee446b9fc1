// SPDX-License-Identifier: GPL-2.0-or-later
/* PID/numa_maps: the memory policy of each mapping of a process, and its pages by node. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mm/frames/mapcount.h"
#include "mm/frames/page_walk.h"
#include "mm/mem.h"
#include "mm/owners/device.h"
#include "mm/processes/mempolicy.h"
#include "mm/processes/user_entry.h"
#include "mm/processes/vm_flags.h"
#include "mm/processes/vma_name.h"
#include "mm/processes/vma_page_size.h"
#include "mm/zones/nodes.h"
#include "proc/maps.h"
#include "proc/text.h"

#define NODES_MAX 1024u

/**
 * struct state - what it rests on
 * @dirty to @reserved: bits of struct page's flags
 * @pfnmap, @hugetlb: bits of vm_flags
 * @sums: of the current mapping, in its pages
 */
struct state {
	struct mmx_proc_mm mm;
	struct mmx_page_walk pages;
	bool walking;
	const struct mmx_entry_rules *rules;
	unsigned int dirty, active, unevictable, reserved;
	uint64_t pfnmap, hugetlb;
	struct {
		uint64_t pages, anon, dirty, mapcount_max, swapcache, active, writeback;
		uint64_t node[NODES_MAX];
	} sums;
};

static unsigned int bit_of(const struct mmx_layout *l, enum mmx_layout_enumerator id)
{
	return mmx_has_enum(l, id) ? (unsigned int)mmx_enum(l, id) : MMX_NO_BIT;
}

static int find(struct mmx_proc *p, struct mmx_err *err)
{
	const struct mmx_kernel *k = p->view->kernel;
	const struct mmx_vm_flags *flags = mmx_know_vm_flags(p->view);
	struct state *s = p->state;

	if (!mmx_symbols_find(&k->symbols, "mpol_to_str"))
		return mmx_fail(err, MMX_ENOTFOUND, "this kernel was built without NUMA");
	if (mmx_proc_mm_find(p, &s->mm, err) || mmx_page_walk_begin(&s->pages, p->view, 0, 0, err))
		return -1;
	s->walking = true;
	s->rules = mmx_know_entry_rules(p->view);
	s->dirty = bit_of(&k->layout, E_PG_dirty);
	s->active = bit_of(&k->layout, E_PG_active);
	s->unevictable = bit_of(&k->layout, E_PG_unevictable);
	s->reserved = bit_of(&k->layout, E_PG_reserved);
	s->pfnmap = mmx_vm_flag(flags, "pfnmap");
	s->hugetlb = mmx_vm_flag(flags, "hugetlb");
	return 0;
}

static void free_state(struct mmx_proc *p)
{
	struct state *s = p->state;

	if (s->walking)
		mmx_page_walk_end(&s->pages);
}

/*
 * Pages.
 */

static int miss(uint64_t pfn, enum mmx_read read, struct mmx_err *err)
{
	return mmx_fail(err, mmx_read_code(read), "the struct page of PFN 0x%" PRIx64 " is %s", pfn,
			mmx_read_name(read));
}

static void count(struct state *s, const struct mmx_user_entry *e, uint64_t pages,
		  uint64_t mapcount, unsigned int node)
{
	const struct mmx_page_format *f = mmx_walk_format(&s->pages);
	uint64_t flags = s->pages.folio.flags;

	s->sums.pages += pages;
	if (e->flags & MMX_PTE_DIRTY || mmx_bit(flags, s->dirty))
		s->sums.dirty += pages;
	if (mmx_bit(flags, f->swapbacked) && mmx_bit(flags, f->swapcache))
		s->sums.swapcache += pages;
	if (mmx_bit(flags, s->active) || mmx_bit(flags, s->unevictable))
		s->sums.active += pages;
	if (mmx_bit(flags, f->writeback))
		s->sums.writeback += pages;
	if (mmx_folio_anon(&s->pages))
		s->sums.anon += pages;
	if (mapcount > s->sums.mapcount_max)
		s->sums.mapcount_max = mapcount;
	s->sums.node[node] += pages;
}

/* Reserved pages, those of nodes without memory of their own, and of devices up to a PTE's size are left out. */
static int count_entry(struct mmx_proc *p, const struct mmx_user_entry *e, struct mmx_err *err)
{
	struct state *s = p->state;
	struct mmx_page_walk *w = &s->pages;
	const struct mmx_nodes *nodes = mmx_know_nodes(p->view);
	bool huge = e->pte.level > 1;
	const struct mmx_node *node;
	int64_t mapcount = 0;
	enum mmx_read read;

	if (!mmx_user_mapped(e->kind) || mmx_user_special(e, s->rules) ||
	    !mmx_pfn_valid(&mmx_mem(p->view->kernel)->sparse, e->pfn) ||
	    !mmx_page_walk_look(w, e->pfn))
		return 0;
	read = w->read ? w->read : w->folio.read;
	if (read)
		return miss(e->pfn, read, err);
	node = mmx_node_of(nodes, mmx_flag_field(&mmx_mem(p->view->kernel)->flags, FIELD_NODE,
						 w->folio.flags));
	if (!w->folio.hugetlb &&
	    (mmx_bit(mmx_word(w->bytes, mmx_walk_format(w)->flags), s->reserved) ||
	     (!huge && mmx_in_device_zone(w)) || !node || !mmx_node_in(nodes, node, "N_MEMORY")))
		return 0;
	if (!node || node->id >= NODES_MAX)
		return mmx_fail(err, MMX_ECORRUPT, "PFN 0x%" PRIx64 " is of no node", e->pfn);
	read = w->folio.hugetlb ? mmx_folio_mapcount(w, &mapcount)
				: mmx_page_mapcount(w, &mapcount);
	if (read)
		return miss(e->pfn, read, err);
	count(s, e, w->folio.hugetlb ? 1 : e->pte.size >> p->view->kernel->arch->page_shift,
	      mapcount > 0 ? (uint64_t)mapcount : 0, node->id);
	return 0;
}

static int count_all(struct mmx_proc *p, const struct mmx_vma *vma, struct mmx_err *err)
{
	struct state *s = p->state;
	struct mmx_user_entries e;

	memset(&s->sums, 0, sizeof(s->sums));
	if (vma->flags & s->pfnmap)
		return 0;
	if (mmx_user_entries_begin(&e, p->view, vma->mm, vma->start, vma->end - 1, 0, err))
		return -1;
	while (mmx_user_entries_next(&e)) {
		if (count_entry(p, &e.entry, err))
			return -1;
	}
	if (mmx_cover_whole(&e.pt.coverage))
		return 0;
	*err = e.pt.coverage.first;
	return -1;
}

/*
 * Lines.
 */

static void not_known(struct mmx_proc *p, const struct mmx_vma *vma, struct mmx_err *err)
{
	mmx_fail_prefix(err, "the mapping at 0x%" PRIx64, vma->start);
	mmx_proc_unknown(p, err);
	p->missing++;
}

static void put_policy(struct mmx_proc *p, const struct mmx_vma *vma)
{
	const struct state *s = p->state;
	char text[MMX_POLICY_TEXT];
	struct mmx_err err;

	if (mmx_vma_policy(p->view, s->mm.task, vma, text, &err)) {
		not_known(p, vma, &err);
		strcpy(text, "?");
	}
	mmx_proc_put(p, "%08" PRIx64 " %s", vma->start, text);
}

/* Of a file the path, whatever name the process gave the mapping. */
static int name_of(struct mmx_proc *p, const struct mmx_vma *vma, struct mmx_vma_name *name,
		   struct mmx_err *err)
{
	struct mmx_path path;

	if (mmx_vma_name(name, p->view, vma, err))
		return -1;
	if (name->kind != MMX_VMA_NAMED || !vma->file)
		return 0;
	if (mmx_path_of_file(&path, p->view, vma->file, err))
		return -1;
	strcpy(name->text, path.text);
	return 0;
}

static void put_name(struct mmx_proc *p, const struct mmx_vma *vma)
{
	struct mmx_vma_name name;
	struct mmx_err err;

	if (name_of(p, vma, &name, &err)) {
		not_known(p, vma, &err);
		mmx_proc_put(p, vma->file ? " file=?" : " ?");
	} else if (vma->file) {
		mmx_proc_put(p, " file=");
		mmx_proc_put_escaped(p, name.text, "\n\t= ");
	} else if (name.kind == MMX_VMA_HEAP) {
		mmx_proc_put(p, " heap");
	} else if (name.kind == MMX_VMA_STACK) {
		mmx_proc_put(p, " stack");
	}
}

static void put_if(struct mmx_proc *p, const char *label, uint64_t value, bool shown)
{
	if (shown)
		mmx_proc_put(p, " %s=%" PRIu64, label, value);
}

static void put_counts(struct mmx_proc *p, const struct mmx_vma *vma)
{
	const struct state *s = p->state;
	bool hugetlb = vma->flags & s->hugetlb;
	uint64_t pages = s->sums.pages, size;
	struct mmx_err err;

	if (!pages)
		return;
	put_if(p, "anon", s->sums.anon, s->sums.anon);
	put_if(p, "dirty", s->sums.dirty, s->sums.dirty);
	put_if(p, "mapped", pages, pages != s->sums.anon && pages != s->sums.dirty);
	put_if(p, "mapmax", s->sums.mapcount_max, s->sums.mapcount_max > 1);
	put_if(p, "swapcache", s->sums.swapcache, s->sums.swapcache);
	put_if(p, "active", s->sums.active, s->sums.active < pages && !hugetlb);
	put_if(p, "writeback", s->sums.writeback, s->sums.writeback);
	for (unsigned int i = 0; i < NODES_MAX; i++) {
		if (s->sums.node[i])
			mmx_proc_put(p, " N%u=%" PRIu64, i, s->sums.node[i]);
	}
	mmx_proc_put(p, " kernelpagesize_kB=");
	if (mmx_vma_page_size(p->view, vma, &size, &err)) {
		not_known(p, vma, &err);
		mmx_proc_put(p, "?");
	} else {
		mmx_proc_put(p, "%" PRIu64, size >> 10);
	}
}

static void put_line(struct mmx_proc *p, const struct mmx_vma *vma)
{
	const struct state *s = p->state;
	struct mmx_err err;

	put_policy(p, vma);
	put_name(p, vma);
	if (vma->flags & s->hugetlb)
		mmx_proc_put(p, " huge");
	if (count_all(p, vma, &err)) {
		not_known(p, vma, &err);
		mmx_proc_put(p, " ?");
	} else {
		put_counts(p, vma);
	}
	mmx_proc_put(p, "\n");
}

static int write_numa_maps(struct mmx_proc *p, struct mmx_err *err)
{
	const struct state *s = p->state;
	struct mmx_proc_maps maps;

	(void)err;
	mmx_cover_inherit(&p->coverage, &mmx_know_vma_rules(p->view)->coverage);
	mmx_cover_inherit(&p->coverage, &mmx_know_nodes(p->view)->coverage);
	mmx_proc_maps_begin(&maps, p, s->mm.mm);
	while (mmx_proc_maps_next(&maps)) {
		/* The page of vsyscalls is in no address space, and has no line. */
		if (maps.vma.mm)
			put_line(p, &maps.vma);
	}
	return 0;
}

const struct mmx_proc_entry mmx_proc_numa_maps = {
	.name = "PID/numa_maps",
	.of_process = true,
	.state_size = sizeof(struct state),
	.find = find,
	.write = write_numa_maps,
	.end = mmx_proc_text_end,
	.free = free_state,
};
