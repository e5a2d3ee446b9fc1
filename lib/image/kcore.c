// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The running kernel. /proc/kcore is an ELF core whose segments are the kernel's mappings: memory
 * and kernel text have a physical address, vmalloc and vmemmap have none and are not needed, since
 * page tables lead to what lies there.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "image/elf.h"
#include "image/file.h"
#include "image/image.h"

static int kcore_fd(const char *path, struct mmx_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd >= 0)
		return fd;
	if (errno == EACCES || errno == EPERM)
		return mmx_fail(
			err, MMX_EPERM,
			"%s: %s (only root may read it, and nobody on a locked-down kernel)", path,
			strerror(errno));
	if (errno == ENOENT)
		return mmx_fail(err, MMX_EIO,
				"%s: this kernel or container does not offer its memory", path);
	return mmx_fail(err, MMX_EIO, "%s: %s", path, strerror(errno));
}

struct mmx_image *mmx_open_kcore(const char *path, struct mmx_err *err)
{
	int fd = kcore_fd(path, err);
	char first;
	ssize_t got;

	if (fd < 0)
		return NULL;
	got = mmx_file_read(fd, &first, 1, 0);
	if (got == 1 && mmx_elf_wanted(fd))
		return mmx_elf_open(fd, path, true, err);
	if (got < 0)
		mmx_fail(err, errno == EPERM || errno == EACCES ? MMX_EPERM : MMX_EIO,
			 "%s: cannot be read: %s", path, strerror(errno));
	else if (!got)
		mmx_fail(err, MMX_EIO, "%s: is empty here (a container?)", path);
	else
		mmx_fail(err, MMX_ENOTDUMP, "%s: is not the memory of an x86_64 kernel", path);
	close(fd);
	return NULL;
}
