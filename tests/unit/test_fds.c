// SPDX-License-Identifier: GPL-2.0-or-later
/* Open files: tables of many sizes, with gaps, and what of one cannot be read. */
#include <inttypes.h>
#include <stddef.h>

#include "../fake_memory.h"
#include "mm/processes/fds.h"
#include "unit.h"

#define MEMORY (1u << 16)
#define SLOTS  (3 * MMX_FDS_CHUNK)
#define WILD   0x4141414141414141ULL

struct fdt {
	uint32_t max_fds;
	uint64_t fd;
};

static struct fake_memory *m;
static struct mmx_fds walk;
static uint64_t files, fdt;

static struct fdt *table(void)
{
	return fake_at(m, fdt);
}

/* A table at the end of memory, whose every slot is empty. */
static void setup(uint32_t max_fds)
{
	m = fake_memory_new(MEMORY);
	fake_no_types(m);
	fake_member(m, M_files_struct_fdt, 8, 8, 0);
	fake_member(m, M_fdtable_max_fds, offsetof(struct fdt, max_fds), 4, 0);
	fake_member(m, M_fdtable_fd, offsetof(struct fdt, fd), 8, 0);
	fdt = fake_put(m, &(struct fdt){max_fds, FAKE_VA + MEMORY - 8 * SLOTS}, sizeof(struct fdt));
	files = fake_put(m, (uint64_t[2]){0, fdt}, 16);
}

static void teardown(void)
{
	fake_memory_free(m);
}

static void open_at(uint32_t fd)
{
	((uint64_t *)fake_at(m, FAKE_VA + MEMORY - 8 * SLOTS))[fd] = 0x1000 + fd;
}

/* The descriptors found, as text. */
static const char *found(void)
{
	static char text[256];
	size_t n = 0;

	text[0] = 0;
	mmx_fds_begin(&walk, m->view, files);
	while (mmx_fds_next(&walk) && n < sizeof(text)) {
		n += snprintf(text + n, sizeof(text) - n, "%s%u", n ? " " : "", walk.fd);
		CHECK(walk.file == 0x1000 + walk.fd, "%u: 0x%" PRIx64, walk.fd, walk.file);
	}
	CHECK(!mmx_fds_next(&walk), "the end is no end");
	return text;
}

static void gaps_are_passed_over(void)
{
	static const uint32_t fds[] = {0, 2, 511, 512, 1023, 1535};

	setup(SLOTS);
	CHECK(!*found() && mmx_cover_whole(&walk.coverage), "%s", found());
	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++)
		open_at(fds[i]);
	CHECK(!strcmp(found(), "0 2 511 512 1023 1535") && walk.coverage.found == 6, "%s", found());
	CHECK(walk.room == SLOTS && mmx_cover_whole(&walk.coverage), "%u", walk.room);
	/* A slot behind the table's end is none of its own. */
	table()->max_fds = 1023;
	CHECK(!strcmp(found(), "0 2 511 512"), "%s", found());
	table()->max_fds = 0;
	CHECK(!*found() && mmx_cover_whole(&walk.coverage), "%s", found());
	teardown();
}

static void what_cannot_be_read_is_passed_over(void)
{
	setup(SLOTS + 1);
	open_at(1);
	open_at(1535);
	CHECK(!strcmp(found(), "1 1535") && walk.coverage.broken == 1, "the last slot");
	/* The first chunk lies before all memory, which begins with the second. */
	m->used = 0;
	fake_put(m, (uint64_t[8]){[7] = 0x1000 + MMX_FDS_CHUNK + 7}, 64);
	fdt = fake_put(m, &(struct fdt){MMX_FDS_CHUNK + 8, FAKE_VA - 8 * MMX_FDS_CHUNK},
		       sizeof(struct fdt));
	files = fake_put(m, (uint64_t[2]){0, fdt}, 16);
	CHECK(!strcmp(found(), "519") && walk.coverage.broken == 1, "%s", found());
	teardown();
}

static void tables_without_end_are_cut(void)
{
	setup(UINT32_MAX);
	mmx_fds_begin(&walk, m->view, files);
	CHECK(walk.room == MMX_FDS_MAX && walk.coverage.broken == 1, "%u", walk.room);
	CHECK(strstr(walk.coverage.first.text, "have 4294967295 descriptors"), "%s",
	      walk.coverage.first.text);
	teardown();
}

static void wild_ones_say_so(void)
{
	setup(SLOTS);
	*(uint64_t *)fake_at(m, files + 8) = WILD;
	CHECK(!*found() && !walk.room && strstr(walk.coverage.first.text, "fdtable at 0x4141"),
	      "%s", walk.coverage.first.text);
	files = WILD;
	CHECK(!*found() && strstr(walk.coverage.first.text, "files_struct.fdt of 0x4141"), "%s",
	      walk.coverage.first.text);
	teardown();
}

int main(void)
{
	RUN(gaps_are_passed_over);
	RUN(what_cannot_be_read_is_passed_over);
	RUN(tables_without_end_are_cut);
	RUN(wild_ones_say_so);
	return unit_end();
}
