// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How results look. Records (records/record.h) are shown by show.h, which makes the calls below; text,
 * JSON and chosen columns are renderings of the same calls. A document is a tree: the top, blocks of key
 * and value within it, tables of rows, and lists of blocks.
 *
 *	mmx_out_open(o, "doctor", 1);
 *	mmx_out_block(o, "kernel", "Kernel");
 *	mmx_out_text(o, "release", k->release);
 *	mmx_out_end(o);
 *	mmx_out_table(o, "zones", "Zones", columns, n);
 *	mmx_out_row(o); mmx_out_count(o, "node", 0); mmx_out_pfn(o, "start", pfn);
 *	mmx_out_end(o);
 *	mmx_out_close(o);
 *
 * Keys are JSON's names; text shows them with spaces for underscores. To add a rendering:
 * implement struct mmx_out_ops in a file of its own.
 */
#ifndef MMX_RENDER_OUT_H
#define MMX_RENDER_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/err.h"
#include "base/sink.h"
#include "records/record.h"

/** struct mmx_column - a column of a table; its values come in this order in every row */
struct mmx_column {
	const char *key;
	const char *title;
	int width;  /* in text; a longer value pushes its row out, nothing is cut */
	bool right; /* aligned to the right */
};

/**
 * struct mmx_out_options - how results are to look
 * @json: JSON instead of text
 * @no_header: text: no titles and no heads of tables or columns
 * @bytes: text: sizes in bytes instead of 32k, 1.5G
 * @hex_counts: text: counts as 0x1f
 * @columns: these fields only, "pfn,mapping.kind"; NULL for all. Not with @json.
 * @terminal: results go to one, so nothing that only programs read
 * @utf8: where they go UTF-8 is understood: the lines of trees may be drawn with it
 * @colour: and colours are
 * @width: columns of the terminal; 0: none, or it does not tell
 */
struct mmx_out_options {
	bool json;
	bool no_header;
	bool bytes;
	bool hex_counts;
	const char *columns;
	bool terminal;
	bool utf8;
	bool colour;
	unsigned int width;
};

#define MMX_COLUMNS_MAX 32

/** struct mmx_chosen - a column: @name as the user has it, @path below the record's key */
struct mmx_chosen {
	const char *name, *path;
	int name_len, path_len;
	MMX_ARRAY(char) cell; /* its value in the record that is being emitted */
	bool cut;             /* which is longer than what is kept */
};

/** struct mmx_columns - the columns chosen: all of one record's, in the user's order */
struct mmx_columns {
	char key[64];
	unsigned int n;
	struct mmx_chosen v[MMX_COLUMNS_MAX];
};

/**
 * struct mmx_grid - values by row and column
 * @row_name, @column_name: at most 31 letters; NULL: they have numbers
 */
struct mmx_grid {
	unsigned int rows, columns;
	void *arg;
	void (*row_name)(void *arg, unsigned int row, char *name);
	void (*column_name)(void *arg, unsigned int column, char *name);
	void (*cell)(void *arg, unsigned int row, unsigned int column, struct mmx_value *v);
};

#define MMX_GRID_NAME 32

struct mmx_out;

/**
 * struct mmx_out_ops - a rendering
 * Nesting is checked before these are called. What begins a block, a table or a list is called while
 * the innermost level is still the one around it; @depth counts levels, 0 for the top. A tree begins as
 * a table does, with node MMX_OUT_TREE; @branch begins a row of it, below the last one of the depth before,
 * and @too_deep stands for one, or several, below the last one.
 */
struct mmx_out_ops {
	void (*open)(struct mmx_out *o, const char *command, int version);
	void (*close)(struct mmx_out *o);
	void (*block)(struct mmx_out *o, const char *key, const char *title);
	void (*table)(struct mmx_out *o, const char *key, const char *title,
		      const struct mmx_column *columns, unsigned int n);
	void (*list)(struct mmx_out *o, const char *key);
	void (*row)(struct mmx_out *o);
	void (*branch)(struct mmx_out *o, unsigned int depth);
	void (*too_deep)(struct mmx_out *o, const char *text);
	void (*matrix)(struct mmx_out *o, const char *key, const char *title,
		       const struct mmx_grid *grid);
	void (*value)(struct mmx_out *o, const char *key, const struct mmx_value *v);
	void (*end)(struct mmx_out *o);
};

#define MMX_OUT_DEPTH  12
#define MMX_OUT_BUFFER 16384

#define MMX_TREE_DEPTH 64

enum mmx_out_node { MMX_OUT_TOP, MMX_OUT_BLOCK, MMX_OUT_TABLE, MMX_OUT_LIST, MMX_OUT_TREE };

struct mmx_out_level {
	enum mmx_out_node node;
	const char *key;
	const struct mmx_column *columns;
	unsigned int n_columns, column;
	bool in_row;
	bool used;   /* something was put into it */
	bool filled; /* into it, or into the current one of its rows */
	/* Of a tree. */
	unsigned int lines;  /* the column that the lines lead to */
	unsigned int branch; /* depth of the current row */
	uint64_t more;       /* by depth: another one follows below the same row */
	bool cut;            /* the current row is too deep to be shown */
};

struct mmx_drawing;
struct mmx_picture;

struct mmx_out {
	const struct mmx_out_ops *ops;
	struct mmx_out_options options;
	struct mmx_sink sink;
	struct mmx_out_level level[MMX_OUT_DEPTH];
	unsigned int depth;
	unsigned int
		refused; /* levels below the deepest that there is room for, where nothing is shown */
	struct mmx_columns columns;
	const struct mmx_picture *picture; /* what is drawn, and what was found of it */
	struct mmx_drawing *drawing;
	size_t buffered; /* of @buffer, and not in the sink yet */
	char buffer[MMX_OUT_BUFFER];
};

void mmx_out_init(struct mmx_out *o, const struct mmx_out_options *options,
		  const struct mmx_sink *sink);

/**
 * mmx_out_choose() - find the columns that the options name among the fields of a document
 * The elements of a list, the rows of a table, or the one block of a key of the top are the records that
 * get a line each, and what lies below one belongs to it. All columns have to be of one record: of the
 * first that has them all. Its key may be left out.
 */
int mmx_out_choose(struct mmx_out *o, const struct mmx_record *document, struct mmx_err *err);

/** mmx_out_wants() - of struct mmx_out @o: whether anything of that path's is among the columns chosen */
bool mmx_out_wants(const void *o, const char *path);

/** mmx_out_draw() - a picture for graphviz in place of text; @picture: of the document */
void mmx_out_draw(struct mmx_out *o, const struct mmx_picture *picture);

/** mmx_columns_each() - every key that has columns below it, with their names, a space between two */
void mmx_columns_each(const struct mmx_record *document,
		      void (*fn)(void *arg, const char *key, const char *fields), void *arg);

/** mmx_out_open() - begin a document of schema "mmx.COMMAND/VERSION" */
void mmx_out_open(struct mmx_out *o, const char *command, int version);

/** mmx_out_close() - end the document, and whatever is still open in it */
void mmx_out_close(struct mmx_out *o);

/** mmx_out_block() - begin keys and values under a title; in a list the key is not used */
void mmx_out_block(struct mmx_out *o, const char *key, const char *title);

/** mmx_out_table() - begin rows of the same columns; @columns must outlive the table */
void mmx_out_table(struct mmx_out *o, const char *key, const char *title,
		   const struct mmx_column *columns, unsigned int n);

/** mmx_out_row() - begin a row; it ends with the next one or with the table */
void mmx_out_row(struct mmx_out *o);

/**
 * mmx_out_tree() - begin rows below each other, which have the same columns
 * In text a table, whose column number @lines is drawn as a tree; in JSON a row has its "children".
 */
void mmx_out_tree(struct mmx_out *o, const char *key, const char *title,
		  const struct mmx_column *columns, unsigned int n, unsigned int lines);

/**
 * mmx_out_branch() - begin a row of a tree, each followed by those below it
 * @depth: 0 for a root, at most one more than that of the row before
 * @more: another one follows below the same row
 */
void mmx_out_branch(struct mmx_out *o, unsigned int depth, bool more);

/** mmx_out_matrix() - values by row and column; names, where there are any, are KEY_rows and KEY_columns */
void mmx_out_matrix(struct mmx_out *o, const char *key, const char *title,
		    const struct mmx_grid *grid);

/** mmx_out_list() - begin a list of blocks */
void mmx_out_list(struct mmx_out *o, const char *key);

/** mmx_out_end() - end the innermost block, table or list */
void mmx_out_end(struct mmx_out *o);

void mmx_out_value(struct mmx_out *o, const char *key, const struct mmx_value *v);
void mmx_out_addr(struct mmx_out *o, const char *key, uint64_t addr);
void mmx_out_pfn(struct mmx_out *o, const char *key, uint64_t pfn);
void mmx_out_hex(struct mmx_out *o, const char *key, uint64_t word);
void mmx_out_count(struct mmx_out *o, const char *key, int64_t count);
void mmx_out_bytes(struct mmx_out *o, const char *key, uint64_t bytes);
void mmx_out_text(struct mmx_out *o, const char *key, const char *text);
void mmx_out_textf(struct mmx_out *o, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void mmx_out_bool(struct mmx_out *o, const char *key, bool truth);
void mmx_out_flags(struct mmx_out *o, const char *key, uint64_t word, const char *const *names,
		   unsigned int n);
void mmx_out_absent(struct mmx_out *o, const char *key, enum mmx_read why);
void mmx_out_null(struct mmx_out *o, const char *key);

/** mmx_out_raw() - bytes as they are, outside of any document: for /proc files */
void mmx_out_raw(struct mmx_out *o, const void *bytes, size_t len);

/**
 * mmx_out_flush() - what was shown so far goes to the sink now
 * Before a message to people, that is, and when a command ends; the end of a document does it too.
 */
void mmx_out_flush(struct mmx_out *o);

/* For renderings. */
void mmx_out_put(struct mmx_out *o, const char *text);
void mmx_out_putf(struct mmx_out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** mmx_digits() - @n in digits of base @radix, 10 or 16, within @buf, which has room for 21 at least */
const char *mmx_digits(uint64_t n, unsigned int radix, char *buf, size_t size);
/** mmx_out_number() - @n in digits of base @radix, 10 or 16; printf takes several times as long */
void mmx_out_number(struct mmx_out *o, uint64_t n, unsigned int radix);
struct mmx_out_level *mmx_out_top(struct mmx_out *o);

/** mmx_value_text() - a value as text, in @buf or where the value itself has it */
const char *mmx_value_text(const struct mmx_out *o, const struct mmx_value *v, char *buf,
			   size_t size);

/** mmx_out_put_clean() - text out of a dump: control characters must not reach a terminal */
void mmx_out_put_clean(struct mmx_out *o, const char *text, size_t len);
/** mmx_out_put_clean_lines() - the same, but its lines and columns stay */
void mmx_out_put_clean_lines(struct mmx_out *o, const char *text, size_t len);

extern const struct mmx_out_ops mmx_out_text_ops;
extern const struct mmx_out_ops mmx_out_json_ops;
extern const struct mmx_out_ops mmx_out_columns_ops;
extern const struct mmx_out_ops mmx_out_dot_ops;

#endif
