// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/member.h"
#include "mm/files/blocks.h"
#include "mm/files/extract.h"
#include "mm/mem.h"
#include "mm/swap/stored.h"
#include "mm/swap/swap_types.h"
#include "mm/frames/contents_read.h"

#define PIECE    (64u << 10) /* read and written at once */
#define BASE_MAX 64          /* letters of the file's own name */

#define S_FORMAT  0170000
#define S_REGULAR 0100000

/* A file that is being written. */
struct writer {
	struct mmx_extract *x;
	struct mmx_view *view;
	const struct mmx_mapping *m;
	unsigned int shift; /* of a page */
	unsigned int uptodate, poison;
	int fd;
	unsigned char *buffer;
	struct mmx_err *err;
};

const char *mmx_lack_words(unsigned int lack)
{
	static const char *const words[MMX_LACKS] = {
		[MMX_LACK_STALE] = "cached, but not up to date: the blocks that are were written",
		[MMX_LACK_POISON] = "poisoned: its memory failed",
		[MMX_LACK_ABSENT] = "cached, but not in the dump",
	};

	if (lack < MMX_SPAN_KINDS)
		return mmx_span_words(lack);
	return lack < MMX_LACKS ? words[lack] : NULL;
}

/*
 * The name.
 */

static bool is_harmless(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '-' || c == '_';
}

/* Whatever the dump calls the file, its name here begins with numbers and has no slash in it. */
static void make_name(struct mmx_extract *x, const struct mmx_mapping *m)
{
	const char *text = m->kind == MMX_MAPPING_BLOCK ? m->device : m->path.text;
	const char *slash = strrchr(text, '/'), *base = slash ? slash + 1 : text;
	size_t len = strcspn(base, " ");
	int n = snprintf(x->name, sizeof(x->name), "%u-%u-%" PRIu64 "%s",
			 mmx_dev_major(m->inode.dev), mmx_dev_minor(m->inode.dev), m->inode.ino,
			 len ? "-" : "");

	for (size_t i = 0; i < len && i < BASE_MAX; i++)
		x->name[n++] = is_harmless(base[i]) ? base[i] : '_';
	x->name[n] = 0;
}

/*
 * What was not written.
 */

static int lack(struct writer *w, uint64_t first, uint64_t last, unsigned int why)
{
	struct mmx_extract *x = w->x;
	struct mmx_lack_run *run = x->n ? &x->v[x->n - 1] : NULL;

	if (why == MMX_SPAN_HOLE)
		return 0;
	x->lacks[why] += last - first + 1;
	if (run && !x->more && run->why == why && run->last + 1 == first)
		run->last = last;
	else if (x->n == MMX_LACK_RUNS_KEPT)
		x->more++;
	else if (!mmx_array_add(x, (struct mmx_lack_run){first, last, why}))
		return mmx_fail_nomem(w->err);
	return 0;
}

/*
 * Writing.
 */

static int write_all(struct writer *w, const unsigned char *bytes, size_t len, uint64_t at)
{
	while (len) {
		ssize_t n = pwrite(w->fd, bytes, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return mmx_fail(w->err, MMX_EIO, "%s: %s", w->x->name,
					n ? strerror(errno) : "nothing can be written");
		bytes += n;
		at += (size_t)n;
		len -= (size_t)n;
	}
	return 0;
}

/* Pages from @index on, of a folio, no more than a piece; the last page of a file ends where the file does. */
static int copy_piece(struct writer *w, uint64_t index, uint64_t phys, uint64_t n)
{
	uint64_t at = index << w->shift, len = n << w->shift;
	enum mmx_read read;

	if (len > w->x->size - at)
		len = w->x->size - at;
	read = mmx_contents_read(w->view, phys, w->buffer, len);
	if (!read) {
		w->x->written += n;
		return write_all(w, w->buffer, len, at);
	}
	if (n > 1) { /* some of it may be there */
		for (uint64_t i = 0; i < n; i++) {
			if (copy_piece(w, index + i, phys + (i << w->shift), 1))
				return -1;
		}
		return 0;
	}
	mmx_cover_failf(&w->x->coverage, mmx_read_code(read), "page 0x%" PRIx64 " of it is %s",
			index, mmx_read_name(read));
	return lack(w, index, index, MMX_LACK_ABSENT);
}

/* Bytes [at, at + len) of a folio whose first page is page @head of the file, as far as the file goes. */
static int copy_bytes(struct writer *w, const struct mmx_spans *s, uint64_t head, uint64_t at,
		      uint64_t len)
{
	uint64_t phys = (s->cached.head << w->shift) + at, to = (head << w->shift) + at;
	enum mmx_read read;

	while (len && to < w->x->size) {
		uint64_t n = len < PIECE ? len : PIECE;

		if (n > w->x->size - to)
			n = w->x->size - to;
		read = mmx_contents_read(w->view, phys, w->buffer, n);
		if (read)
			mmx_cover_failf(&w->x->coverage, mmx_read_code(read),
					"page 0x%" PRIx64 " of it is %s", to >> w->shift,
					mmx_read_name(read));
		else if (write_all(w, w->buffer, n, to))
			return -1;
		phys += n;
		to += n;
		len -= n;
	}
	return 0;
}

/*
 * A folio that is not up to date may be so in blocks: those of a block device that are read one by one, and what
 * was written to a page that was never read.
 */
static int copy_blocks(struct writer *w, const struct mmx_spans *s)
{
	struct mmx_blocks blocks;
	uint64_t head, last;

	mmx_cached_span(&s->cached, &head, &last);
	mmx_blocks_begin(&blocks, w->view, w->m, &s->cached);
	while (mmx_blocks_next(&blocks)) {
		if (blocks.block.uptodate &&
		    copy_bytes(w, s, head, blocks.block.at, blocks.block.size))
			return -1;
	}
	mmx_cover_inherit(&w->x->coverage, &blocks.coverage);
	return lack(w, s->first, s->last, MMX_LACK_STALE);
}

static int copy_folio(struct writer *w, const struct mmx_spans *s)
{
	uint64_t piece = PIECE >> w->shift, head, last;

	if (!mmx_bit(s->cached.flags, w->uptodate))
		return copy_blocks(w, s);
	if (mmx_bit(s->cached.flags, w->poison))
		return lack(w, s->first, s->last, MMX_LACK_POISON);
	mmx_cached_span(&s->cached, &head, &last);
	for (uint64_t index = s->first; index <= s->last; index += piece) {
		uint64_t n = s->last - index + 1 < piece ? s->last - index + 1 : piece;

		if (mmx_stopped(w->view->kernel->image))
			return mmx_fail(w->err, MMX_EIO, "stopped");
		if (copy_piece(w, index, (s->cached.head + index - head) << w->shift, n))
			return -1;
	}
	return 0;
}

/* A page of shared memory that is in swap, which is in memory too where zram or zswap has it. */
static int copy_swapped(struct writer *w, uint64_t index, unsigned int type, uint64_t offset)
{
	uint64_t at = index << w->shift, len = 1ULL << w->shift;
	struct mmx_stored stored = {0};
	struct mmx_err err;

	if (len > w->x->size - at)
		len = w->x->size - at;
	if (mmx_swap_read(&stored, w->view, type, offset, w->buffer, &err)) {
		/* What is on a disk nobody expects in a dump. */
		if (stored.kind != MMX_STORED_DISK && stored.kind != MMX_STORED_WRITTEN) {
			mmx_fail_prefix(&err, "page 0x%" PRIx64 " of it, which is in swap", index);
			mmx_cover_fail(&w->x->coverage, &err);
		}
		return lack(w, index, index, MMX_SPAN_SWAPPED);
	}
	w->x->written++;
	return stored.kind == MMX_STORED_ZERO ? 0 : write_all(w, w->buffer, len, at);
}

static int copy_from_swap(struct writer *w, const struct mmx_spans *s)
{
	uint64_t offset;
	unsigned int type;

	mmx_swap_private(s->cached.value, &type, &offset);
	for (uint64_t index = s->first; index <= s->last; index++) {
		if (mmx_stopped(w->view->kernel->image))
			return mmx_fail(w->err, MMX_EIO, "stopped");
		if (copy_swapped(w, index, type, offset + index - s->cached.first))
			return -1;
	}
	return 0;
}

static int copy_span(struct writer *w, const struct mmx_spans *s)
{
	switch (s->kind) {
	case MMX_SPAN_CACHED:
		return copy_folio(w, s);
	case MMX_SPAN_SWAPPED:
		return copy_from_swap(w, s);
	default:
		return lack(w, s->first, s->last, s->kind);
	}
}

static int copy(struct writer *w)
{
	struct mmx_spans spans;

	if (!w->x->pages)
		return 0;
	mmx_spans_begin(&spans, w->view, w->m, w->x->pages, 0, w->x->pages - 1);
	while (mmx_spans_next(&spans)) {
		if (copy_span(w, &spans))
			return -1;
	}
	/* What is wrong with the cache may have hidden some of it: then holes need not be any. */
	mmx_cover_inherit(&w->x->coverage, &spans.coverage);
	return 0;
}

static int copy_all(struct writer *w)
{
	if (copy(w))
		return -1;
	if (mmx_stopped(w->view->kernel->image))
		return mmx_fail(w->err, MMX_EIO, "stopped");
	return ftruncate(w->fd, (off_t)w->x->size)
		       ? mmx_fail(w->err, MMX_EIO, "%s cannot be made %" PRIu64 " bytes long: %s",
				  w->x->name, w->x->size, strerror(errno))
		       : 0;
}

/* The name is new in that directory, and is no link: whatever stood there stays as it was. */
static int create(struct writer *w, int dir)
{
	w->fd = openat(dir, w->x->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (w->fd >= 0)
		return 0;
	return mmx_fail(w->err, errno == EEXIST ? MMX_EUSAGE : MMX_EIO, "%s: %s", w->x->name,
			errno == EEXIST ? "there is one already, and mmx overwrites nothing"
					: strerror(errno));
}

static int write_file(struct writer *w, int dir)
{
	int ret;

	if (create(w, dir))
		return -1;
	ret = copy_all(w);
	if (close(w->fd) && !ret)
		ret = mmx_fail(w->err, MMX_EIO, "%s: %s", w->x->name, strerror(errno));
	if (ret)
		unlinkat(dir, w->x->name, 0);
	return ret;
}

static int prepare(struct writer *w)
{
	const struct mmx_layout *l = &w->view->kernel->layout;
	uint32_t mode = w->m->inode.mode & S_FORMAT;

	if (mode != S_REGULAR && w->m->kind != MMX_MAPPING_BLOCK)
		return mmx_fail(w->err, MMX_EUSAGE, "it is no regular file and no block device");
	if (mmx_kget(w->view, w->m->inode.addr, M_inode_i_size, &w->x->size, w->err))
		return -1;
	if (w->x->size > INT64_MAX)
		return mmx_fail(w->err, MMX_ECORRUPT, "its size is negative: 0x%" PRIx64,
				w->x->size);
	w->x->pages = (w->x->size >> w->shift) + ((w->x->size & ((1ULL << w->shift) - 1)) != 0);
	w->uptodate = mmx_enum(l, E_PG_uptodate);
	w->poison = mmx_has_enum(l, E_PG_hwpoison) ? mmx_enum(l, E_PG_hwpoison) : MMX_NO_BIT;
	return 0;
}

int mmx_extract_file(struct mmx_extract *x, struct mmx_view *view, const struct mmx_mapping *m,
		     const char *dir, struct mmx_err *err)
{
	struct writer w = {
		.x = x, .view = view, .m = m, .shift = view->kernel->arch->page_shift, .err = err};
	int fd, ret;

	memset(x, 0, sizeof(*x));
	make_name(x, m);
	if (prepare(&w))
		return -1;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return mmx_fail(err, MMX_EUSAGE, "%s: %s", dir, strerror(errno));
	w.buffer = malloc(PIECE);
	ret = w.buffer ? write_file(&w, fd) : mmx_fail_nomem(err);
	free(w.buffer);
	close(fd);
	if (ret)
		mmx_extract_free(x);
	return ret;
}

void mmx_extract_free(struct mmx_extract *x)
{
	mmx_array_free(x);
}
