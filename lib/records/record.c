// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "records/record.h"

#define PATH_MAX_LEN 160 /* of the keys from a document to a field */

bool mmx_fields_next(struct mmx_fields *f)
{
	for (;;) {
		const struct mmx_field *at = f->at;

		if (!at->key && !f->back)
			return false;
		if (!at->key) {
			f->at = f->back;
			f->back = NULL;
		} else if (at->kind == MMX_FIELDS) {
			f->back = at + 1;
			f->at = at->fields;
		} else {
			f->field = at;
			f->of = at->of || !f->back ? at->of : f->back[-1].of;
			f->at++;
			return true;
		}
	}
}

static unsigned int count_fields(const struct mmx_record *record)
{
	struct mmx_fields fields = mmx_fields_of(record);
	unsigned int n = 0;

	while (mmx_fields_next(&fields))
		n++;
	return n;
}

/*
 * Which fields there are.
 */

static bool each_below(const struct mmx_record *record, char *path, size_t len,
		       mmx_field_path_fn fn, void *arg);

/* A matrix has its names beside it. */
static bool each_name(const struct mmx_field *field, char *path, size_t len, mmx_field_path_fn fn,
		      void *arg)
{
	bool more = true;

	snprintf(path + len, PATH_MAX_LEN - len, "_rows");
	if (field->matrix->row_name)
		more = fn(arg, path, field);
	snprintf(path + len, PATH_MAX_LEN - len, "_columns");
	if (more && field->matrix->column_name)
		more = fn(arg, path, field);
	path[len] = 0;
	return more;
}

/* The keys under which a field's values stand. */
static bool each_key(const struct mmx_field *field, char *path, size_t len, mmx_field_path_fn fn,
		     void *arg)
{
	size_t room = PATH_MAX_LEN - len;

	if (field->kind == MMX_FLAGS) {
		snprintf(path + len, room, ".raw");
		if (!fn(arg, path, field))
			return false;
		snprintf(path + len, room, ".names");
	}
	if (!mmx_has_record(field->kind) && !fn(arg, path, field))
		return false;
	path[len] = 0;
	if (field->kind == MMX_MATRIX && !each_name(field, path, len, fn, arg))
		return false;
	if (mmx_has_record(field->kind) && !each_below(field->record, path, len, fn, arg))
		return false;
	if (!(field->may & MMX_OR_UNKNOWN))
		return true;
	snprintf(path + len, room, "_unknown");
	return fn(arg, path, field);
}

static bool each_below(const struct mmx_record *record, char *path, size_t len,
		       mmx_field_path_fn fn, void *arg)
{
	for (struct mmx_fields f = mmx_fields_of(record); mmx_fields_next(&f);) {
		int n = snprintf(path + len, PATH_MAX_LEN - len, "%s%s", len ? "." : "",
				 f.field->key);

		if (len + n < PATH_MAX_LEN && !each_key(f.field, path, len + n, fn, arg))
			return false;
	}
	path[len] = 0;
	return true;
}

bool mmx_record_each(const struct mmx_record *record, mmx_field_path_fn fn, void *arg)
{
	char path[PATH_MAX_LEN] = "";

	return each_below(record, path, 0, fn, arg);
}

/*
 * Making a cursor: one for each record that something is wanted of.
 */

struct making {
	const struct mmx_ask *ask;
	uint32_t by; /* what any of the records can be asked by */
	char path[PATH_MAX_LEN];
};

static struct mmx_rows *make_rows(struct making *m, const struct mmx_record *record,
				  struct mmx_rows *above, size_t len, struct mmx_err *err);

/* A field is wanted when one of its keys is, or anything below it. */
static int want_field(struct making *m, struct mmx_rows *r, unsigned int i, size_t len,
		      struct mmx_err *err)
{
	const struct mmx_field *field = r->field[i];

	if (m->ask->wants)
		len += snprintf(m->path + len, sizeof(m->path) - len, "%s%s", len ? "." : "",
				field->key);
	r->wanted[i] = !m->ask->wants || m->ask->wants(m->ask->wants_arg, m->path);
	if (!r->wanted[i] || !mmx_has_record(field->kind))
		return 0;
	r->below[i] = make_rows(m, field->record, r, len, err);
	return r->below[i] ? 0 : -1;
}

static struct mmx_rows *make_rows(struct making *m, const struct mmx_record *record,
				  struct mmx_rows *above, size_t len, struct mmx_err *err)
{
	struct mmx_fields fields = mmx_fields_of(record);
	unsigned int n = count_fields(record);
	struct mmx_rows *r = calloc(1, sizeof(*r));

	if (r) {
		*r = (struct mmx_rows){
			.record = record,
			.above = above,
			.view = m->ask->view,
			.where = m->ask->where,
			.arg = m->ask->arg,
			.coverage = m->ask->coverage,
			.scratch = above ? above->scratch : calloc(1, sizeof(*r->scratch)),
			.n_fields = n,
			.field = calloc(n, sizeof(*r->field)),
			.of = calloc(n, sizeof(*r->of)),
			.below = calloc(n, sizeof(*r->below)),
			.wanted = calloc(n, sizeof(*r->wanted)),
			.state = calloc(1, record->state_size + 1),
		};
	}
	if (!r || !r->scratch || !r->field || !r->of || !r->below || !r->wanted || !r->state) {
		mmx_fail_nomem(err);
		mmx_rows_free(r);
		return NULL;
	}
	m->by |= record->by;
	for (unsigned int i = 0; i < n && mmx_fields_next(&fields); i++) {
		r->field[i] = fields.field;
		r->of[i] = fields.of;
		if (want_field(m, r, i, len, err)) {
			mmx_rows_free(r);
			return NULL;
		}
	}
	return r;
}

static int check_where(const struct making *m, struct mmx_err *err)
{
	static const char *const by[MMX_BYS] = {"PFN", "address", "PID"};
	uint32_t given = m->ask->where ? m->ask->where->given & ~m->by : 0;

	if (!given)
		return 0;
	return mmx_fail(err, MMX_EUSAGE, "nothing of this can be asked by %s",
			by[__builtin_ctz(given)]);
}

struct mmx_rows *mmx_rows_new(const struct mmx_record *record, const struct mmx_ask *ask,
			      struct mmx_err *err)
{
	struct making m = {.ask = ask};
	struct mmx_rows *r = make_rows(&m, record, NULL, 0, err);

	if (r && check_where(&m, err)) {
		mmx_rows_free(r);
		return NULL;
	}
	return r;
}

void mmx_rows_free(struct mmx_rows *r)
{
	if (!r)
		return;
	mmx_rows_close(r);
	for (unsigned int i = 0; r->below && i < r->n_fields; i++)
		mmx_rows_free(r->below[i]);
	if (!r->above)
		free(r->scratch);
	free(r->field);
	free(r->of);
	free(r->below);
	free(r->wanted);
	free(r->state);
	free(r);
}

/*
 * Rows.
 */

int mmx_rows_open(struct mmx_rows *r, struct mmx_err *err)
{
	mmx_rows_close(r);
	r->row = NULL;
	if (r->record->has && !r->record->has(r))
		return 0;
	memset(r->state, 0, r->record->state_size);
	r->begun = r->nth = 0;
	r->depth = 0;
	r->more = false;
	if (r->record->open && r->record->open(r, err))
		return -1;
	r->open = true;
	return 0;
}

static const void *next_row(struct mmx_rows *r)
{
	if (r->record->next)
		return r->record->next(r);
	if (r->nth)
		return NULL;
	return r->above ? r->above->row : r->arg;
}

bool mmx_rows_next(struct mmx_rows *r)
{
	if (!r->open || mmx_stopped(r->view->kernel->image))
		return false;
	r->nth = r->begun;
	r->row = next_row(r);
	if (!r->row)
		return false;
	r->begun++;
	r->variant = r->record->variant ? r->record->variant(r) : 0;
	return true;
}

void mmx_rows_close(struct mmx_rows *r)
{
	if (r->open && r->record->close)
		r->record->close(r);
	r->open = false;
}

/*
 * Values.
 */

static void take_error(struct mmx_value *v, const struct mmx_err *err)
{
	v->err = err;
	if (!err->code)
		v->state = MMX_NONE;
}

static uint64_t member_word(const void *at, size_t size)
{
	switch (size) {
	case 1:
		return *(const uint8_t *)at;
	case 2:
		return *(const uint16_t *)at;
	case 4:
		return *(const uint32_t *)at;
	default:
		return *(const uint64_t *)at;
	}
}

static void take_member(const struct mmx_field *field, const void *row, struct mmx_value *v)
{
	const void *at = (const char *)row + field->at.offset;
	unsigned int unused = 64 - 8 * field->at.size;

	switch ((enum mmx_form)field->at.form) {
	case MMX_NO_MEMBER:
		break;
	case MMX_UNSIGNED:
	case MMX_SIGNED:
		v->word = member_word(at, field->at.size);
		if (field->at.form == MMX_SIGNED)
			v->count = (int64_t)(v->word << unused) >> unused;
		break;
	case MMX_CHARS:
		v->text = at;
		break;
	case MMX_CHAR_POINTER:
		v->text = *(const char *const *)at;
		break;
	case MMX_ERR:
		take_error(v, at);
		break;
	case MMX_COVERAGE:
		take_error(v, &((const struct mmx_coverage *)at)->first);
		break;
	}
}

static bool is_zero(const struct mmx_value *v)
{
	return v->kind == MMX_TEXT ? !v->text || !*v->text : !v->word;
}

/* What is wanting is wanting in all that rests on it. */
static void cover(const struct mmx_rows *r, const struct mmx_field *field,
		  const struct mmx_value *v)
{
	if (v->state == MMX_UNKNOWN || (v->kind == MMX_TROUBLE && v->state == MMX_GIVEN))
		mmx_cover_fail(r->coverage, v->err);
	else if (v->state != MMX_ABSENT || v->told)
		return;
	else if (r->coverage->absent)
		r->coverage->absent++; /* one sentence is enough */
	else
		mmx_cover_failf(r->coverage, mmx_read_code(v->absent), "%s: %s is %s",
				r->record->name, field->key, mmx_read_name(v->absent));
}

void mmx_rows_value(struct mmx_rows *r, unsigned int i, struct mmx_value *v)
{
	const struct mmx_field *field = r->field[i];

	*v = (struct mmx_value){.kind = field->kind, .scratch = r->scratch};
	if (field->kind == MMX_WORD)
		v->words = field->words;
	if (field->fact && !mmx_fact_usable(&r->view->kernel->facts, field->fact - 1))
		v->state = MMX_NULL;
	else if (field->get)
		field->get(r, v);
	else
		take_member(field, r->row, v);
	if (v->state == MMX_GIVEN && field->zero && is_zero(v))
		v->state = field->zero == MMX_OR_NULL ? MMX_NULL : MMX_NONE;
	if (v->state == MMX_GIVEN && v->kind == MMX_TEXT && !v->text)
		v->text = "";
	if (v->state != MMX_GIVEN || v->kind == MMX_TROUBLE)
		cover(r, field, v);
}

void mmx_rows_cell(struct mmx_rows *r, unsigned int i, unsigned int row, unsigned int column,
		   struct mmx_value *v)
{
	const struct mmx_field *field = r->field[i];

	*v = (struct mmx_value){.kind = MMX_COUNT, .scratch = r->scratch};
	field->matrix->cell(r, row, column, v);
	cover(r, field, v);
}
