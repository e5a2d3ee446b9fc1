// SPDX-License-Identifier: GPL-2.0-or-later
/* Entries of zram's table: the size below the first flag, wherever a release has that, and the flags by their names. */
#include <inttypes.h>
#include <stdlib.h>

#include "../fake_memory.h"
#include "mm/compressed/zram.h"
#include "unit.h"

#define FIRST 13 /* the first flag: PAGE_SHIFT + 1 */

struct zram {
	uint64_t table, pool, disksize, disk;
	char compressor[16];
	uint64_t comp_algs[4];
};

struct entry {
	uint64_t handle, flags;
};

static struct fake_memory *m;
static struct mmx_zram zram;

/* Which bit a release has its flags at; 0: it has none of that name. */
struct release {
	unsigned int lock, same, written, huge, priority;
};

static const struct release up_to_6_1 = {FIRST, FIRST + 1, FIRST + 2, FIRST + 4, 0},
			    from_6_2 = {FIRST, FIRST + 1, FIRST + 2, FIRST + 4, FIRST + 7},
			    from_6_14 = {0, FIRST, FIRST + 1, FIRST + 3, FIRST + 6},
			    from_6_19 = {0, FIRST, FIRST + 2, FIRST + 4, FIRST + 7};

static void flag(enum mmx_layout_enumerator id, unsigned int bit)
{
	if (bit)
		fake_enum(m, id, bit);
}

static uint64_t put_disk(const struct zram *of)
{
	uint64_t at = fake_put(m, of, sizeof(*of)), disk = fake_put(m, &at, 8);

	((struct zram *)fake_at(m, at))->disk = disk;
	return disk;
}

static void setup(const struct release *r, const struct entry *entries, size_t n, bool several)
{
	struct zram raw = {.disksize = n << 12, .pool = 0x77, .compressor = "lzo-rle"};
	struct mmx_err err = {0};
	int ret;

	m = fake_memory_new(1 << 16);
	fake_no_types(m);
	FAKE_MEMBER(m, M_zram_table, zram, table);
	FAKE_MEMBER(m, M_zram_mem_pool, zram, pool);
	FAKE_MEMBER(m, M_zram_disksize, zram, disksize);
	FAKE_MEMBER(m, M_zram_disk, zram, disk);
	fake_member(m, M_gendisk_private_data, 0, 8, 0);
	if (several)
		fake_member(m, M_zram_comp_algs, offsetof(struct zram, comp_algs), 32, 4);
	else
		FAKE_MEMBER(m, M_zram_compressor, zram, compressor);
	fake_struct(m, S_zram_table_entry, sizeof(struct entry));
	FAKE_MEMBER(m, M_zram_table_entry_handle, entry, handle);
	FAKE_MEMBER(m, M_zram_table_entry_flags, entry, flags);
	flag(E_ZRAM_LOCK, r->lock);
	flag(E_ZRAM_SAME, r->same);
	flag(E_ZRAM_WB, r->written);
	flag(E_ZRAM_HUGE, r->huge);
	flag(E_ZRAM_COMP_PRIORITY_BIT1, r->priority);
	raw.comp_algs[0] = fake_put(m, "lz4", 4);
	raw.comp_algs[2] = fake_put(m, "zstd", 5);
	raw.table = fake_put(m, entries, n * sizeof(*entries));
	ret = mmx_zram_find(&zram, m->view, put_disk(&raw), "zram0", &err);
	CHECK(ret == 1 && zram.pages == n && zram.pool == 0x77, "%d: %s", ret, err.text);
}

static struct mmx_zram_page page_of(const struct release *r, uint64_t flags)
{
	const struct entry entries[] = {{0, 0}, {0x1234, flags}};
	struct mmx_zram_page page;
	struct mmx_err err;

	setup(r, entries, 2, r->priority);
	CHECK(!mmx_zram_page(&page, &zram, m->view, 1, &err), "%s", err.text);
	CHECK(page.handle == 0x1234, "0x%" PRIx64, page.handle);
	fake_memory_free(m);
	return page;
}

#define SEEN "%u bytes, flags 0x%x, algorithm %u", p.size, p.flags, p.algorithm

static void sizes_are_below_the_first_flag(void)
{
	static const struct release *const releases[] = {&up_to_6_1, &from_6_2, &from_6_14,
							 &from_6_19};

	for (size_t i = 0; i < sizeof(releases) / sizeof(*releases); i++) {
		const struct release *r = releases[i];
		struct mmx_zram_page p = page_of(r, 0xabc);

		CHECK(p.size == 0xabc && !p.flags, SEEN);
		p = page_of(r, 0x1000 | 1u << r->huge);
		CHECK(p.size == 4096 && p.flags == MMX_ZRAM_HUGE, SEEN);
		p = page_of(r, 1u << r->same);
		CHECK(!p.size && p.flags == MMX_ZRAM_SAME, SEEN);
		p = page_of(r, 1u << r->written | 1u << r->huge);
		CHECK(p.flags == (MMX_ZRAM_WRITTEN | MMX_ZRAM_HUGE), SEEN);
	}
	/* Whoever looks at a page holds its lock, which is no part of the size. */
	CHECK(page_of(&up_to_6_1, 1u << FIRST | 0x20).size == 0x20, "locked, 6.1");
	CHECK(page_of(&from_6_19, 1u << (FIRST + 1) | 0x20).size == 0x20, "locked, 6.19");
}

static void algorithms(void)
{
	const struct entry none[] = {{0, 0}};
	struct mmx_zram_page p = page_of(&from_6_2, 0x20 | 2u << from_6_2.priority);

	CHECK(p.algorithm == 2 && p.size == 0x20, SEEN);
	setup(&from_6_2, none, 1, true);
	CHECK(!strcmp(zram.algorithm[0], "lz4") && !*zram.algorithm[1] &&
		      !strcmp(zram.algorithm[2], "zstd"),
	      "%s, %s, %s", zram.algorithm[0], zram.algorithm[1], zram.algorithm[2]);
	fake_memory_free(m);
	setup(&up_to_6_1, none, 1, false);
	CHECK(!strcmp(zram.algorithm[0], "lzo-rle"), "%s", zram.algorithm[0]);
	fake_memory_free(m);
}

static void what_is_no_page_of_it(void)
{
	const struct entry none[] = {{0, 0}};
	struct mmx_zram_page page;
	struct mmx_err err;
	uint64_t disk;

	setup(&from_6_2, none, 1, true);
	CHECK(mmx_zram_page(&page, &zram, m->view, 1, &err) && err.code == MMX_ECORRUPT, "%s",
	      err.text);
	disk = ((struct zram *)fake_at(m, zram.addr))->disk;
	CHECK(!mmx_zram_find(&zram, m->view, disk, "vda", &err), "no zram");
	fake_memory_free(m);
}

static void another_disks(void)
{
	const struct entry none[] = {{0, 0}};
	struct mmx_err err;
	uint64_t disk;

	setup(&from_6_2, none, 1, true);
	disk = ((struct zram *)fake_at(m, zram.addr))->disk;
	((struct zram *)fake_at(m, zram.addr))->disk += 8;
	CHECK(mmx_zram_find(&zram, m->view, disk, "zram0", &err) == -1 && err.code == MMX_ECORRUPT,
	      "%s", err.text);
	fake_memory_free(m);
}

int main(void)
{
	RUN(sizes_are_below_the_first_flag);
	RUN(algorithms);
	RUN(what_is_no_page_of_it);
	RUN(another_disks);
	return unit_end();
}
