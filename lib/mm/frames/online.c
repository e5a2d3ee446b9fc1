// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "mm/mem.h"
#include "kernel/xarray.h"
#include "mm/frames/online.h"

static const char source[] = "subsection maps, pgmap_array";

struct finder {
	struct mmx_kernel *k;
	struct mmx_ranges pgmaps; /* frames that drivers made struct pages for */
	struct mmx_err err;       /* why something is not known */
	bool nomem;
};

/* Where nothing is marked as a device's and nothing is offline, there is no such memory to be asked about. */
static bool may_be_device(const struct mmx_section *section)
{
	return section->device || !section->online;
}

static const struct mmx_section *first_in_question(const struct mmx_sparse *s)
{
	for (size_t i = 0; i < s->n; i++) {
		if (may_be_device(&s->v[i]))
			return &s->v[i];
	}
	return NULL;
}

static void find_pgmaps(struct finder *f)
{
	const struct mmx_section *section = first_in_question(&mmx_mem(f->k)->sparse);
	uint64_t array, end = mmx_mem(f->k)->sparse.end;
	struct mmx_xa xa;

	if (!section || !mmx_has_enum(&f->k->layout, E_ZONE_DEVICE))
		return;
	if (!mmx_symbol_addr(&f->k->symbols, "pgmap_array", &array)) {
		mmx_fail(&f->err, MMX_EMISSING,
			 "section %" PRIu64
			 " may hold memory of a device, and there is no symbol pgmap_array",
			 section->nr);
		return;
	}
	mmx_xa_begin(&xa, f->k->view, array, 0, end - 1);
	while (!f->nomem && mmx_xa_next(&xa)) {
		if (!mmx_xa_is_value(xa.entry))
			f->nomem = !mmx_ranges_add(&f->pgmaps, xa.first,
						   xa.last < end ? xa.last + 1 : end);
	}
	if (!mmx_cover_whole(&xa.coverage))
		f->err = xa.coverage.first;
	mmx_ranges_normalise(&f->pgmaps);
}

static void add(struct finder *f, struct mmx_ranges *to, uint64_t pfn, uint64_t frames)
{
	f->nomem |= !mmx_ranges_add(to, pfn, pfn + frames) ||
		    !mmx_ranges_add(&mmx_mem(f->k)->sparse.unseen, pfn, pfn + frames);
}

static void add_section(struct finder *f, const struct mmx_section *section)
{
	struct mmx_sparse *s = &mmx_mem(f->k)->sparse;
	struct mmx_subsections sub;

	if (!mmx_subsections_read(f->k, section, &sub)) {
		mmx_fail(&f->err, MMX_EABSENT,
			 "the subsection map of section %" PRIu64 " is unreadable", section->nr);
		if (!section->online)
			add(f, &s->offline, sub.first, (uint64_t)sub.n << sub.shift);
		return;
	}
	for (unsigned int i = 0; i < sub.n; i++) {
		uint64_t pfn = mmx_subsection_pfn(&sub, i), frames = 1ULL << sub.shift;

		if (!mmx_subsection_present(&sub, i)) {
			if (section->early)
				add(f, &s->holes, pfn, frames);
		} else if (may_be_device(section) && mmx_ranges_has(&f->pgmaps, pfn, 1)) {
			add(f, &s->device, pfn, frames);
		} else if (!section->online) {
			add(f, &s->offline, pfn, frames);
		}
	}
}

/* What the zones count as present must be online; what more there is are holes smaller than a subsection. */
static void check(struct mmx_kernel *k)
{
	const struct mmx_sparse *s = &mmx_mem(k)->sparse;
	uint64_t online = mmx_ranges_total(&s->pfn) - mmx_ranges_total(&s->unseen), present = 0;

	for (size_t i = 0; i < mmx_mem(k)->zones.n; i++)
		present += mmx_mem(k)->zones.v[i].present;
	mmx_fact_set(&k->facts, FACT_ONLINE,
		     !mmx_mem(k)->zones.n ? MMX_FACT_UNCHECKED
		     : online >= present  ? MMX_FACT_CHECKED
					  : MMX_FACT_FAILED,
		     source,
		     "%" PRIu64 " frames, of which the zones count %" PRIu64 "; not %" PRIu64
		     " in holes of sections, %" PRIu64 " of devices, %" PRIu64 " offline",
		     online, present, mmx_ranges_total(&s->holes), mmx_ranges_total(&s->device),
		     mmx_ranges_total(&s->offline));
}

void mmx_online_find(struct mmx_kernel *k)
{
	struct mmx_sparse *s = &mmx_mem(k)->sparse;
	struct finder f = {.k = k};

	mmx_fact_require(&k->facts, FACT_SECTIONS, &f.err);
	if (s->n)
		find_pgmaps(&f);
	for (size_t i = 0; i < s->n && !f.nomem; i++)
		add_section(&f, &s->v[i]);
	if (f.nomem)
		mmx_fail_nomem(&f.err);
	mmx_ranges_free(&f.pgmaps);
	mmx_ranges_normalise(&s->offline);
	mmx_ranges_normalise(&s->holes);
	mmx_ranges_normalise(&s->device);
	mmx_ranges_normalise(&s->unseen);
	if (f.err.code)
		mmx_fact_set(&k->facts, FACT_ONLINE, MMX_FACT_UNKNOWN, source, "%s", f.err.text);
	else
		check(k);
}

bool mmx_online_run(const struct mmx_sparse *s, uint64_t pfn, uint64_t *end)
{
	const struct mmx_range *unseen = mmx_ranges_find(&s->unseen, pfn);
	bool online = !unseen || unseen->start > pfn;

	*end = !unseen ? ~0ULL : online ? unseen->start : unseen->end;
	return online;
}

void mmx_online_free(struct mmx_sparse *s)
{
	mmx_ranges_free(&s->offline);
	mmx_ranges_free(&s->holes);
	mmx_ranges_free(&s->device);
	mmx_ranges_free(&s->unseen);
}
