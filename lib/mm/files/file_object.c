// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/decode.h"
#include "kernel/member.h"
#include "mm/files/file_object.h"
#include "mm/files/mapping.h"
#include "mm/mem.h"

struct dentry {
	uint64_t parent, sb, inode;
};

static const struct mmx_wanted dentry_wanted[] = {
	MMX_WANT(struct dentry, parent, dentry, d_parent),
	MMX_WANT(struct dentry, sb, dentry, d_sb),
	MMX_WANT(struct dentry, inode, dentry, d_inode),
};

struct file {
	uint64_t inode, mapping, dentry;
};

static const struct mmx_wanted file_wanted[] = {
	MMX_WANT(struct file, inode, file, f_inode),
	MMX_WANT(struct file, mapping, file, f_mapping),
	MMX_WANT(struct file, dentry, file, f_path_dentry),
};

static const struct mmx_decode dentry_table = MMX_DECODE("dentry", dentry_wanted),
			       file_table = MMX_DECODE("file", file_wanted);

static bool read_dentry(struct mmx_view *view, uint64_t addr, struct dentry *d)
{
	return addr && !mmx_decode_into(&dentry_table, view, addr, d);
}

bool mmx_is_inode(struct mmx_view *view, uint64_t addr)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct mmx_inode inode;
	struct mmx_err err;
	uint64_t host;

	return addr && mmx_has(l, M_inode_i_data) &&
	       !mmx_kread_member(view, addr + mmx_off(l, M_inode_i_data), M_address_space_host,
				 &host) &&
	       host == addr && !mmx_inode_read(&inode, view, addr, &err) && *inode.fs;
}

/* A name's super block is that of the name above it, and of its inode, which it may lack. */
static bool is_dentry(struct mmx_view *view, uint64_t addr, struct dentry *d)
{
	struct dentry above;
	uint64_t sb;

	if (!read_dentry(view, addr, d) || !d->sb || !read_dentry(view, d->parent, &above) ||
	    above.sb != d->sb)
		return false;
	if (!d->inode)
		return !mmx_kread_member(view, d->sb, M_super_block_s_type, &sb);
	return mmx_is_inode(view, d->inode) &&
	       !mmx_kread_member(view, d->inode, M_inode_i_sb, &sb) && sb == d->sb;
}

static bool is_file(struct mmx_view *view, uint64_t addr, struct file *f)
{
	struct mmx_mapping m;
	struct dentry d;
	struct mmx_err err;

	return !mmx_decode_into(&file_table, view, addr, f) && mmx_is_inode(view, f->inode) &&
	       is_dentry(view, f->dentry, &d) && !mmx_mapping_read(&m, view, f->mapping, &err);
}

/* An address_space is within its inode, or its inode has it instead of its own; the swap cache's have none. */
static bool is_mapping(struct mmx_view *view, uint64_t addr)
{
	struct mmx_mapping m;
	struct mmx_err err;

	return !mmx_mapping_read(&m, view, addr, &err);
}

int mmx_file_object(struct mmx_view *view, uint64_t addr, enum mmx_file_object *object,
		    uint64_t *inode, uint64_t *mapping, struct mmx_err *err)
{
	struct dentry d;
	struct file f;

	*object = MMX_OBJECT_NONE;
	*inode = *mapping = 0;
	if (mmx_is_inode(view, addr)) {
		*object = MMX_OBJECT_INODE;
		*inode = addr;
	} else if (is_mapping(view, addr)) {
		*object = MMX_OBJECT_MAPPING;
		*mapping = addr;
	} else if (is_dentry(view, addr, &d)) {
		*object = MMX_OBJECT_DENTRY;
		*inode = d.inode;
		if (!d.inode)
			return mmx_fail(err, MMX_ENOTFOUND,
					"the dentry at 0x%" PRIx64
					" is a name that no file has (a negative dentry)",
					addr);
	} else if (is_file(view, addr, &f)) {
		*object = MMX_OBJECT_FILE;
		*inode = f.inode;
		*mapping = f.mapping;
	}
	return *inode && !*mapping ? mmx_kget(view, *inode, M_inode_i_mapping, mapping, err) : 0;
}
