// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/printable.h"
#include "kernel/decode.h"
#include "kernel/member.h"
#include "kernel/percpu.h"
#include "mm/mem.h"
#include "mm/zones/nodes.h"
#include "mm/zones/zone_states.h"

#define MAX_ZONE_BYTES (64u << 10)

struct raw_zone {
	struct mmx_zone_state z;
	uint64_t name, pageset, stats;
};

static const struct mmx_wanted zone_wanted[] = {
	MMX_WANT(struct raw_zone, name, zone, name),
	MMX_WANT(struct raw_zone, z.start_pfn, zone, zone_start_pfn),
	MMX_WANT(struct raw_zone, z.spanned, zone, spanned_pages),
	MMX_WANT(struct raw_zone, z.present, zone, present_pages),
	MMX_WANT(struct raw_zone, z.managed, zone, managed_pages),
	MMX_WANT_IF(struct raw_zone, z.cma, zone, cma_pages),
	MMX_WANT(struct raw_zone, z.boost, zone, watermark_boost),
	MMX_WANT(struct raw_zone, z.reserved_highatomic, zone, nr_reserved_highatomic),
	MMX_WANT_IF(struct raw_zone, z.free_highatomic, zone, nr_free_highatomic),
	MMX_WANT_IF(struct raw_zone, z.flags, zone, flags),
	MMX_WANT_IF(struct raw_zone, z.isolated, zone, nr_isolate_pageblock),
	MMX_WANT_IF(struct raw_zone, z.drift_mark, zone, percpu_drift_mark),
	MMX_WANT_IF(struct raw_zone, z.contiguous, zone, contiguous),
	MMX_WANT_IF(struct raw_zone, z.blockskip_flush, zone, compact_blockskip_flush),
	MMX_WANT_IF(struct raw_zone, z.free_scanner, zone, compact_cached_free_pfn),
	MMX_WANT_IF(struct raw_zone, z.considered, zone, compact_considered),
	MMX_WANT_IF(struct raw_zone, z.defer_shift, zone, compact_defer_shift),
	MMX_WANT_IF(struct raw_zone, z.order_failed, zone, compact_order_failed),
	MMX_WANT(struct raw_zone, pageset, zone, per_cpu_pageset),
	MMX_WANT_IF(struct raw_zone, stats, zone, per_cpu_zonestats),
};

static const struct mmx_decode zone_table = MMX_DECODE("zone", zone_wanted);

static const struct mmx_wanted cpu_wanted[] = {
	MMX_WANT(struct mmx_zone_cpu, count, per_cpu_pages, count),
	MMX_WANT(struct mmx_zone_cpu, high, per_cpu_pages, high),
	MMX_WANT(struct mmx_zone_cpu, batch, per_cpu_pages, batch),
	MMX_WANT_IF(struct mmx_zone_cpu, high_min, per_cpu_pages, high_min),
	MMX_WANT_IF(struct mmx_zone_cpu, high_max, per_cpu_pages, high_max),
};

static const struct mmx_decode cpu_table = MMX_DECODE("per_cpu_pages", cpu_wanted);

static const enum mmx_layout_enumerator marks[MMX_MARKS] = {E_WMARK_MIN, E_WMARK_LOW, E_WMARK_HIGH,
							    E_WMARK_PROMO};

/* The bytes of one struct zone after the other; what is declared of it lies in them. */
struct walk {
	struct mmx_zone_states *states;
	struct mmx_view *view;
	const struct mmx_layout *l;
	struct mmx_cpus cpus;
	unsigned char *bytes;
};

/* Arrays of a zone lie within it, and have room here. */
static int check_array(const struct mmx_layout *l, enum mmx_layout_member id, unsigned int most,
		       struct mmx_err *err)
{
	const struct mmx_member *m = &l->member[id].m;

	if (mmx_layout_require(l, &id, 1, err))
		return -1;
	if (!m->nelems || m->nelems > most || m->elem_size < sizeof(uint64_t) ||
	    m->bit_off / 8 + (uint64_t)m->nelems * m->elem_size > mmx_size(l, S_zone))
		return mmx_fail(err, MMX_ECORRUPT, "%s of %u elements makes no sense",
				mmx_layout_members[id].name, m->nelems);
	return 0;
}

static int check_arrays(const struct mmx_layout *l, struct mmx_err *err)
{
	const struct mmx_member *area = &l->member[M_zone_free_area].m;

	if (check_array(l, M_zone__watermark, 16, err) ||
	    check_array(l, M_zone_lowmem_reserve, MMX_ZONES_MAX, err) ||
	    check_array(l, M_zone_free_area, MMX_ORDERS_MAX, err) ||
	    mmx_layout_require(l, (enum mmx_layout_member[]){M_free_area_nr_free}, 1, err))
		return -1;
	if (mmx_off(l, M_free_area_nr_free) + 8 > area->elem_size)
		return mmx_fail(err, MMX_ECORRUPT, "a free_area of %u bytes makes no sense",
				area->elem_size);
	if (!mmx_has_enum(l, E_WMARK_MIN) || !mmx_has_enum(l, E_WMARK_LOW) ||
	    !mmx_has_enum(l, E_WMARK_HIGH))
		return mmx_fail(err, MMX_EMISSING,
				"enum zone_watermarks is needed and no source of types has it");
	return 0;
}

static int require(struct walk *w, struct mmx_err *err)
{
	uint64_t size = mmx_size(w->l, S_zone);

	if (mmx_fact_require(&w->view->kernel->facts, FACT_ZONES, err) ||
	    mmx_decode_require(&zone_table, w->l, err) ||
	    mmx_decode_within(&zone_table, w->l, size, err) ||
	    mmx_decode_require(&cpu_table, w->l, err))
		return -1;
	if (size > MAX_ZONE_BYTES)
		return mmx_fail(err, MMX_ECORRUPT, "a zone of %" PRIu64 " bytes makes no sense",
				size);
	return check_arrays(w->l, err);
}

static uint64_t element(const struct walk *w, enum mmx_layout_member id, unsigned int i)
{
	const struct mmx_member *m = &w->l->member[id].m;

	return mmx_le64(w->bytes + m->bit_off / 8 + i * m->elem_size);
}

/* Where compaction looks for pages to move, of asynchronous and of other runs. */
static bool has_scanners(const struct mmx_layout *l)
{
	const struct mmx_member *m = &l->member[M_zone_compact_cached_migrate_pfn].m;

	return mmx_has(l, M_zone_compact_cached_migrate_pfn) && m->nelems == 2 &&
	       m->elem_size == 8 && m->bit_off / 8 + 16 <= mmx_size(l, S_zone);
}

static void take_arrays(const struct walk *w, struct mmx_zone_state *zone)
{
	const struct mmx_member *areas = &w->l->member[M_zone_free_area].m;

	for (unsigned int i = 0; i < MMX_MARKS; i++) {
		if (w->states->has_mark[i])
			zone->mark[i] = element(w, M_zone__watermark, mmx_enum(w->l, marks[i]));
	}
	for (unsigned int i = 0; i < 2 && has_scanners(w->l); i++)
		zone->migrate_scanner[i] = element(w, M_zone_compact_cached_migrate_pfn, i);
	for (unsigned int i = 0; i < w->states->zones; i++)
		zone->reserve[i] = (int64_t)element(w, M_zone_lowmem_reserve, i);
	for (unsigned int i = 0; i < w->states->orders; i++)
		zone->nr_free[i] = mmx_le64(w->bytes + areas->bit_off / 8 + i * areas->elem_size +
					    mmx_off(w->l, M_free_area_nr_free));
}

/* -1 and an error when it is not known. */
static int read_cpu(const struct walk *w, const struct raw_zone *raw, const struct mmx_cpu *cpu,
		    struct mmx_zone_cpu *it, struct mmx_err *err)
{
	uint64_t threshold = 0;

	it->addr = raw->pageset + cpu->offset;
	if (mmx_decode_read(&cpu_table, w->view, it->addr, it, err))
		return -1;
	if (mmx_has(w->l, M_per_cpu_zonestat_stat_threshold) &&
	    mmx_kget(w->view, raw->stats + cpu->offset, M_per_cpu_zonestat_stat_threshold,
		     &threshold, err))
		return -1;
	it->threshold = threshold;
	return 0;
}

/* -1 without memory */
static int read_cpus(struct walk *w, struct raw_zone *raw)
{
	raw->z.first_cpu = w->states->cpus.n;
	for (size_t i = 0; i < w->cpus.n; i++) {
		struct mmx_zone_cpu it = {.cpu = w->cpus.v[i].nr};
		struct mmx_err err;

		if (read_cpu(w, raw, &w->cpus.v[i], &it, &err)) {
			mmx_fail_prefix(&err, "CPU %u, node %u, zone %s", it.cpu, raw->z.node,
					raw->z.name);
			mmx_cover_fail(&w->states->coverage, &err);
			it.why = mmx_reason_add(&w->states->reasons, &err);
		}
		if (!mmx_array_add(&w->states->cpus, it))
			return -1;
	}
	return 0;
}

/* -1 without memory */
static int read_zone(struct walk *w, const struct mmx_node *node, unsigned int index)
{
	struct raw_zone raw = {.z = {.node = node->id, .index = index}};
	struct mmx_zone_state *zone = &raw.z;
	struct mmx_err err;

	zone->addr = node->addr + mmx_off(w->l, M_pglist_data_node_zones) +
		     index * mmx_size(w->l, S_zone);
	if (mmx_kread_ok(w->view, zone->addr, w->bytes, mmx_size(w->l, S_zone), "its struct zone",
			 &err)) {
		mmx_fail_prefix(&err, "node %u, zone %u", node->id, index);
		mmx_cover_fail(&w->states->coverage, &err);
		zone->why = mmx_reason_add(&w->states->reasons, &err);
	} else {
		mmx_decode_bytes(&zone_table, w->l, w->bytes, &raw);
		take_arrays(w, zone);
		if (mmx_kread_str(w->view, raw.name, zone->name, sizeof(zone->name), NULL))
			snprintf(zone->name, sizeof(zone->name), "zone%u", index);
		mmx_make_printable(zone->name);
		if (zone->present && read_cpus(w, &raw))
			return -1;
	}
	w->states->coverage.found++;
	return mmx_array_add(w->states, *zone) ? 0 : -1;
}

static int read_nodes(struct walk *w, struct mmx_err *err)
{
	const struct mmx_nodes *nodes = mmx_know_nodes(w->view);

	for (size_t i = 0; i < nodes->n; i++) {
		for (unsigned int z = 0; nodes->v[i].online && z < w->states->zones; z++) {
			if (read_zone(w, &nodes->v[i], z))
				return mmx_fail_nomem(err);
		}
	}
	return 0;
}

int mmx_zone_states_find(struct mmx_zone_states *states, struct mmx_view *view, struct mmx_err *err)
{
	struct walk w = {.states = states, .view = view, .l = &view->kernel->layout};
	int ret;

	if (require(&w, err) || mmx_cpus_online(&w.cpus, view, err))
		return -1;
	states->zones = w.l->member[M_zone_lowmem_reserve].m.nelems;
	states->orders = w.l->member[M_zone_free_area].m.nelems;
	states->online = w.cpus.n;
	for (unsigned int i = 0; i < MMX_MARKS; i++)
		states->has_mark[i] =
			mmx_has_enum(w.l, marks[i]) &&
			(uint64_t)mmx_enum(w.l, marks[i]) < w.l->member[M_zone__watermark].m.nelems;
	w.bytes = malloc(mmx_size(w.l, S_zone));
	ret = w.bytes ? read_nodes(&w, err) : mmx_fail_nomem(err);
	free(w.bytes);
	mmx_cpus_free(&w.cpus);
	return ret;
}

void mmx_zone_states_free(struct mmx_zone_states *states)
{
	mmx_array_free(&states->cpus);
	mmx_reasons_free(&states->reasons);
	mmx_array_free(states);
}

const struct mmx_zone_state *mmx_zone_state_of(const struct mmx_zone_states *states,
					       unsigned int node, unsigned int index)
{
	for (size_t i = 0; i < states->n; i++) {
		if (states->v[i].node == node && states->v[i].index == index)
			return &states->v[i];
	}
	return NULL;
}
