// SPDX-License-Identifier: GPL-2.0-or-later
/* Loose words against answers that were worked out from the kernel's headers of 6.8 and 6.14. */
#include <inttypes.h>
#include <string.h>

#include "mm/words/words.h"
#include "unit.h"

/* @says: a title, a part's name or meaning, or a note; @note: that there must be one of that kind */
static const struct {
	const char *series, *kind, *text;
	uint64_t word;
	const char *says;
	int note;
} answers[] = {
	{"6.8", "pte", "800000012345e867", 0x800000012345e867,
	 "PTE: a page of 4 KiB at frame 0x12345e, user, writable, dirty", -1},
	/* PROT_NONE: the frame is stored inverted, and the global bit says that it maps something. */
	{"6.8", "pte", "0x800ffffedcba1900", 0x800ffffedcba1900, "frame 0x12345e, without access",
	 -1},
	{"6.8", "pmd", "80000001234000e7", 0x80000001234000e7,
	 "PMD: a page of 2 MiB at frame 0x123400", -1},
	{"6.8", "pmd", "12345067", 0x12345067, "PMD: a table at frame 0x12345", -1},
	{"6.8", "pmd", "800000012340a0e7", 0x800000012340a0e7, "bit 13", MMX_NOTE_IMPOSSIBLE},
	{"6.8", "pgd", "123450e7", 0x123450e7, "bit 7 is reserved", MMX_NOTE_IMPOSSIBLE},
	{"6.8", "pud", "800", 0x800, "no swap entry stands at this level", MMX_NOTE_IMPOSSIBLE},
	/* Type 0, offset 0x1234: the offset is inverted, its lowest bit is bit 9. */
	{"6.8", "pte", "07ffffffffdb9600", 0x07ffffffffdb9600, "not present: swap area", -1},
	{"6.8", "pte", "07ffffffffdb9600", 0x07ffffffffdb9600, "0x1234", -1},
	/* Types from the top: marker 31, four of devices, three of migration, then poison at 23. */
	{"6.14", "pte", "bfffffffffdb9600", 0xbfffffffffdb9600, "not present: hwpoison", -1},
	{"6.14", "pte", "cfffffffffdb9600", 0xcfffffffffdb9600, "not present: migration, exclusive",
	 -1},
	{"6.14", "pte", "fffffffffffff600", 0xfffffffffffff600, "guard", -1},
	{"6.8", "swap", "5c00000000001234", 0x5c00000000001234, "hwpoison", -1},
	{"6.8", "flags", "820", 0x820, "slab and lru together", MMX_NOTE_IMPOSSIBLE},
	{"6.14", "flags", "820", 0x820, "owner_2", -1},
	{"6.8", "flags", "active|unevictable", 0x100100, "no active half", MMX_NOTE_IMPOSSIBLE},
	{"6.8", "flags", "17ffffc0004000", 0x17ffffc0004000, "Normal", MMX_NOTE_ASSUMED},
	{"6.8", "flags", "3fffffc0004000", 0x3fffffc0004000, "node 0 has no zone 7",
	 MMX_NOTE_IMPOSSIBLE},
	{"6.14", "flags", "ffffffffffffffff", ~0ULL, "never initialised", -1},
	{"6.8", "type", "ffffff7f", 0xffffff7f, "buddy", -1},
	{"6.8", "type", "fffffdff", 0xfffffdff, "table", -1},
	{"6.8", "type", "fffffc7f", 0xfffffc7f, "buddy and table at once", MMX_NOTE_IMPOSSIBLE},
	{"6.14", "type", "7fffffff", 0x7fffffff, "a mapcount of 2147483648", -1},
	{"6.14", "type", "f0", 0xf0000000, "buddy", -1},
	{"6.14", "type", "f5000003", 0xf5000003, "slab", -1},
	{"6.14", "type", "fa000000", 0xfa000000, "does not have", MMX_NOTE_IMPOSSIBLE},
	{"6.14", "mapcount", "-1", 0xffffffff, "no page table maps it", -1},
	{"6.14", "mapcount", "-3", 0xfffffffd, "below -1", MMX_NOTE_IMPOSSIBLE},
	{"6.8", "mapcount", "5", 5, "mappings", -1},
	{NULL, "mapping", "ffff888004a01235", 0xffff888004a01235, "anonymous", MMX_NOTE_NEXT},
	{NULL, "mapping", "dead000000000400", 0xdead000000000400, "TAIL_MAPPING", -1},
	{NULL, "mapping", "7fff00001000", 0x7fff00001000, "no kernel address", MMX_NOTE_IMPOSSIBLE},
	{"6.8", "gfp", "GFP_KERNEL|__GFP_COMP", 0x40cc0, "GFP_KERNEL|__GFP_COMP", -1},
	{"6.8", "gfp", "0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP)", 0x140cca,
	 "GFP_HIGHUSER_MOVABLE|__GFP_COMP", -1},
	{"6.14", "gfp", "820", 0x820, "GFP_ATOMIC", -1},
	{"6.14", "gfp", "GFP_DMA|GFP_DMA32", 0x5, "two zones at once", MMX_NOTE_IMPOSSIBLE},
	{"6.8", "gfp", "__GFP_NOFAIL", 0x8000, "what must not fail", MMX_NOTE_IMPOSSIBLE},
	{"6.8", "vma", "rd,wr,mr", 0x13, "smaps: rd wr mr", -1},
	{"6.14", "vma", "read|sealed", 0x8000000000000001, "sealed", -1},
	{"6.8", "vma", "8", 0x8, "shared without mayshare", MMX_NOTE_IMPOSSIBLE},
};

static bool part_says(const struct mmx_told *t, const char *text)
{
	for (size_t i = 0; i < t->parts.n; i++) {
		if (strstr(t->parts.v[i].name, text) || strstr(t->parts.v[i].value, text) ||
		    strstr(t->parts.v[i].meaning, text))
			return true;
	}
	for (size_t i = 0; i < t->notes.n; i++) {
		if (strstr(t->notes.v[i].text, text))
			return true;
	}
	return strstr(t->title, text);
}

static int lexicon(struct mmx_lexicon *x, const char *series)
{
	struct mmx_err err;

	if (series)
		return mmx_lexicon_of_series(x, series, &err);
	mmx_lexicon_of_nobody(x);
	return 0;
}

static void words_say_what_headers_have(void)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		struct mmx_lexicon x;
		struct mmx_told t;
		struct mmx_err err = {0};

		if (lexicon(&x, answers[i].series))
			CHECK(false, "no %s", answers[i].series);
		CHECK(!mmx_word_kind_find(answers[i].kind)->tell(&t, &x, answers[i].text, &err),
		      "%s %s: %s", answers[i].kind, answers[i].text, err.text);
		CHECK(t.word == answers[i].word, "%s %s: 0x%" PRIx64, answers[i].kind,
		      answers[i].text, t.word);
		CHECK(part_says(&t, answers[i].says), "%s %s does not say %s, but %s",
		      answers[i].kind, answers[i].text, answers[i].says, t.title);
		CHECK(answers[i].note < 0 || mmx_told_has(&t, answers[i].note), "%s %s: no note %d",
		      answers[i].kind, answers[i].text, answers[i].note);
		CHECK(answers[i].note == MMX_NOTE_IMPOSSIBLE ||
			      !mmx_told_has(&t, MMX_NOTE_IMPOSSIBLE),
		      "%s %s: impossible", answers[i].kind, answers[i].text);
		mmx_told_free(&t);
		mmx_lexicon_free(&x);
	}
}

/* No kind, whatever the word. */
static void what_is_no_word_is_refused(void)
{
	static const char *const none[] = {"", "0x", "xyz", "12345678901234567", "-", "1 2", "|"};
	struct mmx_lexicon x;

	if (lexicon(&x, "6.8"))
		return;
	for (const struct mmx_word_kind *k = mmx_word_kinds(); k->name; k++) {
		for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
			struct mmx_told t;
			struct mmx_err err = {0};

			CHECK(k->tell(&t, &x, none[i], &err), "%s %s", k->name, none[i]);
			CHECK(err.text[0], "%s %s: no reason", k->name, none[i]);
			mmx_told_free(&t);
		}
	}
	mmx_lexicon_free(&x);
}

/* Every single bit, and all of them, of every kind: nothing may break, and each answer has a title. */
static void every_bit_has_an_answer(void)
{
	static const char *const series[] = {"6.8", "6.14", NULL};

	for (size_t s = 0; s < 3; s++) {
		struct mmx_lexicon x;

		if (lexicon(&x, series[s]))
			return;
		for (const struct mmx_word_kind *k = mmx_word_kinds(); k->name; k++) {
			for (unsigned int bit = 0; bit <= 64; bit++) {
				struct mmx_told t;
				struct mmx_err err;
				char text[24];

				snprintf(text, sizeof(text), "0x%" PRIx64,
					 bit < 64 ? (uint64_t)1 << bit : ~(uint64_t)0);
				if (!k->tell(&t, &x, text, &err))
					CHECK(t.title[0] && !t.left_out, "%s %s", k->name, text);
				mmx_told_free(&t);
			}
		}
		mmx_lexicon_free(&x);
	}
}

static void other_series_are_refused(void)
{
	static const char *const none[] = {"6.9", "6", "", "x", "6.8x"};
	struct mmx_lexicon x;
	struct mmx_err err;

	for (size_t i = 0; i + 1 < sizeof(none) / sizeof(*none); i++)
		CHECK(mmx_lexicon_of_series(&x, none[i], &err), "%s", none[i]);
	CHECK(!mmx_lexicon_of_series(&x, "6.14.0-15-generic", &err), "%s", err.text);
	mmx_lexicon_free(&x);
}

int main(void)
{
	RUN(words_say_what_headers_have);
	RUN(what_is_no_word_is_refused);
	RUN(every_bit_has_an_answer);
	RUN(other_series_are_refused);
	return unit_end();
}
