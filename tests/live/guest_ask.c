// SPDX-License-Identifier: GPL-2.0-or-later
/* What mmx is asked while memory moves, and what the kernel says of the same, before and after. */
#define _GNU_SOURCE
#include <ctype.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest_churn.h"
#include "lab.h"

#define NODE     "/sys/devices/system/node/node0/"
#define SLEEPERS 4
#define ASKED    2 /* of the sleepers, about every entry */
#define ANSWERS  5 /* of rmapx, until one agrees */
#define DISAGREE "\"agree\": false"
#define RANGES   4
#define WORDS    1024 /* of a pagemap at a time */

struct entry {
	const char *name, *path;
};

static const struct entry texts[] = {
	{"vmstat", "/proc/vmstat"},          {"zoneinfo", "/proc/zoneinfo"},
	{"buddyinfo", "/proc/buddyinfo"},    {"pagetypeinfo", "/proc/pagetypeinfo"},
	{"meminfo", "/proc/meminfo"},        {"swaps", "/proc/swaps"},
	{"slabinfo", "/proc/slabinfo"},      {"vmallocinfo", "/proc/vmallocinfo"},
	{"allocinfo", "/proc/allocinfo"},    {"node0/vmstat", NODE "vmstat"},
	{"node0/numastat", NODE "numastat"}, {"node0/meminfo", NODE "meminfo"},
};

static const char *const words[] = {"kpageflags", "kpagecount", "kpagecgroup"};

static const char *const of_process[] = {"maps",    "smaps",  "smaps_rollup", "numa_maps",
					 "statm",   "status", "stat",         "comm",
					 "cmdline", "auxv",   "cgroup",       "fd"};

/* Their processes are asked about. */
static const char *const sleepers[SLEEPERS] = {"fork_eight", "vma_flags", "thp_pte", "ext4_file"};

struct sleeper {
	const char *name;
	int pid;
	unsigned long addr;
};

static char *read_all(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t room = 0;
	char *text = NULL;
	ssize_t n = 1;

	*len = 0;
	if (fd < 0)
		return NULL;
	for (; n > 0; *len += n > 0 ? n : 0) {
		if (room - *len < 65536)
			text = realloc(text, room += room + 262144);
		n = text ? read(fd, text + *len, room - *len) : 0;
	}
	close(fd);
	return text;
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void keep(const char *name, const char *kind, const char *text, size_t len)
{
	char member[96];
	char *c;

	snprintf(member, sizeof(member), "live/asked/%s", name);
	for (c = member + strlen("live/asked/"); *c; c++)
		*c = *c == '/' ? '_' : *c;
	snprintf(c, sizeof(member) - (c - member), ".%s", kind);
	capture_add(member, text, len);
}

/* One line each, of what was counted here. */
static char lines[65536];
static size_t lines_len;

static void __attribute__((format(printf, 1, 2))) note(const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(lines + lines_len, sizeof(lines) - lines_len, format, ap);
	va_end(ap);
	if (n > 0 && lines_len + n < sizeof(lines))
		lines_len += n;
}

/* What a process has open, as procx has it. */
static char *read_links(const char *folder, size_t *len)
{
	char path[128], target[512], *text = malloc(65536);

	*len = 0;
	for (int fd = 0; text && fd < 64; fd++) {
		ssize_t n;

		snprintf(path, sizeof(path), "%s/%d", folder, fd);
		n = readlink(path, target, sizeof(target));
		if (n >= 0)
			*len += sprintf(text + *len, "%d -> %.*s\n", fd, (int)n, target);
	}
	return text;
}

static char *read_entry(const char *path, size_t *len)
{
	size_t n = strlen(path);

	return n > 3 && !strcmp(path + n - 3, "/fd") ? read_links(path, len) : read_all(path, len);
}

static void ask_text(struct session *s, const char *name, const char *path)
{
	size_t before_len, after_len, len;
	char command[128];
	char *before = read_entry(path, &before_len), *after, *answer;

	if (!before)
		return;
	snprintf(command, sizeof(command), "procx %s", name);
	answer = session_ask(s, command, &len);
	after = read_entry(path, &after_len);
	if (answer && after) {
		keep(name, "before", before, before_len);
		keep(name, "out", answer, len);
		keep(name, "after", after, after_len);
	}
	free(before);
	free(answer);
	free(after);
}

/* Words that did not move, and how many of those are others in the answer. */
static void compare_words(const char *name, const uint64_t *before, const uint64_t *answer,
			  const uint64_t *after, size_t n, size_t answered)
{
	size_t still = 0, differ = 0;

	for (size_t i = 0; i < n; i++) {
		if (before[i] != after[i])
			continue;
		still++;
		differ += i >= answered || answer[i] != before[i];
	}
	note("{\"words\":\"%s\",\"all\":%zu,\"answered\":%zu,\"still\":%zu,\"differ\":%zu}\n", name,
	     n, answered, still, differ);
}

static void ask_words(struct session *s, const char *name)
{
	size_t before_len, after_len, len;
	char path[64], command[64];
	char *before, *after, *answer;

	snprintf(path, sizeof(path), "/proc/%s", name);
	snprintf(command, sizeof(command), "procx %s", name);
	before = read_all(path, &before_len);
	if (!before)
		return;
	answer = session_ask(s, command, &len);
	after = read_all(path, &after_len);
	if (answer && after && after_len == before_len)
		compare_words(name, (void *)before, (void *)answer, (void *)after, before_len / 8,
			      len / 8);
	free(before);
	free(answer);
	free(after);
}

static void ask_pagemap(struct session *s, int pid, unsigned long start, unsigned long end)
{
	uint64_t before[WORDS], after[WORDS];
	char path[64], command[128], name[64];
	size_t n = (end - start) / PAGE, len;
	char *answer;
	int fd;

	n = n < WORDS ? n : WORDS;
	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || pread(fd, before, n * 8, start / PAGE * 8) != (ssize_t)(n * 8))
		return;
	snprintf(command, sizeof(command), "procx %d/pagemap -r %lx-%lx", pid, start,
		 start + n * PAGE - 1);
	answer = session_ask(s, command, &len);
	if (answer && pread(fd, after, n * 8, start / PAGE * 8) == (ssize_t)(n * 8)) {
		snprintf(name, sizeof(name), "%d/pagemap %lx", pid, start);
		compare_words(name, before, (void *)answer, after, n, len / 8);
	}
	free(answer);
	close(fd);
}

static void ask_pagemaps(struct session *s, int pid)
{
	char path[64], line[512];
	unsigned long start, end;
	unsigned int asked = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	while (maps && asked < RANGES && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx", &start, &end) != 2 || start >> 47)
			continue;
		ask_pagemap(s, pid, start, end);
		asked++;
	}
	if (maps)
		fclose(maps);
}

/* The situation of that name; false when it was not made. */
static bool find_sleeper(struct sleeper *z, const char *situations, const char *name)
{
	char start[64];
	const char *line, *pid, *addr;

	snprintf(start, sizeof(start), "{\"name\":\"%s\",\"made\":true,", name);
	line = strstr(situations, start);
	pid = line ? strstr(line, "\"pid\":") : NULL;
	addr = line ? strstr(line, "\"addr\":\"") : NULL;
	if (!pid || pid > strchr(line, '\n'))
		return false;
	z->name = name;
	z->pid = atoi(pid + strlen("\"pid\":"));
	z->addr = addr && addr < strchr(line, '\n')
			  ? strtoul(addr + strlen("\"addr\":\""), NULL, 16)
			  : 0;
	return true;
}

void ask_entries(struct session *s, const char *situations)
{
	struct sleeper z;
	char name[64], path[96];

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		ask_text(s, texts[i].name, texts[i].path);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		ask_words(s, words[i]);
	for (unsigned int i = 0; i < ASKED; i++) {
		if (!find_sleeper(&z, situations, sleepers[i]))
			continue;
		for (size_t j = 0; j < sizeof(of_process) / sizeof(*of_process); j++) {
			snprintf(name, sizeof(name), "%d/%s", z.pid, of_process[j]);
			snprintf(path, sizeof(path), "/proc/%s", name);
			ask_text(s, name, path);
		}
		ask_pagemaps(s, z.pid);
	}
}

/* Keeps the answer, unless it says that counts do not agree: that may have changed while it was read. */
static bool ask_json(struct session *s, const struct sleeper *z, const char *command,
		     const char *kind)
{
	size_t len;
	char *answer = session_ask(s, command, &len);
	bool again = answer && memmem(answer, len, DISAGREE, strlen(DISAGREE));

	if (answer && !again)
		keep(z->name, kind, answer, len);
	free(answer);
	return again;
}

/* A poisoned frame has no contents, whatever /proc/kcore gives for it. */
static void ask_poisoned(struct session *s, const char *situations)
{
	const char *line = strstr(situations, "{\"name\":\"hwpoison\",\"made\":true,"), *pfn;
	struct sleeper z = {.name = "hwpoison"};
	char command[64];

	pfn = line ? strstr(line, "\"pfns\":[\"0x") : NULL;
	if (!pfn || pfn > strchr(line, '\n'))
		return;
	snprintf(command, sizeof(command), "readx --json -p %lx 10",
		 strtoul(pfn + strlen("\"pfns\":[\""), NULL, 16) * PAGE);
	ask_json(s, &z, command, "readx");
}

void ask_sleepers(struct session *s, const char *situations)
{
	struct sleeper z;
	char command[256];

	ask_poisoned(s, situations);
	for (unsigned int i = 0; i < SLEEPERS; i++) {
		if (!find_sleeper(&z, situations, sleepers[i]))
			continue;
		note("{\"sleeper\":\"%s\",\"pid\":%d}\n", z.name, z.pid);
		snprintf(command, sizeof(command), "vmax --json %d", z.pid);
		ask_json(s, &z, command, "vmax");
		if (!z.addr)
			continue;
		snprintf(command, sizeof(command), "ptx --json -u %d -r %lx-%lx", z.pid, z.addr,
			 z.addr + 16 * PAGE - 1);
		ask_json(s, &z, command, "ptx");
		snprintf(command, sizeof(command), "rmapx --json -u %d %lx %lx %lx", z.pid, z.addr,
			 z.addr + PAGE, z.addr + 2 * PAGE);
		for (int nth = 0; nth < ANSWERS && ask_json(s, &z, command, "rmapx"); nth++)
			;
	}
}

/*
 * The soak. %F is some frame, %P and %A are a process and an address of it.
 */

static const char *const commands[] = {
	"pagex %F",
	"pagex -v -c %F",
	"pagex -u %P %A",
	"rmapx -u %P %A",
	"rmapx %F",
	"ptx -u %P %A",
	"ptx",
	"ptx -s -u %P",
	"vmax %P",
	"vmax -v -T %P",
	"vmax -r %P",
	"anonx -u %P %A",
	"procx %P/smaps",
	"procx %P/status",
	"procx meminfo",
	"procx vmallocinfo",
	"procx kpageflags",
	"zonex",
	"zonex -a GFP_KERNEL,2",
	"zonex -l",
	"buddyx",
	"slabx -q",
	"slabx",
	"swapx",
	"filex /init",
	"immapx /init",
	"stackx -t 5",
	"logx -n 20",
	"readx init_task",
	"structx task_struct init_task",
	"symx init_task",
	"vmemx",
	"doctorx",
	"censusx",
	"rmapx -a",
	"pagex nonsense",
	"procx nothing",
};

#define LONG     60 /* seconds */
#define COMMANDS (sizeof(commands) / sizeof(*commands))

static unsigned int seed(void)
{
	unsigned int x = 2166136261u;
	struct utsname name;

	if (!uname(&name))
		for (const char *c = name.release; *c; c++)
			x = (x ^ (unsigned char)*c) * 16777619u;
	return x ? x : 1;
}

static unsigned int next_random(void)
{
	static unsigned int x;

	/* Another one in each kernel, and the same whenever that is tried again. */
	if (!x)
		x = seed();

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

static void fill_in(char *line, size_t size, const char *format, const struct sleeper *z)
{
	size_t n = 0;

	for (; *format && n + 24 < size; format++) {
		if (*format != '%')
			line[n++] = *format;
		else if (*++format == 'F')
			n += sprintf(line + n, "%x", next_random() % 0x3f000);
		else if (*format == 'P')
			n += sprintf(line + n, "%d", z->pid);
		else
			n += sprintf(line + n, "%lx", z->addr + next_random() % 16 * PAGE);
	}
	line[n] = 0;
}

static bool run_one(struct session *s, const char *format, const struct sleeper *z, bool first)
{
	char line[128];
	long began = now_ms();
	size_t len;
	char *answer;

	fill_in(line, sizeof(line), format, z);
	answer = session_ask(s, line, &len);
	if (first)
		note("{\"soak\":\"%s\",\"ms\":%ld,\"bytes\":%zu,\"rss_kib\":%ld}\n", line,
		     now_ms() - began, len, session_memory(s));
	free(answer);
	return answer;
}

void soak(struct session *s, const char *situations, long seconds)
{
	long end, warm, most = 0, n = 0;
	struct sleeper z[SLEEPERS];
	unsigned int known = 0;

	for (unsigned int i = 0; i < SLEEPERS; i++)
		known += find_sleeper(&z[known], situations, sleepers[i]) && z[known].addr;
	/* One that is to show no growth begins with all of them. */
	for (size_t i = 0; known && seconds >= LONG && i < COMMANDS; i++, n++) {
		if (!run_one(s, commands[i], &z[i % known], true))
			return;
	}
	warm = session_memory(s);
	for (end = now_ms() + seconds * 1000; known && now_ms() < end; n++) {
		if (!run_one(s, commands[next_random() % COMMANDS], &z[next_random() % known],
			     false))
			return;
		if (session_memory(s) > most)
			most = session_memory(s);
	}
	note("{\"soaked\":%ld,\"warm_kib\":%ld,\"most_kib\":%ld}\n", n, warm, most);
}

/*
 * What a command costs: read before the process is gone.
 */

static const char *const costly[] = {"doctorx", "pagex", "censusx"};

static long long io_value(const char *text, const char *key)
{
	const char *at = text ? strstr(text, key) : NULL;

	return at ? atoll(at + strlen(key)) : -1;
}

static void add_cost(const char *command)
{
	char path[64];
	long began = now_ms();
	pid_t pid = fork();
	struct rusage used;
	siginfo_t info;
	char *io;
	size_t len;
	int status;

	if (!pid) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, 1);
		dup2(null, 2);
		execl("/bin/mmx", "/bin/mmx", "--live", command,
		      strcmp(command, "pagex") ? NULL : "5000", NULL);
		_exit(127);
	}
	waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
	snprintf(path, sizeof(path), "/proc/%d/io", pid);
	io = read_all(path, &len);
	if (io)
		io[len] = 0;
	wait4(pid, &status, 0, &used);
	note("{\"cost\":\"%s\",\"status\":%d,\"ms\":%ld,\"user_ms\":%ld,\"system_ms\":%ld,"
	     "\"reads\":%lld,\"bytes\":%lld,\"rss_kib\":%ld}\n",
	     command, WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), now_ms() - began,
	     used.ru_utime.tv_sec * 1000L + used.ru_utime.tv_usec / 1000,
	     used.ru_stime.tv_sec * 1000L + used.ru_stime.tv_usec / 1000, io_value(io, "syscr: "),
	     io_value(io, "rchar: "), used.ru_maxrss);
	free(io);
}

void add_costs(void)
{
	for (size_t i = 0; i < sizeof(costly) / sizeof(*costly); i++)
		add_cost(costly[i]);
}

void add_notes(void)
{
	capture_add("live/notes", lines, lines_len);
}
