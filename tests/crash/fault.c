// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An extension for crash that lets something happen below a read, which no clock could aim at: "fault N"
 * makes crash throw at the N-th read from now on, "interrupt N" says there that it waits, and does so
 * until Ctrl-C is typed. "reads" says how many reads there were since it was last asked.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <defs.h>

static int (*read_memory)(int, void *, int, ulong, physaddr_t);
static long fault_at, interrupt_at, seen;

/* Where the signal is blocked it is waited for, and where not, crash does not come back from here. */
static void wait_for_interrupt(void)
{
	sigset_t waiting;

	fprintf(stderr, "waiting for Ctrl-C\n");
	do {
		usleep(1000);
		sigpending(&waiting);
	} while (!sigismember(&waiting, SIGINT));
}

static int watched(int fd, void *buf, int len, ulong addr, physaddr_t phys)
{
	seen++;
	if (interrupt_at && !--interrupt_at)
		wait_for_interrupt();
	if (fault_at && !--fault_at)
		error(FATAL, "a fault\n");
	return read_memory(fd, buf, len, addr, phys);
}

static void fault(void)
{
	fault_at = args[1] ? strtol(args[1], NULL, 10) : 0;
}

static void interrupt(void)
{
	interrupt_at = args[1] ? strtol(args[1], NULL, 10) : 0;
}

static void reads(void)
{
	fprintf(fp, "%ld\n", seen);
	seen = 0;
}

static char *help[] = {"fault", "below a read", "[N]", "  At the N-th read.", NULL};

static struct command_table_entry table[] = {
	{"fault", fault, help, MINIMAL},
	{"interrupt", interrupt, help, MINIMAL},
	{"reads", reads, help, MINIMAL},
	{NULL},
};

__attribute__((constructor)) static void load(void)
{
	read_memory = pc->readmem;
	pc->readmem = watched;
	register_extension(table);
}

__attribute__((destructor)) static void unload(void)
{
	pc->readmem = read_memory;
}
