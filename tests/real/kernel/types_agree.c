// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * types_agree A B [STRUCT...]
 *
 * Do two descriptions of one kernel's types agree? Compares every member of every struct that the
 * layout table names, and of those on the command line, by everything that mmx knows of a member;
 * the same structs whole, with all that lies within them, as structx shows them;
 * the members of the table by their own, dotted paths; and every enumerator of the table's enums.
 * Prints what differs and a count. Exit status 0: they agree, 1: they do not, 2: cannot tell.
 *
 * A and B are each one of
 *	FILE            raw BTF, or an ELF file with BTF in it or else DWARF
 *	dwarf:FILE      the DWARF of an ELF file, although there is BTF
 *	dump:FILE       the BTF in a dump, found by scanning it
 *	figures:FILE    only as B: a list of figures, such as lie beside this program; then all of
 *	                the list, and no more, is compared
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bytes.h"
#include "image/image.h"
#include "kernel/btf.h"
#include "kernel/layout.h"
#include "kernel/types.h"
#include "kernel/typetree.h"

static unsigned int compared, different;

struct entry {
	char name[128];
	struct mmx_member m;
	unsigned int depth;
	bool is_union;
};

struct entries {
	MMX_ARRAY(struct entry);
};

static bool collect(void *arg, const char *name, const struct mmx_member *m, unsigned int depth,
		    bool is_union)
{
	struct entry e = {.m = *m, .depth = depth, .is_union = is_union};

	snprintf(e.name, sizeof(e.name), "%s", name);
	return mmx_array_add((struct entries *)arg, e);
}

static bool same_member(const struct mmx_member *a, const struct mmx_member *b)
{
	return a->bit_off == b->bit_off && a->bit_size == b->bit_size && a->size == b->size &&
	       a->nelems == b->nelems && a->elem_size == b->elem_size &&
	       a->is_signed == b->is_signed && a->is_pointer == b->is_pointer &&
	       a->bitfield == b->bitfield && !strcmp(a->type, b->type);
}

static void print_member(const char *who, const struct mmx_member *m)
{
	printf("  %s: bit %" PRIu64 "+%u, %u bytes, %u elements of %u,%s%s%s \"%s\"\n", who,
	       m->bit_off, m->bit_size, m->size, m->nelems, m->elem_size,
	       m->is_signed ? " signed" : "", m->is_pointer ? " pointer" : "",
	       m->bitfield ? " bit-field" : "", m->type);
}

static void compare_member(const char *strct, const char *name, const struct mmx_member *a,
			   const struct mmx_member *b)
{
	compared++;
	if (same_member(a, b))
		return;
	different++;
	printf("struct %s, member %s\n", strct, *name ? name : "(anonymous)");
	print_member("A", a);
	print_member("B", b);
}

static void compare_members(const struct mmx_types_provider *a, const struct mmx_types_provider *b,
			    const char *name)
{
	struct entries in_a = {0}, in_b = {0};
	size_t i;

	a->ops->each_member(a->priv, name, collect, &in_a);
	b->ops->each_member(b->priv, name, collect, &in_b);
	for (i = 0; i < in_a.n && i < in_b.n; i++) {
		const struct entry *x = &in_a.v[i], *y = &in_b.v[i];

		if (strcmp(x->name, y->name) || x->depth != y->depth || x->is_union != y->is_union)
			break;
		compare_member(name, x->name, &x->m, &y->m);
	}
	if (i < in_a.n || i < in_b.n) {
		different++;
		printf("struct %s: after %zu members A goes on with %s and B with %s\n", name, i,
		       i < in_a.n ? in_a.v[i].name : "nothing",
		       i < in_b.n ? in_b.v[i].name : "nothing");
	}
	mmx_array_free(&in_a);
	mmx_array_free(&in_b);
}

/* The only type of that name, all of it as rows; empty when there are several, and which one is meant is open. */
static void take_tree(struct mmx_type_tree *t, const struct mmx_types_provider *p, const char *name)
{
	struct mmx_type_ref ref = {0}, other;
	struct mmx_type_part part;

	*t = (struct mmx_type_tree){.deep = true};
	if (!p->ops->next_type(p->priv, MMX_GROUP_STRUCT, name, &ref))
		return;
	other = ref;
	t->graph = ref.graph;
	if (!p->ops->next_type(p->priv, MMX_GROUP_STRUCT, name, &other) &&
	    mmx_type_part(ref.graph, ref.id, &part))
		mmx_type_tree_add_below(t, &part, 0);
	mmx_type_tree_finish(t);
}

static bool same_row(const struct mmx_type_tree *a, const struct mmx_type_tree *b, size_t i)
{
	const struct mmx_type_row *x = &a->v[i], *y = &b->v[i];
	const struct mmx_type_part *p = &x->part, *q = &y->part;
	char text[MMX_TYPE_NAME], other[MMX_TYPE_NAME];

	mmx_type_text(a->graph, p->type, text);
	mmx_type_text(b->graph, q->type, other);
	return !strcmp(x->name, y->name) && x->is_element == y->is_element &&
	       x->first == y->first && x->last == y->last && x->depth == y->depth &&
	       x->more == y->more && p->kind == q->kind && p->element == q->element &&
	       p->is_signed == q->is_signed && p->bit_off == q->bit_off &&
	       p->bit_size == q->bit_size && p->size == q->size && p->nelems == q->nelems &&
	       p->elem_size == q->elem_size && !strcmp(text, other);
}

/* What structx shows. */
static void compare_trees(const struct mmx_types_provider *a, const struct mmx_types_provider *b,
			  const char *name)
{
	struct mmx_type_tree in_a, in_b;

	take_tree(&in_a, a, name);
	take_tree(&in_b, b, name);
	for (size_t i = 0; in_a.n && i < in_b.n; i++) {
		compared++;
		if (i < in_a.n && same_row(&in_a, &in_b, i))
			continue;
		different++;
		printf("struct %s: row %zu, %s, differs from %s\n", name, i,
		       i < in_a.n ? in_a.v[i].name : "nothing", in_b.v[i].name);
		break;
	}
	if ((in_a.n && in_b.n && in_a.n != in_b.n) || in_a.wrong || in_b.wrong || in_a.cut ||
	    in_b.cut) {
		different++;
		printf("struct %s: %zu rows, %u left out, and %zu, %u left out\n", name, in_a.n,
		       in_a.wrong, in_b.n, in_b.wrong);
	}
	mmx_type_tree_free(&in_a);
	mmx_type_tree_free(&in_b);
}

static void compare_struct(const struct mmx_types_provider *a, const struct mmx_types_provider *b,
			   const char *name)
{
	uint64_t size_a = 0, size_b = 0;
	bool has_a = a->ops->struct_size(a->priv, name, &size_a);
	bool has_b = b->ops->struct_size(b->priv, name, &size_b);

	compared++;
	if (has_a != has_b || size_a != size_b) {
		different++;
		printf("struct %s: %s%" PRIu64 " bytes in A, %s%" PRIu64 " in B\n", name,
		       has_a ? "" : "unknown, ", size_a, has_b ? "" : "unknown, ", size_b);
	}
	if (has_a && has_b) {
		compare_members(a, b, name);
		compare_trees(a, b, name);
	}
}

static void compare_path(const struct mmx_types_provider *a, const struct mmx_types_provider *b,
			 const char *strct, const char *path)
{
	struct mmx_member in_a = {0}, in_b = {0};
	bool has_a = a->ops->member(a->priv, strct, path, &in_a);
	bool has_b = b->ops->member(b->priv, strct, path, &in_b);

	if (has_a == has_b) {
		compare_member(strct, path, &in_a, &in_b);
		return;
	}
	different++;
	printf("struct %s, member %s: only in %s\n", strct, path, has_a ? "A" : "B");
}

struct enum_check {
	const struct mmx_types_provider *other;
	const char *of;
	const char *missing_in;
};

static bool check_enumerator(void *arg, const char *name, int64_t value)
{
	const struct enum_check *c = arg;
	int64_t other;

	compared++;
	if (!c->other->ops->enumerator(c->other->priv, c->of, name, &other)) {
		different++;
		printf("enum %s: no %s in %s\n", c->of, name, c->missing_in);
	} else if (other != value) {
		different++;
		printf("enum %s: %s is %" PRId64 " or %" PRId64 "\n", c->of, name, value, other);
	}
	return true;
}

static void compare_enum(const struct mmx_types_provider *a, const struct mmx_types_provider *b,
			 const char *of)
{
	struct enum_check in_b = {b, of, "B"}, in_a = {a, of, "A"};

	a->ops->each_enumerator(a->priv, of, check_enumerator, &in_b);
	b->ops->each_enumerator(b->priv, of, check_enumerator, &in_a);
}

static void compare_anywhere(const struct mmx_types_provider *a, const struct mmx_types_provider *b,
			     const char *name)
{
	int64_t in_a = 0, in_b = 0;
	bool has_a = a->ops->enumerator(a->priv, NULL, name, &in_a);
	bool has_b = b->ops->enumerator(b->priv, NULL, name, &in_b);

	compared++;
	if (has_a == has_b && in_a == in_b)
		return;
	different++;
	printf("enumerator %s: %s%" PRId64 " in A, %s%" PRId64 " in B\n", name,
	       has_a ? "" : "unknown, ", in_a, has_b ? "" : "unknown, ", in_b);
}

/* The struct entry that a member's declaration names, to find all names of that struct. */
static const struct mmx_layout_decl *owner_of(const struct mmx_layout_decl *member)
{
	for (int i = 0; i < MMX_LAYOUT_STRUCTS; i++) {
		if (!strcmp(mmx_layout_structs[i].name, member->owner))
			return &mmx_layout_structs[i];
	}
	return NULL;
}

static void compare_table(const struct mmx_types_provider *a, const struct mmx_types_provider *b)
{
	for (int i = 0; i < MMX_LAYOUT_STRUCTS; i++) {
		for (int j = 0; j < MMX_LAYOUT_ALTERNATIVES && mmx_layout_structs[i].alt[j]; j++)
			compare_struct(a, b, mmx_layout_structs[i].alt[j]);
	}
	for (int i = 0; i < MMX_LAYOUT_MEMBERS; i++) {
		const struct mmx_layout_decl *m = &mmx_layout_members[i], *s = owner_of(m);

		for (int j = 0; j < MMX_LAYOUT_ALTERNATIVES && m->alt[j]; j++) {
			for (int k = 0; s && k < MMX_LAYOUT_ALTERNATIVES && s->alt[k]; k++)
				compare_path(a, b, s->alt[k], m->alt[j]);
		}
	}
	for (int i = 0; i < MMX_LAYOUT_ENUMERATORS; i++) {
		const struct mmx_layout_decl *e = &mmx_layout_enumerators[i];

		if (*e->owner)
			compare_enum(a, b, e->owner);
		for (int j = 0; !*e->owner && j < MMX_LAYOUT_ALTERNATIVES && e->alt[j]; j++)
			compare_anywhere(a, b, e->alt[j]);
	}
}

/* One line of figures; false when it is none. */
static bool compare_figure(const struct mmx_types_provider *a, char *line)
{
	uint64_t number[4] = {0}, size;
	struct mmx_member m;
	char name[160], *rest;
	int64_t value;
	bool same;
	int n;

	n = sscanf(line, "%159s %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64, name, &number[0],
		   &number[1], &number[2], &number[3]);
	if (n < 2)
		return false;
	rest = name + strcspn(name, ".:");
	if (*rest == '.') {
		*rest++ = 0;
		same = a->ops->member(a->priv, name, rest, &m) &&
		       m.bit_off == number[0] * 8 + number[2] && m.size == number[1] &&
		       m.bit_size == (n == 5 ? number[3] : m.size * 8) && m.bitfield == (n == 5);
	} else if (*rest == ':') {
		*rest++ = 0;
		same = a->ops->enumerator(a->priv, name, rest, &value) &&
		       value == (int64_t)number[0];
	} else {
		same = a->ops->struct_size(a->priv, name, &size) && size == number[0];
	}
	compared++;
	if (!same) {
		different++;
		printf("A does not agree with: %s", line);
	}
	return true;
}

static int compare_figures(const struct mmx_types_provider *a, const char *path)
{
	FILE *f = fopen(path, "r");
	char line[256];

	if (!f) {
		perror(path);
		return -1;
	}
	while (fgets(line, sizeof(line), f)) {
		if (*line != '#' && *line != '\n' && !compare_figure(a, line)) {
			fprintf(stderr, "%s: no figure: %s", path, line);
			fclose(f);
			return -1;
		}
	}
	fclose(f);
	return 0;
}

/* 1 when the file is raw BTF, 0 when it is something else, -1 when that failed. */
static int open_raw(struct mmx_types_provider *p, const char *path, struct mmx_err *err)
{
	FILE *f = fopen(path, "rb");
	unsigned char *data;
	size_t len;
	int r = 0;

	if (!f)
		return mmx_fail(err, MMX_EIO, "cannot open %s", path);
	data = malloc(MMX_BTF_MAX);
	if (!data) {
		fclose(f);
		return mmx_fail_nomem(err);
	}
	len = fread(data, 1, MMX_BTF_MAX, f);
	fclose(f);
	if (len >= 2 && mmx_le16(data) == MMX_BTF_MAGIC)
		r = mmx_btf_open(p, data, len, NULL, err) ? -1 : 1;
	free(data);
	return r;
}

static int open_dump(struct mmx_types_provider *p, const char *path, struct mmx_err *err)
{
	struct mmx_image *image = mmx_open_dump(&path, 1, MMX_BACKEND_ANY, err);
	struct mmx_reader *reader = image ? mmx_reader_new(image, err) : NULL;
	int r = reader ? mmx_btf_scan(p, reader, err) : -1;

	mmx_reader_free(reader);
	mmx_image_close(image);
	return r;
}

static bool open_types(struct mmx_types_provider *p, const char *what)
{
	struct mmx_err err;
	int r;

	if (!strncmp(what, "dwarf:", 6)) {
		r = mmx_types_from_vmlinux(p, what + 6, NULL, true, &err);
	} else if (!strncmp(what, "dump:", 5)) {
		r = open_dump(p, what + 5, &err);
	} else {
		r = open_raw(p, what, &err);
		if (!r)
			r = mmx_types_from_vmlinux(p, what, NULL, false, &err);
	}
	if (r < 0)
		fprintf(stderr, "types_agree: %s\n", err.text);
	return r >= 0;
}

static bool compare(int argc, char **argv)
{
	struct mmx_types_provider a, b;
	bool ok = true;

	if (!open_types(&a, argv[1]))
		return false;
	if (!strncmp(argv[2], "figures:", 8)) {
		ok = !compare_figures(&a, argv[2] + 8);
	} else if (open_types(&b, argv[2])) {
		compare_table(&a, &b);
		for (int i = 3; i < argc; i++)
			compare_struct(&a, &b, argv[i]);
		b.ops->free(b.priv);
	} else {
		ok = false;
	}
	a.ops->free(a.priv);
	return ok;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: types_agree A B [STRUCT...]\n");
		return 2;
	}
	if (!compare(argc, argv) || !compared)
		return 2;
	printf("%u compared, %u different\n", compared, different);
	return different != 0;
}
