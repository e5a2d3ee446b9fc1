// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The workload's main program for a kernel that is brought to complain about memory: what it can be asked to do
 * by itself, and three processes whose struct pages and page table are written over from outside while all of this
 * waits ("ready"). It says "done" once the kernel has reported all of it.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab.h"

#define BOX     "/sys/fs/cgroup/box"
#define BOX_MIB 16
#define WITNESS (64 * PAGE)
#define CROWD   (8UL << 20)

/*
 * A page of its own, and where it is. Behind it are others: when it is freed, it must not stay on a list of the
 * CPU, from where it would be handed out again by kernels that look at pages only as they leave those.
 */
static void hold_page(void *arg)
{
	char *page = map_anon(CROWD);

	madvise(page, CROWD, MADV_NOHUGEPAGE);
	fill(page, CROWD, 1);
	line_say("page %d 0x%lx 0x%llx %s", getpid(), (unsigned long)page,
		 (unsigned long long)pfn_of(page), (const char *)arg);
}

/* More than there is, until the kernel ends it. */
static void eat(void *arg)
{
	const char *box = arg;

	if (box) {
		mkdir(box, 0755);
		write_text("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
		write_text(BOX "/memory.max", "%d", BOX_MIB << 20);
		write_text(BOX "/cgroup.procs", "%d", getpid());
	} else {
		write_text("/proc/self/oom_score_adj", "500");
	}
	for (unsigned int i = 0;; i++) {
		char *piece = map_anon(HUGE_PAGE);

		if (piece == MAP_FAILED)
			sleep_for_ever();
		memset(piece, (int)i + 1, HUGE_PAGE);
	}
}

/* A memory error in a page that is in use. It is the child's, which is killed for it. */
static void poison(void *arg)
{
	char *area = map_anon(WITNESS);

	(void)arg;
	fill(area, WITNESS, 1);
	if (madvise(area, PAGE, MADV_HWPOISON))
		line_say("cannot poison");
}

static void run(const char *name, void (*what)(void *), void *arg)
{
	int status;
	pid_t pid = spawn(name, what, arg);

	line_say("process %s %d", name, pid);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

int main(void)
{
	static const char *const names[] = {"flagged", "counted", "mis mapped"};
	pid_t pids[3];

	machine_mount();
	line_open();
	machine_load_modules();
	line_say("booted");
	for (unsigned int i = 0; i < 3; i++)
		pids[i] = spawn(names[i], hold_page, (void *)names[i]);
	line_say("ready");
	line_wait();
	for (unsigned int i = 0; i < 3; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	run("eater, boxed", eat, BOX);
	run("eater", eat, NULL);
	run("poisoned", poison, NULL);
	write_text("/proc/sysrq-trigger", "m");
	sleep(1);
	line_say("done");
	line_wait();
	reboot(RB_POWER_OFF);
	sleep_for_ever();
}
