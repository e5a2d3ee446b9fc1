// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>

#include "history.h"

#define LINES 1000

static char *file;

/* The specification of XDG wants relative paths ignored. A home that is not there is not made. */
static char *file_name(size_t *there)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char *name = NULL;
	int n = -1;

	*there = 0;
	if (state && *state == '/') {
		n = asprintf(&name, "%s/mmx/history", state);
	} else if (home && *home == '/') {
		n = asprintf(&name, "%s/.local/state/mmx/history", home);
		*there = strlen(home);
	}
	return n < 0 ? NULL : name;
}

static void make_folders(char *name, size_t there)
{
	for (char *slash = strchr(name + there + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		mkdir(name, 0700);
		*slash = '/';
	}
}

void history_begin(void)
{
	size_t there;
	int fd;

	using_history();
	stifle_history(LINES);
	file = file_name(&there);
	if (!file)
		return;
	make_folders(file, there);
	fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	if (fd < 0) {
		history_end();
		return;
	}
	close(fd);
	history_truncate_file(file, LINES);
	read_history(file);
}

void history_note(const char *line)
{
	HIST_ENTRY *last = history_length ? history_get(history_base + history_length - 1) : NULL;

	if (last && !strcmp(last->line, line))
		return;
	add_history(line);
	if (file)
		append_history(1, file);
}

void history_end(void)
{
	free(file);
	file = NULL;
}
