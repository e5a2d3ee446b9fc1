// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages that the kernel holds on a process's behalf, and mappings of what is no ordinary page. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lab.h"

#define AREA (16 * PAGE)

static unsigned long inode_of_fd(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : st.st_ino;
}

static size_t write_until_full(int fd)
{
	char page[PAGE];
	size_t total = 0;
	ssize_t n;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	do {
		fill_page(page, 0x50495045 + total);
		n = write(fd, page, PAGE);
		if (n > 0)
			total += n;
	} while (n > 0);
	return total;
}

static void full_pipe(void)
{
	size_t bytes;
	int fd[2];

	if (pipe(fd))
		give_up("pipe: %s", strerror(errno));
	bytes = write_until_full(fd[1]);
	made("pipe_full", NULL, 0, ",\"fd\":%d,\"inode\":%lu,\"bytes\":%zu", fd[0],
	     inode_of_fd(fd[0]), bytes);
}

static void full_socket(void)
{
	size_t bytes;
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd))
		give_up("socketpair: %s", strerror(errno));
	bytes = write_until_full(fd[1]);
	made("socket_full", NULL, 0, ",\"fd\":%d,\"inode\":%lu,\"bytes\":%zu", fd[0],
	     inode_of_fd(fd[0]), bytes);
}

static void spliced(void)
{
	char *area = map_anon(AREA);
	struct iovec part = {.iov_base = area, .iov_len = 8 * PAGE};
	int fd[2];

	fill(area, AREA, 1);
	if (pipe(fd) || vmsplice(fd[1], &part, 1, 0) != (ssize_t)(8 * PAGE))
		give_up("vmsplice: %s", strerror(errno));
	made("vmspliced", area, AREA, ",\"spliced_pages\":8,\"fd\":%d,\"inode\":%lu", fd[0],
	     inode_of_fd(fd[0]));
}

static void rings(void)
{
	struct io_uring_params params = {0};
	int fd = syscall(SYS_io_uring_setup, 64, &params);
	char *area = MAP_FAILED;

	if (fd >= 0)
		area = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd,
			    IORING_OFF_SQES);
	if (area == MAP_FAILED)
		give_up("io_uring: %s", strerror(errno));
	made("io_uring_ring", area, PAGE, NULL);
}

/* Firmware, mapped by frame number: no struct page stands behind the mapping. */
static void firmware(void)
{
	int fd = open("/dev/mem", O_RDONLY | O_CLOEXEC);
	char *area = MAP_FAILED;

	if (fd >= 0)
		area = mmap(NULL, AREA, PROT_READ, MAP_SHARED, fd, 0xf0000);
	if (area == MAP_FAILED)
		give_up("/dev/mem: %s", strerror(errno));
	touch(area, AREA);
	made("dev_mem", area, AREA, ",\"physical\":\"0xf0000\"");
}

const struct situation kernel_family[] = {
	{"pipe_full", full_pipe, "pipe_full"}, {"socket_full", full_socket, "socket_full"},
	{"vmspliced", spliced, "vmspliced"},   {"io_uring", rings, "io_uring_ring"},
	{"dev_mem", firmware, "dev_mem"},      {0},
};
