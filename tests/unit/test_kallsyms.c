// SPDX-License-Identifier: GPL-2.0-or-later
#include <pthread.h>
#include <string.h>

#include "../fake_kallsyms.h"
#include "kernel/kallsyms.h"
#include "kernel/symbols.h"
#include "kernel/vmcoreinfo.h"
#include "unit.h"

#define MEMORY       (1u << 20)
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define FIFTY "abcdefghijABCDEFGHIJabcdefghijABCDEFGHIJabcdefghij"

/* The names need lengths of one and of two bytes; two addresses and one name come twice. */
static const struct fake_symbol kernel[] = {
	{0xffffffff81000000, 'T', "_stext"},
	{0xffffffff81000000, 'T', "startup_64"},
	{0xffffffff81000040, 't',
	 "a_token_of_more_than_sixteen_characters_twice_"
	 "a_token_of_more_than_sixteen_characters"},
	{0xffffffff81000080, 't', FIFTY FIFTY FIFTY},
	{0xffffffff810000c0, 't', "twin"},
	{0xffffffff810000c0, 't', "other"},
	{0xffffffff81000100, 't', "twin"},
	{0xffffffff81800000, 'D', "init_uts_ns"},
	{0xffffffff81800400, 'D', "mem_section"},
	{0xffffffff81ffffff, 'B', "x"},
};

static const struct fake_symbol per_cpu_and_kernel[] = {
	{0, 'A', "fixed_percpu_data"},
	{0, 'A', "__per_cpu_start"},
	{0x1f000, 'A', "cpu_number"},
	{0xffffffff81000000, 'T', "_stext"},
	{0xffffffff81800000, 'D', "init_uts_ns"},
};

/* Reads tables through a view, as from a dump. */
static int load(struct mmx_symbols *s, struct fake_memory *m, const struct fake_kallsyms *k,
		struct mmx_err *err)
{
	struct mmx_vmcoreinfo vi;
	int ret = mmx_vmcoreinfo_parse(&vi, k->vmcoreinfo, strlen(k->vmcoreinfo), err);

	if (!ret)
		ret = mmx_symbols_from_kallsyms(s, m->view, &vi, err);
	mmx_vmcoreinfo_free(&vi);
	return ret;
}

static void expect_equal(const struct mmx_symbols *s, const struct fake_symbol *want, size_t n)
{
	char name[MMX_SYMBOL_NAME];

	CHECK(mmx_symbols_count(s) == n, "%zu symbols of %zu", mmx_symbols_count(s), n);
	for (size_t i = 0; i < n && i < mmx_symbols_count(s); i++) {
		const struct mmx_symbol *sym = mmx_symbols_at(s, i);

		mmx_symbol_name(s, sym, name);
		CHECK(sym->addr == want[i].addr && sym->type == want[i].type &&
			      !strcmp(name, want[i].name),
		      "symbol %zu is %" PRIx64 " %c %s", i, sym->addr, sym->type, name);
	}
}

static void expect_round_trip(const struct fake_symbol *syms, size_t n, enum fake_encoding encoding,
			      enum fake_order order, const char *encoding_name)
{
	struct fake_memory *m = fake_memory_new(MEMORY);
	struct fake_kallsyms k = fake_kallsyms_put(m, syms, n, encoding, order);
	struct mmx_symbols s = {0};
	struct mmx_err err = {0};

	CHECK(!load(&s, m, &k, &err), "%s", err.text);
	CHECK(s.encoding && !strcmp(s.encoding, encoding_name), "not %s", encoding_name);
	expect_equal(&s, syms, n);
	CHECK(!mmx_symbols_finish(&s, &err), "%s", err.text);
	expect_equal(&s, syms, n);
	mmx_symbols_free(&s);
	fake_memory_free(m);
}

static void every_encoding_in_both_orders(void)
{
	for (int order = FAKE_OFFSETS_FIRST; order <= FAKE_OFFSETS_LAST; order++) {
		expect_round_trip(kernel, COUNT(kernel), FAKE_ABSOLUTE_PERCPU, order,
				  "absolute-percpu");
		expect_round_trip(per_cpu_and_kernel, COUNT(per_cpu_and_kernel),
				  FAKE_ABSOLUTE_PERCPU, order, "absolute-percpu");
		expect_round_trip(kernel, COUNT(kernel), FAKE_BASE_RELATIVE, order,
				  "base-relative");
		expect_round_trip(kernel, COUNT(kernel), FAKE_PLACE_RELATIVE, order,
				  "place-relative");
	}
}

static void many_symbols(void)
{
	enum { N = 3000 };
	struct fake_symbol *syms = calloc(N, sizeof(*syms));
	struct {
		char text[16];
	} *names = calloc(N, sizeof(*names));

	for (unsigned int i = 0; i < N; i++) {
		snprintf(names[i].text, sizeof(names[i].text), "f%u", i);
		syms[i] = (struct fake_symbol){0xffffffff81000000 + 16 * i, 't', names[i].text};
	}
	syms[N / 2].name = "_stext";
	expect_round_trip(syms, N, FAKE_BASE_RELATIVE, FAKE_OFFSETS_LAST, "base-relative");
	free(names);
	free(syms);
}

/* Spoils VMCOREINFO or memory in one way, and expects an error that has this text in it. */
static void expect_refusal(void (*spoil)(struct fake_memory *m, struct fake_kallsyms *k),
			   enum mmx_code code, const char *text)
{
	struct fake_memory *m = fake_memory_new(MEMORY);
	struct fake_kallsyms k =
		fake_kallsyms_put(m, kernel, COUNT(kernel), FAKE_BASE_RELATIVE, FAKE_OFFSETS_LAST);
	struct mmx_symbols s = {0};
	struct mmx_err err = {0};

	mmx_symbols_add(&s, "before", 6, 1, 't', 0);
	spoil(m, &k);
	CHECK(load(&s, m, &k, &err) == -1, "accepted: %s", text);
	CHECK(err.code == code && strstr(err.text, text), "code %d: %s", err.code, err.text);
	CHECK(s.kernel.n == 1 && s.kernel.names.n == 7, "%zu symbols were left behind", s.kernel.n);
	mmx_symbols_free(&s);
	fake_memory_free(m);
}

static void move_stext(struct fake_memory *m, struct fake_kallsyms *k)
{
	(void)m;
	memcpy(strstr(k->vmcoreinfo, "SYMBOL(_stext)=ffffffff81") + 15, "ffffffff91", 10);
}

static void move_another(struct fake_memory *m, struct fake_kallsyms *k)
{
	(void)m;
	memcpy(strstr(k->vmcoreinfo, "SYMBOL(init_uts_ns)=ffffffff81") + 20, "ffffffff91", 10);
}

static void hide_tables(struct fake_memory *m, struct fake_kallsyms *k)
{
	(void)m;
	memcpy(strstr(k->vmcoreinfo, "SYMBOL(kallsyms_names"), "OLD", 3);
}

static void hide_stext(struct fake_memory *m, struct fake_kallsyms *k)
{
	(void)m;
	memcpy(strstr(k->vmcoreinfo, "SYMBOL(_stext"), "OLD", 3);
}

static void count(struct fake_memory *m, struct fake_kallsyms *k, uint32_t n)
{
	memcpy(fake_at(m, k->num_syms), &n, sizeof(n));
}

static void count_none(struct fake_memory *m, struct fake_kallsyms *k)
{
	count(m, k, 0);
}

static void count_huge(struct fake_memory *m, struct fake_kallsyms *k)
{
	count(m, k, UINT32_MAX);
}

static void count_beyond_memory(struct fake_memory *m, struct fake_kallsyms *k)
{
	count(m, k, 4000000);
}

static void count_beyond_names(struct fake_memory *m, struct fake_kallsyms *k)
{
	memset(fake_at(m, k->names + k->names_len), 0xff, k->token_table - k->names - k->names_len);
	count(m, k, COUNT(kernel) + 1);
}

static void unmap_token_index(struct fake_memory *m, struct fake_kallsyms *k)
{
	(void)m;
	memcpy(strstr(k->vmcoreinfo, "token_index)=ffffffff82") + 13, "ffffffffc2", 10);
}

static void token_behind_table(struct fake_memory *m, struct fake_kallsyms *k)
{
	memset((char *)fake_at(m, k->token_index) + 2 * 200, 0xff, 2);
}

static void token_without_end(struct fake_memory *m, struct fake_kallsyms *k)
{
	memset(fake_at(m, k->token_table), 'a', k->token_index - k->token_table);
}

static void name_too_long(struct fake_memory *m, struct fake_kallsyms *k)
{
	unsigned char *name = fake_at(m, k->names);

	/* Fourteen tokens of 39 characters, taken out of the names that were there. */
	name[0] = 14;
	memset(name + 1, 128 + 3, 14);
}

static void name_empty(struct fake_memory *m, struct fake_kallsyms *k)
{
	memset(fake_at(m, k->names), 0, 1);
}

static void corrupt_tables_are_refused(void)
{
	expect_refusal(move_stext, MMX_ECORRUPT, "under none of the encodings");
	expect_refusal(move_another, MMX_ECORRUPT, "under none of the encodings");
	expect_refusal(hide_tables, MMX_EMISSING, "older than 6.0");
	expect_refusal(hide_stext, MMX_EMISSING, "_stext");
	expect_refusal(count_none, MMX_ECORRUPT, "no sane number");
	expect_refusal(count_huge, MMX_ECORRUPT, "no sane number");
	expect_refusal(count_beyond_memory, MMX_ECORRUPT, "kallsyms_offsets");
	expect_refusal(count_beyond_names, MMX_ECORRUPT, "the names end after 10 of 11");
	expect_refusal(unmap_token_index, MMX_ECORRUPT, "kallsyms_token_index");
	expect_refusal(token_behind_table, MMX_ECORRUPT, "token 200");
	expect_refusal(token_without_end, MMX_ECORRUPT, "has no end");
	expect_refusal(name_too_long, MMX_ECORRUPT, "name 0 is empty or too long");
	expect_refusal(name_empty, MMX_ECORRUPT, "name 0 is empty or too long");
}

/* One symbol whose place in memory and whose base are the same number. */
static void two_encodings_that_fit_are_refused(void)
{
	static const struct fake_symbol one[] = {{FAKE_VA + 0x1000, 'T', "_stext"}};
	struct fake_memory *m = fake_memory_new(MEMORY);
	struct fake_kallsyms k =
		fake_kallsyms_put(m, one, 1, FAKE_BASE_RELATIVE, FAKE_OFFSETS_FIRST);
	uint32_t offset = one[0].addr - k.offsets;
	struct mmx_symbols s = {0};
	struct mmx_err err = {0};

	memcpy(fake_at(m, k.relative_base), &k.offsets, sizeof(k.offsets));
	memcpy(fake_at(m, k.offsets), &offset, sizeof(offset));
	CHECK(load(&s, m, &k, &err) == -1 && strstr(err.text, "more than one"), "%s", err.text);
	mmx_symbols_free(&s);
	fake_memory_free(m);
}

/* Every beginning of the names, each in memory of just its size so that an overrun is seen. */
static void names_cut_anywhere_are_refused(void)
{
	struct fake_memory *m = fake_memory_new(MEMORY);
	struct fake_kallsyms k =
		fake_kallsyms_put(m, kernel, COUNT(kernel), FAKE_BASE_RELATIVE, FAKE_OFFSETS_FIRST);
	struct mmx_kallsyms core = {.num_syms = COUNT(kernel),
				    .token_table = fake_at(m, k.token_table),
				    .token_table_len = k.token_table_len,
				    .token_index = fake_at(m, k.token_index),
				    .offsets_addr = k.offsets,
				    .relative_base = k.base,
				    .has_base = true};
	struct mmx_vmcoreinfo vi;
	struct mmx_err err;

	CHECK(!mmx_vmcoreinfo_parse(&vi, k.vmcoreinfo, strlen(k.vmcoreinfo), &err), "%s", err.text);
	for (size_t len = 0; len <= k.names_len; len++) {
		unsigned char *names = malloc(len ? len : 1);
		struct mmx_symbols s = {0};
		int ret;

		memcpy(names, fake_at(m, k.names), len);
		core.names = names;
		core.names_len = len;
		core.offsets = malloc(4 * COUNT(kernel));
		memcpy(core.offsets, fake_at(m, k.offsets), 4 * COUNT(kernel));
		ret = mmx_kallsyms_decode(&s, &core, &vi, &err);
		CHECK(!ret == (len == k.names_len), "%zu bytes of %zu: %d", len, k.names_len, ret);
		mmx_symbols_free(&s);
		free(core.names);
		free(core.offsets);
	}
	mmx_vmcoreinfo_free(&vi);
	fake_memory_free(m);
}

/* Words of mmx's own among others, twice each, and one that no kernel defines. */
static const struct fake_symbol words[] = {
	{0xffffffff81000000, 'T', "_stext"},      {0xffffffff81000040, 't', "some_function"},
	{0xffffffff81000080, 'D', "init_task"},   {0xffffffff810000c0, 't', "some_function"},
	{0xffffffff81000100, 'D', "init_task"},   {0xffffffff81000140, 't', "init_taks"},
	{0xffffffff81000180, 't', "tkas_init"},   {0xffffffff810001c0, 'U', "init_mm"},
	{0xffffffff81800000, 'D', "init_uts_ns"},
};

/* The same, the other way round but for their addresses. */
static void turn_round(struct fake_symbol *to, const struct fake_symbol *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[n - 1 - i] = from[i];
}

static uint64_t found(const struct mmx_symbols *s, const char *name)
{
	const struct mmx_symbol *sym = mmx_symbols_find(s, name);
	char text[MMX_SYMBOL_NAME];

	if (sym && strcmp(mmx_symbol_name(s, sym, text), name))
		return 1;
	return sym ? sym->addr : 0;
}

static void expect_words(const struct mmx_symbols *s, const char *how)
{
	static const struct {
		const char *name;
		uint64_t addr;
	} want[] = {
		{"_stext", 0xffffffff81000000},
		{"init_task", 0xffffffff81000080},
		{"some_function", 0xffffffff81000040},
		{"init_taks", 0xffffffff81000140},
		{"tkas_init", 0xffffffff81000180},
		{"init_mm", 0},
		{"page_offset_base", 0},
		{"nothing_of_that_name", 0},
		{"init_tas", 0},
		{"", 0},
	};

	for (size_t i = 0; i < COUNT(want); i++)
		CHECK(found(s, want[i].name) == want[i].addr, "%s: %s is at %" PRIx64, how,
		      want[i].name, found(s, want[i].name));
}

static void words_are_found_as_other_names_are(void)
{
	struct fake_symbol turned[COUNT(words)];

	turn_round(turned, words, COUNT(words));
	for (int round = 0; round < 2; round++) {
		struct fake_memory *m = fake_memory_new(MEMORY);
		struct fake_kallsyms k = fake_kallsyms_put(m, round ? turned : words, COUNT(words),
							   FAKE_BASE_RELATIVE, FAKE_OFFSETS_LAST);
		struct mmx_symbols s = {0};
		struct mmx_err err = {0};

		CHECK(!load(&s, m, &k, &err), "%s", err.text);
		CHECK(!mmx_symbols_finish(&s, &err), "%s", err.text);
		CHECK((s.kernel.lazy == NULL) == round, "table %d", round);
		expect_words(&s, round ? "out of order" : "in order");
		expect_words(&s, "again");
		expect_equal(&s, words, COUNT(words));
		mmx_symbols_free(&s);
		fake_memory_free(m);
	}
}

/* Nothing is indexed or filled in before somebody looks. */
static void what_nobody_asks_for_is_not_decoded(void)
{
	struct fake_memory *m = fake_memory_new(MEMORY);
	struct fake_kallsyms k =
		fake_kallsyms_put(m, words, COUNT(words), FAKE_BASE_RELATIVE, FAKE_OFFSETS_LAST);
	struct mmx_symbols s = {0};
	struct mmx_err err = {0};

	CHECK(!load(&s, m, &k, &err) && !mmx_symbols_finish(&s, &err), "%s", err.text);
	CHECK(!s.kernel.slot && !s.kernel.v[3].addr, "decoded when it was opened");
	CHECK(found(&s, "page_offset_base") == 0 && found(&s, "init_task"), "words");
	CHECK(!s.kernel.slot, "indexed for words");
	CHECK(found(&s, "some_function") && s.kernel.slot, "another name without an index");
	mmx_symbols_free(&s);
	fake_memory_free(m);
}

static void *look_at_all(void *arg)
{
	const struct mmx_symbols *s = arg;
	char text[MMX_SYMBOL_NAME];
	uintptr_t wrong = 0;

	for (size_t i = 0; i < mmx_symbols_count(s); i++) {
		const struct mmx_symbol *sym = mmx_symbols_at(s, i);

		wrong += !mmx_symbols_find(s, mmx_symbol_name(s, sym, text));
		wrong += mmx_symbols_nearest(s, sym->addr)->addr != sym->addr;
	}
	return (void *)wrong;
}

static void threads_look_at_the_same_time(void)
{
	enum { N = 1000, THREADS = 4 };
	struct fake_symbol *syms = calloc(N, sizeof(*syms));
	char(*names)[16] = calloc(N, sizeof(*names));
	struct fake_memory *m = fake_memory_new(MEMORY);
	struct mmx_symbols s = {0};
	struct fake_kallsyms k;
	pthread_t threads[THREADS];
	struct mmx_err err = {0};
	void *wrong;

	for (unsigned int i = 0; i < N; i++) {
		snprintf(names[i], sizeof(names[i]), "f%u", i);
		syms[i] = (struct fake_symbol){0xffffffff81000000 + 16 * i, 't', names[i]};
	}
	syms[N / 2].name = "_stext";
	k = fake_kallsyms_put(m, syms, N, FAKE_PLACE_RELATIVE, FAKE_OFFSETS_LAST);
	CHECK(!load(&s, m, &k, &err), "%s", err.text);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, look_at_all, &s);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &wrong);
		CHECK(!wrong, "thread %d: %zu were wrong", i, (size_t)(uintptr_t)wrong);
	}
	mmx_symbols_free(&s);
	fake_memory_free(m);
	free(names);
	free(syms);
}

int main(void)
{
	RUN(every_encoding_in_both_orders);
	RUN(many_symbols);
	RUN(corrupt_tables_are_refused);
	RUN(two_encodings_that_fit_are_refused);
	RUN(names_cut_anywhere_are_refused);
	RUN(words_are_found_as_other_names_are);
	RUN(what_nobody_asks_for_is_not_decoded);
	RUN(threads_look_at_the_same_time);
	return unit_end();
}
