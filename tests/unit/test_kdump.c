// SPDX-License-Identifier: GPL-2.0-or-later
/* Compressed kdumps. */
#include "make_elf.h"
#include "make_kdump.h"

static void check_kdump(const struct bytes *b, const struct kdump *k, const char *format)
{
	struct mmx_err err;
	struct mmx_image *image = open_bytes(b, b->n, &err);

	CHECK(image, "%s", err.text);
	if (!image)
		return;
	check_frames(image, k->ram | k->dumped, k->dumped);
	CHECK(!strcmp(image->format, format), "%s", image->format);
	CHECK(!strcmp(image->machine, "x86_64"), "%s", image->machine);
	CHECK(!image->notice, "%s", image->notice);
	CHECK(image->vmcoreinfo && !strcmp(image->vmcoreinfo, vmcoreinfo), "\"%s\"",
	      image->vmcoreinfo);
	mmx_image_close(image);
}

static void kdump_tells_present_excluded_absent(void)
{
	static const struct {
		uint32_t packed;
		const char *format;
	} all[] = {
		{0, "compressed kdump (uncompressed)"}, {MMX_ZLIB, "compressed kdump (zlib)"},
		{MMX_LZO, "compressed kdump (lzo)"},    {MMX_SNAPPY, "compressed kdump (snappy)"},
		{MMX_ZSTD, "compressed kdump (zstd)"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct kdump k = {small.ram, small.dumped, .packed = all[i].packed};
		struct bytes b = make_kdump(&k);

		check_kdump(&b, &k, all[i].format);
		memset(b.v + 12, 0, 200); /* QEMU: nothing of uname but the machine */
		check_kdump(&b, &k, all[i].format);
		mmx_array_free(&b);
	}
}

/* A page that does not decompress is unreadable, and the others are not the worse for it. */
static void a_spoilt_page_is_unreadable(void)
{
	static const uint32_t how[] = {MMX_ZLIB, MMX_LZO, MMX_SNAPPY, MMX_ZSTD};

	for (size_t i = 0; i < ARRAY_SIZE(how); i++) {
		struct kdump k = {.ram = 7, .dumped = 7, .packed = how[i]};
		struct bytes b = make_kdump(&k);
		struct mmx_err err;
		struct mmx_image *image;

		memset(b.v + mmx_le64(b.v + DESCRIPTORS_AT + 24), 0xee, 40);
		image = open_bytes(&b, b.n, &err);
		CHECK(image, "%s", err.text);
		if (!image)
			continue;
		CHECK(page_reads_right(image, 0) && page_reads_right(image, 2), "its neighbours");
		CHECK(outcome(image, PAGE, PAGE) == MMX_READ_UNREADABLE, "a page");
		CHECK(outcome(image, PAGE + 8, 8) == MMX_READ_UNREADABLE, "a part of it");
		CHECK(outcome(image, PAGE - 8, 16) == MMX_READ_UNREADABLE, "into it");
		mmx_image_close(image);
		mmx_array_free(&b);
	}
}

/* So many pages that readers cannot keep them all, and buffers have to be filled again. */
static struct bytes make_big_kdump(uint32_t how)
{
	struct bytes b = make_kdump(&(struct kdump){0});
	uint8_t bits[MANY / 8];

	memset(bits, 0xff, sizeof(bits));
	put_at(&b, BITMAPS_AT, bits, sizeof(bits));
	put_at(&b, BITMAPS_AT + PAGE, bits, sizeof(bits));
	put_u32(&b, 440, MANY);
	put_u64(&b, PAGE + 96, MANY);
	put_at(&b, DESCRIPTORS_AT + MANY * 24 - 1, "", 1);
	for (uint64_t frame = 0; frame < MANY; frame++)
		put_page(&b, DESCRIPTORS_AT + frame * 24, frame, how);
	return b;
}

static bool few_bytes_right(struct mmx_reader *reader, uint64_t phys)
{
	uint8_t got[16], want[16];

	fill(want, phys, sizeof(want));
	return mmx_phys_read(reader, phys, got, sizeof(got)) == MMX_READ_OK &&
	       !memcmp(got, want, sizeof(want));
}

static void check_big_kdump(struct mmx_image *image, const struct mmx_err *err)
{
	struct mmx_reader *reader = image ? mmx_reader_new(image, NULL) : NULL;
	uint8_t *all = malloc(MANY * PAGE);
	uint64_t wrong = 0;

	CHECK(reader, "%s", err->text);
	if (!reader)
		return;
	for (uint64_t frame = 0; frame < MANY; frame++)
		wrong += !few_bytes_right(reader, frame * PAGE + PAGE - 32);
	for (uint64_t i = 0; i < MANY; i++)
		wrong += !few_bytes_right(reader, i * 997 % MANY * PAGE);
	for (uint64_t frame = 1; frame < MANY; frame++) /* across two pages */
		wrong += !few_bytes_right(reader, frame * PAGE - 8);
	CHECK(!wrong, "%d small reads", (int)wrong);
	CHECK(mmx_phys_read(reader, 0, all, MANY * PAGE) == MMX_READ_OK, "all of it");
	for (uint64_t frame = 0; frame < MANY; frame++)
		wrong += all[frame * PAGE + 5] != byte_at(frame * PAGE + 5);
	CHECK(!wrong, "%d pages", (int)wrong);
	free(all);
	mmx_reader_free(reader);
}

/* A page whose checksum is wrong is decompressed to its end: nothing of that may stay behind. */
static void a_spoilt_page_leaves_nothing_behind(void)
{
	struct bytes b = make_big_kdump(MMX_ZLIB);
	const uint64_t spoilt = 1234;
	const uint8_t *descriptor = b.v + DESCRIPTORS_AT + spoilt * 24;
	struct mmx_reader *reader = NULL;
	struct mmx_image *image;
	struct mmx_err err;
	uint64_t wrong = 0;
	uint8_t few[16];

	b.v[mmx_le64(descriptor) + mmx_le32(descriptor + 8) - 1] ^= 1;
	image = open_bytes(&b, b.n, &err);
	CHECK(image, "%s", err.text);
	if (image)
		reader = mmx_reader_new(image, NULL);
	for (uint64_t frame = 0; reader && frame < MANY; frame++) {
		if (frame == spoilt)
			continue;
		wrong += !few_bytes_right(reader, frame * PAGE);
		wrong += mmx_phys_read(reader, spoilt * PAGE, few, sizeof(few)) !=
			 MMX_READ_UNREADABLE;
		wrong += !few_bytes_right(reader, frame * PAGE);
	}
	CHECK(reader && !wrong, "%d reads", (int)wrong);
	mmx_reader_free(reader);
	mmx_image_close(image);
	mmx_array_free(&b);
}

static void many_pages_read_back(void)
{
	struct bytes dump = make_big_kdump(0), flat = flat_header();
	struct mmx_err err;
	struct mmx_image *image = open_bytes(&dump, dump.n, &err);

	check_big_kdump(image, &err);
	mmx_image_close(image);
	put_record(&flat, 0, dump.n, dump.v);
	put_record(&flat, -1, -1, NULL);
	image = open_bytes(&flat, flat.n, &err);
	check_big_kdump(image, &err);
	mmx_image_close(image);
	mmx_array_free(&dump);
	mmx_array_free(&flat);
}

static void truncated_kdump_claims_only_what_it_has(void)
{
	struct bytes b = make_kdump(&small);
	struct mmx_err err;
	struct mmx_image *image = open_bytes(&b, b.n - PAGE - 1, &err);
	uint64_t left = small.dumped;

	/* The last page and a byte of the one before are gone. */
	for (int i = 0; i < 2; i++)
		left &= ~(1ULL << (63 - __builtin_clzll(left)));
	CHECK(image, "%s", err.text);
	if (!image)
		return;
	check_frames(image, small.ram | small.dumped, left);
	CHECK(image->notice && strstr(image->notice, ": 2 of its "), "%s", image->notice);
	mmx_image_close(image);

	check_refused(&b, DESCRIPTORS_AT + 50, MMX_ETRUNC, "before the first page");
	check_refused(&b, DESCRIPTORS_AT - 1, MMX_ETRUNC, "before the first page");
	check_refused(&b, PAGE + 20, MMX_ETRUNC, "before the first page");
	check_refused(&b, 100, MMX_ETRUNC, "header");
	mmx_array_free(&b);
}

static void damaged_kdump_is_refused(void)
{
	struct bytes b = make_kdump(&small);
	struct mmx_err err;
	struct mmx_image *image;
	uint64_t first = small.dumped & -small.dumped;

	/* A compressed page larger than a page would overrun what it is read into. */
	put_u32(&b, DESCRIPTORS_AT + 8, 3 * PAGE);
	put_u32(&b, DESCRIPTORS_AT + 12, 1);
	image = open_bytes(&b, b.n, &err);
	CHECK(image, "%s", err.text);
	if (image)
		check_frames(image, small.ram | small.dumped, small.dumped & ~first);
	mmx_image_close(image);

	put_u64(&b, PAGE + 56, 1ULL << 40);
	check_refused(&b, b.n, MMX_ECORRUPT, "notes");
	put_u64(&b, PAGE + 56, 1 << 20);
	check_refused(&b, b.n, MMX_ETRUNC, "notes");
	put_u64(&b, PAGE + 56, 0);
	put_u32(&b, 436, 0x7fffffff);
	check_refused(&b, b.n, MMX_ETRUNC, "first page");
	put_u32(&b, 436, 2);
	put_u32(&b, 428, 4097);
	check_refused(&b, b.n, MMX_ECORRUPT, "no 64-bit machine");
	put_u32(&b, 428, htobe32(PAGE));
	check_refused(&b, b.n, MMX_EARCH, "big-endian");
	put_u32(&b, 428, PAGE);
	put_at(&b, 272, "aarch64", 8);
	check_refused(&b, b.n, MMX_EARCH, "aarch64");
	mmx_array_free(&b);
}

/* The second part holds nothing at its end, which hides the third; the fourth holds nothing. */
static void split_kdump_is_whole_in_any_order(void)
{
	static const struct kdump part[] = {
		{.ram = ~0ULL, .dumped = 0xff00000003ff00f1, .split = true, .start = 0, .end = 20},
		{.ram = ~0ULL, .dumped = 0xff00000003ff00f1, .split = true, .start = 20, .end = 50},
		{.ram = ~0ULL, .dumped = 0xff00000003ff00f1, .split = true, .start = 50, .end = 64},
		{.ram = ~0ULL, .dumped = 0xff00000003ff00f1, .split = true, .start = 64, .end = 64},
	};
	static const int order[][4] = {{0, 1, 2, 3}, {3, 2, 0, 1}, {1, 3, 2, 0}};
	struct file f[4];
	struct mmx_err err;

	for (int i = 0; i < 4; i++) {
		struct bytes b = make_kdump(&part[i]);

		f[i] = save(&b, b.n);
		mmx_array_free(&b);
	}
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		const char *paths[] = {f[order[i][0]].path, f[order[i][1]].path,
				       f[order[i][2]].path, f[order[i][3]].path};
		struct mmx_image *image = mmx_open_dump(paths, 4, MMX_BACKEND_ANY, &err);

		CHECK(image, "%s", err.text);
		if (!image)
			continue;
		check_frames(image, ~0ULL, part[0].dumped);
		CHECK(!image->notice, "%s", image->notice);
		CHECK(strstr(image->format, "4 parts"), "%s", image->format);
		mmx_image_close(image);
		image = mmx_open_dump(paths, 2, MMX_BACKEND_ANY, &err);
		CHECK(image && image->notice && strstr(image->notice, "are missing"), "%s",
		      image ? image->notice : err.text);
		mmx_image_close(image);
	}
	check_path_refused(f[3].path, MMX_ETRUNC, "one part of several");
	for (int i = 0; i < 4; i++)
		unlink(f[i].path);
}

static void unlike_parts_are_refused(void)
{
	struct bytes kdump = make_kdump(&small), elf = make_elf(EM_X86_64, plain, 4);
	struct file a = save(&kdump, kdump.n), b = save(&elf, elf.n);
	struct mmx_err err;

	CHECK(!mmx_open_dump((const char *[]){a.path, b.path}, 2, MMX_BACKEND_ANY, &err),
	      "kdump and ELF");
	CHECK(err.code == MMX_EUSAGE, "%s", err.text);
	CHECK(!mmx_open_dump((const char *[]){b.path, b.path}, 2, MMX_BACKEND_ANY, &err),
	      "two ELFs");
	CHECK(!mmx_open_dump(NULL, 0, MMX_BACKEND_ANY, &err), "nothing");
	unlink(a.path);
	unlink(b.path);
	mmx_array_free(&kdump);
	mmx_array_free(&elf);
}

int main(void)
{
	RUN(kdump_tells_present_excluded_absent);
	RUN(a_spoilt_page_is_unreadable);
	RUN(many_pages_read_back);
	RUN(a_spoilt_page_leaves_nothing_behind);
	RUN(truncated_kdump_claims_only_what_it_has);
	RUN(damaged_kdump_is_refused);
	RUN(split_kdump_is_whole_in_any_order);
	RUN(unlike_parts_are_refused);
	return unit_end();
}
