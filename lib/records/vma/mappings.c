// SPDX-License-Identifier: GPL-2.0-or-later
/* Mappings: where and how, of what, and how much of them is there; their structs and flags. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/member.h"
#include "mm/files/inode.h"
#include "mm/mem.h"
#include "mm/processes/vm_flags.h"
#include "records/vma/vma.h"

/* Of vm_flags, and there ever since. */
enum { VM_READ = 1, VM_WRITE = 2, VM_EXEC = 4, VM_MAYSHARE = 0x80 };

void mmx_vma_perms(const struct mmx_vma *vma, char text[static 5])
{
	snprintf(text, 5, "%c%c%c%c", vma->flags & VM_READ ? 'r' : '-',
		 vma->flags & VM_WRITE ? 'w' : '-', vma->flags & VM_EXEC ? 'x' : '-',
		 vma->flags & VM_MAYSHARE ? 's' : 'p');
}

static const struct mmx_vma_row *row_of(const struct mmx_rows *r)
{
	return r->row;
}

/* The scratch has less room than a path may take. */
void mmx_vma_text_name(struct mmx_rows *r, struct mmx_value *v, const struct mmx_vma *vma)
{
	struct mmx_vma_name *name = r->state;

	v->text = name->text;
	if (mmx_vma_name(name, r->view, vma, &v->scratch->err))
		mmx_value_unknown(v, &v->scratch->err);
}

static void perms(struct mmx_rows *r, struct mmx_value *v)
{
	mmx_vma_perms(&row_of(r)->vma, v->scratch->text);
	v->text = v->scratch->text;
}

static void name(struct mmx_rows *r, struct mmx_value *v)
{
	mmx_vma_text_name(r, v, &row_of(r)->vma);
}

/* Of a mapping whose page tables could not all be walked. */
static void pages(struct mmx_rows *r, struct mmx_value *v, uint64_t n)
{
	const struct mmx_coverage *c = &row_of(r)->pages.coverage;

	v->word = n;
	if (!mmx_cover_whole(c))
		mmx_value_unknown(v, &c->first);
}

static void present(struct mmx_rows *r, struct mmx_value *v)
{
	pages(r, v, row_of(r)->pages.present);
}

static void swapped(struct mmx_rows *r, struct mmx_value *v)
{
	pages(r, v, row_of(r)->pages.swapped);
}

static void other(struct mmx_rows *r, struct mmx_value *v)
{
	pages(r, v, row_of(r)->pages.other);
}

static bool read_inode(struct mmx_rows *r, struct mmx_value *v, struct mmx_vma_inode *inode)
{
	if (!row_of(r)->vma.file)
		mmx_value_none(v);
	else if (mmx_vma_inode(inode, r->view, &row_of(r)->vma, &v->scratch->err))
		mmx_value_unknown(v, &v->scratch->err);
	else
		return true;
	return false;
}

static void dev(struct mmx_rows *r, struct mmx_value *v)
{
	struct mmx_vma_inode inode;

	if (read_inode(r, v, &inode))
		mmx_value_textf(v, "%02x:%02x", mmx_dev_major(inode.dev), mmx_dev_minor(inode.dev));
}

static void ino(struct mmx_rows *r, struct mmx_value *v)
{
	struct mmx_vma_inode inode;

	if (read_inode(r, v, &inode))
		v->word = inode.ino;
}

static void inode_at(struct mmx_rows *r, struct mmx_value *v)
{
	struct mmx_vma_inode inode;

	if (read_inode(r, v, &inode))
		v->word = inode.inode;
}

static void file_member(struct mmx_rows *r, struct mmx_value *v, enum mmx_layout_member id)
{
	if (!row_of(r)->vma.file)
		mmx_value_none(v);
	else if (mmx_kget(r->view, row_of(r)->vma.file, id, &v->word, &v->scratch->err))
		mmx_value_unknown(v, &v->scratch->err);
}

static void mapping(struct mmx_rows *r, struct mmx_value *v)
{
	file_member(r, v, M_file_f_mapping);
}

static void ops(struct mmx_rows *r, struct mmx_value *v)
{
	if (!row_of(r)->vma.ops) {
		mmx_value_none(v);
		return;
	}
	mmx_symbol_format(&r->view->kernel->symbols, row_of(r)->vma.ops, v->scratch->text,
			  sizeof(v->scratch->text));
	v->text = v->scratch->text;
}

static void flags(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_vm_flags *known = mmx_know_vm_flags(r->view);

	v->word = row_of(r)->vma.flags;
	v->names = v->scratch->names;
	v->n_names = 0;
	for (unsigned int i = 0; i < MMX_VM_FLAG_BITS; i++) {
		if (v->word >> i & 1 && v->n_names < MMX_SCRATCH_NAMES)
			v->scratch->names[v->n_names++] = known->bit[i].name;
	}
}

static void codes(struct mmx_rows *r, struct mmx_value *v)
{
	char text[MMX_VM_FLAGS_TEXT];
	size_t n;

	mmx_vm_flags_codes(mmx_know_vm_flags(r->view), row_of(r)->vma.flags, text);
	n = strlen(text);
	mmx_value_textf(v, "%.*s", (int)(n ? n - 1 : 0), text);
}

static const void *next_around(struct mmx_rows *r)
{
	return r->nth ? NULL : r->above->row;
}

static const struct mmx_field detail_fields[] = {
	{"flags", MMX_FLAGS, "vm_flags, by the names that this kernel gives them", .get = flags},
	{"codes", MMX_TEXT, "the same as smaps prints them", .may = MMX_OR_EMPTY, .get = codes},
	{"vma", MMX_ADDR, "its vm_area_struct", AT(struct mmx_vma_row, vma.addr)},
	{"anon_vma", MMX_ADDR, "its anon_vma", .zero = MMX_OR_NONE,
	 AT(struct mmx_vma_row, vma.anon_vma)},
	{"file", MMX_ADDR, "its struct file", .zero = MMX_OR_NONE,
	 AT(struct mmx_vma_row, vma.file)},
	{"dev", MMX_TEXT, "the device of the file's file system, major:minor in hex",
	 .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .get = dev},
	{"ino", MMX_COUNT, "the file's inode number", .may = MMX_OR_NONE | MMX_OR_UNKNOWN,
	 .get = ino},
	{"inode", MMX_ADDR, "that inode", .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .get = inode_at},
	{"mapping", MMX_ADDR, "the address_space that caches the file's pages",
	 .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .get = mapping},
	{"ops", MMX_TEXT, "its operations", .may = MMX_OR_NONE, .get = ops},
	{"swapped", MMX_COUNT, "pages that are in swap", .may = MMX_OR_UNKNOWN, .get = swapped},
	{"other", MMX_COUNT,
	 "pages that are neither there nor in swap and have an entry: under migration, a device's, poisoned, markers",
	 .may = MMX_OR_UNKNOWN, .get = other},
	{0},
};

static const struct mmx_record detail_record = {
	.name = "detail",
	.doc = "flags and structs of a mapping",
	.fields = detail_fields,
	.next = next_around,
};

const struct mmx_field mmx_vma_fields[] = {
	{"start", MMX_ADDR, "its first address", .width = 12, AT(struct mmx_vma_row, vma.start)},
	{"end", MMX_ADDR, "the first address behind it", .width = 12,
	 AT(struct mmx_vma_row, vma.end)},
	{"perms", MMX_TEXT, "read, write, execute; private or shared", .title = "PERM", .width = 4,
	 .get = perms},
	{"pgoff", MMX_HEX,
	 "where it begins in its file, in pages; without a file, what its pages' indexes count from",
	 .width = 9, AT(struct mmx_vma_row, vma.pgoff)},
	{"pages", MMX_COUNT, "that there is room for", .width = 7,
	 AT(struct mmx_vma_row, pages.all)},
	{"present", MMX_COUNT, "behind which a frame stands", .width = 7,
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = present},
	{"path", MMX_TEXT, "as /proc/PID/maps has it: a file, [heap], [anon:name]", .title = "PATH",
	 .may = MMX_OR_EMPTY | MMX_OR_NULL | MMX_OR_UNKNOWN, .get = name},
	{"details", MMX_BLOCK, "flags and structs", .title = "Details", .record = &detail_record},
	{0},
};

static const void *next_mapping(struct mmx_rows *r)
{
	const struct mmx_vma_space *space = mmx_vma_space_of(r);

	return r->nth < space->rows.n ? &space->rows.v[r->nth] : NULL;
}

static bool has_mappings(struct mmx_rows *r)
{
	return !mmx_vmax_of(r)->tree;
}

const struct mmx_record mmx_record_vma_mappings = {
	.name = "mapping",
	.doc = "a mapping of an address space",
	.fields = mmx_vma_fields,
	.state_size = sizeof(struct mmx_vma_name),
	.has = has_mappings,
	.next = next_mapping,
};

static bool has_structs(struct mmx_rows *r)
{
	return mmx_vmax_of(r)->structs;
}

static void flag_names(struct mmx_rows *r, struct mmx_value *v)
{
	char text[MMX_VM_FLAGS_TEXT];

	mmx_vm_flags_names(mmx_know_vm_flags(r->view), row_of(r)->vma.flags, "|", text);
	mmx_value_textf(v, "%s", text);
}

static void address(struct mmx_value *v, uint64_t at)
{
	v->word = at;
	if (!at)
		mmx_value_null(v);
}

static void file_or_null(struct mmx_rows *r, struct mmx_value *v)
{
	address(v, row_of(r)->vma.file);
}

static void anon_vma_or_null(struct mmx_rows *r, struct mmx_value *v)
{
	address(v, row_of(r)->vma.anon_vma);
}

static void ino_or_null(struct mmx_rows *r, struct mmx_value *v)
{
	ino(r, v);
	if (v->state == MMX_NONE)
		mmx_value_null(v);
}

static void dev_or_null(struct mmx_rows *r, struct mmx_value *v)
{
	dev(r, v);
	if (v->state == MMX_NONE)
		mmx_value_null(v);
}

static const struct mmx_field struct_fields[] = {
	{"start", MMX_ADDR, "its first address", .width = 12, AT(struct mmx_vma_row, vma.start)},
	{"vma", MMX_ADDR, "its vm_area_struct", AT(struct mmx_vma_row, vma.addr)},
	{"file", MMX_ADDR, "its struct file", .may = MMX_OR_NULL, .get = file_or_null},
	{"anon_vma", MMX_ADDR, "its anon_vma", .may = MMX_OR_NULL, .get = anon_vma_or_null},
	{"dev", MMX_TEXT, "the device of the file's file system, major:minor in hex", .width = 6,
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = dev_or_null},
	{"ino", MMX_COUNT, "the file's inode number", .may = MMX_OR_NULL | MMX_OR_UNKNOWN,
	 .get = ino_or_null},
	{"flags", MMX_TEXT, "names of vm_flags", .may = MMX_OR_EMPTY, .get = flag_names},
	{0},
};

const struct mmx_record mmx_record_vma_structs = {
	.name = "struct",
	.doc = "a mapping's structs and flags",
	.fields = struct_fields,
	.has = has_structs,
	.next = next_mapping,
};
