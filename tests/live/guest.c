// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The workload's other main program: it has mmx look at the running kernel, between the same two
 * captures that bracket a dump. What mmx writes goes to files that a rehearsal has filled already,
 * so that no page is allocated for it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest_churn.h"
#include "lab.h"

#define NOBODY       65534
#define SOAK_SECONDS 3
#define TOUCH_US     10000
#define SECURITYFS   "/sys/kernel/security"

struct call {
	const char *name;
	char *const *argv;
	uid_t user;
};

#define CALL(...) ((char *const[]){"/bin/mmx", "--live", __VA_ARGS__, NULL})

static const struct call answered[] = {
	{"doctorx", CALL("--json", "doctorx"), 0},
	{"kpageflags", CALL("procx", "kpageflags"), 0},
	{"kpagecount", CALL("procx", "kpagecount"), 0},
	{NULL},
};

static const struct call compared[] = {{"diffx", CALL("--json", "diffx", "--live", "1"), 0},
				       {NULL}};
static const struct call unprivileged[] = {{"nobody", CALL("doctorx"), NOBODY}, {NULL}};
static const struct call locked_down[] = {{"locked-down", CALL("doctorx"), 0}, {NULL}};

static int open_file(const struct call *call, const char *kind)
{
	char path[64];

	snprintf(path, sizeof(path), TMPFS_DIR "/mmx.%s.%s", call->name, kind);
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static void become(const struct call *call, int out, int err)
{
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	if (call->user && setresuid(call->user, call->user, call->user))
		_exit(126);
	execv(call->argv[0], call->argv);
	_exit(127);
}

/* What was written ends where the file position is: the file may be longer from a run before. */
static void cut(int fd)
{
	if (ftruncate(fd, lseek(fd, 0, SEEK_CUR)))
		line_say("cannot cut a file of mmx's output");
	close(fd);
}

static void run(const struct call *call, char *how, size_t size)
{
	int out = open_file(call, "out"), err = open_file(call, "err"), status;
	struct rusage used = {0};
	pid_t pid = fork();

	if (!pid)
		become(call, out, err);
	wait4(pid, &status, 0, &used);
	cut(out);
	cut(err);
	snprintf(how, size, "{\"name\":\"%s\",\"status\":%d,\"rss_kib\":%ld}\n", call->name,
		 WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), used.ru_maxrss);
}

static void run_all(const struct call *call, char *how, size_t size)
{
	size_t n = strlen(how);

	for (; call->name; call++, n += strlen(how + n))
		run(call, how + n, size - n);
}

static void add_file(const struct call *call, const char *kind)
{
	int fd = open_file(call, kind);
	size_t len = lseek(fd, 0, SEEK_END);
	void *data = len ? mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0) : NULL;
	char name[64];

	snprintf(name, sizeof(name), "live/%s.%s", call->name, kind);
	capture_add(name, data, len);
	if (len)
		munmap(data, len);
	close(fd);
}

static void add_all(const struct call *call)
{
	for (; call->name; call++) {
		add_file(call, "out");
		add_file(call, "err");
	}
}

static void lock_down(void)
{
	mount("securityfs", SECURITYFS, "securityfs", 0, NULL);
	if (write_text(SECURITYFS "/lockdown", "confidentiality"))
		line_say("the kernel cannot be locked down");
}

/* Something that changes all the time: a process that takes one page after the other. */
static pid_t touch_begin(void)
{
	pid_t pid = fork();
	volatile char *page;

	while (!pid) {
		page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (page == MAP_FAILED)
			_exit(1);
		*page = 1;
		usleep(TOUCH_US);
	}
	return pid;
}

static void run_compared(char *how, size_t size)
{
	pid_t pid = touch_begin();

	run_all(compared, how, size);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* kptr_restrict hides addresses in /proc/kallsyms: mmx does not look there. */
static void while_memory_moves(const char *situations)
{
	const char *messages = TMPFS_DIR "/mmx.session.err";
	long seconds = command_line_number("mmx.soak");
	char status[64];
	struct session *s;
	size_t len;

	write_text("/proc/sys/kernel/kptr_restrict", "2");
	if (seconds > 0)
		add_costs();
	churn_begin();
	s = session_begin(messages);
	ask_entries(s, situations);
	ask_sleepers(s, situations);
	soak(s, situations, seconds > 0 ? seconds : SOAK_SECONDS);
	snprintf(status, sizeof(status), "{\"name\":\"session\",\"status\":%d}\n", session_end(s));
	churn_end();
	add_notes();
	capture_file(messages, "live/session.err", 1 << 20, &len);
	capture_add("live/session", status, strlen(status));
}

int main(void)
{
	static char how[4096]; /* a line a run */
	size_t len;
	char *lines;

	machine_mount();
	line_open();
	machine_load_modules();
	line_say("booted");
	capture_prepare(command_line_number("mmx.buffer") << 20);
	lines = run_situations(&len);
	machine_settle();
	capture_add("situations", lines, len);
	capture_once(lines);
	capture_publish("once");
	run_all(answered, how, sizeof(how));
	how[0] = 0;
	capture_state(0);
	capture_publish("rehearsal");
	sleep(1);
	capture_state(0);
	capture_publish("before");
	run_all(answered, how, sizeof(how));
	capture_state(1);
	/* From here on pages may move. */
	run_compared(how, sizeof(how));
	while_memory_moves(lines);
	run_all(unprivileged, how, sizeof(how));
	lock_down();
	run_all(locked_down, how, sizeof(how));
	add_all(answered);
	add_all(compared);
	add_all(unprivileged);
	add_all(locked_down);
	capture_add("live/runs", how, strlen(how));
	capture_publish("after");
	reboot(RB_POWER_OFF);
	sleep_for_ever();
}
