// SPDX-License-Identifier: GPL-2.0-or-later
/* The slab object at an address: of which cache, which one, and whether it is allocated. */
#include <stdio.h>

#include "mm/mem.h"
#include "mm/owners/slab_debug.h"
#include "mm/owners/stackdepot.h"
#include "records/slabs.h"

static const struct mmx_slabs *slabs_of(const struct mmx_rows *r)
{
	return r->arg;
}

static const void *next_asked(struct mmx_rows *r)
{
	const struct mmx_slabs *s = slabs_of(r);

	return r->nth < s->asked.n ? &s->asked.v[r->nth] : NULL;
}

static bool has_asked(struct mmx_rows *r)
{
	return slabs_of(r)->asked.n;
}

static void heading(struct mmx_rows *r, char *text)
{
	const struct mmx_slab_asked *asked = r->row;

	snprintf(text, 64, "Address %016llx", (unsigned long long)asked->address);
}

static void cache(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_slab_asked *asked = r->row;

	v->text = asked->slab.cache ? asked->slab.cache->name : "";
	if (!*v->text)
		mmx_value_null(v);
}

static void broken(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_slab_asked *asked = r->row;

	v->err = &v->scratch->err;
	if (asked->slab.bad)
		mmx_fail(&v->scratch->err, MMX_ECORRUPT, "%s", asked->slab.bad);
	else
		mmx_value_none(v);
}

static void cpu(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_slab_asked *asked = r->row;

	if (asked->slab.on_cpu)
		v->word = asked->slab.on_cpu->cpu;
	else
		mmx_value_none(v);
}

#define OBJECT_FIELD(name, value)                                 \
	static void name(struct mmx_rows *r, struct mmx_value *v) \
	{                                                         \
		const struct mmx_slab_asked *asked = r->row;      \
                                                                  \
		if (asked->is_object)                             \
			value;                                    \
		else                                              \
			mmx_value_none(v);                        \
	}

OBJECT_FIELD(index_of, v->word = asked->object.index)
OBJECT_FIELD(object, v->word = asked->object.addr)
OBJECT_FIELD(offset, v->count = asked->object.offset)
OBJECT_FIELD(part, v->word = asked->object.part)

/* The state of the object, if it is one. */
static bool has_state(const struct mmx_slab_asked *asked)
{
	return asked->is_object && asked->objects && asked->object.index < asked->objects->n;
}

static void state(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_slab_asked *asked = r->row;

	if (has_state(asked))
		v->word = asked->objects->state[asked->object.index];
	else
		mmx_value_none(v);
}

static void since(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_slab_asked *asked = r->row;
	uint8_t is =
		has_state(asked) ? asked->objects->state[asked->object.index] : MMX_OBJECT_UNKNOWN;

	v->text = is == MMX_OBJECT_ALLOCATED
			  ? "no list of free objects has it, and all were followed to their ends"
			  : "a list of such objects has it";
	if (is == MMX_OBJECT_UNKNOWN)
		mmx_value_none(v);
}

static void objects_unknown(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_slab_asked *asked = r->row;

	if (!asked->objects && !asked->slab.bad)
		v->err = &asked->no_objects;
	else if (asked->objects && !mmx_cover_whole(&asked->objects->coverage))
		v->err = &asked->objects->coverage.first;
	else
		mmx_value_none(v);
}

static void debug_fault(void *arg, uint64_t object, const char *what)
{
	struct mmx_slab_asked *first = arg;

	if (object == first->object.addr && !first->no_objects.code)
		mmx_fail(&first->no_objects, MMX_ECORRUPT, "%s", what);
}

/* Of the object alone; those of its neighbours are told by the cache's findings. */
static void overwritten(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_slab_asked *asked = r->row;
	struct mmx_slab_asked at = {.object = asked->object};

	if (has_state(asked))
		mmx_slab_debug_check(slabs_of(r)->caches, &asked->slab, asked->objects, r->view,
				     debug_fault, &at);
	if (at.no_objects.code) {
		v->scratch->err = at.no_objects;
		v->err = &v->scratch->err;
	} else {
		mmx_value_none(v);
	}
}

/*
 * Who allocated it, and who freed it.
 */

struct track {
	struct mmx_slab_track t;
	const char *what;
};

/* Rows 0 and 1, those that there are. */
static const void *next_track(struct mmx_rows *r)
{
	const struct mmx_slab_asked *asked = r->above->row;
	struct track *track = r->state;
	static const char *const what[] = {"allocated", "freed"};
	struct mmx_err err;

	for (unsigned int i = r->nth ? (track->what == what[0] ? 1 : 2) : 0;
	     asked->is_object && asked->object.part != MMX_PART_SLACK && i < 2; i++) {
		if (!mmx_slab_track_read(&track->t, slabs_of(r)->caches, asked->slab.cache,
					 asked->object.addr, i, r->view, &err) &&
		    track->t.addr) {
			track->what = what[i];
			return track;
		}
	}
	return NULL;
}

static void track_heading(struct mmx_rows *r, char *text)
{
	const struct track *track = r->row;

	snprintf(text, 64, "last %s", track->what);
}

static void by(struct mmx_rows *r, struct mmx_value *v)
{
	const struct track *track = r->row;

	mmx_symbol_format(&r->view->kernel->symbols, track->t.addr, v->scratch->text,
			  sizeof(v->scratch->text));
	v->text = v->scratch->text;
}

static int open_stack(struct mmx_rows *r, struct mmx_err *err)
{
	const struct track *track = r->above->row;

	return track->t.stack ? mmx_trace_fetch(r->state, r->view, track->t.stack, err) : 0;
}

static const void *next_caller(struct mmx_rows *r)
{
	const struct mmx_trace *trace = r->state;

	return r->nth < trace->n ? &trace->entry[r->nth] : NULL;
}

static void caller(struct mmx_rows *r, struct mmx_value *v)
{
	const uint64_t *addr = r->row;

	mmx_symbol_format(&r->view->kernel->symbols, *addr, v->scratch->text,
			  sizeof(v->scratch->text));
	v->text = v->scratch->text;
}

static const struct mmx_field caller_fields[] = {
	{"caller", MMX_TEXT, "where in the kernel's code", .title = "STACK", .get = caller},
	{0},
};

static const struct mmx_record stack = {
	.name = "caller",
	.doc = "a return address of the call chain, the innermost first",
	.fields = caller_fields,
	.state_size = sizeof(struct mmx_trace),
	.open = open_stack,
	.next = next_caller,
};

static const struct mmx_field track_fields[] = {
	{"event", MMX_TEXT, "\"allocated\" or \"freed\"", AT(struct track, what)},
	{"by", MMX_TEXT, "the code that asked for it", .get = by},
	{"pid", MMX_NUMBER, "whose work that was", AT(struct track, t.pid)},
	{"cpu", MMX_NUMBER, "on which CPU", AT(struct track, t.cpu)},
	{"jiffies", MMX_COUNT, "when", AT(struct track, t.when)},
	{"stack", MMX_TABLE, "from where, when the kernel kept that",
	 .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .record = &stack},
	{0},
};

static const struct mmx_record tracks = {
	.name = "track",
	.doc = "the kernel's own record of the object, when its cache keeps some (SLAB_STORE_USER)",
	.fields = track_fields,
	.state_size = sizeof(struct track),
	.next = next_track,
	.heading = track_heading,
};

static const struct mmx_field fields[] = {
	{"address", MMX_ADDR, "that was asked for", AT(struct mmx_slab_asked, address)},
	{"cache", MMX_TEXT, "of the slab; null when it is of none", .may = MMX_OR_NULL,
	 .get = cache},
	{"cache_address", MMX_ADDR, "what the slab says its kmem_cache is",
	 AT(struct mmx_slab_asked, slab.cache_addr)},
	{"slab", MMX_ADDR, "where the slab's memory begins", AT(struct mmx_slab_asked, slab.base)},
	{"page", MMX_ADDR, "its struct page", AT(struct mmx_slab_asked, slab.page)},
	{"node", MMX_COUNT, "its node", AT(struct mmx_slab_asked, slab.node)},
	{"where", MMX_WORD, "where the slab is", WORDS(MMX_SLAB_PLACE_COUNT, mmx_slab_place_words),
	 AT(struct mmx_slab_asked, row.place)},
	{"cpu", MMX_COUNT, "that has the slab", .may = MMX_OR_NONE, .get = cpu},
	{"broken", MMX_TROUBLE, "why what the slab says of itself cannot be", .get = broken},
	{"index", MMX_COUNT,
	 "which object of the slab, from 0; as many as it has: none, behind the last",
	 .may = MMX_OR_NONE, .get = index_of},
	{"object", MMX_ADDR, "where the object begins", .may = MMX_OR_NONE, .get = object},
	{"offset", MMX_NUMBER, "of the address, from there", .may = MMX_OR_NONE, .get = offset},
	{"part", MMX_WORD, "what of it lies there", .may = MMX_OR_NONE,
	 WORDS(MMX_OBJECT_PART_COUNT, mmx_object_part_words), .get = part},
	{"state", MMX_WORD, "whether it is allocated", .may = MMX_OR_NONE,
	 WORDS(MMX_OBJECT_STATE_COUNT, mmx_object_state_words), .get = state},
	{"since", MMX_TEXT, "why that is known", .may = MMX_OR_NONE, .get = since},
	{"objects_unknown", MMX_TROUBLE, "why states are not known", .get = objects_unknown},
	{"overwritten", MMX_TROUBLE, "which of its red zones or poison is not as it must be",
	 .get = overwritten},
	{"tracks", MMX_LIST, "who allocated it, and who freed it", .may = MMX_OR_NONE,
	 .record = &tracks},
	{0},
};

const struct mmx_record mmx_record_slab_asked = {
	.name = "object",
	.doc = "an address that was asked for, in a slab",
	.fields = fields,
	.has = has_asked,
	.next = next_asked,
	.heading = heading,
};
