// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records: what can be asked, as typed tables. A record declares its fields, each once and nowhere else,
 * and a cursor over its rows; text, JSON, --columns, the schemas of docs/schema, the reference of
 * docs/reference and help are made from that. A row is a C struct, most often one that the model has
 * anyway, and a field says which of its members it is, or has a function for what is no member:
 *
 *	static const void *next(struct mmx_rows *r)
 *	{
 *		const struct mmx_zones *zones = &mmx_mem(r->view->kernel)->zones;
 *
 *		return r->nth < zones->n ? &zones->v[r->nth] : NULL;
 *	}
 *
 *	static void end_pfn(struct mmx_rows *r, struct mmx_value *v)
 *	{
 *		const struct mmx_zone *zone = r->row;
 *
 *		v->word = zone->start_pfn + zone->spanned;
 *	}
 *
 *	static const struct mmx_field fields[] = {
 *		{"node", MMX_COUNT, "its node", AT(struct mmx_zone, node)},
 *		{"zone", MMX_TEXT, "its name", AT(struct mmx_zone, name)},
 *		{"end_pfn", MMX_PFN, "the first frame behind it", .get = end_pfn},
 *		{0},
 *	};
 *
 *	const struct mmx_record mmx_record_zones = {
 *		.name = "zone", .doc = "a zone of a node", .fields = fields, .next = next};
 *
 * A field of kind MMX_BLOCK, MMX_TABLE, MMX_LIST or MMX_TREE has a record of its own, whose rows belong
 * to the row around them (r->above->row). A record without next() has one row, and that is the row
 * around it: fields that only stand together. A document is such a record, with all that there is in it.
 *
 * What nobody asks for is not computed: no field that was not chosen, no record without such a field.
 *
 * A row with more to tell than one file should know has fields of kind MMX_FIELDS: each stands for a table
 * of fields in another file, which are shown in its place as if they were declared there.
 */
#ifndef MMX_RECORDS_RECORD_H
#define MMX_RECORDS_RECORD_H

#include <stddef.h>

#include "base/coverage.h"
#include "kernel/kernel.h"
#include "records/value.h"

struct mmx_picture;
struct mmx_record;
struct mmx_rows;

/* What a field need not be; a value that a declaration does not allow is a mistake of the code's. */
enum mmx_may {
	MMX_OR_NONE = 1,   /* left out of some rows; of a TABLE or LIST, when it has no rows */
	MMX_OR_NULL = 2,   /* null */
	MMX_OR_ABSENT = 4, /* not in the dump */
	MMX_OR_UNKNOWN =
		8, /* not found out: KEY_unknown says why, and KEY is left out, or null if it may be */
	MMX_OR_EMPTY = 16, /* a text without a letter */
};

/** enum mmx_form - what a row's member is in C */
enum mmx_form {
	MMX_NO_MEMBER,
	MMX_UNSIGNED,
	MMX_SIGNED,
	MMX_CHARS,
	MMX_CHAR_POINTER,
	MMX_ERR,
	MMX_COVERAGE
};

/* The form of a member; what is of no type here does not compile. */
#define MMX_FORM_OF(m) \
	_Generic((m),                                                                      \
		bool: MMX_UNSIGNED,                                                        \
		uint8_t: MMX_UNSIGNED,                                                     \
		uint16_t: MMX_UNSIGNED,                                                    \
		uint32_t: MMX_UNSIGNED,                                                    \
		unsigned long: MMX_UNSIGNED,                                               \
		unsigned long long: MMX_UNSIGNED,                                          \
		int8_t: MMX_SIGNED,                                                        \
		int16_t: MMX_SIGNED,                                                       \
		int32_t: MMX_SIGNED,                                                       \
		long: MMX_SIGNED,                                                          \
		long long: MMX_SIGNED,                                                     \
		char *: _Generic(&(m), char **: MMX_CHAR_POINTER, default: MMX_CHARS),     \
		const char *: MMX_CHAR_POINTER,                                            \
		struct mmx_err: MMX_ERR,                                                   \
		struct mmx_coverage: MMX_COVERAGE)

/** AT() - the field is that member of the row */
#define AT(type, member)                                            \
	.at = {offsetof(type, member), sizeof(((type *)0)->member), \
	       MMX_FORM_OF(((type *)0)->member)}

/** RESTS_ON() - null unless that fact is usable */
#define RESTS_ON(id) .fact = (id) + 1, .may = MMX_OR_NULL

/* The words of a MMX_WORD. */
#define WORDS(count, function)               \
	.words = &(const struct mmx_words)   \
	{                                    \
		.n = count, .name = function \
	}
#define WORD_LIST(array)                                             \
	.words = &(const struct mmx_words)                           \
	{                                                            \
		.n = sizeof(array) / sizeof(*(array)), .list = array \
	}

/**
 * struct mmx_matrix - numbers by row and column; the current row's
 * @rows, @columns: how many
 * @row_name, @column_name: of each, at most 31 letters; NULL: they have numbers. JSON has them beside the
 *	numbers, as KEY_rows and KEY_columns.
 * @cell: finds @v as a count that is given
 */
struct mmx_matrix {
	unsigned int (*rows)(struct mmx_rows *r);
	unsigned int (*columns)(struct mmx_rows *r);
	void (*row_name)(struct mmx_rows *r, unsigned int row, char *name);
	void (*column_name)(struct mmx_rows *r, unsigned int column, char *name);
	void (*cell)(struct mmx_rows *r, unsigned int row, unsigned int column,
		     struct mmx_value *v);
};

/**
 * struct mmx_field - a field; a table of them ends with key NULL
 * @key: JSON's name, the column's, and with spaces for underscores text's; of FIELDS none of those
 * @doc: one line, no full stop
 * @title: above a column, by default the key in capitals; above a block or table
 * @lines: in text the lines of a tree lead to this column; by default to the first one
 * @width: of a column in text; by default what its kind and title need
 * @may: enum mmx_may
 * @zero: what a 0 or an empty text stands for, if not for itself: MMX_OR_NONE or MMX_OR_NULL
 * @of: bits of the record's variants that have it; 0 for all. Those of FIELDS are those of its fields.
 * @min, @max: bounds of a number, @max 0 for none; @min of a table: rows that it has at least
 * @pattern: what a text looks like
 * @at, @get: where it comes from, one of the two; @get finds @v as one that is given, of this kind
 */
struct mmx_field {
	const char *key;
	enum mmx_kind kind;
	const char *doc;
	const char *title;
	int width;
	bool lines;
	uint8_t may, zero;
	uint32_t of;
	int64_t min, max;
	const char *pattern;
	struct {
		size_t offset;
		uint16_t size;
		uint8_t form;
	} at;
	void (*get)(struct mmx_rows *r, struct mmx_value *v);
	unsigned int fact; /* RESTS_ON() */
	const struct mmx_words *words;
	const struct mmx_record *record;
	const struct mmx_matrix *matrix;
	const struct mmx_field *fields; /* of FIELDS; in those no FIELDS */
};

/** enum mmx_by - what rows can be asked by: a range, its ends included */
enum mmx_by { MMX_BY_PFN, MMX_BY_ADDRESS, MMX_BY_PID, MMX_BYS };

/** struct mmx_where - restrictions; @given has a bit for each that there is */
struct mmx_where {
	uint32_t given;
	struct {
		uint64_t first, last;
	} range[MMX_BYS];
};

/**
 * struct mmx_record - a typed table
 * @name: of one row: "zone"
 * @doc: what a row is: one line, no full stop
 * @version: of a document
 * @picture: of a document: how it is drawn (records/picture.h), or NULL
 * @by: bits of enum mmx_by that its rows can be asked by; its open() heeds r->where
 * @variants: names of the sorts of rows that have not the same fields, behind them NULL; or NULL
 * @state_size: bytes at r->state that are the cursor's own, zeroed when it opens
 * @has: whether there can be any rows, before anything else is done for them; NULL: there can
 * @open: 0, or -1 and @err: there is no way to the rows
 * @next: the next row, NULL behind the last; it and what it points to live until the next call
 * @close: what open() or next() took
 * @heading: title of the current row where rows are shown as blocks, of a table by its first row; @text
 *	holds 64 bytes
 */
struct mmx_record {
	const char *name;
	const char *doc;
	const struct mmx_field *fields;
	int version;
	const struct mmx_picture *picture;
	uint32_t by;
	const char *const *variants;
	unsigned int (*variant)(struct mmx_rows *r);
	size_t state_size;
	bool (*has)(struct mmx_rows *r);
	int (*open)(struct mmx_rows *r, struct mmx_err *err);
	const void *(*next)(struct mmx_rows *r);
	void (*close)(struct mmx_rows *r);
	void (*heading)(struct mmx_rows *r, char *text);
};

/**
 * struct mmx_fields - the fields of a record one after the other, with those of FIELDS in its place
 * @field: the current one
 * @of: the variants that have it
 */
struct mmx_fields {
	const struct mmx_field *field;
	uint32_t of;
	/* Private. */
	const struct mmx_field *at, *back;
};

static inline struct mmx_fields mmx_fields_of(const struct mmx_record *record)
{
	return (struct mmx_fields){.at = record->fields};
}

/** mmx_fields_next() - go to the first or next one; false behind the last */
bool mmx_fields_next(struct mmx_fields *f);

/**
 * struct mmx_rows - a cursor over a record's rows
 * @above: whose current row these belong to; NULL for a document
 * @arg: whoever opened the document gave it; the row of a document that has no next()
 * @coverage: of the whole document: what next() and the getters found wanting
 * @nth: rows before the current one; within next(), before the one that it gives
 * @depth, @more: of a tree, set by next(): how deep the row is, from 0, and whether a sibling follows
 */
struct mmx_rows {
	const struct mmx_record *record;
	struct mmx_rows *above;
	struct mmx_view *view;
	const struct mmx_where *where;
	void *arg;
	struct mmx_coverage *coverage;
	uint64_t nth;
	const void *row;
	void *state;
	unsigned int depth;
	bool more;
	/* The cursor's own. */
	bool open;
	uint64_t begun; /* rows that next() gave */
	unsigned int variant, n_fields;
	const struct mmx_field **field;
	uint32_t *of;            /* by field: the variants that have it */
	struct mmx_rows **below; /* by field; NULL where it has none, or is not wanted */
	bool *wanted;            /* by field */
	struct mmx_scratch *scratch;
};

/**
 * struct mmx_ask - what is asked of a record
 * @wants: whether a field is wanted, by its keys from the document on, "zones.free"; NULL: all are
 */
struct mmx_ask {
	struct mmx_view *view;
	const struct mmx_where *where;
	void *arg;
	bool (*wants)(const void *arg, const char *path);
	const void *wants_arg;
	struct mmx_coverage *coverage;
};

/** mmx_rows_new() - a cursor, and one for each record below; -1 when a restriction is none of theirs */
struct mmx_rows *mmx_rows_new(const struct mmx_record *record, const struct mmx_ask *ask,
			      struct mmx_err *err);
void mmx_rows_free(struct mmx_rows *r);

/** mmx_rows_open() - begin anew, for the row around it as it is now */
int mmx_rows_open(struct mmx_rows *r, struct mmx_err *err);
bool mmx_rows_next(struct mmx_rows *r);
void mmx_rows_close(struct mmx_rows *r);

/** mmx_rows_has() - whether the current row can have that field, and it is wanted */
static inline bool mmx_rows_has(const struct mmx_rows *r, unsigned int field)
{
	return r->wanted[field] && (!r->of[field] || r->of[field] >> r->variant & 1);
}

/** mmx_rows_value() - the current row's value of that field; troubles go into the coverage */
void mmx_rows_value(struct mmx_rows *r, unsigned int field, struct mmx_value *v);

/** mmx_rows_cell() - of a matrix */
void mmx_rows_cell(struct mmx_rows *r, unsigned int field, unsigned int row, unsigned int column,
		   struct mmx_value *v);

/** mmx_field_may() - all that it need not be */
static inline unsigned int mmx_field_may(const struct mmx_field *field)
{
	return field->may | field->zero;
}

/** mmx_has_record() - whether fields of this kind have a record below them */
static inline bool mmx_has_record(enum mmx_kind kind)
{
	return kind >= MMX_BLOCK && kind <= MMX_TREE;
}

/** mmx_field_path_fn - a field by its keys from a record on; false ends it */
typedef bool (*mmx_field_path_fn)(void *arg, const char *path, const struct mmx_field *field);

/**
 * mmx_record_each() - every field below a record, those of records below it included
 * A field that may be unknown comes as KEY and KEY_unknown; flags come as KEY.raw and KEY.names; a matrix as
 * KEY and what has its names.
 */
bool mmx_record_each(const struct mmx_record *record, mmx_field_path_fn fn, void *arg);

#endif
