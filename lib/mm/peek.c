// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/peek.h"
#include "mm/frames/page_walk.h"
#include "mm/processes/fault_site.h"
#include "mm/swap/stored.h"
#include "mm/frames/contents_read.h"

#define REASONS_MAX 255
#define PAGE_MAX    65536

const char *mmx_peek_space_name(unsigned int space)
{
	static const char *const names[] = {
#define SPACE(id, word) [MMX_PEEK_##id] = word,
		MMX_PEEK_SPACES(SPACE)
#undef SPACE
	};

	return names[space];
}

/* Reasons that read alike are one. */
static uint8_t number_of(struct mmx_peek *p, const struct mmx_err *why)
{
	for (size_t i = 0; i < p->reasons.n; i++) {
		if (!strcmp(p->reasons.v[i].text, why->text))
			return i + 1;
	}
	return p->reasons.n < REASONS_MAX ? mmx_reason_add(&p->reasons, why) : REASONS_MAX;
}

static void miss(struct mmx_peek *p, size_t at, size_t n, const struct mmx_err *why)
{
	memset(p->v + at, 0, n);
	memset(p->why + at, number_of(p, why), n);
	mmx_cover_fail(&p->coverage, why);
}

/* What a piece of memory is read by: virtual addresses of the kernel's, or physical ones. */
typedef enum mmx_read (*read_fn)(struct mmx_view *view, uint64_t addr, void *buf, size_t len);

/* All of a piece, or of its halves what there is. */
static void take(struct mmx_peek *p, struct mmx_view *view, read_fn read, uint64_t addr, size_t at,
		 size_t n)
{
	enum mmx_read how = read(view, addr, p->v + at, n);
	struct mmx_err why;

	if (!how) {
		p->coverage.found += n;
	} else if (n == 1 || how == MMX_READ_UNMAPPED) {
		mmx_fail(&why, how == MMX_READ_UNMAPPED ? MMX_ENOTFOUND : MMX_EABSENT, "%s",
			 mmx_read_name(how));
		miss(p, at, n, &why);
	} else {
		take(p, view, read, addr, at, n / 2);
		take(p, view, read, addr + n / 2, at + n / 2, n - n / 2);
	}
}

/* A page that is out, if its contents are in memory after all. */
static void take_swapped(struct mmx_peek *p, struct mmx_view *view,
			 const struct mmx_user_entry *entry, size_t in_page, size_t at, size_t n)
{
	unsigned char page[PAGE_MAX];
	struct mmx_stored stored;
	struct mmx_err why;

	if (mmx_swap_read(&stored, view, entry->type, entry->offset, page, &why)) {
		mmx_fail_prefix(&why, "%s", mmx_user_words(entry->kind));
		why.code = MMX_EABSENT;
		miss(p, at, n, &why);
		return;
	}
	memcpy(p->v + at, page + in_page, n);
	p->coverage.found += n;
}

/* Whether the frame that an entry names has what the process would read: one of a device's has not. */
static bool has_contents(enum mmx_user_kind kind)
{
	return mmx_user_mapped(kind) || kind == MMX_USER_MIGRATION || kind == MMX_USER_EXCLUSIVE;
}

/* A page of the page cache that is being read in has nothing yet. */
static bool is_uptodate(struct mmx_view *view, uint64_t pfn)
{
	const struct mmx_page_format *f = &mmx_mem(view->kernel)->page_format;
	const struct mmx_layout *l = &view->kernel->layout;
	struct mmx_page_walk w;
	struct mmx_err err;
	bool is;

	if (!mmx_has_enum(l, E_PG_uptodate) || mmx_page_walk_begin(&w, view, 0, 0, &err))
		return false;
	is = mmx_page_walk_look(&w, pfn) && !w.read && !w.folio.read &&
	     mmx_bit(mmx_word(w.folio.bytes, f->flags), mmx_enum(l, E_PG_uptodate));
	mmx_page_walk_end(&w);
	return is;
}

/*
 * What the page cache has where the page tables have nothing yet, or since it was swapped out, which of shared memory
 * no entry tells of: a fault would map just that. False when it has nothing.
 */
static bool take_cached(struct mmx_peek *p, struct mmx_view *view, uint64_t mm,
			const struct mmx_user_entry *entry, uint64_t addr, size_t at, size_t n)
{
	unsigned int shift = view->kernel->arch->page_shift;
	size_t in_page = addr & ((1ULL << shift) - 1);
	struct mmx_user_entry out = {.kind = MMX_USER_SWAP};
	struct mmx_fault_site site;
	struct mmx_err err;

	if ((entry->kind != MMX_USER_NONE &&
	     (entry->kind != MMX_USER_MARKER || entry->marker != MMX_MARKER_UFFD_WP)) ||
	    mmx_fault_site_find(&site, view, mm, NULL, addr, &err) ||
	    site.place != MMX_SITE_INSIDE || site.beyond)
		return false;
	if (site.cached == MMX_SITE_IN_SWAP) {
		out.type = site.type;
		out.offset = site.offset;
		take_swapped(p, view, &out, in_page, at, n);
		return true;
	}
	if (site.cached != MMX_SITE_CACHED || !is_uptodate(view, site.pfn))
		return false;
	take(p, view, mmx_contents_read, site.pfn << shift | in_page, at, n);
	return true;
}

static void take_user(struct mmx_peek *p, struct mmx_view *view, uint64_t mm, uint64_t addr,
		      size_t at, size_t n)
{
	unsigned int shift = view->kernel->arch->page_shift;
	size_t in_page = addr & ((1ULL << shift) - 1);
	struct mmx_user_entry entry;
	struct mmx_err why;

	if (mmx_user_lookup(&entry, view, mm, addr, &why)) {
		miss(p, at, n, &why);
	} else if (has_contents(entry.kind)) {
		take(p, view, mmx_contents_read, entry.pfn << shift | in_page, at, n);
	} else if (entry.kind == MMX_USER_SWAP) {
		take_swapped(p, view, &entry, in_page, at, n);
	} else if (!take_cached(p, view, mm, &entry, addr, at, n)) {
		mmx_fail(&why,
			 entry.kind == MMX_USER_UNREADABLE ? mmx_read_code(entry.pte.read)
			 : entry.kind == MMX_USER_BROKEN   ? MMX_ECORRUPT
							   : MMX_ENOTFOUND,
			 "%s", mmx_user_words(entry.kind));
		miss(p, at, n, &why);
	}
}

int mmx_peek(struct mmx_peek *p, struct mmx_view *view, enum mmx_peek_space space, uint64_t mm,
	     uint64_t addr, size_t n, struct mmx_err *err)
{
	size_t page = 1ULL << view->kernel->arch->page_shift;

	*p = (struct mmx_peek){.addr = addr, .n = n};
	if (n > MMX_PEEK_MAX)
		return mmx_fail(err, MMX_EUSAGE, "%zu bytes are too many at once: at most %u", n,
				MMX_PEEK_MAX);
	if (n && addr + (n - 1) < addr)
		return mmx_fail(err, MMX_EUSAGE, "0x%" PRIx64 " and %zu bytes: no such addresses",
				addr, n);
	p->v = calloc(n + 1, 1);
	p->why = calloc(n + 1, 1);
	if (!p->v || !p->why) {
		mmx_peek_free(p);
		return mmx_fail_nomem(err);
	}
	for (size_t at = 0, part; at < n; at += part) {
		if (mmx_stopped(view->kernel->image)) {
			mmx_peek_free(p);
			return mmx_fail(err, MMX_EUSAGE, "stopped");
		}
		part = page - ((addr + at) & (page - 1));
		if (part > n - at)
			part = n - at;
		if (space == MMX_PEEK_USER)
			take_user(p, view, mm, addr + at, at, part);
		else
			take(p, view,
			     space == MMX_PEEK_KERNEL ? mmx_contents_kread : mmx_contents_read,
			     addr + at, at, part);
	}
	return 0;
}

void mmx_peek_free(struct mmx_peek *p)
{
	free(p->v);
	free(p->why);
	p->v = NULL;
	p->why = NULL;
	mmx_reasons_free(&p->reasons);
}

const struct mmx_err *mmx_peek_missing(const struct mmx_peek *p, size_t at, size_t n)
{
	for (size_t i = at; i < p->n && i < at + n; i++) {
		if (p->why[i])
			return mmx_reason(&p->reasons, p->why[i]);
	}
	return NULL;
}
