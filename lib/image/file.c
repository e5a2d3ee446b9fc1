// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/file.h"

static bool is_kcore(const char *path)
{
	struct stat given, kcore;

	return !strcmp(path, "/proc/kcore") ||
	       (!stat(path, &given) && !stat("/proc/kcore", &kcore) &&
		given.st_dev == kcore.st_dev && given.st_ino == kcore.st_ino);
}

static int judge(int fd, const char *path, struct mmx_err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return mmx_fail(err, MMX_EIO, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return mmx_fail(err, MMX_ENOTDUMP, "%s: is a directory", path);
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return mmx_fail(err, MMX_ENOTDUMP, "%s: is neither a file nor a disk", path);
	if (!mmx_file_size(fd))
		return mmx_fail(err, MMX_ETRUNC, "%s: is empty", path);
	return 0;
}

int mmx_file_open(const char *path, struct mmx_err *err)
{
	int fd;

	if (is_kcore(path))
		return mmx_fail(err, MMX_EUSAGE, "%s: is the running kernel's memory: use --live",
				path);
	/* Without O_NONBLOCK a FIFO would wait for a writer before it could be refused. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return mmx_fail(err, errno == EACCES || errno == EPERM ? MMX_EPERM : MMX_EIO,
				"%s: %s", path, strerror(errno));
	if (judge(fd, path, err)) {
		close(fd);
		return -1;
	}
	return fd;
}

uint64_t mmx_file_size(int fd)
{
	off_t end = lseek(fd, 0, SEEK_END);

	return end < 0 ? 0 : end;
}

ssize_t mmx_file_read(int fd, void *buf, size_t len, uint64_t offset)
{
	size_t done = 0;

	if (offset > INT64_MAX || len > INT64_MAX - offset) {
		errno = EINVAL;
		return -1;
	}
	while (done < len) {
		ssize_t n = pread(fd, (char *)buf + done, len - done, offset + done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (!n)
			break;
		done += n;
	}
	return done;
}

const uint8_t *mmx_file_window(struct mmx_file_window *w, int fd, uint64_t at, size_t len)
{
	ssize_t got;

	if (fd == w->fd && at >= w->at && len <= w->len && at - w->at <= w->len - len)
		return w->bytes + (at - w->at);
	w->len = 0;
	if (len > sizeof(w->bytes))
		return NULL;
	got = mmx_file_read(fd, w->bytes, sizeof(w->bytes), at);
	if (got < (ssize_t)len)
		return NULL;
	w->fd = fd;
	w->at = at;
	w->len = got;
	return w->bytes;
}

/* More than that is copied faster by the system than twice. */
#define SMALL (MMX_FILE_BLOCK / 4)

static const struct mmx_file_block *block_at(struct mmx_file_blocks *blocks, int fd, uint64_t at)
{
	struct mmx_file_block *b = &blocks->block[at / MMX_FILE_BLOCK % MMX_FILE_BLOCKS];
	ssize_t got;

	if (b->is_read && b->at == at)
		return b;
	b->is_read = false;
	got = mmx_file_read(fd, b->bytes, sizeof(b->bytes), at);
	if (got < 0)
		return NULL;
	b->at = at;
	b->len = got;
	b->is_read = true;
	return b;
}

/*
 * Most reads are of eight bytes. A compiler that knows how many there can be at most copies them by rep movs, which takes
 * longer to begin than all of memcpy() does.
 */
static void copy(void *to, const void *from, size_t n)
{
	__asm__("" : "+r"(n));
	memcpy(to, from, n);
}

ssize_t mmx_file_read_through(struct mmx_file_blocks *blocks, int fd, void *buf, size_t len,
			      uint64_t offset)
{
	size_t in = offset % MMX_FILE_BLOCK;
	const struct mmx_file_block *b;

	if (len > SMALL || len > MMX_FILE_BLOCK - in)
		return mmx_file_read(fd, buf, len, offset);
	b = block_at(blocks, fd, offset - in);
	if (!b)
		return -1;
	if (in >= b->len)
		return 0;
	if (len > b->len - in)
		len = b->len - in;
	copy(buf, b->bytes + in, len);
	return len;
}
