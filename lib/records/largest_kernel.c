// SPDX-License-Identifier: GPL-2.0-or-later
/* The largest owners of the kernel's own memory: pools, sockets, buffers, rings, and code that allocates. */
#include "mm/mem.h"
#include "mm/owners/alloc_tags.h"
#include "mm/owners/bpf_maps.h"
#include "mm/owners/pagepool.h"
#include "mm/processes/task.h"
#include "records/alloc_tags.h"
#include "records/census.h"

static const struct mmx_largest *largest_of(const struct mmx_rows *r)
{
	return mmx_census_of(r)->largest;
}

static bool has_largest(struct mmx_rows *r)
{
	return largest_of(r);
}

/* The rows of an array, as many as are asked for. */
#define NEXT_OF(r, rows) \
	((r)->nth < (rows)->n && (r)->nth < mmx_census_of(r)->top ? &(rows)->v[(r)->nth] : NULL)

static void in_bytes(struct mmx_rows *r, struct mmx_value *v, uint64_t frames)
{
	v->word = frames << r->view->kernel->arch->page_shift;
}

/*
 * Page pools.
 */

struct pool {
	uint64_t frames;
	struct mmx_page_pool pool;
};

static const void *next_pool(struct mmx_rows *r)
{
	const struct mmx_keyed_row *row = NEXT_OF(r, &largest_of(r)->by[MMX_BY_POOL]);
	struct pool *pool = r->state;

	if (!row)
		return NULL;
	*pool = (struct pool){.frames = row->total, .pool.addr = row->key};
	mmx_page_pool_read(&pool->pool, r->view);
	return pool;
}

static void pool_bytes(struct mmx_rows *r, struct mmx_value *v)
{
	in_bytes(r, v, ((const struct pool *)r->row)->frames);
}

static const struct mmx_field pool_fields[] = {
	{"frames", MMX_COUNT, "how many", .width = 10, AT(struct pool, frames)},
	{"bytes", MMX_BYTES, "the same in bytes", .width = 9, .get = pool_bytes},
	{"address", MMX_ADDR, "its page_pool", AT(struct pool, pool.addr)},
	{"interface", MMX_TEXT, "the network interface", .width = 10, .zero = MMX_OR_NULL,
	 AT(struct pool, pool.netdev)},
	{"device", MMX_TEXT, "the name of its device", .zero = MMX_OR_NULL,
	 AT(struct pool, pool.device)},
	{0},
};

const struct mmx_record mmx_record_largest_pools = {
	.name = "page_pool",
	.doc = "a network driver's page pool",
	.fields = pool_fields,
	.state_size = sizeof(struct pool),
	.has = has_largest,
	.next = next_pool,
};

/*
 * Sockets.
 */

static const void *next_socket(struct mmx_rows *r)
{
	return NEXT_OF(r, &largest_of(r)->holders.sockets);
}

static void socket_bytes(struct mmx_rows *r, struct mmx_value *v)
{
	in_bytes(r, v, ((const struct mmx_socket_total *)r->row)->frames);
}

static void socket_pid(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_socket_total *total = r->row;

	if (total->task)
		v->word = (uint64_t)total->task->tgid;
	else
		mmx_value_null(v);
}

static void socket_comm(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_socket_total *total = r->row;

	if (total->task)
		v->text = total->task->comm;
	else
		mmx_value_null(v);
}

static const struct mmx_field socket_fields[] = {
	{"frames", MMX_COUNT, "that their queues and rings hold", .width = 10,
	 AT(struct mmx_socket_total, frames)},
	{"bytes", MMX_BYTES, "the same in bytes", .width = 9, .get = socket_bytes},
	{"sockets", MMX_COUNT, "how many have some", .width = 7,
	 AT(struct mmx_socket_total, sockets)},
	{"protocol", MMX_TEXT,
	 "theirs; null: pages that tasks and CPUs have for what is sent or received next",
	 .width = 8, .zero = MMX_OR_NULL, AT(struct mmx_socket_total, protocol)},
	{"pid", MMX_COUNT, "of one who has them open; null: nobody has, or in no file", .width = 7,
	 .may = MMX_OR_NULL, .get = socket_pid},
	{"comm", MMX_TEXT, "that one's name", .may = MMX_OR_NULL | MMX_OR_EMPTY,
	 .get = socket_comm},
	{0},
};

const struct mmx_record mmx_record_largest_sockets = {
	.name = "sockets",
	.doc = "sockets of a protocol that a process has open, by the pages that they hold; objects of slabs are not among them",
	.fields = socket_fields,
	.has = has_largest,
	.next = next_socket,
};

/*
 * DMA buffers, and whatever else holds pages.
 */

static const struct mmx_holder_total *held(const struct mmx_rows *r)
{
	return r->row;
}

static const void *next_dma_buf(struct mmx_rows *r)
{
	return NEXT_OF(r, &largest_of(r)->holders.dma_bufs);
}

static const void *next_holder(struct mmx_rows *r)
{
	return NEXT_OF(r, &largest_of(r)->holders.others);
}

static void holder_bytes(struct mmx_rows *r, struct mmx_value *v)
{
	in_bytes(r, v, held(r)->frames);
}

static void holder_class(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mmx_class_name(mmx_owner_kinds[held(r)->kind]->class);
}

static void holder_what(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = held(r)->holder->what;
}

static void holder_address(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = held(r)->holder->addr;
}

static void holder_name(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = held(r)->holder->name;
	if (!*v->text)
		mmx_value_null(v);
}

static const struct mmx_task *opener(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_holder *holder = held(r)->holder;

	if (holder->open)
		return &mmx_know_tasks(r->view)->v[holder->task];
	mmx_value_null(v);
	return NULL;
}

static void holder_pid(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_task *task = opener(r, v);

	if (task)
		v->word = (uint64_t)task->tgid;
}

#define HOLDER_FIELDS                                                                             \
	{"frames", MMX_COUNT, "that it holds", .width = 10, AT(struct mmx_holder_total, frames)}, \
	{                                                                                         \
		"bytes", MMX_BYTES, "the same in bytes", .width = 9, .get = holder_bytes          \
	}

static const struct mmx_field dma_buf_fields[] = {
	HOLDER_FIELDS,
	{"address", MMX_ADDR, "its dma_buf", .get = holder_address},
	{"name", MMX_TEXT, "who exports it, and the name that it was given", .may = MMX_OR_NULL,
	 .get = holder_name},
	{0},
};

const struct mmx_record mmx_record_largest_dma_bufs = {
	.name = "dma_buffer",
	.doc = "a buffer that devices share",
	.fields = dma_buf_fields,
	.has = has_largest,
	.next = next_dma_buf,
};

static const struct mmx_field holder_fields[] = {
	HOLDER_FIELDS,
	{"class", MMX_TEXT, "the class of the pages", .width = 13, .get = holder_class},
	{"address", MMX_ADDR, "the structure or variable", .get = holder_address},
	{"pid", MMX_COUNT, "of one who has it open", .width = 7, .may = MMX_OR_NULL,
	 .get = holder_pid},
	{"what", MMX_TEXT, "what the pages are to it", .width = 30, .get = holder_what},
	{"name", MMX_TEXT, "what people know it by", .may = MMX_OR_NULL, .get = holder_name},
	{0},
};

const struct mmx_record mmx_record_largest_holders = {
	.name = "holder",
	.doc = "another structure of the kernel, by the pages that it holds",
	.fields = holder_fields,
	.has = has_largest,
	.next = next_holder,
};

/*
 * Code.
 */

static const struct mmx_alloc_tag *tag_of(const struct mmx_rows *r)
{
	return *(const struct mmx_alloc_tag *const *)r->row;
}

static const void *next_tag(struct mmx_rows *r)
{
	return NEXT_OF(r, &largest_of(r)->tags);
}

static void tag_bytes(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = (uint64_t)tag_of(r)->bytes;
}

static void tag_calls(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = tag_of(r)->calls;
}

static void tag_site(struct mmx_rows *r, struct mmx_value *v)
{
	mmx_value_site(r, v, tag_of(r));
}

static const struct mmx_field tag_fields[] = {
	{"bytes", MMX_BYTES, "allocated there and not freed", .width = 9, .get = tag_bytes},
	{"calls", MMX_COUNT, "how often, as the kernel counts it", .width = 10, .get = tag_calls},
	{"site", MMX_TEXT, "the line of code, as /proc/allocinfo has it",
	 .may = MMX_OR_UNKNOWN | MMX_OR_NULL, .get = tag_site},
	{0},
};

const struct mmx_record mmx_record_largest_tags = {
	.name = "tag",
	.doc = "a line of code by what it has allocated: pages, and objects of slabs, which also count where slabs are allocated",
	.fields = tag_fields,
	.has = has_largest,
	.next = next_tag,
};

/*
 * Maps of BPF.
 */

static const struct mmx_bpf_map *map_of(const struct mmx_rows *r)
{
	return *(const struct mmx_bpf_map *const *)r->row;
}

static const void *next_map(struct mmx_rows *r)
{
	return NEXT_OF(r, &largest_of(r)->bpf_maps);
}

static void map_frames(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = map_of(r)->frames;
}

static void map_bytes(struct mmx_rows *r, struct mmx_value *v)
{
	in_bytes(r, v, map_of(r)->frames);
}

static void map_id(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = map_of(r)->id;
}

static void map_type(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mmx_bpf_map_type(map_of(r)->type);
	if (!v->text)
		mmx_value_null(v);
}

static void map_address(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = map_of(r)->addr;
}

static void map_name(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = map_of(r)->name;
}

static const struct mmx_field map_fields[] = {
	{"frames", MMX_COUNT, "of its vmalloc areas and its ring", .width = 10, .get = map_frames},
	{"bytes", MMX_BYTES, "the same in bytes", .width = 9, .get = map_bytes},
	{"id", MMX_COUNT, "its number", .width = 6, .get = map_id},
	{"type", MMX_TEXT, "as bpftool calls it; null for one that is not known", .width = 16,
	 .may = MMX_OR_NULL, .get = map_type},
	{"address", MMX_ADDR, "its bpf_map", .get = map_address},
	{"name", MMX_TEXT, "as it was made", .may = MMX_OR_EMPTY, .get = map_name},
	{0},
};

const struct mmx_record mmx_record_largest_bpf_maps = {
	.name = "bpf_map",
	.doc = "a map of BPF by its vmalloc areas; what it allocates piece by piece is not among that",
	.fields = map_fields,
	.has = has_largest,
	.next = next_map,
};
