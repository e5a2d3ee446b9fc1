// SPDX-License-Identifier: GPL-2.0-or-later
/* Showing records: the one place where fields become calls of a rendering. */
#ifndef MMX_RENDER_SHOW_H
#define MMX_RENDER_SHOW_H

#include "records/record.h"
#include "render/out.h"

/**
 * mmx_show() - a document, as far as it is asked for
 * Returns -1 when it cannot be begun. What was found wanting is in the coverage of @ask.
 */
int mmx_show(struct mmx_out *o, const struct mmx_record *document, const struct mmx_ask *ask,
	     struct mmx_err *err);

#endif
