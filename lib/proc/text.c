// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/zones/nodes.h"
#include "proc/text.h"

static bool is_known(struct mmx_proc *p, unsigned int width, struct mmx_proc_value v)
{
	if (!v.unknown)
		return true;
	p->missing++;
	mmx_proc_put(p, "%*s", (int)width, "?");
	return false;
}

void mmx_proc_number(struct mmx_proc *p, unsigned int width, struct mmx_proc_value v)
{
	if (is_known(p, width, v))
		mmx_proc_put(p, "%*" PRIu64, (int)width, v.n);
}

void mmx_proc_signed(struct mmx_proc *p, unsigned int width, struct mmx_proc_value v)
{
	if (is_known(p, width, v))
		mmx_proc_put(p, "%*" PRId64, (int)width, (int64_t)v.n);
}

struct mmx_proc_value mmx_proc_unknown(struct mmx_proc *p, const struct mmx_err *why)
{
	mmx_cover_fail(&p->coverage, why);
	return (struct mmx_proc_value){.unknown = true};
}

struct mmx_proc_value mmx_proc_variable(struct mmx_proc *p, const char *name, unsigned int size)
{
	struct mmx_proc_value v = {0};
	enum mmx_read read = mmx_kread_variable(p->view, name, size, &v.n);
	struct mmx_err err;
	uint64_t addr;

	if (!read)
		return v;
	if (mmx_symbol_addr(&p->view->kernel->symbols, name, &addr))
		mmx_fail(&err, mmx_read_code(read), "%s is %s", name, mmx_read_name(read));
	else
		mmx_fail(&err, MMX_EMISSING, "symbol %s is needed", name);
	return mmx_proc_unknown(p, &err);
}

struct mmx_proc_value mmx_proc_member(struct mmx_proc *p, uint64_t addr, enum mmx_layout_member id)
{
	struct mmx_proc_value v = {0};
	struct mmx_err err;

	if (mmx_layout_require(&p->view->kernel->layout, &id, 1, &err) ||
	    mmx_kget(p->view, addr, id, &v.n, &err))
		return mmx_proc_unknown(p, &err);
	return v;
}

void mmx_proc_text(struct mmx_proc *p, const char *text)
{
	p->missing += !text;
	mmx_proc_put(p, "%s", text ? text : "?");
}

struct mmx_proc_value mmx_proc_counter(struct mmx_proc *p, const struct mmx_counters *c,
				       struct mmx_counter counter)
{
	if (counter.why_shared)
		return mmx_proc_unknown(p, counter.why_shared);
	return (struct mmx_proc_value){.n = mmx_counter_shown(c, &counter)};
}

/* The label among @len characters before a number, on its line. */
static void take_label(char *label, size_t size, const char *text, size_t len)
{
	const char *line = memrchr(text, '\n', len);

	if (line) {
		len -= line + 1 - text;
		text = line + 1;
	}
	while (len && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	while (len && (isspace((unsigned char)text[len - 1]) || text[len - 1] == ':'))
		len--;
	snprintf(label, size, "%.*s", (int)len, text);
}

static struct mmx_proc_value labelled(struct mmx_proc *p, const char *label,
				      mmx_proc_label_fn value_of, void *arg)
{
	struct mmx_proc_value v = {0};
	struct mmx_err err;

	if (value_of(arg, label, &v))
		return v;
	mmx_fail(&err, MMX_EMISSING, "this kernel prints \"%s\", which mmx does not know", label);
	return mmx_proc_unknown(p, &err);
}

/* "%8lu": its width, and the character that ends it. */
static char take_conversion(const char **at, unsigned int *width)
{
	char *end;

	*width = strtoul(*at + 1, &end, 10);
	*at = end + strspn(end, "lh");
	return **at ? *(*at)++ : '\0';
}

/* Text of a format, which is the dump's: its lines, and nothing that a terminal takes for an order. */
static void put_literal(struct mmx_proc *p, const char *text, size_t len)
{
	while (len) {
		size_t fine = *text == '\n' ? 1 : mmx_printable(text, len);

		if (fine)
			p->sink->write(p->sink->arg, text, fine);
		else
			mmx_proc_put(p, "?");
		text += fine ? fine : 1;
		len -= fine ? fine : 1;
	}
}

void mmx_proc_format(struct mmx_proc *p, const char *format, mmx_proc_label_fn value_of, void *arg)
{
	const char *at = format, *percent;

	while ((percent = strchr(at, '%')) != NULL) {
		struct mmx_proc_value v;
		unsigned int width;
		char label[64], end;

		take_label(label, sizeof(label), at, percent - at);
		put_literal(p, at, percent - at);
		v = labelled(p, label, value_of, arg);
		end = take_conversion(&percent, &width);
		if (end == 'd' || end == 'i')
			mmx_proc_signed(p, width, v);
		else
			mmx_proc_number(p, width, v);
		at = percent;
	}
	put_literal(p, at, strlen(at));
}

int mmx_proc_need_node(struct mmx_proc *p, struct mmx_err *err)
{
	const struct mmx_nodes *nodes = mmx_know_nodes(p->view);
	const struct mmx_node *node = mmx_node_of(nodes, p->node);
	uint64_t addr;

	/* What there is in place of nodes without CONFIG_NUMA. */
	if (mmx_symbol_addr(&p->view->kernel->symbols, "contig_page_data", &addr))
		return mmx_fail(
			err, MMX_ENOTFOUND,
			"this kernel has no files of nodes: it was built without CONFIG_NUMA");
	if (nodes->coverage.first.code) {
		*err = nodes->coverage.first;
		return -1;
	}
	return node && node->online ? 0
				    : mmx_fail(err, MMX_ENOTFOUND, "no node %u is online", p->node);
}

void mmx_proc_text_end(struct mmx_proc *p)
{
	if (p->missing)
		mmx_proc_say(p, "%" PRIu64 " numbers are not known and are printed as ?: %s",
			     p->missing, p->coverage.first.text);
	else if (p->coverage.first.code)
		mmx_proc_say(p, "%s", p->coverage.first.text);
}
