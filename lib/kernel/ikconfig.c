// SPDX-License-Identifier: GPL-2.0-or-later
/* The configuration that a kernel with IKCONFIG keeps, compressed as gzip does it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "kernel/config.h"
#include "kernel/kernel.h"

#define PACKED_MAX (4u << 20) /* some 50 KiB in fact */
#define TEXT_MAX   (16u << 20)

/* How zlib is told of gzip's header. */
#define GZIP 16

static int inflate_all(struct mmx_ikconfig *c, uint8_t *packed, size_t len, struct mmx_err *err)
{
	z_stream z = {.next_in = packed, .avail_in = len};
	size_t room = 1u << 16;
	int ended = Z_OK;

	if (inflateInit2(&z, GZIP + MAX_WBITS) != Z_OK)
		return mmx_fail_nomem(err);
	while (ended == Z_OK && room <= TEXT_MAX) {
		char *text = realloc(c->text, room + 1);

		if (!text)
			break;
		c->text = text;
		z.next_out = (uint8_t *)text + c->len;
		z.avail_out = room - c->len;
		ended = inflate(&z, Z_NO_FLUSH);
		c->len = room - z.avail_out;
		if (z.avail_out && ended == Z_OK)
			ended = Z_DATA_ERROR; /* what there is has an end before it should */
		room *= 2;
	}
	inflateEnd(&z);
	if (ended != Z_STREAM_END)
		return mmx_fail(err, MMX_ECORRUPT,
				"what lies at kernel_config_data cannot be unpacked");
	c->text[c->len] = 0;
	return 0;
}

static int read_packed(struct mmx_ikconfig *c, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_symbols *s = &view->kernel->symbols;
	uint64_t start, end;
	uint8_t *packed;
	int failed;

	if (!mmx_symbol_addr(s, "kernel_config_data", &start) ||
	    !mmx_symbol_addr(s, "kernel_config_data_end", &end))
		return mmx_fail(err, MMX_ENOTFOUND, "no symbol kernel_config_data");
	if (end <= start || end - start > PACKED_MAX)
		return mmx_fail(err, MMX_ECORRUPT, "kernel_config_data has %" PRIu64 " bytes",
				end - start);
	packed = malloc(end - start);
	if (!packed)
		return mmx_fail_nomem(err);
	failed =
		mmx_kread_ok(view, start, packed, end - start, "the kernel's configuration", err) ||
		inflate_all(c, packed, end - start, err);
	free(packed);
	return failed ? -1 : 0;
}

void mmx_ikconfig_free(struct mmx_ikconfig *c)
{
	free(c->text);
	c->text = NULL;
}

void mmx_ikconfig_read(struct mmx_ikconfig *c, struct mmx_view *view)
{
	*c = (struct mmx_ikconfig){.text = NULL};
	if (read_packed(c, view, &c->why))
		mmx_ikconfig_free(c);
}

/* The line that sets an option, behind its =. */
static const char *line_of(const char *text, const char *name, size_t len)
{
	static const char prefix[] = "CONFIG_";

	while (text && *text) {
		if (!strncmp(text, prefix, strlen(prefix)) &&
		    !strncmp(text + strlen(prefix), name, len) && text[strlen(prefix) + len] == '=')
			return text + strlen(prefix) + len + 1;
		text = strchr(text, '\n');
		text += text != NULL;
	}
	return NULL;
}

void mmx_ikconfig_value(const struct mmx_ikconfig *c, const char *names,
			char value[MMX_CONFIG_TEXT])
{
	snprintf(value, MMX_CONFIG_TEXT, "n");
	while (*names) {
		size_t len = strcspn(names, "|");
		const char *line = line_of(c->text, names, len);

		if (line) {
			snprintf(value, MMX_CONFIG_TEXT, "%.*s", (int)strcspn(line, "\n"), line);
			return;
		}
		names += len + (names[len] == '|');
	}
}
