// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/owners/device.h"

static const char *memory_type(const struct mmx_layout *l, int64_t value)
{
	static const struct {
		enum mmx_layout_enumerator id;
		const char *name;
	} types[] = {
#define TYPE(id) {E_##id, #id}
		TYPE(MEMORY_DEVICE_PRIVATE),    TYPE(MEMORY_DEVICE_COHERENT),
		TYPE(MEMORY_DEVICE_FS_DAX),     TYPE(MEMORY_DEVICE_GENERIC),
		TYPE(MEMORY_DEVICE_PCI_P2PDMA),
#undef TYPE
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (mmx_has_enum(l, types[i].id) && mmx_enum(l, types[i].id) == value)
			return types[i].name;
	}
	return NULL;
}

bool mmx_device_of(struct mmx_device *device, const struct mmx_page_walk *w)
{
	const struct mmx_layout *l = &w->view->kernel->layout;
	enum mmx_layout_member id = mmx_has(l, M_page_pgmap) ? M_page_pgmap : M_folio_pgmap;
	uint64_t type;

	*device = (struct mmx_device){0};
	if (!mmx_has(l, id) || w->folio.read)
		return false;
	device->pgmap = mmx_get(l, id, id == M_page_pgmap ? w->bytes : w->folio.bytes);
	if (!mmx_kread_member(w->view, device->pgmap, M_dev_pagemap_type, &type))
		device->type = memory_type(l, (int64_t)type);
	return true;
}
