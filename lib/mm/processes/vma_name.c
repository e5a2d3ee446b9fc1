// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/decode.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/processes/task.h"
#include "mm/processes/vma_name.h"

#define ANON_NAME_MAX    80 /* ANON_VMA_NAME_MAX_LEN, with the NUL */
#define SPECIAL_NAME_MAX 64

/* Of mm->context.flags: the same bit since there is such a word. */
#define HAS_VSYSCALL 1u

/* vsyscall_mode: EMULATE, XONLY, NONE. */
#define VSYSCALL_NONE 2u

/* What names the mappings of a process that are its own. */
struct places {
	uint64_t start_brk, brk, start_stack;
};

static const struct mmx_wanted places_wanted[] = {
	MMX_WANT(struct places, start_brk, mm_struct, start_brk),
	MMX_WANT(struct places, brk, mm_struct, brk),
	MMX_WANT(struct places, start_stack, mm_struct, start_stack),
};

static const struct mmx_wanted root_wanted[] = {
	MMX_WANT(struct mmx_root, vfsmount, fs_struct, root_mnt),
	MMX_WANT(struct mmx_root, dentry, fs_struct, root_dentry),
};

struct inode {
	uint64_t ino, sb;
};

static const struct mmx_wanted inode_wanted[] = {
	MMX_WANT(struct inode, ino, inode, i_ino),
	MMX_WANT(struct inode, sb, inode, i_sb),
};

static const struct mmx_decode places_table = MMX_DECODE("mm_struct", places_wanted),
			       root_table = MMX_DECODE("fs_struct", root_wanted),
			       inode_table = MMX_DECODE("inode", inode_wanted);

static int find_root(struct mmx_root *root, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_task *init = mmx_task_find(mmx_know_tasks(view), 1);
	uint64_t fs;

	if (!init)
		return mmx_fail(err, MMX_ENOTFOUND, "there is no PID 1");
	if (mmx_kget(view, init->addr, M_task_struct_fs, &fs, err))
		return -1;
	/* One that has exited has none, as in a panic that its end is. */
	return fs ? mmx_decode_read(&root_table, view, fs, root, err) : 0;
}

/*
 * The mode decides as long as the kernel runs. Variables that are not exported have symbols only with
 * CONFIG_KALLSYMS_ALL.
 */
static void find_gate(struct mmx_vma_rules *rules, struct mmx_view *view)
{
	const struct mmx_symbols *symbols = &view->kernel->symbols;
	uint64_t mode, at;
	enum mmx_read read;

	if (!mmx_symbol_addr(symbols, "gate_vma", &rules->gate)) {
		if (mmx_symbol_addr(symbols, "emulate_vsyscall", &at))
			mmx_fail(&rules->no_gate, MMX_EMISSING,
				 "whether there is a page of vsyscalls is not known: there is no "
				 "symbol gate_vma");
		return;
	}
	read = mmx_kread_variable(view, "vsyscall_mode", 4, &mode);
	if (read)
		mmx_fail(&rules->no_gate, mmx_read_code(read), "vsyscall_mode is %s",
			 mmx_read_name(read));
	if (read || mode == VSYSCALL_NONE)
		rules->gate = 0;
}

/*
 * Nothing but code tells. The path of an overlayfs file's user stands beside its own since 6.7, and the time of an
 * inode's change got a new name in 6.6.
 */
static enum mmx_heap_rule heap_rule(const struct mmx_layout *l)
{
	if (mmx_has(l, M_backing_file_user_path_mnt))
		return MMX_HEAP_OVERLAPS;
	return mmx_has(l, M_inode_i_ctime) ? MMX_HEAP_TOUCHES : MMX_HEAP_UNKNOWN;
}

int mmx_vma_rules_find(struct mmx_vma_rules *rules, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	const struct mmx_symbols *symbols = &view->kernel->symbols;

	if (find_root(&rules->root, view, err)) {
		mmx_fail_prefix(err, "where PID 1 has its root is not known");
		mmx_cover_fail(&rules->coverage, err);
	}
	rules->heap = heap_rule(l);
	rules->file_names =
		mmx_has(l, M_vm_area_struct_anon_name) && mmx_has(l, M_vm_area_struct_shared_rb) &&
		mmx_off(l, M_vm_area_struct_anon_name) != mmx_off(l, M_vm_area_struct_shared_rb);
	mmx_symbol_addr(symbols, "special_mapping_name", &rules->special_name);
	mmx_symbol_addr(symbols, "gate_vma_name", &rules->gate_name);
	rules->gate_by_mm = mmx_has(l, M_mm_struct_mmap_compat_base);
	find_gate(rules, view);
	return 0;
}

void mmx_vma_rules_free(struct mmx_vma_rules *rules)
{
	(void)rules;
}

int mmx_gate_vma(struct mmx_vma *vma, struct mmx_view *view, uint64_t mm, struct mmx_err *err)
{
	const struct mmx_vma_rules *rules = mmx_know_vma_rules(view);
	uint64_t flags;

	if (rules->no_gate.code) {
		*err = rules->no_gate;
		return -1;
	}
	if (!rules->gate)
		return 0;
	if (rules->gate_by_mm) {
		if (mmx_kget(view, mm, M_mm_struct_context_flags, &flags, err))
			return -1;
		if (!(flags >> HAS_VSYSCALL & 1))
			return 0;
	}
	return mmx_vma_read(vma, view, rules->gate, err) ? -1 : 1;
}

static void set(struct mmx_vma_name *name, enum mmx_vma_kind kind, const char *text)
{
	name->kind = kind;
	snprintf(name->text, sizeof(name->text), "%s", text);
}

/* The name that a process gave. Up to 6.1 the word is another's where there is a file. */
static int own_name(struct mmx_vma_name *name, struct mmx_view *view, const struct mmx_vma *vma,
		    struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_anon_vma_name_name};
	const struct mmx_vma_rules *rules = mmx_know_vma_rules(view);
	const struct mmx_layout *l = &view->kernel->layout;
	char text[ANON_NAME_MAX];
	bool cut = false;

	if (!vma->mm || !vma->anon_name || (vma->file && !rules->file_names))
		return 0;
	if (mmx_layout_require(l, need, 1, err))
		return -1;
	if (mmx_kread_str(view, vma->anon_name + mmx_off(l, M_anon_vma_name_name), text,
			  sizeof(text), &cut) ||
	    cut)
		return mmx_fail(err, cut ? MMX_ECORRUPT : MMX_EABSENT,
				"the name of its own, at 0x%" PRIx64 ", is %s", vma->anon_name,
				cut ? "longer than such names are" : "not in the dump");
	name->kind = MMX_VMA_NAMED;
	snprintf(name->text, sizeof(name->text), "[%s:%s]", vma->file ? "anon_shmem" : "anon",
		 text);
	return 0;
}

static int path_name(struct mmx_vma_name *name, struct mmx_view *view, const struct mmx_vma *vma,
		     struct mmx_err *err)
{
	struct mmx_path path;

	if (mmx_path_seen(&path, view, &mmx_know_vma_rules(view)->root, vma->file, err))
		return -1;
	name->deleted = path.deleted;
	name->generated = path.generated;
	set(name, MMX_VMA_FILE, path.text);
	return 0;
}

static int special_name(struct mmx_vma_name *name, struct mmx_view *view, const struct mmx_vma *vma,
			struct mmx_err *err)
{
	char text[SPECIAL_NAME_MAX];
	enum mmx_read read;
	uint64_t at;

	if (mmx_kget(view, vma->private_data, M_vm_special_mapping_name, &at, err))
		return -1;
	if (!at)
		return 0;
	read = mmx_kread_str(view, at, text, sizeof(text), NULL);
	if (read)
		return mmx_fail(err, mmx_read_code(read), "the name of a special mapping is %s",
				mmx_read_name(read));
	set(name, MMX_VMA_SPECIAL, text);
	return 0;
}

/* What the functions of a mapping call it. In no kernel from 6.1 to 7.3 do others than these two name any. */
static int ops_name(struct mmx_vma_name *name, struct mmx_view *view, const struct mmx_vma *vma,
		    struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_vm_area_struct_vm_ops,
						      M_vm_area_struct_vm_private_data};
	const struct mmx_vma_rules *rules = mmx_know_vma_rules(view);
	char symbol[MMX_SYMBOL_NAME];
	uint64_t function = 0;

	if (mmx_layout_require(&view->kernel->layout, need, sizeof(need) / sizeof(*need), err) ||
	    (vma->ops && mmx_kget(view, vma->ops, M_vm_operations_struct_name, &function, err)))
		return -1;
	if (!function)
		return 0;
	if (function == rules->special_name)
		return special_name(name, view, vma, err);
	if (function == rules->gate_name) {
		set(name, MMX_VMA_SPECIAL, "[vsyscall]");
		return 0;
	}
	mmx_symbol_format(&view->kernel->symbols, function, symbol, sizeof(symbol));
	return mmx_fail(err, MMX_EMISSING, "its name is made up by %s, which mmx does not know",
			symbol);
}

static int place_name(struct mmx_vma_name *name, struct mmx_view *view, const struct mmx_vma *vma,
		      struct mmx_err *err)
{
	enum mmx_heap_rule rule = mmx_know_vma_rules(view)->heap;
	bool touches, overlaps;
	struct places p;

	if (mmx_decode_read(&places_table, view, vma->mm, &p, err))
		return -1;
	touches = vma->start <= p.brk && vma->end >= p.start_brk;
	overlaps = vma->start < p.brk && vma->end > p.start_brk;
	if (touches != overlaps && rule == MMX_HEAP_UNKNOWN)
		return mmx_fail(err, MMX_EMISSING,
				"it lies beside the heap, and some kernels 6.6 call that [heap]");
	if (overlaps || (touches && rule == MMX_HEAP_TOUCHES))
		set(name, MMX_VMA_HEAP, "[heap]");
	else if (vma->start <= p.start_stack && vma->end >= p.start_stack)
		set(name, MMX_VMA_STACK, "[stack]");
	return 0;
}

static int name_without_file(struct mmx_vma_name *name, struct mmx_view *view,
			     const struct mmx_vma *vma, struct mmx_err *err)
{
	if (ops_name(name, view, vma, err))
		return -1;
	if (*name->text)
		return 0;
	if (!vma->mm) {
		set(name, MMX_VMA_SPECIAL, "[vdso]");
		return 0;
	}
	if (place_name(name, view, vma, err))
		return -1;
	return *name->text ? 0 : own_name(name, view, vma, err);
}

int mmx_vma_name(struct mmx_vma_name *name, struct mmx_view *view, const struct mmx_vma *vma,
		 struct mmx_err *err)
{
	name->kind = MMX_VMA_UNNAMED;
	name->deleted = name->generated = false;
	*name->text = '\0';
	if (!vma->file)
		return name_without_file(name, view, vma, err);
	if (own_name(name, view, vma, err))
		return -1;
	return *name->text ? 0 : path_name(name, view, vma, err);
}

int mmx_vma_inode(struct mmx_vma_inode *inode, struct mmx_view *view, const struct mmx_vma *vma,
		  struct mmx_err *err)
{
	struct mmx_user_path user;
	struct inode i;
	uint64_t dev;

	*inode = (struct mmx_vma_inode){0};
	if (!vma->file)
		return 0;
	if (mmx_user_path_read(&user, view, vma->file, err) ||
	    mmx_decode_read(&inode_table, view, user.inode, &i, err) ||
	    mmx_kget(view, i.sb, M_super_block_s_dev, &dev, err))
		return -1;
	*inode = (struct mmx_vma_inode){.inode = user.inode, .ino = i.ino, .dev = dev};
	return 0;
}
