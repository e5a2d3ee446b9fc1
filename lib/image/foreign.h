/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that people take for dumps. */
#ifndef MMX_IMAGE_FOREIGN_H
#define MMX_IMAGE_FOREIGN_H

#include "base/err.h"

/** mmx_foreign_refuse() - -1, what the file is and what to do with it, when it is known to be no dump of an x86_64 kernel */
int mmx_foreign_refuse(int fd, const char *path, struct mmx_err *err);

#endif
