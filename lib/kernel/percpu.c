// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "base/bytes.h"
#include "kernel/kernel.h"
#include "kernel/member.h"
#include "kernel/percpu.h"

#define MAX_MASK_BYTES 1024u /* 8192 CPUs: more than any configuration has */

static bool is_in(const unsigned char *mask, unsigned int nr)
{
	return mask[nr / 8] >> nr % 8 & 1;
}

/*
 * A kernel without SMP has one CPU, whose memory is where pointers to it say. That symbols are missing proves
 * nothing: what proves it is that its zones have no place for what CPUs hold back.
 */
static bool is_up(const struct mmx_kernel *k)
{
	return !mmx_symbols_find(&k->symbols, "__per_cpu_offset") &&
	       mmx_has_struct(&k->layout, S_per_cpu_zonestat) &&
	       !mmx_has(&k->layout, M_per_cpu_zonestat_vm_stat_diff);
}

static int the_only_one(struct mmx_cpus *cpus, struct mmx_err *err)
{
	return mmx_array_add(cpus, (struct mmx_cpu){0}) ? 0 : mmx_fail_nomem(err);
}

/* Those of a mask, which is a kernel variable, or of a second one; a kernel without that has no more of them. */
static int cpus_of(struct mmx_cpus *cpus, struct mmx_view *view, const char *mask_name,
		   const char *other_name, struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	unsigned char mask[MAX_MASK_BYTES], other[MAX_MASK_BYTES] = {0};
	uint64_t mask_at, other_at, offsets, size;

	*cpus = (struct mmx_cpus){0};
	if (is_up(k))
		return the_only_one(cpus, err);
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
	if (mmx_kread_ok(view, mask_at, mask, size, mask_name, err) ||
	    (other_name && mmx_symbol_addr(&k->symbols, other_name, &other_at) &&
	     mmx_kread_ok(view, other_at, other, size, other_name, err)))
		return -1;
	for (unsigned int nr = 0; nr < size * 8; nr++) {
		struct mmx_cpu cpu = {.nr = nr};
		unsigned char bytes[8];

		if (!is_in(mask, nr) && !is_in(other, nr))
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
	return cpus_of(cpus, view, "__cpu_possible_mask", NULL, err);
}

/*
 * A kernel that panics and has no other to go to stops its CPUs, which takes them out of the online ones and
 * nothing else: they stay active, unlike those that were taken down.
 */
int mmx_cpus_online(struct mmx_cpus *cpus, struct mmx_view *view, struct mmx_err *err)
{
	return cpus_of(cpus, view, "__cpu_online_mask", "__cpu_active_mask", err);
}

void mmx_cpus_free(struct mmx_cpus *cpus)
{
	mmx_array_free(cpus);
}

int mmx_percpu_counter_read(struct mmx_view *view, uint64_t addr, int64_t *count,
			    struct mmx_err *err)
{
	uint64_t value;

	if (mmx_kget(view, addr, M_percpu_counter_count, &value, err))
		return -1;
	*count = (int64_t)value;
	return 0;
}

int mmx_percpu_counter_sum(struct mmx_view *view, uint64_t addr, int64_t *sum, struct mmx_err *err)
{
	struct mmx_cpus cpus = {0};
	uint64_t pointer;
	int ret = 0;

	if (mmx_percpu_counter_read(view, addr, sum, err))
		return -1;
	if (!mmx_has(&view->kernel->layout, M_percpu_counter_counters))
		return 0;
	if (mmx_kget(view, addr, M_percpu_counter_counters, &pointer, err) ||
	    mmx_cpus_online(&cpus, view, err))
		return -1;
	for (size_t i = 0; i < cpus.n && !ret; i++) {
		unsigned char bytes[4];

		ret = mmx_kread_ok(view, pointer + cpus.v[i].offset, bytes, sizeof(bytes),
				   "what a CPU has of a counter", err);
		*sum += ret ? 0 : (int32_t)mmx_le32(bytes);
	}
	mmx_cpus_free(&cpus);
	return ret;
}
