// SPDX-License-Identifier: GPL-2.0-or-later
/* Which mitigations of speculation a task has: what the kernel chose when it started, and what the task asked for. */
#include <string.h>

#include "kernel/cpu_feature.h"
#include "kernel/member.h"
#include "kernel/symbols.h"
#include "mm/mem.h"
#include "proc/status.h"

/* Faults of processors by number, and bits of a task's flags: the same since they exist, 4.17 and 4.20. */
enum { BUG_SPECTRE_V2 = 16, BUG_STORE_BYPASS = 17 };
enum {
	STORE_OFF = 3,
	STORE_OFF_FOR_EVER = 4,
	BRANCH_OFF = 5,
	BRANCH_OFF_FOR_EVER = 6,
	STORE_OFF_UNTIL_EXEC = 7
};

/*
 * Words of faults follow those of capabilities, whose number has grown: as many as the kernel has names for, 32 a
 * word. Where the names lie where they should is seen from that of the fault.
 */
static int first_bug_word(struct mmx_view *view, const char *name, unsigned int number,
			  uint64_t *word, struct mmx_err *err)
{
	const struct mmx_symbols *symbols = &view->kernel->symbols;
	const struct mmx_symbol *names = mmx_symbols_find(symbols, "x86_cap_flags");
	const struct mmx_symbol *bugs = mmx_symbols_find(symbols, "x86_bug_flags");
	uint64_t end, at;
	char text[32];

	if (!names || !bugs || !mmx_symbols_behind(symbols, names, &end))
		return mmx_fail(err, MMX_EMISSING,
				"which faults the processor has is not known without symbols "
				"x86_cap_flags and x86_bug_flags");
	*word = (end - names->addr) / (32 * 8);
	if ((end - names->addr) % (32 * 8) || *word < 8 || *word > 128 ||
	    mmx_kread_u64(view, bugs->addr + 8ULL * number, &at) ||
	    mmx_kread_str(view, at, text, sizeof(text), NULL) || strcmp(text, name))
		return mmx_fail(
			err, MMX_EMISSING,
			"which faults the processor has is not known: %s is not among their "
			"names where it should be",
			name);
	return 0;
}

static int has_bug(struct mmx_view *view, const char *name, unsigned int number, bool *has,
		   struct mmx_err *err)
{
	uint64_t first = 0;

	return first_bug_word(view, name, number, &first, err) ||
			       mmx_cpu_feature(view, first * 32 + number, has, err)
		       ? -1
		       : 0;
}

/* A choice that the kernel made, which needs its enum to be understood. */
static int chosen(struct mmx_proc *p, const char *variable, enum mmx_layout_enumerator id,
		  int64_t *choice)
{
	struct mmx_proc_value v = mmx_proc_variable(p, variable, 4);
	struct mmx_err err;

	*choice = (int64_t)v.n;
	if (v.unknown || mmx_has_enum(&p->view->kernel->layout, id))
		return v.unknown ? -1 : 0;
	mmx_fail(&err, MMX_EMISSING, "what %s means is not known", variable);
	mmx_proc_unknown(p, &err);
	return -1;
}

static bool is(struct mmx_proc *p, int64_t choice, enum mmx_layout_enumerator id)
{
	const struct mmx_layout *l = &p->view->kernel->layout;

	return mmx_has_enum(l, id) && choice == mmx_enum(l, id);
}

const char *mmx_proc_store_bypass(struct mmx_proc *p, uint64_t task)
{
	struct mmx_proc_value flags;
	struct mmx_err err;
	int64_t mode;
	bool bug;

	if (chosen(p, "ssb_mode", E_SPEC_STORE_BYPASS_NONE, &mode))
		return NULL;
	if (is(p, mode, E_SPEC_STORE_BYPASS_DISABLE))
		return "globally mitigated";
	if (is(p, mode, E_SPEC_STORE_BYPASS_NONE)) {
		if (!has_bug(p->view, "spec_store_bypass", BUG_STORE_BYPASS, &bug, &err))
			return bug ? "vulnerable" : "not vulnerable";
		mmx_proc_unknown(p, &err);
		return NULL;
	}
	flags = mmx_proc_member(p, task, M_task_struct_atomic_flags);
	if (flags.unknown)
		return NULL;
	if (flags.n >> STORE_OFF_FOR_EVER & 1)
		return "thread force mitigated";
	if (flags.n >> STORE_OFF_UNTIL_EXEC & 1)
		return "vulnerable"; /* so the kernel says, which has no word for it */
	return flags.n >> STORE_OFF & 1 ? "thread mitigated" : "thread vulnerable";
}

static bool is_up_to_tasks(struct mmx_proc *p, int64_t choice)
{
	return is(p, choice, E_SPECTRE_V2_USER_PRCTL) || is(p, choice, E_SPECTRE_V2_USER_SECCOMP);
}

static bool is_strict(struct mmx_proc *p, int64_t barrier, int64_t sibling)
{
	return is(p, barrier, E_SPECTRE_V2_USER_STRICT) ||
	       is(p, sibling, E_SPECTRE_V2_USER_STRICT) ||
	       is(p, sibling, E_SPECTRE_V2_USER_STRICT_PREFERRED);
}

static const char *branch_of_task(struct mmx_proc *p, uint64_t task)
{
	struct mmx_proc_value flags = mmx_proc_member(p, task, M_task_struct_atomic_flags);

	if (flags.unknown)
		return NULL;
	if (flags.n >> BRANCH_OFF_FOR_EVER & 1)
		return "conditional force disabled";
	return flags.n >> BRANCH_OFF & 1 ? "conditional disabled" : "conditional enabled";
}

const char *mmx_proc_indirect_branch(struct mmx_proc *p, uint64_t task)
{
	int64_t barrier, sibling;
	struct mmx_err err;
	bool bug;

	if (has_bug(p->view, "spectre_v2", BUG_SPECTRE_V2, &bug, &err)) {
		mmx_proc_unknown(p, &err);
		return NULL;
	}
	if (!bug)
		return "not affected";
	if (chosen(p, "spectre_v2_user_ibpb", E_SPECTRE_V2_USER_NONE, &barrier) ||
	    chosen(p, "spectre_v2_user_stibp", E_SPECTRE_V2_USER_NONE, &sibling))
		return NULL;
	if (is(p, barrier, E_SPECTRE_V2_USER_NONE) && is(p, sibling, E_SPECTRE_V2_USER_NONE))
		return "always enabled";
	if (is_up_to_tasks(p, barrier) || is_up_to_tasks(p, sibling))
		return branch_of_task(p, task);
	return is_strict(p, barrier, sibling) ? "always disabled" : "not affected";
}
