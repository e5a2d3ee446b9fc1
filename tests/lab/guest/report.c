// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the workload tells the outside: lines on the second serial port, where the lab listens, and
 * one line of JSON for each situation, collected by init from the processes that make them.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "lab.h"

#define SITUATION_SECONDS 90

static int line_fd = -1;
static int report_fd = -1;

static void write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n <= 0 && errno != EINTR)
			_exit(1);
		if (n > 0) {
			text += n;
			len -= n;
		}
	}
}

void line_open(void)
{
	struct termios raw;

	line_fd = open("/dev/ttyS1", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (line_fd < 0 || tcgetattr(line_fd, &raw))
		_exit(2);
	cfmakeraw(&raw);
	tcsetattr(line_fd, TCSANOW, &raw);
}

void line_say(const char *format, ...)
{
	char text[4096];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text) - 1, format, args);
	va_end(args);
	if (n < 0 || n > (int)sizeof(text) - 2)
		n = sizeof(text) - 2;
	text[n] = '\n';
	write_all(line_fd, text, n + 1);
}

/** line_wait - wait for the lab's answer, a line of any content */
void line_wait(void)
{
	char c;

	while (read(line_fd, &c, 1) == 1 && c != '\n')
		;
}

/** report_to - where made() and not_made() of this process write */
void report_to(int fd)
{
	report_fd = fd;
}

static void report(const char *line, int len)
{
	write_all(report_fd, line, len);
}

/**
 * made - record that a situation exists
 * @addr: where it is in this process, NULL when it has no address
 * @more: further JSON members, starting with a comma, or NULL
 */
void made(const char *name, const void *addr, size_t len, const char *more, ...)
{
	static char line[32 << 10];
	va_list args;
	int n;

	n = snprintf(line, sizeof(line), "{\"name\":\"%s\",\"made\":true,\"pid\":%d", name,
		     getpid());
	if (addr)
		n += snprintf(line + n, sizeof(line) - n, ",\"addr\":\"0x%lx\",\"len\":%zu",
			      (unsigned long)addr, len);
	if (more) {
		va_start(args, more);
		n += vsnprintf(line + n, sizeof(line) - n, more, args);
		va_end(args);
	}
	n += snprintf(line + n, sizeof(line) - n, "}\n");
	report(line, n);
}

void not_made(const char *name, const char *why, ...)
{
	char line[1024];
	va_list args;
	int n;

	n = snprintf(line, sizeof(line), "{\"name\":\"%s\",\"made\":false,\"why\":\"", name);
	va_start(args, why);
	n += vsnprintf(line + n, sizeof(line) - n, why, args);
	va_end(args);
	n += snprintf(line + n, sizeof(line) - n, "\"}\n");
	report(line, n);
}

/** give_up - end this process; every name it has not reported yet gets this reason */
void give_up(const char *why, ...)
{
	char line[1024] = "!";
	va_list args;
	int n;

	va_start(args, why);
	n = 1 + vsnprintf(line + 1, sizeof(line) - 2, why, args);
	va_end(args);
	line[n++] = '\n';
	report(line, n);
	_exit(1);
}

struct text {
	char *data;
	size_t len;
};

static void text_add(struct text *text, const char *data, size_t len)
{
	text->data = realloc(text->data, text->len + len + 1);
	if (!text->data)
		_exit(3);
	memcpy(text->data + text->len, data, len);
	text->len += len;
	text->data[text->len] = 0;
}

static void run_one(const struct situation *row, int fd)
{
	prctl(PR_SET_NAME, row->process);
	report_to(fd);
	row->make();
	report(".\n", 2);
	close(fd);
	sleep_for_ever();
}

/* The last line that is complete, NULL when the text ends in the middle of one. */
static char *last_line(char *text)
{
	size_t at = strlen(text);

	if (text[at - 1] != '\n')
		return NULL;
	for (at--; at && text[at - 1] != '\n'; at--)
		;
	return text + at;
}

/*
 * Read what a situation's process reports until it says that it is done ("."), gives up ("!why"),
 * dies or takes too long. Returns NULL or why it failed.
 */
static const char *listen_to(pid_t pid, int fd, struct text *heard)
{
	static char why[256];
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	int status = 0, patience = SITUATION_SECONDS * 10;
	char part[4096], *sigh;
	bool ended = false;
	ssize_t n;

	while (patience--) {
		/* Asked first: what it said before it ended is then there to be read. */
		ended = ended || waitpid(pid, &status, WNOHANG) == pid;
		n = 0;
		if (poll(&wait, 1, 100) > 0) {
			n = read(fd, part, sizeof(part));
			if (n > 0)
				text_add(heard, part, n);
			else
				usleep(100000);
		}
		if (heard->len >= 2 && !strcmp(heard->data + heard->len - 2, ".\n")) {
			heard->data[heard->len -= 2] = 0;
			return NULL;
		}
		sigh = heard->len ? last_line(heard->data) : NULL;
		if (sigh && *sigh == '!') {
			snprintf(why, sizeof(why), "%.*s", (int)strcspn(sigh + 1, "\n"), sigh + 1);
			heard->len = sigh - heard->data;
			*sigh = 0;
			return why;
		}
		if (ended && n <= 0) {
			snprintf(why, sizeof(why), "its process ended with status 0x%x", status);
			return why;
		}
	}
	return "it took too long";
}

static void add_missing_names(const struct situation *row, const char *why, struct text *all,
			      const struct text *heard)
{
	const char *name = row->names;
	char key[128], line[512];

	while (*name) {
		int len = strcspn(name, " ");

		snprintf(key, sizeof(key), "{\"name\":\"%.*s\"", len, name);
		if (!heard->data || !strstr(heard->data, key)) {
			int n = snprintf(line, sizeof(line), "%s,\"made\":false,\"why\":\"%s\"}\n",
					 key, why ? why : "its process did not report it");
			text_add(all, line, n);
		}
		name += len + (name[len] == ' ');
	}
}

static void run_row(const struct situation *row, struct text *all)
{
	struct text heard = {NULL, 0};
	const char *why;
	int pipe_fd[2];
	pid_t pid;

	line_say("making %s", row->process);
	if (pipe(pipe_fd))
		_exit(4);
	pid = fork();
	if (!pid) {
		close(pipe_fd[0]);
		run_one(row, pipe_fd[1]);
	}
	close(pipe_fd[1]);
	why = listen_to(pid, pipe_fd[0], &heard);
	close(pipe_fd[0]);
	if (why)
		line_say("not made: %s: %s", row->process, why);
	if (heard.data)
		text_add(all, heard.data, heard.len);
	add_missing_names(row, why, all, &heard);
	free(heard.data);
}

/** run_situations - make them all, one after the other; returns their lines of JSON */
char *run_situations(size_t *len)
{
	static const struct situation *const families[] = {
		memory_family, huge_family, anon_family, file_family,  place_family,
		vma_family,    swap_family, uffd_family, ksm_family,   kernel_family,
		net_family,    ring_family, task_family, fault_family,
	};
	struct text all = {NULL, 0};

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		for (const struct situation *row = families[i]; row->process; row++)
			run_row(row, &all);
	*len = all.len;
	return all.data;
}
