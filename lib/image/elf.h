// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ELF cores of a whole machine: dumps by kdump, QEMU and libvirt, and the running kernel's own
 * /proc/kcore. Their program headers are all there is to know, so they are read here and not by
 * libkdumpfile, which rounds segments to whole pages, fills what is missing in them with zeros,
 * and does not notice when the file is shorter than its headers say: docs/libkdumpfile.md.
 */
#ifndef MMX_IMAGE_ELF_H
#define MMX_IMAGE_ELF_H

#include "image/image.h"

/** mmx_elf_wanted() - whether a file begins as a 64-bit x86_64 ELF file with program headers */
bool mmx_elf_wanted(int fd);

/**
 * mmx_elf_open() - open an ELF core
 * @fd: the image's from here on, whatever comes of it
 * @path: for messages
 * @live: a running kernel's memory: sizes are the kernel's word, not the file's
 */
struct mmx_image *mmx_elf_open(int fd, const char *path, bool live, struct mmx_err *err);

#endif
