// SPDX-License-Identifier: GPL-2.0-or-later
/* What mappings are called, by the rules that kernels have had. */
#include <stdlib.h>

#include "../fake_memory.h"
#include "mm/processes/task.h"
#include "mm/processes/vma_name.h"
#include "unit.h"

#define OWN_NS 0x1000

struct mm {
	uint64_t start_brk, brk, start_stack, context;
};

struct area {
	uint64_t start, end, mm, flags, pgoff, file, anon_vma, ops, private_data, anon_name, shared;
};

struct ops {
	uint64_t open, name;
};

struct mount {
	uint64_t root, parent, mountpoint, ns;
};

struct dentry {
	uint64_t parent, pprev, op, inode, name;
	uint32_t len, pad;
};

struct file {
	uint64_t mnt, dentry, inode, mode;
	uint64_t user_mnt, user_dentry;
};

struct inode {
	uint64_t ino, sb;
};

static struct fake_memory *m;
static struct mmx_vma_name name;
static struct mmx_vma_inode shown;
static struct mmx_vma vma;
static struct mmx_err err;
static struct mm *mm;
static uint64_t root, mnt, file, special, directory, init_fs[2];

static void lay_out(void)
{
	fake_no_types(m);
	FAKE_MEMBER(m, M_mm_struct_start_brk, mm, start_brk);
	FAKE_MEMBER(m, M_mm_struct_brk, mm, brk);
	FAKE_MEMBER(m, M_mm_struct_start_stack, mm, start_stack);
	FAKE_MEMBER(m, M_mm_struct_context_flags, mm, context);
	FAKE_MEMBER(m, M_vm_area_struct_vm_start, area, start);
	FAKE_MEMBER(m, M_vm_area_struct_vm_end, area, end);
	FAKE_MEMBER(m, M_vm_area_struct_vm_mm, area, mm);
	FAKE_MEMBER(m, M_vm_area_struct_vm_flags, area, flags);
	FAKE_MEMBER(m, M_vm_area_struct_vm_pgoff, area, pgoff);
	FAKE_MEMBER(m, M_vm_area_struct_vm_file, area, file);
	FAKE_MEMBER(m, M_vm_area_struct_anon_vma, area, anon_vma);
	FAKE_MEMBER(m, M_vm_area_struct_vm_ops, area, ops);
	FAKE_MEMBER(m, M_vm_area_struct_vm_private_data, area, private_data);
	FAKE_MEMBER(m, M_vm_area_struct_anon_name, area, anon_name);
	FAKE_MEMBER(m, M_vm_area_struct_shared_rb, area, shared);
	FAKE_MEMBER(m, M_vm_operations_struct_name, ops, name);
	fake_member(m, M_vm_special_mapping_name, 0, 8, 0);
	fake_member(m, M_anon_vma_name_name, 4, 0, 0);
	fake_member(m, M_mount_mnt, 0, 8, 0);
	FAKE_MEMBER(m, M_vfsmount_mnt_root, mount, root);
	FAKE_MEMBER(m, M_mount_mnt_parent, mount, parent);
	FAKE_MEMBER(m, M_mount_mnt_mountpoint, mount, mountpoint);
	FAKE_MEMBER(m, M_mount_mnt_ns, mount, ns);
	FAKE_MEMBER(m, M_dentry_d_parent, dentry, parent);
	FAKE_MEMBER(m, M_dentry_d_hash_pprev, dentry, pprev);
	FAKE_MEMBER(m, M_dentry_d_op, dentry, op);
	FAKE_MEMBER(m, M_dentry_d_inode, dentry, inode);
	FAKE_MEMBER(m, M_dentry_d_name_name, dentry, name);
	FAKE_MEMBER(m, M_dentry_d_name_len, dentry, len);
	FAKE_MEMBER(m, M_file_f_path_mnt, file, mnt);
	FAKE_MEMBER(m, M_file_f_path_dentry, file, dentry);
	FAKE_MEMBER(m, M_file_f_inode, file, inode);
	FAKE_MEMBER(m, M_file_f_mode, file, mode);
	FAKE_MEMBER(m, M_inode_i_ino, inode, ino);
	FAKE_MEMBER(m, M_inode_i_sb, inode, sb);
	fake_member(m, M_super_block_s_dev, 0, 4, 0);
	fake_member(m, M_task_struct_fs, 0, 8, 0);
	fake_member(m, M_fs_struct_root_mnt, 0, 8, 0);
	fake_member(m, M_fs_struct_root_dentry, 8, 8, 0);
}

static uint64_t put_dentry(uint64_t parent, const char *text, uint64_t inode)
{
	struct dentry d = {parent,       1, 0, inode, fake_put(m, text, strlen(text) + 1),
			   strlen(text), 0};
	uint64_t at = fake_put(m, &d, sizeof(d));

	if (!parent)
		((struct dentry *)fake_at(m, at))->parent = at;
	return at;
}

/* PID 1, whose root is at init_fs, which is of its own choice when it is not empty. */
static void put_init(void)
{
	struct mmx_tasks *tasks = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_tasks);
	uint64_t fs = fake_put(m, init_fs, sizeof(init_fs));
	struct mmx_task init = {.addr = fake_put(m, &fs, 8), .pid = 1, .tgid = 1};

	if (!mmx_array_add(tasks, init))
		abort();
}

static void setup(void)
{
	uint64_t sb, inode, special_text;
	struct file f = {0};
	uint64_t mm_addr;

	m = fake_memory_new(1 << 16);
	fake_put(m, "not at 0", 9);
	lay_out();
	fake_symbol(m, "special_mapping_name", 0x5000);
	fake_symbol(m, "gate_vma_name", 0x6000);
	sb = fake_put(m, &(uint32_t){8 << 20 | 3}, 4);
	inode = fake_put(m, &(struct inode){77, sb}, sizeof(struct inode));
	root = put_dentry(0, "/", 0);
	mnt = fake_put(m, &(struct mount){root, 0, root, OWN_NS}, sizeof(struct mount));
	((struct mount *)fake_at(m, mnt))->parent = mnt;
	directory = put_dentry(root, "a", 0);
	f.mnt = mnt;
	f.dentry = put_dentry(directory, "b\nc", inode);
	f.inode = inode;
	file = fake_put(m, &f, sizeof(f));
	special_text = fake_put(m, "[vvar_vclock]", 14);
	special = fake_put(m, &special_text, 8);
	mm_addr = fake_put(m, &(struct mm){0x5800, 0x9000, 0x20800, 0}, sizeof(struct mm));
	mm = fake_at(m, mm_addr);
	vma = (struct mmx_vma){.addr = 1, .start = 0x1000, .end = 0x2000, .mm = mm_addr};
	memset(init_fs, 0, sizeof(init_fs));
}

static void teardown(void)
{
	fake_memory_free(m);
}

static const char *told(void)
{
	return mmx_vma_name(&name, m->view, &vma, &err) ? err.text : name.text;
}

static bool is(enum mmx_vma_kind kind, const char *text)
{
	return !strcmp(told(), text) && name.kind == kind;
}

static void places_are_those_of_the_mm(void)
{
	setup();
	put_init();
	CHECK(is(MMX_VMA_UNNAMED, ""), "%s", told());
	vma.start = 0x6000;
	vma.end = 0x8000;
	CHECK(is(MMX_VMA_HEAP, "[heap]"), "a part of the heap: %s", told());
	vma.start = 0x20000;
	vma.end = 0x21000;
	CHECK(is(MMX_VMA_STACK, "[stack]"), "%s", told());
	teardown();
}

/* 6.6 had both rules, and nothing tells which. */
static void beside_the_heap_is_a_question_of_the_release(void)
{
	for (int release = 65; release <= 67; release++) {
		setup();
		put_init();
		if (release == 65)
			fake_member(m, M_inode_i_ctime, 0, 8, 0);
		if (release == 67)
			FAKE_MEMBER(m, M_backing_file_user_path_mnt, file, user_mnt);
		vma.start = 0x9000;
		vma.end = 0xa000;
		CHECK(release == 65   ? is(MMX_VMA_HEAP, "[heap]")
		      : release == 67 ? is(MMX_VMA_UNNAMED, "")
				      : strstr(told(), "beside the heap") != NULL,
		      "%d: %s", release, told());
		vma.start = 0x8000;
		CHECK(is(MMX_VMA_HEAP, "[heap]"), "%d: %s", release, told());
		teardown();
	}
}

static void special_mappings_have_their_own_names(void)
{
	setup();
	put_init();
	vma.private_data = special;
	vma.ops = fake_put(m, &(struct ops){0, 0x5000}, sizeof(struct ops));
	CHECK(is(MMX_VMA_SPECIAL, "[vvar_vclock]"), "%s", told());
	((struct ops *)fake_at(m, vma.ops))->name = 0x6000;
	vma.mm = 0;
	CHECK(is(MMX_VMA_SPECIAL, "[vsyscall]"), "%s", told());
	((struct ops *)fake_at(m, vma.ops))->name = 0x7000;
	CHECK(strstr(told(), "which mmx does not know"), "%s", told());
	((struct ops *)fake_at(m, vma.ops))->name = 0;
	CHECK(is(MMX_VMA_SPECIAL, "[vdso]"), "%s", told());
	teardown();
}

static void names_of_ones_own(void)
{
	setup();
	put_init();
	vma.anon_name = fake_put(m, "\1\0\0\0glibc: malloc", 18);
	CHECK(is(MMX_VMA_NAMED, "[anon:glibc: malloc]"), "%s", told());
	vma.file = file;
	CHECK(is(MMX_VMA_NAMED, "[anon_shmem:glibc: malloc]"), "%s", told());
	vma.file = 0;
	vma.start = 0x6000;
	vma.end = 0x8000;
	CHECK(is(MMX_VMA_HEAP, "[heap]"), "the heap comes first: %s", told());
	teardown();
	/* Up to 6.1 the place of the name is where a file's mapping is linked. */
	setup();
	put_init();
	FAKE_MEMBER(m, M_vm_area_struct_shared_rb, area, anon_name);
	vma.anon_name = 0x123456;
	vma.file = file;
	CHECK(is(MMX_VMA_FILE, "/a/b\nc"), "%s", told());
	teardown();
}

static void paths_begin_at_the_root_of_pid_1(void)
{
	setup();
	put_init();
	vma.file = file;
	CHECK(is(MMX_VMA_FILE, "/a/b\nc") && !name.deleted, "%s", told());
	CHECK(!mmx_vma_inode(&shown, m->view, &vma, &err) && shown.ino == 77 &&
		      shown.dev == (8 << 20 | 3),
	      "%s", err.text);
	teardown();
	setup();
	init_fs[0] = mnt;
	init_fs[1] = directory;
	put_init();
	vma.file = file;
	CHECK(is(MMX_VMA_FILE, "/b\nc"), "jailed: %s", told());
	teardown();
}

/* Moved out of what is mounted: the kernel has nothing but a slash. */
static void what_escaped_has_no_path(void)
{
	setup();
	put_init();
	vma.file = file;
	((struct mount *)fake_at(m, mnt))->root = put_dentry(root, "elsewhere", 0);
	CHECK(is(MMX_VMA_FILE, "/"), "%s", told());
	((struct dentry *)fake_at(m, ((struct file *)fake_at(m, file))->dentry))->pprev = 0;
	m->mem.knowledge = (mmx_knowledge_free(m->mem.knowledge), mmx_knowledge_new(NULL));
	put_init();
	CHECK(is(MMX_VMA_FILE, "/ (deleted)") && name.deleted, "%s", told());
	teardown();
}

/* Since 6.7 what overlayfs opened below has its user's path, dentry and inode behind it. */
static void overlays_show_their_users_file(void)
{
	struct file *f;
	uint64_t sb;

	setup();
	put_init();
	FAKE_MEMBER(m, M_backing_file_user_path_mnt, file, user_mnt);
	FAKE_MEMBER(m, M_backing_file_user_path_dentry, file, user_dentry);
	sb = fake_put(m, &(uint32_t){0 << 20 | 40}, 4);
	f = fake_at(m, file);
	f->mode = 1 << 25;
	f->user_mnt = mnt;
	f->user_dentry = put_dentry(root, "merged",
				    fake_put(m, &(struct inode){5, sb}, sizeof(struct inode)));
	vma.file = file;
	CHECK(is(MMX_VMA_FILE, "/merged"), "%s", told());
	CHECK(!mmx_vma_inode(&shown, m->view, &vma, &err) && shown.ino == 5 && shown.dev == 40,
	      "%s", err.text);
	teardown();
}

static void who_sees_the_page_of_vsyscalls(void)
{
	struct area gate = {.start = 0xffffffffff600000, .end = 0xffffffffff601000, .flags = 4};
	uint32_t mode = 1;
	uint64_t mode_at;

	setup();
	put_init();
	CHECK(!mmx_gate_vma(&vma, m->view, vma.mm, &err), "a kernel without one");
	teardown();
	setup();
	put_init();
	fake_symbol(m, "emulate_vsyscall", 0x7000);
	CHECK(mmx_gate_vma(&vma, m->view, vma.mm, &err) < 0 && strstr(err.text, "gate_vma"), "%s",
	      err.text);
	teardown();
	setup();
	put_init();
	mode_at = fake_put(m, &mode, 4);
	fake_symbol(m, "gate_vma", fake_put(m, &gate, sizeof(gate)));
	fake_symbol(m, "vsyscall_mode", mode_at);
	fake_member(m, M_mm_struct_mmap_compat_base, 0, 8, 0);
	CHECK(!mmx_gate_vma(&vma, m->view, vma.mm, &err), "a process of 32 bits");
	mm->context = 2;
	CHECK(mmx_gate_vma(&vma, m->view, vma.mm, &err) == 1 && vma.start == gate.start && !vma.mm,
	      "%s", err.text);
	teardown();
}

int main(void)
{
	RUN(places_are_those_of_the_mm);
	RUN(beside_the_heap_is_a_question_of_the_release);
	RUN(special_mappings_have_their_own_names);
	RUN(names_of_ones_own);
	RUN(paths_begin_at_the_root_of_pid_1);
	RUN(what_escaped_has_no_path);
	RUN(overlays_show_their_users_file);
	RUN(who_sees_the_page_of_vsyscalls);
	return unit_end();
}
