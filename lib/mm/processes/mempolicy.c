// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kernel/calls.h"
#include "kernel/decode.h"
#include "kernel/member.h"
#include "mm/files/mapping.h"
#include "mm/mem.h"
#include "mm/processes/mempolicy.h"

#define MASK_BYTES 128u /* of 1024 nodes */
#define DEPTH      128u /* a red-black tree of 2^64 nodes is no deeper */

/* User space relies on them, so they have never moved. */
#define STATIC_NODES   (1u << 15)
#define RELATIVE_NODES (1u << 14)
#define BALANCING      (1u << 13)
#define MODE_FLAGS     (STATIC_NODES | RELATIVE_NODES | BALANCING)

/* The kernel's own: that of the policies which it makes itself, for a node each. */
#define OF_A_NODE (1u << 4)

/* Modes, and whether they have nodes. */
static const struct {
	enum mmx_layout_enumerator id;
	const char *text;
	bool nodes;
} modes[] = {
	{E_MPOL_DEFAULT, "default", false},
	{E_MPOL_PREFERRED, "prefer", true},
	{E_MPOL_BIND, "bind", true},
	{E_MPOL_INTERLEAVE, "interleave", true},
	{E_MPOL_LOCAL, "local", false},
	{E_MPOL_PREFERRED_MANY, "prefer (many)", true},
	{E_MPOL_WEIGHTED_INTERLEAVE, "weighted interleave", true}, /* since 6.9 */
};

/* A policy, from its struct. */
struct policy {
	uint16_t mode, flags;
};

static const struct mmx_wanted wanted[] = {
	MMX_WANT(struct policy, mode, mempolicy, mode),
	MMX_WANT(struct policy, flags, mempolicy, flags),
};

static const struct mmx_decode policy_table = MMX_DECODE("mempolicy", wanted);

/*
 * Text.
 */

static void add(char text[static MMX_POLICY_TEXT], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void add(char text[static MMX_POLICY_TEXT], const char *format, ...)
{
	size_t n = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + n, MMX_POLICY_TEXT - n, format, args);
	va_end(args);
}

/* As ranges: "0-3,5". */
static void add_nodes(char text[static MMX_POLICY_TEXT], const unsigned char *mask, size_t bytes)
{
	const char *before = ":";

	for (size_t i = 0, end; i < bytes * 8; i = end + 1) {
		for (end = i; end < bytes * 8 && mask[end / 8] >> end % 8 & 1;)
			end++;
		if (end == i)
			continue;
		add(text, end == i + 1 ? "%s%zu" : "%s%zu-%zu", before, i, end - 1);
		before = ",";
	}
}

static int add_mask(struct mmx_view *view, uint64_t addr, char text[static MMX_POLICY_TEXT],
		    struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t size = mmx_size(l, S_nodemask_t);
	unsigned char mask[MASK_BYTES];

	if (!mmx_has(l, M_mempolicy_nodes) || !mmx_has_struct(l, S_nodemask_t) ||
	    size > sizeof(mask))
		return mmx_fail(err, MMX_EMISSING, "mempolicy.nodes is needed");
	if (mmx_kread_ok(view, addr + mmx_off(l, M_mempolicy_nodes), mask, size, "a memory policy",
			 err))
		return -1;
	add_nodes(text, mask, size);
	return 0;
}

/*
 * A policy that balances has the mark of the kernel's own, and was taken for one up to 6.10. Since then these are told by
 * where they lie, in stable kernels too: the code tells.
 */
static int is_default(struct mmx_view *view, const struct policy *policy, bool *yes,
		      struct mmx_err *err)
{
	bool told = false;

	*yes = policy->flags & OF_A_NODE;
	if (!*yes || !(policy->flags & BALANCING))
		return 0;
	if (mmx_refers(view, "mpol_to_str", "preferred_node_policy", &told, err))
		return -1;
	*yes = !told;
	return 0;
}

static void add_flags(char text[static MMX_POLICY_TEXT], unsigned int flags)
{
	if (!(flags & MODE_FLAGS))
		return;
	add(text, "=");
	if (flags & STATIC_NODES)
		add(text, "static");
	else if (flags & RELATIVE_NODES)
		add(text, "relative");
	if (flags & BALANCING)
		add(text, "%sbalancing", flags & (STATIC_NODES | RELATIVE_NODES) ? "|" : "");
}

static int put_policy(struct mmx_view *view, uint64_t addr, char text[static MMX_POLICY_TEXT],
		      struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct policy policy;
	bool none;

	*text = '\0';
	if (!addr) {
		add(text, "default");
		return 0;
	}
	if (mmx_decode_read(&policy_table, view, addr, &policy, err) ||
	    is_default(view, &policy, &none, err))
		return -1;
	if (none) {
		add(text, "default");
		return 0;
	}
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		if (!mmx_has_enum(l, modes[i].id) || mmx_enum(l, modes[i].id) != policy.mode)
			continue;
		add(text, "%s", modes[i].text);
		add_flags(text, policy.flags);
		return modes[i].nodes ? add_mask(view, addr, text, err) : 0;
	}
	return mmx_fail(err, MMX_EMISSING, "the memory policy at 0x%" PRIx64 " has mode %u", addr,
			policy.mode);
}

/*
 * Whose it is.
 */

/* Of shared memory a tree of ranges of its file, by indices, has them. */
static int look_in_file(struct mmx_view *view, const struct mmx_mapping *m, uint64_t index,
			uint64_t *policy, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t node, start, end;

	*policy = 0;
	if (!mmx_has(l, M_sp_node_nd) || !mmx_has(l, M_shmem_inode_info_vfs_inode))
		return mmx_fail(err, MMX_EMISSING, "sp_node is needed");
	if (mmx_kget(view, m->inode.addr - mmx_off(l, M_shmem_inode_info_vfs_inode),
		     M_shmem_inode_info_policy_root, &node, err))
		return -1;
	for (unsigned int depth = 0; node && depth < DEPTH; depth++) {
		uint64_t at = node - mmx_off(l, M_sp_node_nd);

		if (mmx_kget(view, at, M_sp_node_start, &start, err) ||
		    mmx_kget(view, at, M_sp_node_end, &end, err))
			return -1;
		if (index >= start && index < end)
			return mmx_kget(view, at, M_sp_node_policy, policy, err);
		if (mmx_kget(view, node, index >= end ? M_rb_node_rb_right : M_rb_node_rb_left,
			     &node, err))
			return -1;
	}
	return node ? mmx_fail(err, MMX_ECORRUPT,
			       "the tree of memory policies of inode %" PRIu64 " does not end",
			       m->inode.ino)
		    : 0;
}

/* Shared memory, System V's as well, answers for its file; what else has a function for it is not known. */
static int ask_file(struct mmx_view *view, const struct mmx_vma *vma, uint64_t function,
		    uint64_t *policy, struct mmx_err *err)
{
	uint64_t shmem = 0, sysv = 0, mapping;
	struct mmx_mapping m;

	mmx_symbol_addr(&view->kernel->symbols, "shmem_get_policy", &shmem);
	mmx_symbol_addr(&view->kernel->symbols, "shm_get_policy", &sysv);
	if (function != shmem && function != sysv)
		return mmx_fail(err, MMX_EMISSING,
				"the function at 0x%" PRIx64 " tells its memory policy", function);
	if (mmx_kget(view, vma->file, M_file_f_inode, &mapping, err) ||
	    mmx_kget(view, mapping, M_inode_i_mapping, &mapping, err) ||
	    mmx_mapping_read(&m, view, mapping, err))
		return -1;
	if (m.kind == MMX_MAPPING_SHMEM)
		return look_in_file(view, &m, vma->pgoff, policy, err);
	return mmx_kget(view, vma->addr, M_vm_area_struct_vm_policy, policy, err);
}

static int of_mapping(struct mmx_view *view, const struct mmx_vma *vma, uint64_t *policy,
		      struct mmx_err *err)
{
	uint64_t ops, function = 0;

	if (mmx_kget(view, vma->addr, M_vm_area_struct_vm_ops, &ops, err) ||
	    (ops && mmx_kget(view, ops, M_vm_operations_struct_get_policy, &function, err)))
		return -1;
	return function ? ask_file(view, vma, function, policy, err)
			: mmx_kget(view, vma->addr, M_vm_area_struct_vm_policy, policy, err);
}

int mmx_vma_policy(struct mmx_view *view, const struct mmx_task *task, const struct mmx_vma *vma,
		   char text[static MMX_POLICY_TEXT], struct mmx_err *err)
{
	uint64_t policy;

	if (of_mapping(view, vma, &policy, err) ||
	    (!policy && mmx_kget(view, task->addr, M_task_struct_mempolicy, &policy, err)))
		return -1;
	return put_policy(view, policy, text, err);
}
