// SPDX-License-Identifier: GPL-2.0-or-later
#include "ext.h"

/* Whether somebody still reads the output takes system calls, so it is asked now and then only. */
#define LOOKS 64

void session_close(struct session *s)
{
	mmx_kernel_close(s->kernel);
	s->kernel = NULL;
}

static void unblock(struct session *s)
{
	pc->cmd_cleanup = NULL;
	pc->cmd_cleanup_arg = NULL;
	sigprocmask(SIG_SETMASK, &s->signals, NULL);
}

/* crash has thrown the command away from below a read. */
static void abandoned(void *arg)
{
	struct session *s = arg;

	session_close(s);
	unblock(s);
}

void session_enter(struct session *s)
{
	sigset_t interrupt;

	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_BLOCK, &interrupt, &s->signals);
	s->cut = false;
	s->looks = 0;
	pc->cmd_cleanup_arg = s;
	pc->cmd_cleanup = abandoned;
}

void session_leave(struct session *s)
{
	/* A model that met reads which failed only because of the interrupt may believe in them. */
	if (s->cut)
		session_close(s);
	unblock(s);
}

bool session_cut(struct session *s)
{
	sigset_t waiting;

	if (s->cut)
		return true;
	if (!sigpending(&waiting) && sigismember(&waiting, SIGINT) == 1)
		s->cut = true;
	else if (s->looks++ % LOOKS == 0 && !output_open())
		s->cut = true;
	return s->cut;
}
