// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel keeps for devices: pools, reserves, queues of virtio, requests of block devices. */
#include "holdings.h"
#include "mm/owners/blk_mq.h"
#include "mm/owners/coherent.h"
#include "mm/owners/dma.h"
#include "mm/owners/virtio.h"

static void make_list(struct fake_memory *m, uint64_t head, uint64_t node)
{
	uint64_t *h = fake_at(m, head), *n = fake_at(m, node);

	h[0] = h[1] = node;
	n[0] = n[1] = head;
}

static uint64_t put_list(struct fake_memory *m)
{
	uint64_t head = fake_next(m);

	return fake_put(m, (uint64_t[]){head, head}, 16);
}

/*
 * Pools and reserves.
 */

struct fake_chunk {
	uint64_t next, prev, phys, start, end;
};

static struct fake_memory *new_pool(uint64_t *chunk)
{
	struct fake_memory *m = new_memory();
	uint64_t pool = put_list(m);

	has(m, M_gen_pool_chunks, 0, 16);
	has(m, M_gen_pool_chunk_next_chunk, 0, 16);
	has(m, M_gen_pool_chunk_phys_addr, 16, 8);
	has(m, M_gen_pool_chunk_start_addr, 24, 8);
	has(m, M_gen_pool_chunk_end_addr, 32, 8);
	*chunk = fake_put(m, &(struct fake_chunk){0, 0, 100 << 12, 0x10000, 0x10000 + 5 * 4096 - 1},
			  sizeof(struct fake_chunk));
	make_list(m, pool, *chunk);
	put_symbol(m, "atomic_pool_dma", pool);
	return m;
}

static void a_pool_has_what_its_chunks_have(void)
{
	struct mmx_dma_memory found = {0}, wild = {0};
	struct mmx_err err;
	uint64_t chunk;
	struct fake_memory *m = new_pool(&chunk);

	CHECK(!mmx_dma_memory_find(&found, m->view, &err) && mmx_cover_whole(&found.coverage), "%s",
	      found.coverage.first.text);
	CHECK(holds(&found.held, 100, 5), "frames");
	((struct fake_chunk *)fake_at(m, chunk))->end = 0;
	CHECK(!mmx_dma_memory_find(&wild, m->view, &err) && wild.coverage.broken,
	      "a chunk that ends before it begins");
	mmx_dma_memory_free(&found);
	mmx_dma_memory_free(&wild);
	fake_memory_free(m);
}

struct fake_reserve {
	int32_t min, now;
	uint64_t elements, order, alloc, free;
};

/* A reserve of two blocks of order 2 in the kernel's data, in frames 200 and 210; and words that are like it. */
static void reserves_are_found_by_their_functions(void)
{
	struct mmx_dma_memory found = {0}, wild = {0};
	struct fake_memory *m = new_memory();
	struct fake_reserve *reserve;
	uint64_t array[2] = {page(200), page(210)}, start, at;
	struct mmx_err err;

	has(m, M_mempool_min_nr, 0, 4);
	has(m, M_mempool_curr_nr, 4, 4);
	has(m, M_mempool_elements, 8, 8);
	has(m, M_mempool_pool_data, 16, 8);
	has(m, M_mempool_alloc, 24, 8);
	has(m, M_mempool_free, 32, 8);
	fake_symbol(m, "mempool_alloc_pages", 0xffffffff81000010ULL);
	fake_symbol(m, "mempool_free_pages", 0xffffffff81000020ULL);
	array[0] = fake_put(m, array, sizeof(array));
	*(uint64_t *)fake_at(m, array[0]) = page(200);
	start = fake_next(m);
	fake_put(m, (uint64_t[]){0xffffffff81000010ULL, 0}, 16);
	m->used += 4096 - 40;
	at = fake_put(m,
		      &(struct fake_reserve){2, 2, array[0], 2, 0xffffffff81000010ULL,
					     0xffffffff81000020ULL},
		      sizeof(struct fake_reserve));
	reserve = fake_at(m, at);
	fake_symbol(m, "_sdata", start);
	fake_symbol(m, "_edata", fake_next(m));
	CHECK(!mmx_dma_memory_find(&found, m->view, &err) && mmx_cover_whole(&found.coverage), "%s",
	      found.coverage.first.text);
	CHECK(holds(&found.held, 200, 4) && holds(&found.held, 210, 4), "blocks");
	reserve->now = 3;
	CHECK(!mmx_dma_memory_find(&wild, m->view, &err) && wild.coverage.broken,
	      "more than there are");
	mmx_dma_memory_free(&found);
	mmx_dma_memory_free(&wild);
	fake_memory_free(m);
}

/*
 * The driver core: a set of buses or classes, each with its devices.
 */

/* Puts the private part of a bus or class with one device, which lies in @device. */
static void put_core(struct fake_memory *m, const char *set, uint64_t bus, uint64_t device)
{
	uint64_t kset = put_list(m), private, node;

	has(m, M_kset_list, 0, 16);
	has(m, M_subsys_private_entry, 0, 16);
	has(m, M_subsys_private_devices, 16, 16);
	has(m, M_subsys_private_bus, 32, 8);
	has(m, M_subsys_private_class, 32, 8);
	has(m, M_device_private_bus_node, 0, 16);
	has(m, M_device_private_class_node, 0, 16);
	has(m, M_device_private_device, 16, 8);
	private = fake_put(m, (uint64_t[5]){0, 0, 0, 0, bus}, 40);
	node = fake_put(m, (uint64_t[3]){0, 0, device}, 24);
	make_list(m, kset, private);
	make_list(m, private + 16, node);
	put_symbol(m, set, kset);
}

struct fake_queue {
	uint64_t next, prev, name;
	bool packed;
	uint32_t num;
	uint64_t desc, bytes, state;
};

static void a_virtqueue_has_its_ring_and_buffers(void)
{
	struct mmx_virtqueues found = {0}, wild = {0};
	struct fake_memory *m = new_memory();
	uint64_t bus = fake_put(m, "the bus", 8), device, queue, state[4] = {memory(310), 0, 0, 0};
	struct fake_queue fake = {.num = 2, .desc = memory(300), .bytes = 2 * 4096};
	struct mmx_err err;

	has(m, M_virtio_device_dev, 0, 8);
	has(m, M_virtio_device_vqs, 8, 16);
	has(m, M_virtqueue_list, 0, 16);
	has(m, M_virtqueue_name, 16, 8);
	has(m, M_vring_virtqueue_vq, 0, 24);
	has(m, M_vring_virtqueue_packed_ring, offsetof(struct fake_queue, packed), 1);
	has(m, M_vring_virtqueue_split_num, offsetof(struct fake_queue, num), 4);
	has(m, M_vring_virtqueue_packed_num, offsetof(struct fake_queue, num), 4);
	has(m, M_vring_virtqueue_split_desc, offsetof(struct fake_queue, desc), 8);
	has(m, M_vring_virtqueue_split_bytes, offsetof(struct fake_queue, bytes), 8);
	has(m, M_vring_virtqueue_split_state, offsetof(struct fake_queue, state), 8);
	has(m, M_vring_desc_state_split_data, 0, 8);
	fake_struct(m, S_vring_desc_state_split, 16);
	device = fake_put(m, (uint64_t[3]){0}, 24);
	fake.name = fake_put(m, "input.0", 8);
	fake.state = fake_put(m, state, sizeof(state));
	queue = fake_put(m, &fake, sizeof(fake));
	make_list(m, device + 8, queue);
	put_core(m, "bus_kset", bus, device);
	fake_symbol(m, "virtio_bus", bus);
	CHECK(!mmx_virtqueues_find(&found, m->view, &err) && mmx_cover_whole(&found.coverage), "%s",
	      found.coverage.first.text);
	CHECK(holds(&found.held, 300, 2) && holds(&found.held, 310, 1), "ring and buffer");
	CHECK(strstr(mmx_holder_of(&found.held, 310)->name, "input.0"), "%s",
	      mmx_holder_of(&found.held, 310)->name);
	((struct fake_queue *)fake_at(m, queue))->num = UINT32_MAX;
	CHECK(!mmx_virtqueues_find(&wild, m->view, &err) && wild.coverage.broken,
	      "entries without end");
	mmx_virtqueues_free(&found);
	mmx_virtqueues_free(&wild);
	fake_memory_free(m);
}

/*
 * Devices: a name, pools, and what is given back by itself.
 */

/* A pool with one page of 8 KiB in frame 500, and two things to be given back, of which one is memory, in frame 510. */
static void devices_have_coherent_memory(void)
{
	struct mmx_coherent found = {0}, wild = {0};
	struct fake_memory *m = new_memory();
	uint64_t set = put_list(m), device, pool, one, other, part;
	struct mmx_err err;

	has(m, M_kset_list, 0, 16);
	has(m, M_device_entry, 0, 16);
	has(m, M_device_dma_pools, 16, 16);
	has(m, M_device_devres_head, 32, 16);
	has(m, M_device_kobj_name, 48, 8);
	fake_struct(m, S_dma_pool, 64);
	has(m, M_dma_pool_pools, 0, 16);
	has(m, M_dma_pool_page_list, 16, 16);
	has(m, M_dma_pool_allocation, 32, 8);
	has(m, M_dma_pool_name, 40, 8);
	has(m, M_dma_page_page_list, 0, 16);
	has(m, M_dma_page_vaddr, 16, 8);
	has(m, M_devres_entry, 0, 16);
	has(m, M_devres_release, 16, 8);
	has(m, M_devres_data, 24, 0);
	has(m, M_dma_devres_size, 0, 8);
	has(m, M_dma_devres_vaddr, 8, 8);
	device = fake_put(m, (uint64_t[7]){[6] = fake_put(m, "0000:00:1f", 11)}, 56);
	pool = fake_put(m, (uint64_t[6]){[4] = 8192, [5] = 0x6462}, 48);
	part = fake_put(m, (uint64_t[3]){0, 0, memory(500)}, 24);
	one = fake_put(m, (uint64_t[5]){0, 0, 0x1111, 4096, memory(510)}, 40);
	other = fake_put(m, (uint64_t[5]){0, 0, 0x2222, 4096, memory(520)}, 40);
	make_list(m, set, device);
	make_list(m, device + 16, pool);
	make_list(m, pool + 16, part);
	make_list(m, device + 32, one);
	((uint64_t *)fake_at(m, one))[0] = ((uint64_t *)fake_at(m, device + 32))[1] = other;
	((uint64_t *)fake_at(m, other))[0] = device + 32;
	((uint64_t *)fake_at(m, other))[1] = one;
	put_symbol(m, "devices_kset", set);
	fake_symbol(m, "dmam_release", 0x1111);
	CHECK(!mmx_coherent_find(&found, m->view, &err) && mmx_cover_whole(&found.coverage), "%s",
	      found.coverage.first.text);
	CHECK(holds(&found.held, 500, 2) && holds(&found.held, 510, 1), "memory");
	CHECK(!mmx_holder_of(&found.held, 520), "what something else gives back");
	CHECK(!strcmp(mmx_holder_of(&found.held, 500)->name, "0000:00:1f bd"), "%s",
	      mmx_holder_of(&found.held, 500)->name);
	((uint64_t *)fake_at(m, pool))[4] = UINT64_MAX;
	CHECK(!mmx_coherent_find(&wild, m->view, &err) && wild.coverage.broken,
	      "a pool without end");
	mmx_coherent_free(&found);
	mmx_coherent_free(&wild);
	fake_memory_free(m);
}

struct fake_struct_page {
	uint64_t lru[2], private;
};

/* Struct pages are memory of their own here: the first is of frame 0, and each of 24 bytes. */
static void requests_lie_in_pages_on_a_list(void)
{
	struct mmx_blk_requests found = {0}, wild = {0};
	struct fake_memory *m = new_memory();
	uint64_t class = fake_put(m, "a class", 8), device, disk, queue, set, tags, pages;
	struct mmx_err err;

	has(m, M_block_device_bd_device, 0, 8);
	has(m, M_block_device_bd_disk, 0, 8);
	has(m, M_gendisk_queue, 0, 8);
	has(m, M_gendisk_disk_name, 8, 32);
	has(m, M_request_queue_tag_set, 0, 8);
	has(m, M_blk_mq_tag_set_tags, 0, 8);
	has(m, M_blk_mq_tag_set_nr_hw_queues, 8, 4);
	has(m, M_blk_mq_tags_page_list, 0, 16);
	has(m, M_page_lru, 0, 16);
	has(m, M_page_private, 16, 8);
	m->used = (m->used + 23) / 24 * 24;
	pages = fake_put(m, (struct fake_struct_page[8]){{{0}, 0}},
			 8 * sizeof(struct fake_struct_page));
	m->mem.vmemmap.base = pages;
	m->mem.vmemmap.page_size = sizeof(struct fake_struct_page);
	((struct fake_struct_page *)fake_at(m, pages))[5].private = 4;
	tags = put_list(m);
	make_list(m, tags, pages + 5 * sizeof(struct fake_struct_page));
	set = fake_put(m, (uint64_t[]){fake_put(m, &tags, 8), 1}, 16);
	queue = fake_put(m, &set, 8);
	disk = fake_put(m, (uint64_t[5]){queue, 0x617364}, 40);
	device = fake_put(m, &disk, 8);
	put_core(m, "class_kset", class, device);
	fake_symbol(m, "block_class", class);
	CHECK(!mmx_blk_requests_find(&found, m->view, &err) && mmx_cover_whole(&found.coverage),
	      "%s", found.coverage.first.text);
	CHECK(holds(&found.held, 5, 16), "frames");
	CHECK(!strcmp(mmx_holder_of(&found.held, 5)->name, "dsa"), "%s",
	      mmx_holder_of(&found.held, 5)->name);
	((struct fake_struct_page *)fake_at(m, pages))[5].private = 64;
	CHECK(!mmx_blk_requests_find(&wild, m->view, &err) && wild.coverage.broken, "a wild order");
	mmx_blk_requests_free(&found);
	mmx_blk_requests_free(&wild);
	fake_memory_free(m);
}

int main(void)
{
	RUN(a_pool_has_what_its_chunks_have);
	RUN(reserves_are_found_by_their_functions);
	RUN(a_virtqueue_has_its_ring_and_buffers);
	RUN(devices_have_coherent_memory);
	RUN(requests_lie_in_pages_on_a_list);
	return unit_end();
}
