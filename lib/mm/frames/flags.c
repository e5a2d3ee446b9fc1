// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/frames/flags.h"

#define SPOTS          1024 /* in all, and at least so many of a zone: */
#define SPOTS_A_ZONE   32
#define SPOTS_LAST     384 /* of each zone, in the last rounds */
#define ROUNDS         4   /* that they are taken in, until so many are on the LRU: */
#define SAMPLES_ON_LRU 32
#define STRIDE         3    /* frames of a spot that stand for their neighbours, too */
#define SPOT_BYTES     4096 /* one page of vmemmap: what a compressed dump unpacks anyway */

const char *mmx_flag_field_name(enum mmx_flag_field_id id)
{
	static const char *const names[] = {
#define FIELD(id, name) [FIELD_##id] = name,
		MMX_FLAG_FIELDS(FIELD)
#undef FIELD
	};

	return names[id];
}

/*
 * Widths. What each follows from stands in kernel headers as macros, so it is worked out from what
 * the types and VMCOREINFO show of the same configuration.
 */

static unsigned int bits_for(uint64_t values)
{
	unsigned int bits = 0;

	while (bits < 63 && 1ULL << bits < values)
		bits++;
	return bits;
}

struct widths {
	unsigned int w[MMX_FLAG_FIELD_COUNT];
	bool cpus_known; /* without them the fields below NODE and ZONE are not known */
};

/*
 * NR_CPUS: __per_cpu_offset has an entry for each and ends where the next symbol begins, rounded
 * up by alignment; cpumask.bits tells it in steps of 64.
 */
static uint64_t count_cpus(const struct mmx_kernel *k)
{
	const struct mmx_symbol *s = mmx_symbols_find(&k->symbols, "__per_cpu_offset");
	uint64_t words =
		mmx_has(&k->layout, M_cpumask_bits) ? k->layout.member[M_cpumask_bits].m.nelems : 0;
	uint64_t gap = 0, behind;

	if (s && mmx_symbols_behind(&k->symbols, s, &behind))
		gap = (behind - s->addr) / 8;
	if (!words)
		return gap;
	if (gap > (words - 1) * 64 && gap <= words * 64)
		return gap;
	return words > 1 ? words * 64 : 0;
}

#define CPUS_UNKNOWN ~0u
#define CPU_BITS_MAX 13 /* 8192 CPUs, the most that can be configured */

static bool numa_balancing(const struct mmx_kernel *k)
{
	return mmx_has(&k->layout, M_task_struct_numa_scan_seq);
}

static unsigned int min(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

static void lru_widths(const struct mmx_kernel *k, struct widths *w, unsigned int left)
{
	const struct mmx_layout *l = &k->layout;
	unsigned int tiers;

	if (!mmx_has(l, M_lruvec_lrugen_timestamps) || !mmx_has(l, M_lruvec_lrugen_avg_refaulted))
		return;
	w->w[FIELD_LRU_GEN] = bits_for(l->member[M_lruvec_lrugen_timestamps].m.nelems + 1);
	tiers = l->member[M_lruvec_lrugen_avg_refaulted].m.nelems / 2; /* anonymous and file */
	left -= min(left, w->w[FIELD_LRU_GEN]);
	w->w[FIELD_LRU_REFS] = tiers > 2 ? min(tiers - 2, left) : 0;
}

static void derive_widths(const struct mmx_kernel *k, unsigned int cpu_bits, struct widths *w)
{
	const struct mmx_layout *l = &k->layout;
	unsigned int used, gen = 0, free_bits = 64 - mmx_mem(k)->flags.named;

	*w = (struct widths){.cpus_known = cpu_bits != CPUS_UNKNOWN};
	w->w[FIELD_NODE] = bits_for(mmx_mem(k)->zones.max_nodes);
	w->w[FIELD_ZONE] = bits_for(mmx_mem(k)->zones.per_node);
	used = w->w[FIELD_NODE] + w->w[FIELD_ZONE];
	if (mmx_has(l, M_lruvec_lrugen_timestamps))
		gen = bits_for(l->member[M_lruvec_lrugen_timestamps].m.nelems + 1);
	if (numa_balancing(k) && !mmx_has(l, M_page__last_cpupid)) {
		if (w->cpus_known && used + gen + 8 + cpu_bits <= free_bits)
			w->w[FIELD_LAST_CPUPID] = 8 + cpu_bits;
	} else {
		w->cpus_known = true;
	}
	used += w->w[FIELD_LAST_CPUPID];
	lru_widths(k, w, free_bits - min(free_bits, used));
}

static void place_fields(struct mmx_flags *f, const struct widths *w)
{
	unsigned int at = 64;

	for (unsigned int i = 0; i < MMX_FLAG_FIELD_COUNT; i++) {
		at -= min(at, w->w[i]);
		f->field[i] = (struct mmx_flag_field){
			.shift = w->w[i] ? at : 0,
			.width = w->w[i],
			.known = i <= FIELD_ZONE || w->cpus_known,
		};
	}
}

/*
 * Samples: struct pages spread over each populated zone, against which positions are verified.
 */
struct sample {
	const struct mmx_zone *zone;
	uint64_t pfn, flags;
};

struct samples {
	MMX_ARRAY(struct sample);
};

static bool sample_spot(struct mmx_kernel *k, const struct mmx_zone *zone, uint64_t pfn,
			unsigned int stride, struct samples *samples)
{
	uint64_t size = mmx_mem(k)->vmemmap.page_size, got;
	unsigned char pages[SPOT_BYTES];

	if (mmx_pages_read(k->view, pfn, SPOT_BYTES / size, pages, &got))
		return true;
	for (uint64_t i = 0; i < got && pfn + i < zone->start_pfn + zone->spanned; i += stride) {
		uint64_t flags = mmx_get(&k->layout, M_page_flags, pages + i * size);

		/* All ones: never initialised. Those that the kernel does not look at may be anything. */
		if (flags != ~0ULL && mmx_pfn_online(&mmx_mem(k)->sparse, pfn + i) &&
		    !mmx_array_add(samples, (struct sample){zone, pfn + i, flags}))
			return false;
	}
	return true;
}

/* So many spots of a zone as its share of all that zones span, but some of each. */
static uint64_t spots_of(const struct mmx_zones *zones, const struct mmx_zone *zone)
{
	uint64_t all = 1, spots;

	for (size_t i = 0; i < zones->n; i++)
		all += zones->v[i].spanned / SPOTS + 1;
	spots = zone->spanned / all;
	return spots > SPOTS_A_ZONE ? spots : SPOTS_A_ZONE;
}

/* Whether enough of them are on the LRU to tell where its fields are. */
static bool tell_enough(const struct mmx_kernel *k, const struct samples *samples)
{
	unsigned int lru =
		mmx_has_enum(&k->layout, E_PG_lru) ? mmx_enum(&k->layout, E_PG_lru) : MMX_NO_BIT;
	size_t on = 0;

	for (size_t i = 0; i < samples->n; i++)
		on += mmx_bit(samples->v[i].flags, lru);
	return on >= SAMPLES_ON_LRU;
}

/* Every so many frames, the first of them where this round begins. False without memory. */
static bool take_round(struct mmx_kernel *k, const struct mmx_zone *zone, uint64_t spots,
		       unsigned int round, unsigned int stride, struct samples *samples)
{
	/* Odd, so as not to keep step with blocks of powers of two. */
	uint64_t step = zone->spanned / spots | 1;

	for (uint64_t at = round % ROUNDS * step; at < zone->spanned; at += ROUNDS * step) {
		if (!sample_spot(k, zone, zone->start_pfn + at, stride, samples))
			return false;
	}
	return true;
}

/*
 * Spread over memory, in rounds that lie between each other, until there are enough. Where few pages are on
 * the LRU the last rounds look at each page of more spots.
 */
static bool take_samples(struct mmx_kernel *k, struct samples *samples)
{
	const struct mmx_zones *zones = &mmx_mem(k)->zones;

	for (unsigned int round = 0; round < 2 * ROUNDS && !tell_enough(k, samples); round++) {
		for (size_t i = 0; i < zones->n; i++) {
			const struct mmx_zone *zone = &zones->v[i];

			if (!(round < ROUNDS ? take_round(k, zone, spots_of(zones, zone), round,
							  STRIDE, samples)
					     : take_round(k, zone, SPOTS_LAST, round, 1, samples)))
				return false;
		}
	}
	return true;
}

struct zone_verdict {
	const struct mmx_kernel *k;
	uint64_t reserved;          /* the bit PG_reserved */
	unsigned int right, looked; /* pages of the zone that they were taken from, and all */
	uint64_t bad_pfn, bad_flags;
	bool bad;
};

/*
 * Zones may interleave, so a page may belong to another zone than the one whose span it was taken
 * from; but that zone must exist and span the page. Reserved pages are no evidence: those of a hole
 * before a zone's first memory are linked to that zone, and those that no zone spans (ACPI tables at the end
 * of memory) get a zone number one beyond the last.
 */
static void verify_zone(struct zone_verdict *v, const struct sample *s)
{
	const struct mmx_flags *f = &mmx_mem(v->k)->flags;
	const struct mmx_zone *said =
		mmx_zone_of(&mmx_mem(v->k)->zones, mmx_flag_field(f, FIELD_NODE, s->flags),
			    mmx_flag_field(f, FIELD_ZONE, s->flags));

	if (s->flags & v->reserved)
		return;
	v->looked++;
	if (said == s->zone) {
		v->right++;
	} else if (!said || s->pfn < said->start_pfn || s->pfn >= said->start_pfn + said->spanned) {
		v->bad = true;
		v->bad_pfn = s->pfn;
		v->bad_flags = s->flags;
	}
}

static void check_zone_bits(struct mmx_kernel *k, const struct samples *samples)
{
	static const char source[] = "MAX_NUMNODES, __MAX_NR_ZONES";
	const struct mmx_flag_field *node = &mmx_mem(k)->flags.field[FIELD_NODE];
	const struct mmx_flag_field *zone = &mmx_mem(k)->flags.field[FIELD_ZONE];
	struct zone_verdict v = {.k = k, .reserved = 1ULL << mmx_enum(&k->layout, E_PG_reserved)};

	for (size_t i = 0; i < samples->n; i++)
		verify_zone(&v, &samples->v[i]);
	if (v.bad)
		mmx_fact_set(&k->facts, FACT_FLAGS_ZONE, MMX_FACT_FAILED, source,
			     "with the node at bit %u and the zone at bit %u, flags 0x%" PRIx64
			     " of PFN 0x%" PRIx64 " name no zone that spans it",
			     node->shift, zone->shift, v.bad_flags, v.bad_pfn);
	else if (!v.looked)
		mmx_fact_set(&k->facts, FACT_FLAGS_ZONE, MMX_FACT_UNCHECKED, source,
			     "no struct page of any zone could be read");
	else
		mmx_fact_set(
			&k->facts, FACT_FLAGS_ZONE, v.right ? MMX_FACT_CHECKED : MMX_FACT_FAILED,
			source,
			"node at bit %u, zone at bit %u: %u of %u pages sampled in %zu zones are of their "
			"zone, the others of another that spans them",
			node->shift, zone->shift, v.right, v.looked, mmx_mem(k)->zones.n);
}

struct gen_verdict {
	const struct mmx_kernel *k;
	uint64_t lru;     /* the bit PG_lru */
	unsigned int max; /* MAX_NR_GENS */
	unsigned int on, with, stray;
};

static void verify_gen(struct gen_verdict *v, uint64_t flags)
{
	unsigned int gen = mmx_flag_field(&mmx_mem(v->k)->flags, FIELD_LRU_GEN, flags);

	v->on += !!(flags & v->lru);
	v->with += flags & v->lru && gen && gen <= v->max;
	v->stray += (!(flags & v->lru) && gen) || gen > v->max;
}

/*
 * The generation field: 1 to MAX_NR_GENS on pages of a generation list, and 0 on every page that
 * is not on the LRU at all.
 */
static void check_lru_gen(struct mmx_kernel *k, const struct samples *samples)
{
	static const char source[] = "lruvec.lrugen, NR_CPUS";
	const struct mmx_flag_field *gen = &mmx_mem(k)->flags.field[FIELD_LRU_GEN];
	struct gen_verdict v = {.k = k};

	if (!gen->width) {
		mmx_fact_set(&k->facts, FACT_FLAGS_LRU_GEN, MMX_FACT_NONE, source,
			     "this kernel has no multi-generational LRU");
		return;
	}
	if (!gen->known || !mmx_has_enum(&k->layout, E_PG_lru)) {
		mmx_fact_set(
			&k->facts, FACT_FLAGS_LRU_GEN, MMX_FACT_UNKNOWN, source,
			"the number of CPUs that the kernel was built for could not be found out");
		return;
	}
	v.lru = 1ULL << mmx_enum(&k->layout, E_PG_lru);
	v.max = k->layout.member[M_lruvec_lrugen_timestamps].m.nelems;
	for (size_t i = 0; i < samples->n; i++)
		verify_gen(&v, samples->v[i].flags);
	if (v.stray)
		mmx_fact_set(&k->facts, FACT_FLAGS_LRU_GEN, MMX_FACT_FAILED, source,
			     "with the generation at bit %u, %u pages sampled off the LRU have one",
			     gen->shift, v.stray);
	else
		mmx_fact_set(
			&k->facts, FACT_FLAGS_LRU_GEN,
			v.with ? MMX_FACT_CHECKED : MMX_FACT_UNCHECKED, source,
			"at bit %u: %u of %u pages sampled on the LRU have a generation, none off it%s",
			gen->shift, v.with, v.on,
			v.on && !v.with ? "; the multi-generational LRU is not in use" : "");
}

/*
 * The fields below the zone follow from NR_CPUS, in bits. 6.8 rounds it down (ilog2) and 6.12 up, which
 * no type shows and which differs only where it is no power of two; and the number itself is read
 * off a gap between symbols. So the generation bits decide: what was derived comes first, and when that is refuted, every
 * other width is tried and taken if it alone holds.
 */
static void find_lower_fields(struct mmx_kernel *k, const struct samples *samples)
{
	uint64_t cpus = count_cpus(k);
	unsigned int derived[2] = {bits_for(cpus), bits_for(cpus / 2 + 1)}, held = CPUS_UNKNOWN;
	struct mmx_fact first;
	struct widths w;

	for (int i = 0; i < 2; i++) {
		derive_widths(k, cpus ? derived[i] : CPUS_UNKNOWN, &w);
		place_fields(&mmx_mem(k)->flags, &w);
		check_lru_gen(k, samples);
		if (k->facts.v[FACT_FLAGS_LRU_GEN].state != MMX_FACT_FAILED)
			return;
	}
	first = k->facts.v[FACT_FLAGS_LRU_GEN];
	for (unsigned int bits = 0; bits <= CPU_BITS_MAX; bits++) {
		derive_widths(k, bits, &w);
		place_fields(&mmx_mem(k)->flags, &w);
		check_lru_gen(k, samples);
		if (k->facts.v[FACT_FLAGS_LRU_GEN].state == MMX_FACT_CHECKED)
			held = held == CPUS_UNKNOWN ? bits : CPU_BITS_MAX + 1;
	}
	derive_widths(k, held <= CPU_BITS_MAX ? held : CPUS_UNKNOWN, &w);
	place_fields(&mmx_mem(k)->flags, &w);
	if (held <= CPU_BITS_MAX)
		check_lru_gen(k, samples);
	else
		k->facts.v[FACT_FLAGS_LRU_GEN] = first;
}

/*
 * Names of the low bits.
 */

static bool take_name(void *arg, const char *name, int64_t value)
{
	struct mmx_flags *f = arg;

	if (strncmp(name, "PG_", 3) || value < 0 || value >= f->named || f->name[value][0])
		return true;
	snprintf(f->name[value], sizeof(f->name[value]), "%s", name + 3);
	return true;
}

void mmx_flags_take_names(struct mmx_flags *f, const struct mmx_types *types)
{
	mmx_types_each_enumerator(types, "pageflags", take_name, f);
}

void mmx_flags_find(struct mmx_kernel *k)
{
	struct mmx_flags *f = &mmx_mem(k)->flags;
	struct samples samples = {0};
	struct widths w;
	struct mmx_err err;

	if (!mmx_has_enum(&k->layout, E_NR_PAGEFLAGS) || !mmx_has_enum(&k->layout, E_PG_reserved) ||
	    !mmx_has(&k->layout, M_page_flags) || mmx_enum(&k->layout, E_NR_PAGEFLAGS) <= 0 ||
	    mmx_enum(&k->layout, E_NR_PAGEFLAGS) > MMX_FLAG_NAMES) {
		mmx_fact_set(
			&k->facts, FACT_FLAGS_ZONE, MMX_FACT_UNKNOWN, "enum pageflags",
			"no source of types has enum pageflags with PG_reserved and __NR_PAGEFLAGS up to %d",
			MMX_FLAG_NAMES);
		return;
	}
	f->named = mmx_enum(&k->layout, E_NR_PAGEFLAGS);
	mmx_flags_take_names(f, &k->types);
	if (mmx_fact_require(&k->facts, FACT_ZONES, &err) ||
	    mmx_fact_require(&k->facts, FACT_VMEMMAP, &err)) {
		mmx_fact_set(&k->facts, FACT_FLAGS_ZONE, MMX_FACT_UNKNOWN, "enum pageflags", "%s",
			     err.text);
		return;
	}
	derive_widths(k, CPUS_UNKNOWN, &w);
	place_fields(f, &w);
	if (!take_samples(k, &samples)) {
		mmx_array_free(&samples);
		mmx_fact_set(&k->facts, FACT_FLAGS_ZONE, MMX_FACT_UNKNOWN, "enum pageflags",
			     "out of memory");
		return;
	}
	check_zone_bits(k, &samples);
	if (mmx_fact_usable(&k->facts, FACT_FLAGS_ZONE))
		find_lower_fields(k, &samples);
	else
		f->field[FIELD_NODE].known = f->field[FIELD_ZONE].known = false;
	mmx_array_free(&samples);
}
