// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pager.h"

/* It ends by itself where all fits on the screen, shows colours, and leaves on the screen what it showed. */
#define LESS "LESS=${LESS-FRX} less"

static bool is_in_path(const char *program)
{
	const char *path = getenv("PATH");
	char file[4096];

	for (; path && *path; path += strspn(path, ":")) {
		int len = strcspn(path, ":");

		snprintf(file, sizeof(file), "%.*s/%s", len, path, program);
		if (!access(file, X_OK))
			return true;
		path += len;
	}
	return false;
}

const char *pager_find(void)
{
	const char *pager = getenv("MMX_PAGER");

	if (!pager)
		pager = getenv("PAGER");
	if (!pager || !strcmp(pager, "less"))
		pager = is_in_path("less") ? LESS : "";
	return *pager && strcmp(pager, "cat") != 0 ? pager : NULL;
}
