// SPDX-License-Identifier: GPL-2.0-or-later
/* Frames that nobody claims, with all that is known of them. */
#include <stdio.h>

#include "mm/frames/flagnames.h"
#include "mm/frames/unclaimed.h"
#include "mm/mem.h"
#include "mm/owners/memcg.h"
#include "mm/owners/page_owner.h"
#include "records/alloc_tags.h"
#include "records/census.h"

/**
 * struct unattributed - a walk over all frames, and the row that it came to
 * @pfn, @frames: a folio, or neighbours of which each is alone and which say the same
 * @ahead: the walk stands on the first frame of the next row
 */
struct unattributed {
	struct mmx_classifier classifier;
	struct mmx_page_walk walk;
	struct mmx_page_owner owner;
	enum mmx_read owner_read;
	uint64_t pfn, frames;
	uint64_t flags, private, charge;
	int64_t refcount;
	bool large, ahead;
	uint64_t head;
	const char *could_be;
	struct mmx_alloc_ref ref;
	bool has_ref;
};

static struct unattributed *state_of(const struct mmx_rows *r)
{
	return r->state;
}

static bool has(struct mmx_rows *r)
{
	return mmx_census_of(r)->unattributed;
}

static int open_walk(struct mmx_rows *r, struct mmx_err *err)
{
	const struct mmx_ranges *pfn = &mmx_mem(r->view->kernel)->sparse.pfn;
	struct unattributed *u = state_of(r);

	mmx_classifier_find(&u->classifier, r->view, true);
	if (mmx_page_walk_begin(&u->walk, r->view, pfn->n ? pfn->v[0].start : 0,
				pfn->n ? pfn->v[pfn->n - 1].end : 0, err))
		return -1;
	u->walk.runs = MMX_RUNS_OF_CLASS;
	return 0;
}

static void close_walk(struct mmx_rows *r)
{
	mmx_page_walk_end(&state_of(r)->walk);
}

static bool next_frame(struct unattributed *u)
{
	while (mmx_page_walk_next(&u->walk)) {
		if (!u->walk.read &&
		    mmx_classify_run(&u->classifier, &u->walk).class == CLASS_UNATTRIBUTED)
			return true;
	}
	return false;
}

/* What somebody noted when it was allocated, where such notes are kept. */
static void look_up(struct unattributed *u, struct mmx_view *view)
{
	const struct mmx_page_owners *owners = mmx_know_page_owners(view);
	struct mmx_err err;

	u->owner = (struct mmx_page_owner){0};
	if (owners->kept)
		u->owner_read = mmx_page_owner_read(&u->owner, owners, view, u->pfn);
	u->has_ref = !mmx_alloc_ref_of_page(&u->ref, &u->walk, &err) && u->ref.tag;
}

static void begin_row(struct unattributed *u, struct mmx_view *view)
{
	struct mmx_page_walk *w = &u->walk;
	const struct mmx_page_format *f = mmx_walk_format(w);

	u->pfn = w->pfn;
	u->frames = w->frames;
	u->flags = w->folio.flags;
	u->large = w->folio.large;
	u->head = w->folio.head;
	u->refcount = w->folio.read ? 0 : mmx_int(w->folio.bytes, f->refcount);
	u->private = w->folio.read ? 0 : mmx_word(w->folio.bytes, f->private);
	u->charge = w->folio.read ? 0 : mmx_word(w->folio.bytes, f->memcg);
	u->could_be = w->folio.read ? NULL : mmx_unclaimed_brief(mmx_unclaimed_kind(w));
	look_up(u, view);
}

/* Whether the walk's frame goes on what the row has. */
static bool is_same(const struct unattributed *u)
{
	const struct mmx_page_walk *w = &u->walk;
	const struct mmx_page_format *f = mmx_walk_format(w);

	if (w->pfn != u->pfn + u->frames || w->folio.large != u->large)
		return false;
	if (u->large)
		return w->folio.head == u->head;
	return !w->folio.read && w->folio.flags == u->flags && !u->owner.recorded && !u->has_ref &&
	       mmx_int(w->folio.bytes, f->refcount) == u->refcount &&
	       mmx_word(w->folio.bytes, f->private) == u->private &&
	       mmx_word(w->folio.bytes, f->memcg) == u->charge;
}

static const void *next(struct mmx_rows *r)
{
	struct unattributed *u = state_of(r);

	if (!u->ahead && !next_frame(u))
		return NULL;
	begin_row(u, r->view);
	for (u->ahead = false; !u->ahead && next_frame(u);) {
		u->ahead = !is_same(u);
		u->frames += u->ahead ? 0 : u->walk.frames;
	}
	return u;
}

static void bytes(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = state_of(r)->frames << r->view->kernel->arch->page_shift;
}

static void zone(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_mem *mem = mmx_mem(r->view->kernel);
	uint64_t flags = state_of(r)->flags;
	const struct mmx_zone *found =
		mmx_zone_of(&mem->zones, mmx_flag_field(&mem->flags, FIELD_NODE, flags),
			    mmx_flag_field(&mem->flags, FIELD_ZONE, flags));

	if (found)
		mmx_value_textf(v, "%u %s", found->node, found->name);
	else
		mmx_value_null(v);
}

/* The named bits of its flags alone; the fields above are the same all over a zone. */
static void flag_words(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_flags *flags = &mmx_mem(r->view->kernel)->flags;
	size_t n = 0, size = sizeof(v->scratch->text);

	v->scratch->text[0] = 0;
	for (unsigned int bit = 0; bit < flags->named && bit < MMX_FLAG_NAMES && n < size; bit++) {
		if (state_of(r)->flags >> bit & 1)
			n += snprintf(v->scratch->text + n, size - n, "%s%s", n ? "," : "",
				      flags->name[bit]);
	}
	v->text = v->scratch->text;
}

static void memcg(struct mmx_rows *r, struct mmx_value *v)
{
	struct mmx_charge charge;
	struct mmx_err err;

	if (!state_of(r)->charge || mmx_charge_read(&charge, r->view, state_of(r)->charge, &err) ||
	    !charge.memcg || mmx_memcg_ino(r->view, charge.memcg, &v->word, &err))
		mmx_value_none(v);
}

static void pid(struct mmx_rows *r, struct mmx_value *v)
{
	v->count = state_of(r)->owner.pid;
	if (!state_of(r)->owner.recorded)
		mmx_value_none(v);
}

static void comm(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = state_of(r)->owner.comm;
	if (!state_of(r)->owner.recorded)
		mmx_value_none(v);
}

static void stack(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_page_owner *owner = &state_of(r)->owner;

	if (owner->recorded && owner->stack)
		mmx_value_stack(r, v, owner->stack);
	else
		mmx_value_none(v);
}

static void site(struct mmx_rows *r, struct mmx_value *v)
{
	if (state_of(r)->has_ref)
		mmx_value_site(r, v, state_of(r)->ref.tag);
	else
		mmx_value_none(v);
}

static void could_be(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = state_of(r)->could_be;
	if (!v->text)
		mmx_value_none(v);
}

static const struct mmx_field fields[] = {
	{"pfn", MMX_PFN, "the first of neighbours that are alike, or of a folio", .width = 8,
	 AT(struct unattributed, pfn)},
	{"frames", MMX_COUNT, "how many", .width = 6, AT(struct unattributed, frames)},
	{"bytes", MMX_BYTES, "the same in bytes", .width = 6, .get = bytes},
	{"zone", MMX_TEXT, "node and zone; null where nothing tells", .width = 9,
	 .may = MMX_OR_NULL, .get = zone},
	{"compound", MMX_BOOL, "it is a folio of several pages", .width = 8,
	 AT(struct unattributed, large)},
	{"refcount", MMX_NUMBER, "references to each, or to the folio", .title = "REFS", .width = 5,
	 AT(struct unattributed, refcount)},
	{"private", MMX_HEX, "the word that owners use as they like", .width = 8,
	 AT(struct unattributed, private)},
	{"flags", MMX_TEXT, "flags by name", .width = 5, .may = MMX_OR_EMPTY, .get = flag_words},
	{"memcg", MMX_COUNT, "the inode of the memory cgroup that is charged", .width = 5,
	 .may = MMX_OR_NONE, .get = memcg},
	{"pid", MMX_COUNT, "who allocated it, where page_owner is kept", .may = MMX_OR_NONE,
	 .get = pid},
	{"comm", MMX_TEXT, "its name", .width = 15, .may = MMX_OR_NONE | MMX_OR_EMPTY, .get = comm},
	{"could_be", MMX_TEXT, "what such pages are", .width = 29, .may = MMX_OR_NONE,
	 .get = could_be},
	{"site", MMX_TEXT, "the line of code that allocated it, where allocations are profiled",
	 .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .get = site},
	{"stack", MMX_TEXT, "the stack that allocated it, where page_owner is kept",
	 .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .get = stack},
	{0},
};

const struct mmx_record mmx_record_unattributed = {
	.name = "unattributed",
	.doc = "frames that nobody claims, with all that is known of them",
	.fields = fields,
	.state_size = sizeof(struct unattributed),
	.has = has,
	.open = open_walk,
	.next = next,
	.close = close_walk,
};
