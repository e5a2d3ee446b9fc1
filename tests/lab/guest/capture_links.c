// SPDX-License-Identifier: GPL-2.0-or-later
/* Where a process's links lead, as init sees it: program, folder, root, open files. */
#define _GNU_SOURCE
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lab.h"

#define TEXT_BYTES (64UL << 10)

static char text[TEXT_BYTES];
static size_t text_len;

/* NAME and target, each ended by a zero, as a target may have any other byte. */
static void add_link(int pid, const char *folder, const char *name)
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s%s", pid, folder, name);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return;
	target[n] = 0;
	if (text_len + strlen(folder) + strlen(name) + n + 2 > sizeof(text))
		return;
	text_len += sprintf(text + text_len, "%s%s", folder, name) + 1;
	memcpy(text + text_len, target, n + 1);
	text_len += n + 1;
}

/** capture_links - PID/links */
void capture_links(int pid)
{
	static const char *const single[] = {"exe", "cwd", "root"};
	struct dirent *entry;
	char path[64];
	DIR *dir;

	text_len = 0;
	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		add_link(pid, "", single[i]);
	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			add_link(pid, "fd/", entry->d_name);
	if (dir)
		closedir(dir);
	snprintf(path, sizeof(path), "%d/links", pid);
	capture_add(path, text, text_len);
}
