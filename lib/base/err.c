// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/printable.h"

int mmx_vfail(struct mmx_err *err, enum mmx_code code, const char *fmt, va_list args)
{
	if (!err)
		return -1;
	err->code = code;
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	mmx_make_printable(err->text);
	return -1;
}

int mmx_fail(struct mmx_err *err, enum mmx_code code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	mmx_vfail(err, code, fmt, args);
	va_end(args);
	return -1;
}

int mmx_fail_prefix(struct mmx_err *err, const char *fmt, ...)
{
	char text[sizeof(err->text)];
	va_list ap;
	size_t n;

	if (!err)
		return -1;
	memcpy(text, err->text, sizeof(text));
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	mmx_make_printable(err->text);
	n = strlen(err->text);
	snprintf(err->text + n, sizeof(err->text) - n, ": %s", text);
	return -1;
}

int mmx_fail_nomem(struct mmx_err *err)
{
	return mmx_fail(err, MMX_ENOMEM, "out of memory");
}
