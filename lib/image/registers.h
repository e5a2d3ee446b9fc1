// SPDX-License-Identifier: GPL-2.0-or-later
/* Registers of CPUs out of a dump's notes, for whoever reads its memory by other means than mmx's own. */
#ifndef MMX_IMAGE_REGISTERS_H
#define MMX_IMAGE_REGISTERS_H

#include "image/image.h"

/** mmx_registers_find() - fill image->registers from a dump; what cannot be read, a flattened one for one, leaves it as it is */
void mmx_registers_find(struct mmx_image *image, int fd, const char *path);

#endif
