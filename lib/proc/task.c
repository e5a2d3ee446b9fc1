// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "base/bytes.h"
#include "kernel/calls.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/processes/task_name.h"
#include "proc/task.h"

/* Bits of a task's state and of how far its exit has come: the same since 4.14. */
enum {
	EXIT_STATES = 0x30,
	REPORTED = 0x7f, /* those that have a letter of their own */
	IDLE = 0x402,
	LOCK_WAIT = 0x1000,
	FROZEN = 0x8000,
};

#define SIGNALS 64

int mmx_proc_task_find(struct mmx_proc *p, struct mmx_proc_task *t, struct mmx_err *err)
{
	if (mmx_proc_mm_find(p, &t->mm, err))
		return -1;
	t->at = t->mm.task->addr;
	t->signal = mmx_proc_member(p, t->at, M_task_struct_signal).n;
	t->sighand = mmx_proc_member(p, t->at, M_task_struct_sighand).n;
	t->cred = mmx_proc_member(p, t->at, M_task_struct_real_cred).n;
	return 0;
}

void mmx_proc_task_name(struct mmx_proc *p, const struct mmx_proc_task *t, bool escape)
{
	char name[MMX_TASK_NAME];
	struct mmx_err err;

	if (mmx_task_name(name, p->view, t->mm.task, &err)) {
		mmx_proc_unknown(p, &err);
		mmx_proc_text(p, NULL);
		return;
	}
	for (const char *at = name; *at; at++) {
		if (escape && (*at == '\n' || *at == '\\'))
			mmx_proc_put(p, "\\%c", *at == '\n' ? 'n' : '\\');
		else
			p->sink->write(p->sink->arg, at, 1);
	}
}

/*
 * Nothing but code tells how a kernel asks for bits of the state: up to 6.1 or so it asked whether no other was set
 * beside those of an idle task, and since 6.8, and in stable kernels, it says that what is frozen sleeps.
 */
static bool asks_for(struct mmx_proc *p, uint32_t bits)
{
	struct mmx_err err;
	bool asks = false;

	if (mmx_masks(p->view, "proc_pid_status", bits, &asks, &err))
		mmx_proc_unknown(p, &err);
	else if (!asks)
		mmx_fail(&err, MMX_EMISSING,
			 "whether this kernel looks at bits 0x%x of a task's state is not known",
			 bits);
	if (!asks)
		mmx_proc_unknown(p, &err);
	return asks;
}

static const char *state_words(uint64_t bits)
{
	static const char *const words[] = {
		"R (running)",      "S (sleeping)", "D (disk sleep)", "T (stopped)",
		"t (tracing stop)", "X (dead)",     "Z (zombie)",     "P (parked)",
	};
	unsigned int highest = 0;

	while (bits >> highest)
		highest++;
	return words[highest];
}

const char *mmx_proc_task_state(struct mmx_proc *p, const struct mmx_proc_task *t)
{
	struct mmx_proc_value state = mmx_proc_member(p, t->at, M_task_struct_state);
	struct mmx_proc_value exit = mmx_proc_member(p, t->at, M_task_struct_exit_state);

	if (state.unknown || exit.unknown)
		return NULL;
	if (state.n & FROZEN)
		return asks_for(p, LOCK_WAIT | FROZEN) ? "D (disk sleep)" : NULL;
	if (state.n & LOCK_WAIT)
		return "D (disk sleep)";
	if ((state.n & IDLE) == IDLE)
		return state.n == IDLE || asks_for(p, IDLE) ? "I (idle)" : NULL;
	return state_words((state.n | exit.n) & REPORTED);
}

struct mmx_proc_value mmx_proc_pid_nr(struct mmx_proc *p, uint64_t pid)
{
	static const enum mmx_layout_member need[] = {M_pid_numbers};
	const struct mmx_layout *l = &p->view->kernel->layout;
	struct mmx_err err;

	if (!pid)
		return (struct mmx_proc_value){0};
	if (mmx_layout_require(l, need, 1, &err))
		return mmx_proc_unknown(p, &err);
	return mmx_proc_member(p, pid + mmx_off(l, M_pid_numbers), M_upid_nr);
}

struct mmx_proc_value mmx_proc_pid_of(struct mmx_proc *p, const struct mmx_proc_task *t,
				      enum mmx_layout_enumerator type)
{
	const struct mmx_layout *l = &p->view->kernel->layout;
	struct mmx_proc_value v = {0};
	enum mmx_read read;
	struct mmx_err err;

	if (!mmx_has(l, M_signal_struct_pids) || !mmx_has_enum(l, type)) {
		mmx_fail(&err, MMX_EMISSING, "signal_struct.pids and its indices are needed");
		return mmx_proc_unknown(p, &err);
	}
	read = mmx_kread_u64(p->view,
			     t->signal + mmx_off(l, M_signal_struct_pids) +
				     8 * (uint64_t)mmx_enum(l, type),
			     &v.n);
	if (!read)
		return v;
	mmx_fail(&err, mmx_read_code(read), "signal_struct.pids of %d is %s", t->mm.task->pid,
		 mmx_read_name(read));
	return mmx_proc_unknown(p, &err);
}

struct mmx_proc_value mmx_proc_parent(struct mmx_proc *p, const struct mmx_proc_task *t)
{
	struct mmx_proc_value parent = mmx_proc_member(p, t->at, M_task_struct_real_parent);

	return parent.unknown ? parent : mmx_proc_member(p, parent.n, M_task_struct_tgid);
}

struct mmx_proc_value mmx_proc_limit(struct mmx_proc *p, const struct mmx_proc_task *t,
				     unsigned int resource)
{
	static const enum mmx_layout_member need[] = {M_signal_struct_rlim};
	const struct mmx_layout *l = &p->view->kernel->layout;
	struct mmx_proc_value v = {0};
	enum mmx_read read;
	struct mmx_err err;

	if (mmx_layout_require(l, need, 1, &err))
		return mmx_proc_unknown(p, &err);
	read = mmx_kread_u64(p->view, t->signal + mmx_off(l, M_signal_struct_rlim) + resource * 16,
			     &v.n);
	if (!read)
		return v;
	mmx_fail(&err, mmx_read_code(read), "signal_struct.rlim of %d is %s", t->mm.task->pid,
		 mmx_read_name(read));
	return mmx_proc_unknown(p, &err);
}

void mmx_proc_signals(struct mmx_proc *p, const struct mmx_proc_task *t,
		      struct mmx_proc_value *ignored, struct mmx_proc_value *caught)
{
	static const enum mmx_layout_member need[] = {M_sighand_struct_action,
						      M_k_sigaction_handler};
	const struct mmx_layout *l = &p->view->kernel->layout;
	unsigned char actions[SIGNALS * 64];
	uint64_t size = mmx_size(l, S_k_sigaction);
	struct mmx_err err;

	*ignored = *caught = (struct mmx_proc_value){0};
	if (mmx_layout_require(l, need, 2, &err) ||
	    (size < mmx_off(l, M_k_sigaction_handler) + 8 || size > 64
		     ? mmx_fail(&err, MMX_ECORRUPT, "a k_sigaction of this size makes no sense")
		     : mmx_kread_ok(p->view, t->sighand + mmx_off(l, M_sighand_struct_action),
				    actions, SIGNALS * size, "sighand_struct.action", &err))) {
		*ignored = *caught = mmx_proc_unknown(p, &err);
		return;
	}
	for (unsigned int i = 0; i < SIGNALS; i++) {
		uint64_t handler = mmx_le64(actions + i * size + mmx_off(l, M_k_sigaction_handler));

		ignored->n |= (uint64_t)(handler == 1) << i;
		caught->n |= (uint64_t)(handler > 1) << i;
	}
}
