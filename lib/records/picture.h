// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pictures: what of a document is drawn as a graph, as two tables of rules. A rule is for every row of a record
 * and says by which of its values an object is known, and which values are written into it; what text and JSON
 * show is what a picture is made of. render/dot.c applies them, render/graph.c has how each kind looks.
 *
 *	static const struct mmx_picture_node nodes[] = {
 *		{"tree", MMX_OBJECT_VMA, "vma", "VMA {vma}\n{place.start}-{place.end}"},
 *		{0},
 *	};
 *	static const struct mmx_picture_edge edges[] = {
 *		{"tree", {MMX_OBJECT_MAPPING, "mapping"}, {MMX_OBJECT_VMA, "vma"}, "i_mmap"},
 *		{0},
 *	};
 *
 * A path names a table, tree or list by its keys from the document on; "" is the document. Values are named by
 * their keys from the row on, or of a row around it. "../KEY" is a value of the row above in a tree, "</KEY" of
 * the one before in a table, and "TABLE$/KEY" of the last row of a table within the row.
 *
 * Texts have values in braces; a line of which none is given is left out. Conditions are terms that must all
 * hold: "KEY" it is given, "!KEY" it is not, "KEY=VALUE", "KEY!=VALUE" as text shows them. The key "depth" is a
 * tree's.
 */
#ifndef MMX_RECORDS_PICTURE_H
#define MMX_RECORDS_PICTURE_H

/* What is drawn; how, says the table in render/graph.c. */
enum mmx_object {
	MMX_OBJECT_PAGE,
	MMX_OBJECT_PAGES,
	MMX_OBJECT_PROCESS,
	MMX_OBJECT_MM,
	MMX_OBJECT_VMA,
	MMX_OBJECT_MAPLE,
	MMX_OBJECT_ANON_VMA,
	MMX_OBJECT_CHAIN,
	MMX_OBJECT_KSM,
	MMX_OBJECT_MAPPING,
	MMX_OBJECT_INODE,
	MMX_OBJECT_FILE,
	MMX_OBJECT_CPU,
	MMX_OBJECT_ROOT,
	MMX_OBJECT_TABLE,
	MMX_OBJECT_ENTRY,
	MMX_OBJECT_NOTE,
	MMX_OBJECT_MORE,
	MMX_OBJECTS,
};

/** struct mmx_picture_end - an object, by the value that it is known by */
struct mmx_picture_end {
	enum mmx_object kind;
	const char *id;
};

/**
 * struct mmx_picture_node - what a row is drawn as
 * @text: lines of its label
 * @when, @wrong: conditions: on which rows there is one, and which of them are drawn as wrong; or NULL
 * @keep: which are drawn even where there are too many for all; those that are wrong always are
 */
struct mmx_picture_node {
	const char *path;
	enum mmx_object kind;
	const char *id;
	const char *text;
	const char *when, *wrong, *keep;
};

/** struct mmx_picture_edge - an edge of each row; the first of a path comes from what all these rows belong to */
struct mmx_picture_edge {
	const char *path;
	struct mmx_picture_end from, to;
	const char *text;
	const char *when, *wrong;
};

/** struct mmx_picture - @title: a text of the document's values; both tables end with path NULL */
struct mmx_picture {
	const char *title;
	const struct mmx_picture_node *nodes;
	const struct mmx_picture_edge *edges;
};

extern const struct mmx_picture mmx_picture_anon, mmx_picture_immap, mmx_picture_file,
	mmx_picture_vma, mmx_picture_pt, mmx_picture_rmap;

#endif
