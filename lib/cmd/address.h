// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses as users name them: a number, or the name of a symbol, each with "+OFFSET" behind it. A per-CPU
 * variable has one for each CPU: those that -C names, or with -a all.
 */
#ifndef MMX_CMD_ADDRESS_H
#define MMX_CMD_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/percpu.h"
#include "kernel/percpu_symbols.h"
#include "mm/peek.h"

struct mmx_run;
struct mmx_view;

/* The options that say of which CPUs; mmx_addresses_begin() reads them. */
#define MMX_ADDRESS_OPTIONS                                                             \
	{'a', "all-cpus", NULL, "per-CPU: of all CPUs that can be"},                    \
	{                                                                               \
		'C', "cpu", "LIST", "per-CPU: of these CPUs, in decimal: 0, or 0,2,4-7" \
	}

/** struct mmx_addresses - what operands are read with */
struct mmx_addresses {
	struct mmx_view *view;
	struct mmx_percpu_areas areas;
	struct mmx_cpus cpus;   /* those that are meant: of -C, else all that can be */
	bool chosen;            /* -a or -C was given */
	struct mmx_err no_cpus; /* why they are not known */
};

/** mmx_addresses_begin() - -1 when the options cannot be followed, and why */
int mmx_addresses_begin(struct mmx_addresses *p, struct mmx_run *run, struct mmx_err *err);
void mmx_addresses_end(struct mmx_addresses *p);

/**
 * struct mmx_address - an address that was named
 * @addr: an address, or a per-CPU pointer
 * @percpu: it is such a pointer: the name of a per-CPU variable, a number with -a or -C, or one that only looks like
 *	an address of the kernel's image, where its setup was
 */
struct mmx_address {
	uint64_t addr;
	bool percpu;
};

/**
 * mmx_address_find() - what @text up to @end, or its NUL, names; -1 when nothing, or more than one thing
 * @symbols: names are looked up; else only numbers are taken
 */
int mmx_address_find(struct mmx_address *address, const struct mmx_addresses *p, const char *text,
		     const char *end, bool decimal, bool symbols, struct mmx_err *err);

/**
 * mmx_space_asked() - whose addresses they are, by the options -p and -u PID: of the kernel without either
 * @pid, @mm: of a process
 */
int mmx_space_asked(struct mmx_run *run, enum mmx_peek_space *space, int32_t *pid, uint64_t *mm,
		    struct mmx_err *err);

#endif
