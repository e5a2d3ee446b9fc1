// SPDX-License-Identifier: GPL-2.0-or-later
/* A graph of objects, each known by its kind and its address, and how graphviz is told of it. */
#ifndef MMX_RENDER_GRAPH_H
#define MMX_RENDER_GRAPH_H

#include "records/picture.h"
#include "render/out.h"

/**
 * struct mmx_graph_node - an object
 * @id, @text: where in the graph's letters these begin; @text 0: it was only referred to
 */
struct mmx_graph_node {
	enum mmx_object kind;
	size_t id, text;
	bool wrong, absent;
};

struct mmx_graph_edge {
	size_t from, to;
	size_t text;
	bool wrong;
};

struct mmx_graph {
	struct {
		MMX_ARRAY(struct mmx_graph_node);
	} nodes;
	struct {
		MMX_ARRAY(struct mmx_graph_edge);
	} edges;
	struct {
		MMX_ARRAY(char);
	} letters;
	bool nomem;
};

/**
 * mmx_graph_node() - the object of that kind and that address, which is the same every time
 * @text: its lines; NULL where it is only referred to. What it has already stays.
 *
 * Returns it, or NULL without memory; it lives until the next one is asked for.
 */
struct mmx_graph_node *mmx_graph_node(struct mmx_graph *g, enum mmx_object kind, const char *id,
				      const char *text);

/** mmx_graph_edge() - one from the object to the other; the same one again is none */
void mmx_graph_edge(struct mmx_graph *g, size_t from, size_t to, const char *text, bool wrong);

/** mmx_graph_write() - in the language of graphviz, with a legend of the kinds that are in it */
void mmx_graph_write(const struct mmx_graph *g, const char *title, struct mmx_out *o);

void mmx_graph_free(struct mmx_graph *g);

#endif
