// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "kernel/member.h"
#include "mm/frames/page_list.h"
#include "mm/mem.h"
#include "mm/owners/balloons.h"

#define VMWARE_HUGE_ORDER 9u /* VMW_BALLOON_2M_ORDER, a macro */

/* @order: of each of the list's elements, which are pages in one piece and no folios */
static int take_list(struct mmx_hold *h, uint64_t head, unsigned int order, uint64_t *frames,
		     struct mmx_err *err)
{
	const struct mmx_layout *l = &h->view->kernel->layout;
	struct mmx_page_heads seen = {0};
	struct mmx_page_list list;
	char text[128];

	if (mmx_layout_require(l, &(enum mmx_layout_member){M_page_lru}, 1, err))
		return -1;
	mmx_page_list_begin(&list, h->view, &seen, head, mmx_off(l, M_page_lru));
	while (!h->nomem && mmx_page_list_next(&list)) {
		mmx_hold_frames(h, list.pfn, 1ull << order);
		*frames += 1ull << order;
	}
	mmx_page_heads_free(&seen);
	h->nomem |= list.end == MMX_PAGE_LIST_NOMEM;
	if (list.end == MMX_PAGE_LIST_LOST)
		return mmx_fail(err, mmx_read_code(list.end_read),
				"what 0x%" PRIx64 " leads to is %s", list.end_from,
				mmx_read_name(list.end_read));
	mmx_page_list_tell(&list, text, sizeof(text));
	return *text ? mmx_fail(err, MMX_ECORRUPT, "%s", text) : 0;
}

static int find_xen(struct mmx_balloons *it, struct mmx_hold *h, struct mmx_err *err)
{
	struct mmx_holder holder = {.what = "memory that the hypervisor has",
				    .name = "Xen's balloon"};
	uint64_t frames = 0;

	(void)it;
	if (!mmx_symbol_addr(&h->view->kernel->symbols, "ballooned_pages", &holder.addr))
		return 0;
	mmx_hold_begin(h, &holder);
	return take_list(h, holder.addr, 0, &frames, err);
}

static int find_vmware(struct mmx_balloons *it, struct mmx_hold *h, struct mmx_err *err)
{
	const struct mmx_layout *l = &h->view->kernel->layout;
	struct mmx_holder holder = {.what = "memory that the hypervisor has, in huge pages",
				    .type = "vmballoon",
				    .name = "VMware's balloon"};

	if (!mmx_has(l, M_vmballoon_huge_pages) ||
	    !mmx_symbol_addr(&h->view->kernel->symbols, "balloon", &holder.addr))
		return 0;
	mmx_hold_begin(h, &holder);
	return take_list(h, holder.addr + mmx_off(l, M_vmballoon_huge_pages), VMWARE_HUGE_ORDER,
			 &it->uncounted, err);
}

static int find_hyperv(struct mmx_balloons *it, struct mmx_hold *h, struct mmx_err *err)
{
	uint64_t device;

	if (!mmx_has(&h->view->kernel->layout, M_hv_dynmem_device_num_pages_ballooned) ||
	    !mmx_symbol_addr(&h->view->kernel->symbols, "dm_device", &device))
		return 0;
	it->unlisted_of = "Hyper-V's balloon";
	return mmx_kget(h->view, device, M_hv_dynmem_device_num_pages_ballooned, &it->unlisted,
			err);
}

int mmx_balloons_find(struct mmx_balloons *it, struct mmx_view *view, struct mmx_err *err)
{
	static int (*const drivers[])(struct mmx_balloons *, struct mmx_hold *,
				      struct mmx_err *) = {find_xen, find_vmware, find_hyperv};
	struct mmx_hold hold = {.held = &it->held, .view = view};
	struct mmx_err one;

	for (size_t i = 0; i < sizeof(drivers) / sizeof(*drivers); i++) {
		if (drivers[i](it, &hold, &one))
			mmx_cover_fail(&it->coverage, &one);
	}
	return mmx_hold_end(&hold, err);
}

void mmx_balloons_free(struct mmx_balloons *it)
{
	mmx_holdings_free(&it->held);
}
