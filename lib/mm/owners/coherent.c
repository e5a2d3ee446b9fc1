// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "kernel/decode.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/owners/coherent.h"
#include "mm/owners/owner.h"

#define MAX_DEVICES   (1u << 20)
#define MAX_POOLS     (1u << 16)
#define MAX_PAGES     (1u << 24)
#define MAX_RESOURCES (1u << 20)
#define MAX_BYTES     (1ULL << 32)

struct finder {
	struct mmx_hold hold;
	struct mmx_coverage *coverage;
	uint64_t dmam_release;
	char device[48];
};

static void begin(struct finder *f, const char *what, const char *type, uint64_t addr,
		  const char *name)
{
	struct mmx_holder holder = {.what = what, .type = type, .addr = addr};

	snprintf(holder.name, sizeof(holder.name), "%s%s%s", f->device, name[0] ? " " : "", name);
	mmx_hold_begin(&f->hold, &holder);
}

/* A pool's pages are as large as its allocations, several pages if need be. */
static void take_pool(struct finder *f, uint64_t pool)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	uint64_t bytes, memory;
	struct mmx_list list;
	struct mmx_err err;
	char name[32];

	if (mmx_kget(f->hold.view, pool, M_dma_pool_allocation, &bytes, &err)) {
		mmx_cover_fail(f->coverage, &err);
		return;
	}
	if (bytes > MAX_BYTES) {
		mmx_cover_failf(f->coverage, MMX_ECORRUPT,
				"the pool at 0x%" PRIx64 " has pages of %" PRIu64 " bytes", pool,
				bytes);
		return;
	}
	if (mmx_kread_str(f->hold.view, pool + mmx_off(l, M_dma_pool_name), name, sizeof(name),
			  NULL))
		name[0] = 0;
	begin(f, "pool of coherent memory of a device", "dma_pool", pool, name);
	mmx_list_begin(&list, f->hold.view, pool + mmx_off(l, M_dma_pool_page_list), MAX_PAGES);
	while (!f->hold.nomem && mmx_list_next(&list)) {
		uint64_t page = list.node - mmx_off(l, M_dma_page_page_list);

		if (mmx_kget(f->hold.view, page, M_dma_page_vaddr, &memory, &err))
			mmx_cover_fail(f->coverage, &err);
		else
			mmx_hold_memory(&f->hold, memory, bytes);
	}
	mmx_cover_inherit(f->coverage, &list.coverage);
}

static void take_pools(struct finder *f, uint64_t device)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	struct mmx_list list;

	mmx_list_begin(&list, f->hold.view, device + mmx_off(l, M_device_dma_pools), MAX_POOLS);
	while (!f->hold.nomem && mmx_list_next(&list))
		take_pool(f, list.node - mmx_off(l, M_dma_pool_pools));
	mmx_cover_inherit(f->coverage, &list.coverage);
}

struct coherent {
	uint64_t size, memory;
};

static const struct mmx_wanted coherent_wanted[] = {
	MMX_WANT(struct coherent, size, dma_devres, size),
	MMX_WANT(struct coherent, memory, dma_devres, vaddr),
};

static const struct mmx_decode coherent_table = MMX_DECODE("dma_devres", coherent_wanted);

static void take_resource(struct finder *f, uint64_t resource)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	struct coherent c;
	uint64_t release;
	struct mmx_err err;

	if (mmx_kget(f->hold.view, resource, M_devres_release, &release, &err))
		mmx_cover_fail(f->coverage, &err);
	else if (release != f->dmam_release)
		return;
	else if (mmx_decode_read(&coherent_table, f->hold.view,
				 resource + mmx_off(l, M_devres_data), &c, &err))
		mmx_cover_fail(f->coverage, &err);
	else if (c.size > MAX_BYTES)
		mmx_cover_failf(f->coverage, MMX_ECORRUPT,
				"the device's memory at 0x%" PRIx64 " is of %" PRIu64 " bytes",
				resource, c.size);
	else {
		begin(f, "coherent memory of a device", "devres", resource, "");
		mmx_hold_memory(&f->hold, c.memory, c.size);
	}
}

/* What a driver need not give back itself is on a list of its device, with the function that does so. */
static void take_resources(struct finder *f, uint64_t device)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	struct mmx_list list;

	mmx_list_begin(&list, f->hold.view, device + mmx_off(l, M_device_devres_head),
		       MAX_RESOURCES);
	while (!f->hold.nomem && mmx_list_next(&list))
		take_resource(f, list.node - mmx_off(l, M_devres_entry));
	mmx_cover_inherit(f->coverage, &list.coverage);
}

static void take_device(struct finder *f, uint64_t device)
{
	uint64_t name;

	if (mmx_kread_member(f->hold.view, device, M_device_kobj_name, &name) || !name ||
	    mmx_kread_str(f->hold.view, name, f->device, sizeof(f->device), NULL))
		f->device[0] = 0;
	take_pools(f, device);
	if (f->dmam_release)
		take_resources(f, device);
}

int mmx_coherent_find(struct mmx_coherent *it, struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member needed[] = {
		M_kset_list,          M_device_entry,       M_device_dma_pools,
		M_device_devres_head, M_dma_pool_pools,     M_dma_pool_allocation,
		M_dma_pool_name,      M_dma_pool_page_list, M_dma_page_page_list,
		M_dma_page_vaddr,     M_devres_entry,       M_devres_release,
		M_devres_data,
	};
	const struct mmx_layout *l = &view->kernel->layout;
	struct finder f = {.hold = {.held = &it->held, .view = view}, .coverage = &it->coverage};
	struct mmx_list list;
	uint64_t set;

	/* A kernel without devices that do DMA has no pools; nothing but a test has no devices at all. */
	if (mmx_kread_variable(view, "devices_kset", 8, &set) || !set ||
	    !mmx_has_struct(l, S_dma_pool))
		return 0;
	if (mmx_layout_require(l, needed, sizeof(needed) / sizeof(*needed), err) ||
	    mmx_decode_require(&coherent_table, l, err))
		return -1;
	mmx_symbol_addr(&view->kernel->symbols, "dmam_release", &f.dmam_release);
	mmx_list_begin(&list, view, set + mmx_off(l, M_kset_list), MAX_DEVICES);
	while (!f.hold.nomem && mmx_list_next(&list))
		take_device(&f, list.node - mmx_off(l, M_device_entry));
	mmx_cover_inherit(&it->coverage, &list.coverage);
	return mmx_hold_end(&f.hold, err);
}

void mmx_coherent_free(struct mmx_coherent *it)
{
	mmx_holdings_free(&it->held);
}

MMX_HOLDINGS_OF(coherent)

const struct mmx_owner_kind mmx_owner_coherent = {
	.name = "coherent memory",
	.class = CLASS_DMA,
	.why = "a device's pool or list of memory has it",
	.last = true,
	.known = MMX_KNOWN_coherent,
	.run = runs,
	.held = held,
};
