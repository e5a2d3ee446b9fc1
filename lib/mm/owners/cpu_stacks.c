// SPDX-License-Identifier: GPL-2.0-or-later
/* The stacks of CPUs: one for interrupts, and those that exceptions switch to, each with a hole below it. */
#include "kernel/kernel.h"
#include "kernel/member.h"
#include "kernel/percpu.h"
#include "mm/mem.h"
#include "mm/owners/stack_use.h"

static const struct {
	const char *what;
	enum mmx_layout_member id;
	bool seldom; /* only some machines have memory there */
} exceptions[] = {
	{"#DF", M_cea_exception_stacks_DF_stack, false},
	{"NMI", M_cea_exception_stacks_NMI_stack, false},
	{"#DB", M_cea_exception_stacks_DB_stack, false},
	{"#MC", M_cea_exception_stacks_MCE_stack, false},
	{"#VC", M_cea_exception_stacks_VC_stack, true}, /* of guests whose state is encrypted */
};

static int add(struct mmx_stack_uses *u, struct mmx_view *view, struct mmx_cpu_stack stack,
	       struct mmx_err *err)
{
	mmx_stack_depth_find(&stack.depth, view, stack.start, stack.start, stack.end);
	mmx_cover_fail(&u->coverage, &stack.depth.unread);
	return mmx_array_add(&u->cpus, stack) ? 0 : mmx_fail_nomem(err);
}

/* From 6.2 to 6.14 in pcpu_hot, before and since a variable of its own; it points at the last word. */
static int add_irq(struct mmx_stack_uses *u, struct mmx_view *view, const struct mmx_cpu *cpu,
		   uint64_t size, struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	uint64_t at, top;
	enum mmx_read read;

	if (mmx_symbol_addr(&k->symbols, "hardirq_stack_ptr", &at))
		read = mmx_kread_u64(view, at + cpu->offset, &top);
	else if (mmx_symbol_addr(&k->symbols, "pcpu_hot", &at))
		read = mmx_kread_member(view, at + cpu->offset, M_pcpu_hot_hardirq_stack_ptr, &top);
	else
		read = MMX_READ_UNMAPPED;
	if (read) {
		mmx_cover_failf(&u->coverage, mmx_read_code(read),
				"where CPU %u has its stack for interrupts is %s", cpu->nr,
				mmx_read_name(read));
		return 0;
	}
	if (!top) /* not up yet */
		return 0;
	top += sizeof(top);
	return add(u, view, (struct mmx_cpu_stack){cpu->nr, "irq", top - size, top, {0}}, err);
}

static int add_exceptions(struct mmx_stack_uses *u, struct mmx_view *view,
			  const struct mmx_cpu *cpu, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t at, stacks, phys;

	if (!mmx_symbol_addr(&view->kernel->symbols, "cea_exception_stacks", &at) ||
	    mmx_kread_u64(view, at + cpu->offset, &stacks) || !stacks)
		return 0;
	for (size_t i = 0; i < sizeof(exceptions) / sizeof(*exceptions); i++) {
		const struct mmx_member *m = &l->member[exceptions[i].id].m;
		struct mmx_cpu_stack stack = {.cpu = cpu->nr, .what = exceptions[i].what};

		if (!mmx_has(l, exceptions[i].id) || !m->size)
			continue;
		stack.start = stacks + mmx_off(l, exceptions[i].id);
		stack.end = stack.start + m->size;
		if (exceptions[i].seldom &&
		    mmx_kphys(view, stack.start, &phys) == MMX_READ_UNMAPPED)
			continue;
		if (add(u, view, stack, err))
			return -1;
	}
	return 0;
}

int mmx_cpu_stacks_find(struct mmx_stack_uses *u, struct mmx_view *view, uint64_t size,
			struct mmx_err *err)
{
	struct mmx_cpus cpus = {0};
	struct mmx_err why;
	int ret = 0;

	if (mmx_cpus_online(&cpus, view, &why)) {
		mmx_cover_fail(&u->coverage, &why);
		return 0;
	}
	for (size_t i = 0; i < cpus.n && !ret; i++)
		ret = add_irq(u, view, &cpus.v[i], size, err) ||
		      add_exceptions(u, view, &cpus.v[i], err);
	mmx_cpus_free(&cpus);
	return ret ? -1 : 0;
}
