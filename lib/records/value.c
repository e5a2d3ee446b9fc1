// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>

#include "records/value.h"

void mmx_value_textf(struct mmx_value *v, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(v->scratch->text, sizeof(v->scratch->text), fmt, ap);
	va_end(ap);
	v->text = v->scratch->text;
}
