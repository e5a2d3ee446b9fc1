// SPDX-License-Identifier: GPL-2.0-or-later
/* The dump: the file or files that memory is read from. */
#include "records/records.h"

static const void *next(struct mmx_rows *r)
{
	return r->nth ? NULL : r->view->kernel->image;
}

static void read_through(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_image *image = r->row;

	v->text = image->ops->name;
}

static void present(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_image *image = r->row;

	if (image->presence_known)
		v->word = mmx_ranges_total(&image->present);
	else
		mmx_value_null(v);
}

static void excluded(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_image *image = r->row;
	uint64_t there = mmx_ranges_total(&image->present), ram = mmx_ranges_total(&image->ram);

	if (image->presence_known && ram)
		v->word = ram > there ? ram - there : 0;
	else
		mmx_value_null(v);
}

static const struct mmx_field fields[] = {
	{"format", MMX_TEXT,
	 "what was found: \"ELF dump\", \"compressed kdump (zlib)\", \"running kernel\"",
	 AT(struct mmx_image, format)},
	{"read_through", MMX_TEXT, "who reads it", .get = read_through},
	{"live", MMX_BOOL, "the memory changes while it is read", AT(struct mmx_image, live)},
	{"present", MMX_BYTES, "contents that are there; null where only reading tells",
	 .may = MMX_OR_NULL, .get = present},
	{"excluded", MMX_BYTES,
	 "what was memory and is not in the dump; null when the format does not tell",
	 .may = MMX_OR_NULL, .get = excluded},
	{"notice", MMX_TEXT,
	 "only when there is something to know: truncated, rearranged, parts missing",
	 .zero = MMX_OR_NONE, AT(struct mmx_image, notice)},
	{0},
};

const struct mmx_record mmx_record_dump = {
	.name = "dump",
	.doc = "the file or files that the dump is in",
	.fields = fields,
	.next = next,
};
