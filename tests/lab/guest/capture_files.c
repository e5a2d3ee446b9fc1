// SPDX-License-Identifier: GPL-2.0-or-later
/* What page caches hold of the workload's files, as the kernel tells anyone who asks. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lab.h"

#define TEXT_BYTES (256UL << 10)
#define MOST_PAGES 4096
#define EXTENTS    64

/* What headers of 6.1 lack. */
#define SYSCALL_CACHESTAT 451

struct cachestat_range {
	uint64_t off, len;
};

struct cachestat {
	uint64_t cache, dirty, writeback, evicted, recently_evicted;
};

static char text[TEXT_BYTES];
static size_t text_len;

static void add(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void add(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text_len += vsnprintf(text + text_len, sizeof(text) - text_len, format, args);
	va_end(args);
	if (text_len >= sizeof(text))
		text_len = sizeof(text) - 1;
}

/* "cached" and the indices of pages in memory, as ranges. */
static void add_cached(int fd, size_t pages)
{
	static unsigned char in_core[MOST_PAGES];
	size_t from = 0;
	void *area;

	if (!pages || pages > MOST_PAGES)
		return;
	area = mmap(NULL, pages * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	if (area == MAP_FAILED)
		return;
	memset(in_core, 0, pages);
	if (!mincore(area, pages * PAGE, in_core)) {
		add(" cached");
		for (size_t i = 0; i < pages; i++) {
			if (i && !((in_core[i] ^ in_core[i - 1]) & 1))
				continue;
			if (i && in_core[i - 1] & 1)
				add(" %zu-%zu", from, i - 1);
			from = i;
		}
		if (in_core[pages - 1] & 1)
			add(" %zu-%zu", from, pages - 1);
	}
	munmap(area, pages * PAGE);
}

static void add_counts(int fd)
{
	struct cachestat_range all = {0};
	struct cachestat counts;

	if (!syscall(SYSCALL_CACHESTAT, fd, &all, &counts, 0))
		add(" counts %lu %lu %lu %lu", counts.cache, counts.dirty, counts.writeback,
		    counts.evicted);
}

/* Of each extent the page, the byte of the disk, the length, and the kernel's flags. Nothing is written for it. */
static void add_extents(int fd)
{
	static struct {
		struct fiemap map;
		struct fiemap_extent extent[EXTENTS];
	} told;

	memset(&told, 0, sizeof(told));
	told.map.fm_length = ~0UL;
	told.map.fm_extent_count = EXTENTS;
	if (ioctl(fd, FS_IOC_FIEMAP, &told.map))
		return;
	add(" extents");
	for (unsigned int i = 0; i < told.map.fm_mapped_extents; i++)
		add(" %llu:%llu+%llu:%x", told.extent[i].fe_logical, told.extent[i].fe_physical,
		    told.extent[i].fe_length, told.extent[i].fe_flags);
}

static void add_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode)) {
		add("%s inode %lu size %lu", path, st.st_ino, st.st_size);
		add_cached(fd, (st.st_size + PAGE - 1) / PAGE);
		add_counts(fd);
		add_extents(fd);
		add("\n");
	}
	close(fd);
}

/**
 * capture_cached - the file "cached": a line a path that the situations name and init can open
 * @situations: their lines
 */
void capture_cached(const char *situations)
{
	static const char key[] = "\"path\":\"";
	char path[512];

	text_len = 0;
	for (const char *at = situations; (at = strstr(at, key));) {
		at += strlen(key);
		snprintf(path, sizeof(path), "%.*s", (int)strcspn(at, "\""), at);
		if (strncmp(path, "/huge/", 6))
			add_file(path);
	}
	capture_add("cached", text, text_len);
}
