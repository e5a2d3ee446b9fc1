// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "base/seen.h"
#include "kernel/decode.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "kernel/xarray.h"
#include "mm/mem.h"
#include "mm/owners/blk_mq.h"
#include "mm/owners/owner.h"

#define MAX_CLASSES (1u << 14)
#define MAX_DEVICES (1u << 20)
#define MAX_QUEUES  (1u << 14)
#define MAX_PAGES   (1u << 22)
#define MAX_ORDER   20

struct finder {
	struct mmx_hold hold;
	struct mmx_coverage *coverage;
	struct mmx_seen seen; /* queues, and sets of tags */
	struct mmx_holder holder;
	bool nomem;
};

static bool is_new(struct finder *f, uint64_t addr)
{
	int added = addr ? mmx_seen_add(&f->seen, addr) : 0;

	f->nomem |= added < 0;
	return added > 0;
}

/* Each page is on the list by its lru, and the first of so many as its private word says, an order. */
static int take_page(struct finder *f, uint64_t page, struct mmx_err *err)
{
	const struct mmx_kernel *k = f->hold.view->kernel;
	uint64_t pfn, order;

	if (!mmx_page_pfn(k, page, &pfn))
		return mmx_fail(err, MMX_ECORRUPT,
				"the requests at 0x%" PRIx64 " have a page at 0x%" PRIx64,
				f->hold.now.addr, page);
	if (mmx_kget(f->hold.view, page, M_page_private, &order, err))
		return -1;
	if (order > MAX_ORDER)
		return mmx_fail(err, MMX_ECORRUPT,
				"requests in pages of order %" PRIu64 ", at 0x%" PRIx64, order,
				page);
	mmx_hold_frames(&f->hold, pfn, 1ULL << order);
	return 0;
}

static void take_tags(struct finder *f, uint64_t tags)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	struct mmx_list list;
	struct mmx_err err;

	if (!is_new(f, tags))
		return;
	f->holder.addr = tags;
	mmx_hold_begin(&f->hold, &f->holder);
	mmx_list_begin(&list, f->hold.view, tags + mmx_off(l, M_blk_mq_tags_page_list), MAX_PAGES);
	while (!f->hold.nomem && mmx_list_next(&list)) {
		if (take_page(f, list.node - mmx_off(l, M_page_lru), &err))
			mmx_cover_fail(f->coverage, &err);
	}
	mmx_cover_inherit(f->coverage, &list.coverage);
}

/* The tags that a member points to; none of a kernel that does not have it. */
static void take_pointer(struct finder *f, uint64_t addr, enum mmx_layout_member id)
{
	uint64_t tags;

	if (!mmx_kread_member(f->hold.view, addr, id, &tags))
		take_tags(f, tags);
}

static void take_set(struct finder *f, uint64_t set)
{
	uint64_t tags, n, one;
	struct mmx_err err;

	if (!is_new(f, set))
		return;
	if (mmx_kget(f->hold.view, set, M_blk_mq_tag_set_tags, &tags, &err) ||
	    mmx_kget(f->hold.view, set, M_blk_mq_tag_set_nr_hw_queues, &n, &err)) {
		mmx_cover_fail(f->coverage, &err);
		return;
	}
	for (uint64_t i = 0; tags && i < n && i < MAX_QUEUES; i++) {
		if (!mmx_kread_u64(f->hold.view, tags + i * 8, &one))
			take_tags(f, one);
	}
	take_pointer(f, set, M_blk_mq_tag_set_shared_tags);
}

/* An I/O scheduler has requests of its own, with each hardware queue: in an xarray, or again an array from 6.19 on. */
static void take_scheduler(struct finder *f, uint64_t queue)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	uint64_t queues, n, one;

	take_pointer(f, queue, M_request_queue_sched_shared_tags);
	if (mmx_has(l, M_request_queue_hctx_table)) {
		struct mmx_xa xa;

		mmx_xa_begin(&xa, f->hold.view, queue + mmx_off(l, M_request_queue_hctx_table), 0,
			     MAX_QUEUES);
		while (mmx_xa_next(&xa))
			take_pointer(f, xa.entry, M_blk_mq_hw_ctx_sched_tags);
		mmx_cover_inherit(f->coverage, &xa.coverage);
		return;
	}
	if (mmx_kread_member(f->hold.view, queue, M_request_queue_queue_hw_ctx, &queues) ||
	    !queues || mmx_kread_member(f->hold.view, queue, M_request_queue_nr_hw_queues, &n))
		return;
	for (uint64_t i = 0; i < n && i < MAX_QUEUES; i++) {
		if (!mmx_kread_u64(f->hold.view, queues + i * 8, &one) && one)
			take_pointer(f, one, M_blk_mq_hw_ctx_sched_tags);
	}
}

/* Devices without requests have neither: those that only pass on what they get. */
static void take_disk(struct finder *f, uint64_t disk)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	uint64_t queue, set;
	struct mmx_err err;

	if (mmx_kget(f->hold.view, disk, M_gendisk_queue, &queue, &err)) {
		mmx_cover_fail(f->coverage, &err);
		return;
	}
	if (!is_new(f, queue))
		return;
	f->holder =
		(struct mmx_holder){.what = "requests of a block device", .type = "blk_mq_tags"};
	if (mmx_kread_str(f->hold.view, disk + mmx_off(l, M_gendisk_disk_name), f->holder.name, 33,
			  NULL))
		f->holder.name[0] = 0;
	if (mmx_kget(f->hold.view, queue, M_request_queue_tag_set, &set, &err))
		mmx_cover_fail(f->coverage, &err);
	else
		take_set(f, set);
	take_scheduler(f, queue);
}

/* Disks and their partitions are devices of one class, and lie in their struct block_device. */
static void take_devices(struct finder *f, uint64_t class)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	uint64_t device, disk;
	struct mmx_list list;
	struct mmx_err err;

	mmx_list_begin(&list, f->hold.view, class + mmx_off(l, M_subsys_private_devices),
		       MAX_DEVICES);
	while (!f->hold.nomem && !f->nomem && mmx_list_next(&list)) {
		uint64_t private = list.node - mmx_off(l, M_device_private_class_node);

		if (mmx_kget(f->hold.view, private, M_device_private_device, &device, &err) ||
		    mmx_kget(f->hold.view, device - mmx_off(l, M_block_device_bd_device),
			     M_block_device_bd_disk, &disk, &err))
			mmx_cover_fail(f->coverage, &err);
		else if (disk)
			take_disk(f, disk);
	}
	mmx_cover_inherit(f->coverage, &list.coverage);
}

/* What the driver core keeps of a class, by the list of all classes; 0 when it has none. */
static uint64_t find_class(struct finder *f, uint64_t class)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	struct mmx_list list;
	uint64_t set, found;

	if (mmx_kread_variable(f->hold.view, "class_kset", 8, &set) || !set)
		return 0;
	mmx_list_begin(&list, f->hold.view, set + mmx_off(l, M_kset_list), MAX_CLASSES);
	while (mmx_list_next(&list)) {
		uint64_t private = list.node - mmx_off(l, M_subsys_private_entry);

		if (!mmx_kread_member(f->hold.view, private, M_subsys_private_class, &found) &&
		    found == class)
			return private;
	}
	mmx_cover_inherit(f->coverage, &list.coverage);
	return 0;
}

int mmx_blk_requests_find(struct mmx_blk_requests *it, struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member needed[] = {
		M_kset_list,
		M_subsys_private_entry,
		M_subsys_private_devices,
		M_subsys_private_class,
		M_device_private_class_node,
		M_device_private_device,
		M_block_device_bd_device,
		M_block_device_bd_disk,
		M_gendisk_queue,
		M_gendisk_disk_name,
		M_request_queue_tag_set,
		M_blk_mq_tag_set_tags,
		M_blk_mq_tag_set_nr_hw_queues,
		M_blk_mq_tags_page_list,
		M_page_lru,
	};
	const struct mmx_kernel *k = view->kernel;
	struct finder f = {.hold = {.held = &it->held, .view = view}, .coverage = &it->coverage};
	uint64_t class, private;

	if (!mmx_symbol_addr(&k->symbols, "block_class", &class))
		return 0;
	if (mmx_layout_require(&k->layout, needed, sizeof(needed) / sizeof(*needed), err))
		return -1;
	private = find_class(&f, class);
	if (private)
		take_devices(&f, private);
	mmx_seen_free(&f.seen);
	f.hold.nomem |= f.nomem;
	return mmx_hold_end(&f.hold, err);
}

void mmx_blk_requests_free(struct mmx_blk_requests *it)
{
	mmx_holdings_free(&it->held);
}

MMX_HOLDINGS_OF(blk_requests)

const struct mmx_owner_kind mmx_owner_blk_mq = {
	.name = "block devices",
	.class = CLASS_DMA,
	.why = "requests of a block device lie in it",
	.last = true,
	.known = MMX_KNOWN_blk_requests,
	.run = runs,
	.held = held,
};
