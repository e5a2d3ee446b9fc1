// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory of devices. */
#include "mm/owners/device.h"
#include "records/page/page.h"

static bool has_device(struct mmx_rows *r)
{
	return mmx_page_of(r)->verdict.class == CLASS_DEVICE;
}

static const void *next_device(struct mmx_rows *r)
{
	return !r->nth && mmx_device_of(r->state, &mmx_page_of(r)->walk) ? r->state : NULL;
}

static const struct mmx_field fields[] = {
	{"pgmap", MMX_ADDR, "the struct dev_pagemap of its range", AT(struct mmx_device, pgmap)},
	{"type", MMX_TEXT, "what kind of memory it is, by the kernel's name", .zero = MMX_OR_NULL,
	 AT(struct mmx_device, type)},
	{0},
};

static const struct mmx_record device = {
	.name = "device",
	.doc = "the range of device memory that it is of",
	.fields = fields,
	.state_size = sizeof(struct mmx_device),
	.has = has_device,
	.next = next_device,
};

const struct mmx_field mmx_page_fields_device[] = {
	{"device", MMX_BLOCK, "of class device", .title = "device memory", .may = MMX_OR_NONE,
	 .record = &device},
	{0},
};
