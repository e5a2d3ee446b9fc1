/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MMX_READER_VERSION_H
#define MMX_READER_VERSION_H

/** version_print() - which mmx this is, and what it reads dumps with */
void version_print(void);

#endif
