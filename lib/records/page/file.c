// SPDX-License-Identifier: GPL-2.0-or-later
/* Page cache of files, of tmpfs and of block devices. */
#include "mm/files/mapping.h"
#include "records/page/page.h"

/* @has: @m was read; @unread: why not, when there is a mapping */
struct file {
	struct mmx_mapping m;
	bool has;
	struct mmx_err unread;
};

static bool has_file(struct mmx_rows *r)
{
	return mmx_page_user_of(r) == MMX_PAGE_FILE;
}

static const void *next_file(struct mmx_rows *r)
{
	struct file *file = r->state;
	uint64_t addr = mmx_page_mapping_of(r);

	if (r->nth)
		return NULL;
	file->has = addr && !mmx_mapping_read(&file->m, r->view, addr, &file->unread);
	return file;
}

/* The swap cache has no inode. */
static bool has_inode(const struct file *file)
{
	return file->has && file->m.kind != MMX_MAPPING_SWAP;
}

static void kind(struct mmx_rows *r, struct mmx_value *v)
{
	const struct file *file = r->row;

	v->text = file->has ? mmx_mapping_kind_name(file->m.kind)
			    : "none: truncated, or shared memory in the swap cache";
	if (file->unread.code)
		mmx_value_none(v);
}

static void device(struct mmx_rows *r, struct mmx_value *v)
{
	const struct file *file = r->row;

	v->text = file->m.device;
	if (!has_inode(file) || file->m.kind != MMX_MAPPING_BLOCK)
		mmx_value_none(v);
	else if (!mmx_cover_whole(&file->m.coverage))
		mmx_value_unknown(v, &file->m.coverage.first);
}

static void path(struct mmx_rows *r, struct mmx_value *v)
{
	const struct file *file = r->row;

	v->text = file->m.path.text;
	if (!has_inode(file) || file->m.kind == MMX_MAPPING_BLOCK)
		mmx_value_none(v);
	else if (!file->m.path.text[0])
		mmx_value_unknown(v, &file->m.coverage.first);
}

static void path_is_one_of(struct mmx_rows *r, struct mmx_value *v)
{
	const struct file *file = r->row;

	v->word = file->m.path.one_of;
	if (!has_inode(file) || file->m.kind == MMX_MAPPING_BLOCK || !file->m.path.text[0] ||
	    file->m.path.one_of <= 1)
		mmx_value_none(v);
}

static void inode(struct mmx_rows *r, struct mmx_value *v)
{
	const struct file *file = r->row;

	v->word = file->m.inode.addr;
	if (!has_inode(file))
		mmx_value_none(v);
}

static void ino(struct mmx_rows *r, struct mmx_value *v)
{
	const struct file *file = r->row;

	v->word = file->m.inode.ino;
	if (!has_inode(file))
		mmx_value_none(v);
}

static void filesystem(struct mmx_rows *r, struct mmx_value *v)
{
	const struct file *file = r->row;

	v->text = file->m.inode.fs;
	if (!has_inode(file))
		mmx_value_none(v);
}

static void dev(struct mmx_rows *r, struct mmx_value *v)
{
	const struct file *file = r->row;

	mmx_value_textf(v, "%02x:%02x", mmx_dev_major(file->m.inode.dev),
			mmx_dev_minor(file->m.inode.dev));
	if (!has_inode(file))
		mmx_value_none(v);
}

static bool folio_flag(const struct mmx_rows *r, enum mmx_layout_enumerator id)
{
	const struct mmx_layout *l = &r->view->kernel->layout;

	return mmx_has_enum(l, id) && mmx_bit(mmx_page_of(r)->walk.folio.flags, mmx_enum(l, id));
}

static void dirty(struct mmx_rows *r, struct mmx_value *v)
{
	v->truth = folio_flag(r, E_PG_dirty);
}

static void writeback(struct mmx_rows *r, struct mmx_value *v)
{
	v->truth = folio_flag(r, E_PG_writeback);
}

static const struct mmx_field fields[] = {
	{"mapping_unknown", MMX_TROUBLE, "why nothing is known of its mapping",
	 AT(struct file, unread)},
	{"kind", MMX_TEXT, "what caches it", .may = MMX_OR_NONE, .get = kind},
	{"device", MMX_TEXT, "the block device that it caches", .may = MMX_OR_NONE | MMX_OR_UNKNOWN,
	 .get = device},
	{"path", MMX_TEXT, "the file's, from the root of the mount namespace",
	 .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .get = path},
	{"path_is_one_of", MMX_COUNT,
	 "so many paths lead to the file at least, when there are several: hard links, or mounts",
	 .may = MMX_OR_NONE, .get = path_is_one_of},
	{"inode", MMX_ADDR, "the file's struct inode", .may = MMX_OR_NONE, .get = inode},
	{"ino", MMX_COUNT, "its number", .may = MMX_OR_NONE, .get = ino},
	{"filesystem", MMX_TEXT, "the type of its file system", .may = MMX_OR_NONE,
	 .get = filesystem},
	{"dev", MMX_TEXT, "the file system's device, MAJOR:MINOR", .may = MMX_OR_NONE,
	 .pattern = "^[0-9a-f]{2,}:[0-9a-f]{2,}$", .get = dev},
	{"dirty", MMX_BOOL, "it is to be written back", .get = dirty},
	{"writeback", MMX_BOOL, "it is being written back", .get = writeback},
	{0},
};

static const struct mmx_record file = {
	.name = "file",
	.doc = "what it is a cached page of",
	.fields = fields,
	.state_size = sizeof(struct file),
	.has = has_file,
	.next = next_file,
};

const struct mmx_field mmx_page_fields_file[] = {
	{"file", MMX_BLOCK,
	 "of classes file and shmem, and of hugetlb and hwpoison that are or were it",
	 .title = "file", .may = MMX_OR_NONE, .record = &file},
	{0},
};
