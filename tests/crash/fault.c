// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An extension for crash that makes it throw from below a read: "fault N" at the N-th read from now
 * on, "fault 0" never. What commands hold at that moment must not be lost.
 */
#include <stdlib.h>

#include <defs.h>

static int (*read_memory)(int, void *, int, ulong, physaddr_t);
static long left;

static int faulty(int fd, void *buf, int len, ulong addr, physaddr_t phys)
{
	if (left && !--left)
		error(FATAL, "a fault\n");
	return read_memory(fd, buf, len, addr, phys);
}

static void fault(void)
{
	left = args[1] ? strtol(args[1], NULL, 10) : 0;
}

static char *help[] = {"fault", "throw from below a read", "N", "  Throws at the N-th read.", NULL};

static struct command_table_entry table[] = {{"fault", fault, help, MINIMAL}, {NULL}};

__attribute__((constructor)) static void load(void)
{
	read_memory = pc->readmem;
	pc->readmem = faulty;
	register_extension(table);
}

__attribute__((destructor)) static void unload(void)
{
	pc->readmem = read_memory;
}
