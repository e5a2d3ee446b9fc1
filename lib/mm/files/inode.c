// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/decode.h"
#include "kernel/member.h"
#include "mm/files/inode.h"
#include "mm/mem.h"

struct super_block {
	uint64_t type;
	uint32_t dev;
};

static const struct mmx_wanted inode_wanted[] = {
	MMX_WANT(struct mmx_inode, ino, inode, i_ino),
	MMX_WANT(struct mmx_inode, sb, inode, i_sb),
	MMX_WANT(struct mmx_inode, mode, inode, i_mode),
	MMX_WANT(struct mmx_inode, nlink, inode, i_nlink),
	MMX_WANT(struct mmx_inode, flags, inode, i_flags),
	MMX_WANT(struct mmx_inode, rdev, inode, i_rdev),
};

static const struct mmx_wanted super_block_wanted[] = {
	MMX_WANT(struct super_block, type, super_block, s_type),
	MMX_WANT(struct super_block, dev, super_block, s_dev),
};

static const struct mmx_decode inode_table = MMX_DECODE("inode", inode_wanted),
			       super_block_table = MMX_DECODE("super_block", super_block_wanted);

/* A name in a field, as the kernel has it, or cut when it is longer than names are. */
static int read_text(struct mmx_view *view, uint64_t addr, char text[MMX_FS_NAME], const char *what,
		     struct mmx_err *err)
{
	enum mmx_read read = mmx_kread_str(view, addr, text, MMX_FS_NAME, NULL);

	return read ? mmx_fail(err, mmx_read_code(read), "%s at 0x%" PRIx64 " is %s", what, addr,
			       mmx_read_name(read))
		    : 0;
}

int mmx_inode_read(struct mmx_inode *inode, struct mmx_view *view, uint64_t addr,
		   struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct super_block sb;
	uint64_t name;

	*inode = (struct mmx_inode){.addr = addr};
	if (mmx_decode_read(&inode_table, view, addr, inode, err) ||
	    mmx_decode_read(&super_block_table, view, inode->sb, &sb, err) ||
	    mmx_kget(view, sb.type, M_file_system_type_name, &name, err) ||
	    read_text(view, name, inode->fs, "the name of the file system's type", err))
		return -1;
	inode->dev = sb.dev;
	return read_text(view, inode->sb + mmx_off(l, M_super_block_s_id), inode->sb_id,
			 "the super block's name", err);
}

/*
 * I_WILL_FREE, I_FREEING and I_CLEAR: enumerators since 6.18, and macros before, whose bits moved in 6.12 together
 * with the word that they are in becoming one of 32 bits.
 */
static uint64_t leaving_bits(const struct mmx_layout *l)
{
	if (mmx_has_enum(l, E_I_WILL_FREE) && mmx_has_enum(l, E_I_FREEING) &&
	    mmx_has_enum(l, E_I_CLEAR))
		return mmx_enum(l, E_I_WILL_FREE) | mmx_enum(l, E_I_FREEING) |
		       mmx_enum(l, E_I_CLEAR);
	return 7ULL << (l->member[M_inode_i_state].m.size == 8 ? 4 : 6);
}

int mmx_inode_leaving(struct mmx_view *view, uint64_t addr, bool *leaving, struct mmx_err *err)
{
	uint64_t state;

	if (mmx_kget(view, addr, M_inode_i_state, &state, err))
		return -1;
	*leaving = state & leaving_bits(&view->kernel->layout);
	return 0;
}
