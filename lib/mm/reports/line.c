// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "mm/reports/line.h"

/*
 * What stands before a message.
 */

/* Colours, tabs and whatever else a terminal or a mailer left: each a space or nothing. */
static size_t clean(char *to, const char *bytes, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n < MMX_LINE_MAX - 1; i++) {
		unsigned char c = bytes[i];

		if (c == '\033' && i + 1 < len && bytes[i + 1] == '[') {
			for (i += 2; i < len && !isalpha((unsigned char)bytes[i]); i++)
				;
			continue;
		}
		if (c == '\t')
			c = ' ';
		if (c >= ' ' && c != 0x7f)
			to[n++] = (char)c;
	}
	while (n && to[n - 1] == ' ')
		n--;
	to[n] = '\0';
	return n;
}

static const char *skip_spaces(const char *at)
{
	while (*at == ' ')
		at++;
	return at;
}

/* "> " of mails, once or several times. */
static const char *skip_quotes(const char *at)
{
	for (at = skip_spaces(at); *at == '>' || *at == '|'; at = skip_spaces(at))
		at++;
	return at;
}

/* "<4>", and what dmesg -x makes of it: "kern  :alert : ". */
static const char *skip_level(const char *at)
{
	const char *end = at;

	if (*at == '<' && isdigit((unsigned char)at[1])) {
		for (end = at + 1; isdigit((unsigned char)*end); end++)
			;
		return *end == '>' ? end + 1 : at;
	}
	if (strncmp(at, "kern ", 5) && strncmp(at, "user ", 5))
		return at;
	for (int colons = 0; colons < 2; end++) {
		if (*end != ':' && *end != ' ' && !islower((unsigned char)*end))
			return at;
		colons += *end == ':';
	}
	return *end == ' ' ? end + 1 : at;
}

/* The date and host of syslog and of the journal, up to "kernel: ". */
static const char *skip_host(const char *at)
{
	static const char kernel[] = "kernel: ";
	const char *found = strstr(at, kernel);

	if (!found || found - at > 100 || (found > at && found[-1] != ' '))
		return at;
	return found + sizeof(kernel) - 1;
}

static bool is_time(const char *text, size_t len)
{
	size_t digits = 0, dots = 0;

	for (size_t i = 0; i < len; i++) {
		digits += isdigit((unsigned char)text[i]) != 0;
		dots += text[i] == '.';
		if (!isdigit((unsigned char)text[i]) && text[i] != '.' && text[i] != ' ')
			return false;
	}
	return digits && dots == 1;
}

/* "T123" of a task, "C0" of a CPU. */
static bool is_caller(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && text[i] == ' ')
		i++;
	if (i + 1 >= len || (text[i] != 'T' && text[i] != 'C'))
		return false;
	while (++i < len) {
		if (!isdigit((unsigned char)text[i]))
			return false;
	}
	return true;
}

/* dmesg -T: "Fri Nov 27 16:08:36 2026". */
static bool is_date(const char *text, size_t len)
{
	return len == 24 && isupper((unsigned char)text[0]) && text[13] == ':' && text[16] == ':';
}

/* "[   12.345678]", "[    T1]"; the brackets of the OOM killer's table are none. */
static const char *skip_brackets(const char *at, struct mmx_line *line)
{
	for (at = skip_spaces(at); *at == '['; at = skip_spaces(at)) {
		const char *end = strchr(at, ']');
		size_t len = end ? (size_t)(end - at) - 1 : 0;
		bool time = end && (is_time(at + 1, len) || is_date(at + 1, len));

		if (!end || (!time && !is_caller(at + 1, len)))
			break;
		if (time)
			snprintf(line->time, sizeof(line->time), "%.*s",
				 (int)(end - skip_spaces(at + 1)), skip_spaces(at + 1));
		at = end + 1;
	}
	return at;
}

void mmx_line_take(struct mmx_line *line, const char *bytes, size_t len)
{
	const char *at;
	size_t n = clean(line->text, bytes, len);

	line->time[0] = '\0';
	at = skip_level(skip_quotes(line->text));
	at = skip_host(skip_brackets(at, line));
	at = skip_brackets(at, line);
	memmove(line->text, at, (size_t)(line->text + n - at) + 1);
}

/*
 * Patterns.
 */

/* Text in the middle of a line is a name: of a task, a file, a cgroup. */
#define TEXT_MAX 400

/* Texts with commas in them could be divided in many ways; what takes more is no line of the kernel's. */
#define STEPS_MAX 20000

static size_t number_length(const char *at, bool hex)
{
	size_t n = 0;

	if (hex && at[0] == '0' && (at[1] == 'x' || at[1] == 'X'))
		n = 2;
	else if (!hex && (*at == '-' || *at == '+'))
		n = 1;
	if (!(hex ? isxdigit((unsigned char)at[n]) : isdigit((unsigned char)at[n])))
		return 0;
	while (hex ? isxdigit((unsigned char)at[n]) : isdigit((unsigned char)at[n]))
		n++;
	return n;
}

static bool match(const char *pattern, const char *text, struct mmx_captures *c);

static bool take(const char *rest, const char *text, size_t len, struct mmx_captures *c, size_t nth)
{
	c->v[nth].text = text;
	c->v[nth].len = len;
	c->n = nth + 1;
	return match(rest, text + len, c);
}

static bool match_text(const char *rest, const char *text, struct mmx_captures *c, size_t nth)
{
	size_t len = strlen(text);

	if (!*rest)
		return take(rest, text, len, c, nth);
	for (size_t i = 0; i <= len && i <= TEXT_MAX && ++c->steps < STEPS_MAX; i++) {
		if ((text[i] == *rest || !text[i]) && take(rest, text, i, c, nth))
			return true;
	}
	return false;
}

/* {name:kind} */
static bool match_capture(const char *pattern, const char *text, struct mmx_captures *c)
{
	const char *end = strchr(pattern, '}');
	const char *colon = memchr(pattern, ':', (size_t)(end - pattern));
	char kind = colon ? colon[1] : 't';
	size_t nth = c->n, len;

	if (nth == MMX_CAPTURES)
		return false;
	c->v[nth].name = pattern + 1;
	c->v[nth].name_len = (size_t)((colon ? colon : end) - pattern) - 1;
	if (kind == 't')
		return match_text(end + 1, text, c, nth);
	len = kind == 'w' ? strcspn(text, " ") : number_length(text, kind == 'x');
	return len && take(end + 1, text, len, c, nth);
}

static bool match(const char *pattern, const char *text, struct mmx_captures *c)
{
	for (; *pattern; pattern++) {
		if (*pattern == '{')
			return match_capture(pattern, text, c);
		if (*pattern != *text)
			return false;
		text = *pattern == ' ' ? skip_spaces(text) : text + 1;
	}
	return true;
}

bool mmx_line_match(const char *pattern, const char *text, struct mmx_captures *c)
{
	c->n = 0;
	c->steps = 0;
	return match(pattern, text, c);
}
