// SPDX-License-Identifier: GPL-2.0-or-later
/* Paths looked up in the dentry cache: names, mounts, symbolic links, and what is not there. */
#include <stdio.h>
#include <stdlib.h>

#include "../fake_memory.h"
#include "mm/files/lookup.h"
#include "unit.h"

#define DIRECTORY 0040755
#define REGULAR   0100644
#define LINK      0120777
#define OUTSIDE   0xffffffffc0000000ULL

struct links {
	uint64_t next, pprev;
};

struct mount {
	uint64_t root, parent, mountpoint, ns;
	uint64_t children[2], child[2];
};

struct dentry {
	uint64_t parent, pprev, op, inode, name;
	uint64_t len;
	uint64_t children;
	struct links sib;
};

struct inode {
	uint64_t link, size, op, sb, ino;
	uint32_t mode, flags, nlink, rdev;
};

struct task {
	uint64_t fs;
};

struct fs {
	uint64_t mnt, dentry;
};

static struct fake_memory *m;
static uint64_t root, mnt, sb;

static void make_layout(void)
{
	fake_no_types(m);
	fake_member(m, M_mount_mnt, 0, 8, 0);
	FAKE_MEMBER(m, M_vfsmount_mnt_root, mount, root);
	FAKE_MEMBER(m, M_mount_mnt_parent, mount, parent);
	FAKE_MEMBER(m, M_mount_mnt_mountpoint, mount, mountpoint);
	FAKE_MEMBER(m, M_mount_mnt_ns, mount, ns);
	FAKE_MEMBER(m, M_mount_mnt_mounts, mount, children);
	FAKE_MEMBER(m, M_mount_mnt_child, mount, child);
	FAKE_MEMBER(m, M_dentry_d_parent, dentry, parent);
	FAKE_MEMBER(m, M_dentry_d_hash_pprev, dentry, pprev);
	FAKE_MEMBER(m, M_dentry_d_op, dentry, op);
	FAKE_MEMBER(m, M_dentry_d_inode, dentry, inode);
	FAKE_MEMBER(m, M_dentry_d_name_name, dentry, name);
	FAKE_MEMBER(m, M_dentry_d_name_len, dentry, len);
	FAKE_MEMBER(m, M_dentry_d_children, dentry, children);
	FAKE_MEMBER(m, M_dentry_d_sib, dentry, sib);
	FAKE_MEMBER(m, M_inode_i_link, inode, link);
	FAKE_MEMBER(m, M_inode_i_size, inode, size);
	FAKE_MEMBER(m, M_inode_i_op, inode, op);
	FAKE_MEMBER(m, M_inode_i_mode, inode, mode);
	FAKE_MEMBER(m, M_inode_i_flags, inode, flags);
	fake_member(m, M_inode_operations_lookup, 0, 8, 0);
	FAKE_MEMBER(m, M_task_struct_fs, task, fs);
	FAKE_MEMBER(m, M_fs_struct_root_mnt, fs, mnt);
	FAKE_MEMBER(m, M_fs_struct_root_dentry, fs, dentry);
}

static struct dentry *dentry(uint64_t addr)
{
	return fake_at(m, addr);
}

static struct mount *mount(uint64_t addr)
{
	return fake_at(m, addr);
}

static struct inode *inode_of(uint64_t addr)
{
	return fake_at(m, dentry(addr)->inode);
}

static uint64_t add(uint64_t parent, const char *name, uint32_t mode)
{
	struct dentry d = {.parent = parent, .pprev = 1, .len = strlen(name)};
	struct inode i = {.sb = sb, .mode = mode};
	uint64_t addr;

	d.name = fake_put(m, name, d.len);
	d.inode = mode ? fake_put(m, &i, sizeof(i)) : 0;
	addr = fake_put(m, &d, sizeof(d));
	if (!parent) {
		dentry(addr)->parent = addr;
		return addr;
	}
	dentry(addr)->sib.next = dentry(parent)->children;
	dentry(addr)->sib.pprev = parent + offsetof(struct dentry, children);
	if (dentry(addr)->sib.next)
		((struct links *)fake_at(m, dentry(addr)->sib.next))->pprev =
			addr + offsetof(struct dentry, sib);
	dentry(parent)->children = addr + offsetof(struct dentry, sib);
	return addr;
}

static uint64_t add_link(uint64_t parent, const char *name, const char *target)
{
	uint64_t addr = add(parent, name, LINK);

	inode_of(addr)->link = fake_put(m, target, strlen(target) + 1);
	return addr;
}

static uint64_t add_mount(uint64_t of, uint64_t below, uint64_t on)
{
	uint64_t addr =
		fake_put(m, &(struct mount){of, below, on, 0, {0}, {0}}, sizeof(struct mount));
	uint64_t head = addr + offsetof(struct mount, children);
	uint64_t link = addr + offsetof(struct mount, child), first;

	mount(addr)->children[0] = mount(addr)->children[1] = head;
	if (!below) {
		mount(addr)->parent = addr;
		return addr;
	}
	first = mount(below)->children[0];
	mount(addr)->child[0] = first;
	mount(addr)->child[1] = below + offsetof(struct mount, children);
	((uint64_t *)fake_at(m, first))[1] = link;
	mount(below)->children[0] = link;
	return addr;
}

static void setup(void)
{
	uint64_t zero = 0;

	m = fake_memory_new(1 << 20);
	fake_put(m, &zero, sizeof(zero));
	make_layout();
	root = add(0, "/", DIRECTORY);
	mnt = add_mount(root, 0, 0);
}

static void teardown(void)
{
	fake_memory_free(m);
}

static int look(uint64_t in, uint64_t at, const char *path, uint64_t *found, struct mmx_err *err)
{
	const struct mmx_place from = {in, at};
	struct mmx_place place;
	uint64_t inode;

	*err = (struct mmx_err){0};
	if (mmx_place_find(&place, &inode, m->view, &from, path, err))
		return -1;
	*found = place.dentry;
	CHECK(inode == dentry(place.dentry)->inode, "%s: another inode", path);
	return 0;
}

static void leads_to(const char *path, uint64_t dentry)
{
	struct mmx_err err;
	uint64_t found = 0;

	CHECK(!look(mnt, root, path, &found, &err), "%s: %s", path, err.text);
	CHECK(found == dentry, "%s: dentry 0x%llx, not 0x%llx", path, (unsigned long long)found,
	      (unsigned long long)dentry);
}

static void fails(const char *path, enum mmx_code code, const char *words)
{
	struct mmx_err err;
	uint64_t found;

	CHECK(look(mnt, root, path, &found, &err), "%s was found", path);
	CHECK(err.code == code, "%s: code %d, not %d", path, err.code, code);
	CHECK(strstr(err.text, words), "%s: %s", path, err.text);
}

static void names_lead_on(void)
{
	uint64_t dir, file;

	setup();
	dir = add(root, "dir", DIRECTORY);
	add(dir, "fil", REGULAR);
	file = add(dir, "file", REGULAR);
	add(dir, "files", REGULAR);
	leads_to("/", root);
	leads_to("/dir", dir);
	leads_to("/dir/file", file);
	leads_to("//dir/./../dir//file", file);
	leads_to("/../../dir/file", file);
	fails("/dir/file/more", MMX_ENOTFOUND, "no directory");
	teardown();
}

static void what_is_not_there_is_told_apart(void)
{
	uint64_t dir, file, operations, simple = 0x1234;
	char path[400] = "/";

	setup();
	dir = add(root, "dir", DIRECTORY);
	add(dir, "none", 0);
	file = add(dir, "gone", REGULAR);
	dentry(file)->pprev = 0;
	fails("/dir/none", MMX_ENOTFOUND, "knows that");
	fails("/dir/gone", MMX_ENOTFOUND, "\"gone\" is not in the dentry cache");
	fails("/dir/what", MMX_ENOTFOUND, "\"what\" is not in the dentry cache");
	fails("/what/dir", MMX_ENOTFOUND, "\"what\" is not in the dentry cache");
	operations = fake_put(m, &simple, 8);
	inode_of(dir)->op = operations;
	fake_symbol(m, "simple_lookup", simple);
	fails("/dir/what", MMX_ENOTFOUND, "there is no \"what\"");
	/* A deleted name may stand beside a new one. */
	leads_to("/dir/gone", add(dir, "gone", REGULAR));
	memset(path + 1, 'a', 300);
	fails(path, MMX_ENOTFOUND, "longer");
	teardown();
}

static void mounts_cover_what_is_below(void)
{
	uint64_t dir, hidden, one, two, file, below;

	setup();
	dir = add(root, "dir", DIRECTORY);
	hidden = add(dir, "file", REGULAR);
	leads_to("/dir/file", hidden);
	one = add(0, "/", DIRECTORY);
	below = add_mount(one, mnt, dir);
	add_mount(add(0, "/", DIRECTORY), mnt, add(root, "other", DIRECTORY));
	file = add(one, "file", REGULAR);
	leads_to("/dir", one);
	leads_to("/dir/file", file);
	leads_to("/dir/..", root);
	leads_to("/dir/../dir/file", file);
	two = add(0, "/", DIRECTORY);
	add_mount(two, below, one); /* on top of it */
	leads_to("/dir", two);
	leads_to("/dir/..", root);
	teardown();
}

static void links_lead_on(void)
{
	uint64_t dir, file, jail, inside, found;
	struct mmx_err err;

	setup();
	dir = add(root, "dir", DIRECTORY);
	file = add(dir, "file", REGULAR);
	add_link(root, "relative", "dir/file");
	add_link(dir, "absolute", "/dir/");
	add_link(dir, "up", "../dir");
	add_link(root, "loop", "loop");
	leads_to("/relative", file);
	leads_to("/dir/absolute/up/file", file);
	fails("/loop", MMX_ENOTFOUND, "symbolic links");
	/* In a jail, the root is its own. */
	jail = add(root, "jail", DIRECTORY);
	inside = add(add(jail, "dir", DIRECTORY), "file", REGULAR);
	add_link(jail, "link", "/dir/file");
	CHECK(!look(mnt, jail, "/link", &found, &err) && found == inside, "%s", err.text);
	CHECK(!look(mnt, jail, "/../../dir/file", &found, &err) && found == inside, "%s", err.text);
	teardown();
}

/* What could not be read may have had the name. */
static void breaks_are_told(void)
{
	uint64_t dir, file, last;

	setup();
	dir = add(root, "dir", DIRECTORY);
	last = add(dir, "last", REGULAR);
	file = add(dir, "file", REGULAR);
	dentry(file)->sib.next = OUTSIDE;
	leads_to("/dir/file", file);
	fails("/dir/last", MMX_ECORRUPT, "not all names");
	dentry(file)->sib.next = last + offsetof(struct dentry, sib);
	dentry(last)->sib.pprev = 0;
	fails("/dir/else", MMX_ECORRUPT, "not all names");
	dentry(last)->sib.pprev = file + offsetof(struct dentry, sib);
	dentry(last)->name = OUTSIDE;
	fails("/dir/last", MMX_ECORRUPT, "not all names");
	fails("/dir/other", MMX_ENOTFOUND, "not in the dentry cache");
	mount(mnt)->children[0] = OUTSIDE;
	fails("/dir/file", MMX_ECORRUPT, "mounts below");
	teardown();
}

static void root_is_the_tasks(void)
{
	struct mmx_place place;
	struct mmx_err err;
	uint64_t fs, task, none = 0;

	setup();
	fs = fake_put(m, &(struct fs){mnt, root}, sizeof(struct fs));
	task = fake_put(m, &fs, 8);
	CHECK(!mmx_place_root(&place, m->view, task, &err) && place.mount == mnt &&
		      place.dentry == root,
	      "the root is another");
	task = fake_put(m, &none, 8);
	CHECK(mmx_place_root(&place, m->view, task, &err) && err.code == MMX_ENOTFOUND,
	      "a task that has exited has a root");
	teardown();
}

int main(void)
{
	RUN(names_lead_on);
	RUN(what_is_not_there_is_told_apart);
	RUN(mounts_cover_what_is_below);
	RUN(links_lead_on);
	RUN(breaks_are_told);
	RUN(root_is_the_tasks);
	return unit_end();
}
