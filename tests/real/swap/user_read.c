// SPDX-License-Identifier: GPL-2.0-or-later
/* ask CORE user_read < PID ADDRESS LEN...        bytes of each: PID, address, and they in hex or why not */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"
#include "mm/processes/task.h"
#include "mm/swap/user_read.h"

#define LEN_MAX 65536

static void print_bytes(const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		printf("%02x", bytes[i]);
}

static int user_read(const struct mmx_kernel *k)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(k->view);
	static unsigned char bytes[LEN_MAX];
	uint64_t address, len;
	int32_t pid;

	while (scanf("%" SCNd32 " %" SCNx64 " %" SCNu64, &pid, &address, &len) == 3) {
		const struct mmx_task *t = mmx_task_find(tasks, pid);
		struct mmx_err err;

		printf("%d\t%" PRIx64 "\t", pid, address);
		if (!t || len > LEN_MAX)
			printf("no such process, or too much");
		else if (mmx_user_read(k->view, mmx_task_mm(tasks, t), address, bytes, len, &err))
			ask_text(err.text);
		else
			print_bytes(bytes, len);
		putchar('\n');
	}
	return 0;
}

ASK(user_read);
