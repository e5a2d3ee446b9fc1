/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MMX_READER_PAGER_H
#define MMX_READER_PAGER_H

/** pager_find() - a line for the shell: $MMX_PAGER, else $PAGER, else less if there is one; NULL when none is wanted */
const char *pager_find(void);

#endif
