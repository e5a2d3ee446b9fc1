// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/kernel.h"
#include "kernel/member.h"
#include "kernel/xarray.h"

/* Internal entries have binary 10 at their end: small ones are marks, large ones point to nodes. */
#define INTERNAL(entry)   (((entry)&3) == 2)
#define IS_NODE(entry)    (INTERNAL(entry) && (entry) > 4096)
#define IS_SIBLING(entry) (INTERNAL(entry) && (entry) < 256)

struct array {
	struct mmx_view *view;
	uint64_t addr;
	unsigned int slots, bits; /* of a node */
};

static int broken(const struct array *a, uint64_t node, const char *what, struct mmx_err *err)
{
	return mmx_fail(err, MMX_ECORRUPT,
			"the xarray at 0x%" PRIx64 " is broken: node 0x%" PRIx64 " %s", a->addr,
			node, what);
}

/* A node's slot, or the slot that it is a sibling of: the entry that covers both. */
static int read_slot(const struct array *a, uint64_t node, unsigned int slot, uint64_t *entry,
		     struct mmx_err *err)
{
	uint64_t slots = node + mmx_off(&a->view->kernel->layout, M_xa_node_slots);
	enum mmx_read read = mmx_kread_u64(a->view, slots + slot * 8ULL, entry);

	if (!read && IS_SIBLING(*entry)) {
		if (*entry >> 2 >= slot)
			return broken(a, node, "has a sibling that comes before what it is one of",
				      err);
		read = mmx_kread_u64(a->view, slots + (*entry >> 2) * 8ULL, entry);
		if (!read && (IS_NODE(*entry) || IS_SIBLING(*entry)))
			return broken(a, node, "has a sibling of what is no entry", err);
	}
	return read ? broken(a, node, mmx_read_name(read), err) : 0;
}

static int descend(const struct array *a, uint64_t index, uint64_t *entry, struct mmx_err *err)
{
	unsigned int above = 64 + a->bits; /* the shift of the node above */

	while (IS_NODE(*entry)) {
		uint64_t node = *entry - 2, shift;

		if (mmx_kread_member(a->view, node, M_xa_node_shift, &shift))
			return broken(a, node, "cannot be read", err);
		if (shift >= 64 || shift % a->bits ||
		    (above <= 64 ? shift + a->bits != above : shift >= above))
			return broken(a, node, "has an impossible shift", err);
		if (above > 64 && index >> shift >= a->slots) {
			*entry = 0;
			return 0;
		}
		if (read_slot(a, node, index >> shift & (a->slots - 1), entry, err))
			return -1;
		if (!shift)
			break;
		above = shift;
	}
	if (IS_NODE(*entry))
		return broken(a, *entry - 2, "lies below the lowest level", err);
	if (INTERNAL(*entry)) /* a reservation, or an entry being changed */
		*entry = 0;
	return 0;
}

int mmx_xarray_load(struct mmx_view *view, uint64_t xa, uint64_t index, uint64_t *entry,
		    struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_xarray_xa_head, M_xa_node_shift,
						      M_xa_node_slots};
	const struct mmx_layout *l = &view->kernel->layout;
	struct array a = {.view = view, .addr = xa};
	enum mmx_read read;

	if (mmx_layout_require(l, need, sizeof(need) / sizeof(*need), err))
		return -1;
	a.slots = l->member[M_xa_node_slots].m.nelems;
	while (a.bits < 6 && 1u << a.bits < a.slots)
		a.bits++;
	if (a.slots != 1u << a.bits || a.slots < 2)
		return mmx_fail(err, MMX_ECORRUPT, "xa_node with %u slots makes no sense", a.slots);
	read = mmx_kread_member(view, xa, M_xarray_xa_head, entry);
	if (read)
		return mmx_fail(err, mmx_read_code(read), "the xarray at 0x%" PRIx64 " is %s", xa,
				mmx_read_name(read));
	if (!IS_NODE(*entry)) {
		if (index || INTERNAL(*entry))
			*entry = 0;
		return 0;
	}
	return descend(&a, index, entry, err);
}
