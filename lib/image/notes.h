// SPDX-License-Identifier: GPL-2.0-or-later
/* ELF notes, which a dump carries whatever its format. */
#ifndef MMX_IMAGE_NOTES_H
#define MMX_IMAGE_NOTES_H

#include "image/image.h"

/* Notes of thousands of CPUs fit; VMCOREINFO itself is a page or two. */
#define MMX_MAX_NOTES (64u << 20)

/**
 * mmx_notes_read() - take VMCOREINFO and registers from notes in a file, what the image has not already
 * What is not there, or is damaged, leaves the image without. Returns false without memory.
 */
bool mmx_notes_read(struct mmx_image *image, int fd, uint64_t offset, uint64_t size);

/** mmx_vmcoreinfo_keep() - the same for bare text */
bool mmx_vmcoreinfo_keep(struct mmx_image *image, const void *text, size_t size);

#endif
