// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loaded before libc: once a key waits, the program learns of it late. While there is a file $LATE, ppoll() renames it to
 * $LATE.held when it has found something, and comes back when that is gone as well.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef int poller(struct pollfd *fds, nfds_t n, const struct timespec *patience,
		   const sigset_t *mask);

static void hold(const char *armed)
{
	char held[4096];

	snprintf(held, sizeof(held), "%s.held", armed);
	if (rename(armed, held))
		return;
	while (!access(held, F_OK))
		usleep(1000);
}

int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *patience, const sigset_t *mask)
{
	poller *real = (poller *)dlsym(RTLD_NEXT, "ppoll");
	int found = real(fds, n, patience, mask);
	int why = errno;

	if (found > 0 && getenv("LATE"))
		hold(getenv("LATE"));
	errno = why;
	return found;
}
