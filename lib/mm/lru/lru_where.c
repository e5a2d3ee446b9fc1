// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "base/bytes.h"
#include "mm/frames/page_walk.h"
#include "mm/lru/lru_where.h"

static bool has(const struct mmx_page_walk *w, enum mmx_layout_enumerator flag)
{
	const struct mmx_layout *l = &w->view->kernel->layout;

	return mmx_has_enum(l, flag) && mmx_bit(w->folio.flags, mmx_enum(l, flag));
}

/* A page that is in another batch than that for new ones is on its list, with PG_lru or without. */
static enum mmx_lru_state state_of(const struct mmx_page_walk *w)
{
	const struct mmx_lru_batches *batches = mmx_know_lru_batches(w->view);
	const struct mmx_lru_batched *in = mmx_lru_batched(batches, w->folio.head);
	bool on = has(w, E_PG_lru) || mmx_lru_is_moving(batches, w->folio.head);

	for (; !on && in && in < batches->v + batches->n && in->pfn == w->folio.head; in++) {
		if (in->kind == MMX_LRU_BATCH_ADD || in->kind == MMX_LRU_BATCH_MLOCK_NEW)
			return MMX_LRU_WAITS;
	}
	if (!on)
		return MMX_LRU_OFF;
	return has(w, E_PG_unevictable) ? MMX_LRU_IS_UNEVICTABLE : MMX_LRU_LISTED;
}

static void find_lruvec(const struct mmx_page_walk *w, struct mmx_lru_where *where)
{
	const struct mmx_lruvecs *l = mmx_know_lruvecs(w->view);
	const struct mmx_page_format *f = mmx_walk_format(w);
	const struct mmx_mem *mem = mmx_mem(w->view->kernel);
	uint64_t charge = f->has_memcg ? mmx_word(w->folio.bytes, f->memcg) : 0;

	/* What is not whole in others' lruvecs does not matter here. */
	if (!l->n && !mmx_cover_whole(&l->coverage))
		where->lruvec_why = l->coverage.first;
	else if (!mmx_lru_memcg(l, w->view, charge, &where->memcg, &where->lruvec_why))
		mmx_lruvec_read(l, w->view, where->memcg,
				mmx_flag_field(&mem->flags, FIELD_NODE, w->folio.flags),
				&where->lruvec, &where->lruvec_why);
}

/* The list that the folio's flags say. */
static unsigned int list_by_flags(const struct mmx_page_walk *w, const struct mmx_lruvecs *l)
{
	const struct mmx_flags *flags = &mmx_mem(w->view->kernel)->flags;
	unsigned int gen = l->gens && flags->field[FIELD_LRU_GEN].known
				   ? mmx_flag_field(flags, FIELD_LRU_GEN, w->folio.flags)
				   : 0;
	struct mmx_lru_place place = {
		.generation = gen && gen <= l->gens,
		.file = !has(w, E_PG_swapbacked),
		.active = has(w, E_PG_active),
		.gen = gen - 1,
		.zone = mmx_flag_field(flags, FIELD_ZONE, w->folio.flags),
	};

	place.generation &= place.zone < l->zones;
	return mmx_lru_list_at(l, &place);
}

/* One end of a list, looked for. */
struct end {
	uint64_t node; /* at last */
	unsigned int to;
	bool found, lost;
};

static void look(const struct mmx_page_walk *w, struct end *end)
{
	uint32_t link = mmx_off(&w->view->kernel->layout, M_page_lru);
	uint64_t pfn;

	if (end->found || end->lost)
		return;
	if (!mmx_page_pfn(w->view->kernel, end->node - link, &pfn))
		end->found = true;
	else if (mmx_kread_u64(w->view, end->node + end->to, &end->node))
		end->lost = true;
}

/* Which of a lruvec's lists has that head; false when none has. */
static bool list_of_head(const struct mmx_page_walk *w, const struct mmx_lruvecs *l,
			 struct mmx_lru_where *where, uint64_t head)
{
	for (unsigned int list = 0; list < mmx_lruvec_lists(l); list++) {
		if (mmx_lru_head(l, &w->view->kernel->layout, &where->lruvec, list) != head)
			continue;
		where->list = list;
		return true;
	}
	return false;
}

/* Whether a page whose flags say one list may be on the other: of a younger generation, since it was used. */
static bool agree(const struct mmx_lruvecs *l, unsigned int flags, unsigned int list)
{
	struct mmx_lru_place own = mmx_lru_place(l, flags), place = mmx_lru_place(l, list);

	if (!own.generation || !place.generation)
		return flags == list;
	return own.file == place.file && own.zone == place.zone;
}

static void judge_head(const struct mmx_page_walk *w, struct mmx_lru_where *where, uint64_t head)
{
	const struct mmx_lruvecs *l = mmx_know_lruvecs(w->view);
	unsigned int flags = where->list;
	char own[MMX_LRU_NAME], name[MMX_LRU_NAME];

	if (!list_of_head(w, l, where, head)) {
		mmx_fail(&where->wrong, MMX_ECORRUPT,
			 "its list comes to 0x%" PRIx64
			 ", which is no page and no head of a list of its memory cgroup and node",
			 head);
		return;
	}
	where->seen = true;
	if (agree(l, flags, where->list))
		return;
	mmx_lru_list_name(l, w->view->kernel, &where->lruvec, flags, own);
	mmx_lru_list_name(l, w->view->kernel, &where->lruvec, where->list, name);
	mmx_fail(&where->wrong, MMX_ECORRUPT, "its flags say %s, and it is on the list of %s", own,
		 name);
}

static uint64_t neighbour(const struct mmx_page_walk *w, unsigned int offset)
{
	uint32_t link = mmx_off(&w->view->kernel->layout, M_page_lru);
	uint64_t pfn;

	return mmx_page_pfn(w->view->kernel, mmx_word(w->folio.bytes, link + offset) - link, &pfn)
		       ? pfn
		       : UINT64_MAX;
}

static void find_list(const struct mmx_page_walk *w, struct mmx_lru_where *where)
{
	uint32_t link = mmx_off(&w->view->kernel->layout, M_page_lru);
	struct end next = {.node = mmx_word(w->folio.bytes, link), .to = 0};
	struct end back = {.node = mmx_word(w->folio.bytes, link + 8), .to = 8};

	where->list = list_by_flags(w, mmx_know_lruvecs(w->view));
	where->behind = neighbour(w, 0);
	where->before = neighbour(w, 8);
	for (unsigned int i = 0; i < MMX_LRU_LOOK / 2 && !next.found && !back.found; i++) {
		look(w, &next);
		look(w, &back);
	}
	if (next.found)
		judge_head(w, where, next.node);
	else if (back.found)
		judge_head(w, where, back.node);
}

void mmx_lru_where(const struct mmx_page_walk *w, struct mmx_lru_where *where)
{
	*where = (struct mmx_lru_where){
		.state = state_of(w), .before = UINT64_MAX, .behind = UINT64_MAX};
	find_lruvec(w, where);
	if (where->state == MMX_LRU_LISTED && !where->lruvec_why.code)
		find_list(w, where);
}
