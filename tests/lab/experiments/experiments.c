// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Experiments: one thing done to memory at a time, with a dump before and after it. Each is a process of its own,
 * which is there from the start, has prepared what it can, and sleeps until its turn: so that a dump differs from
 * the one before by what was done, and as little else as a running kernel lets one have.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lab.h"

/* An experiment waits here for its turns, the first of which only shows that it is ready. */
static int turn[2], done[2];

static void be_done(void)
{
	char c = 0;

	if (write(done[1], &c, 1) != 1)
		_exit(1);
}

static void wait_for_turn(void)
{
	char c;

	be_done();
	if (read(turn[0], &c, 1) != 1)
		_exit(1);
}

/* Two huge pages, by writing to 4 MiB that may have them. */
static void huge_page(void)
{
	char *area = map_aligned(2 * HUGE_PAGE, HUGE_PAGE);

	madvise(area, 2 * HUGE_PAGE, MADV_HUGEPAGE);
	wait_for_turn();
	for (size_t at = 0; at < 2 * HUGE_PAGE; at += PAGE)
		area[at] = 1;
}

/* A child is forked, which sleeps; then it writes to one of the 16 pages that it shares with its parent. */
static void fork_and_copy(void)
{
	char *area = map_anon(16 * PAGE);

	madvise(area, 16 * PAGE, MADV_NOHUGEPAGE);
	fill(area, 16 * PAGE, 1);
	wait_for_turn();
	if (fork())
		sleep_for_ever();
	prctl(PR_SET_NAME, "child");
	wait_for_turn();
	area[0] = 2;
}

/* 20 messages to a queue that nobody reads. */
static void slab_cache(void)
{
	struct {
		long type;
		char text[200];
	} message = {.type = 1};
	int queue = msgget(IPC_PRIVATE, 0600);

	wait_for_turn();
	for (int i = 0; i < 20; i++)
		msgsnd(queue, &message, sizeof(message.text), 0);
}

static int bpf_array(unsigned int value_size)
{
	union bpf_attr attr = {.map_type = BPF_MAP_TYPE_ARRAY,
			       .key_size = 4,
			       .value_size = value_size,
			       .max_entries = 1};

	return (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
}

/* Ten small arrays of BPF, which the kernel has from kmalloc, and a large one, which it has from vmalloc. */
static void kmalloc_vmalloc(void)
{
	wait_for_turn();
	for (int i = 0; i < 10; i++)
		bpf_array(3000);
	bpf_array(1 << 20);
}

#define SHARED TMPFS_DIR "/shared"
#define PAGES  64
#define MANY   10

/* A file of 64 pages that is cached already is mapped by ten processes, each of which reads all of it. */
static void file_mapped(void)
{
	char *area = map_file(SHARED, 0, PAGES * PAGE, PROT_READ, MAP_SHARED);

	wait_for_turn();
	touch(area, PAGES * PAGE);
}

/* A server that keeps what it should close: 50 pairs of sockets, with a page of data in each that nobody reads. */
static void leak(void)
{
	static char data[PAGE];
	int pair[2];

	wait_for_turn();
	for (int i = 0; i < 50; i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) ||
		    write(pair[0], data, sizeof(data)) != sizeof(data))
			_exit(1);
	}
}

/* In this order; @turns: how often each goes on, with a dump behind each. */
static const struct {
	const char *name;
	void (*run)(void);
	int processes, turns;
} experiments[] = {
	{"huge_page", huge_page, 1, 1},        {"fork_copy", fork_and_copy, 1, 2},
	{"slab_cache", slab_cache, 1, 1},      {"kmalloc_vmalloc", kmalloc_vmalloc, 1, 1},
	{"file_mapped", file_mapped, MANY, 1}, {"leak", leak, 1, 1},
};

#define EXPERIMENTS (sizeof(experiments) / sizeof(experiments[0]))

static int turns[EXPERIMENTS][2], dones[EXPERIMENTS][2];

static void wait_for(size_t i, int n)
{
	char c;

	for (; n; n--) {
		if (read(dones[i][0], &c, 1) != 1)
			line_say("failed %s", experiments[i].name);
	}
}

/* A pipe has a page from the first time on that something is written to it. */
static int used_pipe(int ends[2])
{
	char c = 0;

	return pipe(ends) || write(ends[1], &c, 1) != 1 || read(ends[0], &c, 1) != 1;
}

static void start(size_t i)
{
	if (used_pipe(turns[i]) || used_pipe(dones[i])) {
		line_say("failed: no pipe");
		sleep_for_ever();
	}
	memcpy(turn, turns[i], sizeof(turn));
	memcpy(done, dones[i], sizeof(done));
	for (int n = 0; n < experiments[i].processes; n++) {
		if (fork())
			continue;
		prctl(PR_SET_NAME, experiments[i].name);
		experiments[i].run();
		be_done();
		sleep_for_ever();
	}
	wait_for(i, experiments[i].processes);
}

/* What was set in motion comes to rest before a dump is taken. */
static void dump(int *nth)
{
	sleep(2);
	line_say("dump %d", (*nth)++);
	line_wait();
}

int main(void)
{
	int nth = 0;

	machine_mount();
	line_open();
	machine_load_modules();
	line_say("booted");
	close(make_file(SHARED, PAGES));
	for (size_t i = 0; i < EXPERIMENTS; i++)
		start(i);
	dump(&nth);
	for (size_t i = 0; i < EXPERIMENTS; i++) {
		for (int n = 0; n < experiments[i].turns; n++) {
			char go[MANY] = {0};

			if (write(turns[i][1], go, experiments[i].processes) < 1)
				line_say("failed: no turn");
			wait_for(i, experiments[i].processes);
			line_say("done %s", experiments[i].name);
			dump(&nth);
		}
	}
	line_say("end");
	reboot(RB_POWER_OFF);
	sleep_for_ever();
}
