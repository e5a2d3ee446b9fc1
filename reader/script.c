// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interrupt.h"
#include "session.h"

enum mmx_exit script_run(struct session *s, FILE *file, const char *name)
{
	enum mmx_exit status = MMX_EXIT_OK;
	char *text = NULL;
	size_t size = 0;
	ssize_t len;

	pipes_survive();
	s->file = name;
	while (!s->quit && !s->deaf && (len = getline(&text, &size, file)) >= 0) {
		s->line++;
		if (strlen(text) != (size_t)len) {
			fprintf(stderr, "%s:%lu: mmx: a NUL is in this line\n", name, s->line);
			status = MMX_EXIT_CANNOT;
			continue;
		}
		status = mmx_worse(status, session_line(s, text));
	}
	if (ferror(file)) {
		fprintf(stderr, "mmx: %s: %s\n", name, strerror(errno));
		status = MMX_EXIT_CANNOT;
	}
	free(text);
	return status;
}
