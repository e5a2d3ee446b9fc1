// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "render/graph.h"

#define LINE_MAX_LETTERS 72 /* of a label; a path may have thousands */

/* How each kind looks, and what the legend says of it. */
static const struct {
	const char *name, *shape, *colour, *legend;
} kinds[MMX_OBJECTS] = {
	[MMX_OBJECT_PAGE] = {"page", "box", "#ffe08a", "page: a frame of memory"},
	[MMX_OBJECT_PAGES] = {"pages", "folder", "#fff0c2", "pages that are alike"},
	[MMX_OBJECT_PROCESS] = {"process", "ellipse", "#b9e3c6", "process, with its PID"},
	[MMX_OBJECT_MM] = {"mm", "box", "#dcf3e2", "mm_struct: an address space"},
	[MMX_OBJECT_VMA] = {"vma", "box", "#bcd9f5", "vm_area_struct: a mapping"},
	[MMX_OBJECT_MAPLE] = {"maple", "box", "#e3ead2", "node of the maple tree"},
	[MMX_OBJECT_ANON_VMA] = {"anon_vma", "octagon", "#f6c6a5", "anon_vma"},
	[MMX_OBJECT_CHAIN] = {"chain", "box", "#fbe6d8",
			      "anon_vma_chain: links a VMA to an anon_vma"},
	[MMX_OBJECT_KSM] = {"ksm", "octagon", "#f3d0e0", "stable node of KSM"},
	[MMX_OBJECT_MAPPING] = {"mapping", "octagon", "#dccbf2",
				"address_space: the pages of a file"},
	[MMX_OBJECT_INODE] = {"inode", "box", "#cdb9ea", "inode"},
	[MMX_OBJECT_FILE] = {"file", "note", "#ece3fa", "struct file: what was opened"},
	[MMX_OBJECT_CPU] = {"cpu", "box3d", "#c9dfe0", "CPU"},
	[MMX_OBJECT_ROOT] = {"root", "box", "#aeb8c4", "root of page tables, as CR3 has it"},
	[MMX_OBJECT_TABLE] = {"table", "box", "#d8dde3", "page table"},
	[MMX_OBJECT_ENTRY] = {"entry", "box", "#fdf6d8", "entry of a page table"},
	[MMX_OBJECT_NOTE] = {"note", "note", "#ffffff", "what there is to say of it"},
	[MMX_OBJECT_MORE] = {"more", "plaintext", "#ffffff", NULL},
};

static size_t add_letters(struct mmx_graph *g, const char *text)
{
	size_t len = strlen(text) + 1, at = g->letters.n;

	if (!mmx_array_grow(&g->letters, len)) {
		g->nomem = true;
		return 0;
	}
	memcpy(g->letters.v + at, text, len);
	g->letters.n += len;
	return at;
}

static const char *letters_at(const struct mmx_graph *g, size_t at)
{
	return g->letters.n ? g->letters.v + at : "";
}

static struct mmx_graph_node *find(struct mmx_graph *g, enum mmx_object kind, const char *id)
{
	for (size_t i = 0; i < g->nodes.n; i++) {
		if (g->nodes.v[i].kind == kind && !strcmp(letters_at(g, g->nodes.v[i].id), id))
			return &g->nodes.v[i];
	}
	return NULL;
}

struct mmx_graph_node *mmx_graph_node(struct mmx_graph *g, enum mmx_object kind, const char *id,
				      const char *text)
{
	struct mmx_graph_node *node = find(g, kind, id);

	if (!g->letters.n)
		add_letters(g, ""); /* what has no text is there */
	if (!node) {
		struct mmx_graph_node new = {.kind = kind, .id = add_letters(g, id)};

		if (g->nomem || !mmx_array_add(&g->nodes, new)) {
			g->nomem = true;
			return NULL;
		}
		node = &g->nodes.v[g->nodes.n - 1];
	}
	if (text && *text && !node->text)
		node->text = add_letters(g, text);
	return node;
}

void mmx_graph_edge(struct mmx_graph *g, size_t from, size_t to, const char *text, bool wrong)
{
	struct mmx_graph_edge edge = {.from = from, .to = to, .wrong = wrong};

	for (size_t i = 0; i < g->edges.n; i++) {
		const struct mmx_graph_edge *e = &g->edges.v[i];

		if (e->from == from && e->to == to && !strcmp(letters_at(g, e->text), text))
			return;
	}
	if (*text)
		edge.text = add_letters(g, text);
	if (!mmx_array_add(&g->edges, edge))
		g->nomem = true;
}

void mmx_graph_free(struct mmx_graph *g)
{
	mmx_array_free(&g->nodes);
	mmx_array_free(&g->edges);
	mmx_array_free(&g->letters);
}

/*
 * Writing.
 */

/* A character of a text between quotes, in which graphviz has orders that begin with \ and with &. */
static void put_letter(struct mmx_out *o, char c)
{
	if (c == '"' || c == '\\')
		mmx_out_putf(o, "\\%c", c);
	else if (c == '&')
		mmx_out_put(o, "&amp;");
	else
		mmx_out_raw(o, &c, 1);
}

/* How many bytes of a line are shown: whole characters of it. */
static size_t shown(const char *line, size_t len)
{
	if (len <= LINE_MAX_LETTERS)
		return len;
	len = LINE_MAX_LETTERS;
	while (len > LINE_MAX_LETTERS - 4 && ((unsigned char)line[len] & 0xc0) == 0x80)
		len--;
	return len;
}

/* What a terminal must not get a picture's reader must not either. */
static void put_line(struct mmx_out *o, const char *line, size_t len)
{
	size_t end = shown(line, len);

	for (size_t at = 0; at < end;) {
		size_t fine = mmx_printable(line + at, end - at);

		if (!fine)
			mmx_out_putf(o, "\\\\x%02x", (unsigned char)line[at]);
		for (size_t i = 0; i < fine; i++)
			put_letter(o, line[at + i]);
		at += fine ? fine : 1;
	}
	if (end < len)
		mmx_out_put(o, "...");
}

/* @how: what ends a line: "l" to the left, "n" in the middle */
static void put_lines(struct mmx_out *o, const char *text, const char *how)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		put_line(o, text, len);
		text += len;
		if (*text || *how == 'l')
			mmx_out_putf(o, "\\%s", how);
		text += *text == '\n';
	}
}

static void put_name(const struct mmx_graph *g, size_t i, struct mmx_out *o)
{
	const struct mmx_graph_node *node = &g->nodes.v[i];
	const char *id = letters_at(g, node->id);

	mmx_out_putf(o, "\"%s ", kinds[node->kind].name);
	put_line(o, id, strlen(id));
	mmx_out_put(o, "\"");
}

static void put_node(const struct mmx_graph *g, size_t i, struct mmx_out *o)
{
	const struct mmx_graph_node *node = &g->nodes.v[i];
	bool round = !strcmp(kinds[node->kind].shape, "box");
	const char *text = letters_at(g, node->text);
	char plain[160];

	if (!node->text) {
		snprintf(plain, sizeof(plain), "%s %s", kinds[node->kind].name,
			 letters_at(g, node->id));
		text = plain;
	}
	mmx_out_put(o, "\t");
	put_name(g, i, o);
	mmx_out_put(o, " [label=\"");
	put_lines(o, text, round ? "l" : "n");
	mmx_out_putf(o, "\", shape=%s, fillcolor=\"%s\", style=\"filled%s%s\"%s];\n",
		     kinds[node->kind].shape, kinds[node->kind].colour, round ? ",rounded" : "",
		     node->absent ? ",dashed" : "",
		     node->wrong ? ", color=\"#d00000\", penwidth=2.5, fontcolor=\"#900000\"" : "");
}

static void put_edge(const struct mmx_graph *g, const struct mmx_graph_edge *edge,
		     struct mmx_out *o)
{
	mmx_out_put(o, "\t");
	put_name(g, edge->from, o);
	mmx_out_put(o, " -> ");
	put_name(g, edge->to, o);
	mmx_out_put(o, " [label=\"");
	put_lines(o, letters_at(g, edge->text), "n");
	mmx_out_putf(o, "\"%s%s];\n",
		     edge->wrong ? ", color=\"#d00000\", penwidth=2, fontcolor=\"#900000\"" : "",
		     g->nodes.v[edge->to].kind == MMX_OBJECT_MORE ||
				     g->nodes.v[edge->from].kind == MMX_OBJECT_MORE
			     ? ", style=dotted"
			     : "");
}

static void put_legend_row(struct mmx_out *o, const char *colour, const char *border,
			   const char *text)
{
	mmx_out_putf(o,
		     "<TR><TD BGCOLOR=\"%s\" COLOR=\"%s\" BORDER=\"1\" WIDTH=\"22\"> </TD>"
		     "<TD ALIGN=\"LEFT\">%s</TD></TR>",
		     colour, border, text);
}

/* Its texts are the code's own: none of a dump's gets into what graphviz reads as HTML. */
static void put_legend(const struct mmx_graph *g, struct mmx_out *o)
{
	bool used[MMX_OBJECTS] = {false}, wrong = false, absent = false;

	for (size_t i = 0; i < g->nodes.n; i++) {
		used[g->nodes.v[i].kind] = true;
		wrong |= g->nodes.v[i].wrong;
		absent |= g->nodes.v[i].absent;
	}
	mmx_out_put(o, "\tsubgraph cluster_legend {\n\t\tlabel=\"legend\"; style=rounded;"
		       " color=\"#999999\";\n\t\tlegend [shape=plain, style=\"\", label=<<TABLE"
		       " BORDER=\"0\" CELLSPACING=\"3\" CELLPADDING=\"1\">");
	for (unsigned int i = 0; i < MMX_OBJECTS; i++) {
		if (used[i] && kinds[i].legend)
			put_legend_row(o, kinds[i].colour, "#555555", kinds[i].legend);
	}
	if (wrong)
		put_legend_row(o, "#ffffff", "#d00000", "red: something is wrong with it");
	if (absent)
		put_legend_row(o, "#ffffff", "#ffffff", "dashed: not in the dump");
	mmx_out_put(o, "</TABLE>>];\n\t}\n");
}

void mmx_graph_write(const struct mmx_graph *g, const char *title, struct mmx_out *o)
{
	mmx_out_put(o, "digraph mmx {\n\tgraph [rankdir=LR, nodesep=0.12, ranksep=0.5, labelloc=t,"
		       " fontname=\"Helvetica\", fontsize=15, label=\"");
	put_lines(o, title, "n");
	mmx_out_put(o, "\"];\n\tnode [fontname=\"DejaVu Sans Mono,monospace\", fontsize=9,"
		       " margin=\"0.1,0.05\", color=\"#555555\"];\n\tedge [fontname=\"DejaVu Sans"
		       " Mono,monospace\", fontsize=8, color=\"#555555\", arrowsize=0.6];\n");
	for (size_t i = 0; i < g->nodes.n; i++)
		put_node(g, i, o);
	for (size_t i = 0; i < g->edges.n; i++)
		put_edge(g, &g->edges.v[i], o);
	put_legend(g, o);
	mmx_out_put(o, "}\n");
}
