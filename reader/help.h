/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What mmx says of itself; a command's help is the library's. */
#ifndef MMX_READER_HELP_H
#define MMX_READER_HELP_H

#include <stdio.h>

#include "cmd/cmd.h"

/** help_synopsis() - how mmx is called */
void help_synopsis(FILE *f);

/** help_first() - in five lines what to do, for who only knows the name */
void help_first(FILE *f);

/** help_near_option() - of an option that there is not, which one of those before the command may have been meant */
void help_near_option(struct mmx_suggest *near, const char *option);

/** help_no_command() - what is to be said of a word that is no command; @lists: what lists them */
void help_no_command(char *text, size_t size, const char *word, const char *lists);

/** help_main() - "mmx help ..."; @argv begins with "help" */
enum mmx_exit help_main(int argc, char **argv);

/** help_session() - "help" within a session */
void help_session(const struct mmx_sink *sink);

#endif
