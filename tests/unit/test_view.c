// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading through page tables: what is mapped by single pages, in order in memory or out of it, whole or not. */
#include <inttypes.h>
#include <string.h>

#include "../fake_memory.h"
#include "unit.h"

#define PAGE   4096u
#define MEMORY (64u * PAGE)
#define VA     0xffffffffc0000000ULL

/* The frames that twelve pages from VA on are mapped to; the last is not mapped. */
static const unsigned int frames[] = {8, 9, 10, 11, 20, 21, 30, 12, 13, 14, 15, 0};

#define PAGES (sizeof(frames) / sizeof(*frames))

static uint64_t longest; /* of the reads of the image */

static enum mmx_read counted_read(void *reader, uint64_t phys, void *buf, size_t len)
{
	longest = len > longest ? len : longest;
	return fake_read(reader, phys, buf, len);
}

static void put(struct fake_memory *m, uint64_t table, unsigned int i, uint64_t entry)
{
	memcpy(m->bytes + table + 8 * i, &entry, sizeof(entry));
}

/* Each page is filled with the number of its place from VA on. */
static struct fake_memory *mapped(void)
{
	struct fake_memory *m = fake_memory_new(MEMORY);

	m->ops.read = counted_read;
	put(m, m->mem.kernel.paging.root, VA >> 39 & 511, 1 * PAGE | 3);
	put(m, 1 * PAGE, VA >> 30 & 511, 2 * PAGE | 3);
	put(m, 2 * PAGE, VA >> 21 & 511, 3 * PAGE | 3);
	for (unsigned int i = 0; i < PAGES; i++) {
		if (!frames[i])
			continue;
		put(m, 3 * PAGE, i, frames[i] * PAGE | 3);
		memset(m->bytes + frames[i] * PAGE, 'A' + i, PAGE);
	}
	return m;
}

/* The places that the bytes of a read come from, a letter each. */
static const char *letters(struct fake_memory *m, uint64_t addr, size_t len)
{
	static unsigned char buf[PAGES * PAGE];
	static char text[PAGES + 2];
	enum mmx_read read;
	size_t n = 0;

	memset(buf, '-', sizeof(buf));
	longest = 0;
	read = mmx_kread(m->view, addr, buf, len);
	if (read)
		return mmx_read_name(read);
	for (size_t i = 0; i < len; i++) {
		if (!n || text[n - 1] != buf[i])
			text[n++] = buf[i];
	}
	text[n] = 0;
	return text;
}

static void pages_in_order_are_read_at_once(void)
{
	struct fake_memory *m = mapped();

	CHECK(!strcmp(letters(m, VA, 4 * PAGE), "ABCD") && longest == 4 * PAGE, "%" PRIu64,
	      longest);
	CHECK(!strcmp(letters(m, VA + PAGE - 8, PAGE + 16), "ABC") && longest == PAGE + 16,
	      "%" PRIu64, longest);
	CHECK(!strcmp(letters(m, VA, 11 * PAGE), "ABCDEFGHIJK"), "%s", letters(m, VA, 11 * PAGE));
	CHECK(longest == 4 * PAGE, "%" PRIu64, longest);
	CHECK(!strcmp(letters(m, VA + 5 * PAGE + 1, 2 * PAGE), "FGH"), "%s",
	      letters(m, VA + 5 * PAGE + 1, 2 * PAGE));
	CHECK(!strcmp(letters(m, VA + 10, 1), "A"), "a byte");
	fake_memory_free(m);
}

static void what_is_missing_says_so(void)
{
	struct fake_memory *m = mapped();

	CHECK(!strcmp(letters(m, VA + 9 * PAGE, 3 * PAGE), "unmapped"), "behind the last page");
	mmx_ranges_free(&m->image.present);
	if (!mmx_ranges_add(&m->image.ram, 0, 32 * PAGE) ||
	    !mmx_ranges_add(&m->image.present, 0, 10 * PAGE) ||
	    !mmx_ranges_add(&m->image.present, 11 * PAGE, MEMORY + PAGE))
		abort();
	CHECK(!strcmp(letters(m, VA, 2 * PAGE), "AB"), "before it");
	CHECK(!strcmp(letters(m, VA + 3 * PAGE, 2 * PAGE), "DE"), "behind it");
	CHECK(!strcmp(letters(m, VA, 4 * PAGE), "excluded"), "%s", letters(m, VA, 4 * PAGE));
	/* What stands in the way first is the answer: a page that is not there, not one that is not mapped. */
	CHECK(!strcmp(letters(m, VA + 2 * PAGE, 10 * PAGE), "excluded"), "%s",
	      letters(m, VA + 2 * PAGE, 10 * PAGE));
	fake_memory_free(m);
}

int main(void)
{
	RUN(pages_in_order_are_read_at_once);
	RUN(what_is_missing_says_so);
	return unit_end();
}
