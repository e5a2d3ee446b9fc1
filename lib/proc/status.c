// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PID/status. Lines have come over the years and some are there with what they are of only, so a line is printed
 * where the kernel has a text for it.
 */
#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/calls.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/processes/task_lines.h"
#include "proc/status.h"

#define LEVELS            33    /* of PID namespaces: the kernel's own limit, and the first one */
#define GROUPS_MAX        65536 /* the kernel's own limit */
#define MASK_BYTES        8192  /* of CPUs or nodes: eight times what any kernel has */
#define NOBODY            0xffffffffu
#define MMF_DISABLE       24 /* MMF_DISABLE_THP, and since 6.18 MMF_DISABLE_THP_COMPLETELY */
#define RLIMIT_SIGPENDING 11

/** struct state - what status rests on; @lines: which the kernel prints */
struct state {
	struct mmx_proc_task task;
	const struct mmx_task_lines *lines;
};

static int find(struct mmx_proc *p, struct mmx_err *err)
{
	struct state *s = p->state;

	if (mmx_proc_task_find(p, &s->task, err))
		return -1;
	s->lines = mmx_task_lines(p->view, err);
	return s->lines ? 0 : -1;
}

/*
 * Who it is.
 */

static void put_number(struct mmx_proc *p, const char *label, struct mmx_proc_value v)
{
	mmx_proc_put(p, "%s", label);
	mmx_proc_number(p, 0, v);
}

static void put_member(struct mmx_proc *p, const char *label, uint64_t addr,
		       enum mmx_layout_member id)
{
	put_number(p, label, mmx_proc_member(p, addr, id));
}

/* A number behind a pointer of the task, which may be 0. */
static struct mmx_proc_value behind(struct mmx_proc *p, uint64_t addr, enum mmx_layout_member way,
				    enum mmx_layout_member id)
{
	struct mmx_proc_value at = mmx_proc_member(p, addr, way);

	return at.unknown || !at.n ? at : mmx_proc_member(p, at.n, id);
}

/* A kernel without balancing of NUMA has no groups. */
static struct mmx_proc_value numa_group(struct mmx_proc *p, const struct mmx_proc_task *t)
{
	if (!mmx_has(&p->view->kernel->layout, M_task_struct_numa_group))
		return (struct mmx_proc_value){0};
	return behind(p, t->at, M_task_struct_numa_group, M_numa_group_gid);
}

static struct mmx_proc_value tracer(struct mmx_proc *p, const struct mmx_proc_task *t)
{
	struct mmx_proc_value traced = mmx_proc_member(p, t->at, M_task_struct_ptrace);

	if (traced.unknown || !traced.n)
		return traced;
	return behind(p, t->at, M_task_struct_parent, M_task_struct_pid);
}

/* As the first user namespace has them, whose all numbers are but one. */
static void put_id(struct mmx_proc *p, const struct mmx_proc_task *t, enum mmx_layout_member id,
		   const char *nobody)
{
	struct mmx_proc_value v = mmx_proc_member(p, t->cred, id);

	if (!v.unknown && v.n == NOBODY)
		v = mmx_proc_variable(p, nobody, 4);
	put_number(p, "\t", v);
}

static void put_ids(struct mmx_proc *p, const struct mmx_proc_task *t)
{
	static const enum mmx_layout_member uids[] = {M_cred_uid, M_cred_euid, M_cred_suid,
						      M_cred_fsuid};
	static const enum mmx_layout_member gids[] = {M_cred_gid, M_cred_egid, M_cred_sgid,
						      M_cred_fsgid};

	mmx_proc_put(p, "\nUid:");
	for (unsigned int i = 0; i < 4; i++)
		put_id(p, t, uids[i], "overflowuid");
	mmx_proc_put(p, "\nGid:");
	for (unsigned int i = 0; i < 4; i++)
		put_id(p, t, gids[i], "overflowgid");
}

static int read_groups(struct mmx_proc *p, const struct mmx_proc_task *t, uint64_t *n,
		       uint64_t *first, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_cred_group_info, M_group_info_ngroups,
						      M_group_info_gid};
	uint64_t info;

	if (mmx_layout_require(&p->view->kernel->layout, need, 3, err) ||
	    mmx_kget(p->view, t->cred, M_cred_group_info, &info, err) ||
	    mmx_kget(p->view, info, M_group_info_ngroups, n, err))
		return -1;
	*first = info + mmx_off(&p->view->kernel->layout, M_group_info_gid);
	return *n > GROUPS_MAX
		       ? mmx_fail(err, MMX_ECORRUPT,
				  "a process is in %" PRIu64 " groups, and the kernel allows 65536",
				  *n)
		       : 0;
}

static void put_groups(struct mmx_proc *p, const struct mmx_proc_task *t)
{
	uint64_t n = 0, first = 0;
	struct mmx_err err;

	mmx_proc_put(p, "\nGroups:\t");
	if (read_groups(p, t, &n, &first, &err)) {
		mmx_proc_unknown(p, &err);
		mmx_proc_text(p, NULL);
	}
	for (uint64_t i = 0; i < n; i++) {
		struct mmx_proc_value v = {0};
		unsigned char gid[4];

		if (mmx_kread_ok(p->view, first + 4 * i, gid, 4, "group_info.gid", &err))
			v = mmx_proc_unknown(p, &err);
		else
			v.n = mmx_le32(gid);
		if (!v.unknown && v.n == NOBODY)
			v = mmx_proc_variable(p, "overflowgid", 4);
		put_number(p, i ? " " : "", v);
	}
	mmx_proc_put(p, " ");
}

/* struct number - of a task, in a namespace */
struct number {
	uint64_t ns;
	uint32_t nr;
};

/* The numbers of a struct pid, from the first namespace on; how many, 0 with the reason said. */
static unsigned int read_numbers(struct mmx_proc *p, struct mmx_proc_value pid,
				 struct number n[LEVELS])
{
	const struct mmx_layout *l = &p->view->kernel->layout;
	struct mmx_proc_value level;
	struct mmx_err err;

	if (pid.unknown || !pid.n)
		return 0;
	level = mmx_proc_member(p, pid.n, M_pid_level);
	if (level.unknown)
		return 0;
	if (level.n >= LEVELS) {
		mmx_fail(&err, MMX_ECORRUPT,
			 "the pid at 0x%" PRIx64 " is %" PRIu64
			 " namespaces down, and the kernel allows 32",
			 pid.n, level.n);
		mmx_proc_unknown(p, &err);
		return 0;
	}
	for (unsigned int i = 0; i <= level.n; i++) {
		uint64_t at = pid.n + mmx_off(l, M_pid_numbers) + i * mmx_size(l, S_upid);
		struct mmx_proc_value nr = mmx_proc_member(p, at, M_upid_nr);
		struct mmx_proc_value ns = mmx_proc_member(p, at, M_upid_ns);

		if (nr.unknown || ns.unknown)
			return 0;
		n[i] = (struct number){ns.n, nr.n};
	}
	return level.n + 1;
}

/* The numbers of a group of the task's, in each namespace that the task has a number in. */
static void put_numbers(struct mmx_proc *p, const char *label, const struct number *own,
			unsigned int levels, struct mmx_proc_value pid)
{
	struct number n[LEVELS];
	unsigned int of_pid = read_numbers(p, pid, n);

	mmx_proc_put(p, "%s", label);
	for (unsigned int i = 0; i < levels; i++) {
		struct mmx_proc_value v = {.unknown = pid.unknown || (pid.n && !of_pid)};

		if (i < of_pid && n[i].ns == own[i].ns)
			v.n = n[i].nr;
		put_number(p, "\t", v);
	}
}

static void put_namespaces(struct mmx_proc *p, const struct mmx_proc_task *t)
{
	struct mmx_proc_value own = mmx_proc_member(p, t->at, M_task_struct_thread_pid);
	struct number numbers[LEVELS];
	unsigned int levels = read_numbers(p, own, numbers);

	if (!levels) {
		mmx_proc_put(p, "\nNStgid:\t?\nNSpid:\t?\nNSpgid:\t?\nNSsid:\t?");
		p->missing += 4;
		return;
	}
	put_numbers(p, "\nNStgid:", numbers, levels, mmx_proc_pid_of(p, t, E_PIDTYPE_TGID));
	put_numbers(p, "\nNSpid:", numbers, levels, own);
	put_numbers(p, "\nNSpgid:", numbers, levels, mmx_proc_pid_of(p, t, E_PIDTYPE_PGID));
	put_numbers(p, "\nNSsid:", numbers, levels, mmx_proc_pid_of(p, t, E_PIDTYPE_SID));
}

static void put_umask(struct mmx_proc *p, const struct mmx_proc_task *t)
{
	struct mmx_proc_value fs = mmx_proc_member(p, t->at, M_task_struct_fs);
	struct mmx_proc_value umask = {.unknown = true};

	if (!fs.unknown && !fs.n)
		return;
	if (!fs.unknown)
		umask = mmx_proc_member(p, fs.n, M_fs_struct_umask);
	mmx_proc_put(p, "Umask:\t");
	if (umask.unknown)
		mmx_proc_text(p, NULL);
	else
		mmx_proc_put(p, "%#04o", (unsigned int)umask.n);
	mmx_proc_put(p, "\n");
}

static struct mmx_proc_value room_for_files(struct mmx_proc *p, const struct mmx_proc_task *t)
{
	struct mmx_proc_value fdt = behind(p, t->at, M_task_struct_files, M_files_struct_fdt);

	return fdt.unknown || !fdt.n ? fdt : mmx_proc_member(p, fdt.n, M_fdtable_max_fds);
}

static void put_who(struct mmx_proc *p, const struct state *s)
{
	const struct mmx_proc_task *t = &s->task;

	mmx_proc_put(p, "Name:\t");
	mmx_proc_task_name(p, t, true);
	mmx_proc_put(p, "\n");
	put_umask(p, t);
	mmx_proc_put(p, "State:\t");
	mmx_proc_text(p, mmx_proc_task_state(p, t));
	mmx_proc_put(p, "\nTgid:\t%d", t->mm.task->tgid);
	put_number(p, "\nNgid:\t", numa_group(p, t));
	mmx_proc_put(p, "\nPid:\t%d", t->mm.task->pid);
	put_number(p, "\nPPid:\t", mmx_proc_parent(p, t));
	put_number(p, "\nTracerPid:\t", tracer(p, t));
	put_ids(p, t);
	put_number(p, "\nFDSize:\t", room_for_files(p, t));
	put_groups(p, t);
	if (s->lines->has[MMX_TASK_NAMESPACES])
		put_namespaces(p, t);
	mmx_proc_put(p, "\n");
	if (s->lines->has[MMX_TASK_KTHREAD])
		mmx_proc_put(p, "Kthread:\t%d\n", t->mm.task->kernel);
}

/*
 * Its memory.
 */

static void put_thp(struct mmx_proc *p, uint64_t mm)
{
	struct mmx_proc_value v = {0};
	uint64_t flags;

	/* There with huge pages only. */
	if (mmx_symbol_addr(&p->view->kernel->symbols, "transparent_hugepage_flags", &flags)) {
		v = mmx_proc_member(p, mm, M_mm_struct_flags);
		v.n = !(v.n >> MMF_DISABLE & 1);
	}
	put_number(p, "THP_enabled:\t", v);
	mmx_proc_put(p, "\n");
}

static void put_untag(struct mmx_proc *p, uint64_t mm)
{
	struct mmx_proc_value v = {.n = ~0ULL};

	if (mmx_has(&p->view->kernel->layout, M_mm_struct_untag_mask))
		v = mmx_proc_member(p, mm, M_mm_struct_untag_mask);
	mmx_proc_put(p, "untag_mask:\t");
	if (v.unknown)
		mmx_proc_text(p, NULL);
	else
		mmx_proc_put(p, "%#" PRIx64, v.n);
	mmx_proc_put(p, "\n");
}

static void put_memory(struct mmx_proc *p, const struct state *s)
{
	unsigned int shift = p->view->kernel->arch->page_shift - 10;
	const struct mmx_proc_task *t = &s->task;
	uint64_t mm = t->mm.mm;
	struct mmx_proc_value v;

	mmx_proc_status_memory(p, mm);
	if (s->lines->has[MMX_TASK_HUGETLB]) {
		v = mmx_proc_member(p, mm, M_mm_struct_hugetlb_usage);
		v.n <<= shift;
		mmx_proc_put(p, "HugetlbPages:\t");
		mmx_proc_number(p, 8, v);
		mmx_proc_put(p, " kB\n");
	}
	v = mmx_proc_member(p, t->signal, M_signal_struct_core_state);
	v.n = v.n != 0;
	put_number(p, "CoreDumping:\t", v);
	mmx_proc_put(p, "\n");
	put_thp(p, mm);
	if (s->lines->has[MMX_TASK_UNTAG])
		put_untag(p, mm);
}

/*
 * Signals, and what it may do.
 */

static void put_set(struct mmx_proc *p, const char *label, struct mmx_proc_value v)
{
	mmx_proc_put(p, "%s", label);
	if (v.unknown)
		mmx_proc_text(p, NULL);
	else
		mmx_proc_put(p, "%016" PRIx64, v.n);
	mmx_proc_put(p, "\n");
}

static struct mmx_proc_value queued(struct mmx_proc *p, const struct mmx_proc_task *t)
{
	const struct mmx_layout *l = &p->view->kernel->layout;
	struct mmx_proc_value ucounts = mmx_proc_member(p, t->cred, M_cred_ucounts), v = {0};
	struct mmx_err err;

	if (ucounts.unknown)
		return ucounts;
	if (!mmx_has(l, M_ucounts_rlimit) || !mmx_has_enum(l, E_UCOUNT_RLIMIT_SIGPENDING))
		mmx_fail(&err, MMX_EMISSING, "ucounts.rlimit and its indices are needed");
	else if (!mmx_kread_ok(p->view,
			       ucounts.n + mmx_off(l, M_ucounts_rlimit) +
				       8 * (uint64_t)mmx_enum(l, E_UCOUNT_RLIMIT_SIGPENDING),
			       &v.n, 8, "ucounts.rlimit", &err))
		return (struct mmx_proc_value){.n = (uint32_t)le64toh(v.n)};
	return mmx_proc_unknown(p, &err);
}

static void put_signals(struct mmx_proc *p, const struct mmx_proc_task *t)
{
	struct mmx_proc_value ignored, caught;

	mmx_proc_signals(p, t, &ignored, &caught);
	put_number(p, "Threads:\t", mmx_proc_member(p, t->signal, M_signal_struct_nr_threads));
	put_number(p, "\nSigQ:\t", queued(p, t));
	put_number(p, "/", mmx_proc_limit(p, t, RLIMIT_SIGPENDING));
	put_set(p, "\nSigPnd:\t", mmx_proc_member(p, t->at, M_task_struct_pending));
	put_set(p, "ShdPnd:\t", mmx_proc_member(p, t->signal, M_signal_struct_shared_pending));
	put_set(p, "SigBlk:\t", mmx_proc_member(p, t->at, M_task_struct_blocked));
	put_set(p, "SigIgn:\t", ignored);
	put_set(p, "SigCgt:\t", caught);
}

static void put_capabilities(struct mmx_proc *p, const struct mmx_proc_task *t)
{
	put_set(p, "CapInh:\t", mmx_proc_member(p, t->cred, M_cred_cap_inheritable));
	put_set(p, "CapPrm:\t", mmx_proc_member(p, t->cred, M_cred_cap_permitted));
	put_set(p, "CapEff:\t", mmx_proc_member(p, t->cred, M_cred_cap_effective));
	put_set(p, "CapBnd:\t", mmx_proc_member(p, t->cred, M_cred_cap_bset));
	put_set(p, "CapAmb:\t", mmx_proc_member(p, t->cred, M_cred_cap_ambient));
}

static void put_confinement(struct mmx_proc *p, const struct state *s)
{
	const struct mmx_proc_task *t = &s->task;
	struct mmx_proc_value v = mmx_proc_member(p, t->at, M_task_struct_atomic_flags);

	v.n &= 1;
	put_number(p, "NoNewPrivs:\t", v);
	if (s->lines->has[MMX_TASK_SECCOMP])
		put_member(p, "\nSeccomp:\t", t->at, M_task_struct_seccomp_mode);
	if (s->lines->has[MMX_TASK_FILTERS])
		put_member(p, "\nSeccomp_filters:\t", t->at, M_task_struct_seccomp_filters);
	mmx_proc_put(p, "\nSpeculation_Store_Bypass:\t");
	mmx_proc_text(p, mmx_proc_store_bypass(p, t->at));
	if (s->lines->has[MMX_TASK_BRANCH]) {
		mmx_proc_put(p, "\nSpeculationIndirectBranch:\t");
		mmx_proc_text(p, mmx_proc_indirect_branch(p, t->at));
	}
	mmx_proc_put(p, "\n");
}

/*
 * Where it may run, and have memory.
 */

static bool bit(const unsigned char *mask, uint64_t n)
{
	return mask[n / 8] >> n % 8 & 1;
}

/* In words of 32 bits from the highest, of which the first has as many digits as it has bits for. */
static void put_mask(struct mmx_proc *p, const unsigned char *mask, uint64_t bits)
{
	uint64_t rest = bits % 32 ? bits % 32 : 32;

	for (uint64_t at = (bits - 1) / 32 * 32;; at -= 32, rest = 32) {
		uint32_t word = mmx_le32(mask + at / 8);

		if (rest < 32)
			word &= (1u << rest) - 1;
		mmx_proc_put(p, "%0*x%s", (int)(rest + 3) / 4, word, at ? "," : "");
		if (!at)
			break;
	}
}

static void put_list(struct mmx_proc *p, const unsigned char *mask, uint64_t bits)
{
	const char *before = "";

	for (uint64_t i = 0, end; i < bits; i = end) {
		end = i + 1;
		if (!bit(mask, i))
			continue;
		while (end < bits && bit(mask, end))
			end++;
		mmx_proc_put(p, "%s%" PRIu64, before, i);
		if (end > i + 1)
			mmx_proc_put(p, "-%" PRIu64, end - 1);
		before = ",";
	}
}

static int read_mask(struct mmx_proc *p, uint64_t task, enum mmx_layout_member id, uint64_t bits,
		     unsigned char *mask, struct mmx_err *err)
{
	const struct mmx_layout *l = &p->view->kernel->layout;

	memset(mask, 0, MASK_BYTES);
	if (mmx_layout_require(l, &id, 1, err))
		return -1;
	if (!bits || bits > 8ULL * l->member[id].m.size || bits > 8ULL * MASK_BYTES)
		return mmx_fail(err, MMX_ECORRUPT, "a mask of %" PRIu64 " bits makes no sense",
				bits);
	return mmx_kread_ok(p->view, task + mmx_off(l, id), mask, (bits + 63) / 64 * 8,
			    mmx_layout_members[id].name, err);
}

static void put_allowed(struct mmx_proc *p, const char *of_what, uint64_t task,
			enum mmx_layout_member id, struct mmx_proc_value bits)
{
	unsigned char mask[MASK_BYTES];
	struct mmx_err err;

	if (!bits.unknown && read_mask(p, task, id, bits.n, mask, &err))
		bits = mmx_proc_unknown(p, &err);
	if (bits.unknown) {
		mmx_proc_put(p, "%s:\t?\n%s_list:\t?\n", of_what, of_what);
		p->missing += 2;
		return;
	}
	mmx_proc_put(p, "%s:\t", of_what);
	put_mask(p, mask, bits.n);
	mmx_proc_put(p, "\n%s_list:\t", of_what);
	put_list(p, mask, bits.n);
	mmx_proc_put(p, "\n");
}

/* A kernel for one CPU has no variable for how many there may be. */
static struct mmx_proc_value possible_cpus(struct mmx_proc *p)
{
	uint64_t at;

	if (!mmx_symbol_addr(&p->view->kernel->symbols, "__per_cpu_offset", &at))
		return (struct mmx_proc_value){.n = 1};
	return mmx_proc_variable(p, "nr_cpu_ids", 4);
}

/*
 * As many as a kernel allows, which VMCOREINFO has of one for several nodes; since 7.3 as many as this machine may have,
 * which the code tells.
 */
static struct mmx_proc_value possible_nodes(struct mmx_proc *p)
{
	const struct mmx_kernel *k = p->view->kernel;
	struct mmx_proc_value v = {.n = 1};
	bool of_machine = false;
	struct mmx_err err;
	uint64_t at;

	if (!mmx_symbol_addr(&k->symbols, "node_data", &at))
		return v;
	if (mmx_refers(p->view, "cpuset_task_status_allowed", "nr_node_ids", &of_machine, &err))
		return mmx_proc_unknown(p, &err);
	if (of_machine)
		return mmx_proc_variable(p, "nr_node_ids", 4);
	if (mmx_vmcoreinfo_length(&k->vmcoreinfo, "node_data", &v.n))
		return v;
	mmx_fail(&err, MMX_EMISSING,
		 "how many nodes there may be is not known without VMCOREINFO's LENGTH(node_data)");
	return mmx_proc_unknown(p, &err);
}

static void put_features(struct mmx_proc *p, const char *label, uint64_t task,
			 enum mmx_layout_member id)
{
	struct mmx_proc_value v = mmx_proc_member(p, task, id);

	mmx_proc_put(p, "%s:\t", label);
	if (v.unknown)
		mmx_proc_text(p, NULL);
	else
		mmx_proc_put(p, "%s%s", v.n & 1 ? "shstk " : "", v.n & 2 ? "wrss " : "");
	mmx_proc_put(p, "\n");
}

static int write_status(struct mmx_proc *p, struct mmx_err *err)
{
	const struct state *s = p->state;
	uint64_t task = s->task.at;

	(void)err;
	put_who(p, s);
	if (s->task.mm.mm)
		put_memory(p, s);
	put_signals(p, &s->task);
	put_capabilities(p, &s->task);
	put_confinement(p, s);
	put_allowed(p, "Cpus_allowed", task, M_task_struct_cpus_mask, possible_cpus(p));
	if (s->lines->has[MMX_TASK_MEMS])
		put_allowed(p, "Mems_allowed", task, M_task_struct_mems_allowed, possible_nodes(p));
	put_member(p, "voluntary_ctxt_switches:\t", task, M_task_struct_nvcsw);
	put_member(p, "\nnonvoluntary_ctxt_switches:\t", task, M_task_struct_nivcsw);
	mmx_proc_put(p, "\n");
	if (s->lines->has[MMX_TASK_FEATURES]) {
		put_features(p, "x86_Thread_features", task, M_task_struct_features);
		put_features(p, "x86_Thread_features_locked", task, M_task_struct_features_locked);
	}
	return 0;
}

const struct mmx_proc_entry mmx_proc_status = {
	.name = "PID/status",
	.of_process = true,
	.state_size = sizeof(struct state),
	.find = find,
	.write = write_status,
	.end = mmx_proc_text_end,
};
