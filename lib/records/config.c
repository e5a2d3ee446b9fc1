// SPDX-License-Identifier: GPL-2.0-or-later
/* What was built into the kernel, as far as the dump lets one infer it, and its configuration where it keeps that. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mm/frames/pageblock.h"
#include "mm/mem.h"
#include "records/config.h"

static const struct mmx_config_asked *asked_of(const struct mmx_rows *r)
{
	return r->arg;
}

/* What no option says, and several of them together decide. */
static void largest_order(struct mmx_config_option *o, struct mmx_view *view)
{
	uint64_t orders;

	o->name = "largest order";
	if (mmx_vmcoreinfo_length(&view->kernel->vmcoreinfo, "zone.free_area", &orders) && orders) {
		snprintf(o->value, sizeof(o->value), "%" PRIu64, orders - 1);
		snprintf(o->evidence, sizeof(o->evidence),
			 "VMCOREINFO: a zone has %" PRIu64 " lists of free blocks", orders);
	} else {
		snprintf(o->evidence, sizeof(o->evidence), "VMCOREINFO does not tell");
	}
}

static void pageblock_order(struct mmx_config_option *o, struct mmx_view *view)
{
	const struct mmx_pageblock_format *f = mmx_know_pageblock_format(view);

	o->name = "pageblock order";
	if (f && f->order) {
		snprintf(o->value, sizeof(o->value), "%u", f->order);
		snprintf(o->evidence, sizeof(o->evidence),
			 "how far apart the maps of sections lie");
	} else {
		snprintf(o->evidence, sizeof(o->evidence), "the maps of sections do not tell");
	}
}

static void (*const others[])(struct mmx_config_option *o, struct mmx_view *view) = {
	largest_order,
	pageblock_order,
};

/* A disagreement is a finding: one of the two is not what the kernel was. */
static const void *next_option(struct mmx_rows *r)
{
	struct mmx_config_option *o = r->state;

	if (r->nth >= mmx_config_options()) {
		size_t i = r->nth - mmx_config_options();

		if (i >= sizeof(others) / sizeof(*others))
			return NULL;
		*o = (struct mmx_config_option){.name = ""};
		others[i](o, r->view);
		return o;
	}
	mmx_config_infer(o, r->nth, r->view, &asked_of(r)->own);
	if (o->disagrees)
		mmx_cover_failf(r->coverage, MMX_ECORRUPT,
				"%.*s is %s by what is built in (%s), and %s by the kernel's own "
				"configuration",
				(int)strcspn(o->name, "|"), o->name, o->value, o->evidence,
				o->says);
	return o;
}

static void option_name(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_config_option *o = r->row;

	mmx_value_textf(v, "%.*s", (int)strcspn(o->name, "|"), o->name);
}

static void disagrees(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_config_option *o = r->row;

	v->text = o->says;
	if (!o->disagrees)
		mmx_value_none(v);
}

static const struct mmx_field option_fields[] = {
	{"option", MMX_TEXT,
	 "its name, without CONFIG_, the newest where releases call it differently; in small letters what several decide",
	 .width = 31, .get = option_name},
	{"value", MMX_TEXT,
	 "y, m (of a module that is loaded), n, a number or its bounds; null where the dump does not tell",
	 .width = 12, .zero = MMX_OR_NULL, AT(struct mmx_config_option, value)},
	{"now", MMX_TEXT, "what it was set to when the kernel ran", .width = 10,
	 .zero = MMX_OR_NONE, AT(struct mmx_config_option, now)},
	{"evidence", MMX_TEXT, "what that rests on, or why it is not known",
	 AT(struct mmx_config_option, evidence)},
	{"disagrees", MMX_TEXT, "what the kernel's own configuration says, where that is another",
	 .may = MMX_OR_NONE, .get = disagrees},
	{0},
};

const struct mmx_record mmx_record_config_options = {
	.name = "option",
	.doc = "an option of the kernel's configuration, as far as the dump tells",
	.fields = option_fields,
	.state_size = sizeof(struct mmx_config_option),
	.next = next_option,
};

/*
 * The text.
 */

void mmx_config_trouble(struct mmx_rows *r, struct mmx_value *v)
{
	v->err = &asked_of(r)->own.why;
	if (asked_of(r)->own.text || v->err->code == MMX_ENOTFOUND)
		mmx_value_none(v);
}

static bool has_lines(struct mmx_rows *r)
{
	return asked_of(r)->text && asked_of(r)->own.text;
}

/* @at: where the next one begins */
struct line {
	const char *at;
	char text[512];
};

static const void *next_line(struct mmx_rows *r)
{
	struct line *l = r->state;
	size_t len;

	if (!r->nth)
		l->at = asked_of(r)->own.text;
	if (!*l->at)
		return NULL;
	len = strcspn(l->at, "\n");
	snprintf(l->text, sizeof(l->text), "%.*s", (int)len, l->at);
	l->at += len + (l->at[len] == '\n');
	return l;
}

static const struct mmx_field line_fields[] = {
	{"line", MMX_TEXT, "one of its lines", .may = MMX_OR_EMPTY, AT(struct line, text)},
	{0},
};

const struct mmx_record mmx_record_config_lines = {
	.name = "line",
	.doc = "a line of the configuration that the kernel keeps",
	.fields = line_fields,
	.state_size = sizeof(struct line),
	.has = has_lines,
	.next = next_line,
};
