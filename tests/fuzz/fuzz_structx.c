// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Arbitrary expressions over types: "TYPE[#N][.MEMBER[,MEMBER...]]" up to a NUL, and behind it BTF; without that the
 * sample that the unit tests read. What an expression finds must lie where a struct can, and all of it as rows comes
 * to an end, each row within the one above.
 */
#include <stdlib.h>
#include <string.h>

#include "kernel/typeexpr.h"
#include "unit/btf_builder.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool open_sample(struct mmx_types_provider *p)
{
	static struct btf_builder b;
	struct b_sample s;

	b_sample(&b, &s);
	return !mmx_btf_open(p, b.out, b.len, NULL, NULL);
}

/* Which elements are alike is up to the bytes of the input. */
static bool same(void *arg, uint64_t a, uint64_t b, uint64_t size)
{
	const uint8_t *salt = arg;

	return (a ^ b ^ size ^ *salt) & 3;
}

static void check(const struct mmx_type_tree *t)
{
	char text[MMX_TYPE_NAME];

	if (t->n > MMX_TYPE_ROWS)
		abort();
	for (size_t i = 0; i < t->n; i++) {
		const struct mmx_type_row *row = &t->v[i];

		if (row->depth > MMX_TYPE_DEPTH + 1 || (i && row->depth > t->v[i - 1].depth + 1) ||
		    row->part.size > MMX_TG_SIZE_MAX || row->first > row->last)
			abort();
		if (row->more && i + 1 == t->n)
			abort();
		mmx_type_text(t->graph, row->part.type, text);
	}
}

static void draw(const struct mmx_type_ref *ref, const struct mmx_type_part *part, bool deep,
		 uint8_t *salt)
{
	struct mmx_type_tree t = {
		.graph = ref->graph, .deep = deep, .same = *salt & 1 ? same : NULL, .arg = salt};

	if (mmx_type_tree_add(&t, "it", part, 0))
		abort();
	mmx_type_tree_finish(&t);
	check(&t);
	mmx_type_tree_free(&t);
}

static void ask(const struct mmx_types *types, const char *text, uint8_t salt)
{
	struct mmx_type_part whole, part;
	struct mmx_type_expr e;
	struct mmx_type_ref ref;
	struct mmx_err err;
	unsigned int n;

	if (mmx_type_expr_parse(&e, text, &err) || mmx_type_expr_find(&e, types, &ref, &n, &err) ||
	    !mmx_type_part(ref.graph, ref.id, &whole))
		return;
	draw(&ref, &whole, true, &salt);
	for (unsigned int i = 0; i < e.n_members; i++) {
		part = whole;
		if (!mmx_type_walk(ref.graph, e.members[i], &part, &err))
			draw(&ref, &part, i & 1, &salt);
		else if (!err.text[0])
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = memchr(data, 0, size);
	size_t len = nul ? (size_t)(nul - data) : size;
	struct mmx_types types = {0};
	struct mmx_types_provider p;
	char *text;

	if (nul && size - len > 1 ? mmx_btf_open(&p, nul + 1, size - len - 1, NULL, NULL)
				  : !open_sample(&p))
		return 0;
	mmx_types_add(&types, &p);
	text = strndup((const char *)data, len);
	if (text)
		ask(&types, text, size ? data[size - 1] : 0);
	free(text);
	mmx_types_free(&types);
	return 0;
}

/* Where there is nothing to start from: an expression, by itself or with the sample behind it. */
static size_t seed_input(uint8_t *data, size_t max, unsigned int seed)
{
	static const char *const texts[] = {"struct thing.rows[3].bytes[1],lru.next,high",
					    "thing_t#1.tail[5],colour", "enum colour",
					    "inner.link"};
	static struct btf_builder b;
	const char *text = texts[seed / 8 % (sizeof(texts) / sizeof(*texts))];
	size_t len = strlen(text) + 1;
	struct b_sample s;

	b_sample(&b, &s);
	if (len + b.len > max)
		return 0;
	memcpy(data, text, len);
	memcpy(data + len, b.out, b.len);
	return seed & 1 ? len + b.len : len - 1;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	size_t made = size < 4 || seed % 256 == 0 ? seed_input(data, max, seed / 256) : 0;

	return made ? made : LLVMFuzzerMutate(data, size, max);
}
