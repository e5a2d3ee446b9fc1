// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Saved answers of any bytes: as JSON and as a text of /proc. What comes of them is compared with itself, which must
 * be nothing, and what of the JSON parser refuses must leave nothing behind.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/saved.h"
#include "mm/moments/changes.h"

static bool take(struct mmx_moment *moment, enum mmx_saved_kind kind, const uint8_t *data,
		 size_t size)
{
	struct mmx_saved saved = {.kind = kind, .v = malloc(size + 1), .n = size};
	struct mmx_err err;
	bool taken;

	memset(moment, 0, sizeof(*moment));
	memcpy(saved.v, data, size);
	taken = !mmx_saved_values(&saved, moment, MMX_SUBJECT_VALUES, &err);
	if (!taken && !err.code)
		abort();
	mmx_saved_free(&saved);
	return taken;
}

static void compare(enum mmx_saved_kind kind, const uint8_t *data, size_t size)
{
	static struct mmx_changes changes;
	static struct mmx_moment a, b;
	char left_out[64] = "";
	struct mmx_err err;

	if (take(&a, kind, data, size) && take(&b, kind, data, size)) {
		if (kind == MMX_SAVED_JSON)
			mmx_saved_leave_out(&a, &b, MMX_SUBJECT_VALUES, left_out, sizeof(left_out));
		if (*left_out || mmx_changes_find(&changes, &a, &b, &err) ||
		    mmx_changes_any(&changes))
			abort();
		mmx_changes_free(&changes);
		mmx_moment_free(&b);
	}
	mmx_moment_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	compare(MMX_SAVED_JSON, data, size);
	/* No text has a NUL: that is how one is known. */
	if (!memchr(data, 0, size))
		compare(MMX_SAVED_TEXT, data, size);
	return 0;
}
