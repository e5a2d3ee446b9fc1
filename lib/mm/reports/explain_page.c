// SPDX-License-Identifier: GPL-2.0-or-later
/* Bad page state, and dump_page() wherever it was called. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/reports/explain.h"

/* Why the kernel says that a page is bad, by how the reason begins. */
static const struct {
	const char *reason, *means, *next;
} reasons[] = {
	{"nonzero mapcount",
	 "a page is free, or on its way to be, while its mapcount says that page tables map it: it was freed "
	 "too early, or its struct page was overwritten",
	 "rmapx 0x%" PRIx64 ": who maps it"},
	{"non-NULL mapping",
	 "a page is free, or on its way to be, and still belongs to a file or anon_vma: freed while in use, or "
	 "its struct page was overwritten",
	 "pagex 0x%" PRIx64 ": whose it is; decodex mapping WORD"},
	{"nonzero _refcount",
	 "somebody took a reference to a page that was free, or gave back one too many before: a use after "
	 "free",
	 "pagex 0x%" PRIx64 ": who allocated it last, where page_owner is on"},
	{"PAGE_FLAGS_CHECK_AT_FREE",
	 "a page was freed with flags that only pages in use have: still locked, on an LRU list, private data "
	 "of a file system, ...",
	 "pagex 0x%" PRIx64},
	{"PAGE_FLAGS_CHECK_AT_PREP",
	 "a page that was free had flags set when it was to be handed out: somebody wrote to the struct page "
	 "of free memory",
	 "pagex 0x%" PRIx64},
	{"page still charged to cgroup",
	 "a page was freed, and its memory cgroup was not told: memcg_data is not 0",
	 "pagex 0x%" PRIx64},
	{"page_pool leak",
	 "a network driver's page pool has the page, and it was freed past the pool",
	 "pagex 0x%" PRIx64},
	{"corrupted mapping in tail page",
	 "a tail of a compound page lost what marks it: its struct page was overwritten",
	 "pagex 0x%" PRIx64},
	{"PageTail not set", "a tail of a compound page is none any more when the whole is freed",
	 "pagex 0x%" PRIx64},
	{"compound_head not consistent", "a tail leads to another head than that which is freed",
	 "pagex 0x%" PRIx64},
	{"on deferred list", "a folio is freed that still waits to be split", "pagex 0x%" PRIx64},
	{"nonzero compound_mapcount", "a large folio is freed that page tables map as a whole",
	 "rmapx 0x%" PRIx64},
	{"nonzero entire_mapcount", "a large folio is freed that page tables map as a whole",
	 "rmapx 0x%" PRIx64},
	{"nonzero large_mapcount", "a large folio is freed that page tables map",
	 "rmapx 0x%" PRIx64},
	{"nonzero mm mapcount", "a large folio is freed that page tables map", "rmapx 0x%" PRIx64},
	{"nonzero nr_pages_mapped", "a large folio is freed with pages that page tables map",
	 "rmapx 0x%" PRIx64},
	{"nonzero pincount", "a large folio is freed that is pinned, for DMA most often",
	 "pagex 0x%" PRIx64},
	{"bad pte", "a process's entry is the reason: see the report around it",
	 "rmapx 0x%" PRIx64},
	{"bad page map", "a process's entry is the reason: see the report around it",
	 "rmapx 0x%" PRIx64},
	{"hwpoison", "the page had a memory error", "pagex 0x%" PRIx64},
	{"VM_BUG_ON", "an assertion of a debugging kernel failed: it names what had to be true",
	 "pagex 0x%" PRIx64},
	{"unmovable page", "memory was to be isolated, and this page is in the way",
	 "pagex 0x%" PRIx64},
	{"migration failure",
	 "memory was to be moved, and this page could not be: no fault by itself",
	 "pagex 0x%" PRIx64},
	{"isolation failed",
	 "memory was to be moved, and this page could not be: no fault by itself",
	 "pagex 0x%" PRIx64},
};

static void explain_reason(struct mmx_told *t, const struct mmx_report *r)
{
	const char *reason = mmx_report_text(r, "reason");
	uint64_t pfn;
	bool has_pfn = mmx_report_hex(r, "pfn", &pfn);

	if (!reason) {
		mmx_told_note(
			t, MMX_NOTE_UNKNOWN,
			"the line \"page dumped because\" is not there: the text is not whole");
		return;
	}
	mmx_told_part(t, "reason", reason, "the kernel's words");
	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
		if (strncmp(reason, reasons[i].reason, strlen(reasons[i].reason)))
			continue;
		mmx_told_note(t, MMX_NOTE_MEANS, "%s", reasons[i].means);
		if (has_pfn)
			mmx_told_note(t, MMX_NOTE_NEXT, reasons[i].next, pfn);
		return;
	}
	if (has_pfn)
		mmx_told_note(t, MMX_NOTE_NEXT, "pagex 0x%" PRIx64, pfn);
}

/*
 * The flags of the report by their printed names, which need no kernel: those that a page must not have any
 * more when it is freed.
 */
static bool has_name(const char *names, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = strstr(names, name); at; at = strstr(at + 1, name)) {
		if ((at == names || at[-1] == '|') && (!at[len] || at[len] == '|'))
			return true;
	}
	return false;
}

static const char *const checked[] = {"lru",      "locked", "private", "private_2",   "writeback",
				      "reserved", "slab",   "active",  "unevictable", "mlocked"};

static void explain_flags(struct mmx_told *t, const struct mmx_report *r,
			  const struct mmx_lexicon *x)
{
	const char *names = mmx_report_text(r, "flag_names");
	char list[120] = "";
	uint64_t flags;
	size_t n = 0;

	if (!names || !mmx_report_hex(r, "flags", &flags))
		return;
	mmx_tell_hex(t, "flags", flags, names);
	for (size_t i = 0; i < sizeof(checked) / sizeof(*checked); i++) {
		if (has_name(names, checked[i]))
			n += snprintf(list + n, sizeof(list) - n, "%s%s", n ? ", " : "",
				      checked[i]);
	}
	if (n && r->kind == MMX_TOLD_BAD_PAGE)
		mmx_told_note(t, MMX_NOTE_IMPOSSIBLE, "free pages do not have: %s", list);
	if (has_name(names, "slab") && has_name(names, "lru"))
		mmx_told_note(t, MMX_NOTE_IMPOSSIBLE,
			      "slab and lru together: pages of slabs are on no LRU list");
	if (x->flags.named && !x->assumed && r->n_raw && r->raw[0] != flags)
		mmx_told_note(t, MMX_NOTE_MEANS, "flags are those of the folio's head");
}

/*
 * struct page as words: on x86_64 with 64 bytes these have been at the same places from 6.1 to 7.3.
 */

static const char *poison_of(uint64_t word)
{
	return word == 0xdead000000000100 || word == 0xdead000000000122
		       ? "list poison: it was taken off a list"
	       : word == 0xdead000000000400 ? "TAIL_MAPPING: a tail of a compound page"
	       : (word & ~3ULL) == 0xdead000000000040
		       ? "PP_SIGNATURE: a page pool of network drivers has it"
		       : "";
}

static void explain_link(struct mmx_told *t, uint64_t word)
{
	if (word & 1)
		mmx_tell_hex(
			t, "raw: compound_head", word,
			"bit 0: a tail; the rest leads to its head (since 7.1 it may be a mask)");
	else
		mmx_tell_hex(t, "raw: lru.next", word, poison_of(word));
}

static void explain_raw(struct mmx_told *t, const struct mmx_report *r, const struct mmx_lexicon *x)
{
	const uint64_t *w = r->raw;
	int32_t refcount, mapcount;
	char text[24];

	if (r->n_raw < 8) {
		if (r->n_raw)
			mmx_told_note(t, MMX_NOTE_UNKNOWN,
				      "of the raw words %zu are here, and a struct page has 8",
				      r->n_raw);
		return;
	}
	explain_link(t, w[1]);
	mmx_tell_hex(t, "raw: lru.prev", w[2], poison_of(w[2]));
	mmx_tell_mapping(t, "raw: mapping", w[3]);
	mmx_tell_hex(t, "raw: index", w[4], "");
	mmx_tell_hex(t, "raw: private", w[5], "");
	mapcount = (int32_t)w[6];
	refcount = (int32_t)(w[6] >> 32);
	snprintf(text, sizeof(text), "0x%08x", (uint32_t)mapcount);
	mmx_told_part(t, "raw: _mapcount", text, "%s",
		      mapcount == -1 ? "-1: not mapped, no type"
				     : "a mapcount less one, or a page type");
	if (x->has_types && mapcount < x->types.below)
		mmx_tell_type(t, x, (uint32_t)mapcount);
	snprintf(text, sizeof(text), "%d", refcount);
	mmx_told_part(t, "raw: _refcount", text, "%s", refcount ? "" : "free, or being made");
	if (refcount < 0)
		mmx_told_note(t, MMX_NOTE_IMPOSSIBLE,
			      "_refcount %d: given back more often than taken", refcount);
	mmx_tell_hex(t, "raw: memcg_data", w[7],
		     w[7] ? "charged to a memory cgroup" : "not charged");
}

#define OLD_TYPES (-128)

/* What free pages have is known whatever else they were. */
static void check_counts(struct mmx_told *t, const struct mmx_report *r)
{
	int64_t refcount = 0, mapcount = 0;
	const char *mapping = mmx_report_text(r, "mapping");
	bool counted = mmx_report_number(r, "refcount", &refcount) &&
		       mmx_report_number(r, "mapcount", &mapcount);

	if (!counted)
		return;
	if (refcount < 0)
		mmx_told_note(t, MMX_NOTE_IMPOSSIBLE,
			      "refcount %" PRId64 ": more references were given back than taken",
			      refcount);
	/* Up to 6.8 a page type was printed as if it were a count. */
	if (mapcount <= OLD_TYPES)
		mmx_told_note(t, MMX_NOTE_MEANS,
			      "mapcount %" PRId64
			      " is a page type, 0x%08x: this kernel prints it so",
			      mapcount, (uint32_t)(mapcount - 1));
	else if (mapcount < 0)
		mmx_told_note(t, MMX_NOTE_IMPOSSIBLE,
			      "mapcount %" PRId64 ": unmapped more often than mapped", mapcount);
	if (mapcount > refcount)
		mmx_told_note(t, MMX_NOTE_IMPOSSIBLE,
			      "mapcount %" PRId64 " is more than refcount %" PRId64
			      ": each mapping holds a reference",
			      mapcount, refcount);
	if (r->kind == MMX_TOLD_BAD_PAGE && !refcount && !mapcount && mapping &&
	    strspn(mapping, "0") == strlen(mapping) && !mmx_report_text(r, "reason"))
		mmx_told_note(t, MMX_NOTE_MEANS, "counts and mapping are those of a free page");
}

static const struct mmx_field_meaning fields[] = {
	{"page", "page", "hashed by %p, unless no_hash_pointers was given"},
	{"refcount", "refcount", ""},
	{"mapcount", "mapcount", "of this page; 0 where it has a page type"},
	{"mapping", "mapping", "hashed by %p: only whether it is 0 is to be seen"},
	{"index", "index", "in hex: its place in its file, or in its VMA"},
	{"folio_order", "folio order", "it is of a large folio"},
	{"folio_mapcount", "folio mapcount", "mappings of any of its pages"},
	{"entire", "entire mapcount", "mappings of the folio as a whole"},
	{"nr_mapped", "nr_pages_mapped", "pages mapped one by one, and 0x800000 for the whole"},
	{"pincount", "pins", "for DMA and the like"},
	{"memcg", "memcg_data", "the memory cgroup that it is charged to"},
	{"aops", "operations", "of the file that it is of"},
	{"ino", "inode", "its number, in hex"},
	{"dentry", "file", ""},
	{"invalid", "mapping", "it could not be followed"},
	{"mismatch", "folio", "the page does not lie in the folio that it leads to"},
	{"type_name", "page type", "instead of a mapcount"},
	{"tracked", "page_owner", "as it was tracked"},
	{"owner_order", "allocated, order", ""},
	{"owner_gfp_names", "allocated, GFP", ""},
	{"owner_comm", "allocated by", "who asked for it the last time"},
	{"owner_pid", "allocated by PID", ""},
	{"free_pid", "freed by PID", ""},
	{"migrated", "migrated", "why it was the last time"},
	{0},
};

void mmx_explain_page(struct mmx_told *t, const struct mmx_report *r, const struct mmx_lexicon *x)
{
	const char *comm = mmx_report_text(r, "comm"), *reason = mmx_report_text(r, "reason");
	char frame[40] = "";
	uint64_t pfn;

	if (mmx_report_hex(r, "pfn", &pfn)) {
		snprintf(frame, sizeof(frame), ", frame 0x%" PRIx64, pfn);
		mmx_tell_hex(t, "frame", pfn, "PFN");
	}
	if (r->kind == MMX_TOLD_BAD_PAGE)
		mmx_told_title(t, "a page was freed or handed out that cannot be%s: %s", frame,
			       reason ? reason : "no reason is here");
	else
		mmx_told_title(t, "a struct page was printed%s%s%s", frame, reason ? ": " : "",
			       reason ? reason : "");
	if (comm)
		mmx_told_part(t, "found in", comm,
			      "it was running; that it is to blame does not follow");
	mmx_explain_fields(t, r, fields);
	if (mmx_report_text(r, "page") && !mmx_report_text(r, "refcount")) {
		mmx_told_note(t, MMX_NOTE_MEANS,
			      "the struct page was never initialised, or its memory is gone");
		return;
	}
	explain_flags(t, r, x);
	explain_raw(t, r, x);
	check_counts(t, r);
	explain_reason(t, r);
}
