// SPDX-License-Identifier: GPL-2.0-or-later
/* Compressed kdumps, whole, packed or split, and the records of the flattened form. */
#ifndef MMX_TESTS_MAKE_KDUMP_H
#define MMX_TESTS_MAKE_KDUMP_H

#include <endian.h>

#include <lzo/lzo1x.h>
#include <snappy-c.h>
#include <zlib.h>
#include <zstd.h>

#include "dump_files.h"
#include "image/codec.h"

#define FRAMES 64u

struct kdump {
	uint64_t ram;    /* bitmap of frames */
	uint64_t dumped; /* those in the file, whatever part */
	uint64_t start;  /* this part's frames, when it is one of several */
	uint64_t end;
	bool split;
	uint32_t packed; /* how the pages are compressed */
};

#define BITMAPS_AT     (2 * PAGE)
#define DESCRIPTORS_AT (4 * PAGE)

static inline size_t pack(uint8_t *to, size_t room, const uint8_t *page, uint32_t how)
{
	static uint8_t work[LZO1X_1_MEM_COMPRESS];
	uLongf zlib = room;
	lzo_uint lzo = room;

	switch (how) {
	case MMX_ZLIB:
		return compress(to, &zlib, page, PAGE) == Z_OK ? zlib : 0;
	case MMX_LZO:
		return lzo1x_1_compress(page, PAGE, to, &lzo, work) == LZO_E_OK ? lzo : 0;
	case MMX_SNAPPY:
		return snappy_compress((const char *)page, PAGE, (char *)to, &room) == SNAPPY_OK
			       ? room
			       : 0;
	case MMX_ZSTD:
		return ZSTD_compress(to, room, page, PAGE, 1);
	default:
		memcpy(to, page, PAGE);
		return PAGE;
	}
}

static inline void put_page(struct bytes *b, size_t descriptor, uint64_t frame, uint32_t how)
{
	uint8_t page[PAGE], packed[2 * PAGE];
	size_t len;

	fill(page, frame * PAGE, PAGE);
	memset(page + 64, 7, PAGE / 2); /* something to compress */
	len = pack(packed, sizeof(packed), page, how);
	put_u64(b, descriptor, b->n);
	put_u32(b, descriptor + 8, len);
	put_u32(b, descriptor + 12, how);
	put_at(b, b->n, packed, len);
}

static inline struct bytes make_kdump(const struct kdump *k)
{
	uint64_t mine = k->dumped;
	struct bytes b = {0};
	unsigned int n = 0;

	if (k->split)
		mine &= k->start < k->end ? ~0ULL << k->start & ~0ULL >> (FRAMES - k->end) : 0;
	put_at(&b, 0, "KDUMP   ", 8);
	put_u32(&b, 8, 6);
	put_at(&b, 12, "Linux", 6);
	put_at(&b, 142, "6.1.0-test", 11);
	put_at(&b, 207, "#1", 3);
	put_at(&b, 272, "x86_64", 7);
	put_u32(&b, 424, k->packed);
	put_u32(&b, 428, PAGE);
	put_u32(&b, 432, 1);
	put_u32(&b, 436, 2);
	put_u32(&b, 440, FRAMES);
	put_u32(&b, PAGE + 12, k->split);
	put_u64(&b, PAGE + 80, k->start);
	put_u64(&b, PAGE + 88, k->end);
	put_u64(&b, PAGE + 96, FRAMES);
	put_u64(&b, PAGE + 48, PAGE + 512); /* the notes */
	put_u64(&b, PAGE + 56, 64);
	put_note(&b, PAGE + 512, "VMCOREINFO", vmcoreinfo, sizeof(vmcoreinfo) - 1);
	put_u64(&b, BITMAPS_AT, k->ram);
	put_u64(&b, BITMAPS_AT + PAGE, k->dumped);
	put_at(&b, DESCRIPTORS_AT + __builtin_popcountll(mine) * 24 - 1, "", 1);
	for (uint64_t frame = 0; frame < FRAMES; frame++)
		if (mine >> frame & 1)
			put_page(&b, DESCRIPTORS_AT + n++ * 24, frame, k->packed);
	return b;
}

static inline bool page_reads_right(struct mmx_image *image, uint64_t frame)
{
	uint8_t want[PAGE], got[PAGE] = {0}, bits[24] = {0};

	fill(want, frame * PAGE, PAGE);
	memset(want + 64, 7, PAGE / 2);
	return read_len(image, frame * PAGE, got, PAGE) == MMX_READ_OK &&
	       !memcmp(want, got, PAGE) &&
	       read_len(image, frame * PAGE + 4000, bits, sizeof(bits)) == MMX_READ_OK &&
	       !memcmp(want + 4000, bits, sizeof(bits));
}

/* Every frame of an image stands as two bitmaps say. */
static inline void check_frames(struct mmx_image *image, uint64_t ram, uint64_t dumped)
{
	for (uint64_t frame = 0; frame < FRAMES + 2; frame++) {
		bool have = frame < FRAMES && dumped >> frame & 1;
		bool known = frame < FRAMES && ram >> frame & 1;
		enum mmx_read want = have    ? MMX_READ_OK
				     : known ? MMX_READ_EXCLUDED
					     : MMX_READ_ABSENT;

		CHECK(mmx_phys_presence(image, frame * PAGE) == want, "frame %d: %s", (int)frame,
		      mmx_read_name(mmx_phys_presence(image, frame * PAGE)));
		CHECK(outcome(image, frame * PAGE + 8, 8) == want, "frame %d", (int)frame);
		CHECK(!have || page_reads_right(image, frame), "frame %d has other contents",
		      (int)frame);
	}
}

static const struct kdump small = {.ram = 0xffff0000fffffffe, .dumped = 0xf0f0000000fff0c};

static inline void put_record(struct bytes *b, int64_t offset, int64_t size, const uint8_t *data)
{
	uint64_t head[2] = {htobe64(offset), htobe64(size)};

	put_at(b, b->n, head, sizeof(head));
	if (data)
		put_at(b, b->n, data, size);
}

static inline struct bytes flat_header(void)
{
	struct bytes b = {0};

	put_at(&b, 0, "makedumpfile", 13);
	put_at(&b, 16, &(uint64_t){htobe64(1)}, 8);
	put_at(&b, 24, &(uint64_t){htobe64(1)}, 8);
	put_at(&b, PAGE - 1, "", 1);
	return b;
}

#define MANY 3000u

#endif
