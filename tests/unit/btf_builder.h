// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes small BTF for tests: strings and types are appended one by one, then put together behind a
 * header. The numbers of kinds stand here a second time on purpose: a test that took them from the
 * reader could not tell that the reader has them wrong.
 */
#ifndef MMX_TESTS_BTF_BUILDER_H
#define MMX_TESTS_BTF_BUILDER_H

#include <stdint.h>
#include <string.h>

enum {
	B_INT = 1,
	B_PTR = 2,
	B_ARRAY = 3,
	B_STRUCT = 4,
	B_UNION = 5,
	B_ENUM = 6,
	B_FWD = 7,
	B_TYPEDEF = 8,
	B_VOLATILE = 9,
	B_CONST = 10,
	B_RESTRICT = 11,
	B_FUNC = 12,
	B_FUNC_PROTO = 13,
	B_VAR = 14,
	B_DATASEC = 15,
	B_FLOAT = 16,
	B_DECL_TAG = 17,
	B_TYPE_TAG = 18,
	B_ENUM64 = 19,
};

#define B_FLAG   1 /* of a kind: the flag in its highest bit */
#define B_SIGNED (1u << 24)

struct btf_builder {
	unsigned char types[8192];
	unsigned int types_len;
	char strings[4096];
	unsigned int strings_len;
	uint32_t n_types;      /* before and in this one */
	uint32_t first_string; /* where this one's strings begin */
	unsigned int header_len;
	unsigned char layout[512]; /* of each kind two sizes and two bytes of flags */
	unsigned int layout_len;
	unsigned char out[16384];
	unsigned int len;
};

static inline void b_init(struct btf_builder *b)
{
	memset(b, 0, sizeof(*b));
	b->header_len = 24;
	b->strings_len = 1; /* the empty string */
}

/* Split BTF: numbers and string offsets go on where @base ends, and there is no empty string. */
static inline void b_split(struct btf_builder *b, const struct btf_builder *base)
{
	b_init(b);
	b->strings_len = 0;
	b->n_types = base->n_types;
	b->first_string = base->first_string + base->strings_len;
}

static inline uint32_t b_string(struct btf_builder *b, const char *s)
{
	uint32_t at = b->strings_len;

	if (!*s)
		return 0;
	strcpy(b->strings + at, s);
	b->strings_len += (unsigned int)strlen(s) + 1;
	return b->first_string + at;
}

static inline void b_word(struct btf_builder *b, uint32_t v)
{
	memcpy(b->types + b->types_len, &v, 4);
	b->types_len += 4;
}

/* Append the three words of a type; what its kind needs behind them must follow. */
static inline uint32_t b_type(struct btf_builder *b, const char *name, unsigned int kind,
			      unsigned int flag, unsigned int count, uint32_t size_or_type)
{
	b_word(b, b_string(b, name));
	b_word(b, (uint32_t)flag << 31 | kind << 24 | count);
	b_word(b, size_or_type);
	return ++b->n_types;
}

static inline uint32_t b_int(struct btf_builder *b, const char *name, uint32_t size, uint32_t how)
{
	uint32_t id = b_type(b, name, B_INT, 0, 0, size);

	b_word(b, how | size * 8);
	return id;
}

static inline uint32_t b_array(struct btf_builder *b, uint32_t of, uint32_t index, uint32_t n)
{
	uint32_t id = b_type(b, "", B_ARRAY, 0, 0, 0);

	b_word(b, of);
	b_word(b, index);
	b_word(b, n);
	return id;
}

/* A member of a struct, or with a flagged struct @bits << 24 | first bit. */
static inline void b_member(struct btf_builder *b, const char *name, uint32_t type, uint32_t where)
{
	b_word(b, b_string(b, name));
	b_word(b, type);
	b_word(b, where);
}

static inline void b_param(struct btf_builder *b, const char *name, uint32_t type)
{
	b_word(b, b_string(b, name));
	b_word(b, type);
}

static inline void b_enumerator(struct btf_builder *b, const char *name, int32_t value)
{
	b_word(b, b_string(b, name));
	b_word(b, (uint32_t)value);
}

static inline void b_enumerator64(struct btf_builder *b, const char *name, uint64_t value)
{
	b_word(b, b_string(b, name));
	b_word(b, (uint32_t)value);
	b_word(b, (uint32_t)(value >> 32));
}

/* Say of a kind how many bytes follow its three words, and how many an element has. */
static inline void b_layout(struct btf_builder *b, unsigned int kind, unsigned int fixed,
			    unsigned int element)
{
	b->layout[4 * kind] = (unsigned char)fixed;
	b->layout[4 * kind + 1] = (unsigned char)element;
	if (b->layout_len < 4 * (kind + 1))
		b->layout_len = 4 * (kind + 1);
}

/* Put all together in b->out: header, types, layout if the header has room to tell, strings. */
static inline void b_finish(struct btf_builder *b)
{
	uint32_t layout_len = b->header_len >= 32 ? b->layout_len : 0;
	uint32_t words[8] = {
		0x0001eb9f,     b->header_len, 0,          b->types_len, b->types_len + layout_len,
		b->strings_len, b->types_len,  layout_len,
	};
	unsigned char *p = b->out;

	memset(b->out, 0, sizeof(b->out));
	memcpy(p, words, b->header_len < 32 ? b->header_len : 32);
	p += b->header_len;
	memcpy(p, b->types, b->types_len);
	p += b->types_len;
	memcpy(p, b->layout, layout_len);
	p += layout_len;
	memcpy(p, b->strings, b->strings_len);
	b->len = (unsigned int)(p - b->out) + b->strings_len;
}

/* Numbers of the types that b_sample() makes. */
struct b_sample {
	uint32_t u8, u32, u64, s32, list, list_ptr, thing;
};

/*
 * One of everything:
 *
 *	struct list { struct list *next, *prev; };
 *	typedef struct list list_t;
 *	enum colour { RED, GREEN = 7, BLUE = -1 };	enum big { HUGE_ONE = 1ULL << 40 };
 *	struct inner { list_t link; u8 bytes[3]; };
 *	struct thing {
 *		unsigned long flags;
 *		union {
 *			struct { const volatile list_t lru; void (*call)(struct list *, ...); };
 *			struct { unsigned long raw; enum colour colour; };
 *		};
 *		struct inner rows[2][4];
 *		unsigned int low : 3, high : 13;
 *		int count;
 *		struct missing *missing;
 *		double real;
 *		u8 tail[];
 *	};
 *	typedef struct thing thing_t;
 */
static inline void b_sample(struct btf_builder *b, struct b_sample *s)
{
	uint32_t enumeration, list_t, quals, func, call, arm1, arm2, uni, bytes, inner, rows, fwd,
		fwd_ptr, real, tail, tag;

	b_init(b);
	s->u8 = b_int(b, "unsigned char", 1, 0);
	s->u32 = b_int(b, "unsigned int", 4, 0);
	s->u64 = b_int(b, "long unsigned int", 8, 0);
	s->s32 = b_int(b, "int", 4, B_SIGNED);
	real = b_type(b, "double", B_FLOAT, 0, 0, 8);
	s->list = b->n_types + 1;
	s->list_ptr = s->list + 1;
	b_type(b, "list", B_STRUCT, 0, 2, 16);
	b_member(b, "next", s->list_ptr, 0);
	b_member(b, "prev", s->list_ptr, 64);
	b_type(b, "", B_PTR, 0, 0, s->list);
	list_t = b_type(b, "list_t", B_TYPEDEF, 0, 0, s->list);
	enumeration = b_type(b, "colour", B_ENUM, B_FLAG, 3, 4);
	b_enumerator(b, "RED", 0);
	b_enumerator(b, "GREEN", 7);
	b_enumerator(b, "BLUE", -1);
	b_type(b, "big", B_ENUM64, 0, 1, 8);
	b_enumerator64(b, "HUGE_ONE", 1ULL << 40);
	quals = b_type(b, "", B_VOLATILE, 0, 0, list_t);
	quals = b_type(b, "", B_CONST, 0, 0, quals);
	func = b_type(b, "", B_FUNC_PROTO, 0, 2, 0);
	b_param(b, "", s->list_ptr);
	b_param(b, "", 0);
	call = b_type(b, "", B_PTR, 0, 0, func);
	call = b_type(b, "", B_RESTRICT, 0, 0, call);
	arm1 = b_type(b, "", B_STRUCT, 0, 2, 24);
	b_member(b, "lru", quals, 0);
	b_member(b, "call", call, 128);
	arm2 = b_type(b, "", B_STRUCT, 0, 2, 16);
	b_member(b, "raw", s->u64, 0);
	b_member(b, "colour", enumeration, 64);
	uni = b_type(b, "", B_UNION, 0, 2, 24);
	b_member(b, "", arm1, 0);
	b_member(b, "", arm2, 0);
	tag = b_type(b, "user", B_TYPE_TAG, 0, 0, s->u8);
	tag = b_type(b, "u8", B_TYPEDEF, 0, 0, tag);
	bytes = b_array(b, tag, s->u32, 3);
	inner = b_type(b, "inner", B_STRUCT, 0, 2, 24);
	b_member(b, "link", list_t, 0);
	b_member(b, "bytes", bytes, 128);
	rows = b_array(b, inner, s->u32, 4);
	rows = b_array(b, rows, s->u32, 2);
	fwd = b_type(b, "missing", B_FWD, 0, 0, 0);
	fwd_ptr = b_type(b, "", B_PTR, 0, 0, fwd);
	tail = b_array(b, tag, s->u32, 0);
	s->thing = b_type(b, "thing", B_STRUCT, B_FLAG, 9, 248);
	b_member(b, "flags", s->u64, 0);
	b_member(b, "", uni, 64);
	b_member(b, "rows", rows, 256);
	b_member(b, "low", s->u32, 3u << 24 | (256 + 8 * 192));
	b_member(b, "high", s->u32, 13u << 24 | (256 + 8 * 192 + 3));
	b_member(b, "count", s->s32, 256 + 8 * 192 + 32);
	b_member(b, "missing", fwd_ptr, 256 + 8 * 192 + 64);
	b_member(b, "real", real, 256 + 8 * 192 + 128);
	b_member(b, "tail", tail, 256 + 8 * 192 + 192);
	b_type(b, "thing_t", B_TYPEDEF, 0, 0, s->thing);
	b_type(b, "opaque_t", B_TYPEDEF, 0, 0, fwd);
	/* What a kernel's BTF also has, and mmx only steps over. */
	func = b_type(b, "do_it", B_FUNC, 0, 1, func);
	func = b_type(b, "state", B_VAR, 0, 0, s->u64);
	b_word(b, 1);
	b_type(b, ".data", B_DATASEC, 0, 1, 8);
	b_word(b, func);
	b_word(b, 0);
	b_word(b, 8);
	b_type(b, "kfunc", B_DECL_TAG, 0, 0, func);
	b_word(b, 0xffffffff);
	b_type(b, "last", B_STRUCT, 0, 1, 4);
	b_member(b, "only", s->s32, 0);
	b_finish(b);
}

#endif
