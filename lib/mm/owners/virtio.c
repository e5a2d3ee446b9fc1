// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "kernel/decode.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/owners/owner.h"
#include "mm/owners/virtio.h"

#define MAX_BUSES   (1u << 12)
#define MAX_DEVICES (1u << 16)
#define MAX_QUEUES  (1u << 16)
#define MAX_ENTRIES 32768u /* of a ring, by virtio's own rules */
#define MAX_RING    (1ULL << 26)
#define MAX_STATE   256u

struct finder {
	struct mmx_hold hold;
	struct mmx_coverage *coverage;
	char device[48];
};

/* A ring that is read in either of two layouts. */
struct layout {
	enum mmx_layout_member num, desc, bytes, state, data;
	enum mmx_layout_struct state_type;
};

static const struct layout split = {
	M_vring_virtqueue_split_num,   M_vring_virtqueue_split_desc,  M_vring_virtqueue_split_bytes,
	M_vring_virtqueue_split_state, M_vring_desc_state_split_data, S_vring_desc_state_split,
};

static const struct layout packed = {
	M_vring_virtqueue_packed_num,   M_vring_virtqueue_packed_desc,
	M_vring_virtqueue_packed_bytes, M_vring_virtqueue_packed_state,
	M_vring_desc_state_packed_data, S_vring_desc_state_packed,
};

static void begin(struct finder *f, const char *what, uint64_t queue)
{
	struct mmx_holder holder = {.what = what, .type = "vring_virtqueue", .addr = queue};
	char name[32] = "";
	uint64_t addr;

	if (mmx_kread_member(f->hold.view, queue, M_virtqueue_name, &addr) || !addr ||
	    mmx_kread_str(f->hold.view, addr, name, sizeof(name), NULL))
		name[0] = 0;
	snprintf(holder.name, sizeof(holder.name), "%s%s%s", f->device, name[0] ? " " : "", name);
	mmx_hold_begin(&f->hold, &holder);
}

/* What a driver gave with each buffer, to know it again: the buffer, or a request with it. */
static int take_buffers(struct finder *f, uint64_t queue, const struct layout *r, uint64_t n,
			struct mmx_err *err)
{
	uint64_t state, data, each = mmx_size(&f->hold.view->kernel->layout, r->state_type);

	if (mmx_kget(f->hold.view, queue, r->state, &state, err))
		return -1;
	if (!each || each > MAX_STATE)
		return mmx_fail(err, MMX_EMISSING,
				"the state of a virtqueue's buffers is not known");
	begin(f, "given to a device, with what is to come of it", queue);
	for (uint64_t i = 0; state && i < n; i++) {
		if (mmx_kget(f->hold.view, state + i * each, r->data, &data, err))
			return -1;
		if (data)
			mmx_hold_memory(&f->hold, data, 1);
	}
	return 0;
}

static int take_events(struct finder *f, uint64_t queue, struct mmx_err *err)
{
	static const enum mmx_layout_member events[] = {M_vring_virtqueue_packed_driver,
							M_vring_virtqueue_packed_device};
	uint64_t addr;

	for (unsigned int i = 0; i < 2; i++) {
		if (mmx_kget(f->hold.view, queue, events[i], &addr, err))
			return -1;
		mmx_hold_memory(&f->hold, addr, 1);
	}
	return 0;
}

static bool names_packed(const struct mmx_layout *l, enum mmx_layout_enumerator id, uint64_t value)
{
	return mmx_has_enum(l, id) && (uint64_t)mmx_enum(l, id) == value;
}

/* Which of the layouts a queue has: a flag up to 6.18, later a number. */
static int is_packed(struct finder *f, uint64_t queue, bool *yes, struct mmx_err *err)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	bool flag = mmx_has(l, M_vring_virtqueue_packed_ring);
	uint64_t value;

	if (mmx_kget(f->hold.view, queue,
		     flag ? M_vring_virtqueue_packed_ring : M_vring_virtqueue_layout, &value, err))
		return -1;
	*yes = flag ? value & 1
		    : names_packed(l, E_VQ_LAYOUT_PACKED, value) ||
			       names_packed(l, E_VQ_LAYOUT_PACKED_IN_ORDER, value);
	return 0;
}

static int take_queue(struct finder *f, uint64_t queue, struct mmx_err *err)
{
	const struct layout *r;
	uint64_t n, desc, bytes;
	bool yes;

	if (is_packed(f, queue, &yes, err))
		return -1;
	r = yes ? &packed : &split;
	if (mmx_kget(f->hold.view, queue, r->num, &n, err) ||
	    mmx_kget(f->hold.view, queue, r->desc, &desc, err) ||
	    mmx_kget(f->hold.view, queue, r->bytes, &bytes, err))
		return -1;
	if (n > MAX_ENTRIES || bytes > MAX_RING)
		return mmx_fail(err, MMX_ECORRUPT,
				"the virtqueue at 0x%" PRIx64 " has %" PRIu64 " entries in %" PRIu64
				" bytes",
				queue, n, bytes);
	begin(f, "ring of a virtqueue", queue);
	mmx_hold_memory(&f->hold, desc, bytes);
	if (yes && take_events(f, queue, err))
		return -1;
	return take_buffers(f, queue, r, n, err);
}

static void take_device(struct finder *f, uint64_t device)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	uint64_t at = device - mmx_off(l, M_virtio_device_dev), name;
	struct mmx_list list;
	struct mmx_err err;

	f->device[0] = 0;
	if (!mmx_kread_member(f->hold.view, device, M_device_kobj_name, &name) && name &&
	    mmx_kread_str(f->hold.view, name, f->device, sizeof(f->device), NULL))
		f->device[0] = 0;
	mmx_list_begin(&list, f->hold.view, at + mmx_off(l, M_virtio_device_vqs), MAX_QUEUES);
	while (!f->hold.nomem && mmx_list_next(&list)) {
		uint64_t queue =
			list.node - mmx_off(l, M_virtqueue_list) - mmx_off(l, M_vring_virtqueue_vq);

		if (take_queue(f, queue, &err))
			mmx_cover_fail(f->coverage, &err);
	}
	mmx_cover_inherit(f->coverage, &list.coverage);
}

static void take_devices(struct finder *f, uint64_t bus)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	struct mmx_list list;
	struct mmx_err err;
	uint64_t device;

	mmx_list_begin(&list, f->hold.view, bus + mmx_off(l, M_subsys_private_devices),
		       MAX_DEVICES);
	while (!f->hold.nomem && mmx_list_next(&list)) {
		uint64_t private = list.node - mmx_off(l, M_device_private_bus_node);

		if (mmx_kget(f->hold.view, private, M_device_private_device, &device, &err))
			mmx_cover_fail(f->coverage, &err);
		else if (device)
			take_device(f, device);
	}
	mmx_cover_inherit(f->coverage, &list.coverage);
}

/* The part of a bus that the driver core keeps for itself; 0 when it has none, and *why when that cannot be told. */
static uint64_t find_bus(struct finder *f, uint64_t bus)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	struct mmx_list list;
	uint64_t set, found;

	if (mmx_kread_variable(f->hold.view, "bus_kset", 8, &set) || !set)
		return 0;
	mmx_list_begin(&list, f->hold.view, set + mmx_off(l, M_kset_list), MAX_BUSES);
	while (mmx_list_next(&list)) {
		uint64_t private = list.node - mmx_off(l, M_subsys_private_entry);

		if (!mmx_kread_member(f->hold.view, private, M_subsys_private_bus, &found) &&
		    found == bus)
			return private;
	}
	mmx_cover_inherit(f->coverage, &list.coverage);
	return 0;
}

int mmx_virtqueues_find(struct mmx_virtqueues *it, struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member needed[] = {
		M_kset_list,          M_subsys_private_entry,      M_subsys_private_devices,
		M_subsys_private_bus, M_device_private_bus_node,   M_device_private_device,
		M_virtio_device_dev,  M_virtio_device_vqs,         M_virtqueue_list,
		M_vring_virtqueue_vq, M_vring_virtqueue_split_num, M_vring_virtqueue_packed_num,
	};
	const struct mmx_kernel *k = view->kernel;
	struct finder f = {.hold = {.held = &it->held, .view = view, .counts = true},
			   .coverage = &it->coverage};
	uint64_t bus, private;

	if (!mmx_symbol_addr(&k->symbols, "virtio_bus", &bus))
		return 0;
	if (mmx_layout_require(&k->layout, needed, sizeof(needed) / sizeof(*needed), err))
		return -1;
	private = find_bus(&f, bus);
	if (private)
		take_devices(&f, private);
	return mmx_hold_end(&f.hold, err);
}

void mmx_virtqueues_free(struct mmx_virtqueues *it)
{
	mmx_holdings_free(&it->held);
}

MMX_HOLDINGS_OF(virtqueues)

const struct mmx_owner_kind mmx_owner_virtio = {
	.name = "virtqueues",
	.class = CLASS_DMA,
	.why = "a queue of a virtio device has it",
	.last = true,
	.known = MMX_KNOWN_virtqueues,
	.run = runs,
	.held = held,
};
