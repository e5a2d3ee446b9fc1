// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/steps.h"

static const struct {
	const char *word, *sign;
} operations[] = {
#define ENTRY(id, word, sign) {word, sign},
	MMX_OPERATIONS(ENTRY)
#undef ENTRY
};

const char *mmx_operation_word(unsigned int operation)
{
	return operations[operation].word;
}

const char *mmx_operation_sign(enum mmx_operation operation)
{
	return operations[operation].sign;
}

/*
 * The arithmetic.
 */

static bool is_less(const struct mmx_term *a, const struct mmx_term *b)
{
	return a->is_signed || b->is_signed ? (int64_t)a->v < (int64_t)b->v : a->v < b->v;
}

static uint64_t compare(const struct mmx_term *a, enum mmx_operation operation,
			const struct mmx_term *b)
{
	switch (operation) {
	case MMX_OP_EQUAL:
		return a->v == b->v;
	case MMX_OP_UNEQUAL:
		return a->v != b->v;
	case MMX_OP_BELOW:
		return is_less(a, b);
	case MMX_OP_UP_TO:
		return !is_less(b, a);
	case MMX_OP_ABOVE:
		return is_less(b, a);
	default: /* MMX_OP_FROM */
		return !is_less(a, b);
	}
}

/* As C divides: towards 0. What overflows, of all numbers one, comes out as it does for a processor that wraps. */
static uint64_t divide(const struct mmx_term *a, const struct mmx_term *b, bool rest)
{
	if (!a->is_signed && !b->is_signed)
		return rest ? a->v % b->v : a->v / b->v;
	if (b->v == UINT64_MAX)
		return rest ? 0 : -a->v;
	return (uint64_t)(rest ? (int64_t)a->v % (int64_t)b->v : (int64_t)a->v / (int64_t)b->v);
}

static uint64_t calculate(const struct mmx_term *a, enum mmx_operation operation,
			  const struct mmx_term *b)
{
	switch (operation) {
	case MMX_OP_PLUS:
		return a->v + b->v;
	case MMX_OP_MINUS:
		return a->v - b->v;
	case MMX_OP_TIMES:
		return a->v * b->v;
	case MMX_OP_DIVIDE:
		return divide(a, b, false);
	case MMX_OP_REST:
		return divide(a, b, true);
	case MMX_OP_LEFT:
		return b->v < 64 ? a->v << b->v : 0;
	case MMX_OP_RIGHT:
		return b->v < 64 ? a->v >> b->v : 0;
	case MMX_OP_AND:
		return a->v & b->v;
	case MMX_OP_OR:
		return a->v | b->v;
	case MMX_OP_XOR:
		return a->v ^ b->v;
	case MMX_OP_LEAST:
		return is_less(a, b) ? a->v : b->v;
	case MMX_OP_MOST:
		return is_less(a, b) ? b->v : a->v;
	default:
		return compare(a, operation, b);
	}
}

struct mmx_term mmx_operate(struct mmx_term a, enum mmx_operation operation, struct mmx_term b)
{
	bool divides = operation == MMX_OP_DIVIDE || operation == MMX_OP_REST;
	struct mmx_term r = {.absent = a.absent ? a.absent : b.absent};

	if (!r.absent && divides && !b.v)
		r.absent = MMX_NO_RESULT;
	if (r.absent)
		return r;
	r.v = calculate(&a, operation, &b);
	r.is_signed = operation < MMX_OP_EQUAL && (a.is_signed || b.is_signed);
	return r;
}

/*
 * Telling.
 */

static bool is_same_term(const struct mmx_term *a, const struct mmx_term *b)
{
	return a->v == b->v && a->step == b->step && a->absent == b->absent &&
	       a->is_signed == b->is_signed;
}

static bool is_same(const struct mmx_step *a, const struct mmx_step *b)
{
	if (a->operation != b->operation || a->result.v != b->result.v ||
	    a->result.absent != b->result.absent || a->is_check != b->is_check)
		return false;
	for (unsigned int i = 0; i < a->n; i++) {
		if (!is_same_term(&a->operand[i], &b->operand[i]))
			return false;
	}
	return !strcmp(a->what, b->what) && !strcmp(a->source, b->source);
}

/* What was told before is the same step, and not told again. */
static struct mmx_term tell(struct mmx_steps *s, const char *what, struct mmx_step *step)
{
	snprintf(step->what, sizeof(step->what), "%s", what);
	for (size_t i = 0; i < s->n; i++) {
		if (is_same(&s->v[i], step)) {
			s->last = (uint16_t)(i + 1);
			return s->v[i].result;
		}
	}
	step->result.step = 0;
	if (s->n < MMX_STEPS_MAX && mmx_array_add(s, *step)) {
		s->last = s->v[s->n - 1].result.step = (uint16_t)s->n;
		return s->v[s->n - 1].result;
	}
	s->last = 0;
	s->lost++;
	return step->result;
}

static struct mmx_term given(struct mmx_steps *s, struct mmx_term v, const char *what,
			     const char *fmt, va_list args)
{
	struct mmx_step step = {.operation = MMX_OP_GIVEN, .result = v};

	vsnprintf(step.source, sizeof(step.source), fmt, args);
	return tell(s, what, &step);
}

struct mmx_term mmx_step_given(struct mmx_steps *s, uint64_t v, const char *what,
			       const char *source, ...)
{
	struct mmx_term term = mmx_plain(v);
	va_list args;

	if (!s)
		return term;
	va_start(args, source);
	term = given(s, term, what, source, args);
	va_end(args);
	return term;
}

struct mmx_term mmx_step_given_term(struct mmx_steps *s, struct mmx_term v, const char *what,
				    const char *source, ...)
{
	va_list args;

	if (!s)
		return v;
	va_start(args, source);
	v = given(s, v, what, source, args);
	va_end(args);
	return v;
}

struct mmx_term mmx_step_calc(struct mmx_steps *s, const char *what, struct mmx_term a,
			      enum mmx_operation operation, struct mmx_term b)
{
	struct mmx_step step = {.operation = operation,
				.n = 2,
				.operand = {a, b},
				.result = mmx_operate(a, operation, b)};

	return s ? tell(s, what, &step) : step.result;
}

struct mmx_term mmx_step_read(struct mmx_steps *s, const char *what, enum mmx_operation read,
			      struct mmx_term base, struct mmx_term offset, unsigned int bytes,
			      struct mmx_term v, const char *source)
{
	struct mmx_step step = {.operation = read,
				.n = 2,
				.bytes = (uint8_t)bytes,
				.operand = {base, offset},
				.result = v};

	if (!s)
		return v;
	snprintf(step.source, sizeof(step.source), "%s", source ? source : "");
	return tell(s, what, &step);
}

/*
 * Tests and checks.
 */

static struct mmx_term ask(struct mmx_steps *s, const char *what, struct mmx_step *step)
{
	struct mmx_term r = step->result;

	r.step = 0;
	if (!s)
		return r;
	if (step->is_check && !r.absent && !r.v)
		s->failed++;
	return tell(s, what, step);
}

static struct mmx_term ask_two(struct mmx_steps *s, const char *what, struct mmx_term a,
			       enum mmx_operation operation, struct mmx_term b, bool is_check)
{
	struct mmx_step step = {.operation = operation,
				.n = 2,
				.is_check = is_check,
				.operand = {a, b},
				.result = mmx_operate(a, operation, b)};

	return ask(s, what, &step);
}

static struct mmx_term ask_range(struct mmx_steps *s, const char *what, struct mmx_term a,
				 struct mmx_term start, struct mmx_term end, bool is_check)
{
	struct mmx_term from = mmx_operate(a, MMX_OP_FROM, start),
			below = mmx_operate(a, MMX_OP_BELOW, end);
	struct mmx_step step = {.operation = MMX_OP_IN,
				.n = 3,
				.is_check = is_check,
				.operand = {a, start, end},
				.result = mmx_operate(from, MMX_OP_AND, below)};

	return ask(s, what, &step);
}

bool mmx_step_test(struct mmx_steps *s, const char *what, struct mmx_term a,
		   enum mmx_operation operation, struct mmx_term b)
{
	struct mmx_term r = ask_two(s, what, a, operation, b, false);

	return !r.absent && r.v;
}

bool mmx_step_check(struct mmx_steps *s, const char *what, struct mmx_term a,
		    enum mmx_operation operation, struct mmx_term b)
{
	struct mmx_term r = ask_two(s, what, a, operation, b, true);

	return r.absent || r.v;
}

bool mmx_step_test_in(struct mmx_steps *s, const char *what, struct mmx_term a,
		      struct mmx_term start, struct mmx_term end)
{
	struct mmx_term r = ask_range(s, what, a, start, end, false);

	return !r.absent && r.v;
}

bool mmx_step_check_in(struct mmx_steps *s, const char *what, struct mmx_term a,
		       struct mmx_term start, struct mmx_term end)
{
	struct mmx_term r = ask_range(s, what, a, start, end, true);

	return r.absent || r.v;
}

void mmx_step_says(struct mmx_steps *s, struct mmx_term term, const char *fmt, ...)
{
	struct mmx_step *step;
	va_list args;

	if (!s || !term.step || term.step > s->n)
		return;
	step = &s->v[term.step - 1];
	va_start(args, fmt);
	vsnprintf(step->says, sizeof(step->says), fmt, args);
	va_end(args);
}

void mmx_steps_clear(struct mmx_steps *s)
{
	s->n = 0;
	s->failed = s->lost = 0;
	s->last = 0;
}

void mmx_steps_free(struct mmx_steps *s)
{
	mmx_array_free(s);
	mmx_steps_clear(s);
}
