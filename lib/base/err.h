// SPDX-License-Identifier: GPL-2.0-or-later
/* Errors: a code that programs test and a sentence that people read. */
#ifndef MMX_BASE_ERR_H
#define MMX_BASE_ERR_H

#include <stdarg.h>

enum mmx_code {
	MMX_OK = 0,
	MMX_ENOTDUMP,  /* the file is no dump that mmx can read */
	MMX_ETRUNC,    /* the file ends before its contents do */
	MMX_EARCH,     /* a dump of an architecture that mmx does not know */
	MMX_EPERM,     /* the system refuses access */
	MMX_EIO,       /* the system failed to read */
	MMX_ENOMEM,    /* no memory, or more of it wanted than is sane */
	MMX_ECORRUPT,  /* the dump contradicts itself */
	MMX_EABSENT,   /* what is wanted is excluded from the dump or unreadable */
	MMX_EMISSING,  /* a fact, symbol or member that is required was not found */
	MMX_EUSAGE,    /* the caller asked for something that makes no sense */
	MMX_ENOTFOUND, /* a name or address that nothing answers to */
};

/**
 * struct mmx_err - why a call failed
 * @code: what kind of failure
 * @text: one line without a full stop or newline at its end, of printable characters
 */
struct mmx_err {
	enum mmx_code code;
	char text[400];
};

/**
 * mmx_fail() - fill an error and return -1, so that "return mmx_fail(...)" reads well
 * @err: may be NULL, then only the -1 is left
 */
int mmx_fail(struct mmx_err *err, enum mmx_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** mmx_vfail() - the same with the arguments in a list */
int mmx_vfail(struct mmx_err *err, enum mmx_code code, const char *fmt, va_list args)
	__attribute__((format(printf, 3, 0)));

/** mmx_fail_prefix() - put "what was being done: " before an error's text; returns -1 */
int mmx_fail_prefix(struct mmx_err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** mmx_fail_nomem() - the error for a failed allocation; returns -1 */
int mmx_fail_nomem(struct mmx_err *err);

#endif
