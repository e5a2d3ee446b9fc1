// SPDX-License-Identifier: GPL-2.0-or-later
/* Which lines smaps has in this kernel, by the kernel's own texts. */
#ifndef MMX_MM_SMAPS_LINES_H
#define MMX_MM_SMAPS_LINES_H

#include <stdbool.h>

#include "base/coverage.h"

struct mmx_view;

/**
 * struct mmx_smaps_lines - lines that not every release has, and the form of one that has changed
 * @ksm: KSM, since 6.7
 * @thp_narrow: THPeligible without a width, up to 6.6
 * @keys: ProtectionKey, where kernel and processor have them
 */
struct mmx_smaps_lines {
	struct mmx_coverage coverage;
	bool ksm, thp_narrow, keys;
};

/** mmx_smaps_lines_find() - look for them: mmx_know_smaps_lines() keeps them */
int mmx_smaps_lines_find(struct mmx_smaps_lines *lines, struct mmx_view *view, struct mmx_err *err);
void mmx_smaps_lines_free(struct mmx_smaps_lines *lines);

#endif
