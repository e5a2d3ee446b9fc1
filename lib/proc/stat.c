// SPDX-License-Identifier: GPL-2.0-or-later
/* PID/stat: a line of numbers, of a process with all its threads. Its times are those that were accounted for last. */
#include <inttypes.h>

#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/owners/stack.h"
#include "mm/processes/rss.h"
#include "proc/task.h"

#define NS_A_TICK        10000000u /* a hundredth of a second, in which times are told */
#define OBSOLETE_SIGNALS 0x7fffffffu
#define RLIMIT_RSS       5

/* Of task_struct.flags, the same in all releases; the last one since 5.16. */
enum { PF_EXITING = 0x4, PF_DUMPCORE = 0x200, PF_POSTCOREDUMP = 0x8 };
enum { SIGNAL_STOP_STOPPED = 0x1, SIGNAL_GROUP_EXIT = 0x4 };
enum { FIRST_PRIO = 100, DEFAULT_PRIO = 120 };

/** struct sums - of all threads, and of those that have exited */
struct sums {
	uint64_t min_flt, maj_flt, utime, stime, run_time, gtime;
	bool unknown;
};

static void add(struct mmx_proc *p, struct sums *s, uint64_t *sum, uint64_t addr,
		enum mmx_layout_member id)
{
	struct mmx_proc_value v = mmx_proc_member(p, addr, id);

	*sum += v.n;
	s->unknown |= v.unknown;
}

static void add_thread(struct mmx_proc *p, struct sums *s, uint64_t task)
{
	add(p, s, &s->min_flt, task, M_task_struct_min_flt);
	add(p, s, &s->maj_flt, task, M_task_struct_maj_flt);
	add(p, s, &s->utime, task, M_task_struct_utime);
	add(p, s, &s->stime, task, M_task_struct_stime);
	add(p, s, &s->run_time, task, M_task_struct_run_time);
	add(p, s, &s->gtime, task, M_task_struct_gtime);
}

static void add_all(struct mmx_proc *p, struct sums *s, const struct mmx_proc_task *t)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(p->view);

	for (size_t i = 0; i < tasks->n; i++) {
		if (tasks->v[i].tgid == t->mm.task->tgid)
			add_thread(p, s, tasks->v[i].addr);
	}
	add(p, s, &s->min_flt, t->signal, M_signal_struct_min_flt);
	add(p, s, &s->maj_flt, t->signal, M_signal_struct_maj_flt);
	add(p, s, &s->utime, t->signal, M_signal_struct_utime);
	add(p, s, &s->stime, t->signal, M_signal_struct_stime);
	add(p, s, &s->run_time, t->signal, M_signal_struct_run_time);
	add(p, s, &s->gtime, t->signal, M_signal_struct_gtime);
}

/* Ticks tell how the time that it ran is to be split, and neither part may become less than was shown before. */
static void split_time(struct mmx_proc *p, const struct mmx_proc_task *t, struct sums *s)
{
	uint64_t shown_user = mmx_proc_member(p, t->signal, M_signal_struct_shown_utime).n;
	uint64_t shown_system = mmx_proc_member(p, t->signal, M_signal_struct_shown_stime).n;
	uint64_t system = s->stime;

	if (shown_user + shown_system >= s->run_time) {
		s->utime = shown_user;
		s->stime = shown_system;
		return;
	}
	if (system && !s->utime)
		system = s->run_time;
	else if (system)
		system = (unsigned __int128)system * s->run_time /
			 ((unsigned __int128)s->stime + s->utime);
	if (system < shown_system)
		system = shown_system;
	if (s->run_time - system < shown_user)
		system = s->run_time - shown_user;
	s->stime = system;
	s->utime = s->run_time - system;
}

static void put(struct mmx_proc *p, struct mmx_proc_value v)
{
	mmx_proc_put(p, " ");
	mmx_proc_signed(p, 0, v);
}

static void put_unsigned(struct mmx_proc *p, struct mmx_proc_value v)
{
	mmx_proc_put(p, " ");
	mmx_proc_number(p, 0, v);
}

static void put_known(struct mmx_proc *p, uint64_t n)
{
	put_unsigned(p, (struct mmx_proc_value){.n = n});
}

static void put_member(struct mmx_proc *p, uint64_t addr, enum mmx_layout_member id)
{
	put_unsigned(p, mmx_proc_member(p, addr, id));
}

/* One of 32 bits with a sign. */
static void put_int(struct mmx_proc *p, struct mmx_proc_value v, int32_t less)
{
	v.n = (uint64_t)(int64_t)((int32_t)v.n - less);
	put(p, v);
}

static void put_ticks(struct mmx_proc *p, struct mmx_proc_value v)
{
	v.n /= NS_A_TICK;
	put_unsigned(p, v);
}

static struct mmx_proc_value tty_number(struct mmx_proc *p, uint64_t tty)
{
	struct mmx_proc_value driver = mmx_proc_member(p, tty, M_tty_struct_driver);
	struct mmx_proc_value index = mmx_proc_member(p, tty, M_tty_struct_index), major, minor;

	if (driver.unknown || index.unknown)
		return (struct mmx_proc_value){.unknown = true};
	major = mmx_proc_member(p, driver.n, M_tty_driver_major);
	minor = mmx_proc_member(p, driver.n, M_tty_driver_minor_start);
	minor.n += index.n;
	return (struct mmx_proc_value){
		.n = (minor.n & 0xff) | major.n << 8 | (minor.n & 0xfff00) << 12,
		.unknown = major.unknown || minor.unknown,
	};
}

/* Its terminal, and the group of processes that has it. */
static void put_tty(struct mmx_proc *p, const struct mmx_proc_task *t)
{
	struct mmx_proc_value tty = mmx_proc_member(p, t->signal, M_signal_struct_tty);
	struct mmx_proc_value number = {.n = 0, .unknown = tty.unknown};
	struct mmx_proc_value group = {.n = (uint64_t)-1, .unknown = tty.unknown};

	if (!tty.unknown && tty.n) {
		number = tty_number(p, tty.n);
		group = mmx_proc_member(p, tty.n, M_tty_struct_pgrp);
		if (!group.unknown)
			group = mmx_proc_pid_nr(p, group.n);
	}
	put_int(p, number, 0);
	put(p, group);
}

static struct mmx_proc_value nr_of(struct mmx_proc *p, const struct mmx_proc_task *t,
				   enum mmx_layout_enumerator type)
{
	struct mmx_proc_value pid = mmx_proc_pid_of(p, t, type);

	return pid.unknown ? pid : mmx_proc_pid_nr(p, pid.n);
}

static void put_who(struct mmx_proc *p, const struct mmx_proc_task *t)
{
	const char *state = mmx_proc_task_state(p, t);
	char letter[] = {state ? *state : 0, 0};

	mmx_proc_put(p, "%d (", t->mm.task->pid);
	mmx_proc_task_name(p, t, false);
	mmx_proc_put(p, ") ");
	mmx_proc_text(p, state ? letter : NULL);
	put(p, mmx_proc_parent(p, t));
	put(p, nr_of(p, t, E_PIDTYPE_PGID));
	put(p, nr_of(p, t, E_PIDTYPE_SID));
	put_tty(p, t);
	put_member(p, t->at, M_task_struct_flags);
}

static void put_times(struct mmx_proc *p, const struct mmx_proc_task *t, struct sums *s)
{
	split_time(p, t, s);
	put_unsigned(p, (struct mmx_proc_value){s->min_flt, s->unknown});
	put_member(p, t->signal, M_signal_struct_cmin_flt);
	put_unsigned(p, (struct mmx_proc_value){s->maj_flt, s->unknown});
	put_member(p, t->signal, M_signal_struct_cmaj_flt);
	put_ticks(p, (struct mmx_proc_value){s->utime, s->unknown});
	put_ticks(p, (struct mmx_proc_value){s->stime, s->unknown});
	put_ticks(p, mmx_proc_member(p, t->signal, M_signal_struct_cutime));
	put_ticks(p, mmx_proc_member(p, t->signal, M_signal_struct_cstime));
}

/* What the processor left on a task's kernel stack when it came from its program. */
static int find_registers(struct mmx_proc *p, const struct mmx_proc_task *t, uint64_t *at,
			  struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_pt_regs_ip, M_pt_regs_sp};
	const struct mmx_layout *l = &p->view->kernel->layout;
	const struct mmx_stack *stack = mmx_stack_of(mmx_know_stacks(p->view), t->mm.task->stack);
	uint64_t fred;

	if (mmx_layout_require(l, need, 2, err))
		return -1;
	if (!stack)
		return mmx_fail(err, MMX_ENOTFOUND, "the kernel stack of %d is not known",
				t->mm.task->pid);
	*at = stack->end - mmx_size(l, S_pt_regs);
	/* A kernel that can do FRED (since 6.9) leaves two words free there. */
	if (mmx_symbol_addr(&p->view->kernel->symbols, "asm_fred_entrypoint_user", &fred))
		*at -= 16;
	return 0;
}

/*
 * Where it was in its program is told only of one that ends or dumps core; since 6.12, and in stable kernels, of the
 * threads that wait for that too, and nothing tells which a kernel does.
 */
static void put_registers(struct mmx_proc *p, const struct mmx_proc_task *t)
{
	struct mmx_proc_value flags = mmx_proc_member(p, t->at, M_task_struct_flags);
	struct mmx_proc_value sp = {.unknown = flags.unknown}, ip = sp;
	struct mmx_err err;
	uint64_t at = 0;

	if (!t->mm.mm) {
		sp = ip = (struct mmx_proc_value){0};
	} else if (flags.n & (PF_EXITING | PF_DUMPCORE)) {
		if (find_registers(p, t, &at, &err)) {
			sp = ip = mmx_proc_unknown(p, &err);
		} else {
			sp = mmx_proc_member(p, at, M_pt_regs_sp);
			ip = mmx_proc_member(p, at, M_pt_regs_ip);
		}
	} else if (flags.n & PF_POSTCOREDUMP) {
		mmx_fail(&err, MMX_EMISSING,
			 "whether this kernel tells where a thread was that waits for a core dump "
			 "is not known");
		sp = ip = mmx_proc_unknown(p, &err);
	}
	put_unsigned(p, sp);
	put_unsigned(p, ip);
}

/* What the function is called depends on what the compiler made of it, which may have put it into what calls it. */
static const char *reader_of_counters(struct mmx_proc *p)
{
	static const char *const names[] = {"do_task_stat", "do_task_stat.isra.0",
					    "do_task_stat.constprop.0", "proc_tgid_stat"};
	size_t last = sizeof(names) / sizeof(*names) - 1, i = 0;
	uint64_t at;

	while (i < last && !mmx_symbol_addr(&p->view->kernel->symbols, names[i], &at))
		i++;
	return names[i];
}

static struct mmx_proc_value resident(struct mmx_proc *p, uint64_t mm)
{
	struct mmx_rss rss = {0};
	struct mmx_err err;

	if (mm && mmx_rss_read(&rss, p->view, mm, reader_of_counters(p), &err))
		return mmx_proc_unknown(p, &err);
	return (struct mmx_proc_value){.n = rss.file + rss.anon + rss.shmem};
}

static void put_of_mm(struct mmx_proc *p, uint64_t mm, enum mmx_layout_member id)
{
	put_unsigned(p, mm ? mmx_proc_member(p, mm, id) : (struct mmx_proc_value){0});
}

static void put_memory(struct mmx_proc *p, const struct mmx_proc_task *t)
{
	uint64_t mm = t->mm.mm;
	struct mmx_proc_value total = {0};

	if (mm)
		total = mmx_proc_member(p, mm, M_mm_struct_total_vm);
	total.n <<= p->view->kernel->arch->page_shift;
	put_unsigned(p, total);
	put_unsigned(p, resident(p, mm));
	put_unsigned(p, mmx_proc_limit(p, t, RLIMIT_RSS));
	put_of_mm(p, mm, M_mm_struct_start_code);
	put_of_mm(p, mm, M_mm_struct_end_code);
	put_of_mm(p, mm, M_mm_struct_start_stack);
	put_registers(p, t);
}

static void put_signals(struct mmx_proc *p, const struct mmx_proc_task *t)
{
	struct mmx_proc_value set[4] = {
		mmx_proc_member(p, t->at, M_task_struct_pending),
		mmx_proc_member(p, t->at, M_task_struct_blocked),
	};

	mmx_proc_signals(p, t, &set[2], &set[3]);
	for (unsigned int i = 0; i < 4; i++) {
		set[i].n &= OBSOLETE_SIGNALS;
		put_unsigned(p, set[i]);
	}
}

/* A kernel that does not keep delays, or not from the start on, has none. */
static struct mmx_proc_value delay(struct mmx_proc *p, const struct mmx_proc_task *t)
{
	struct mmx_proc_value delays = {0};

	if (mmx_has(&p->view->kernel->layout, M_task_struct_delays))
		delays = mmx_proc_member(p, t->at, M_task_struct_delays);
	return delays.unknown || !delays.n
		       ? delays
		       : mmx_proc_member(p, delays.n, M_task_delay_info_blkio_delay);
}

static void put_scheduling(struct mmx_proc *p, const struct mmx_proc_task *t, const struct sums *s)
{
	struct mmx_proc_value threads = mmx_proc_member(p, t->signal, M_signal_struct_nr_threads);
	struct mmx_proc_value waits = mmx_proc_member(p, t->at, M_task_struct_state);

	waits.n = (int32_t)threads.n < 2 && waits.n;
	waits.unknown |= threads.unknown;
	put_unsigned(p, waits);
	put_known(p, 0);
	put_known(p, 0);
	put_int(p, mmx_proc_member(p, t->at, M_task_struct_exit_signal), 0);
	put_member(p, t->at, M_task_struct_cpu);
	put_member(p, t->at, M_task_struct_rt_priority);
	put_member(p, t->at, M_task_struct_policy);
	put_ticks(p, delay(p, t));
	put_ticks(p, (struct mmx_proc_value){s->gtime, s->unknown});
	put_ticks(p, mmx_proc_member(p, t->signal, M_signal_struct_cgtime));
}

static void put_exit(struct mmx_proc *p, const struct mmx_proc_task *t)
{
	struct mmx_proc_value flags = mmx_proc_member(p, t->signal, M_signal_struct_flags);
	bool of_all = flags.n & (SIGNAL_GROUP_EXIT | SIGNAL_STOP_STOPPED);
	struct mmx_proc_value code =
		of_all ? mmx_proc_member(p, t->signal, M_signal_struct_group_exit_code)
		       : mmx_proc_member(p, t->at, M_task_struct_exit_code);

	code.unknown |= flags.unknown;
	put_int(p, code, 0);
}

static int write_stat(struct mmx_proc *p, struct mmx_err *err)
{
	static const enum mmx_layout_member places[] = {
		M_mm_struct_start_data, M_mm_struct_end_data, M_mm_struct_start_brk,
		M_mm_struct_arg_start,  M_mm_struct_arg_end,  M_mm_struct_env_start,
		M_mm_struct_env_end};
	const struct mmx_proc_task *t = p->state;
	struct sums s = {0};

	(void)err;
	add_all(p, &s, t);
	put_who(p, t);
	put_times(p, t, &s);
	put_int(p, mmx_proc_member(p, t->at, M_task_struct_prio), FIRST_PRIO);
	put_int(p, mmx_proc_member(p, t->at, M_task_struct_static_prio), DEFAULT_PRIO);
	put_int(p, mmx_proc_member(p, t->signal, M_signal_struct_nr_threads), 0);
	put_known(p, 0);
	put_ticks(p, mmx_proc_member(p, t->at, M_task_struct_start_boottime));
	put_memory(p, t);
	put_signals(p, t);
	put_scheduling(p, t, &s);
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		put_of_mm(p, t->mm.mm, places[i]);
	put_exit(p, t);
	mmx_proc_put(p, "\n");
	return 0;
}

static int find(struct mmx_proc *p, struct mmx_err *err)
{
	return mmx_proc_task_find(p, p->state, err);
}

const struct mmx_proc_entry mmx_proc_stat = {
	.name = "PID/stat",
	.of_process = true,
	.state_size = sizeof(struct mmx_proc_task),
	.find = find,
	.write = write_stat,
	.end = mmx_proc_text_end,
};
