// SPDX-License-Identifier: GPL-2.0-or-later
/* Cells of a map in colour: each letter on a ground of its colour, or two cells in one place, one above the other. */
#ifndef MMX_RENDER_CELLS_H
#define MMX_RENDER_CELLS_H

#include "render/out.h"

/**
 * mmx_put_cells() - letters, each in its colour
 * @halves: the second half of them lies below the first one, and is drawn there with half blocks
 */
void mmx_put_cells(struct mmx_out *o, const char *letters, bool halves);

#endif
