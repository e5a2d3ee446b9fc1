// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One mmx that commands are written to. Each writes its answer into a named pipe, whose end says that it is
 * complete. A command that gives no answer in time is a hang, and ends the session.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest_churn.h"
#include "lab.h"

#define ANSWER     TMPFS_DIR "/mmx.answer"
#define PATIENCE_S 120

struct session {
	pid_t pid;
	int commands;
	bool dead;
};

static void become(int commands, const char *messages)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int err = open(messages, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	dup2(commands, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	execl("/bin/mmx", "/bin/mmx", "--live", "-i", "-", NULL);
	_exit(127);
}

struct session *session_begin(const char *messages)
{
	struct session *s = calloc(1, sizeof(*s));
	int ends[2];

	signal(SIGPIPE, SIG_IGN);
	mkfifo(ANSWER, 0600);
	if (!s || pipe2(ends, O_CLOEXEC))
		give_up("no session: %s", strerror(errno));
	s->pid = fork();
	if (!s->pid)
		become(ends[0], messages);
	close(ends[0]);
	s->commands = ends[1];
	return s;
}

/* Behind the last byte: before the first writer comes there is nothing to wait for but time. */
static char *read_answer(int fd, size_t *len)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char *text = NULL;
	size_t room = 0;
	ssize_t n = 1;

	for (*len = 0; n; *len += n) {
		if (*len == room)
			text = realloc(text, room += 256 << 10);
		if (!text || poll(&p, 1, PATIENCE_S * 1000) <= 0) {
			free(text);
			return NULL;
		}
		n = read(fd, text + *len, room - *len);
		if (n < 0)
			n = 0;
	}
	return text;
}

/* NULL when there is no answer; it is the caller's to free. */
char *session_ask(struct session *s, const char *command, size_t *len)
{
	char line[512];
	int fd = open(ANSWER, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int n = snprintf(line, sizeof(line), "%s > " ANSWER "\n", command);
	char *text = NULL;

	*len = 0;
	if (!s->dead && write(s->commands, line, n) == n)
		text = read_answer(fd, len);
	close(fd);
	if (!text && !s->dead) {
		line_say("no answer to %s", command);
		kill(s->pid, SIGKILL);
		s->dead = true;
	}
	return text;
}

/* Its resident memory in KiB. */
long session_memory(const struct session *s)
{
	char path[64], text[4096] = "";
	const char *line;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", s->pid);
	file = fopen(path, "re");
	if (file && !fread(text, 1, sizeof(text) - 1, file))
		text[0] = 0;
	if (file)
		fclose(file);
	line = strstr(text, "VmRSS:");
	return line ? strtol(line + 6, NULL, 10) : 0;
}

/* As a shell has it. */
int session_end(struct session *s)
{
	int status;

	close(s->commands);
	waitpid(s->pid, &status, 0);
	free(s);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}
