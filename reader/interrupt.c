// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>

#include "interrupt.h"

static atomic_bool noted;
static bool caught;

static void note(int signal)
{
	(void)signal;
	noted = true;
}

static void ignore(int signal)
{
	(void)signal;
}

/* Without SA_RESTART, so that what blocks comes back; programs started get the default again. */
static void handle(int signal, void (*handler)(int signal))
{
	struct sigaction action = {.sa_handler = handler};

	sigemptyset(&action.sa_mask);
	sigaction(signal, &action, NULL);
}

void interrupts_catch(void)
{
	handle(SIGINT, note);
	caught = true;
}

bool interrupts_caught(void)
{
	return caught;
}

void pipes_survive(void)
{
	handle(SIGPIPE, ignore);
}

bool interrupted(void)
{
	return noted;
}

void interrupt_forget(void)
{
	noted = false;
}

bool interrupt_wait(int fd, short events)
{
	struct pollfd poll = {.fd = fd, .events = events};
	sigset_t interrupt, usual;
	int n = -1;

	if (!caught)
		return true;
	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_BLOCK, &interrupt, &usual);
	errno = EINTR;
	while (!noted && n < 0 && errno == EINTR)
		n = ppoll(&poll, 1, NULL, &usual);
	sigprocmask(SIG_SETMASK, &usual, NULL);
	return n > 0;
}
