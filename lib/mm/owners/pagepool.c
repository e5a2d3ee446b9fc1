// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "mm/mem.h"
#include "kernel/member.h"
#include "mm/owners/pagepool.h"

/* A pointer, or 0 when it is not there or cannot be read. */
static uint64_t pointer(struct mmx_view *view, uint64_t addr, enum mmx_layout_member id)
{
	uint64_t value;

	return mmx_kread_member(view, addr, id, &value) ? 0 : value;
}

static void read_text(struct mmx_view *view, uint64_t addr, char *text, size_t size)
{
	if (!addr || mmx_kread_str(view, addr, text, size, NULL))
		*text = 0;
}

/* A device has the name that it was registered under, or before that the one that it was made with. */
static void read_device(struct mmx_page_pool *pool, struct mmx_view *view, uint64_t device)
{
	uint64_t name = pointer(view, device, M_device_kobj_name);

	if (!name)
		name = pointer(view, device, M_device_init_name);
	read_text(view, name, pool->device, sizeof(pool->device));
}

static void read_pool(struct mmx_page_pool *pool, struct mmx_view *view)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t nid, held, released, value;
	uint64_t device, netdev, napi;

	pool->read = mmx_kread_member(view, pool->addr, M_page_pool_nid, &nid);
	if (pool->read)
		return;
	pool->nid = (int32_t)nid;
	device = pointer(view, pool->addr, M_page_pool_dev);
	if (device)
		read_device(pool, view, device);
	netdev = pointer(view, pool->addr, M_page_pool_netdev);
	if (netdev && mmx_has(l, M_net_device_name))
		read_text(view, netdev + mmx_off(l, M_net_device_name), pool->netdev,
			  sizeof(pool->netdev));
	napi = pointer(view, pool->addr, M_page_pool_napi);
	if (napi && !mmx_kread_member(view, napi, M_napi_struct_napi_id, &value))
		pool->napi_id = value;
	if (!mmx_kread_member(view, pool->addr, M_page_pool_id, &value))
		pool->id = value;
	pool->counted = !mmx_kread_member(view, pool->addr, M_page_pool_held, &held) &&
			!mmx_kread_member(view, pool->addr, M_page_pool_released, &released);
	if (pool->counted)
		pool->in_flight = (int32_t)((uint32_t)held - (uint32_t)released);
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
	read_pool(pool, w->view);
}
