// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/words/words.h"

static const struct mmx_word_kind kinds[] = {
	{"pte", "WORD", "an entry of a lowest page table", mmx_word_pte},
	{"pmd", "WORD", "one of the level above: a table or a page of 2 MiB", mmx_word_pmd},
	{"pud", "WORD", "one of the level above that: a table or a page of 1 GiB", mmx_word_pud},
	{"p4d", "WORD", "one of the fourth level", mmx_word_p4d},
	{"pgd", "WORD", "one of the root", mmx_word_pgd},
	{"flags", "WORD", "the flags of a struct page", mmx_word_flags},
	{"type", "WORD", "page_type, whole or its top byte as the kernel prints it", mmx_word_type},
	{"mapcount", "WORD", "_mapcount as it lies in memory, or in decimal with a sign",
	 mmx_word_mapcount},
	{"mapping", "WORD", "what a struct page has for its mapping", mmx_word_mapping},
	{"gfp", "WORD|NAMES", "the flags of a request for memory", mmx_word_gfp},
	{"swap", "WORD", "a swap entry, both as page tables have it and as swp_entry_t",
	 mmx_word_swap},
	{"vma", "WORD|NAMES", "the flags of a mapping; names, or the codes of smaps", mmx_word_vma},
	{0},
};

const struct mmx_word_kind *mmx_word_kinds(void)
{
	return kinds;
}

const struct mmx_word_kind *mmx_word_kind_find(const char *name)
{
	for (const struct mmx_word_kind *k = kinds; k->name; k++) {
		if (!strcmp(k->name, name))
			return k;
	}
	return NULL;
}

int mmx_word_number(const char *text, uint64_t *word, struct mmx_err *err)
{
	const char *digits = !strncasecmp(text, "0x", 2) ? text + 2 : text;
	char *end;

	errno = 0;
	*word = strtoull(digits, &end, 16);
	if (!isxdigit((unsigned char)*digits) || (*end && *end != '(') || errno)
		return mmx_fail(err, MMX_EUSAGE, "%.100s is no word of 64 bits in hex", text);
	return 0;
}

void mmx_tell_hex(struct mmx_told *t, const char *name, uint64_t value, const char *meaning)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	mmx_told_part(t, name, text, "%s", meaning);
}
