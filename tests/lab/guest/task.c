// SPDX-License-Identifier: GPL-2.0-or-later
/* Processes of unusual shape: threads, shared address spaces, dead leaders, zombies, cgroups. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lab.h"

#define THREADS 3
#define AREA    (16 * PAGE)
#define CGROUP  "/sys/fs/cgroup"

static int thread_ids[THREADS];

static void *sleep_as_thread(void *arg)
{
	int *id = arg;

	prctl(PR_SET_NAME, "lab_thread");
	__atomic_store_n(id, syscall(SYS_gettid), __ATOMIC_RELEASE);
	sleep_for_ever();
}

static void start_threads(int count)
{
	pthread_t thread;

	for (int i = 0; i < count; i++)
		if (pthread_create(&thread, NULL, sleep_as_thread, &thread_ids[i]))
			give_up("pthread_create failed");
	for (int i = 0; i < count; i++)
		while (!__atomic_load_n(&thread_ids[i], __ATOMIC_ACQUIRE))
			usleep(1000);
}

static void several_threads(void)
{
	char *area = map_anon(AREA);

	fill(area, AREA, 1);
	start_threads(THREADS);
	made("threads", area, AREA, ",\"tids\":[%d,%d,%d,%d]", getpid(), thread_ids[0],
	     thread_ids[1], thread_ids[2]);
}

static int sleep_as_clone(void *arg)
{
	(void)arg;
	prctl(PR_SET_NAME, "clone_vm_c");
	sleep_for_ever();
}

static void one_address_space(void)
{
	char *stack = map_anon(AREA), *area = map_anon(AREA);
	pid_t other;

	fill(area, AREA, 1);
	other = clone(sleep_as_clone, stack + AREA, CLONE_VM | SIGCHLD, NULL);
	if (other < 0)
		give_up("clone: %s", strerror(errno));
	made("clone_vm", area, AREA, ",\"sharers\":[%d,%d]", getpid(), other);
}

static int hold_a_vfork(void *arg)
{
	pid_t me = getpid();

	prctl(PR_SET_NAME, "vfork_c");
	if (write(*(int *)arg, &me, sizeof(me)) != sizeof(me))
		_exit(1);
	sleep_for_ever();
}

/* The parent waits in the kernel until its child, which has the same memory, has ended: never. */
static void waiting_in_vfork(void)
{
	char *stack = map_anon(AREA), *area = map_anon(AREA);
	pid_t parent, child = 0;
	int ready[2];

	fill(area, AREA, 1);
	if (pipe(ready))
		give_up("pipe: %s", strerror(errno));
	parent = fork();
	if (!parent) {
		prctl(PR_SET_NAME, "vfork_parent");
		clone(hold_a_vfork, stack + AREA, CLONE_VM | CLONE_VFORK | SIGCHLD, &ready[1]);
		_exit(1);
	}
	if (read(ready[0], &child, sizeof(child)) != sizeof(child))
		give_up("vfork: %s", strerror(errno));
	made("vfork", area, AREA, ",\"parent\":%d,\"child\":%d", parent, child);
}

/* The process stays in the thread that is left; its leader is a zombie without an mm. */
static void *finish_without_leader(void *arg)
{
	int *me = arg;
	char *area = map_anon(AREA), pfns[512];

	prctl(PR_SET_NAME, "leaderless");
	fill(area, AREA, 1);
	usleep(200000);
	list_pfns(pfns, sizeof(pfns), area, AREA);
	made("leader_dead", area, AREA, ",\"tid\":%ld,\"pfns\":%s", (long)syscall(SYS_gettid),
	     pfns);
	close(*me);
	sleep_for_ever();
}

static void lose_leader(void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, finish_without_leader, arg))
		give_up("pthread_create failed");
	syscall(SYS_exit, 0);
}

static int inherited_fd(int writing)
{
	static int fd[2];

	if (!fd[1] && pipe(fd))
		give_up("pipe: %s", strerror(errno));
	return fd[writing];
}

static void run_leaderless(void)
{
	int reading = inherited_fd(0), writing = inherited_fd(1);
	pid_t pid = fork();
	char c;

	if (!pid) {
		close(reading);
		prctl(PR_SET_NAME, "leader_dead");
		lose_leader(&writing);
	}
	close(writing);
	while (read(reading, &c, 1) > 0)
		;
}

static void zombie(void)
{
	pid_t child = fork();

	if (!child)
		_exit(0);
	usleep(100000);
	made("zombie", NULL, 0, ",\"zombie\":%d", child);
}

static void make_cgroup(const char *name)
{
	char path[128];

	write_text(CGROUP "/cgroup.subtree_control", "+memory");
	mkdir(CGROUP "/lab", 0755);
	write_text(CGROUP "/lab/cgroup.subtree_control", "+memory");
	snprintf(path, sizeof(path), CGROUP "/lab/%s", name);
	if (mkdir(path, 0755) && errno != EEXIST)
		give_up("%s: %s", path, strerror(errno));
	snprintf(path, sizeof(path), CGROUP "/lab/%s/memory.current", name);
	if (access(path, R_OK))
		give_up("%s: %s", path, strerror(errno));
}

static void enter_cgroup(const char *name)
{
	char path[128];
	int err;

	snprintf(path, sizeof(path), CGROUP "/lab/%s/cgroup.procs", name);
	err = write_text(path, "%d", getpid());
	if (err)
		give_up("%s: %s", path, strerror(-err));
}

static void in_cgroup(void)
{
	char *area = map_anon(AREA);
	struct stat st = {0};

	make_cgroup("inner");
	enter_cgroup("inner");
	fill(area, AREA, 1);
	stat(CGROUP "/lab/inner", &st);
	made("cgroup", area, AREA, ",\"cgroup\":\"/lab/inner\",\"inode\":%lu",
	     (unsigned long)st.st_ino);
}

static void leave_file_behind(void *arg)
{
	enter_cgroup("gone");
	make_file(arg, 16);
	_exit(0);
}

/* A tmpfs file charged to a cgroup that is no more. */
static void cgroup_gone(void)
{
	static char path[] = TMPFS_DIR "/charged";
	char pfns[512], *area;

	make_cgroup("gone");
	spawn("cgroup_gone_c", leave_file_behind, path);
	usleep(200000);
	if (rmdir(CGROUP "/lab/gone"))
		give_up("rmdir: %s", strerror(errno));
	area = map_file(path, 0, AREA, PROT_READ, MAP_SHARED);
	touch(area, AREA);
	list_pfns(pfns, sizeof(pfns), area, AREA);
	made("cgroup_gone", area, AREA, ",\"path\":\"%s\",\"cgroup\":\"/lab/gone\",\"pfns\":%s",
	     path, pfns);
}

/* What its lists and counters had stays with a CPU that is gone, or moves to another: both are right. */
static void cpu_offline(void)
{
	int err;

	if (!command_line_number("mmx.cpu_offline"))
		give_up("not in this variant");
	err = write_text("/sys/devices/system/cpu/cpu1/online", "0");
	if (err)
		give_up("cpu1: %s", strerror(-err));
	made("cpu_offline", NULL, 0, ",\"cpu\":1");
}

#define CROWD_AREA (4500 * PAGE)

static void be_one_of_many(void *area)
{
	touch(area, CROWD_AREA);
}

/* So many pages in so many processes that whoever looks at each by itself takes its time. */
static void crowd(void)
{
	long processes = command_line_number("mmx.crowd");
	char *area = map_anon(CROWD_AREA);

	if (!processes)
		give_up("not in this variant");
	fill(area, CROWD_AREA, 1);
	for (long i = 0; i < processes; i++)
		spawn("crowd", be_one_of_many, area);
	made("crowd", NULL, 0, ",\"processes\":%ld,\"pages\":%lu", processes,
	     processes * CROWD_AREA / PAGE);
}

/* Memory that is in use to the last few MiB, half of it anonymous and half of it a file's. */
static void be_full(void *pages)
{
	size_t len = *(size_t *)pages * PAGE / 2;
	char *area = map_anon(len);
	int fd = memfd_create("full", MFD_CLOEXEC);

	madvise(area, len, MADV_NOHUGEPAGE);
	fill(area, len, 1);
	if (fd < 0 || ftruncate(fd, len))
		give_up("memfd_create: %s", strerror(errno));
	area = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (area == MAP_FAILED)
		give_up("mmap: %s", strerror(errno));
	fill(area, len, 2);
}

static void full(void)
{
	long spare = command_line_number("mmx.full") * (1 << 20) / PAGE;
	long pages = vmstat_value("nr_free_pages") - spare;

	if (!spare)
		give_up("not in this variant");
	if (pages <= 0)
		give_up("no more than %ld pages are free", pages + spare);
	spawn("full", be_full, &pages);
	made("full", NULL, 0, ",\"pages\":%ld", pages);
}

const struct situation task_family[] = {
	{"threads", several_threads, "threads"},
	{"clone_vm", one_address_space, "clone_vm"},
	{"vfork", waiting_in_vfork, "vfork"},
	{"leader_parent", run_leaderless, "leader_dead"},
	{"zombie", zombie, "zombie"},
	{"cgroup", in_cgroup, "cgroup"},
	{"cgroup_gone", cgroup_gone, "cgroup_gone"},
	{"crowd", crowd, "crowd"},
	{"cpu_offline", cpu_offline, "cpu_offline"},
	{"full", full, "full"},
	{0},
};
