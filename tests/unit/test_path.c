// SPDX-License-Identifier: GPL-2.0-or-later
/* Paths of inodes: of several names and mounts one is told, and how many there are. */
#include <stdlib.h>

#include "../fake_memory.h"
#include "mm/files/inode_path.h"
#include "unit.h"

#define OWN_NS   0x1000
#define OTHER_NS 0x2000
#define REGULAR  0100644
#define OUTSIDE  0xffffffffc0000000ULL

struct mount {
	uint64_t root, parent, mountpoint, ns;
	uint64_t instance[2];
};

struct dentry {
	uint64_t parent, pprev, op, inode, sb, name;
	uint32_t len, pad;
	uint64_t alias[2];
};

struct inode {
	uint64_t sb, ino, names, mapping;
	uint32_t mode, nlink, rdev, flags;
};

struct super {
	uint64_t root, mounts[2], type, dev, id;
};

static struct fake_memory *m;
static uint64_t sb, root, mnt, inode;

static void make_layout(void)
{
	fake_no_types(m);
	fake_member(m, M_mount_mnt, 0, 8, 0);
	FAKE_MEMBER(m, M_vfsmount_mnt_root, mount, root);
	FAKE_MEMBER(m, M_mount_mnt_parent, mount, parent);
	FAKE_MEMBER(m, M_mount_mnt_mountpoint, mount, mountpoint);
	FAKE_MEMBER(m, M_mount_mnt_ns, mount, ns);
	FAKE_MEMBER(m, M_mount_mnt_instance, mount, instance);
	FAKE_MEMBER(m, M_dentry_d_parent, dentry, parent);
	FAKE_MEMBER(m, M_dentry_d_hash_pprev, dentry, pprev);
	FAKE_MEMBER(m, M_dentry_d_op, dentry, op);
	FAKE_MEMBER(m, M_dentry_d_inode, dentry, inode);
	FAKE_MEMBER(m, M_dentry_d_sb, dentry, sb);
	FAKE_MEMBER(m, M_dentry_d_name_name, dentry, name);
	FAKE_MEMBER(m, M_dentry_d_name_len, dentry, len);
	FAKE_MEMBER(m, M_dentry_d_alias, dentry, alias);
	FAKE_MEMBER(m, M_super_block_s_root, super, root);
	FAKE_MEMBER(m, M_super_block_s_mounts, super, mounts);
	FAKE_MEMBER(m, M_super_block_s_type, super, type);
	FAKE_MEMBER(m, M_super_block_s_dev, super, dev);
	FAKE_MEMBER(m, M_super_block_s_id, super, id);
	FAKE_MEMBER(m, M_inode_i_sb, inode, sb);
	FAKE_MEMBER(m, M_inode_i_ino, inode, ino);
	FAKE_MEMBER(m, M_inode_i_dentry, inode, names);
	FAKE_MEMBER(m, M_inode_i_mode, inode, mode);
	FAKE_MEMBER(m, M_inode_i_nlink, inode, nlink);
	FAKE_MEMBER(m, M_inode_i_rdev, inode, rdev);
	FAKE_MEMBER(m, M_inode_i_flags, inode, flags);
	fake_member(m, M_file_system_type_name, 0, 8, 0);
	fake_member(m, M_task_struct_nsproxy, 0, 8, 0);
	fake_member(m, M_nsproxy_mnt_ns, 8, 8, 0);
}

static struct dentry *dentry(uint64_t addr)
{
	return fake_at(m, addr);
}

static struct mount *mount(uint64_t addr)
{
	return fake_at(m, addr);
}

static struct inode *file(void)
{
	return fake_at(m, inode);
}

static uint64_t new_dentry(uint64_t parent, const char *name)
{
	struct dentry d = {.parent = parent, .pprev = 1, .sb = sb, .len = strlen(name)};
	uint64_t addr;

	d.name = fake_put(m, name, strlen(name) + 1);
	addr = fake_put(m, &d, sizeof(d));
	if (!parent)
		dentry(addr)->parent = addr;
	return addr;
}

/* One more name of the file, behind those that it has. */
static uint64_t add_name(uint64_t parent, const char *name)
{
	uint64_t addr = new_dentry(parent, name), link = addr + offsetof(struct dentry, alias);
	uint64_t at = inode + offsetof(struct inode, names), next;

	while (memcpy(&next, fake_at(m, at), 8), next)
		at = next;
	memcpy(fake_at(m, at), &link, 8);
	dentry(addr)->alias[1] = at;
	dentry(addr)->inode = inode;
	return addr;
}

/* One more mount of the file system, on a directory of the first one; the first is its own parent. */
static uint64_t add_mount(uint64_t of, uint64_t on, uint64_t ns)
{
	uint64_t addr = fake_put(m, &(struct mount){of, mnt, on, ns, {0}}, sizeof(struct mount));
	uint64_t head = sb + offsetof(struct super, mounts);
	uint64_t link = addr + offsetof(struct mount, instance);
	struct super *super = fake_at(m, sb);

	if (!on)
		mount(addr)->parent = addr;
	mount(addr)->instance[0] = head;
	mount(addr)->instance[1] = super->mounts[1];
	memcpy(fake_at(m, super->mounts[1]), &link, 8);
	super->mounts[1] = link;
	return addr;
}

static void setup(void)
{
	uint64_t words[2] = {0}, head;

	m = fake_memory_new(1 << 20);
	fake_put(m, words, sizeof(words));
	make_layout();
	sb = fake_put(m, &(struct super){0}, sizeof(struct super));
	head = sb + offsetof(struct super, mounts);
	((struct super *)fake_at(m, sb))->mounts[0] = head;
	((struct super *)fake_at(m, sb))->mounts[1] = head;
	root = new_dentry(0, "/");
	((struct super *)fake_at(m, sb))->root = root;
	inode = fake_put(m, &(struct inode){.sb = sb, .mode = REGULAR, .nlink = 1},
			 sizeof(struct inode));
	mnt = add_mount(root, 0, OWN_NS);
	words[1] = OWN_NS;
	words[0] = fake_put(m, words, sizeof(words));
	fake_symbol(m, "init_task", fake_put(m, words, 8));
}

static void teardown(void)
{
	fake_memory_free(m);
}

static void expect(const char *text, uint32_t one_of)
{
	static struct mmx_path path;
	struct mmx_err err = {0};

	CHECK(!mmx_path_of_inode(&path, m->view, inode, &err), "%s: %s", text, err.text);
	CHECK(!strcmp(path.text, text), "%s, not %s", path.text, text);
	CHECK(path.one_of == one_of, "%s: one of %u, not %u", text, path.one_of, one_of);
}

static void hard_links_are_counted(void)
{
	uint64_t dir, gone;

	setup();
	dir = new_dentry(root, "dir");
	gone = add_name(dir, "gone");
	dentry(gone)->pprev = 0;
	add_name(dir, "first");
	expect("/dir/first", 1);
	add_name(root, "second");
	expect("/dir/first", 2);
	file()->nlink = 5; /* three of them are not in memory */
	expect("/dir/first", 5);
	file()->mode = 0040755;
	expect("/dir/first", 2);
	teardown();
}

static void mounts_are_counted(void)
{
	uint64_t dir, other, bound;

	setup();
	dir = new_dentry(root, "dir");
	other = new_dentry(root, "other");
	add_name(dir, "file");
	bound = add_mount(dir, other, OWN_NS);
	expect("/dir/file", 2);
	add_name(root, "link"); /* which is not below the second mount */
	expect("/dir/file", 3);
	mount(bound)->ns = OTHER_NS;
	expect("/dir/file", 2);
	teardown();
}

/* What breaks behind the path that is told takes only from the number. */
static void breaks_take_from_the_number(void)
{
	uint64_t name;

	setup();
	name = add_name(root, "file");
	dentry(name)->alias[0] = OUTSIDE;
	expect("/file", 1);
	mount(mnt)->instance[0] = OUTSIDE;
	expect("/file", 1);
	dentry(name)->alias[0] = inode + offsetof(struct inode, names);
	expect("/file", 1);
	teardown();
}

static void there_is_an_end_of_counting(void)
{
	setup();
	for (unsigned int i = 0; i < 200; i++)
		add_name(root, "file");
	for (unsigned int i = 0; i < 200; i++)
		add_mount(root, new_dentry(root, "dir"), OWN_NS);
	expect("/file", 64 * 64);
	teardown();
}

int main(void)
{
	RUN(hard_links_are_counted);
	RUN(mounts_are_counted);
	RUN(breaks_take_from_the_number);
	RUN(there_is_an_end_of_counting);
	return unit_end();
}
