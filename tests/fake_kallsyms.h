// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes kallsyms tables as a kernel's build would, in every encoding and both orders. */
#ifndef MMX_TESTS_FAKE_KALLSYMS_H
#define MMX_TESTS_FAKE_KALLSYMS_H

#include <inttypes.h>
#include <stdio.h>

#include "fake_memory.h"

enum fake_encoding { FAKE_ABSOLUTE_PERCPU, FAKE_BASE_RELATIVE, FAKE_PLACE_RELATIVE };
enum fake_order { FAKE_OFFSETS_FIRST, FAKE_OFFSETS_LAST };

struct fake_symbol {
	uint64_t addr;
	char type;
	const char *name;
};

/* Where the tables came to lie, and the VMCOREINFO that says so. */
struct fake_kallsyms {
	uint64_t num_syms, names, token_table, token_index, offsets, relative_base;
	size_t names_len, token_table_len;
	uint64_t base;
	char vmcoreinfo[1024];
};

/* Tokens of several characters, from number 128 on; one is longer than most. */
static const char *const fake_tokens[] = {"init_", "sym", "__",
					  "a_token_of_more_than_sixteen_characters"};

#define FAKE_TOKENS (sizeof(fake_tokens) / sizeof(*fake_tokens))

static inline size_t fake_encode_tokens(const char *text, unsigned char *out)
{
	size_t n = 0;

	while (*text) {
		unsigned int token = (unsigned char)*text;
		size_t len = 1;

		for (size_t i = 0; i < FAKE_TOKENS; i++) {
			size_t m = strlen(fake_tokens[i]);

			if (m > len && !strncmp(text, fake_tokens[i], m)) {
				token = 128 + i;
				len = m;
			}
		}
		out[n++] = token;
		text += len;
	}
	return n;
}

static inline size_t fake_encode_name(const struct fake_symbol *s, unsigned char *out)
{
	unsigned char tokens[4096];
	char text[4096];
	size_t n, head = 1;

	snprintf(text, sizeof(text), "%c%s", s->type, s->name);
	n = fake_encode_tokens(text, tokens);
	out[0] = n;
	if (n >= 0x80) {
		out[0] = 0x80 | (n & 0x7f);
		out[1] = n >> 7;
		head = 2;
	}
	memcpy(out + head, tokens, n);
	return head + n;
}

static inline void fake_put_tokens(struct fake_memory *m, struct fake_kallsyms *k)
{
	unsigned char index[512], table[2048];
	size_t used = 0;

	for (unsigned int i = 0; i < 256; i++) {
		char one[2] = {i >= ' ' && i < 127 ? i : '?', 0};
		const char *token = i >= 128 && i < 128 + FAKE_TOKENS ? fake_tokens[i - 128] : one;

		index[2 * i] = used;
		index[2 * i + 1] = used >> 8;
		strcpy((char *)table + used, token);
		used += strlen(token) + 1;
	}
	k->token_table_len = used;
	k->token_table = fake_put(m, table, used);
	k->token_index = fake_put(m, index, sizeof(index));
}

static inline uint32_t fake_encode_address(uint64_t addr, enum fake_encoding encoding,
					   uint64_t base, uint64_t place)
{
	switch (encoding) {
	case FAKE_ABSOLUTE_PERCPU:
		return addr >> 63 ? base - 1 - addr : addr;
	case FAKE_BASE_RELATIVE:
		return addr - base;
	default:
		return addr - place;
	}
}

static inline void fake_put_offsets(struct fake_memory *m, struct fake_kallsyms *k,
				    const struct fake_symbol *syms, uint32_t n,
				    enum fake_encoding encoding)
{
	uint64_t at = fake_next(m);

	k->offsets = at;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t word =
			htole32(fake_encode_address(syms[i].addr, encoding, k->base, at + 4 * i));

		/* Words of one table touch each other, unlike tables. */
		m->used = at - FAKE_VA + 4 * i;
		memcpy(m->bytes + m->used, &word, 4);
		m->used += 4;
	}
	if (encoding != FAKE_PLACE_RELATIVE) {
		uint64_t base = htole64(k->base);

		k->relative_base = fake_put(m, &base, sizeof(base));
	}
}

static inline void fake_put_names(struct fake_memory *m, struct fake_kallsyms *k,
				  const struct fake_symbol *syms, uint32_t n)
{
	unsigned char *names = malloc(4096 * (size_t)n + 1);
	uint32_t count = htole32(n);

	k->names_len = 0;
	for (uint32_t i = 0; i < n; i++)
		k->names_len += fake_encode_name(&syms[i], names + k->names_len);
	k->num_syms = fake_put(m, &count, sizeof(count));
	k->names = fake_put(m, names, k->names_len);
	fake_put(m, "\xff\xff\xff\xff markers \xff\xff\xff\xff", 17);
	free(names);
}

static inline void fake_say(struct fake_kallsyms *k, const char *name, uint64_t addr)
{
	size_t used = strlen(k->vmcoreinfo);

	if (addr)
		snprintf(k->vmcoreinfo + used, sizeof(k->vmcoreinfo) - used,
			 "SYMBOL(%s)=%" PRIx64 "\n", name, addr);
}

/* Writes the tables of @n symbols, and VMCOREINFO with their places and with _stext and the like. */
static inline struct fake_kallsyms fake_kallsyms_put(struct fake_memory *m,
						     const struct fake_symbol *syms, uint32_t n,
						     enum fake_encoding encoding,
						     enum fake_order order)
{
	struct fake_kallsyms k = {.base = 0xffffffff81000000ULL};

	if (order == FAKE_OFFSETS_FIRST)
		fake_put_offsets(m, &k, syms, n, encoding);
	fake_put_names(m, &k, syms, n);
	fake_put_tokens(m, &k);
	if (order == FAKE_OFFSETS_LAST)
		fake_put_offsets(m, &k, syms, n, encoding);
	fake_put(m, "\xff\xff\xff\xff\xff\xff\xff", 7);
	fake_say(&k, "kallsyms_num_syms", k.num_syms);
	fake_say(&k, "kallsyms_names", k.names);
	fake_say(&k, "kallsyms_token_table", k.token_table);
	fake_say(&k, "kallsyms_token_index", k.token_index);
	fake_say(&k, "kallsyms_offsets", k.offsets);
	fake_say(&k, "kallsyms_relative_base", k.relative_base);
	for (uint32_t i = 0; i < n; i++) {
		if (!strcmp(syms[i].name, "_stext") || !strcmp(syms[i].name, "init_uts_ns"))
			fake_say(&k, syms[i].name, syms[i].addr);
	}
	/* A value under a name that kallsyms has as an address, as SYMBOL(mem_section) is. */
	fake_say(&k, "mem_section", 0xffff88803fff9000ULL);
	return k;
}

#endif
