// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Little dumps for tests: each byte of memory is a function of its address, so what is read back
 * tells by itself whether it is right.
 */
#ifndef MMX_TESTS_DUMP_FILES_H
#define MMX_TESTS_DUMP_FILES_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "image/image.h"
#include "unit.h"

#define PAGE          4096u
#define ARRAY_SIZE(a) (sizeof(a) / sizeof(*(a)))

static const char vmcoreinfo[] = "OSRELEASE=6.1.0-test\nPAGESIZE=4096\n";

static inline uint8_t byte_at(uint64_t phys)
{
	return (phys + 1) * 0x9e3779b97f4a7c15 >> 56;
}

static inline void fill(uint8_t *to, uint64_t phys, size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = byte_at(phys + i);
}

/* A file being made. */
struct bytes {
	MMX_ARRAY(uint8_t);
};

static inline void put_at(struct bytes *b, size_t at, const void *from, size_t len)
{
	if (at + len > b->n) {
		if (!mmx_array_grow(b, at + len - b->n))
			abort();
		memset(b->v + b->n, 0, at + len - b->n);
		b->n = at + len;
	}
	memcpy(b->v + at, from, len);
}

static inline void put_u32(struct bytes *b, size_t at, uint32_t v)
{
	put_at(b, at, &(uint32_t){htole32(v)}, 4);
}

static inline void put_u64(struct bytes *b, size_t at, uint64_t v)
{
	put_at(b, at, &(uint64_t){htole64(v)}, 8);
}

static inline void put_memory(struct bytes *b, size_t at, uint64_t phys, size_t len)
{
	uint8_t *data = malloc(len + 1);

	fill(data, phys, len);
	put_at(b, at, data, len);
	free(data);
}

struct file {
	char path[32];
};

static inline struct file save(const struct bytes *b, size_t len)
{
	struct file f = {"/tmp/mmx-image-XXXXXX"};
	int fd = mkstemp(f.path);

	if (fd < 0 || write(fd, b->v, len) != (ssize_t)len)
		abort();
	close(fd);
	return f;
}

static inline struct mmx_image *open_bytes(const struct bytes *b, size_t len, struct mmx_err *err)
{
	struct file f = save(b, len);
	const char *path = f.path;
	struct mmx_image *image;

	*err = (struct mmx_err){0};
	image = mmx_open_dump(&path, 1, MMX_BACKEND_ANY, err);
	unlink(f.path);
	return image;
}

static inline enum mmx_read read_len(struct mmx_image *image, uint64_t phys, uint8_t *buf,
				     size_t len)
{
	struct mmx_reader *reader = mmx_reader_new(image, NULL);
	enum mmx_read r = reader ? mmx_phys_read(reader, phys, buf, len) : MMX_READ_UNREADABLE;

	mmx_reader_free(reader);
	return r;
}

static inline bool reads_right(struct mmx_image *image, uint64_t phys, size_t len)
{
	uint8_t *got = calloc(1, len), *want = malloc(len);
	bool same;

	fill(want, phys, len);
	same = read_len(image, phys, got, len) == MMX_READ_OK && !memcmp(got, want, len);
	free(got);
	free(want);
	return same;
}

static inline enum mmx_read outcome(struct mmx_image *image, uint64_t phys, size_t len)
{
	uint8_t *buf = malloc(len);
	enum mmx_read r = read_len(image, phys, buf, len);

	free(buf);
	return r;
}

static inline bool ranges_are(const struct mmx_ranges *r, const struct mmx_range *want, size_t n)
{
	return r->n == n && !memcmp(r->v, want, n * sizeof(*want));
}

#define RANGES_ARE(r, ...)                                     \
	ranges_are(r, (const struct mmx_range[]){__VA_ARGS__}, \
		   sizeof((const struct mmx_range[]){__VA_ARGS__}) / sizeof(struct mmx_range))

static inline void check_refused(const struct bytes *b, size_t len, enum mmx_code code,
				 const char *word)
{
	struct mmx_err err;
	struct mmx_image *image = open_bytes(b, len, &err);

	CHECK(!image, "opened, expecting \"%s\"", word);
	CHECK(err.code == code, "code %d: %s", err.code, err.text);
	CHECK(strstr(err.text, word), "no \"%s\" in: %s", word, err.text);
	mmx_image_close(image);
}

static inline void put_note(struct bytes *b, size_t at, const char *name, const char *desc,
			    size_t len)
{
	size_t namesz = strlen(name) + 1;

	put_u32(b, at, namesz);
	put_u32(b, at + 4, len);
	put_u32(b, at + 8, 0);
	put_at(b, at + 12, name, namesz);
	put_at(b, at + 12 + ((namesz + 3) & ~3u), desc, len);
}

static inline void check_path_refused(const char *path, enum mmx_code code, const char *word)
{
	struct mmx_err err = {0};
	struct mmx_image *image = mmx_open_dump(&path, 1, MMX_BACKEND_ANY, &err);

	CHECK(!image, "%s: opened", path);
	CHECK(err.code == code && strstr(err.text, word), "%s: %d: %s", path, err.code, err.text);
	mmx_image_close(image);
}

#endif
