// SPDX-License-Identifier: GPL-2.0-or-later
/* Per-CPU memory. */
#include "mm/owners/percpu.h"
#include "records/page/page.h"

struct percpu {
	struct mmx_percpu_page page;
	uint64_t chunk;
};

/* The first chunk was made at boot, and its pages are reserved. */
static bool has_percpu(struct mmx_rows *r)
{
	enum mmx_class class = mmx_page_of(r)->verdict.class;

	return class == CLASS_PERCPU || class == CLASS_RESERVED;
}

static const void *next_percpu(struct mmx_rows *r)
{
	struct percpu *percpu = r->state;

	if (r->nth || !mmx_percpu_page(mmx_know_percpu(r->view), r->view, mmx_page_of(r)->walk.pfn,
				       &percpu->page))
		return NULL;
	percpu->chunk = percpu->page.chunk->addr;
	return percpu;
}

static const struct mmx_field fields[] = {
	{"cpu", MMX_COUNT, "whose unit it is in", AT(struct percpu, page.cpu)},
	{"chunk", MMX_ADDR, "its struct pcpu_chunk", AT(struct percpu, chunk)},
	{"address", MMX_ADDR, "where the kernel has it", AT(struct percpu, page.addr)},
	{0},
};

static const struct mmx_record percpu = {
	.name = "percpu",
	.doc = "its place in per-CPU memory",
	.fields = fields,
	.state_size = sizeof(struct percpu),
	.has = has_percpu,
	.next = next_percpu,
};

const struct mmx_field mmx_page_fields_percpu[] = {
	{"percpu", MMX_BLOCK, "of class percpu, and of reserved memory that is",
	 .title = "per-CPU memory", .may = MMX_OR_NONE, .record = &percpu},
	{0},
};
