// SPDX-License-Identifier: GPL-2.0-or-later
/* The reverse map of all memory: what was walked, entries that no tree leads to, and what is wrong. */
#include <inttypes.h>

#include "mm/mem.h"
#include "mm/processes/task.h"
#include "records/records.h"
#include "records/rmap.h"

static const struct mmx_survey *survey_of(const struct mmx_rows *r)
{
	return mmx_rmap_pages_of(r)->survey;
}

static bool has_survey(struct mmx_rows *r)
{
	return survey_of(r);
}

/*
 * What was walked.
 */

static const void *next_walked(struct mmx_rows *r)
{
	return r->nth ? NULL : survey_of(r);
}

static void spaces(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = survey_of(r)->spaces.n;
}

static void areas(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = survey_of(r)->spaces.areas.n;
}

static const struct mmx_field walked_fields[] = {
	{"spaces", MMX_COUNT, "address spaces, those that no task has included", .get = spaces},
	{"areas", MMX_COUNT, "VMAs of them", .get = areas},
	{"page_tables", MMX_COUNT, "of the lowest level", AT(struct mmx_survey, tables)},
	{"trees", MMX_COUNT, "of anon_vmas and files", AT(struct mmx_survey, spaces.trees)},
	{"nodes", MMX_COUNT, "of these trees", AT(struct mmx_survey, spaces.nodes)},
	{"leaving", MMX_COUNT,
	 "of these VMAs that are being unmapped, and already out of their process",
	 .zero = MMX_OR_NONE, AT(struct mmx_survey, spaces.leaving)},
	{0},
};

const struct mmx_record mmx_record_rmap_walked = {
	.name = "walked",
	.doc = "what was walked",
	.fields = walked_fields,
	.has = has_survey,
	.next = next_walked,
};

/*
 * Entries that no tree leads to, by why.
 */

struct sort {
	unsigned int why;
};

static const void *next_sort(struct mmx_rows *r)
{
	struct sort *sort = r->state;

	for (sort->why += r->nth > 0; sort->why < MMX_STRAY_WHYS; sort->why++) {
		if (survey_of(r)->stray[sort->why])
			return sort;
	}
	return NULL;
}

static void entries(struct mmx_rows *r, struct mmx_value *v)
{
	const struct sort *sort = r->row;

	v->word = survey_of(r)->stray[sort->why];
}

static void wrong(struct mmx_rows *r, struct mmx_value *v)
{
	const struct sort *sort = r->row;

	v->truth = mmx_stray_wrong(sort->why);
}

static const struct mmx_field sort_fields[] = {
	{"entries", MMX_COUNT, "how many", .get = entries},
	{"wrong", MMX_BOOL, "no kernel does that", .width = 5, .get = wrong},
	{"why", MMX_WORD, "why no tree leads to them, or need not",
	 WORDS(MMX_STRAY_WHYS, mmx_stray_words), AT(struct sort, why)},
	{0},
};

const struct mmx_record mmx_record_rmap_strays = {
	.name = "stray",
	.doc = "entries that no tree leads to, of one sort; those of huge pages count once",
	.fields = sort_fields,
	.state_size = sizeof(struct sort),
	.has = has_survey,
	.next = next_sort,
};

/*
 * Findings.
 */

static const void *next_finding(struct mmx_rows *r)
{
	const struct mmx_rmap_findings *f = &survey_of(r)->spaces.findings;

	return r->nth < f->n ? &f->v[r->nth] : NULL;
}

static void pid(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_rmap_finding *f = r->row;
	size_t n;
	const struct mmx_mm_user *users = mmx_mm_users(mmx_know_tasks(r->view), f->mm, &n);

	if (users)
		v->count = users->tgid;
	else
		mmx_value_null(v);
}

static const struct mmx_field finding_fields[] = {
	{"address", MMX_ADDR, "of the node, chain or VMA", AT(struct mmx_rmap_finding, addr)},
	{"pid", MMX_NUMBER, "a process that has the address space", .width = 7, .may = MMX_OR_NULL,
	 .get = pid},
	{"what", MMX_TEXT, "what is wrong", AT(struct mmx_rmap_finding, text)},
	{0},
};

const struct mmx_record mmx_record_rmap_findings = {
	.name = "finding",
	.doc = "what an area says of trees, and trees of areas, that cannot both be",
	.fields = finding_fields,
	.has = has_survey,
	.next = next_finding,
};
