/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What mmx says of itself; a command's help is the library's. */
#ifndef MMX_READER_HELP_H
#define MMX_READER_HELP_H

#include <stdio.h>

#include "cmd/cmd.h"

/** help_usage() - the synopsis and the options */
void help_usage(FILE *f);

/** help_main() - "mmx help ..."; @argv begins with "help" */
enum mmx_exit help_main(int argc, char **argv);

/** help_session() - "help" within a session */
void help_session(const struct mmx_sink *sink);

#endif
