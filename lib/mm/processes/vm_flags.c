// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "kernel/decode.h"
#include "kernel/texts.h"
#include "mm/mem.h"
#include "mm/processes/vm_flags.h"

#define NAMES_MAX 128u

/*
 * What smaps' codes mean, and where the bit has been on every kernel from 6.1 to 7.3; -1: it has moved, or is not
 * of every kernel. What an architecture calls its own bit is no business of the codes.
 */
static const struct {
	char code[3];
	int8_t bit;
	const char *name;
} known[] = {
	{"rd", 0, "read"},          {"wr", 1, "write"},        {"ex", 2, "exec"},
	{"sh", 3, "shared"},        {"mr", 4, "mayread"},      {"mw", 5, "maywrite"},
	{"me", 6, "mayexec"},       {"ms", 7, "mayshare"},     {"gd", 8, "growsdown"},
	{"um", 9, "uffd_missing"},  {"pf", 10, "pfnmap"},      {"gu", -1, "maybe_guard"},
	{"uw", 12, "uffd_wp"},      {"lo", 13, "locked"},      {"io", 14, "io"},
	{"sr", 15, "seqread"},      {"rr", 16, "randread"},    {"dc", 17, "dontcopy"},
	{"de", 18, "dontexpand"},   {"lf", 19, "lockonfault"}, {"ac", 20, "account"},
	{"nr", 21, "noreserve"},    {"ht", 22, "hugetlb"},     {"sf", 23, "sync"},
	{"ar", 24, "arch_1"},       {"wf", 25, "wipeonfork"},  {"dd", 26, "dontdump"},
	{"sd", 27, "softdirty"},    {"mm", 28, "mixedmap"},    {"hg", 29, "hugepage"},
	{"nh", 30, "nohugepage"},   {"mg", 31, "mergeable"},   {"ui", -1, "uffd_minor"},
	{"ss", -1, "shadow_stack"}, {"dp", -1, "droppable"},   {"sl", -1, "sealed"},
};

#define KNOWN (sizeof(known) / sizeof(*known))

/* Since 6.9, and in neither of the kernel's tables. */
#define ALLOW_ANY_UNCACHED 39

static const char *name_of_code(const char *code)
{
	for (size_t i = 0; i < KNOWN; i++) {
		if (!strcmp(known[i].code, code))
			return known[i].name;
	}
	return NULL;
}

/*
 * The array has two letters a bit up to 6.12, and a NUL behind them from then on, which a compiler's warning brought. It
 * begins with the same four on every kernel, and is as long as the word has bits.
 */
static int read_codes(struct mmx_vm_flags *f, struct mmx_view *view, struct mmx_err *err)
{
	static const struct {
		const char *begins;
		unsigned int width;
	} forms[] = {{"rdwrexshmrmwmems", 2}, {"rd\0wr\0ex\0sh\0mr\0mw\0me\0ms", 3}};
	char codes[3 * MMX_VM_FLAG_BITS];
	uint64_t at = 0;
	unsigned int form = 0;
	int found = 0;

	for (; form < 2 && !found; form++)
		found = mmx_constant_find(view, forms[form].begins, 8 * forms[form].width, &at,
					  err);
	if (found <= 0)
		return found < 0 ? -1
				 : mmx_fail(err, MMX_EMISSING,
					    "this kernel has no codes of VM flags: it was built "
					    "without smaps");
	form--;
	if (mmx_kread_ok(view, at, codes, (size_t)forms[form].width * MMX_VM_FLAG_BITS,
			 "the codes of VM flags", err))
		return -1;
	for (unsigned int i = 0; i < MMX_VM_FLAG_BITS; i++) {
		memcpy(f->bit[i].code, codes + (size_t)i * forms[form].width, 2);
		mmx_make_printable(f->bit[i].code);
	}
	f->own_codes = true;
	return 0;
}

static void take_usual_codes(struct mmx_vm_flags *f)
{
	for (unsigned int i = 0; i < MMX_VM_FLAG_BITS; i++)
		strcpy(f->bit[i].code, "??");
	for (size_t i = 0; i < KNOWN; i++) {
		if (known[i].bit >= 0)
			strcpy(f->bit[known[i].bit].code, known[i].code);
	}
}

struct raw_name {
	uint64_t mask, name;
};

static const struct mmx_wanted name_wanted[] = {
	MMX_WANT(struct raw_name, mask, trace_print_flags, mask),
	MMX_WANT(struct raw_name, name, trace_print_flags, name),
};

static const struct mmx_decode name_table = MMX_DECODE("trace_print_flags", name_wanted);

/* 1 when there was one more, 0 at the end. */
static int read_name(struct mmx_vm_flags *f, struct mmx_view *view, uint64_t at,
		     struct mmx_err *err)
{
	char name[MMX_VM_FLAG_NAME];
	struct raw_name raw;
	enum mmx_read read;

	if (mmx_decode_read(&name_table, view, at, &raw, err))
		return -1;
	if (!raw.name)
		return 0;
	read = mmx_kread_str(view, raw.name, name, sizeof(name), NULL);
	if (read)
		return mmx_fail(err, mmx_read_code(read), "a name in vmaflag_names is %s",
				mmx_read_name(read));
	mmx_make_printable(name);
	/* What this configuration does not have is a bit of 0. */
	if (raw.mask && !(raw.mask & (raw.mask - 1)))
		memcpy(f->bit[__builtin_ctzll(raw.mask)].name, name, sizeof(name));
	return 1;
}

static int read_names(struct mmx_vm_flags *f, struct mmx_view *view, struct mmx_err *err)
{
	uint64_t table;
	int ret = 1;

	if (!mmx_symbol_addr(&view->kernel->symbols, "vmaflag_names", &table) ||
	    !mmx_has_struct(&view->kernel->layout, S_trace_print_flags))
		return 0; /* the codes have names as well */
	for (unsigned int i = 0; i < NAMES_MAX && ret > 0; i++)
		ret = read_name(f, view,
				table + i * mmx_size(&view->kernel->layout, S_trace_print_flags),
				err);
	return ret < 0 ? -1 : 0;
}

/* Bit 24 is the architecture's, and named by it. */
static int check(const struct mmx_vm_flags *f, struct mmx_err *err)
{
	for (unsigned int i = 0; i < MMX_VM_FLAG_BITS; i++) {
		const struct mmx_vm_flag *flag = &f->bit[i];
		const char *name = name_of_code(flag->code);

		if (name && *flag->name && strcmp(flag->code, "ar") && strcmp(name, flag->name))
			return mmx_fail(err, MMX_ECORRUPT,
					"bit %u of VM flags is %s in smaps and %s in vmaflag_names",
					i, name, flag->name);
	}
	return 0;
}

/* Protection keys are the bits that smaps passes over, from bit 32 on: their number is a line of its own. */
static void name_others(struct mmx_vm_flags *f)
{
	unsigned int key = 0;

	for (unsigned int i = 0; i < MMX_VM_FLAG_BITS; i++) {
		struct mmx_vm_flag *flag = &f->bit[i];
		const char *name = name_of_code(flag->code);

		if (*flag->name)
			continue;
		if (name)
			snprintf(flag->name, sizeof(flag->name), "%s", name);
		else if (!*flag->code)
			snprintf(flag->name, sizeof(flag->name), "pkey_bit%u", key++);
		else if (i == ALLOW_ANY_UNCACHED)
			snprintf(flag->name, sizeof(flag->name), "allow_any_uncached");
		else
			snprintf(flag->name, sizeof(flag->name), "bit%u", i);
	}
}

void mmx_vm_flags_assume(struct mmx_vm_flags *f, const struct mmx_vm_flag_place *moved)
{
	*f = (struct mmx_vm_flags){0};
	take_usual_codes(f);
	for (; moved->code[0]; moved++)
		strcpy(f->bit[moved->bit].code, moved->code);
	/* Protection keys of x86_64, which smaps has a line for. */
	for (unsigned int i = 32; i < 36; i++)
		f->bit[i].code[0] = '\0';
	name_others(f);
	f->coverage.found = MMX_VM_FLAG_BITS;
}

int mmx_vm_flags_find(struct mmx_vm_flags *f, struct mmx_view *view, struct mmx_err *err)
{
	if (read_codes(f, view, err)) {
		take_usual_codes(f);
		mmx_cover_fail(&f->coverage, err);
	}
	if (read_names(f, view, err) || check(f, err))
		mmx_cover_fail(&f->coverage, err);
	name_others(f);
	f->coverage.found = MMX_VM_FLAG_BITS;
	return 0;
}

void mmx_vm_flags_free(struct mmx_vm_flags *f)
{
	(void)f;
}

uint64_t mmx_vm_flag(const struct mmx_vm_flags *f, const char *name)
{
	for (unsigned int i = 0; i < MMX_VM_FLAG_BITS; i++) {
		if (!strcmp(f->bit[i].name, name))
			return 1ULL << i;
	}
	return 0;
}

void mmx_vm_flags_names(const struct mmx_vm_flags *f, uint64_t word, const char *between,
			char text[static MMX_VM_FLAGS_TEXT])
{
	size_t n = 0;

	*text = '\0';
	for (unsigned int i = 0; i < MMX_VM_FLAG_BITS && n < MMX_VM_FLAGS_TEXT; i++) {
		if (word >> i & 1)
			n += snprintf(text + n, MMX_VM_FLAGS_TEXT - n, "%s%s", n ? between : "",
				      f->bit[i].name);
	}
}

void mmx_vm_flags_codes(const struct mmx_vm_flags *f, uint64_t word,
			char text[static MMX_VM_FLAGS_TEXT])
{
	size_t n = 0;

	*text = '\0';
	for (unsigned int i = 0; i < MMX_VM_FLAG_BITS; i++) {
		if (word >> i & 1 && *f->bit[i].code)
			n += snprintf(text + n, MMX_VM_FLAGS_TEXT - n, "%s ", f->bit[i].code);
	}
}
