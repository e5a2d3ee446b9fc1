// SPDX-License-Identifier: GPL-2.0-or-later
/* Swap areas: what each has, what it is on, and its clusters. */
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/swap/swap_clusters.h"
#include "mm/swap/swap_devices.h"
#include "records/swap/swap.h"

bool mmx_swapx_is_survey(struct mmx_rows *r)
{
	return mmx_swapx_of(r)->survey;
}

static const struct mmx_swap_area *area_of(const struct mmx_rows *r)
{
	return r->row;
}

static const void *next_area(struct mmx_rows *r)
{
	const struct mmx_swaps *swaps = mmx_know_swaps(r->view);

	return r->nth < swaps->n ? &swaps->v[r->nth] : NULL;
}

static int open_areas(struct mmx_rows *r, struct mmx_err *err)
{
	(void)err;
	mmx_cover_inherit(r->coverage, &mmx_know_swaps(r->view)->coverage);
	mmx_cover_inherit(r->coverage, &mmx_know_swap_check(r->view)->coverage);
	return 0;
}

static void path(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_swap_area *a = area_of(r);

	v->text = a->path.text;
	if (a->no_path)
		mmx_value_unknown(v, mmx_reason(&mmx_know_swaps(r->view)->reasons, a->no_path));
}

static void kind(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = area_of(r)->partition ? "partition" : "file";
}

static const struct mmx_swap_sum *sum_of(struct mmx_rows *r)
{
	const struct mmx_swap_check *c = mmx_know_swap_check(r->view);

	for (size_t i = 0; i < c->sum.n; i++) {
		if (c->sum.v[i].type == area_of(r)->type)
			return &c->sum.v[i];
	}
	return NULL;
}

#define SUM(name, member)                                         \
	static void name(struct mmx_rows *r, struct mmx_value *v) \
	{                                                         \
		const struct mmx_swap_sum *sum = sum_of(r);       \
                                                                  \
		if (sum)                                          \
			v->word = sum->member;                    \
		else                                              \
			mmx_value_null(v);                        \
	}

SUM(used, used)
SUM(cached, cached)
SUM(bad, bad)
SUM(zero, zero)
SUM(counts, counts)
SUM(continued, continued)
SUM(entries, entries)
SUM(shmem, shmem)

static void device(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_swap_device *d =
		mmx_swap_device(mmx_know_swap_devices(r->view), area_of(r)->type);

	if (d && d->unknown.code)
		mmx_value_unknown(v, &d->unknown);
	else if (d && d->name[0])
		v->text = d->name;
	else
		mmx_value_null(v);
}

static const struct mmx_field area_fields[] = {
	{"area", MMX_COUNT, "its number, as entries have it", .width = 4,
	 AT(struct mmx_swap_area, type)},
	{"kind", MMX_TEXT, "partition or file", .width = 9, .get = kind},
	{"priority", MMX_NUMBER, "as /proc/swaps has it", .title = "PRIO", .width = 4,
	 AT(struct mmx_swap_area, priority)},
	{"pages", MMX_COUNT, "that can be used", .width = 9, AT(struct mmx_swap_area, pages)},
	{"in_use", MMX_COUNT, "of them, as the area counts", .width = 8,
	 AT(struct mmx_swap_area, in_use)},
	{"used", MMX_COUNT, "the same by what there is of each page; null where that is not known",
	 .width = 8, .may = MMX_OR_NULL, .get = used},
	{"cached", MMX_COUNT,
	 "of those, that nobody names: only the swap cache has them, or they are given away in advance",
	 .title = "ONLY CACHE", .width = 10, .may = MMX_OR_NULL, .get = cached},
	{"bad", MMX_COUNT, "pages marked as bad, the header among them", .width = 4,
	 .may = MMX_OR_NULL, .get = bad},
	{"zero", MMX_COUNT, "in use and nothing but zeros, by this kernel's own marks (since 6.12)",
	 .width = 6, .may = MMX_OR_NULL, .get = zero},
	{"device", MMX_TEXT, "the block device that it is on", .width = 7,
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = device},
	{"path", MMX_TEXT, "its file or device", .may = MMX_OR_UNKNOWN, .get = path},
	{0},
};

const struct mmx_record mmx_record_swap_areas = {
	.name = "swap_area",
	.doc = "a swap area and its pages",
	.fields = area_fields,
	.has = mmx_swapx_is_survey,
	.open = open_areas,
	.next = next_area,
};

/*
 * More of them.
 */

static const struct {
	enum mmx_layout_enumerator id;
	const char *name;
} flag_names[] = {
#define FLAG(name)                  \
	{                           \
		E_SWP_##name, #name \
	}
	FLAG(USED),           FLAG(WRITEOK),      FLAG(DISCARDABLE),  FLAG(DISCARDING),
	FLAG(SOLIDSTATE),     FLAG(CONTINUED),    FLAG(BLKDEV),       FLAG(ACTIVATED),
	FLAG(FS_OPS),         FLAG(AREA_DISCARD), FLAG(PAGE_DISCARD), FLAG(STABLE_WRITES),
	FLAG(SYNCHRONOUS_IO), FLAG(HIBERNATION),
#undef FLAG
};

static void flags(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_layout *l = &r->view->kernel->layout;

	if (mmx_value_absent(v, mmx_kread_member(r->view, area_of(r)->addr,
						 M_swap_info_struct_flags, &v->word)))
		return;
	v->names = v->scratch->names;
	for (size_t i = 0; i < sizeof(flag_names) / sizeof(*flag_names); i++) {
		if (mmx_has_enum(l, flag_names[i].id) && v->word & mmx_enum(l, flag_names[i].id))
			v->scratch->names[v->n_names++] = flag_names[i].name;
	}
}

static void extents(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_swap_device *d =
		mmx_swap_device(mmx_know_swap_devices(r->view), area_of(r)->type);

	if (d && !d->unknown.code)
		v->word = d->extents.n;
	else
		mmx_value_null(v);
}

static void algorithms(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_swap_device *d =
		mmx_swap_device(mmx_know_swap_devices(r->view), area_of(r)->type);
	const char(*names)[MMX_ALGORITHM];

	if (!d || !d->zram.table || !d->zram.algorithm[0][0]) {
		mmx_value_null(v);
		return;
	}
	names = d->zram.algorithm;
	mmx_value_textf(v, "%s%s%s%s%s%s%s", names[0], names[1][0] ? " " : "", names[1],
			names[2][0] ? " " : "", names[2], names[3][0] ? " " : "", names[3]);
}

static const struct mmx_field device_fields[] = {
	{"area", MMX_COUNT, "its number", .width = 4, AT(struct mmx_swap_area, type)},
	{"address", MMX_ADDR, "its swap_info_struct", AT(struct mmx_swap_area, addr)},
	{"counts", MMX_COUNT, "sum of what is counted of its pages", .width = 8, .may = MMX_OR_NULL,
	 .get = counts},
	{"entries", MMX_COUNT, "entries of page tables that name them", .width = 8,
	 .may = MMX_OR_NULL, .get = entries},
	{"shmem", MMX_COUNT, "entries of shared memory that do", .width = 6, .may = MMX_OR_NULL,
	 .get = shmem},
	{"continued", MMX_COUNT, "pages whose count is so high that it needs more room", .width = 9,
	 .may = MMX_OR_NULL, .get = continued},
	{"extents", MMX_COUNT, "pieces that it lies in on its device", .width = 7,
	 .may = MMX_OR_NULL, .get = extents},
	{"compression", MMX_TEXT, "of zram: the algorithms; null of anything else", .width = 11,
	 .may = MMX_OR_NULL, .get = algorithms},
	{"flags", MMX_FLAGS, "SWP_*", .may = MMX_OR_ABSENT, .get = flags},
	{0},
};

const struct mmx_record mmx_record_swap_devices = {
	.name = "swap_area_more",
	.doc = "how a swap area is used, and how it was set up",
	.fields = device_fields,
	.has = mmx_swapx_is_survey,
	.next = next_area,
};

/*
 * Clusters.
 */

static int open_clusters(struct mmx_rows *r, struct mmx_err *err)
{
	(void)err;
	mmx_cover_inherit(r->coverage, &mmx_know_swap_clusters(r->view)->coverage);
	return 0;
}

static const void *next_cluster(struct mmx_rows *r)
{
	const struct mmx_swap_clusters *c = mmx_know_swap_clusters(r->view);

	return r->nth < c->n ? &c->v[r->nth] : NULL;
}

static const struct mmx_field cluster_fields[] = {
	{"area", MMX_COUNT, "the number of their area", .width = 4,
	 AT(struct mmx_swap_cluster_sum, type)},
	{"state", MMX_TEXT, "the list that they are on", .width = 8,
	 AT(struct mmx_swap_cluster_sum, state)},
	{"order", MMX_COUNT, "of the folios that they are for", .width = 5,
	 AT(struct mmx_swap_cluster_sum, order)},
	{"clusters", MMX_COUNT, "how many", .width = 8, AT(struct mmx_swap_cluster_sum, clusters)},
	{"used", MMX_COUNT, "pages in use of them, as each counts, bad ones included", .width = 9,
	 AT(struct mmx_swap_cluster_sum, used)},
	{0},
};

const struct mmx_record mmx_record_swap_clusters = {
	.name = "swap_clusters",
	.doc = "clusters of a swap area in one state, where this kernel has states with a name",
	.fields = cluster_fields,
	.has = mmx_swapx_is_survey,
	.open = open_clusters,
	.next = next_cluster,
};
