// SPDX-License-Identifier: GPL-2.0-or-later
/* Words of struct page: flags, page_type, _mapcount, mapping. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/words/words.h"

/*
 * What a flag says, and whether a page that is freed must not have it any more (PAGE_FLAGS_CHECK_AT_FREE, the
 * same from 6.1 on but for slab, which is no flag any more).
 */
static const struct {
	const char *name;
	bool checked;
	const char *meaning;
} meanings[] = {
	{"locked", true, "somebody has the page locked, for I/O or to change its state"},
	{"writeback", true, "it is being written out"},
	{"referenced", false, "used lately"},
	{"uptodate", false, "its contents are valid"},
	{"dirty", false, "it has to be written out"},
	{"lru", true, "on an LRU list"},
	{"head", false, "the head of a compound page"},
	{"waiters", false, "somebody may wait for it"},
	{"active", true, "on an active list"},
	{"workingset", false, "it came back soon after it was reclaimed"},
	{"error", false, "I/O on it failed"},
	{"slab", true, "of a slab"},
	{"owner_priv_1", false, "the owner's"},
	{"owner_2", false, "the owner's"},
	{"arch_1", false, "the architecture's"},
	{"arch_2", false, "the architecture's"},
	{"arch_3", false, "the architecture's"},
	{"reserved", true, "not the page allocator's: firmware, kernel image, holes"},
	{"private", true, "a file system's data hang on it"},
	{"private_2", true, "more of a file system's data, or cached by fscache"},
	{"mappedtodisk", false, "its blocks are known"},
	{"reclaim", false, "to be reclaimed when it is written"},
	{"swapbacked", false, "anonymous or shared memory, which goes to swap"},
	{"unevictable", true, "not to be reclaimed"},
	{"dropbehind", false, "to be dropped when it is written"},
	{"mlocked", true, "a process has it locked"},
	{"uncached", false, "mapped as not cached"},
	{"hwpoison", false, "it had a memory error"},
	{"young", false, "used since page_idle looked"},
	{"idle", false, "page_idle watches it"},
};

#define MEANINGS (sizeof(meanings) / sizeof(*meanings))

/* Pairs that no page can have. */
static const struct {
	const char *a, *b, *why;
} exclude[] = {
	{"slab", "lru", "pages of slabs are on no LRU list"},
	{"reserved", "lru", "reserved pages are on no LRU list"},
	{"active", "unevictable", "the unevictable list has no active half"},
};

static void append(char *list, size_t size, const char *name)
{
	size_t n = strlen(list);

	snprintf(list + n, size - n, "%s%s", n ? ", " : "", name);
}

/* Names that a bit has besides the first, since owners use it for other things. */
struct others {
	unsigned int bit;
	const char *first;
	char list[120];
};

static bool take_other(void *arg, const char *name, int64_t value)
{
	struct others *o = arg;

	if (value == o->bit && !strncmp(name, "PG_", 3) && strcmp(name + 3, o->first))
		append(o->list, sizeof(o->list), name + 3);
	return true;
}

static void tell_flag(struct mmx_told *t, const struct mmx_lexicon *x, unsigned int bit)
{
	struct others others = {.bit = bit, .first = x->flags.name[bit]};
	const char *meaning = "";
	char where[16];

	for (size_t i = 0; i < MEANINGS; i++) {
		if (!strcmp(meanings[i].name, others.first))
			meaning = meanings[i].meaning;
	}
	mmx_types_each_enumerator(&x->kernel->types, "pageflags", take_other, &others);
	snprintf(where, sizeof(where), "bit %u", bit);
	mmx_told_part(t, others.first, where, "%s%s%s%s", meaning, others.list[0] ? " (or: " : "",
		      others.list, others.list[0] ? ")" : "");
}

static bool has_flag(const struct mmx_lexicon *x, uint64_t word, const char *name)
{
	return mmx_bit(word, mmx_lexicon_flag(x, name));
}

static void check_flags(struct mmx_told *t, const struct mmx_lexicon *x, uint64_t word)
{
	char list[200] = "";

	for (size_t i = 0; i < sizeof(exclude) / sizeof(*exclude); i++) {
		if (has_flag(x, word, exclude[i].a) && has_flag(x, word, exclude[i].b))
			mmx_told_note(t, MMX_NOTE_IMPOSSIBLE, "%s and %s together: %s",
				      exclude[i].a, exclude[i].b, exclude[i].why);
	}
	for (size_t i = 0; i < MEANINGS; i++) {
		if (meanings[i].checked && has_flag(x, word, meanings[i].name))
			append(list, sizeof(list), meanings[i].name);
	}
	if (list[0])
		mmx_told_note(t, MMX_NOTE_MEANS,
			      "if the page is free or being freed, it must not have: %s", list);
}

/* How many bits behind the named ones belong to no field: those of fields that are not known may be anything. */
static uint64_t field_bits(const struct mmx_lexicon *x, bool *all_known)
{
	uint64_t bits = 0;

	*all_known = !x->assumed;
	for (unsigned int i = 0; i < MMX_FLAG_FIELD_COUNT; i++) {
		const struct mmx_flag_field *f = &x->flags.field[i];

		*all_known &= f->known;
		if (f->width)
			bits |= ((1ULL << f->width) - 1) << f->shift;
	}
	return bits;
}

static void tell_field(struct mmx_told *t, const struct mmx_lexicon *x, unsigned int id,
		       uint64_t word)
{
	const struct mmx_flag_field *f = &x->flags.field[id];
	unsigned int value = mmx_flag_field(&x->flags, id, word);
	unsigned int node = mmx_flag_field(&x->flags, FIELD_NODE, word);
	char text[48];
	const char *zone = id == FIELD_ZONE ? mmx_lexicon_zone(x, node, value) : NULL;

	if (!f->width || !f->known || (id > FIELD_ZONE && !value))
		return;
	snprintf(text, sizeof(text), "%u (bits %u-%u)", value, f->shift, f->shift + f->width - 1);
	mmx_told_part(t, mmx_flag_field_name(id), text, "%s", zone ? zone : "");
	if (id == FIELD_ZONE && !zone && (x->view || x->assumed))
		mmx_told_note(
			t, MMX_NOTE_IMPOSSIBLE,
			"node %u has no zone %u%s; reserved frames that no zone spans may say so",
			node, value, x->assumed ? ", by the assumed shifts" : "");
}

/* Bits that are neither flags nor of a field that is known, those side by side together. */
static void tell_others(struct mmx_told *t, const struct mmx_lexicon *x, uint64_t word)
{
	bool all_known;
	uint64_t left = word & ~field_bits(x, &all_known);

	if (x->flags.named < 64)
		left = left >> x->flags.named << x->flags.named;
	while (left) {
		unsigned int first = __builtin_ctzll(left);
		uint64_t behind = ~(left >> first);
		unsigned int last = first + (behind ? __builtin_ctzll(behind) : 64) - 1;
		char where[24];

		snprintf(where, sizeof(where), last > first ? "bits %u-%u" : "bit %u", first, last);
		mmx_told_part(
			t, "?", where, "%s",
			all_known
				? "no flag and no field of this kernel"
				: "no flag; of last_cpupid or lru_gen, whose places depend on NR_CPUS");
		if (all_known)
			mmx_told_note(t, MMX_NOTE_IMPOSSIBLE, "%s: neither a flag nor of a field",
				      where);
		left = last < 63 ? left >> (last + 1) << (last + 1) : 0;
	}
}

void mmx_tell_flags(struct mmx_told *t, const struct mmx_lexicon *x, uint64_t word)
{
	if (word == ~0ULL) {
		mmx_told_note(t, MMX_NOTE_MEANS,
			      "all ones: a struct page that was never initialised");
		return;
	}
	for (unsigned int bit = 0; bit < x->flags.named; bit++) {
		if (word >> bit & 1)
			tell_flag(t, x, bit);
	}
	tell_others(t, x, word);
	for (unsigned int id = 0; id < MMX_FLAG_FIELD_COUNT; id++)
		tell_field(t, x, id, word);
	check_flags(t, x, word);
	if (x->view && !mmx_fact_usable(&x->kernel->facts, FACT_FLAGS_ZONE))
		mmx_told_note(t, MMX_NOTE_UNKNOWN, "node and zone: %s",
			      x->kernel->facts.v[FACT_FLAGS_ZONE].text);
	if (x->assumed)
		mmx_told_note(
			t, MMX_NOTE_ASSUMED,
			"node at bit 54, zone at 51 (1024 nodes, 5 zones), and flags behind "
			"mlocked as with MEMORY_FAILURE and PAGE_IDLE_FLAG: the configuration "
			"decides that");
}

static int need_kernel(bool known, const char *what, struct mmx_err *err)
{
	if (known)
		return 0;
	return mmx_fail(
		err, MMX_EUSAGE,
		"what %s mean depends on the kernel: say --kernel 6.8 or 6.14, or give a dump",
		what);
}

/* Names of flags to a word: the other way. */
static int flags_of_names(const struct mmx_lexicon *x, const char *text, uint64_t *word,
			  struct mmx_err *err)
{
	char names[400];
	char *at, *save;

	*word = 0;
	snprintf(names, sizeof(names), "%s", text);
	for (at = strtok_r(names, "|,+ ", &save); at; at = strtok_r(NULL, "|,+ ", &save)) {
		char full[64];
		int64_t value;
		unsigned int bit = mmx_lexicon_flag(x, at);

		snprintf(full, sizeof(full), "PG_%s", at);
		if (bit == MMX_NO_BIT &&
		    mmx_types_enumerator(&x->kernel->types, "pageflags", full, &value) >= 0)
			bit = (unsigned int)value;
		if (bit >= 64)
			return mmx_fail(err, MMX_EUSAGE, "%.60s: no such flag of %s", at, x->of);
		*word |= 1ULL << bit;
	}
	return *word ? 0 : mmx_fail(err, MMX_EUSAGE, "\"%.60s\" is no page flag", text);
}

int mmx_word_flags(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		   struct mmx_err *err)
{
	mmx_told_begin(t, MMX_TOLD_FLAGS);
	if (need_kernel(x->flags.named, "page flags", err))
		return -1;
	if (mmx_word_number(text, &t->word, err) && flags_of_names(x, text, &t->word, err))
		return -1;
	t->has_word = true;
	mmx_told_title(t, "flags of a struct page");
	mmx_tell_flags(t, x, t->word);
	return 0;
}

/*
 * page_type and _mapcount, which are one word.
 */

/* Where a type is a bit that is clear, a word may be of several; the kernel sets one only. */
static void tell_other_types(struct mmx_told *t, const struct mmx_page_types *types, uint32_t word,
			     enum mmx_page_type first)
{
	for (unsigned int i = first + 1; i < MMX_PAGE_UNKNOWN; i++) {
		if (types->code[i] && !(word & types->code[i]))
			mmx_told_note(t, MMX_NOTE_IMPOSSIBLE, "%s and %s at once",
				      mmx_page_type_name(first), mmx_page_type_name(i));
	}
}

void mmx_tell_type(struct mmx_told *t, const struct mmx_lexicon *x, uint32_t word)
{
	enum mmx_page_type type = mmx_page_type_of(&x->types, word);
	char text[16];

	snprintf(text, sizeof(text), "0x%08x", word);
	if (type == MMX_PAGE_NONE) {
		mmx_told_part(t, "page type", text, "none: the word is a mapcount of %" PRId64,
			      (int64_t)(int32_t)word + 1);
		if ((int32_t)word < -1)
			mmx_told_note(t, MMX_NOTE_IMPOSSIBLE,
				      "_mapcount %d is below -1: unmapped more often than mapped",
				      (int32_t)word);
		return;
	}
	mmx_told_part(t, "page type", text, "%s", mmx_page_type_name(type));
	if (type == MMX_PAGE_UNKNOWN)
		mmx_told_note(t, MMX_NOTE_IMPOSSIBLE, "0x%08x is a page type that %s does not have",
			      word, x->of);
	else if (x->types.scheme == MMX_TYPES_CLEAR_BITS)
		tell_other_types(t, &x->types, word, type);
	else if (word & 0xffffff)
		mmx_told_part(t, "value", "", "0x%06x: the owner's, beside the type",
			      word & 0xffffff);
}

/* A byte alone is what reports print since 6.12. */
int mmx_word_type(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		  struct mmx_err *err)
{
	mmx_told_begin(t, MMX_TOLD_TYPE);
	if (need_kernel(x->has_types, "page types", err) || mmx_word_number(text, &t->word, err))
		return -1;
	if (t->word > UINT32_MAX)
		return mmx_fail(err, MMX_EUSAGE, "page_type has 32 bits, and %.40s more", text);
	t->has_word = true;
	mmx_told_title(t, "page_type, which is in the place of _mapcount");
	if (x->types.scheme == MMX_TYPES_BYTE && t->word >= 0x80 && t->word <= 0xff) {
		mmx_told_note(t, MMX_NOTE_MEANS, "taken for the top byte, as reports print it");
		t->word <<= 24;
	}
	mmx_tell_type(t, x, (uint32_t)t->word);
	return 0;
}

void mmx_tell_mapcount(struct mmx_told *t, const struct mmx_lexicon *x, uint32_t word)
{
	char text[24];

	if (x->has_types && (int32_t)word < x->types.below) {
		mmx_tell_type(t, x, word);
		return;
	}
	snprintf(text, sizeof(text), "%" PRId64, (int64_t)(int32_t)word + 1);
	mmx_told_part(t, "mappings", text, "%s", word == ~0u ? "no page table maps it" : "");
	if ((int32_t)word < -1)
		mmx_told_note(
			t, x->has_types ? MMX_NOTE_IMPOSSIBLE : MMX_NOTE_MEANS,
			x->has_types ? "below -1: unmapped more often than mapped"
				     : "below -1: a page type, or unmapped more often than mapped");
}

int mmx_word_mapcount(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		      struct mmx_err *err)
{
	char *end;
	long number;

	mmx_told_begin(t, MMX_TOLD_MAPCOUNT);
	errno = 0;
	number = strtol(text, &end, 10);
	if ((*text == '-' || *text == '+') && !*end && !errno && number >= INT32_MIN &&
	    number <= INT32_MAX)
		t->word = (uint32_t)number;
	else if (mmx_word_number(text, &t->word, err))
		return -1;
	if (t->word > UINT32_MAX)
		return mmx_fail(err, MMX_EUSAGE, "_mapcount has 32 bits, and %.40s more", text);
	t->has_word = true;
	mmx_told_title(t, "_mapcount, which counts from -1");
	mmx_tell_mapcount(t, x, (uint32_t)t->word);
	mmx_told_note(t, MMX_NOTE_MEANS,
		      "of a page of a large folio the folio's own counts come to this");
	return 0;
}

/*
 * mapping
 */

#define POISON 0xdead000000000000ULL

static const struct {
	uint64_t word;
	const char *meaning;
} poisons[] = {
	{POISON + 0x100, "LIST_POISON1: it was taken off a list"},
	{POISON + 0x122, "LIST_POISON2: it was taken off a list"},
	{POISON + 0x400, "TAIL_MAPPING: a tail of a compound page"},
	{POISON + 0x40, "PP_SIGNATURE: of a page pool of network drivers"},
	{0, "none"},
};

void mmx_tell_mapping(struct mmx_told *t, const char *name, uint64_t word)
{
	static const char *const kinds[] = {"an address_space of a file", "anonymous: an anon_vma",
					    "movable: its driver's operations (up to 6.16)",
					    "KSM: a node of the stable tree"};
	uint64_t pointer = word & ~3ULL;

	for (size_t i = 0; i < sizeof(poisons) / sizeof(*poisons); i++) {
		if (word == poisons[i].word) {
			mmx_tell_hex(t, name, word, poisons[i].meaning);
			return;
		}
	}
	mmx_tell_hex(t, name, word, kinds[word & 3]);
	if (pointer >> 47 != 0x1ffff && pointer >> 56 != 0xff)
		mmx_told_note(t, MMX_NOTE_IMPOSSIBLE, "mapping 0x%" PRIx64 " is no kernel address",
			      pointer);
	else if (word & 1)
		mmx_told_note(t, MMX_NOTE_NEXT, "anonx 0x%" PRIx64, pointer);
	else
		mmx_told_note(t, MMX_NOTE_NEXT, "filex 0x%" PRIx64, pointer);
}

int mmx_word_mapping(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		     struct mmx_err *err)
{
	(void)x;
	mmx_told_begin(t, MMX_TOLD_MAPPING);
	if (mmx_word_number(text, &t->word, err))
		return -1;
	t->has_word = true;
	mmx_told_title(t, "what a struct page has for its mapping; its two low bits say what kind");
	mmx_tell_mapping(t, "mapping", t->word);
	return 0;
}
