// SPDX-License-Identifier: GPL-2.0-or-later
/* Where text goes, which the front ends know. */
#ifndef MMX_BASE_SINK_H
#define MMX_BASE_SINK_H

#include <stddef.h>

/** struct mmx_sink - where rendered text goes */
struct mmx_sink {
	void (*write)(void *arg, const char *text, size_t len);
	void *arg;
};

/** mmx_sink_put() - text of at most 4 KiB */
void mmx_sink_put(const struct mmx_sink *sink, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
