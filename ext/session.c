// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <string.h>

#include "ext.h"
#include "open/open.h"

/* Whether somebody still reads the output takes system calls, so it is asked now and then only. */
#define LOOKS 64

void session_close(struct session *s)
{
	mmx_close(s->kernel);
	s->kernel = NULL;
}

void session_enter(struct session *s)
{
	sigset_t interrupt;

	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_BLOCK, &interrupt, &s->signals);
	s->cut = false;
	s->thrown = false;
	s->looks = 0;
}

void session_leave(struct session *s)
{
	/* A model that met reads which failed only because of the interrupt may believe in them. */
	if (s->cut)
		session_close(s);
	sigprocmask(SIG_SETMASK, &s->signals, NULL);
	if (!s->thrown)
		return;
	if (pc->flags & IN_FOREACH)
		RESUME_FOREACH();
	RESTART();
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

/* crash jumps to one of two places: both are here while the call lasts. */
bool session_call(struct session *s, void (*call)(void *arg), void *arg)
{
	jmp_buf loop, foreach;

	if (session_cut(s))
		return false;
	memcpy(&loop, &pc->main_loop_env, sizeof(loop));
	memcpy(&foreach, &pc->foreach_loop_env, sizeof(foreach));
	if (!setjmp(pc->main_loop_env)) {
		memcpy(&pc->foreach_loop_env, &pc->main_loop_env, sizeof(foreach));
		call(arg);
	} else {
		s->thrown = true;
		s->cut = true;
	}
	memcpy(&pc->main_loop_env, &loop, sizeof(loop));
	memcpy(&pc->foreach_loop_env, &foreach, sizeof(foreach));
	return !s->thrown;
}

struct request {
	uint64_t addr;
	int memtype;
	void *buf;
	size_t len;
	bool done;
};

static void call_readmem(void *arg)
{
	struct request *r = arg;

	r->done =
		readmem(r->addr, r->memtype, r->buf, (long)r->len, "mmx", RETURN_ON_ERROR | QUIET);
}

bool session_read(struct session *s, uint64_t addr, int memtype, void *buf, size_t len)
{
	struct request r = {.addr = addr, .memtype = memtype, .buf = buf, .len = len};

	return session_call(s, call_readmem, &r) && r.done;
}
