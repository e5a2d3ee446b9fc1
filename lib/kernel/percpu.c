// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "kernel/kernel.h"
#include "kernel/percpu.h"

#define MAX_MASK_BYTES 1024u /* 8192 CPUs: more than any configuration has */

/* Those of a mask, which is a kernel variable. */
static int cpus_of(struct mmx_cpus *cpus, struct mmx_view *view, const char *mask_name,
		   struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	unsigned char mask[MAX_MASK_BYTES];
	uint64_t mask_at, offsets, size;

	*cpus = (struct mmx_cpus){0};
	if (!mmx_symbol_addr(&k->symbols, "__per_cpu_offset", &offsets) ||
	    !mmx_symbol_addr(&k->symbols, mask_name, &mask_at))
		return mmx_fail(err, MMX_EMISSING, "symbols __per_cpu_offset and %s are needed",
				mask_name);
	if (!mmx_has_struct(&k->layout, S_cpumask))
		return mmx_fail(err, MMX_EMISSING,
				"struct cpumask is needed and no source of types has it");
	size = mmx_size(&k->layout, S_cpumask);
	if (size > sizeof(mask))
		size = sizeof(mask);
	if (mmx_kread_ok(view, mask_at, mask, size, mask_name, err))
		return -1;
	for (unsigned int nr = 0; nr < size * 8; nr++) {
		struct mmx_cpu cpu = {.nr = nr};
		unsigned char bytes[8];

		if (!(mask[nr / 8] >> nr % 8 & 1))
			continue;
		if (mmx_kread_ok(view, offsets + nr * 8u, bytes, sizeof(bytes), "__per_cpu_offset",
				 err)) {
			mmx_cpus_free(cpus);
			return -1;
		}
		cpu.offset = mmx_le64(bytes);
		if (!mmx_array_add(cpus, cpu)) {
			mmx_cpus_free(cpus);
			return mmx_fail_nomem(err);
		}
	}
	return 0;
}

int mmx_cpus_find(struct mmx_cpus *cpus, struct mmx_view *view, struct mmx_err *err)
{
	return cpus_of(cpus, view, "__cpu_possible_mask", err);
}

int mmx_cpus_online(struct mmx_cpus *cpus, struct mmx_view *view, struct mmx_err *err)
{
	return cpus_of(cpus, view, "__cpu_online_mask", err);
}

void mmx_cpus_free(struct mmx_cpus *cpus)
{
	mmx_array_free(cpus);
}
