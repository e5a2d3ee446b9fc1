// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Churn: processes that take memory of all sorts and give it back, over and over. What they have at a time is
 * bounded, and the test knows by how much: CHURN_PAGES in tests/live/run.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest_churn.h"
#include "lab.h"

#define AREA     (2UL << 20)
#define FILE_LEN (256UL << 10)
#define REST_US  30000

static char contents[FILE_LEN];

static void anonymous(void)
{
	char *area = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (size_t at = 0; area != MAP_FAILED && at < AREA; at += PAGE)
		area[at] = 1;
	if (area != MAP_FAILED)
		munmap(area, AREA);
}

static void file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char *map;

	if (fd < 0)
		return;
	if (write(fd, contents, sizeof(contents)) > 0) {
		map = mmap(NULL, FILE_LEN, PROT_READ, MAP_SHARED, fd, 0);
		if (map != MAP_FAILED) {
			touch(map, FILE_LEN);
			munmap(map, FILE_LEN);
		}
	}
	close(fd);
	unlink(path);
}

/* A process of its own, with a thread's stack, page tables, and copies of what it writes to. */
static void process(void)
{
	pid_t pid = fork();

	if (!pid) {
		anonymous();
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static void pipes(void)
{
	int ends[2];

	if (pipe(ends))
		return;
	if (write(ends[1], contents, 8 * PAGE) < 0)
		line_say("a pipe takes nothing");
	close(ends[0]);
	close(ends[1]);
}

static void churn(const char *name)
{
	char tmpfs[64], ext4[64];

	snprintf(tmpfs, sizeof(tmpfs), TMPFS_DIR "/%s", name);
	snprintf(ext4, sizeof(ext4), EXT4_DIR "/%s", name);
	for (;;) {
		anonymous();
		file(tmpfs);
		process();
		file(ext4);
		pipes();
		usleep(REST_US);
	}
}

#define CHURNERS 2

static pid_t churner[CHURNERS];

void churn_begin(void)
{
	for (int i = 0; i < CHURNERS; i++) {
		churner[i] = fork();
		if (churner[i])
			continue;
		setpgid(0, 0);
		churn(i ? "churn1" : "churn0");
	}
}

void churn_end(void)
{
	for (int i = 0; i < CHURNERS; i++) {
		kill(-churner[i], SIGKILL);
		waitpid(churner[i], NULL, 0);
	}
}
