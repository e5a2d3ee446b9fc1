// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DWARF against the compiler itself. The same declarations are compiled into this program, where
 * sizeof and offsetof tell the truth, and by the compiler as of now into a shared object whose
 * debugging information is read - as DWARF 4 and as DWARF 5, plain and compressed.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/types.h"
#include "unit.h"

#define TEXT_(...) #__VA_ARGS__
#define TEXT(...)  TEXT_(__VA_ARGS__)

#define DECLARATIONS                                                   \
	enum colour { RED, GREEN = 200, BLUE = -1 };                   \
	enum wide { HUGE_ONE = 0x7fffffffffff };                       \
	struct list {                                                  \
		struct list *next, *prev;                              \
	};                                                             \
	typedef struct list list_t;                                    \
	typedef struct {                                               \
		unsigned short a, b;                                   \
	} nameless_t;                                                  \
	struct thing {                                                 \
		char first;                                            \
		union {                                                \
			struct {                                       \
				const list_t lru;                      \
				void (*call)(struct list *, int, ...); \
			};                                             \
			unsigned long raw;                             \
		};                                                     \
		struct inner {                                         \
			list_t link;                                   \
			unsigned char bytes[256];                      \
		} rows[2][3];                                          \
		int before;                                            \
		unsigned int low : 3, high : 13;                       \
		unsigned long flag : 1, rest : 47;                     \
		enum colour colour;                                    \
		nameless_t pair;                                       \
		struct never_defined *ptr;                             \
		double real;                                           \
		signed char none[0];                                   \
		int tail[];                                            \
	};

DECLARATIONS

static char dir[] = "/tmp/mmx-dwarf-XXXXXX";

/* Compile the declarations with @flags; the result's path, or NULL. */
static const char *compile(const char *flags)
{
	static char path[128];
	char command[512];
	const char *cc = getenv("CC");
	FILE *f;

	snprintf(path, sizeof(path), "%s/sample.c", dir);
	f = fopen(path, "w");
	if (!f)
		return NULL;
	fputs(TEXT(DECLARATIONS) "\nstruct thing thing; enum wide wide;\n", f);
	fclose(f);
	snprintf(command, sizeof(command),
		 "%s -shared -fPIC -fno-lto %s -o %s/sample.so %s/sample.c", cc ? cc : "cc", flags,
		 dir, dir);
	snprintf(path, sizeof(path), "%s/sample.so", dir);
	return system(command) ? NULL : path;
}

static bool opens(struct mmx_types_provider *p, const char *flags)
{
	struct mmx_err err = {.text = "the compiler failed"};
	const char *path = compile(flags);

	if (path && !mmx_types_from_vmlinux(p, path, NULL, true, &err))
		return true;
	CHECK(false, "%s: %s", flags, err.text);
	return false;
}

static const char *facts(const struct mmx_types_provider *p, const char *in, const char *path)
{
	static char text[200];
	struct mmx_member m;

	if (!p->ops->member(p->priv, in, path, &m))
		return "none";
	snprintf(text, sizeof(text), "%" PRIu64 "+%u %u %ux%u%s%s%s %s", m.bit_off, m.bit_size,
		 m.size, m.nelems, m.elem_size, m.is_signed ? " signed" : "",
		 m.is_pointer ? " pointer" : "", m.bitfield ? " bits" : "", m.type);
	return text;
}

static void check_member(const struct mmx_types_provider *p, const char *in, const char *path,
			 size_t offset, size_t size, const char *what)
{
	const char *got = facts(p, in, path);
	char want[200];

	snprintf(want, sizeof(want), "%zu+%zu %zu %s", 8 * offset, 8 * size, size, what);
	CHECK(!strcmp(got, want), "%s.%s is %s, not %s", in, path, got, want);
}

#define CHECK_PLAIN(path, what)                                        \
	check_member(&p, "thing", #path, offsetof(struct thing, path), \
		     sizeof(((struct thing *)0)->path), what)

static bool list_member(void *arg, const char *name, const struct mmx_member *m, unsigned int depth,
			bool is_union)
{
	char *text = arg;

	(void)m;
	sprintf(text + strlen(text), "%u%s%s ", depth, is_union ? "|" : ":", name);
	return true;
}

/* The first bit of a bit-field and its width, as a program that writes it finds them. */
static void check_bits(const struct mmx_types_provider *p, const char *name,
		       const struct thing *ones)
{
	const unsigned char *bytes = (const unsigned char *)ones;
	unsigned int first = 0, width = 0;
	struct mmx_member m;

	for (unsigned int i = 0; i < 8 * sizeof(*ones); i++) {
		if (!(bytes[i / 8] >> i % 8 & 1))
			continue;
		if (!width++)
			first = i;
	}
	CHECK(p->ops->member(p->priv, "thing", name, &m) && m.bitfield && m.bit_off == first &&
		      m.bit_size == width,
	      "%s is at %" PRIu64 "+%u, not %u+%u", name, m.bit_off, m.bit_size, first, width);
}

static void check_all(const char *flags)
{
	static const struct thing low = {.low = 7}, high = {.high = 0x1fff}, flag = {.flag = 1},
				  rest = {.rest = 0x7fffffffffff};
	struct mmx_types_provider p;
	char text[256] = "";
	uint64_t size = 0;
	int64_t value = 0;

	if (!opens(&p, flags))
		return;
	CHECK(p.ops->struct_size(p.priv, "thing", &size) && size == sizeof(struct thing),
	      "size %" PRIu64, size);
	CHECK(p.ops->struct_size(p.priv, "list_t", &size) && size == sizeof(list_t), "typedef");
	CHECK(p.ops->struct_size(p.priv, "nameless_t", &size) && size == 4, "nameless struct");
	CHECK(!p.ops->struct_size(p.priv, "never_defined", &size), "a declaration has no size");
	CHECK(!p.ops->struct_size(p.priv, "nothing", &size), "a name that is not there");
	CHECK_PLAIN(lru, "0x16 const list_t");
	CHECK_PLAIN(lru.prev, "0x8 pointer struct list *");
	CHECK_PLAIN(call, "0x8 pointer void (*)(struct list *, int, ...)");
	CHECK_PLAIN(raw, "0x8 unsigned long");
	CHECK_PLAIN(rows, "6x272 struct inner[6]");
	CHECK_PLAIN(before, "0x4 signed int");
	CHECK_PLAIN(colour, "0x4 enum colour");
	CHECK_PLAIN(pair, "0x4 nameless_t");
	CHECK_PLAIN(pair.b, "0x2 unsigned short");
	CHECK_PLAIN(ptr, "0x8 pointer struct never_defined *");
	CHECK_PLAIN(real, "0x8 double");
	CHECK_PLAIN(none, "0x1 signed char[]");
	check_member(&p, "thing", "tail", offsetof(struct thing, tail), 0, "0x4 int[]");
	check_member(&p, "thing", "rows.bytes", offsetof(struct thing, rows[0][0].bytes), 256,
		     "256x1 unsigned char[256]");
	check_bits(&p, "low", &low);
	check_bits(&p, "high", &high);
	check_bits(&p, "flag", &flag);
	check_bits(&p, "rest", &rest);
	CHECK(p.ops->enumerator(p.priv, "colour", "GREEN", &value) && value == 200, "%" PRId64,
	      value);
	CHECK(p.ops->enumerator(p.priv, NULL, "BLUE", &value) && value == -1, "%" PRId64, value);
	CHECK(p.ops->enumerator(p.priv, NULL, "HUGE_ONE", &value) && value == 0x7fffffffffff,
	      "%" PRId64, value);
	CHECK(!p.ops->enumerator(p.priv, "wide", "BLUE", &value), "in the wrong enum");
	CHECK(!p.ops->enumerator(p.priv, NULL, "VIOLET", &value), "in no enum");
	CHECK(p.ops->each_member(p.priv, "thing", list_member, text) &&
		      !strcmp(text, "0:first 0| 1: 2:lru 2:call 1:raw 0:rows 0:before 0:low 0:high "
				    "0:flag 0:rest 0:colour 0:pair 0:ptr 0:real 0:none 0:tail "),
	      "%s", text);
	p.ops->free(p.priv);
}

static void dwarf_5(void)
{
	check_all("-gdwarf-5");
}

static void dwarf_4(void)
{
	check_all("-gdwarf-4 -gstrict-dwarf");
}

static void compressed_sections(void)
{
	check_all("-gdwarf-5 -gz=zlib");
}

static void what_cannot_be_used_is_refused(void)
{
	struct mmx_types_provider p;
	struct mmx_err err = {0};
	const char *path = compile("-g0");
	char source[128];

	CHECK(path && mmx_types_from_vmlinux(&p, path, NULL, false, &err), "no types in it");
	CHECK(strstr(err.text, "sample.so"), "\"%s\" does not say which file", err.text);
	snprintf(source, sizeof(source), "%s/sample.c", dir);
	CHECK(mmx_types_from_vmlinux(&p, source, NULL, false, &err), "no ELF file");
	CHECK(mmx_types_from_vmlinux(&p, "/nowhere/vmlinux", NULL, false, &err), "no file");
	CHECK(mmx_types_from_vmlinux(&p, dir, NULL, false, &err), "a directory");
}

static void build_id_must_be_the_kernels(void)
{
	static const char id[] = "00112233445566778899aabbccddeeff00112233";
	const char *path = compile("-g -Wl,--build-id=0x00112233445566778899aabbccddeeff00112233");
	struct mmx_types_provider p;
	struct mmx_err err = {0};
	char other[sizeof(id)];

	memcpy(other, id, sizeof(id));
	other[3] = 'f';
	if (!path || mmx_types_from_vmlinux(&p, path, id, true, &err)) {
		CHECK(false, "refused: %s", err.text);
		return;
	}
	p.ops->free(p.priv);
	CHECK(mmx_types_from_vmlinux(&p, path, other, true, &err), "another kernel's taken");
	CHECK(strstr(err.text, id), "\"%s\" does not say what it has", err.text);
	path = compile("-g -Wl,--build-id=none");
	CHECK(path && mmx_types_from_vmlinux(&p, path, id, true, &err), "one without taken");
}

int main(void)
{
	char command[64];

	if (!mkdtemp(dir)) {
		perror(dir);
		return 2;
	}
	RUN(dwarf_5);
	RUN(dwarf_4);
	RUN(compressed_sections);
	RUN(what_cannot_be_used_is_refused);
	RUN(build_id_must_be_the_kernels);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	if (system(command))
		perror(dir);
	return unit_end();
}
