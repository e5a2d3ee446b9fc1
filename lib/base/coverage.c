// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdlib.h>

#include "base/coverage.h"

/* How bad a reason is: what is broken says more than what is missing. */
static unsigned int badness(enum mmx_code code)
{
	switch (code) {
	case MMX_OK:
		return 0;
	case MMX_EABSENT:
		return 2;
	case MMX_ECORRUPT:
		return 3;
	case MMX_ENOMEM: /* and what was found says nothing about the dump */
		return 4;
	default:
		return 1;
	}
}

static void keep_first(struct mmx_coverage *c, const struct mmx_err *why)
{
	if (badness(why->code) > badness(c->first.code))
		c->first = *why;
}

void mmx_cover_fail(struct mmx_coverage *c, const struct mmx_err *why)
{
	switch (why->code) {
	case MMX_OK:
		return;
	case MMX_ECORRUPT:
		c->broken++;
		mmx_marks_add(&c->marks, mmx_mark_of(why->text));
		break;
	case MMX_EABSENT:
		c->absent++;
		break;
	default:
		c->unknown++;
	}
	keep_first(c, why);
}

int mmx_cover_failf(struct mmx_coverage *c, enum mmx_code code, const char *fmt, ...)
{
	struct mmx_err err;
	va_list args;

	va_start(args, fmt);
	mmx_vfail(&err, code, fmt, args);
	va_end(args);
	mmx_cover_fail(c, &err);
	return -1;
}

void mmx_cover_inherit(struct mmx_coverage *c, const struct mmx_coverage *part)
{
	c->broken += part->broken;
	c->absent += part->absent;
	c->unknown += part->unknown;
	mmx_marks_add_all(&c->marks, &part->marks);
	keep_first(c, &part->first);
}

/* Without memory for one more the element still is not whole: it gets the reason before. */
uint32_t mmx_reason_add(struct mmx_reasons *r, const struct mmx_err *why)
{
	if (!why->code)
		return 0;
	if (r->n < MMX_REASONS_MAX)
		(void)mmx_array_add(r, *why);
	else if (r->n == MMX_REASONS_MAX && mmx_array_grow(r, 1))
		mmx_fail(&r->v[r->n++], why->code, "something is wrong with more than %u of them",
			 MMX_REASONS_MAX);
	return r->n;
}

void mmx_reasons_free(struct mmx_reasons *r)
{
	mmx_array_free(r);
}
