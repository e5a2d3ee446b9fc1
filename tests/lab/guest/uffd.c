// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that userfaultfd protects or poisons, in memory, swapped out, and never touched. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lab.h"

#define AREA      (32 * PAGE)
#define PROTECTED (16 * PAGE)

/* What headers of 6.1 lack. */
#define FEATURE_WP_UNPOPULATED (1 << 13)
#define FEATURE_POISON         (1 << 14)

struct poison {
	struct uffdio_range range;
	__u64 mode;
	__s64 updated;
};

#define IOCTL_POISON _IOWR(UFFDIO, 0x08, struct poison)

static int open_with(unsigned long features)
{
	struct uffdio_api api = {.api = UFFD_API, .features = features};
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	if (fd < 0 || ioctl(fd, UFFDIO_API, &api))
		give_up("userfaultfd: %s", strerror(errno));
	return fd;
}

static void register_area(int fd, void *area, int mode)
{
	struct uffdio_register all = {.range = {(uintptr_t)area, AREA}, .mode = mode};

	if (ioctl(fd, UFFDIO_REGISTER, &all))
		give_up("UFFDIO_REGISTER: %s", strerror(errno));
}

static void protect(int fd, void *from, size_t len)
{
	struct uffdio_writeprotect range = {.range = {(uintptr_t)from, len},
					    .mode = UFFDIO_WRITEPROTECT_MODE_WP};

	if (ioctl(fd, UFFDIO_WRITEPROTECT, &range))
		give_up("UFFDIO_WRITEPROTECT: %s", strerror(errno));
}

/* The first 24 pages are written, the first 16 protected, and of both kinds some leave for swap. */
static void anonymous(void)
{
	char *area = map_anon(AREA);
	int fd = open_with(UFFD_FEATURE_PAGEFAULT_FLAG_WP);

	if (machine_no_swap())
		give_up("%s", machine_no_swap());
	madvise(area, AREA, MADV_DONTFORK);
	fill(area, 24 * PAGE, 1);
	register_area(fd, area, UFFDIO_REGISTER_MODE_WP);
	protect(fd, area, PROTECTED);
	page_out(area + 8 * PAGE, 12 * PAGE);
	made("uffd_wp_swapped", area, AREA,
	     ",\"filled_pages\":24,\"protected_pages\":16,\"out\":8,\"out_pages\":12");
}

/* Where it was protected and nothing stands in the page table, a marker does. */
static void shared(void)
{
	char *area = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int fd = open_with(UFFD_FEATURE_PAGEFAULT_FLAG_WP | UFFD_FEATURE_WP_HUGETLBFS_SHMEM);

	if (machine_no_swap())
		give_up("%s", machine_no_swap());
	fill(area, 24 * PAGE, 1);
	register_area(fd, area, UFFDIO_REGISTER_MODE_WP);
	protect(fd, area, PROTECTED);
	protect(fd, area + 28 * PAGE, 4 * PAGE);
	shmem_out(area + 8 * PAGE, 12 * PAGE);
	made("uffd_wp_shmem", area, AREA,
	     ",\"filled_pages\":24,\"protected_pages\":16,\"out\":8,\"out_pages\":12");
}

static void poisoned(void)
{
	char *area = map_anon(AREA);
	struct poison range = {.range = {(uintptr_t)area + 8 * PAGE, 4 * PAGE}};
	int fd = open_with(FEATURE_POISON);

	fill(area, 8 * PAGE, 1);
	register_area(fd, area, UFFDIO_REGISTER_MODE_MISSING);
	if (ioctl(fd, IOCTL_POISON, &range))
		give_up("UFFDIO_POISON: %s", strerror(errno));
	made("uffd_poison", area, AREA, ",\"poisoned_page\":8,\"poisoned_pages\":4");
}

static void unpopulated(void)
{
	char *area = map_anon(AREA);
	int fd = open_with(UFFD_FEATURE_PAGEFAULT_FLAG_WP | FEATURE_WP_UNPOPULATED);

	fill(area, 4 * PAGE, 1);
	register_area(fd, area, UFFDIO_REGISTER_MODE_WP);
	protect(fd, area, PROTECTED);
	made("uffd_wp_unpopulated", area, AREA, ",\"filled_pages\":4,\"protected_pages\":16");
}

const struct situation uffd_family[] = {
	{"uffd_wp_out", anonymous, "uffd_wp_swapped"},
	{"uffd_wp_shmem", shared, "uffd_wp_shmem"},
	{"uffd_poison", poisoned, "uffd_poison"},
	{"uffd_wp_none", unpopulated, "uffd_wp_unpopulated"},
	{0},
};
