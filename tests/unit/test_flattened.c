// SPDX-License-Identifier: GPL-2.0-or-later
/* Flattened dumps: what lies in them is a dump of some other form. */
#include <fcntl.h>

#include "image/flattened.h"
#include "make_elf.h"
#include "make_kdump.h"

/* Records of odd sizes, every second one first and the others after, from the end to the start. */
static struct bytes flatten(const struct bytes *dump, bool end_mark)
{
	struct bytes b = flat_header();
	const size_t piece = 1777;
	size_t n = (dump->n + piece - 1) / piece;

	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = n; i-- > 0;) {
			size_t at = i * piece, len = dump->n - at < piece ? dump->n - at : piece;

			if (i % 2 == pass)
				put_record(&b, at, len, dump->v + at);
		}
	}
	if (end_mark)
		put_record(&b, -1, -1, NULL);
	return b;
}

static void flattened_dumps_are_put_in_order(void)
{
	struct kdump k = small;
	struct bytes dump, flat;
	struct mmx_err err;
	struct mmx_image *image;

	k.packed = MMX_ZLIB;
	dump = make_kdump(&k);
	flat = flatten(&dump, true);
	image = open_bytes(&flat, flat.n, &err);
	CHECK(image, "%s", err.text);
	if (image) {
		check_frames(image, k.ram | k.dumped, k.dumped);
		CHECK(image->notice && strstr(image->notice, "temporary file"), "%s",
		      image->notice);
		CHECK(image->vmcoreinfo, "no VMCOREINFO");
	}
	mmx_image_close(image);
	mmx_array_free(&flat);

	flat = flatten(&dump, false);
	image = open_bytes(&flat, flat.n, &err);
	CHECK(image && strstr(image->notice, "no end mark"), "%s",
	      image ? image->notice : err.text);
	mmx_image_close(image);
	mmx_array_free(&flat);
	mmx_array_free(&dump);

	dump = make_elf(EM_X86_64, plain, 4);
	flat = flatten(&dump, true);
	image = open_bytes(&flat, flat.n, &err);
	CHECK(image, "%s", err.text);
	if (image) {
		CHECK(reads_right(image, 0x1000, 0x9e800), "an ELF segment");
		CHECK(!strcmp(image->format, "ELF dump"), "%s", image->format);
	}
	mmx_image_close(image);
	mmx_array_free(&flat);
	mmx_array_free(&dump);
}

static void truncated_stream_gives_what_it_has(void)
{
	struct bytes flat = flat_header(), dump = make_kdump(&small);
	uint64_t left = small.dumped;
	struct mmx_err err;
	struct mmx_image *image;

	put_record(&flat, 0, dump.n, dump.v);
	image = open_bytes(&flat, flat.n - PAGE, &err);
	left &= ~(1ULL << (63 - __builtin_clzll(left)));
	CHECK(image, "%s", err.text);
	if (image)
		check_frames(image, small.ram | small.dumped, left);
	mmx_image_close(image);
	check_refused(&flat, PAGE, MMX_ETRUNC, "flattened");
	check_refused(&flat, PAGE + 10, MMX_ETRUNC, "flattened");
	mmx_array_free(&flat);
	mmx_array_free(&dump);
}

static void wild_records_are_refused(void)
{
	static const int64_t wild[][2] = {
		{-2, 10}, {0, -10}, {0, 0}, {1LL << 46, 1}, {INT64_MAX, INT64_MAX}, {-1, 5},
	};

	for (size_t i = 0; i < ARRAY_SIZE(wild); i++) {
		struct bytes flat = flat_header();

		put_record(&flat, 0, 5, (const uint8_t *)"KDUMP");
		put_record(&flat, wild[i][0], wild[i][1], NULL);
		put_at(&flat, flat.n, "0123456789", 10);
		check_refused(&flat, flat.n, MMX_ECORRUPT, "record");
		mmx_array_free(&flat);
	}
}

static void a_full_disk_is_told(void)
{
	struct bytes flat = flat_header();
	int full = open("/dev/full", O_WRONLY), in;
	struct mmx_err err = {0};
	bool truncated;
	struct file f;

	put_record(&flat, 0, 5, (const uint8_t *)"KDUMP");
	f = save(&flat, flat.n);
	in = open(f.path, O_RDONLY);
	CHECK(mmx_flattened_unpack(in, full, &truncated, &err) < 0, "written");
	CHECK(strstr(err.text, "No space left") && strstr(err.text, "TMPDIR"), "%s", err.text);
	close(in);
	close(full);
	unlink(f.path);
	mmx_array_free(&flat);
}

int main(void)
{
	RUN(flattened_dumps_are_put_in_order);
	RUN(truncated_stream_gives_what_it_has);
	RUN(wild_records_are_refused);
	RUN(a_full_disk_is_told);
	return unit_end();
}
