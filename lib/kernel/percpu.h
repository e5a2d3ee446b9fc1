// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Per-CPU memory: a per-CPU pointer becomes an address when a CPU's offset is added to it.
 */
#ifndef MMX_KERNEL_PERCPU_H
#define MMX_KERNEL_PERCPU_H

#include <stdint.h>

#include "base/array.h"
#include "base/err.h"

struct mmx_view;

struct mmx_cpu {
	unsigned int nr;
	uint64_t offset;
};

/** struct mmx_cpus - CPUs that this kernel set up memory for, in ascending order */
struct mmx_cpus {
	MMX_ARRAY(struct mmx_cpu);
};

/** mmx_cpus_find() - read the possible CPUs and their offsets; -1 when they cannot be known */
int mmx_cpus_find(struct mmx_cpus *cpus, struct mmx_view *view, struct mmx_err *err);

/** mmx_cpus_online() - those of them that are online, or were until a panic stopped them */
int mmx_cpus_online(struct mmx_cpus *cpus, struct mmx_view *view, struct mmx_err *err);

void mmx_cpus_free(struct mmx_cpus *cpus);

/** mmx_percpu_counter_read() - a percpu_counter without what CPUs keep back of it; a kernel for one CPU has no more */
int mmx_percpu_counter_read(struct mmx_view *view, uint64_t addr, int64_t *count,
			    struct mmx_err *err);

/** mmx_percpu_counter_sum() - with what each CPU that is online has of it */
int mmx_percpu_counter_sum(struct mmx_view *view, uint64_t addr, int64_t *sum, struct mmx_err *err);

#endif
