// SPDX-License-Identifier: GPL-2.0-or-later
/* Overlayfs: which file below has the data; and what of a file lies at an address. */
#include <string.h>

#include "../fake_memory.h"
#include "mm/files/file_object.h"
#include "mm/files/overlay.h"
#include "unit.h"

#define REGULAR   0100644
#define DIRECTORY 0040755
#define UPPERDATA 3

/* One struct serves for the inode and what overlayfs has around it; its own address_space is its last words. */
struct inode {
	uint64_t flags, upper, lower, lowerdata, oe;
	uint64_t sb, ino, mapping;
	uint32_t mode, nlink, i_flags, rdev;
	uint64_t host, pages, a_ops;
};

#define VFS 40 /* where in that the inode begins */

struct super {
	uint64_t type, dev, id;
};

struct stack {
	uint64_t n;
	struct {
		uint64_t layer, dentry;
	} layer[3];
};

struct dentry {
	uint64_t inode, parent, sb;
	uint64_t rest[8]; /* what lies behind it is no part of it */
};

struct file {
	uint64_t inode, mapping, dentry;
};

static struct fake_memory *m;
static uint64_t overlay_sb, plain_sb;

#define INODE_MEMBER(id, name) \
	fake_member(m, id, offsetof(struct inode, name) - VFS, sizeof(((struct inode *)0)->name), 0)

static uint64_t new_super(const char *type)
{
	uint64_t name = fake_put(m, type, strlen(type) + 1);

	name = fake_put(m, &name, 8);
	return fake_put(m, &(struct super){.type = name}, sizeof(struct super));
}

static void setup(void)
{
	uint64_t zero = 0;

	m = fake_memory_new(1 << 20);
	fake_put(m, &zero, 8);
	fake_no_types(m);
	FAKE_MEMBER(m, M_ovl_inode_flags, inode, flags);
	FAKE_MEMBER(m, M_ovl_inode_upperdentry, inode, upper);
	fake_member(m, M_ovl_inode_vfs_inode, VFS, 8, 0);
	INODE_MEMBER(M_inode_i_sb, sb);
	INODE_MEMBER(M_inode_i_ino, ino);
	INODE_MEMBER(M_inode_i_mapping, mapping);
	INODE_MEMBER(M_inode_i_mode, mode);
	INODE_MEMBER(M_inode_i_nlink, nlink);
	INODE_MEMBER(M_inode_i_flags, i_flags);
	INODE_MEMBER(M_inode_i_rdev, rdev);
	fake_member(m, M_inode_i_data, offsetof(struct inode, host) - VFS, 24, 0);
	fake_member(m, M_address_space_host, 0, 8, 0);
	fake_member(m, M_address_space_nrpages, 8, 8, 0);
	fake_member(m, M_address_space_a_ops, 16, 8, 0);
	FAKE_MEMBER(m, M_super_block_s_type, super, type);
	FAKE_MEMBER(m, M_super_block_s_dev, super, dev);
	FAKE_MEMBER(m, M_super_block_s_id, super, id);
	fake_member(m, M_file_system_type_name, 0, 8, 0);
	FAKE_MEMBER(m, M_dentry_d_inode, dentry, inode);
	FAKE_MEMBER(m, M_dentry_d_parent, dentry, parent);
	FAKE_MEMBER(m, M_dentry_d_sb, dentry, sb);
	FAKE_MEMBER(m, M_file_f_inode, file, inode);
	FAKE_MEMBER(m, M_file_f_mapping, file, mapping);
	FAKE_MEMBER(m, M_file_f_path_dentry, file, dentry);
	fake_enum(m, E_OVL_UPPERDATA, UPPERDATA);
	overlay_sb = new_super("overlay");
	plain_sb = new_super("ext4");
}

static void since_6_5(void)
{
	FAKE_MEMBER(m, M_ovl_inode_oe, inode, oe);
	FAKE_MEMBER(m, M_ovl_entry_numlower, stack, n);
	FAKE_MEMBER(m, M_ovl_entry_lowerstack, stack, layer);
	fake_member(m, M_ovl_path_dentry, 8, 8, 0);
	fake_struct(m, S_ovl_path, 16);
}

static void up_to_6_4(void)
{
	FAKE_MEMBER(m, M_ovl_inode_lowerpath_dentry, inode, lower);
	FAKE_MEMBER(m, M_ovl_inode_lowerdata, inode, lowerdata);
}

static uint64_t new_inode(uint64_t sb, uint32_t mode)
{
	struct inode i = {.sb = sb, .mode = mode, .nlink = 1};
	uint64_t addr = fake_put(m, &i, sizeof(i)) + VFS;
	struct inode *made = fake_at(m, addr - VFS);

	made->host = addr;
	made->mapping = addr + offsetof(struct inode, host) - VFS;
	return addr;
}

static struct inode *at(uint64_t inode)
{
	return fake_at(m, inode - VFS);
}

static uint64_t name_of(uint64_t inode, uint64_t sb)
{
	uint64_t addr = fake_put(m, &(struct dentry){inode, 0, sb, {0}}, sizeof(struct dentry));

	((struct dentry *)fake_at(m, addr))->parent = addr;
	return addr;
}

static uint64_t stack_of(uint64_t first, uint64_t second)
{
	struct stack s = {.n = 2};

	s.layer[0].dentry = first;
	s.layer[1].dentry = second;
	return fake_put(m, &s, sizeof(s));
}

static uint64_t real(uint64_t inode)
{
	struct mmx_err err = {0};
	uint64_t found;

	return mmx_overlay_real(m->view, inode, &found, &err) ? 0 : found;
}

static void data_are_where_they_were_copied(void)
{
	uint64_t shown, upper, middle, bottom;

	setup();
	since_6_5();
	shown = new_inode(overlay_sb, REGULAR);
	upper = new_inode(plain_sb, REGULAR);
	middle = new_inode(plain_sb, REGULAR);
	bottom = new_inode(plain_sb, REGULAR);
	CHECK(real(bottom) == bottom, "a file of another file system");
	at(shown)->upper = name_of(upper, plain_sb);
	CHECK(real(shown) == upper, "there is only one above");
	/* Attributes alone were copied up: the lowest layer has the data, until they are, too. */
	at(shown)->oe = stack_of(name_of(middle, plain_sb), name_of(bottom, plain_sb));
	CHECK(real(shown) == bottom, "attributes alone");
	at(shown)->flags = 1 << UPPERDATA;
	CHECK(real(shown) == upper, "copied up");
	at(shown)->upper = 0;
	CHECK(real(shown) == bottom, "not copied up");
	at(shown)->mode = DIRECTORY;
	CHECK(real(shown) == middle, "a directory has its first");
	at(shown)->mode = REGULAR;
	/* The name of the data is looked up when the file is first opened. */
	at(shown)->oe = stack_of(name_of(middle, plain_sb), 0);
	CHECK(!real(shown), "nobody has opened it");
	at(shown)->upper = name_of(upper, plain_sb);
	at(shown)->flags = 0;
	CHECK(!real(shown), "attributes alone, and nobody has opened it");
	((struct stack *)fake_at(m, at(shown)->oe))->n = 1000000;
	CHECK(!real(shown), "a million layers");
	fake_memory_free(m);
}

static void up_to_6_4_there_is_one_below(void)
{
	uint64_t shown, upper, lower, data;

	setup();
	up_to_6_4();
	shown = new_inode(overlay_sb, REGULAR);
	upper = new_inode(plain_sb, REGULAR);
	lower = new_inode(plain_sb, REGULAR);
	data = new_inode(plain_sb, REGULAR);
	at(shown)->lower = name_of(lower, plain_sb);
	CHECK(real(shown) == lower, "the lower one");
	at(shown)->lowerdata = data;
	CHECK(real(shown) == data, "another has the data");
	at(shown)->upper = name_of(upper, plain_sb);
	CHECK(real(shown) == data, "attributes alone");
	at(shown)->flags = 1 << UPPERDATA;
	CHECK(real(shown) == upper, "copied up");
	/* Overlayfs below overlayfs, and below itself. */
	at(upper)->sb = overlay_sb;
	at(upper)->lower = name_of(lower, plain_sb);
	CHECK(real(shown) == lower, "two of them");
	at(upper)->lower = name_of(shown, plain_sb);
	CHECK(!real(shown), "a circle");
	fake_memory_free(m);
}

static void is(uint64_t addr, enum mmx_file_object want, uint64_t inode, uint64_t mapping)
{
	enum mmx_file_object object;
	uint64_t got_inode, got_mapping;
	struct mmx_err err = {0};

	CHECK(!mmx_file_object(m->view, addr, &object, &got_inode, &got_mapping, &err), "%s",
	      err.text);
	CHECK(object == want && got_inode == inode && got_mapping == mapping,
	      "object %d, not %d: inode 0x%llx", object, want, (unsigned long long)got_inode);
}

static void objects_are_known_by_what_they_lead_to(void)
{
	uint64_t inode, mapping, name, file, negative;
	enum mmx_file_object object;
	struct mmx_err err;

	setup();
	inode = new_inode(plain_sb, REGULAR);
	mapping = at(inode)->mapping;
	name = name_of(inode, plain_sb);
	file = fake_put(m, &(struct file){inode, mapping, name}, sizeof(struct file));
	is(inode, MMX_OBJECT_INODE, inode, mapping);
	is(mapping, MMX_OBJECT_MAPPING, 0, mapping);
	is(name, MMX_OBJECT_DENTRY, inode, mapping);
	is(file, MMX_OBJECT_FILE, inode, mapping);
	is(plain_sb, MMX_OBJECT_NONE, 0, 0);
	negative = name_of(0, plain_sb);
	CHECK(mmx_file_object(m->view, negative, &object, &inode, &mapping, &err) &&
		      strstr(err.text, "negative"),
	      "a name without a file");
	fake_memory_free(m);
}

int main(void)
{
	RUN(data_are_where_they_were_copied);
	RUN(up_to_6_4_there_is_one_below);
	RUN(objects_are_known_by_what_they_lead_to);
	return unit_end();
}
