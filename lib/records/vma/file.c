// SPDX-License-Identifier: GPL-2.0-or-later
/* A byte of a file: every process and address where it is mapped, by the tree that the file has of its mappings. */
#include <inttypes.h>
#include <stdio.h>

#include "mm/files/mapping.h"
#include "mm/frames/page_walk.h"
#include "mm/mem.h"
#include "mm/processes/user_entry.h"
#include "mm/rmap/areas.h"
#include "records/vma/vma.h"

static bool has_file(struct mmx_rows *r)
{
	return mmx_vmax_of(r)->by_file;
}

static const void *next_file(struct mmx_rows *r)
{
	return r->nth ? NULL : mmx_vmax_of(r)->file;
}

static const struct mmx_mapping *file_of(const struct mmx_rows *r)
{
	return r->row;
}

/* A block device has a name for a path. */
static void path(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_mapping *m = file_of(r);

	v->text = *m->path.text ? m->path.text : m->device;
	if (!*v->text && !mmx_cover_whole(&m->coverage))
		mmx_value_unknown(v, &m->coverage.first);
}

static void ino(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = file_of(r)->inode.ino;
}

static void inode(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = file_of(r)->inode.addr;
}

static void offset(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_vmax_of(r)->offset;
}

static void index_of(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_vmax_of(r)->index;
}

static const struct mmx_field file_fields[] = {
	{"path", MMX_TEXT, "a path of it, or the name of a block device",
	 .may = MMX_OR_EMPTY | MMX_OR_NULL | MMX_OR_UNKNOWN, .get = path},
	{"ino", MMX_COUNT, "its inode number", .get = ino},
	{"inode", MMX_ADDR, "its inode", .get = inode},
	{"mapping", MMX_ADDR, "its address_space", AT(struct mmx_mapping, addr)},
	{"offset", MMX_HEX, "the byte that is asked for", .get = offset},
	{"index", MMX_HEX, "the page that it is in", .get = index_of},
	{0},
};

const struct mmx_record mmx_record_vma_file = {
	.name = "file",
	.doc = "a file, and a byte of it",
	.fields = file_fields,
	.has = has_file,
	.next = next_file,
};

/* A VMA that maps the page, and of those that use its address space the one that is told next. */
struct mapped {
	struct mmx_areas areas;
	const struct mmx_mm_user *users;
	size_t n_users, next_user;
	bool any;
	uint64_t address;
	struct mmx_user_entry entry;
	struct mmx_err no_entry;
};

static int open_mapped(struct mmx_rows *r, struct mmx_err *err)
{
	const struct mmx_vmax *asked = mmx_vmax_of(r);
	struct mapped *m = r->state;

	(void)err;
	mmx_areas_begin(&m->areas, r->view,
			&(struct mmx_areas_ask){.tree = MMX_AREAS_FILE,
						.of = asked->file->addr,
						.first = asked->index,
						.last = asked->index});
	return 0;
}

static bool next_area(struct mmx_rows *r, struct mapped *m)
{
	const struct mmx_vmax *asked = mmx_vmax_of(r);
	unsigned int shift = r->view->kernel->arch->page_shift;
	const struct mmx_vma *vma = &m->areas.vma;

	if (!mmx_areas_next(&m->areas)) {
		mmx_cover_inherit(r->coverage, &m->areas.coverage);
		return false;
	}
	m->users = mmx_mm_users(mmx_know_tasks(r->view), vma->mm, &m->n_users);
	m->next_user = 0;
	m->address = vma->start + ((asked->index - vma->pgoff) << shift) +
		     (asked->offset & ((1ULL << shift) - 1));
	m->no_entry.code = MMX_OK;
	if (mmx_user_lookup(&m->entry, r->view, vma->mm, m->address, &m->no_entry))
		mmx_cover_fail(r->coverage, &m->no_entry);
	return true;
}

/* One that no task has is told all the same. */
static const void *next_mapped(struct mmx_rows *r)
{
	struct mapped *m = r->state;

	if (m->any && m->next_user + 1 < m->n_users)
		m->next_user++;
	else if (!next_area(r, m))
		return NULL;
	m->any = true;
	return m;
}

static const struct mmx_task *task_of(const struct mmx_rows *r)
{
	const struct mapped *m = r->row;

	return m->users ? &mmx_know_tasks(r->view)->v[m->users[m->next_user].task] : NULL;
}

static const struct mapped *of(const struct mmx_rows *r)
{
	return r->row;
}

static void pid(struct mmx_rows *r, struct mmx_value *v)
{
	if (task_of(r))
		v->word = of(r)->users[of(r)->next_user].tgid;
	else
		mmx_value_null(v);
}

static void comm(struct mmx_rows *r, struct mmx_value *v)
{
	if (task_of(r))
		v->text = task_of(r)->comm;
	else
		mmx_value_null(v);
}

static void perms(struct mmx_rows *r, struct mmx_value *v)
{
	mmx_vma_perms(&of(r)->areas.vma, v->scratch->text);
	v->text = v->scratch->text;
}

static void vma(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = of(r)->areas.vma.addr;
}

static void mm(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = of(r)->areas.vma.mm;
}

static void pfn(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = of(r)->entry.pfn;
	if (of(r)->no_entry.code || !mmx_user_has_pfn(of(r)->entry.kind))
		mmx_value_null(v);
}

static void stands(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mmx_user_words(of(r)->entry.kind);
	if (of(r)->no_entry.code)
		mmx_value_unknown(v, &of(r)->no_entry);
}

/* What a private mapping wrote to is anonymous from then on. */
static void copied(struct mmx_rows *r, struct mmx_value *v)
{
	struct mmx_page_walk w;

	if (of(r)->no_entry.code || !mmx_user_has_pfn(of(r)->entry.kind)) {
		mmx_value_null(v);
		return;
	}
	if (mmx_page_walk_begin(&w, r->view, of(r)->entry.pfn, of(r)->entry.pfn + 1,
				&v->scratch->err)) {
		mmx_value_unknown(v, &v->scratch->err);
		return;
	}
	if (!mmx_page_walk_next(&w))
		mmx_value_null(v);
	else if (!mmx_value_absent(v, w.read ? w.read : w.folio.read))
		v->truth = mmx_folio_anon(&w);
	mmx_page_walk_end(&w);
}

static const struct mmx_field mapped_fields[] = {
	{"pid", MMX_COUNT, "the process; null where no task has the address space", .width = 7,
	 .may = MMX_OR_NULL, .get = pid},
	{"address", MMX_ADDR, "where the byte is mapped", .width = 12, AT(struct mapped, address)},
	{"perms", MMX_TEXT, "of the mapping: read, write, execute; private or shared",
	 .title = "PERM", .width = 4, .get = perms},
	{"vma", MMX_ADDR, "its vm_area_struct", .get = vma},
	{"mm", MMX_ADDR, "the address space", .get = mm},
	{"pfn", MMX_PFN, "the frame that stands there", .width = 8, .may = MMX_OR_NULL, .get = pfn},
	{"copy", MMX_BOOL, "the frame is the process's own copy, which it wrote to", .width = 4,
	 .may = MMX_OR_NULL | MMX_OR_ABSENT | MMX_OR_UNKNOWN, .get = copied},
	{"name", MMX_TEXT, "the process's", .width = 15, .may = MMX_OR_NULL | MMX_OR_EMPTY,
	 .get = comm},
	{"stands_there", MMX_TEXT, "what the page tables have there",
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = stands},
	{0},
};

const struct mmx_record mmx_record_vma_mapped = {
	.name = "mapped",
	.doc = "where a byte of a file is mapped",
	.fields = mapped_fields,
	.state_size = sizeof(struct mapped),
	.has = has_file,
	.open = open_mapped,
	.next = next_mapped,
};
