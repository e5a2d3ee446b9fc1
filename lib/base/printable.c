// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/printable.h"

/* Characters beyond ASCII that order about instead of showing something. */
static bool is_order(uint32_t c)
{
	return c < 0xa0 || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* The length of the UTF-8 sequence that begins with @first; 0 when none does. */
static size_t sequence(unsigned char first)
{
	return first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
}

/* The bytes of the character that @text begins with; 0 when it must not be shown. */
static size_t character(const unsigned char *text, size_t len)
{
	static const uint32_t least[] = {[2] = 0x80, [3] = 0x800, [4] = 0x10000};
	size_t n = sequence(text[0]);
	uint32_t c = text[0] & (0xff >> (n + 1));

	if (text[0] >= 0x20 && text[0] < 0x7f)
		return 1;
	if (!n || n > len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (text[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) || is_order(c))
		return 0;
	return n;
}

size_t mmx_printable(const char *text, size_t len)
{
	size_t shown = 0, n;

	while (shown < len && (n = character((const unsigned char *)text + shown, len - shown)))
		shown += n;
	return shown;
}

void mmx_make_printable(char *text)
{
	size_t len = strlen(text);

	for (size_t at = mmx_printable(text, len); at < len;
	     at += mmx_printable(text + at, len - at))
		text[at++] = '?';
}
