// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Libraries that few dumps need are loaded when one does: to load libkdumpfile, snappy and what they bring
 * takes longer than to look through a kernel's symbols.
 */
#ifndef MMX_IMAGE_LIBRARY_H
#define MMX_IMAGE_LIBRARY_H

#include "base/err.h"

/* Names of the libraries whose headers mmx was built with; the Makefile knows them. */
#ifndef MMX_LIBKDUMPFILE
#define MMX_LIBKDUMPFILE "libkdumpfile.so"
#endif
#ifndef MMX_LIBSNAPPY
#define MMX_LIBSNAPPY "libsnappy.so"
#endif

/**
 * mmx_library_bind() - find functions of a library, and load it for that; it stays
 * @names: of the functions, the last one NULL
 * @functions: where their addresses go
 * Returns 0, or -1 and @err when there is no such library, or it lacks one.
 */
int mmx_library_bind(const char *library, const char *const *names, void **functions,
		     struct mmx_err *err);

#endif
