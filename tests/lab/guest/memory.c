// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that the kernel has and does not use: taken offline, or given back to the host. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab.h"

#define BLOCKS        "/sys/devices/system/memory/"
#define HIGHEST_BLOCK 64
#define PATIENCE_MS   10000

static unsigned long block_bytes(void)
{
	char text[32] = "";
	FILE *file = fopen(BLOCKS "block_size_bytes", "re");

	if (!file || fscanf(file, "%31s", text) != 1)
		give_up("the kernel has no memory blocks");
	fclose(file);
	return strtoul(text, NULL, 16);
}

/* The highest block that the kernel lets go of; it does so only while nothing immovable is in it. */
static void offline(void)
{
	unsigned long bytes = block_bytes();
	char path[128];

	if (!command_line_number("mmx.offline"))
		give_up("not in this variant");
	for (int block = HIGHEST_BLOCK; block >= 0; block--) {
		snprintf(path, sizeof(path), BLOCKS "memory%d/state", block);
		if (access(path, W_OK) || write_text(path, "offline"))
			continue;
		made("offline_memory", NULL, 0, ",\"first_pfn\":\"0x%lx\",\"frames\":%lu",
		     block * (bytes / PAGE), bytes / PAGE);
		return;
	}
	give_up("the kernel let go of no memory block");
}

static void balloon(void)
{
	long pages = command_line_number("mmx.balloon") * (1 << 20) / PAGE;

	if (!pages)
		give_up("not in this variant");
	for (int ms = 0; ms < PATIENCE_MS && vmstat_value("balloon_inflate") < pages; ms += 50)
		usleep(50000);
	if (vmstat_value("balloon_inflate") < pages)
		give_up("the balloon has %ld pages of %ld", vmstat_value("balloon_inflate"), pages);
	made("balloon", NULL, 0, ",\"frames\":%ld", pages);
}

const struct situation memory_family[] = {
	{"offline_memory", offline, "offline_memory"},
	{"balloon", balloon, "balloon"},
	{0},
};
