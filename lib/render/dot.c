// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pictures for graphviz: rows are kept as far as rules (records/picture.h) are about them, and the rules are
 * applied when all is there. Of a table so many rows are kept, and beyond those the ones that something is wrong
 * with; the others are counted, and drawn as one.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/graph.h"

#define ROWS_DRAWN 32  /* of a table; as many again that are to be kept */
#define ROWS_ALL   400 /* of a picture */
#define VALUE_MAX  480 /* letters */
#define TEXT_MAX   1024
#define PATH_MAX_  128
#define NO_ROW     SIZE_MAX

/* @key, @text: letters; @before: the value of the same row before it */
struct value {
	size_t key, text, before;
	enum mmx_state state;
};

/* @around: the row that its table is in; @up: above it in a tree; @before: in its table */
struct row {
	size_t table, around, up, before, values;
	unsigned int depth;
};

struct table {
	size_t path, around;
	size_t last; /* row that is kept */
	uint64_t rows, drawn, kept;
};

/* A level of the document: the row that its values are of, or NO_ROW, and of a tree those above. */
struct level {
	size_t table, row;
	size_t rows, values, letters, tables; /* how many there were before the row */
	size_t up[MMX_TREE_DEPTH + 1];
};

struct mmx_drawing {
	const struct mmx_picture *picture;
	struct {
		MMX_ARRAY(struct row);
	} rows;
	struct {
		MMX_ARRAY(struct value);
	} values;
	struct {
		MMX_ARRAY(struct table);
	} tables;
	struct {
		MMX_ARRAY(char);
	} letters;
	struct level level[MMX_OUT_DEPTH];
	bool nomem;
	struct mmx_graph graph;
};

static const char *at(const struct mmx_drawing *d, size_t letters)
{
	return d->letters.v + letters;
}

/* At most VALUE_MAX of them. */
static size_t keep_letters(struct mmx_drawing *d, const char *text)
{
	size_t len = strnlen(text, VALUE_MAX), where = d->letters.n;

	if (!mmx_array_grow(&d->letters, len + 1)) {
		d->nomem = true;
		return 0;
	}
	memcpy(d->letters.v + where, text, len);
	d->letters.v[where + len] = 0;
	d->letters.n += len + 1;
	return where;
}

/*
 * Values.
 */

static bool given(const struct mmx_drawing *d, const struct value *v)
{
	return v && v->state == MMX_GIVEN && *at(d, v->text);
}

static const struct value *own_value(const struct mmx_drawing *d, size_t row, const char *key,
				     size_t len)
{
	if (row == NO_ROW)
		return NULL;
	for (size_t i = d->rows.v[row].values; i; i = d->values.v[i - 1].before) {
		const struct value *v = &d->values.v[i - 1];

		if (!strncmp(at(d, v->key), key, len) && !at(d, v->key)[len])
			return v;
	}
	return NULL;
}

/* The last row of a table within the row. */
static size_t last_within(const struct mmx_drawing *d, size_t row, const char *key, size_t len)
{
	for (size_t i = d->tables.n; i; i--) {
		const struct table *t = &d->tables.v[i - 1];
		const char *path = at(d, t->path), *dot = strrchr(path, '.');

		dot = dot ? dot + 1 : path;
		if (t->around == row && !strncmp(dot, key, len) && !dot[len])
			return t->last;
	}
	return NO_ROW;
}

static const struct value *value_of(const struct mmx_drawing *d, size_t row, const char *key,
				    size_t len)
{
	const char *slash = memchr(key, '/', len);
	const struct value *v = NULL;

	if (slash) {
		size_t left = len - (slash + 1 - key);

		if (!strncmp(key, "../", 3))
			row = d->rows.v[row].up;
		else if (*key == '<')
			row = d->rows.v[row].before;
		else
			row = last_within(d, row, key, slash - 1 - key);
		return own_value(d, row, slash + 1, left);
	}
	for (; !v && row != NO_ROW; row = d->rows.v[row].around)
		v = own_value(d, row, key, len);
	return v;
}

/* Whether a term of a condition holds. */
static bool term_holds(const struct mmx_drawing *d, size_t row, const char *term, size_t len)
{
	bool negated = *term == '!';
	size_t key = strcspn(term + negated, "=! ");
	const char *behind = term + negated + key;
	const struct value *v;
	char depth[16];

	if (!strncmp(term, "depth=", 6)) {
		snprintf(depth, sizeof(depth), "%u", d->rows.v[row].depth);
		return strlen(depth) == len - 6 && !strncmp(depth, term + 6, len - 6);
	}
	v = value_of(d, row, term + negated, key);
	if (behind == term + len)
		return given(d, v) != negated;
	negated = *behind == '!';
	behind += negated + 1;
	len -= behind - term;
	return given(d, v) &&
	       (!strncmp(at(d, v->text), behind, len) && !at(d, v->text)[len]) != negated;
}

static bool holds(const struct mmx_drawing *d, size_t row, const char *condition)
{
	while (*condition) {
		size_t len = strcspn(condition, " ");

		if (!term_holds(d, row, condition, len))
			return false;
		condition += len + strspn(condition + len, " ");
	}
	return true;
}

/* What a value is in a text; it stays in its line. */
static size_t put_value(const struct mmx_drawing *d, const struct value *v, char *text, size_t size)
{
	const char *from = v && v->state != MMX_NONE ? at(d, v->text) : "";
	size_t n = 0;

	for (; *from && n + 5 < size; from++)
		n += *from == '\n' ? (size_t)sprintf(text + n, "\\x0a") : (text[n] = *from, 1);
	return n;
}

/* A line with its values; 0 when it has some and none is given. */
static size_t expand_line(const struct mmx_drawing *d, size_t row, const char *line, size_t len,
			  char *text, size_t size)
{
	size_t n = 0, asked = 0, found = 0;

	for (size_t i = 0; i < len && n + 8 < size; i++) {
		const struct value *v;
		size_t key;

		if (line[i] != '{') {
			text[n++] = line[i];
			continue;
		}
		key = strcspn(line + ++i, "}");
		v = value_of(d, row, line + i, key);
		asked++;
		found += v && v->state != MMX_NONE && v->state != MMX_NULL && *at(d, v->text);
		n += put_value(d, v, text + n, size - n);
		i += key;
	}
	return asked && !found ? 0 : n;
}

static const char *expand(const struct mmx_drawing *d, size_t row, const char *lines,
			  char text[static TEXT_MAX])
{
	size_t n = 0;

	while (lines && *lines) {
		size_t len = strcspn(lines, "\n"), more;

		if (n && n + 1 < TEXT_MAX)
			text[n++] = '\n';
		more = expand_line(d, row, lines, len, text + n, TEXT_MAX - n);
		n = more ? n + more : n ? n - 1 : 0;
		lines += len + (lines[len] == '\n');
	}
	text[n] = 0;
	return text;
}

/*
 * Keeping rows.
 */

static bool is_at(const char *path, const char *row)
{
	return !strcmp(path, row);
}

/* Whether rules are about the rows of that path, or about some below them. */
static bool leads_to(const char *path, const char *rule)
{
	size_t len = strlen(path);

	return !strncmp(path, rule, len) && (!rule[len] || rule[len] == '.');
}

static bool wanted(const struct mmx_picture *p, const char *path)
{
	for (const struct mmx_picture_node *n = p->nodes; n->path; n++) {
		if (leads_to(path, n->path))
			return true;
	}
	return false;
}

/* The keys down to a level, from the document or, of a value, from the row that it is of. */
static void path_to(const struct mmx_out *o, unsigned int from, char path[static PATH_MAX_])
{
	size_t n = 0;

	path[0] = 0;
	for (unsigned int i = from; i <= o->depth && n < PATH_MAX_; i++) {
		if (*o->level[i].key)
			n += snprintf(path + n, PATH_MAX_ - n, "%s%s", n ? "." : "",
				      o->level[i].key);
	}
}

static void begin_row(struct mmx_drawing *d, struct level *l, size_t up, unsigned int depth)
{
	struct table *t = &d->tables.v[l->table];
	struct row row = {.table = l->table,
			  .around = t->around,
			  .up = up,
			  .before = t->last,
			  .depth = depth};

	l->rows = d->rows.n;
	l->values = d->values.n;
	l->letters = d->letters.n;
	l->tables = d->tables.n;
	l->row = NO_ROW;
	t->rows++;
	if (!d->nomem && !mmx_array_add(&d->rows, row))
		d->nomem = true;
	if (!d->nomem)
		l->row = d->rows.n - 1;
}

static bool worth_keeping(const struct mmx_drawing *d, const struct level *l)
{
	const char *path = at(d, d->tables.v[l->table].path);

	for (const struct mmx_picture_node *n = d->picture->nodes; n->path; n++) {
		if (is_at(n->path, path) && ((n->wrong && holds(d, l->row, n->wrong)) ||
					     (n->keep && holds(d, l->row, n->keep))))
			return true;
	}
	return false;
}

/* When all of a row is there it is decided whether it stays. */
static void end_row(struct mmx_drawing *d, struct level *l)
{
	struct table *t;

	if (l->row == NO_ROW)
		return;
	t = &d->tables.v[l->table];
	if (t->drawn < ROWS_DRAWN && l->row < ROWS_ALL) {
		t->drawn++;
		t->last = l->row;
	} else if (t->kept < ROWS_DRAWN && l->row < 2 * ROWS_ALL && worth_keeping(d, l)) {
		t->kept++;
		t->last = l->row;
	} else {
		d->rows.n = l->rows;
		d->values.n = l->values;
		d->letters.n = l->letters;
		d->tables.n = l->tables;
		l->row = NO_ROW;
	}
}

static struct level *level_of(struct mmx_out *o, unsigned int depth)
{
	return &o->drawing->level[depth];
}

/* Rows that belong to the current one: a table, tree or list, which is not entered yet. */
static void begin_table(struct mmx_out *o, const char *key)
{
	struct mmx_drawing *d = o->drawing;
	struct level *around, *l;
	char path[PATH_MAX_];
	struct table table = {.last = NO_ROW};
	size_t n;

	if (!d)
		return;
	around = level_of(o, o->depth);
	l = level_of(o, o->depth + 1);
	*l = (struct level){.table = SIZE_MAX, .row = NO_ROW};
	path_to(o, 1, path);
	n = strlen(path);
	snprintf(path + n, sizeof(path) - n, "%s%s", n ? "." : "", key);
	if (around->row == NO_ROW || d->nomem || !wanted(d->picture, path))
		return;
	table.path = keep_letters(d, path);
	table.around = around->row;
	if (d->nomem || !mmx_array_add(&d->tables, table))
		d->nomem = true;
	else
		l->table = d->tables.n - 1;
}

static void dot_open(struct mmx_out *o, const char *command, int version)
{
	const struct table document = {.around = NO_ROW, .last = NO_ROW};
	struct mmx_drawing *d = calloc(1, sizeof(*d));

	(void)command;
	(void)version;
	o->drawing = d;
	if (!d)
		return;
	d->picture = o->picture;
	keep_letters(d, "");
	d->nomem |= !mmx_array_add(&d->tables, document);
	if (!d->nomem)
		begin_row(d, &d->level[0], NO_ROW, 0);
	else
		d->level[0].row = NO_ROW;
}

/* A block belongs to the row that it is in; one of a list is a row. */
static void dot_block(struct mmx_out *o, const char *key, const char *title)
{
	struct level *l;

	(void)key;
	(void)title;
	if (!o->drawing)
		return;
	l = level_of(o, o->depth + 1);
	*l = *level_of(o, o->depth);
	if (mmx_out_top(o)->node != MMX_OUT_LIST)
		return;
	l->row = NO_ROW;
	if (l->table != SIZE_MAX)
		begin_row(o->drawing, l, NO_ROW, 0);
}

static void dot_table(struct mmx_out *o, const char *key, const char *title,
		      const struct mmx_column *columns, unsigned int n)
{
	(void)title;
	(void)columns;
	(void)n;
	begin_table(o, key);
}

static void dot_list(struct mmx_out *o, const char *key)
{
	begin_table(o, key);
}

static void dot_branch(struct mmx_out *o, unsigned int depth)
{
	struct level *l;

	if (!o->drawing)
		return;
	l = level_of(o, o->depth);
	if (l->table == SIZE_MAX)
		return;
	if (mmx_out_top(o)->in_row) {
		unsigned int before = mmx_out_top(o)->branch;

		end_row(o->drawing, l);
		l->up[before + 1] = l->row;
	}
	begin_row(o->drawing, l, depth ? l->up[depth] : NO_ROW, depth);
}

static void dot_row(struct mmx_out *o)
{
	dot_branch(o, 0);
}

/* One row at least that is not drawn. */
static void dot_too_deep(struct mmx_out *o, const char *text)
{
	struct mmx_drawing *d = o->drawing;

	(void)text;
	if (d && level_of(o, o->depth)->table != SIZE_MAX)
		d->tables.v[level_of(o, o->depth)->table].rows++;
}

static void dot_matrix(struct mmx_out *o, const char *key, const char *title,
		       const struct mmx_grid *grid)
{
	(void)o;
	(void)key;
	(void)title;
	(void)grid;
}

/* The level that the row of the current values began at. */
static unsigned int row_level(const struct mmx_out *o)
{
	unsigned int i = o->depth;

	while (i && o->level[i].node == MMX_OUT_BLOCK && o->level[i - 1].node != MMX_OUT_LIST)
		i--;
	return i;
}

static void dot_value(struct mmx_out *o, const char *key, const struct mmx_value *v)
{
	struct mmx_drawing *d = o->drawing;
	char path[PATH_MAX_], buf[1024];
	struct value value = {.state = v->state};
	struct row *row;
	size_t n;

	if (!d || d->nomem || level_of(o, o->depth)->row == NO_ROW)
		return;
	path_to(o, row_level(o) + 1, path);
	n = strlen(path);
	snprintf(path + n, sizeof(path) - n, "%s%s", n ? "." : "", key);
	row = &d->rows.v[level_of(o, o->depth)->row];
	value.key = keep_letters(d, path);
	value.text = keep_letters(d, mmx_value_text(o, v, buf, sizeof(buf)));
	value.before = row->values;
	if (!mmx_array_add(&d->values, value))
		d->nomem = true;
	else
		row->values = d->values.n;
}

static void dot_end(struct mmx_out *o)
{
	const struct mmx_out_level *top = mmx_out_top(o);
	struct level *l;

	if (!o->drawing)
		return;
	l = level_of(o, o->depth);
	if (top->node == MMX_OUT_BLOCK ? o->level[o->depth - 1].node == MMX_OUT_LIST : top->in_row)
		end_row(o->drawing, l);
}

/*
 * Drawing.
 */

/* An object that a row names; NO_ROW when it does not. One that is not in the dump is known by its row. */
static size_t object_of(struct mmx_drawing *d, size_t row, const struct mmx_picture_end *end,
			const char *text)
{
	const struct value *v = value_of(d, row, end->id, strlen(end->id));
	bool absent = v && v->state == MMX_ABSENT;
	struct mmx_graph_node *node;
	char id[VALUE_MAX + 32];

	if (!absent && !given(d, v))
		return NO_ROW;
	if (absent)
		snprintf(id, sizeof(id), "%s, of %zu", at(d, v->text), row);
	else
		snprintf(id, sizeof(id), "%s", at(d, v->text));
	node = mmx_graph_node(&d->graph, end->kind, id, text);
	if (!node)
		return NO_ROW;
	node->absent |= absent;
	return node - d->graph.nodes.v;
}

static void draw_node(struct mmx_drawing *d, size_t row, const struct mmx_picture_node *n)
{
	const struct mmx_picture_end end = {n->kind, n->id};
	char text[TEXT_MAX];
	size_t node;

	if (n->when && !holds(d, row, n->when))
		return;
	node = object_of(d, row, &end, expand(d, row, n->text, text));
	if (node != NO_ROW && n->wrong && holds(d, row, n->wrong))
		d->graph.nodes.v[node].wrong = true;
}

static void draw_edge(struct mmx_drawing *d, size_t row, const struct mmx_picture_edge *e)
{
	char text[TEXT_MAX];
	size_t from, to;

	if (e->when && !holds(d, row, e->when))
		return;
	from = object_of(d, row, &e->from, NULL);
	to = from == NO_ROW ? NO_ROW : object_of(d, row, &e->to, NULL);
	if (to != NO_ROW)
		mmx_graph_edge(&d->graph, from, to, expand(d, row, e->text, text),
			       e->wrong && holds(d, row, e->wrong));
}

/* Whether a row is of that path, all of whose rows are drawn by one rule after the other. */
static bool row_is_at(const struct mmx_drawing *d, size_t row, const char *path)
{
	return is_at(path, at(d, d->tables.v[d->rows.v[row].table].path));
}

/* The first rule that knows an object says what is written into it. */
static void draw_nodes(struct mmx_drawing *d)
{
	for (const struct mmx_picture_node *n = d->picture->nodes; n->path; n++) {
		for (size_t i = 0; i < d->rows.n; i++) {
			if (row_is_at(d, i, n->path))
				draw_node(d, i, n);
		}
	}
}

static void draw_edges(struct mmx_drawing *d)
{
	for (const struct mmx_picture_edge *e = d->picture->edges; e->path; e++) {
		for (size_t i = 0; i < d->rows.n; i++) {
			if (row_is_at(d, i, e->path))
				draw_edge(d, i, e);
		}
	}
}

/* What the rows that are not drawn belong to, as the last one that is says. */
static size_t owner_of_more(struct mmx_drawing *d, const struct table *t)
{
	for (const struct mmx_picture_edge *e = d->picture->edges; e->path; e++) {
		if (is_at(e->path, at(d, t->path)) && t->last != NO_ROW &&
		    strncmp(e->from.id, "../", 3))
			return object_of(d, t->last, &e->from, NULL);
	}
	return NO_ROW;
}

/* In a tree those that are drawn may hang on ones that are not. */
static void hang_on(struct mmx_drawing *d, size_t more, size_t table)
{
	for (const struct mmx_picture_edge *e = d->picture->edges; e->path; e++) {
		for (size_t i = 0; i < d->rows.n; i++) {
			size_t to = NO_ROW;

			if (d->rows.v[i].table == table && d->rows.v[i].depth &&
			    d->rows.v[i].up == NO_ROW &&
			    is_at(e->path, at(d, d->tables.v[table].path)) &&
			    !strncmp(e->from.id, "../", 3) && (!e->when || holds(d, i, e->when)))
				to = object_of(d, i, &e->to, NULL);
			if (to != NO_ROW)
				mmx_graph_edge(&d->graph, more, to, "", false);
		}
	}
}

static void draw_more(struct mmx_drawing *d, size_t table)
{
	const struct table *t = &d->tables.v[table];
	uint64_t left = t->rows - t->drawn - t->kept;
	struct mmx_graph_node *node;
	char id[32], text[64];
	size_t owner, more;

	if (!left)
		return;
	owner = owner_of_more(d, t);
	snprintf(id, sizeof(id), "%zu", table);
	snprintf(text, sizeof(text), "%" PRIu64 " more, not drawn", left);
	node = mmx_graph_node(&d->graph, MMX_OBJECT_MORE, id, text);
	if (!node)
		return;
	more = node - d->graph.nodes.v;
	if (owner != NO_ROW)
		mmx_graph_edge(&d->graph, owner, more, "", false);
	hang_on(d, more, table);
}

static void draw(struct mmx_drawing *d)
{
	draw_nodes(d);
	draw_edges(d);
	for (size_t i = 0; i < d->tables.n; i++)
		draw_more(d, i);
	if (!d->graph.nodes.n)
		mmx_graph_node(&d->graph, MMX_OBJECT_NOTE, "", "there is nothing of it to draw");
}

static void dot_close(struct mmx_out *o)
{
	struct mmx_drawing *d = o->drawing;
	char title[TEXT_MAX];

	if (d && !d->nomem) {
		end_row(d, &d->level[0]);
		draw(d);
	}
	if (d && !d->nomem && !d->graph.nomem)
		mmx_graph_write(&d->graph, expand(d, 0, d->picture->title, title), o);
	else
		mmx_out_put(o, "digraph mmx {\n\tnote [label=\"no memory for it\"];\n}\n");
	if (!d)
		return;
	mmx_graph_free(&d->graph);
	mmx_array_free(&d->rows);
	mmx_array_free(&d->values);
	mmx_array_free(&d->tables);
	mmx_array_free(&d->letters);
	free(d);
	o->drawing = NULL;
}

const struct mmx_out_ops mmx_out_dot_ops = {
	.open = dot_open,
	.close = dot_close,
	.block = dot_block,
	.table = dot_table,
	.list = dot_list,
	.row = dot_row,
	.branch = dot_branch,
	.too_deep = dot_too_deep,
	.matrix = dot_matrix,
	.value = dot_value,
	.end = dot_end,
};

void mmx_out_draw(struct mmx_out *o, const struct mmx_picture *picture)
{
	o->ops = &mmx_out_dot_ops;
	o->picture = picture;
}
