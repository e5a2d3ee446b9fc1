// SPDX-License-Identifier: GPL-2.0-or-later
/* What a zone is flagged with, and where compaction is in it. */
#include <stdio.h>
#include <string.h>

#include "mm/mem.h"
#include "records/records.h"
#include "records/zones/zones.h"

struct flag_names {
	uint64_t flags;
	const char **names;
	unsigned int n;
	char *text, *end;
};

static bool take_flag(void *arg, const char *name, int64_t value)
{
	struct flag_names *f = arg;
	int len;

	if (value < 0 || value > 63 || !(f->flags >> value & 1) || f->n == MMX_SCRATCH_NAMES)
		return true;
	len = snprintf(f->text, f->end - f->text, "%s",
		       strncmp(name, "ZONE_", 5) ? name : name + 5);
	if (len < 0 || f->text + len + 1 >= f->end)
		return false;
	for (char *c = f->text; *c; c++)
		*c = *c == '_' ? '-' : *c >= 'A' && *c <= 'Z' ? *c + ('a' - 'A') : *c;
	f->names[f->n++] = f->text;
	f->text += len + 1;
	return true;
}

static void flags(struct mmx_rows *r, struct mmx_value *v)
{
	struct flag_names f = {
		.flags = mmx_zone_row(r)->flags,
		.names = v->scratch->names,
		.text = v->scratch->text,
		.end = v->scratch->text + sizeof(v->scratch->text),
	};

	v->word = f.flags;
	mmx_types_each_enumerator(&r->view->kernel->types, "zone_flags", take_flag, &f);
	v->names = v->scratch->names;
	v->n_names = f.n;
}

static void put_off(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_zone_state *z = mmx_zone_row(r);

	if (!mmx_has(&r->view->kernel->layout, M_zone_compact_defer_shift))
		mmx_value_null(v);
	else if (!z->defer_shift)
		v->text = "no";
	else
		mmx_value_textf(v, "orders from %d, %u of %u times", z->order_failed, z->considered,
				1u << (z->defer_shift & 31));
}

static void free_highatomic(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_zone_row(r)->free_highatomic;
	if (!mmx_has(&r->view->kernel->layout, M_zone_nr_free_highatomic))
		mmx_value_null(v);
}

static void migrate_scanner(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_zone_row(r)->migrate_scanner[1];
	if (!mmx_has(&r->view->kernel->layout, M_zone_compact_cached_migrate_pfn))
		mmx_value_null(v);
}

static void free_scanner(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_zone_row(r)->free_scanner;
	if (!mmx_has(&r->view->kernel->layout, M_zone_compact_cached_free_pfn))
		mmx_value_null(v);
}

static const struct mmx_field more_fields[] = {
	{"node", MMX_COUNT, "its node", .width = 4, AT(struct mmx_zone_state, node)},
	{"zone", MMX_TEXT, "its name", .width = 8, AT(struct mmx_zone_state, name)},
	{"address", MMX_ADDR, "of its struct zone", AT(struct mmx_zone_state, addr)},
	{"reserved", MMX_COUNT, "pages in blocks that are reserved for atomic requests", .width = 8,
	 AT(struct mmx_zone_state, reserved_highatomic)},
	{"reserved_free", MMX_COUNT, "of those, free; null on kernels that do not count them",
	 .title = "FREE", .width = 6, .may = MMX_OR_NULL, .get = free_highatomic},
	{"migrate_from", MMX_PFN, "where compaction looks for pages to move next", .width = 12,
	 .may = MMX_OR_NULL, .get = migrate_scanner},
	{"free_from", MMX_PFN, "and, downwards, for room for them", .width = 9, .may = MMX_OR_NULL,
	 .get = free_scanner},
	{"put_off", MMX_TEXT, "whether compaction is put off, after it got nothing", .width = 8,
	 .may = MMX_OR_NULL, .get = put_off},
	{"flags", MMX_FLAGS, "its flags", .get = flags},
	{0},
};

const struct mmx_record mmx_record_zone_more = {
	.name = "zone_more",
	.doc = "reserves for atomic requests, compaction and flags of a zone that has frames",
	.fields = more_fields,
	.state_size = sizeof(size_t),
	.has = mmx_zonex_is_survey,
	.next = mmx_zone_rows_populated,
};
