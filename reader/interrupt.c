// SPDX-License-Identifier: GPL-2.0-or-later
#include <signal.h>
#include <stdatomic.h>

#include "interrupt.h"

static atomic_bool noted;

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
static void catch (int signal, void (*handler)(int signal))
{
	struct sigaction action = {.sa_handler = handler};

	sigemptyset(&action.sa_mask);
	sigaction(signal, &action, NULL);
}

void interrupts_catch(void)
{
	catch (SIGINT, note);
}

void pipes_survive(void)
{
	catch (SIGPIPE, ignore);
}

bool interrupted(void)
{
	return noted;
}

void interrupt_forget(void)
{
	noted = false;
}
