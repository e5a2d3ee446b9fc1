// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The running kernel. /proc/kcore is an ELF core whose segments are the kernel's mappings: memory
 * and kernel text have a physical address, vmalloc and vmemmap have none and are not needed, since
 * page tables lead to what lies there.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "image/elf.h"
#include "image/file.h"
#include "image/image.h"

#define LOCKDOWN "/sys/kernel/security/lockdown"

/* The kernel asks for CAP_SYS_RAWIO before it asks whether it is locked down. */
static bool may_raw_io(void)
{
	struct __user_cap_header_struct who = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3] = {0};

	return syscall(SYS_capget, &who, caps) ||
	       caps[CAP_TO_INDEX(CAP_SYS_RAWIO)].effective & CAP_TO_MASK(CAP_SYS_RAWIO);
}

static const char *why_not_permitted(void)
{
	char text[64] = "";
	int fd = open(LOCKDOWN, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = 0;
	if (!may_raw_io())
		return "it takes the capability CAP_SYS_RAWIO, which this process lacks (a container?)";
	if (strstr(text, "[confidentiality]"))
		return "the kernel is locked down (" LOCKDOWN
		       ": confidentiality), and lets nobody read its memory until it is booted without that";
	return "the kernel forbids it: it is locked down (confidentiality), or a security module has "
	       "the say";
}

static int kcore_fd(const char *path, struct mmx_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd >= 0)
		return fd;
	if (errno == EACCES)
		return mmx_fail(err, MMX_EPERM, "%s: %s: only root may read it (sudo mmx --live)",
				path, strerror(errno));
	if (errno == EPERM)
		return mmx_fail(err, MMX_EPERM, "%s: %s: %s", path, strerror(EPERM),
				why_not_permitted());
	if (errno == ENOENT)
		return mmx_fail(err, MMX_EIO,
				"%s: this kernel or container does not offer its memory "
				"(CONFIG_PROC_KCORE, and /proc as the host has it)",
				path);
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
			 "%s: cannot be read: %s%s%s", path, strerror(errno),
			 errno == EPERM ? ": " : "", errno == EPERM ? why_not_permitted() : "");
	else if (!got)
		mmx_fail(err, MMX_EIO, "%s: is empty here (a container?)", path);
	else
		mmx_fail(err, MMX_ENOTDUMP, "%s: is not the memory of an x86_64 kernel", path);
	close(fd);
	return NULL;
}
