// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "mm/owners/stackdepot.h"

#define RECORD_SHIFT 4 /* a handle counts a pool's bytes in units of 16 */

struct record {
	uint32_t size, handle;
};

static const struct mmx_wanted record_wanted[] = {
	MMX_WANT(struct record, size, stack_record, size),
	MMX_WANT(struct record, handle, stack_record, handle),
};

static const struct mmx_decode record_table = MMX_DECODE("stack_record", record_wanted);

int mmx_stack_pools(struct mmx_view *view, uint64_t *pools, struct mmx_err *err)
{
	const struct mmx_symbols *s = &view->kernel->symbols;
	uint64_t option;

	if (!mmx_symbol_addr(s, "stack_pools", pools) && !mmx_symbol_addr(s, "stack_slabs", pools))
		return mmx_fail(err, MMX_EMISSING,
				"there is neither a symbol stack_pools nor stack_slabs");
	if (mmx_symbol_addr(s, "stack_max_pools", &option) && mmx_kread_u64(view, *pools, pools))
		return mmx_fail(err, MMX_EABSENT, "stack_pools is unreadable");
	return 0;
}

/* The bits of a handle that say where its record is; the others are the users' own. */
static uint32_t place(const struct mmx_layout *l, uint32_t handle, uint64_t *pool, uint64_t *offset)
{
	const struct mmx_member *p = &l->member[M_handle_parts_pool].m;
	const struct mmx_member *o = &l->member[M_handle_parts_offset].m;
	const uint32_t raw = htole32(handle);

	*pool = mmx_get(l, M_handle_parts_pool, &raw);
	*offset = mmx_get(l, M_handle_parts_offset, &raw) << RECORD_SHIFT;
	return (uint32_t)(((1ULL << p->bit_size) - 1) << p->bit_off | ((1ULL << o->bit_size) - 1)
									      << o->bit_off);
}

int mmx_trace_fetch(struct mmx_trace *trace, struct mmx_view *view, uint32_t handle,
		    struct mmx_err *err)
{
	static const enum mmx_layout_member handles[] = {M_handle_parts_pool, M_handle_parts_offset,
							 M_stack_record_entries};
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t pools, pool, offset, base;
	struct record record;
	unsigned char bytes[MMX_TRACE_FRAMES * 8];
	uint32_t mask;

	trace->n = 0;
	if (mmx_layout_require(l, handles, sizeof(handles) / sizeof(*handles), err) ||
	    mmx_decode_require(&record_table, l, err) || mmx_stack_pools(view, &pools, err))
		return -1;
	mask = place(l, handle, &pool, &offset);
	/* The newest name of the field tells that it counts from one. */
	if (!l->member[M_handle_parts_pool].alt && !pool--)
		return mmx_fail(err, MMX_ENOTFOUND, "no stack was kept");
	if (mmx_kread_u64(view, pools + pool * 8, &base) || !base)
		return mmx_fail(err, MMX_ECORRUPT,
				"stack 0x%x is in pool %" PRIu64 ", which is not there", handle,
				pool);
	if (mmx_decode_into(&record_table, view, base + offset, &record))
		return mmx_fail(err, MMX_EABSENT,
				"the record of stack 0x%x, at 0x%" PRIx64 ", cannot be read",
				handle, base + offset);
	if ((record.handle ^ handle) & mask || !record.size || record.size > MMX_TRACE_FRAMES)
		return mmx_fail(err, MMX_ECORRUPT,
				"what should be stack 0x%x, at 0x%" PRIx64
				", calls itself 0x%x with %u entries",
				handle, base + offset, record.handle, record.size);
	if (mmx_kread_ok(view, base + offset + mmx_off(l, M_stack_record_entries), bytes,
			 record.size * 8u, "a stack's entries", err))
		return -1;
	trace->n = record.size;
	for (unsigned int i = 0; i < record.size; i++)
		trace->entry[i] = mmx_le64(bytes + i * 8u);
	return 0;
}

/* What the page allocator itself is called through. */
static bool is_allocator(const char *name)
{
	static const char *const prefixes[] = {
		"alloc_",         "allocate_slab",  "new_slab",
		"get_page_from",  "prep_new_page",  "post_alloc",
		"kmalloc",        "kmem_cache",     "slab_alloc",
		"folio_alloc",    "get_free_pages", "get_zeroed_page",
		"set_page_owner", "vmalloc",        "vzalloc",
		"kvmalloc",       "kcalloc",        "get_from_any_partial",
		"register_",      "slab_pre",       "pgalloc",
		"pte_alloc_one",
	};

	name += strspn(name, "_");
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	}
	return false;
}

int mmx_trace_line(char *text, size_t size, struct mmx_view *view, uint32_t handle,
		   struct mmx_err *err)
{
	struct mmx_trace trace;
	size_t n = 0;

	*text = 0;
	if (mmx_trace_fetch(&trace, view, handle, err))
		return -1;
	for (unsigned int i = 0; i < trace.n && n + 1 < size; i++) {
		char name[160];

		mmx_symbol_format(&view->kernel->symbols, trace.entry[i], name, sizeof(name));
		name[strcspn(name, "+")] = 0;
		if (!n && is_allocator(name) && i + 1 < trace.n)
			continue;
		n += snprintf(text + n, size - n, "%s%s", n ? " < " : "", name);
	}
	return 0;
}
