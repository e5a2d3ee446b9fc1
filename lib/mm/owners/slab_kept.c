// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "kernel/member.h"
#include "kernel/percpu.h"
#include "kernel/slist.h"
#include "mm/owners/slab_kept.h"

#define MAX_SHEAF     16384u      /* objects of a sheaf */
#define MAX_CALLBACKS (16u << 20) /* of RCU, on one list */
#define MAX_BATCHES   65536u /* of the quarantine; 1024, or four times the CPUs if that is more */

const char *mmx_object_state_words(enum mmx_object_state state)
{
	static const char *const words[] = {
#define STATE(id, text) [MMX_OBJECT_##id] = text,
		MMX_OBJECT_STATES(STATE)
#undef STATE
	};

	return words[state];
}

struct sheaf {
	uint64_t size, cache;
};

static const struct mmx_wanted sheaf_wanted[] = {
	MMX_WANT(struct sheaf, size, slab_sheaf, size),
	MMX_WANT(struct sheaf, cache, slab_sheaf, cache),
};

static const struct mmx_decode sheaf_table = MMX_DECODE("slab_sheaf", sheaf_wanted);

/* The sheaf that CPUs have before they have one belongs to no cache, and is empty. */
int mmx_slab_keep_sheaf(struct mmx_slab_kepts *kept, struct mmx_view *view, uint64_t sheaf,
			uint64_t cache, enum mmx_object_state state, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	unsigned char *bytes;
	struct sheaf s;
	int ret;

	if (mmx_decode_read(&sheaf_table, view, sheaf, &s, err))
		return -1;
	if (!s.size)
		return 0;
	if (s.size > MAX_SHEAF || (cache && s.cache != cache))
		return mmx_fail(err, MMX_ECORRUPT,
				"the sheaf at 0x%" PRIx64 " is of another cache, or too large",
				sheaf);
	bytes = malloc(s.size * 8);
	if (!bytes || !mmx_array_grow(kept, s.size)) {
		free(bytes);
		return mmx_fail_nomem(err);
	}
	ret = mmx_kread_ok(view, sheaf + mmx_off(l, M_slab_sheaf_objects), bytes, s.size * 8,
			   "the objects of a sheaf", err);
	for (uint64_t i = 0; i < s.size && !ret; i++)
		kept->v[kept->n++] =
			(struct mmx_slab_kept){mmx_le64(bytes + i * 8), s.cache, state, false};
	free(bytes);
	return ret;
}

/* A search through the lists that lead to objects of any cache. */
struct search {
	struct mmx_slab_kepts *kept;
	struct mmx_view *view;
	const struct mmx_cpus *cpus;
	struct mmx_coverage *coverage;
	size_t limit; /* of objects: no quarantine, let alone another list, holds more */
	bool nomem;
};

static const struct mmx_layout *layout(const struct search *s)
{
	return &s->view->kernel->layout;
}

static void take_sheaf(struct search *s, uint64_t sheaf, enum mmx_object_state state)
{
	struct mmx_err err;

	if (!mmx_slab_keep_sheaf(s->kept, s->view, sheaf, 0, state, &err))
		return;
	s->nomem |= err.code == MMX_ENOMEM;
	mmx_cover_fail(s->coverage, &err);
}

/* A list that runs in a circle gives what is in it again before that is found out. */
static void end_list(struct search *s, const struct mmx_slist *list, size_t first)
{
	struct mmx_slab_kepts taken = {.n = s->kept->n - first};
	size_t n = 0;

	mmx_cover_inherit(s->coverage, &list->coverage);
	if (!list->coverage.broken || !taken.n)
		return;
	taken.v = s->kept->v + first;
	mmx_array_sort_by(&taken, addr);
	for (size_t i = 0; i < taken.n; i++) {
		if (!i || taken.v[i].addr != taken.v[n - 1].addr)
			taken.v[n++] = taken.v[i];
	}
	s->kept->n = first + n;
}

/* A list of objects through their own memory, or of sheaves: then @link is where they are linked. */
static void take_list(struct search *s, uint64_t head, enum mmx_object_state state, bool sheaves,
		      enum mmx_layout_member link)
{
	size_t first = s->kept->n, room = first < s->limit ? s->limit - first : 0;
	struct mmx_slist list;

	mmx_slist_begin(&list, s->view, head, room);
	while (!s->nomem && !mmx_stopped(s->view->kernel->image) && mmx_slist_next(&list)) {
		if (sheaves)
			take_sheaf(s, list.node - mmx_off(layout(s), link), state);
		else
			s->nomem = !mmx_array_add(
				s->kept, (struct mmx_slab_kept){list.node, 0, state, true});
	}
	end_list(s, &list, first);
}

/*
 * Per-CPU lists, each named by the head's member. What is freed where no lock may be taken is given
 * back by an interrupt's work, since 6.18; in 7.3 that work has lists as well of what still has to
 * wait for readers.
 */
static const struct {
	const char *variable;
	enum mmx_layout_member head;
	enum mmx_object_state state;
	bool sheaves;
} per_cpu[] = {
	{"defer_free_objects", M_defer_free_objects, MMX_OBJECT_DEFERRED, false},
	{"deferred_percpu_work", M_deferred_percpu_work_objects, MMX_OBJECT_DEFERRED, false},
	{"deferred_percpu_work", M_deferred_percpu_work_objects_by_rcu, MMX_OBJECT_RCU, false},
	{"deferred_percpu_work", M_deferred_percpu_work_rcu_sheaves, MMX_OBJECT_RCU, true},
	{"cpu_quarantine", M_qlist_head_head, MMX_OBJECT_QUARANTINED, false},
	{"shrink_qlist", M_cpu_shrink_qlist_head, MMX_OBJECT_QUARANTINED, false},
};

static bool known(struct search *s, const char *variable, enum mmx_layout_member member)
{
	if (mmx_has(layout(s), member))
		return true;
	mmx_cover_failf(s->coverage, MMX_EMISSING,
			"no source of types tells what %s holds: %s.%s is missing", variable,
			mmx_layout_members[member].owner, mmx_layout_members[member].name);
	return false;
}

/* What each CPU has cannot be known without knowing the CPUs; then there are none in the array. */
static bool know_cpus(struct search *s, const char *variable)
{
	if (s->cpus->n)
		return true;
	mmx_cover_failf(s->coverage, MMX_EABSENT,
			"what %s holds is not known, since the CPUs are not", variable);
	return false;
}

static void find_per_cpu(struct search *s)
{
	uint64_t at;

	for (size_t i = 0; i < sizeof(per_cpu) / sizeof(*per_cpu); i++) {
		if (!mmx_symbol_addr(&s->view->kernel->symbols, per_cpu[i].variable, &at) ||
		    !know_cpus(s, per_cpu[i].variable) ||
		    !known(s, per_cpu[i].variable, per_cpu[i].head) ||
		    (per_cpu[i].sheaves && !known(s, per_cpu[i].variable, M_slab_sheaf_llnode)))
			continue;
		at += mmx_off(layout(s), per_cpu[i].head);
		for (size_t c = 0; c < s->cpus->n && !s->nomem; c++)
			take_list(s, at + s->cpus->v[c].offset, per_cpu[i].state,
				  per_cpu[i].sheaves, M_slab_sheaf_llnode);
	}
}

/*
 * The quarantine that all CPUs share is an array of queues as long as the configuration makes it:
 * up to the variable behind it, which nothing but padding comes before.
 */
static uint64_t batches(const struct search *s, uint64_t first, uint64_t size)
{
	const struct mmx_symbols *symbols = &s->view->kernel->symbols;
	uint64_t n = 1;

	for (; n < MAX_BATCHES; n++) {
		const struct mmx_symbol *near = mmx_symbols_nearest(symbols, first + n * size);

		if (!near || near->addr > first)
			break;
	}
	return n;
}

static void find_quarantine(struct search *s)
{
	uint64_t size = mmx_size(layout(s), S_qlist_head), at, n;

	if (!mmx_symbol_addr(&s->view->kernel->symbols, "global_quarantine", &at) ||
	    !known(s, "global_quarantine", M_qlist_head_head) || !size)
		return;
	at += mmx_off(layout(s), M_qlist_head_head);
	n = batches(s, at, size);
	for (uint64_t i = 0; i < n && !s->nomem; i++)
		take_list(s, at + i * size, MMX_OBJECT_QUARANTINED, false, 0);
}

/*
 * Callbacks of RCU that lead to objects which readers may still look at, each named by where its head
 * lies: in a sheaf or, since 6.12 with KASAN, in what holds back one object of a cache whose objects
 * are freed without waiting.
 */
static const struct {
	const char *function;
	enum mmx_layout_member head, objects;
} callbacks[] = {
	{"rcu_free_sheaf", M_slab_sheaf_rcu_head, M_slab_sheaf_objects},
	{"rcu_free_sheaf_nobarn", M_slab_sheaf_rcu_head, M_slab_sheaf_objects},
	{"slab_free_after_rcu_debug", M_rcu_delayed_free_head, M_rcu_delayed_free_object},
};

#define CALLBACKS (sizeof(callbacks) / sizeof(*callbacks))

static void take_delayed(struct search *s, uint64_t delayed)
{
	uint64_t object;
	struct mmx_err err;

	if (s->kept->n >= s->limit)
		mmx_cover_failf(s->coverage, MMX_ECORRUPT,
				"RCU keeps more objects than memory holds");
	else if (mmx_kget(s->view, delayed, M_rcu_delayed_free_object, &object, &err))
		mmx_cover_fail(s->coverage, &err);
	else
		s->nomem = !mmx_array_add(s->kept,
					  (struct mmx_slab_kept){object, 0, MMX_OBJECT_RCU, false});
}

/* @functions are where those in the table lie; those that this kernel lacks are 0, which none is. */
static void take_callback(struct search *s, uint64_t node, const uint64_t *functions)
{
	uint64_t function;
	struct mmx_err err;

	if (mmx_kget(s->view, node, M_callback_head_func, &function, &err)) {
		mmx_fail_prefix(&err, "a callback of RCU");
		mmx_cover_fail(s->coverage, &err);
		return;
	}
	for (size_t i = 0; i < CALLBACKS && function; i++) {
		uint64_t at = node - mmx_off(layout(s), callbacks[i].head);

		if (function != functions[i])
			continue;
		if (callbacks[i].objects == M_rcu_delayed_free_object)
			take_delayed(s, at);
		else
			take_sheaf(s, at, MMX_OBJECT_RCU);
	}
}

static void take_callbacks(struct search *s, uint64_t head, const uint64_t *functions)
{
	size_t first = s->kept->n;
	struct mmx_slist list;

	mmx_slist_begin(&list, s->view, head, MAX_CALLBACKS);
	while (!s->nomem && !mmx_stopped(s->view->kernel->image) && mmx_slist_next(&list))
		take_callback(s, list.node, functions);
	end_list(s, &list, first);
}

static bool find_functions(struct search *s, uint64_t *functions)
{
	bool any = false;
	uint64_t at;

	for (size_t i = 0; i < CALLBACKS; i++) {
		bool has = mmx_symbol_addr(&s->view->kernel->symbols, callbacks[i].function, &at) &&
			   known(s, "rcu_data", callbacks[i].head) &&
			   known(s, "rcu_data", callbacks[i].objects);

		functions[i] = has ? at : 0;
		any |= has;
	}
	return any;
}

static void find_rcu(struct search *s)
{
	static const enum mmx_layout_member heads[] = {M_rcu_data_cblist, M_rcu_data_nocb_bypass};
	uint64_t functions[CALLBACKS], at;

	if (!find_functions(s, functions) ||
	    !mmx_symbol_addr(&s->view->kernel->symbols, "rcu_data", &at) ||
	    !know_cpus(s, "rcu_data") || !known(s, "rcu_data", heads[0]) ||
	    !known(s, "rcu_data", M_callback_head_func))
		return;
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		for (size_t c = 0; c < s->cpus->n && mmx_has(layout(s), heads[i]); c++)
			take_callbacks(s, at + s->cpus->v[c].offset + mmx_off(layout(s), heads[i]),
				       functions);
	}
}

int mmx_slab_keep_underway(struct mmx_slab_kepts *kept, struct mmx_view *view,
			   const struct mmx_cpus *cpus, struct mmx_coverage *coverage)
{
	struct search s = {.kept = kept, .view = view, .cpus = cpus, .coverage = coverage};

	/* KASAN keeps a thirty-second of memory in quarantine, in objects of 16 bytes at least. */
	s.limit = kept->n + (mmx_ranges_total(&mmx_mem(view->kernel)->sparse.pfn)
			     << view->kernel->arch->page_shift) /
				    32 / 16;
	find_per_cpu(&s);
	find_quarantine(&s);
	find_rcu(&s);
	return s.nomem ? -1 : 0;
}
