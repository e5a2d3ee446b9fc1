// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "kernel/member.h"
#include "mm/owners/pagepool.h"

/* What a pool, a device and an interface say; members that a kernel lacks stay 0. */
struct pool {
	int32_t nid;
	uint64_t device, netdev, napi;
	uint32_t id, held, released;
};

static const struct mmx_wanted pool_wanted[] = {
	MMX_WANT(struct pool, nid, page_pool, nid),
	MMX_WANT_IF(struct pool, device, page_pool, dev),
	MMX_WANT_IF(struct pool, netdev, page_pool, netdev),
	MMX_WANT_IF(struct pool, napi, page_pool, napi),
	MMX_WANT_IF(struct pool, id, page_pool, id),
	MMX_WANT_IF(struct pool, held, page_pool, held),
	MMX_WANT_IF(struct pool, released, page_pool, released),
};

struct device {
	uint64_t name, init_name;
};

static const struct mmx_wanted device_wanted[] = {
	MMX_WANT_IF(struct device, name, device, kobj_name),
	MMX_WANT_IF(struct device, init_name, device, init_name),
};

static const struct mmx_decode pool_table = MMX_DECODE("page_pool", pool_wanted),
			       device_table = MMX_DECODE("device", device_wanted);

static void read_text(struct mmx_view *view, uint64_t addr, char *text, size_t size)
{
	if (!addr || mmx_kread_str(view, addr, text, size, NULL))
		*text = 0;
}

/* A device has the name that it was registered under, or before that the one that it was made with. */
static void read_device(struct mmx_page_pool *pool, struct mmx_view *view, uint64_t device)
{
	struct device d = {0};

	if (!mmx_decode_into(&device_table, view, device, &d))
		read_text(view, d.name ? d.name : d.init_name, pool->device, sizeof(pool->device));
}

void mmx_page_pool_read(struct mmx_page_pool *pool, struct mmx_view *view)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct pool raw = {0};
	uint64_t value;

	pool->read = mmx_decode_into(&pool_table, view, pool->addr, &raw);
	if (pool->read)
		return;
	pool->nid = raw.nid;
	pool->id = raw.id;
	if (raw.device)
		read_device(pool, view, raw.device);
	if (raw.netdev && mmx_has(l, M_net_device_name))
		read_text(view, raw.netdev + mmx_off(l, M_net_device_name), pool->netdev,
			  sizeof(pool->netdev));
	if (raw.napi && !mmx_kread_member(view, raw.napi, M_napi_struct_napi_id, &value))
		pool->napi_id = value;
	pool->counted = mmx_has(l, M_page_pool_held) && mmx_has(l, M_page_pool_released);
	if (pool->counted)
		pool->in_flight = (int32_t)(raw.held - raw.released);
}

/*
 * A page's own words say to which pool it belongs. 6.18 to 7.3 have them in struct netmem_desc as well,
 * which is to be the only place.
 */
static enum mmx_layout_member first_of(const struct mmx_layout *l, enum mmx_layout_member in_page,
				       enum mmx_layout_member in_desc)
{
	return mmx_has(l, in_page) ? in_page : in_desc;
}

void mmx_page_pool_decode(struct mmx_page_pool *pool, const struct mmx_page_walk *w)
{
	const struct mmx_layout *l = &w->view->kernel->layout;
	enum mmx_layout_member pp = first_of(l, M_page_pp, M_netmem_desc_pp);
	enum mmx_layout_member refs = first_of(l, M_page_pp_ref_count, M_netmem_desc_pp_ref_count);

	memset(pool, 0, sizeof(*pool));
	pool->refs = -1;
	if (mmx_has(l, refs))
		pool->refs = (int64_t)mmx_get(l, refs, w->folio.bytes);
	pool->read = MMX_READ_UNREADABLE;
	if (!mmx_has(l, pp))
		return;
	pool->addr = mmx_get(l, pp, w->folio.bytes);
	mmx_page_pool_read(pool, w->view);
}
