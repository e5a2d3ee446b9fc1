// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"
#include "mm/programs/elf_symbols.h"

#define SYMBOLS_MAX  (8u << 20) /* of one table */
#define SECTIONS_MAX (64u << 10)
#define DYNAMIC_MAX  1024
#define BUCKETS_MAX  (1u << 20)
#define CHUNK        32 /* symbols that are read at once: what is missing is missing by so many */
#define FAILED_MAX   65536 /* times that this may fail */

#define SHT_SYMTAB   2
#define SHN_RESERVED 0xff00 /* from here on, but for */
#define SHN_XINDEX   0xffff /* which stands for a large one */

enum {
	DT_NULL = 0,
	DT_HASH = 4,
	DT_STRTAB = 5,
	DT_SYMTAB = 6,
	DT_STRSZ = 10,
	DT_GNU_HASH = 0x6ffffef5
};

enum { STT_NOTYPE = 0, STT_OBJECT = 1, STT_FUNC = 2, STT_GNU_IFUNC = 10 };

/* Where the two classes have what is read. */
struct places {
	uint8_t symbol, st_value, st_size, st_info, st_shndx;
	uint8_t section, sh_offset, sh_size, sh_link, word;
};

static const struct places places[] = {
	{24, 8, 16, 4, 6, 64, 24, 32, 40, 8},
	{16, 4, 8, 12, 14, 40, 16, 20, 24, 4},
};

/* A table of symbols, and its names. */
struct table {
	uint64_t at, n;
	uint64_t names, names_size;
	bool dynamic;
};

static const struct places *places_of(const struct mmx_elf *elf)
{
	return &places[elf->is_32];
}

/*
 * The file's own table, by its sections.
 */

static int read_section(const struct mmx_elf *elf, struct mmx_elf_source *s, uint64_t i,
			unsigned char bytes[64], struct mmx_err *err)
{
	uint64_t size = places_of(elf)->section;

	return s->read(s, elf->shoff + i * size, bytes, size, err);
}

static uint64_t section_word(const struct mmx_elf *elf, const unsigned char *section, uint8_t at)
{
	return mmx_le(section + at, places_of(elf)->word);
}

static int count_sections(const struct mmx_elf *elf, struct mmx_elf_source *s, uint64_t *n,
			  struct mmx_err *err)
{
	unsigned char first[64];

	*n = elf->shnum;
	if (!elf->shoff || elf->shentsize != places_of(elf)->section)
		return mmx_fail(err, MMX_ENOTFOUND, "it has no sections");
	if (*n)
		return 0;
	if (read_section(elf, s, 0, first, err))
		return -1;
	*n = section_word(elf, first, places_of(elf)->sh_size);
	return *n <= SECTIONS_MAX ? 0 : mmx_fail(err, MMX_ENOTFOUND, "%" PRIu64 " sections", *n);
}

static int take_symtab(struct table *t, const struct mmx_elf *elf, struct mmx_elf_source *s,
		       const unsigned char *section, uint64_t n, struct mmx_err *err)
{
	const struct places *p = places_of(elf);
	uint64_t link = mmx_le32(section + p->sh_link);
	unsigned char names[64];

	if (link >= n)
		return mmx_fail(err, MMX_ENOTFOUND, "its symbols' names are in no section");
	if (read_section(elf, s, link, names, err))
		return -1;
	*t = (struct table){
		.at = section_word(elf, section, p->sh_offset),
		.n = section_word(elf, section, p->sh_size) / p->symbol,
		.names = section_word(elf, names, p->sh_offset),
		.names_size = section_word(elf, names, p->sh_size),
	};
	return 0;
}

static int find_symtab(struct table *t, const struct mmx_elf *elf, struct mmx_elf_source *s,
		       struct mmx_err *err)
{
	unsigned char section[64];
	uint64_t n;

	if (count_sections(elf, s, &n, err))
		return -1;
	for (uint64_t i = 0; i < n; i++) {
		if (read_section(elf, s, i, section, err))
			return mmx_fail_prefix(err, "its sections");
		if (mmx_le32(section + 4) == SHT_SYMTAB)
			return take_symtab(t, elf, s, section, n, err);
	}
	return mmx_fail(err, MMX_ENOTFOUND, "it is stripped of its table of symbols");
}

/*
 * The dynamic linker's, whose length only its hashes tell.
 */

struct dynamic {
	uint64_t hash, gnu_hash, strtab, symtab, strsz;
};

static void take_entry(struct dynamic *d, uint64_t tag, uint64_t value)
{
	switch (tag) {
	case DT_HASH:
		d->hash = value;
		break;
	case DT_STRTAB:
		d->strtab = value;
		break;
	case DT_SYMTAB:
		d->symtab = value;
		break;
	case DT_STRSZ:
		d->strsz = value;
		break;
	case DT_GNU_HASH:
		d->gnu_hash = value;
		break;
	default:
		break;
	}
}

static int read_dynamic(struct dynamic *d, const struct mmx_elf *elf, struct mmx_elf_source *s,
			struct mmx_err *err)
{
	const struct mmx_elf_segment *seg = mmx_elf_segment(elf, MMX_PT_DYNAMIC);
	const unsigned int word = places_of(elf)->word;
	unsigned char bytes[16];

	*d = (struct dynamic){0};
	if (!seg)
		return mmx_fail(err, MMX_ENOTFOUND, "it is not linked dynamically");
	for (unsigned int i = 0; i < DYNAMIC_MAX && (i + 1ULL) * 2 * word <= seg->filesz; i++) {
		if (s->read(s, seg->offset + i * 2ULL * word, bytes, 2ULL * word, err))
			return -1;
		if (mmx_le(bytes, word) == DT_NULL)
			break;
		take_entry(d, mmx_le(bytes, word), mmx_le(bytes + word, word));
	}
	if (!d->symtab || !d->strtab)
		return mmx_fail(err, MMX_ENOTFOUND, "its dynamic section names no symbols");
	return 0;
}

static int count_by_hash(uint64_t *n, struct mmx_elf_source *s, uint64_t at, struct mmx_err *err)
{
	unsigned char head[8];

	if (s->read(s, at, head, sizeof(head), err))
		return -1;
	*n = mmx_le32(head + 4);
	return 0;
}

/* The last bucket's chain has the last symbol; it ends with the first hash whose bit 0 is set. */
static int count_by_gnu_hash(uint64_t *n, const struct mmx_elf *elf, struct mmx_elf_source *s,
			     uint64_t at, struct mmx_err *err)
{
	unsigned char head[16], bytes[4];
	uint64_t buckets, offset, chains, last = 0;

	if (s->read(s, at, head, sizeof(head), err))
		return -1;
	buckets = mmx_le32(head);
	offset = mmx_le32(head + 4);
	at += sizeof(head) + (uint64_t)mmx_le32(head + 8) * places_of(elf)->word;
	if (buckets > BUCKETS_MAX)
		return mmx_fail(err, MMX_ENOTFOUND, "a hash of %" PRIu64 " buckets", buckets);
	for (uint64_t i = 0; i < buckets; i++) {
		if (s->read(s, at + i * 4, bytes, 4, err))
			return -1;
		if (mmx_le32(bytes) > last)
			last = mmx_le32(bytes);
	}
	*n = offset;
	if (last < offset)
		return 0;
	chains = at + buckets * 4;
	for (uint64_t i = last; i < SYMBOLS_MAX; i++) {
		if (s->read(s, chains + (i - offset) * 4, bytes, 4, err))
			return -1;
		*n = i + 1;
		if (mmx_le32(bytes) & 1)
			return 0;
	}
	return 0;
}

static int count_dynamic(uint64_t *n, const struct dynamic *d, const struct mmx_elf *elf,
			 struct mmx_elf_source *s, struct mmx_err *err)
{
	uint64_t at;

	if (d->hash && mmx_elf_offset(elf, d->hash, &at))
		return count_by_hash(n, s, at, err);
	if (d->gnu_hash && mmx_elf_offset(elf, d->gnu_hash, &at))
		return count_by_gnu_hash(n, elf, s, at, err);
	return mmx_fail(err, MMX_ENOTFOUND, "its dynamic symbols have no hash that counts them");
}

static int find_dynsym(struct table *t, const struct mmx_elf *elf, struct mmx_elf_source *s,
		       struct mmx_err *err)
{
	struct dynamic d;

	*t = (struct table){.dynamic = true};
	if (read_dynamic(&d, elf, s, err) || count_dynamic(&t->n, &d, elf, s, err))
		return -1;
	t->names_size = d.strsz;
	if (!mmx_elf_offset(elf, d.symtab, &t->at) || !mmx_elf_offset(elf, d.strtab, &t->names))
		return mmx_fail(err, MMX_ENOTFOUND, "its dynamic symbols are in no segment");
	return 0;
}

/*
 * Looking through a table.
 */

struct candidate {
	uint64_t value, size, name;
	unsigned int rank; /* of two at one place the higher one */
	bool any, function;
};

/* A function before an object, what others can name before what they cannot. */
static unsigned int rank_of(unsigned int info)
{
	return (((info & 15) == STT_FUNC || (info & 15) == STT_GNU_IFUNC) ? 4 : 0) +
	       (info >> 4 == 1 ? 2 : info >> 4 == 2);
}

/* One that is defined, and has an address: numbers such as versions are absolute. */
static bool is_named(unsigned int type, unsigned int section)
{
	if (!section || (section >= SHN_RESERVED && section != SHN_XINDEX))
		return false;
	return type == STT_NOTYPE || type == STT_OBJECT || type == STT_FUNC ||
	       type == STT_GNU_IFUNC;
}

/* One that says that it has the address is better than one that says nothing and is nearer. */
static bool is_better(const struct candidate *one, const struct candidate *than)
{
	if (!than->any || !one->size != !than->size)
		return !than->any || one->size;
	if (one->value != than->value)
		return one->value > than->value;
	return one->rank > than->rank;
}

/* A library calls one thing by several names, and those that begin so are for itself. */
static bool is_for_itself(const struct table *t, struct mmx_elf_source *s, uint64_t name)
{
	char first;

	return !s->read(s, t->names + name, &first, 1, NULL) && first == '_';
}

static void consider(struct candidate *best, const struct table *t, const struct mmx_elf *elf,
		     struct mmx_elf_source *s, const unsigned char *bytes, uint64_t vaddr)
{
	const struct places *p = places_of(elf);
	unsigned int info = bytes[p->st_info];
	struct candidate c = {
		.any = true,
		.value = mmx_le(bytes + p->st_value, p->word),
		.size = mmx_le(bytes + p->st_size, p->word),
		.name = mmx_le32(bytes),
		.rank = rank_of(info),
		.function = (info & 15) == STT_FUNC || (info & 15) == STT_GNU_IFUNC,
	};

	if (!is_named(info & 15, mmx_le16(bytes + p->st_shndx)) || !c.name || c.value > vaddr ||
	    (c.size && vaddr - c.value >= c.size))
		return;
	if (is_better(&c, best) || (c.value == best->value && c.size == best->size &&
				    c.rank == best->rank && is_for_itself(t, s, best->name)))
		*best = c;
}

static void look(struct candidate *best, uint64_t *unread, const struct table *t,
		 const struct mmx_elf *elf, struct mmx_elf_source *s, uint64_t vaddr)
{
	uint64_t size = places_of(elf)->symbol, n = t->n < SYMBOLS_MAX ? t->n : SYMBOLS_MAX;
	unsigned char bytes[CHUNK * 24];
	unsigned int failed = 0;

	for (uint64_t i = 0; i < n; i += CHUNK) {
		uint64_t some = n - i < CHUNK ? n - i : CHUNK;

		if (s->read(s, t->at + i * size, bytes, some * size, NULL)) {
			*unread += some;
			if (++failed == FAILED_MAX) {
				*unread += n - i - some;
				break;
			}
			continue;
		}
		for (uint64_t j = 0; j < some; j++)
			consider(best, t, elf, s, bytes + j * size, vaddr);
	}
	*unread += t->n - n;
}

/* Up to its NUL, a page's end may lie before that. */
static int read_name(struct mmx_elf_symbol *symbol, const struct table *t, uint64_t at,
		     struct mmx_elf_source *s, struct mmx_err *err)
{
	for (size_t i = 0; i + 1 < sizeof(symbol->name); i++) {
		if (at + i >= t->names_size)
			return mmx_fail(err, MMX_ENOTFOUND, "its name is not among the names");
		if (s->read(s, t->names + at + i, &symbol->name[i], 1, err))
			return mmx_fail_prefix(err, "its name");
		if (!symbol->name[i])
			return 0;
	}
	symbol->name[sizeof(symbol->name) - 1] = 0;
	return 0;
}

static int symbol_of(struct mmx_elf_symbol *symbol, const struct table *t,
		     const struct mmx_elf *elf, struct mmx_elf_source *s, uint64_t vaddr,
		     struct mmx_err *err)
{
	struct candidate best = {0};
	uint64_t unread = 0;

	look(&best, &unread, t, elf, s, vaddr);
	if (!best.any && unread)
		return mmx_fail(err, MMX_EABSENT,
				"%" PRIu64 " of its %" PRIu64 " symbols are not in memory", unread,
				t->n);
	if (!best.any)
		return mmx_fail(err, MMX_ENOTFOUND, "none of its %" PRIu64 " symbols has that",
				t->n);
	*symbol = (struct mmx_elf_symbol){
		.value = best.value,
		.size = best.size,
		.function = best.function,
		.dynamic = t->dynamic,
		.unread = unread,
	};
	return read_name(symbol, t, best.name, s, err);
}

int mmx_elf_symbol(struct mmx_elf_symbol *symbol, const struct mmx_elf *elf,
		   struct mmx_elf_source *s, uint64_t vaddr, struct mmx_err *err)
{
	struct mmx_err no_symtab, no_dynsym;
	struct table t;

	if (!find_symtab(&t, elf, s, &no_symtab) &&
	    !symbol_of(symbol, &t, elf, s, vaddr, &no_symtab))
		return 0;
	if (!find_dynsym(&t, elf, s, &no_dynsym) &&
	    !symbol_of(symbol, &t, elf, s, vaddr, &no_dynsym))
		return 0;
	return mmx_fail(err,
			no_symtab.code == MMX_EABSENT || no_dynsym.code == MMX_EABSENT
				? MMX_EABSENT
				: MMX_ENOTFOUND,
			"symbols: %.150s; dynamic ones: %.150s", no_symtab.text, no_dynsym.text);
}
