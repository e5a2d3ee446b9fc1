// SPDX-License-Identifier: GPL-2.0-or-later
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "image/file.h"
#include "image/flattened.h"

#define SIGNATURE   "makedumpfile"
#define HEADER_SIZE 4096
#define TYPE        1
#define VERSION     1

/* More than any dump of x86_64 could take; less than what file systems call too large anyway. */
#define DUMP_END (1LL << 46)

#define BUFFER_SIZE (1u << 20)

struct header {
	char signature[16];
	uint64_t type;
	uint64_t version;
};

struct record {
	int64_t offset;
	int64_t size;
};

/* The stream, read in big pieces: most records are small. */
struct stream {
	int fd;
	uint64_t at; /* where in the file the next piece begins */
	uint8_t *buf;
	size_t pos;
	size_t end;
};

bool mmx_flattened_is(int fd)
{
	struct header h;

	return mmx_file_read(fd, &h, sizeof(h), 0) == sizeof(h) &&
	       !memcmp(h.signature, SIGNATURE, sizeof(SIGNATURE)) && be64toh(h.type) == TYPE &&
	       be64toh(h.version) == VERSION;
}

/* 1 when there is something in the buffer, 0 at the end of the file, -1 for an error. */
static int refill(struct stream *s, struct mmx_err *err)
{
	ssize_t got;

	if (s->pos < s->end)
		return 1;
	got = mmx_file_read(s->fd, s->buf, BUFFER_SIZE, s->at);
	if (got < 0)
		return mmx_fail(err, MMX_EIO, "reading a flattened dump: %s", strerror(errno));
	s->at += got;
	s->pos = 0;
	s->end = got;
	return got > 0;
}

/* 1 for a whole record header, 0 when the file ends before, -1 for an error. */
static int next_record(struct stream *s, struct record *r, struct mmx_err *err)
{
	uint64_t raw[2];

	for (size_t done = 0; done < sizeof(raw);) {
		int more = refill(s, err);
		size_t part = sizeof(raw) - done;

		if (more <= 0)
			return more;
		if (part > s->end - s->pos)
			part = s->end - s->pos;
		memcpy((uint8_t *)raw + done, s->buf + s->pos, part);
		s->pos += part;
		done += part;
	}
	r->offset = be64toh(raw[0]);
	r->size = be64toh(raw[1]);
	return 1;
}

static int write_all(int fd, const uint8_t *from, size_t len, int64_t offset, struct mmx_err *err)
{
	while (len) {
		ssize_t n = pwrite(fd, from, len, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return mmx_fail(err, MMX_EIO,
					"rearranging a flattened dump ($TMPDIR says where): %s",
					strerror(n ? errno : ENOSPC));
		from += n;
		len -= n;
		offset += n;
	}
	return 0;
}

/* 1 when the record's bytes are in place, 0 when the file ends before, -1 for an error. */
static int place(struct stream *s, struct record r, int out, struct mmx_err *err)
{
	while (r.size) {
		int more = refill(s, err);
		int64_t part = s->end - s->pos;

		if (more <= 0)
			return more;
		if (part > r.size)
			part = r.size;
		if (write_all(out, s->buf + s->pos, part, r.offset, err))
			return -1;
		s->pos += part;
		r.offset += part;
		r.size -= part;
	}
	return 1;
}

static int place_all(struct stream *s, int out, bool *truncated, struct mmx_err *err)
{
	struct record r;
	int more;

	do {
		more = next_record(s, &r, err);
		if (more > 0 && r.offset == -1 && r.size == -1)
			return 0;
		if (more > 0 &&
		    (r.offset < 0 || r.size <= 0 || !mmx_fits(r.offset, r.size, DUMP_END)))
			return mmx_fail(err, MMX_ECORRUPT,
					"a flattened dump with a record of %#llx bytes for %#llx",
					(long long)r.size, (long long)r.offset);
		if (more > 0)
			more = place(s, r, out, err);
	} while (more > 0);
	*truncated = !more;
	return more;
}

int mmx_flattened_unpack(int in, int out, bool *truncated, struct mmx_err *err)
{
	struct stream s = {.fd = in, .at = HEADER_SIZE, .buf = malloc(BUFFER_SIZE)};
	int ret;

	*truncated = false;
	if (!s.buf)
		return mmx_fail_nomem(err);
	ret = place_all(&s, out, truncated, err);
	free(s.buf);
	return ret;
}

static int nameless_file(struct mmx_err *err)
{
	const char *dir = getenv("TMPDIR");
	char *path;
	int fd;

	if (!dir || !*dir)
		dir = "/var/tmp";
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	if (asprintf(&path, "%s/mmx-XXXXXX", dir) < 0)
		return mmx_fail_nomem(err);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	else
		mmx_fail(err, MMX_EIO, "no temporary file in %s: %s", dir, strerror(errno));
	free(path);
	return fd;
}

int mmx_flattened_rearrange(int in, bool *truncated, struct mmx_err *err)
{
	int fd = nameless_file(err);

	if (fd >= 0 && mmx_flattened_unpack(in, fd, truncated, err)) {
		close(fd);
		return -1;
	}
	return fd;
}
