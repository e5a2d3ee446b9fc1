// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "mm/mem.h"
#include "mm/zones/counter_names.h"

#define MAX_SYSTEM 32u /* items of the whole system: two up to 6.10, then four */

/* The enums of the groups; of the whole system, the names that vmstat prints are all there is. */
static const char *const enums[MMX_COUNTER_GROUPS] = {
	[MMX_COUNTERS_ZONE] = "zone_stat_item",
	[MMX_COUNTERS_NUMA] = "numa_stat_item",
	[MMX_COUNTERS_NODE] = "node_stat_item",
	[MMX_COUNTERS_EVENT] = "vm_event_item",
};

/* The first item of each group, by both its names: the table and the types must begin it alike. */
static const struct {
	const char *name, *text;
} begins[MMX_COUNTER_GROUPS] = {
	[MMX_COUNTERS_ZONE] = {"NR_FREE_PAGES", "nr_free_pages"},
	[MMX_COUNTERS_NUMA] = {"NUMA_HIT", "numa_hit"},
	[MMX_COUNTERS_NODE] = {"NR_INACTIVE_ANON", "nr_inactive_anon"},
	[MMX_COUNTERS_SYSTEM] = {"", "nr_dirty_threshold"},
	[MMX_COUNTERS_EVENT] = {"PGPGIN", "pgpgin"},
};

/* Where an enum begins to count its lists, it has two names for one number: BASE is none of an item. */
static bool take_name(void *arg, const char *name, int64_t value)
{
	struct mmx_counter_items *items = arg;
	size_t len = strlen(name);
	bool is_base = len > 5 && !strcmp(name + len - 5, "_BASE");

	if (value >= 0 && (uint64_t)value < items->n && !is_base)
		snprintf(items->v[value].name, sizeof(items->v[value].name), "%s", name);
	return true;
}

static int read_text(struct mmx_view *view, uint64_t table, uint64_t nth,
		     char text[MMX_COUNTER_NAME], struct mmx_err *err)
{
	enum mmx_read read;
	uint64_t pointer;

	read = mmx_kread_u64(view, table + nth * 8, &pointer);
	if (!read)
		read = mmx_kread_str(view, pointer, text, MMX_COUNTER_NAME, NULL);
	if (read)
		return mmx_fail(err, mmx_read_code(read), "vmstat_text[%" PRIu64 "] is %s", nth,
				mmx_read_name(read));
	mmx_make_printable(text);
	return 0;
}

/* Those of the whole system end where events begin; without events, the types tell how many they are. */
static int size_system(struct mmx_counters *c, struct mmx_view *view, uint64_t table,
		       uint64_t first, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct mmx_counter_items *items = &c->items[MMX_COUNTERS_SYSTEM];
	struct mmx_counter_item item = {0};
	uint64_t most = MAX_SYSTEM;

	if (!c->items[MMX_COUNTERS_EVENT].n && mmx_has_enum(l, E_NR_VM_STAT_ITEMS) &&
	    mmx_enum(l, E_NR_VM_STAT_ITEMS) >= 0 && mmx_enum(l, E_NR_VM_STAT_ITEMS) < (int64_t)most)
		most = mmx_enum(l, E_NR_VM_STAT_ITEMS);
	for (uint64_t i = 0; i < most; i++) {
		if (read_text(view, table, first + i, item.text, err))
			return -1;
		if (!strcmp(item.text, begins[MMX_COUNTERS_EVENT].text))
			break;
		if (!mmx_array_add(items, item))
			return mmx_fail_nomem(err);
	}
	return 0;
}

/* A kernel's table that is not in step with its enums prints wrong names, and so must we; but it is told. */
static void check_step(struct mmx_counters *c, enum mmx_counter_group group)
{
	const struct mmx_counter_items *items = &c->items[group];

	if (items->n && strcmp(items->v[0].text, begins[group].text))
		mmx_cover_failf(&c->named, MMX_ECORRUPT,
				"vmstat_text calls the first %s \"%s\", where \"%s\" should be",
				enums[group] ? enums[group] : "item of the system",
				items->v[0].text, begins[group].text);
	else if (items->n && *items->v[0].name && strcmp(items->v[0].name, begins[group].name))
		mmx_cover_failf(&c->named, MMX_ECORRUPT, "%s begins with %s, not with %s",
				enums[group], items->v[0].name, begins[group].name);
}

static int read_table(struct mmx_counters *c, struct mmx_view *view, struct mmx_err *err)
{
	uint64_t table, at = 0;

	if (!mmx_symbol_addr(&view->kernel->symbols, "vmstat_text", &table))
		return mmx_fail(err, MMX_EMISSING, "symbol vmstat_text is needed");
	for (unsigned int group = 0; group < MMX_COUNTER_GROUPS; group++) {
		struct mmx_counter_items *items = &c->items[group];

		if (group == MMX_COUNTERS_SYSTEM && size_system(c, view, table, at, err))
			return -1;
		for (size_t i = 0; i < items->n; i++, at++) {
			if (read_text(view, table, at, items->v[i].text, err))
				return -1;
		}
		check_step(c, group);
	}
	return 0;
}

int mmx_counter_names_find(struct mmx_counters *c, struct mmx_view *view, struct mmx_err *err)
{
	for (unsigned int group = 0; group < MMX_COUNTER_GROUPS; group++) {
		if (enums[group])
			mmx_types_each_enumerator(&view->kernel->types, enums[group], take_name,
						  &c->items[group]);
	}
	c->has_texts = !read_table(c, view, err);
	if (c->has_texts)
		return 0;
	if (err->code == MMX_ENOMEM)
		return -1;
	mmx_cover_fail(&c->named, err);
	return 0;
}

#define HUGE 512u /* pages of what a PMD maps */

/* Counters that are shown in other units: pages in huge pages as huge pages, sectors in KiB. */
static const struct {
	const char *name, *text;
	unsigned int by;
} scaled[] = {
	{"NR_ANON_THPS", "nr_anon_transparent_hugepages", HUGE},
	{"NR_FILE_THPS", "nr_file_hugepages", HUGE},
	{"NR_SHMEM_THPS", "nr_shmem_hugepages", HUGE},
	{"NR_SHMEM_PMDMAPPED", "nr_shmem_pmdmapped", HUGE},
	{"NR_FILE_PMDMAPPED", "nr_file_pmdmapped", HUGE},
	{"PGPGIN", "pgpgin", 2},
	{"PGPGOUT", "pgpgout", 2},
};

unsigned int mmx_counter_scale(const struct mmx_counter_item *item)
{
	bool is_named = *item->name;

	for (unsigned int i = 0; i < sizeof(scaled) / sizeof(*scaled); i++) {
		if (is_named ? !strcmp(item->name, scaled[i].name)
			     : !strcmp(item->text, scaled[i].text))
			return scaled[i].by;
	}
	return 1;
}
