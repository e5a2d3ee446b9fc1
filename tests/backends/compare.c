// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compare CORE...
 *
 * Without a dump, prints which libkdumpfile it was built with. Reads every page that mmx itself or libkdumpfile says was memory through both. Prints a line for each
 * pair of outcomes that occurs: mmx's, the library's, whether what both have is the "same" or "other"
 * bytes, or "-" where one of them has none, how many pages that is, and the first page frame. Of a page
 * whose end is in the dump but not its beginning, or the other way round, a part is "present".
 */
#include <inttypes.h>
#include <libkdumpfile/kdumpfile.h>
#include <stdio.h>
#include <string.h>

#include "image/image.h"

#define PAGE 4096u

enum { PART = MMX_READ_UNMAPPED + 1, OUTCOMES };

/* What both have of a page. */
enum bytes { NONE, SAME, OTHER, VERDICTS };

struct side {
	struct mmx_image *image;
	struct mmx_reader *reader;
	uint8_t page[PAGE];
};

struct count {
	uint64_t pages, first;
};

struct comparison {
	struct side own, library;
	struct count counts[OUTCOMES][OUTCOMES][VERDICTS];
};

static bool open_side(struct side *side, enum mmx_backend backend, const char *const *paths,
		      size_t n)
{
	struct mmx_err err;

	side->image = mmx_open_dump(paths, n, backend, &err);
	side->reader = side->image ? mmx_reader_new(side->image, &err) : NULL;
	if (!side->reader)
		fprintf(stderr, "compare: %s\n", err.text);
	return side->reader;
}

/* What part of a page is present, or perhaps present; an empty one when none is. */
static struct mmx_range part_of(const struct side *side, uint64_t phys)
{
	const struct mmx_range *r = mmx_ranges_find(&side->image->present, phys);
	struct mmx_range part = {phys, phys};

	if (!side->image->presence_known)
		return (struct mmx_range){phys, phys + PAGE};
	if (!r || r->start >= phys + PAGE)
		return part;
	part.start = r->start > phys ? r->start : phys;
	part.end = r->end < phys + PAGE ? r->end : phys + PAGE;
	return part;
}

static unsigned int read_side(struct side *side, uint64_t phys, struct mmx_range *part)
{
	enum mmx_read r;

	*part = part_of(side, phys);
	if (part->start == part->end)
		return mmx_phys_presence(side->image, phys);
	r = mmx_phys_read(side->reader, part->start, side->page + (part->start - phys),
			  part->end - part->start);
	if (r != MMX_READ_OK)
		return r;
	return part->end - part->start == PAGE ? MMX_READ_OK : PART;
}

static bool has_bytes(unsigned int outcome)
{
	return outcome == MMX_READ_OK || outcome == PART;
}

static void compare_page(struct comparison *c, uint64_t phys)
{
	struct mmx_range mine, its;
	unsigned int own = read_side(&c->own, phys, &mine);
	unsigned int library = read_side(&c->library, phys, &its);
	enum bytes bytes = NONE;
	struct count *count;

	if (has_bytes(own) && has_bytes(library)) {
		uint64_t start = mine.start > its.start ? mine.start : its.start;
		uint64_t end = mine.end < its.end ? mine.end : its.end;

		bytes = start < end && memcmp(c->own.page + (start - phys),
					      c->library.page + (start - phys), end - start)
				? OTHER
				: SAME;
	}
	count = &c->counts[own][library][bytes];
	if (!count->pages++)
		count->first = phys / PAGE;
}

static bool add_pages(struct mmx_ranges *pages, const struct mmx_ranges *ranges)
{
	mmx_for_each_range (r, ranges)
		if (!mmx_ranges_add(pages, r->start / PAGE * PAGE,
				    (r->end + PAGE - 1) / PAGE * PAGE))
			return false;
	return true;
}

static bool compare(struct comparison *c)
{
	const struct mmx_image *own = c->own.image, *library = c->library.image;
	struct mmx_ranges pages = {0};

	if (!add_pages(&pages, &own->ram) || !add_pages(&pages, &own->present) ||
	    !add_pages(&pages, &library->ram) || !add_pages(&pages, &library->present))
		return false;
	mmx_ranges_normalise(&pages);
	mmx_for_each_range (r, &pages)
		for (uint64_t phys = r->start; phys < r->end; phys += PAGE)
			compare_page(c, phys);
	mmx_ranges_free(&pages);
	return true;
}

static void print(const struct comparison *c)
{
	static const char *const verdicts[] = {[NONE] = "-", [SAME] = "same", [OTHER] = "other"};

	for (unsigned int i = 0; i < OUTCOMES * OUTCOMES * VERDICTS; i++) {
		unsigned int own = i / VERDICTS / OUTCOMES, library = i / VERDICTS % OUTCOMES;
		const struct count *count = &c->counts[own][library][i % VERDICTS];

		if (count->pages)
			printf("%s %s %s %" PRIu64 " %#" PRIx64 "\n",
			       own == PART ? "part" : mmx_read_name(own),
			       library == PART ? "part" : mmx_read_name(library),
			       verdicts[i % VERDICTS], count->pages, count->first);
	}
}

static void close_side(struct side *side)
{
	mmx_reader_free(side->reader);
	mmx_image_close(side->image);
}

int main(int argc, char **argv)
{
	static struct comparison c;
	const char *const *paths = (const char *const *)argv + 1;
	bool done;

	if (argc == 1) {
		puts(KDUMPFILE_VERSION_STRING);
		return 0;
	}
	done = open_side(&c.own, MMX_BACKEND_OWN, paths, argc - 1) &&
	       open_side(&c.library, MMX_BACKEND_KDUMPFILE, paths, argc - 1) && compare(&c);

	if (done)
		print(&c);
	close_side(&c.own);
	close_side(&c.library);
	return done ? 0 : 2;
}
