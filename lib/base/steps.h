// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Steps: how a number follows from others, told by the code that works it out. A value in such code is a
 * struct mmx_term, a number that knows the step which it came from; what calculates with terms tells the steps
 * when it is given where to, and is nothing but the arithmetic when that is NULL:
 *
 *	struct mmx_term base = mmx_step_given(s, v->base, "vmemmap", "symbol %s", "vmemmap_base"),
 *			bytes = mmx_step_calc(s, "bytes into the array", page, MMX_OP_MINUS, base),
 *			size = mmx_step_given(s, v->page_size, "sizeof(struct page)", "VMCOREINFO"),
 *			pfn = mmx_step_calc(s, "PFN", bytes, MMX_OP_DIVIDE, size);
 *
 *	mmx_step_check(s, "as found", pfn, MMX_OP_EQUAL, found);
 *	return pfn.v;
 *
 * So there is one function for the answer and for how it follows. Where an answer comes from code that must stay
 * bare, since it runs for every page, the steps end with a check against it, and a check that does not hold is a
 * finding.
 *
 * What was told before, with the same words, is not told again: it is the same step.
 *
 * A term may have no value: what it rests on could not be read. Then nothing that rests on it has one, and a
 * check of it neither holds nor fails.
 */
#ifndef MMX_BASE_STEPS_H
#define MMX_BASE_STEPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"

/* OPERATION(entry, "word", "sign") */
#define MMX_OPERATIONS(OPERATION)                                                   \
	OPERATION(GIVEN, "given", "") /* a value with a source */                   \
	OPERATION(READ, "read", "+")  /* from memory, at the sum of its operands */ \
	OPERATION(READ_PHYS, "read-physical", "+")                                  \
	OPERATION(PLUS, "plus", "+")                                                \
	OPERATION(MINUS, "minus", "-")                                              \
	OPERATION(TIMES, "times", "*")                                              \
	OPERATION(DIVIDE, "divide", "/") /* the whole part, towards 0 */            \
	OPERATION(REST, "rest", "%")     /* and what is left */                     \
	OPERATION(LEFT, "left", "<<")                                               \
	OPERATION(RIGHT, "right", ">>")                                             \
	OPERATION(AND, "and", "&")                                                  \
	OPERATION(OR, "or", "|")                                                    \
	OPERATION(XOR, "xor", "^")                                                  \
	OPERATION(LEAST, "min", "min")                                              \
	OPERATION(MOST, "max", "max")                                               \
	/* From here on results are 0 and 1. */                                     \
	OPERATION(EQUAL, "equal", "==")                                             \
	OPERATION(UNEQUAL, "unequal", "!=")                                         \
	OPERATION(BELOW, "below", "<")                                              \
	OPERATION(UP_TO, "up-to", "<=")                                             \
	OPERATION(ABOVE, "above", ">")                                              \
	OPERATION(FROM, "from", ">=")                                               \
	OPERATION(IN, "in", "in") /* the first from the second on, and below the third */

#define ENTRY(id, word, sign) MMX_OP_##id,
enum mmx_operation { MMX_OPERATIONS(ENTRY) MMX_OP_COUNT };
#undef ENTRY

const char *mmx_operation_word(unsigned int operation);
const char *mmx_operation_sign(enum mmx_operation operation);

/**
 * struct mmx_term - a value in a calculation
 * @v: the value; of one that may be negative in two's complement of 64 bits
 * @step: the number of the step that it came from, from 1 on; 0: it was told of none
 * @absent: it has no value, and why: an enum mmx_read
 * @is_signed: it may be negative
 */
struct mmx_term {
	uint64_t v;
	uint16_t step;
	uint8_t absent;
	bool is_signed;
};

#define MMX_OPERANDS_MAX 3

/* Room for the name of a value. */
#define MMX_STEP_WHAT 48

/* In place of an enum mmx_read: there is none, as of a division by 0 or a symbol that a kernel has not. */
#define MMX_NO_RESULT 0xff

/**
 * struct mmx_step - a step
 * @operation, @operand, @n: what was done to what
 * @bytes: that were read, or that a value which is negative has; 0: 8
 * @is_check: it must hold, and @operation is one of those that give 0 or 1
 * @result: what came of it
 * @what: what that is, in some words
 * @source: of a value that is given, or the offset of what was read, where it is from
 * @says: what the result stands for, in words, or empty
 */
struct mmx_step {
	enum mmx_operation operation;
	uint8_t n, bytes;
	bool is_check;
	struct mmx_term operand[MMX_OPERANDS_MAX];
	struct mmx_term result;
	char what[MMX_STEP_WHAT];
	char source[80];
	char says[112];
};

/* Steps of one derivation; what is behind them is lost, and counted. */
#define MMX_STEPS_MAX 4096

/**
 * struct mmx_steps - a derivation
 * @failed: checks that did not hold; @lost: steps that are not there
 * @last: the number of the step that was told last, which may be one that was told before
 */
struct mmx_steps {
	MMX_ARRAY(struct mmx_step);
	unsigned int failed, lost;
	uint16_t last;
};

/** mmx_plain() - a term that no step has told of */
static inline struct mmx_term mmx_plain(uint64_t v)
{
	return (struct mmx_term){.v = v};
}

/** mmx_operate() - the bare arithmetic; what has no result, as a division by 0, is absent */
struct mmx_term mmx_operate(struct mmx_term a, enum mmx_operation operation, struct mmx_term b);

/** mmx_step_given() - a value that is not calculated, with its source, as "symbol vmemmap_base" */
struct mmx_term mmx_step_given(struct mmx_steps *s, uint64_t v, const char *what,
			       const char *source, ...) __attribute__((format(printf, 4, 5)));

/** mmx_step_given_term() - the same of a value that may be negative, or absent, as @v has it */
struct mmx_term mmx_step_given_term(struct mmx_steps *s, struct mmx_term v, const char *what,
				    const char *source, ...) __attribute__((format(printf, 4, 5)));

/** mmx_step_calc() - a operation b */
struct mmx_term mmx_step_calc(struct mmx_steps *s, const char *what, struct mmx_term a,
			      enum mmx_operation operation, struct mmx_term b);

/**
 * mmx_step_read() - that @bytes were read at @base + @offset, by a virtual or physical address
 * @v: the value, or why it is absent
 * @source: of an @offset that is a constant, or NULL
 */
struct mmx_term mmx_step_read(struct mmx_steps *s, const char *what, enum mmx_operation read,
			      struct mmx_term base, struct mmx_term offset, unsigned int bytes,
			      struct mmx_term v, const char *source);

/** mmx_step_test() - whether a comparison comes out: one that decides something; false of what is absent */
bool mmx_step_test(struct mmx_steps *s, const char *what, struct mmx_term a,
		   enum mmx_operation operation, struct mmx_term b);

/** mmx_step_check() - the same of one that must come out; true of what is absent */
bool mmx_step_check(struct mmx_steps *s, const char *what, struct mmx_term a,
		    enum mmx_operation operation, struct mmx_term b);

/** mmx_step_test_in() and mmx_step_check_in() - the same of start <= a < end */
bool mmx_step_test_in(struct mmx_steps *s, const char *what, struct mmx_term a,
		      struct mmx_term start, struct mmx_term end);
bool mmx_step_check_in(struct mmx_steps *s, const char *what, struct mmx_term a,
		       struct mmx_term start, struct mmx_term end);

/** mmx_step_says() - what a term stands for: "Normal" */
void mmx_step_says(struct mmx_steps *s, struct mmx_term term, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** mmx_steps_last() - what was told last, for mmx_step_says() of a test; 0 without any */
static inline struct mmx_term mmx_steps_last(const struct mmx_steps *s)
{
	return s && s->last ? s->v[s->last - 1].result : (struct mmx_term){0};
}

/** mmx_steps_clear() - begin another one in the same place */
void mmx_steps_clear(struct mmx_steps *s);
void mmx_steps_free(struct mmx_steps *s);

#endif
