// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "kernel/decode.h"
#include "kernel/member.h"
#include "mm/files/inode.h"
#include "mm/files/overlay.h"
#include "mm/mem.h"

#define LAYERS_MAX 500 /* the kernel's own limit */
#define DEPTH_MAX  2   /* overlayfs on overlayfs; the kernel stacks no more file systems */

#define S_IFMT  0170000
#define S_IFREG 0100000

struct ovl_inode {
	uint64_t flags, upper;
	uint64_t lower,
		lowerdata; /* up to 6.4: a dentry, and the inode that has the data if another does */
	uint64_t oe;
};

static const struct mmx_wanted wanted[] = {
	MMX_WANT(struct ovl_inode, flags, ovl_inode, flags),
	MMX_WANT(struct ovl_inode, upper, ovl_inode, upperdentry),
	MMX_WANT_IF(struct ovl_inode, lower, ovl_inode, lowerpath_dentry),
	MMX_WANT_IF(struct ovl_inode, lowerdata, ovl_inode, lowerdata),
	MMX_WANT_IF(struct ovl_inode, oe, ovl_inode, oe),
};

static const struct mmx_decode ovl_inode = MMX_DECODE("ovl_inode", wanted);

/* The lowest layer that has a regular file has its data; those above it may have attributes alone. */
static int stack_bottom(struct mmx_view *view, uint64_t oe, bool regular, uint64_t *n,
			uint64_t *dentry, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_ovl_entry_numlower, M_ovl_entry_lowerstack,
						      M_ovl_path_dentry};
	const struct mmx_layout *l = &view->kernel->layout;

	*n = *dentry = 0;
	if (!oe)
		return 0;
	if (mmx_layout_require(l, need, sizeof(need) / sizeof(*need), err) ||
	    mmx_kget(view, oe, M_ovl_entry_numlower, n, err))
		return -1;
	if (*n > LAYERS_MAX)
		return mmx_fail(err, MMX_ECORRUPT,
				"the ovl_entry at 0x%" PRIx64 " has %" PRIu64 " layers", oe, *n);
	if (!*n)
		return 0;
	return mmx_kget(view,
			oe + mmx_off(l, M_ovl_entry_lowerstack) +
				(regular ? *n - 1 : 0) * mmx_size(l, S_ovl_path),
			M_ovl_path_dentry, dentry, err);
}

/* A file of the upper layer that has a lower one below it may have attributes alone, until its data are copied up. */
static bool upper_has_data(const struct mmx_layout *l, const struct ovl_inode *o, bool has_lower,
			   bool regular)
{
	return !regular || !has_lower || !mmx_has_enum(l, E_OVL_UPPERDATA) ||
	       o->flags >> (mmx_enum(l, E_OVL_UPPERDATA) & 63) & 1;
}

static int find_data(struct mmx_view *view, uint64_t inode, bool regular, uint64_t *real,
		     struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_ovl_inode_vfs_inode, M_dentry_d_inode};
	const struct mmx_layout *l = &view->kernel->layout;
	struct ovl_inode o = {0};
	uint64_t lower, layers;

	if (mmx_layout_require(l, need, 2, err) ||
	    mmx_decode_read(&ovl_inode, view, inode - mmx_off(l, M_ovl_inode_vfs_inode), &o, err))
		return -1;
	lower = o.lower;
	layers = lower != 0;
	if (mmx_has(l, M_ovl_inode_oe) && stack_bottom(view, o.oe, regular, &layers, &lower, err))
		return -1;
	if (o.upper && upper_has_data(l, &o, layers, regular))
		return mmx_kget(view, o.upper, M_dentry_d_inode, real, err);
	if (regular && o.lowerdata) {
		*real = o.lowerdata;
		return 0;
	}
	if (lower)
		return mmx_kget(view, lower, M_dentry_d_inode, real, err);
	return mmx_fail(err, MMX_ENOTFOUND,
			"the inode of overlayfs at 0x%" PRIx64
			" has no file below it yet: nobody has opened it",
			inode);
}

int mmx_overlay_real(struct mmx_view *view, uint64_t inode, uint64_t *real, struct mmx_err *err)
{
	struct mmx_inode i;

	*real = inode;
	for (unsigned int depth = 0; depth <= DEPTH_MAX; depth++) {
		if (mmx_inode_read(&i, view, *real, err))
			return -1;
		if (strcmp(i.fs, "overlay"))
			return 0;
		if (find_data(view, *real, (i.mode & S_IFMT) == S_IFREG, real, err))
			return -1;
		if (!*real)
			return mmx_fail(err, MMX_ECORRUPT,
					"the inode of overlayfs at 0x%" PRIx64
					" leads to a name without an inode",
					inode);
	}
	return mmx_fail(err, MMX_ECORRUPT,
			"the inode of overlayfs at 0x%" PRIx64 " leads to overlayfs without end",
			inode);
}
