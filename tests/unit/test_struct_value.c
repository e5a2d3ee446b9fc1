// SPDX-License-Identifier: GPL-2.0-or-later
/* Values of parts of structs, in words: numbers, bits, enumerators, texts, pointers, and what is missing. */
#include <stdio.h>
#include <string.h>

#include "btf_builder.h"
#include "mm/mem.h"
#include "records/structx.h"
#include "unit.h"

#define SIZE 128

static struct mmx_types_provider types;
static struct mmx_mem mem;
static struct mmx_view view = {.kernel = &mem.kernel};
static unsigned char bytes[SIZE];
static uint8_t why[SIZE];
static struct mmx_struct_object object;

/* struct s, a member after the other; see main(). */
static const char *value_of(const char *path)
{
	static char text[512];
	const struct mmx_err *missing = NULL;
	struct mmx_type_row row = {.name = path};
	struct mmx_err err;

	if (!mmx_type_part(object.type.graph, object.type.id, &row.part) ||
	    mmx_type_walk(object.type.graph, path, &row.part, &err))
		return "no such member";
	if (!mmx_struct_value(&object, &view, &row, text, sizeof(text), &missing))
		return "no value";
	return missing ? missing->text : text;
}

#define CHECK_VALUE(path, wanted) \
	CHECK(!strcmp(value_of(path), wanted), "%s: %s and not %s", path, value_of(path), wanted)

static void numbers_have_their_sign_and_width(void)
{
	memset(bytes, 0xff, 8);
	CHECK_VALUE("s32", "-1");
	CHECK_VALUE("u32", "0xffffffff");
	bytes[4] = 9, bytes[5] = bytes[6] = bytes[7] = 0;
	CHECK_VALUE("u32", "9");
	memcpy(bytes + 48, "\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20", 16);
	CHECK_VALUE("wide", "0x100f0e0d0c0b0a090807060504030201");
}

static void bits_are_taken_out_of_their_bytes(void)
{
	bytes[8] = 0xd5; /* 101 of the lowest three bits, and 11010 of five that have a sign */
	CHECK_VALUE("low", "5");
	CHECK_VALUE("high", "-6");
}

static void enumerators_have_names_and_sums_of_bits_too(void)
{
	bytes[12] = 7;
	CHECK_VALUE("colour", "GREEN (7)");
	bytes[12] = 1;
	CHECK_VALUE("colour", "1");
	memset(bytes + 12, 0xff, 4);
	CHECK_VALUE("colour", "BLUE (-1)");
	bytes[16] = 5;
	CHECK_VALUE("flags", "ONE|FOUR (0x5)");
	bytes[16] = 13;
	CHECK_VALUE("flags", "13");
	/* An enum that counts: what is beyond its last one is no sum of others. */
	bytes[20] = 6;
	CHECK_VALUE("counts", "6");
}

static void characters_are_a_text_and_others_are_not(void)
{
	memcpy(bytes + 24, "swapper", 8);
	CHECK_VALUE("name", "\"swapper\"");
	memcpy(bytes + 24, "12345678", 8);
	CHECK_VALUE("name", "\"12345678\"");
	memset(bytes + 32, 3, 4);
	CHECK_VALUE("bytes", "3 (all 4)");
	CHECK_VALUE("bytes[2]", "3");
	CHECK_VALUE("tail", "no value");
}

static void pointers_may_be_null_or_errors(void)
{
	CHECK_VALUE("pointer", "NULL");
	memset(bytes + 40, 0xff, 8);
	bytes[40] = 0xf4;
	CHECK_VALUE("pointer", "error -12");
	bytes[47] = 0x12;
	CHECK_VALUE("pointer", "12fffffffffffff4");
}

static void what_is_missing_is_no_number(void)
{
	struct mmx_type_row row = {.name = ""};
	struct mmx_err err;
	uint64_t word;

	mmx_type_part(object.type.graph, object.type.id, &row.part);
	mmx_type_walk(object.type.graph, "u32", &row.part, &err);
	CHECK(mmx_struct_word(&object, &row, &word) && word == 9, "0x%lx", (long)word);
	why[7] = 1;
	CHECK_VALUE("u32", "excluded");
	CHECK_VALUE("s32", "-1");
	CHECK(!mmx_struct_word(&object, &row, &word), "a word");
	why[7] = 0;
	/* What was not read at all. */
	object.v[0].peek.n = 60;
	CHECK_VALUE("wide", "no value");
	object.v[0].peek.n = SIZE;
}

static uint32_t enumeration(struct btf_builder *b, const char *name, const char *const *names,
			    const int32_t *values, unsigned int n)
{
	uint32_t id = b_type(b, name, B_ENUM, B_FLAG, n, 4);

	for (unsigned int i = 0; i < n; i++)
		b_enumerator(b, names[i], values[i]);
	return id;
}

static void build(struct btf_builder *b)
{
	static const char *const colours[] = {"RED", "GREEN", "BLUE"};
	static const char *const flags[] = {"ONE", "TWO", "FOUR"};
	static const char *const counts[] = {"A", "B", "C", "D", "E"};
	uint32_t u8, c, u32, s32, wide, colour, flag, count, name, four, tail, pointer;

	b_init(b);
	u8 = b_int(b, "unsigned char", 1, 0);
	c = b_int(b, "char", 1, B_SIGNED);
	u32 = b_int(b, "unsigned int", 4, 0);
	s32 = b_int(b, "int", 4, B_SIGNED);
	wide = b_int(b, "unsigned __int128", 16, 0);
	colour = enumeration(b, "colour", colours, (const int32_t[]){0, 7, -1}, 3);
	flag = enumeration(b, "flags", flags, (const int32_t[]){1, 2, 4}, 3);
	count = enumeration(b, "counts", counts, (const int32_t[]){0, 1, 2, 3, 4}, 5);
	name = b_array(b, c, u32, 8);
	four = b_array(b, u8, u32, 4);
	tail = b_array(b, u32, u32, 0);
	pointer = b_type(b, "", B_PTR, 0, 0, 0);
	b_type(b, "s", B_STRUCT, B_FLAG, 12, 64);
	b_member(b, "s32", s32, 0);
	b_member(b, "u32", u32, 32);
	b_member(b, "low", u32, 3u << 24 | 64);
	b_member(b, "high", s32, 5u << 24 | 67);
	b_member(b, "colour", colour, 96);
	b_member(b, "flags", flag, 128);
	b_member(b, "counts", count, 160);
	b_member(b, "name", name, 192);
	b_member(b, "bytes", four, 256);
	b_member(b, "pointer", pointer, 320);
	b_member(b, "wide", wide, 384);
	b_member(b, "tail", tail, 512);
	b_finish(b);
}

int main(void)
{
	static struct btf_builder b;
	static struct mmx_struct_bytes read;
	struct mmx_err err = {.code = MMX_EABSENT, .text = "excluded"};

	build(&b);
	if (mmx_btf_open(&types, b.out, b.len, NULL, &err) ||
	    !types.ops->next_type(types.priv, MMX_GROUP_STRUCT, "s", &object.type)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	read.peek = (struct mmx_peek){.n = SIZE, .v = bytes, .why = why};
	mmx_reason_add(&read.peek.reasons, &err);
	object.v = &read;
	object.n = 1;
	RUN(numbers_have_their_sign_and_width);
	RUN(bits_are_taken_out_of_their_bytes);
	RUN(enumerators_have_names_and_sums_of_bits_too);
	RUN(characters_are_a_text_and_others_are_not);
	RUN(pointers_may_be_null_or_errors);
	RUN(what_is_missing_is_no_number);
	mmx_reasons_free(&read.peek.reasons);
	types.ops->free(types.priv);
	return unit_end();
}
