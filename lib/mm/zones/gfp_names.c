// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "base/printable.h"
#include "kernel/decode.h"
#include "mm/mem.h"
#include "mm/zones/gfp_names.h"

#define MAX_NAMES 128u

struct raw_name {
	uint64_t mask, name;
};

static const struct mmx_wanted name_wanted[] = {
	MMX_WANT(struct raw_name, mask, trace_print_flags, mask),
	MMX_WANT(struct raw_name, name, trace_print_flags, name),
};

static const struct mmx_decode name_table = MMX_DECODE("trace_print_flags", name_wanted);

/* 1 when there was one more, 0 at the end. */
static int read_name(struct mmx_gfp_names *names, struct mmx_view *view, uint64_t at,
		     struct mmx_err *err)
{
	struct mmx_gfp_name name = {0};
	struct raw_name raw;
	enum mmx_read read;

	if (mmx_decode_read(&name_table, view, at, &raw, err))
		return -1;
	if (!raw.name)
		return 0;
	read = mmx_kread_str(view, raw.name, name.name, sizeof(name.name), NULL);
	if (read)
		return mmx_fail(err, mmx_read_code(read), "a name in gfpflag_names is %s",
				mmx_read_name(read));
	mmx_make_printable(name.name);
	name.mask = raw.mask;
	return mmx_array_add(names, name) ? 1 : mmx_fail_nomem(err);
}

/* What GFP_KERNEL is made of has been the same ever since there is __GFP_DIRECT_RECLAIM. */
static int check(const struct mmx_gfp_names *names, struct mmx_err *err)
{
	uint64_t parts = mmx_gfp_bits(names, "__GFP_DIRECT_RECLAIM") |
			 mmx_gfp_bits(names, "__GFP_KSWAPD_RECLAIM") |
			 mmx_gfp_bits(names, "__GFP_IO") | mmx_gfp_bits(names, "__GFP_FS");

	if (parts && parts == mmx_gfp_bits(names, "GFP_KERNEL"))
		return 0;
	return mmx_fail(err, MMX_ECORRUPT,
			"gfpflag_names has GFP_KERNEL as 0x%" PRIx64
			", and its parts make 0x%" PRIx64,
			mmx_gfp_bits(names, "GFP_KERNEL"), parts);
}

int mmx_gfp_names_find(struct mmx_gfp_names *names, struct mmx_view *view, struct mmx_err *err)
{
	uint64_t table;
	int ret = 1;

	if (!mmx_symbol_addr(&view->kernel->symbols, "gfpflag_names", &table))
		return mmx_fail(err, MMX_EMISSING, "symbol gfpflag_names is needed");
	if (mmx_decode_require(&name_table, &view->kernel->layout, err))
		return -1;
	for (unsigned int i = 0; i < MAX_NAMES && ret > 0; i++)
		ret = read_name(names, view,
				table + i * mmx_size(&view->kernel->layout, S_trace_print_flags),
				err);
	names->coverage.found = names->n;
	return ret < 0 ? -1 : check(names, err);
}

void mmx_gfp_names_free(struct mmx_gfp_names *names)
{
	mmx_array_free(names);
}

static const struct mmx_gfp_name *find_name(const struct mmx_gfp_names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++) {
		if (!strcmp(names->v[i].name, name))
			return &names->v[i];
	}
	/* Up to 6.14 the table had the zones' flags without the underscores only. */
	return !strncmp(name, "__GFP_DMA", 9) ? find_name(names, name + 2) : NULL;
}

uint64_t mmx_gfp_bits(const struct mmx_gfp_names *names, const char *name)
{
	const struct mmx_gfp_name *found = find_name(names, name);

	return found ? found->mask : 0;
}

static int parse_one(const struct mmx_gfp_names *names, const char *text, size_t len, uint64_t *gfp,
		     struct mmx_err *err)
{
	const struct mmx_gfp_name *found;
	struct mmx_suggest near;
	char word[64];
	char *end;

	snprintf(word, sizeof(word), "%.*s", (int)len, text);
	found = find_name(names, word);
	if (found) {
		*gfp |= found->mask;
		return 0;
	}
	errno = 0;
	*gfp |= strtoull(word, &end, 16);
	if (isxdigit((unsigned char)*word) && !*end && !errno)
		return 0;
	mmx_suggest_begin(&near, text, len);
	for (size_t i = 0; i < names->n; i++)
		mmx_suggest_offer(&near, names->v[i].name);
	return mmx_fail(err, MMX_EUSAGE, "this kernel has no flag %s%s", word, near.words);
}

int mmx_gfp_parse(const struct mmx_gfp_names *names, const char *text, uint64_t *gfp,
		  struct mmx_err *err)
{
	*gfp = 0;
	for (;;) {
		size_t len = strcspn(text, "|+");

		if (parse_one(names, text, len, gfp, err))
			return -1;
		if (!text[len])
			return 0;
		text += len + 1;
	}
}

void mmx_gfp_print(const struct mmx_gfp_names *names, uint64_t gfp, char *text, size_t size)
{
	size_t n = 0;

	*text = '\0';
	for (size_t i = 0; i < names->n && n < size; i++) {
		if (!names->v[i].mask || (gfp & names->v[i].mask) != names->v[i].mask)
			continue;
		n += snprintf(text + n, size - n, "%s%s", n ? "|" : "", names->v[i].name);
		gfp &= ~names->v[i].mask;
	}
	if (n < size && (gfp || !n))
		snprintf(text + n, size - n, "%s0x%" PRIx64, n ? "|" : "", gfp);
}
