// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/vmcoreinfo.h"

/* The kernel gives it a page or a few; whatever is larger by far is something else. */
#define TEXT_MAX     (1u << 20)
#define NAME_MAX_LEN 256

static int by_name(const void *a, const void *b)
{
	const struct mmx_vmcoreinfo_line *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	/* Names of one text lie in the order of its lines, which makes this order total. */
	return order ? order : (x->name > y->name) - (x->name < y->name);
}

/*
 * Of lines with one name the first stays: the kernel writes each name once and only ever appends,
 * so what it said first is its own, and other readers of dumps take the first as well.
 */
static void drop_repeated(struct mmx_vmcoreinfo *vi)
{
	size_t used = 0;

	for (size_t i = 0; i < vi->n; i++) {
		if (!used || strcmp(vi->v[used - 1].name, vi->v[i].name))
			vi->v[used++] = vi->v[i];
	}
	vi->n = used;
}

/* Cuts the text into lines. One without its newline may have been cut short, and is left out. */
static bool split(struct mmx_vmcoreinfo *vi)
{
	char *line = vi->text, *end, *equals;

	for (; (end = strchr(line, '\n')); line = end + 1) {
		*end = 0;
		equals = strchr(line, '=');
		if (!equals || equals == line)
			continue;
		*equals = 0;
		if (!mmx_array_add(vi, (struct mmx_vmcoreinfo_line){line, equals + 1}))
			return false;
	}
	return true;
}

int mmx_vmcoreinfo_parse(struct mmx_vmcoreinfo *vi, const char *text, size_t len,
			 struct mmx_err *err)
{
	memset(vi, 0, sizeof(*vi));
	len = strnlen(text, len);
	if (len > TEXT_MAX)
		return mmx_fail(err, MMX_ECORRUPT, "VMCOREINFO of %zu bytes is no VMCOREINFO", len);
	vi->text = strndup(text, len);
	if (!vi->text || !split(vi)) {
		mmx_vmcoreinfo_free(vi);
		return mmx_fail_nomem(err);
	}
	if (!vi->n) {
		mmx_vmcoreinfo_free(vi);
		return mmx_fail(err, MMX_ECORRUPT, "VMCOREINFO has no line NAME=VALUE");
	}
	qsort(vi->v, vi->n, sizeof(*vi->v), by_name);
	drop_repeated(vi);
	return 0;
}

void mmx_vmcoreinfo_free(struct mmx_vmcoreinfo *vi)
{
	free(vi->text);
	vi->text = NULL;
	mmx_array_free(vi);
}

const char *mmx_vmcoreinfo_text(const struct mmx_vmcoreinfo *vi, const char *name)
{
	size_t i = mmx_array_bound(vi, line, strcmp(line->name, name) < 0);

	return i < vi->n && !strcmp(vi->v[i].name, name) ? vi->v[i].value : NULL;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* All of @text as digits of @base; false for anything else and for what needs more than 64 bits. */
static bool parse_digits(const char *text, unsigned int base, uint64_t *value)
{
	uint64_t sum = 0;

	if (!text || !*text)
		return false;
	for (; *text; text++) {
		unsigned int digit = digit_value(*text);

		if (digit >= base || __builtin_mul_overflow(sum, base, &sum) ||
		    __builtin_add_overflow(sum, digit, &sum))
			return false;
	}
	*value = sum;
	return true;
}

static const char *keyed(const struct mmx_vmcoreinfo *vi, const char *key, const char *name)
{
	char full[NAME_MAX_LEN];
	int len = snprintf(full, sizeof(full), "%s(%s)", key, name);

	return len > 0 && (size_t)len < sizeof(full) ? mmx_vmcoreinfo_text(vi, full) : NULL;
}

bool mmx_vmcoreinfo_symbol(const struct mmx_vmcoreinfo *vi, const char *name, uint64_t *value)
{
	return parse_digits(keyed(vi, "SYMBOL", name), 16, value);
}

/* Decimal with a sign; some architectures print hexadecimal here, always marked as such. */
bool mmx_vmcoreinfo_number(const struct mmx_vmcoreinfo *vi, const char *name, int64_t *value)
{
	const char *text = keyed(vi, "NUMBER", name);
	bool negative = text && *text == '-';
	uint64_t size;

	if (text && !strncmp(text, "0x", 2)) {
		if (!parse_digits(text + 2, 16, &size))
			return false;
	} else if (!parse_digits(negative ? text + 1 : text, 10, &size) ||
		   size > (uint64_t)INT64_MAX + negative) {
		return false;
	}
	*value = (int64_t)(negative ? -size : size);
	return true;
}

bool mmx_vmcoreinfo_size(const struct mmx_vmcoreinfo *vi, const char *name, uint64_t *value)
{
	return parse_digits(keyed(vi, "SIZE", name), 10, value);
}

bool mmx_vmcoreinfo_offset(const struct mmx_vmcoreinfo *vi, const char *name, uint64_t *value)
{
	return parse_digits(keyed(vi, "OFFSET", name), 10, value);
}

bool mmx_vmcoreinfo_length(const struct mmx_vmcoreinfo *vi, const char *name, uint64_t *value)
{
	return parse_digits(keyed(vi, "LENGTH", name), 10, value);
}

bool mmx_vmcoreinfo_hex(const struct mmx_vmcoreinfo *vi, const char *name, uint64_t *value)
{
	return parse_digits(mmx_vmcoreinfo_text(vi, name), 16, value);
}
