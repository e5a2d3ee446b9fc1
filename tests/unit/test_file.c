// SPDX-License-Identifier: GPL-2.0-or-later
/* Files out of page caches: where what stands, sums, blocks, and what is written of them. */
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mm/files/blocks.h"
#include "mm/files/contents.h"
#include "mm/files/extract.h"
#include "mm/files/spans.h"
#include "page_cache.h"

#define FLAG_UPTODATE  2
#define FLAG_DIRTY     3
#define FLAG_PRIVATE   4
#define FLAG_WRITEBACK 5
#define FLAG_POISON    6
#define NODE_SHIFT     60
#define PAGE_BYTES     4096u
#define PAGES          70u /* of the file */

struct inode {
	uint64_t size;
	uint8_t block_bits;
};

struct buffer {
	uint64_t state, next, page, number, size, bdev;
};

struct bitmap {
	uint64_t lock, state[2];
};

struct operations {
	uint64_t release;
};

static struct inode *inode(void)
{
	return fake_at(m, mapping.inode.addr);
}

static void set_up(void)
{
	setup();
	fake_enum(m, E_PG_uptodate, FLAG_UPTODATE);
	fake_enum(m, E_PG_dirty, FLAG_DIRTY);
	fake_enum(m, E_PG_private, FLAG_PRIVATE);
	fake_enum(m, E_PG_writeback, FLAG_WRITEBACK);
	fake_enum(m, E_PG_hwpoison, FLAG_POISON);
	FAKE_MEMBER(m, M_inode_i_size, inode, size);
	FAKE_MEMBER(m, M_inode_i_blkbits, inode, block_bits);
	m->mem.page_format.private = offsetof(struct page, rest);
	m->mem.flags.field[FIELD_NODE] = (struct mmx_flag_field){NODE_SHIFT, 2, true};
	mapping.inode.addr = fake_put(m, &(struct inode){(PAGES - 1) * PAGE_BYTES + 100, 10},
				      sizeof(struct inode));
	mapping.inode.mode = 0100644;
	for (unsigned int i = 0; i < FRAMES; i++)
		page(i)->flags |= page(i)->mapping ? 1u << FLAG_UPTODATE : 0;
}

/* "first-last kind" of each span, and the frame that a cached one begins with. */
static const char *spans(uint64_t pages, uint64_t first, uint64_t last)
{
	static const char letters[] = "ceSdhu.?";
	static char text[400];
	struct mmx_spans s;
	size_t n = 0;

	text[0] = 0;
	mmx_spans_begin(&s, m->view, &mapping, pages, first, last);
	while (mmx_spans_next(&s) && n < sizeof(text)) {
		uint64_t at = 0, end;

		if (s.kind == MMX_SPAN_CACHED)
			mmx_cached_span(&s.cached, &at, &end);
		n += snprintf(text + n, sizeof(text) - n, "%s%" PRIu64 "-%" PRIu64 "%c",
			      n ? " " : "", s.first, s.last, letters[s.kind]);
		if (s.kind == MMX_SPAN_CACHED && n < sizeof(text))
			n += snprintf(text + n, sizeof(text) - n, "%" PRIu64,
				      s.cached.head + s.first - at);
	}
	CHECK(!mmx_spans_next(&s), "the end is no end");
	return text;
}

static void expect_spans(uint64_t pages, uint64_t first, uint64_t last, const char *want)
{
	const char *got = spans(pages, first, last);

	CHECK(!strcmp(got, want), "%s, not %s", got, want);
}

static void a_file_has_no_gaps(void)
{
	set_up();
	expect_spans(PAGES, 0, PAGES - 1, "0-0c10 1-3u 4-7c16 8-8u 9-9e 10-62u 63-63c20 64-69u");
	expect_spans(PAGES, 5, 6, "5-6c17");
	expect_spans(PAGES, 2, 4, "2-3u 4-4c16");
	expect_spans(PAGES, 68, 80, "68-69u 70-80.");
	expect_spans(6, 5, 10, "5-7c17 8-8. 9-9e 10-10.");
	expect_spans(0, 1, 3, "1-3.");
	expect_spans(PAGES, 63, UINT64_MAX, "63-63c20 64-69u 70-18446744073709551615.");
	mapping.kind = MMX_MAPPING_SHMEM;
	expect_spans(PAGES, 8, 10, "8-8h 9-9S 10-10h");
	/* What was left out is no hole. */
	mapping.kind = MMX_MAPPING_FILE;
	page(LARGE)->mapping++;
	expect_spans(PAGES, 0, PAGES - 1, "0-0c10 1-8? 9-9e 10-62u 63-63c20 64-69u");
	root()->parent = 8;
	expect_spans(PAGES, 0, 80, "0-69? 70-80.");
	teardown();
}

/* Their indices count huge pages up to 6.6. */
static void huge_pages_are_in_small_ones(void)
{
	set_up();
	memset(root()->slots, 0, sizeof(root()->slots));
	strcpy(mapping.inode.fs, "hugetlbfs");
	m->mem.page_format.index_in_huge_pages = true;
	root()->slots[1] = BASE + LARGE * SIZE;
	page(LARGE)->index = 1;
	mapping.pages = 1;
	expect_spans(12, 0, 11, "0-3h 4-7c16 8-11h");
	expect_spans(12, 6, 6, "6-6c18");
	expect_spans(12, 9, 9, "9-9h");
	teardown();
}

static void contents_add_up(void)
{
	struct mmx_contents c;
	struct mmx_err err;

	set_up();
	page(LARGE)->flags |= 1u << FLAG_DIRTY | 1ULL << NODE_SHIFT;
	page(SMALL)->flags |= 1u << FLAG_WRITEBACK;
	page(LAST)->flags &= ~(1ULL << FLAG_UPTODATE);
	inode()->size = 6 * PAGE_BYTES - 1;
	CHECK(!mmx_contents_find(&c, m->view, &mapping, &err), "%s", err.text);
	CHECK(mmx_cover_whole(&c.coverage), "%s", c.coverage.first.text);
	CHECK(c.pages == 6 && c.all.pages == 6 && c.all.folios == 3, "%" PRIu64, c.all.pages);
	CHECK(c.all.dirty == 4 && c.all.writeback == 1 && c.all.stale == 1, "states");
	CHECK(c.shadows == 1 && !c.swapped && !c.dax, "numbers");
	CHECK(c.holes == 3 && c.beyond == 4, "%" PRIu64 " holes, %" PRIu64 " beyond", c.holes,
	      c.beyond);
	CHECK(c.nodes.n == 2 && c.nodes.v[0].pages == 2 && c.nodes.v[1].dirty == 4, "nodes");
	CHECK(c.order[2].folios == 1 && c.order[0].pages == 2, "orders");
	mmx_contents_free(&c);
	page(LARGE)->mapping++;
	CHECK(!mmx_contents_find(&c, m->view, &mapping, &err) && c.coverage.broken, "a stranger");
	mmx_contents_free(&c);
	teardown();
}

/*
 * Blocks.
 */

static uint64_t ring[4];

static struct buffer *buffer(unsigned int nth)
{
	return fake_at(m, ring[nth]);
}

static void give_buffers(unsigned int pfn)
{
	FAKE_MEMBER(m, M_buffer_head_b_state, buffer, state);
	FAKE_MEMBER(m, M_buffer_head_b_this_page, buffer, next);
	FAKE_MEMBER(m, M_buffer_head_b_folio, buffer, page);
	FAKE_MEMBER(m, M_buffer_head_b_blocknr, buffer, number);
	FAKE_MEMBER(m, M_buffer_head_b_size, buffer, size);
	FAKE_MEMBER(m, M_buffer_head_b_bdev, buffer, bdev);
	fake_enum(m, E_BH_Uptodate, 0);
	fake_enum(m, E_BH_Dirty, 1);
	fake_enum(m, E_BH_Mapped, 4);
	fake_enum(m, E_BH_Delay, 8);
	for (unsigned int i = 0; i < 4; i++)
		ring[i] =
			fake_put(m, &(struct buffer){0x10, 0, BASE + pfn * SIZE, 100 + i, 1024, 0},
				 sizeof(struct buffer));
	for (unsigned int i = 0; i < 4; i++)
		buffer(i)->next = ring[(i + 1) % 4];
	page(pfn)->flags |= 1u << FLAG_PRIVATE;
	page(pfn)->rest[0] = ring[0];
}

/* "at:number" of each, a "u" behind what is up to date and a "d" behind what is dirty. */
static const char *blocks(struct mmx_blocks *b, uint64_t index)
{
	static char text[400];
	struct mmx_cached cached;
	size_t n = 0;

	text[0] = 0;
	mmx_cached_begin(&cached, m->view, &mapping, index, index);
	CHECK(mmx_cached_next(&cached), "nothing at %" PRIu64, index);
	mmx_blocks_begin(b, m->view, &mapping, &cached);
	while (mmx_blocks_next(b) && n < sizeof(text))
		n += snprintf(text + n, sizeof(text) - n, "%s%" PRIu64 ":%" PRId64 "%s%s",
			      n ? " " : "", b->block.at,
			      b->block.placed ? (int64_t)b->block.number : -1,
			      b->block.uptodate ? "u" : "", b->block.dirty ? "d" : "");
	return text;
}

static void buffer_heads_tell_places(void)
{
	struct mmx_blocks b;
	const char *got;

	set_up();
	give_buffers(SMALL);
	buffer(1)->state = 0x11;
	buffer(2)->state = 0x112; /* delayed: it has no place yet */
	got = blocks(&b, 0);
	CHECK(!strcmp(got, "0:100 1024:101u 2048:-1d 3072:103"), "%s", got);
	CHECK(b.kind == MMX_BLOCKS_BUFFERS && mmx_cover_whole(&b.coverage), "%s",
	      b.coverage.first.text);
	blocks(&b, LAST_AT);
	CHECK(b.kind == MMX_BLOCKS_NONE, "a folio without");
	teardown();
}

static void wrong_rings_are_told(void)
{
	struct mmx_blocks b;

	set_up();
	give_buffers(SMALL);
	buffer(2)->page++;
	blocks(&b, 0);
	CHECK(strstr(b.coverage.first.text, "says that it is of the page"), "%s",
	      b.coverage.first.text);
	buffer(2)->page--;
	buffer(2)->next = ring[0];
	blocks(&b, 0);
	CHECK(strstr(b.coverage.first.text, "does not close"), "%s", b.coverage.first.text);
	buffer(2)->next = ring[2];
	blocks(&b, 0);
	CHECK(strstr(b.coverage.first.text, "does not close"), "%s", b.coverage.first.text);
	buffer(2)->next = 8;
	blocks(&b, 0);
	CHECK(strstr(b.coverage.first.text, "does not close"), "%s", b.coverage.first.text);
	/* What is no buffer head at all is the file system's own. */
	page(SMALL)->rest[0] = ring[0] + 4;
	blocks(&b, 0);
	CHECK(b.kind == MMX_BLOCKS_OTHER && mmx_cover_whole(&b.coverage), "something else");
	teardown();
}

/* A bit a block for what is up to date, and behind them those for what is dirty. */
static void iomap_keeps_bits(void)
{
	struct mmx_blocks b;
	const char *got;
	uint64_t operations;

	set_up();
	FAKE_MEMBER(m, M_iomap_folio_state_state, bitmap, state);
	FAKE_MEMBER(m, M_address_space_operations_release_folio, operations, release);
	fake_member(m, M_address_space_a_ops, 0, 8, 0);
	fake_symbol(m, "iomap_release_folio", 0x4321);
	operations = fake_put(m, &(struct operations){0x4321}, sizeof(struct operations));
	*(uint64_t *)fake_at(m, mapping.addr) = operations;
	page(SMALL)->flags |= 1u << FLAG_PRIVATE;
	page(SMALL)->rest[0] =
		fake_put(m, &(struct bitmap){0, {0x2 | 0x9 << 4, 0}}, sizeof(struct bitmap));
	got = blocks(&b, 0);
	CHECK(!strcmp(got, "0:-1d 1024:-1u 2048:-1 3072:-1d"), "%s", got);
	CHECK(b.kind == MMX_BLOCKS_IOMAP && mmx_cover_whole(&b.coverage), "%s",
	      b.coverage.first.text);
	inode()->block_bits = 3;
	blocks(&b, 0);
	CHECK(b.coverage.broken, "blocks of eight bytes");
	teardown();
}

/*
 * Writing.
 */

static char dir[64];

static void make_dir(void)
{
	snprintf(dir, sizeof(dir), "/tmp/mmx-test-%d", (int)getpid());
	CHECK(!mkdir(dir, 0700), "%s", dir);
	for (unsigned int pfn = 0; pfn < FRAMES; pfn++)
		if (page(pfn)->mapping || page(pfn)->link)
			memset(m->bytes + pfn * PAGE_BYTES, pfn, PAGE_BYTES);
}

static void remove_file(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	unlink(path);
}

static int extract(struct mmx_extract *x, struct mmx_err *err)
{
	*err = (struct mmx_err){0};
	return mmx_extract_file(x, m->view, &mapping, dir, err);
}

/* The byte at the beginning of a page of what was written, and -1 behind its end. */
static int byte(const struct mmx_extract *x, uint64_t at)
{
	char path[256];
	unsigned char c;
	int fd, n;

	snprintf(path, sizeof(path), "%s/%s", dir, x->name);
	fd = open(path, O_RDONLY);
	n = pread(fd, &c, 1, (off_t)at);
	close(fd);
	return n == 1 ? c : -1;
}

static void what_is_cached_is_written(void)
{
	char path[256];
	struct mmx_extract x;
	struct mmx_err err;

	set_up();
	make_dir();
	strcpy(mapping.path.text, "/etc/pass wd");
	mapping.inode.ino = 7;
	CHECK(!extract(&x, &err), "%s", err.text);
	CHECK(!strcmp(x.name, "0-0-7-pass"), "%s", x.name);
	CHECK(byte(&x, 0) == SMALL && byte(&x, 5 * PAGE_BYTES) == LARGE + 1, "contents");
	CHECK(byte(&x, 63 * PAGE_BYTES) == LAST && !byte(&x, 62 * PAGE_BYTES), "contents");
	CHECK(byte(&x, inode()->size - 1) == 0 && byte(&x, inode()->size) < 0, "the size");
	CHECK(x.written == 6 && x.lacks[MMX_SPAN_UNCACHED] == 63 && x.lacks[MMX_SPAN_EVICTED] == 1,
	      "%" PRIu64 " written", x.written);
	CHECK(x.n == 5 && x.v[2].first == 9 && x.v[2].last == 9, "%zu runs", x.n);
	mmx_extract_free(&x);
	CHECK(extract(&x, &err) && err.code == MMX_EUSAGE && strstr(err.text, "overwrites"), "%s",
	      err.text);
	remove_file("0-0-7-pass");
	/* Nor is a link of that name followed, wherever it leads. */
	snprintf(path, sizeof(path), "%s/0-0-7-pass", dir);
	CHECK(!symlink("nowhere", path), "no link");
	CHECK(extract(&x, &err) && err.code == MMX_EUSAGE, "%s", err.text);
	remove_file("0-0-7-pass");
	teardown();
	rmdir(dir);
}

static void names_stay_in_their_directory(void)
{
	static const struct {
		const char *path, *name;
	} cases[] = {
		{"/a/..", "0-0-7-.."},
		{"..", "0-0-7-.."},
		{"", "0-0-7"},
		{"/a/b\nc\\d", "0-0-7-b_c_d"},
		{"/memfd:x/../../etc (deleted)", "0-0-7-etc"},
	};
	struct mmx_extract x;
	struct mmx_err err;

	set_up();
	make_dir();
	mapping.inode.ino = 7;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		strcpy(mapping.path.text, cases[i].path);
		CHECK(!extract(&x, &err), "%s", err.text);
		CHECK(!strcmp(x.name, cases[i].name), "%s", x.name);
		mmx_extract_free(&x);
		remove_file(cases[i].name);
	}
	memset(mapping.path.text, 'a', 1000);
	CHECK(!extract(&x, &err), "%s", err.text);
	CHECK(strlen(x.name) < 80, "%s", x.name);
	mmx_extract_free(&x);
	remove_file(x.name);
	teardown();
	rmdir(dir);
}

static void what_cannot_be_written_is_told(void)
{
	struct mmx_extract x;
	struct mmx_err err;

	set_up();
	make_dir();
	page(LARGE)->flags &= ~(1ULL << FLAG_UPTODATE);
	page(SMALL)->flags |= 1u << FLAG_POISON;
	CHECK(!extract(&x, &err), "%s", err.text);
	CHECK(x.written == 1 && x.lacks[MMX_LACK_STALE] == 4 && x.lacks[MMX_LACK_POISON] == 1,
	      "%" PRIu64 " written", x.written);
	CHECK(!byte(&x, 0) && !byte(&x, 4 * PAGE_BYTES), "contents that are none");
	mmx_extract_free(&x);
	remove_file(x.name);
	/* Blocks of it that are up to date are written. */
	give_buffers(SMALL);
	page(SMALL)->flags = 1u << FLAG_PRIVATE;
	buffer(1)->state = 0x11;
	CHECK(!extract(&x, &err), "%s", err.text);
	CHECK(!byte(&x, 0) && byte(&x, 1024) == SMALL && !byte(&x, 2048), "blocks");
	mmx_extract_free(&x);
	remove_file(x.name);
	/* The frame is not in the dump. */
	mmx_ranges_free(&m->image.present);
	CHECK(mmx_ranges_add(&m->image.present, 0, LAST * PAGE_BYTES), "no memory");
	CHECK(!extract(&x, &err), "%s", err.text);
	CHECK(x.lacks[MMX_LACK_ABSENT] == 1 && x.v[x.n - 2].first == LAST_AT && x.coverage.absent,
	      "%s", x.coverage.first.text);
	mmx_extract_free(&x);
	remove_file(x.name);
	inode()->size = ~0ULL;
	CHECK(extract(&x, &err) && err.code == MMX_ECORRUPT, "%s", err.text);
	mapping.inode.mode = 0020666;
	CHECK(extract(&x, &err) && err.code == MMX_EUSAGE, "%s", err.text);
	teardown();
	CHECK(!rmdir(dir), "a file was left behind");
}

/* A write that stops half way goes on, and one that cannot leaves no file behind. */
static void a_full_disk_leaves_nothing(void)
{
	struct rlimit old, few = {.rlim_cur = 5 * PAGE_BYTES + 1000, .rlim_max = RLIM_INFINITY};
	struct mmx_extract x;
	struct mmx_err err;

	set_up();
	make_dir();
	CHECK(!getrlimit(RLIMIT_FSIZE, &old), "no limit");
	few.rlim_max = old.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	CHECK(!setrlimit(RLIMIT_FSIZE, &few), "no limit");
	CHECK(extract(&x, &err) && err.code == MMX_EIO && strstr(err.text, "File too large"), "%s",
	      err.text);
	CHECK(!setrlimit(RLIMIT_FSIZE, &old), "no limit");
	teardown();
	CHECK(!rmdir(dir), "a file was left behind");
}

/* Shared memory has nothing where it has no entry. */
static void holes_are_no_lack(void)
{
	struct mmx_extract x;
	struct mmx_err err;

	set_up();
	make_dir();
	mapping.kind = MMX_MAPPING_SHMEM;
	CHECK(!extract(&x, &err), "%s", err.text);
	CHECK(x.n == 1 && x.lacks[MMX_SPAN_SWAPPED] == 1 && !x.lacks[MMX_SPAN_HOLE], "%zu", x.n);
	CHECK(byte(&x, inode()->size - 1) == 0 && byte(&x, inode()->size) < 0, "the size");
	mmx_extract_free(&x);
	remove_file(x.name);
	teardown();
	rmdir(dir);
}

int main(void)
{
	RUN(a_file_has_no_gaps);
	RUN(huge_pages_are_in_small_ones);
	RUN(contents_add_up);
	RUN(buffer_heads_tell_places);
	RUN(wrong_rings_are_told);
	RUN(iomap_keeps_bits);
	RUN(what_is_cached_is_written);
	RUN(names_stay_in_their_directory);
	RUN(what_cannot_be_written_is_told);
	RUN(a_full_disk_leaves_nothing);
	RUN(holes_are_no_lack);
	return unit_end();
}
