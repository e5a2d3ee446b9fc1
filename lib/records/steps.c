// SPDX-License-Identifier: GPL-2.0-or-later
/* A derivation: numbered steps, a value each, in hex and decimal, and how it follows from those before. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "records/steps.h"

static const struct mmx_step *step_of(const struct mmx_rows *r)
{
	return ((const struct mmx_shown_step *)r->row)->step;
}

const void *mmx_steps_next(struct mmx_rows *r, const struct mmx_steps *steps)
{
	struct mmx_shown_step *row = r->state;

	if (!steps || r->nth >= steps->n) {
		if (steps && steps->lost)
			mmx_cover_failf(r->coverage, MMX_ENOMEM,
					"%u steps of a derivation are not shown", steps->lost);
		return NULL;
	}
	*row = (struct mmx_shown_step){steps, &steps->v[r->nth]};
	if (row->step->is_check && !row->step->result.absent && !row->step->result.v)
		mmx_cover_failf(r->coverage, MMX_ECORRUPT,
				"step %" PRIu64 " of the derivation does not hold: %s", r->nth + 1,
				row->step->what);
	return row;
}

/*
 * Numbers.
 */

/* A negative one in as many bytes as the kernel has it in. */
static uint64_t in_hex(const struct mmx_term *term, unsigned int bytes)
{
	bool negative = term->is_signed && (int64_t)term->v < 0;

	return negative && bytes && bytes < 8 ? term->v & ((1ULL << 8 * bytes) - 1) : term->v;
}

/* Leaves @v as something without a value, when that is so. */
static bool is_absent(const struct mmx_term *term, struct mmx_value *v)
{
	if (term->absent == MMX_NO_RESULT)
		mmx_value_null(v);
	return term->absent == MMX_NO_RESULT || mmx_value_absent(v, term->absent);
}

static void hex_of(const struct mmx_term *term, unsigned int bytes, struct mmx_value *v)
{
	if (!is_absent(term, v))
		v->word = in_hex(term, bytes);
}

static void decimal_of(const struct mmx_term *term, struct mmx_value *v)
{
	if (is_absent(term, v))
		v->told = true;
	else if (term->is_signed)
		mmx_value_textf(v, "%" PRId64, (int64_t)term->v);
	else
		mmx_value_textf(v, "%" PRIu64, term->v);
}

/*
 * Operands.
 */

static const struct mmx_term *operand_of(const struct mmx_rows *r)
{
	return r->row;
}

/* The step that an operand came from, or NULL. */
static const struct mmx_step *origin(const struct mmx_steps *steps, const struct mmx_term *term)
{
	return term->step && term->step <= steps->n ? &steps->v[term->step - 1] : NULL;
}

static const struct mmx_step *origin_of(const struct mmx_rows *r)
{
	const struct mmx_shown_step *row = r->above->row;

	return origin(row->steps, operand_of(r));
}

static const void *next_operand(struct mmx_rows *r)
{
	const struct mmx_shown_step *row = r->above->row;

	return r->nth < row->step->n ? &row->step->operand[r->nth] : NULL;
}

static void operand_step(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = operand_of(r)->step;
	if (!v->word)
		mmx_value_none(v);
}

static void operand_what(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_step *from = origin_of(r);

	if (from)
		v->text = from->what;
	else
		mmx_value_none(v);
}

static void operand_source(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_step *from = origin_of(r);

	if (from && from->source[0])
		v->text = from->source;
	else
		mmx_value_none(v);
}

static void operand_hex(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_step *from = origin_of(r);

	hex_of(operand_of(r), from ? from->bytes : 0, v);
	v->told = true;
}

static void operand_decimal(struct mmx_rows *r, struct mmx_value *v)
{
	decimal_of(operand_of(r), v);
}

#define DECIMAL "^-?[0-9]+$"

static const struct mmx_field operand_fields[] = {
	{"step", MMX_COUNT,
	 "the number of the step that it came from; left out of small numbers "
	 "that are the operation's own",
	 .width = 4, .may = MMX_OR_NONE, .get = operand_step},
	{"what", MMX_TEXT, "what it is", .may = MMX_OR_NONE, .get = operand_what},
	{"hex", MMX_HEX, "the value; null: it has none", .may = MMX_OR_ABSENT | MMX_OR_NULL,
	 .get = operand_hex},
	{"decimal", MMX_TEXT, "the same", .pattern = DECIMAL, .may = MMX_OR_ABSENT | MMX_OR_NULL,
	 .get = operand_decimal},
	{"source", MMX_TEXT, "where a constant is from", .may = MMX_OR_NONE, .get = operand_source},
	{0},
};

static const struct mmx_record operands = {
	.name = "operand",
	.doc = "an operand",
	.fields = operand_fields,
	.next = next_operand,
};

/*
 * How it follows.
 */

/* A number that no step has told of is in both, unless it is an address. */
static size_t put_operand(char *text, size_t size, const struct mmx_term *term)
{
	if (term->step)
		return (size_t)snprintf(text, size, "#%u", term->step);
	if (term->is_signed)
		return (size_t)snprintf(text, size, "%" PRId64, (int64_t)term->v);
	return (size_t)(term->v < 10 || term->v > UINT32_MAX
				? snprintf(text, size, "%" PRIx64, term->v)
				: snprintf(text, size, "%" PRIx64 " (%" PRIu64 ")", term->v,
					   term->v));
}

/* Reads: "8 bytes at #1 + 18 (24), BTF"; the zero behind a symbol is not worth telling. */
static void put_read(char *text, size_t size, const struct mmx_step *step)
{
	size_t n = (size_t)snprintf(text, size, "%u byte%s at %s", step->bytes,
				    step->bytes == 1 ? "" : "s",
				    step->operation == MMX_OP_READ_PHYS ? "physical " : "");

	n += put_operand(text + n, size - n, &step->operand[0]);
	if (step->operand[1].step || step->operand[1].v || step->source[0]) {
		n += (size_t)snprintf(text + n, size - n, " + ");
		n += put_operand(text + n, size - n, &step->operand[1]);
	}
	if (step->source[0])
		snprintf(text + n, size - n, ", %s", step->source);
}

static void put_operation(char *text, size_t size, const struct mmx_step *step)
{
	size_t n = put_operand(text, size, &step->operand[0]);

	n += (size_t)snprintf(text + n, size - n, " %s ", mmx_operation_sign(step->operation));
	n += put_operand(text + n, size - n, &step->operand[1]);
	if (step->n > 2) {
		n += (size_t)snprintf(text + n, size - n, "..");
		put_operand(text + n, size - n, &step->operand[2]);
	}
}

/* What it comes to in words; of a comparison always something. */
static const char *outcome(const struct mmx_step *step)
{
	if (step->says[0] || step->operation < MMX_OP_EQUAL || step->result.absent)
		return step->says;
	if (step->is_check)
		return step->result.v ? "holds" : "DOES NOT HOLD";
	return step->result.v ? "yes" : "no";
}

static void how(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_step *step = step_of(r);
	const char *says = outcome(step);
	char text[160];

	if (step->operation == MMX_OP_GIVEN)
		snprintf(text, sizeof(text), "%s", step->source);
	else if (step->operation == MMX_OP_READ || step->operation == MMX_OP_READ_PHYS)
		put_read(text, sizeof(text), step);
	else
		put_operation(text, sizeof(text), step);
	mmx_value_textf(v, "%s%s%s", text, *says ? ": " : "", says);
}

/*
 * Steps.
 */

static void number(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = r->nth + 1;
}

static void what(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = step_of(r)->what;
}

static void hex(struct mmx_rows *r, struct mmx_value *v)
{
	hex_of(&step_of(r)->result, step_of(r)->bytes, v);
}

static void decimal(struct mmx_rows *r, struct mmx_value *v)
{
	decimal_of(&step_of(r)->result, v);
}

static void operation(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = step_of(r)->operation;
}

static void bytes(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = step_of(r)->bytes;
	if (!v->word)
		mmx_value_none(v);
}

static void source(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = step_of(r)->source;
	if (!*v->text)
		mmx_value_none(v);
}

static void says(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = step_of(r)->says;
	if (!*v->text)
		mmx_value_none(v);
}

static void holds(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_step *step = step_of(r);

	v->truth = step->result.v;
	if (!step->is_check || step->result.absent)
		mmx_value_none(v);
}

static const struct mmx_field detail_fields[] = {
	{"operation", MMX_WORD, "what was done to the operands; given: nothing",
	 WORDS(MMX_OP_COUNT, mmx_operation_word), .get = operation},
	{"bytes", MMX_COUNT, "that were read, or that a negative number has in hex",
	 .may = MMX_OR_NONE, .get = bytes},
	{"source", MMX_TEXT, "of a value that is given: where it is from", .may = MMX_OR_NONE,
	 .get = source},
	{"says", MMX_TEXT, "what the result stands for", .may = MMX_OR_NONE, .get = says},
	{"holds", MMX_BOOL, "only of checks, which must; false is a finding", .may = MMX_OR_NONE,
	 .get = holds},
	{"operands", MMX_TABLE, "what it was done to", .may = MMX_OR_NONE, .record = &operands},
	{0},
};

static const struct mmx_record detail = {
	.name = "detail",
	.doc = "the step as data",
	.fields = detail_fields,
};

const struct mmx_field mmx_step_fields[] = {
	{"step", MMX_COUNT, "its number, from 1 on", .title = "#", .width = 3, .min = 1,
	 .get = number},
	{"what", MMX_TEXT, "what the value is", .width = 28, .get = what},
	{"hex", MMX_HEX, "the value, 0 or 1 of a comparison; null: there is none",
	 .may = MMX_OR_ABSENT | MMX_OR_NULL, .get = hex},
	{"decimal", MMX_TEXT, "the same", .width = 20, .pattern = DECIMAL,
	 .may = MMX_OR_ABSENT | MMX_OR_NULL, .get = decimal},
	{"how", MMX_TEXT,
	 "how it follows: the operation on the steps of those numbers, or where it is from",
	 .get = how},
	{"detail", MMX_BLOCK, "the same as data: not in text", .record = &detail},
	{0},
};
