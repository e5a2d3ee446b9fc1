// SPDX-License-Identifier: GPL-2.0-or-later
/* A file: what it is, what its page cache holds, who maps it and who has it open, and what was written out of it. */
#include <stdio.h>

#include "mm/files/inode.h"
#include "mm/mem.h"
#include "mm/processes/task.h"
#include "records/files.h"

static const struct mmx_mapping *mapping_of(const struct mmx_rows *r)
{
	return mmx_file_asked_of(r)->mapping;
}

static bool has_file(struct mmx_rows *r)
{
	return mapping_of(r);
}

/*
 * The file.
 */

static void kind(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mmx_mapping_kind_name(mapping_of(r)->kind);
}

static void path(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_mapping *m = mapping_of(r);

	v->text = m->path.text;
	if (m->kind == MMX_MAPPING_BLOCK)
		mmx_value_none(v);
	else if (!*m->path.text)
		mmx_value_unknown(v, &m->coverage.first);
}

static void path_is_one_of(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_mapping *m = mapping_of(r);

	v->word = m->path.one_of;
	if (m->kind == MMX_MAPPING_BLOCK || !*m->path.text || m->path.one_of <= 1)
		mmx_value_none(v);
}

static void device(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_mapping *m = mapping_of(r);

	v->text = m->device;
	if (m->kind != MMX_MAPPING_BLOCK)
		mmx_value_none(v);
	else if (!*m->device)
		mmx_value_unknown(v, &m->coverage.first);
}

static void how(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mmx_file_asked_of(r)->how;
}

static void mapping(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mapping_of(r)->addr;
}

static void inode(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mapping_of(r)->inode.addr;
}

static void ino(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mapping_of(r)->inode.ino;
}

static void links(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mapping_of(r)->inode.nlink;
}

static void filesystem(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mapping_of(r)->inode.fs;
}

static void on(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mapping_of(r)->inode.sb_id;
	if (!*v->text)
		mmx_value_null(v);
}

static void dev(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_mapping *m = mapping_of(r);

	mmx_value_textf(v, "%02x:%02x", mmx_dev_major(m->inode.dev), mmx_dev_minor(m->inode.dev));
}

static void named(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_file_asked_of(r)->named;
	if (!v->word)
		mmx_value_none(v);
}

static void areas(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_file_asked_of(r)->mappers.areas;
}

static void mapping_processes(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_mappers *m = &mmx_file_asked_of(r)->mappers;

	v->word = 0;
	for (size_t i = 0; i < m->n; i++)
		v->word += m->v[i].tgid != 0;
}

static void descriptors(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_file_asked_of(r)->openers.n;
}

static void leaving(struct mmx_rows *r, struct mmx_value *v)
{
	struct mmx_err *err = &v->scratch->err;
	bool is;

	if (mmx_inode_leaving(r->view, mapping_of(r)->inode.addr, &is, err))
		mmx_value_unknown(v, err);
	else if (is)
		v->truth = true;
	else
		mmx_value_none(v);
}

static const struct mmx_field file_fields[] = {
	{"path", MMX_TEXT, "where it is, from the root of its mount namespace",
	 .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .get = path},
	{"path_is_one_of", MMX_COUNT,
	 "so many paths lead to it at least, when there are several: hard links, or mounts",
	 .may = MMX_OR_NONE, .get = path_is_one_of},
	{"device", MMX_TEXT, "the block device that it is", .may = MMX_OR_NONE | MMX_OR_UNKNOWN,
	 .get = device},
	{"kind", MMX_TEXT, "file, shmem or block device", .get = kind},
	{"found_by", MMX_TEXT, "what it was named by", .get = how},
	{"named", MMX_ADDR,
	 "the inode that was named, which caches nothing itself: overlayfs's, or a device's special file",
	 .may = MMX_OR_NONE, .get = named},
	{"inode", MMX_ADDR, "its struct inode", .get = inode},
	{"mapping", MMX_ADDR, "its address_space", .get = mapping},
	{"ino", MMX_COUNT, "the inode's number", .get = ino},
	{"links", MMX_COUNT, "names that directories have for it", .get = links},
	{"filesystem", MMX_TEXT, "type of its file system", .get = filesystem},
	{"on", MMX_TEXT, "what the file system calls itself: a device's name", .may = MMX_OR_NULL,
	 .get = on},
	{"dev", MMX_TEXT, "the file system's device, MAJOR:MINOR",
	 .pattern = "^[0-9a-f]{2,}:[0-9a-f]{2,}$", .get = dev},
	{"areas", MMX_COUNT, "VMAs that map it", .get = areas},
	{"processes", MMX_COUNT, "processes that have those VMAs", .get = mapping_processes},
	{"descriptors", MMX_COUNT, "descriptors of processes that have it open",
	 .get = descriptors},
	{"leaving", MMX_BOOL, "only of an inode that is being freed, or was",
	 .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .get = leaving},
	{0},
};

const struct mmx_record mmx_record_file = {
	.name = "file",
	.doc = "the file that was asked for",
	.fields = file_fields,
	.has = has_file,
};

/*
 * What it has in memory.
 */

static const struct mmx_contents *contents_of(const struct mmx_rows *r)
{
	return &mmx_file_asked_of(r)->contents;
}

#define CONTENTS(name, member)                                    \
	static void name(struct mmx_rows *r, struct mmx_value *v) \
	{                                                         \
		v->word = contents_of(r)->member;                 \
	}

CONTENTS(cached, all.pages)
CONTENTS(folios, all.folios)
CONTENTS(dirty, all.dirty)
CONTENTS(writeback, all.writeback)
CONTENTS(stale, all.stale)
CONTENTS(shadows, shadows)
CONTENTS(swapped, swapped)

#define OF_SIZE(name, member)                                     \
	static void name(struct mmx_rows *r, struct mmx_value *v) \
	{                                                         \
		v->word = contents_of(r)->member;                 \
		if (!contents_of(r)->size_known)                  \
			mmx_value_null(v);                        \
	}

OF_SIZE(size, size)
OF_SIZE(size_pages, pages)
OF_SIZE(beyond, beyond)

/* What was left out of a broken page cache is no hole. */
static void holes(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = contents_of(r)->holes;
	if (!contents_of(r)->size_known || !mmx_cover_whole(&contents_of(r)->coverage))
		mmx_value_null(v);
}

static void dax(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = contents_of(r)->dax;
	if (!mapping_of(r)->dax)
		mmx_value_none(v);
}

static void counted(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mapping_of(r)->pages;
}

static void contents_trouble(struct mmx_rows *r, struct mmx_value *v)
{
	v->err = &contents_of(r)->coverage.first;
	if (mmx_cover_whole(&contents_of(r)->coverage))
		mmx_value_none(v);
}

static const struct mmx_field contents_fields[] = {
	{"size", MMX_BYTES, "of the file", .may = MMX_OR_NULL, .get = size},
	{"pages", MMX_COUNT, "the same in pages", .may = MMX_OR_NULL, .get = size_pages},
	{"cached", MMX_COUNT, "pages that are cached", .get = cached},
	{"folios", MMX_COUNT, "in so many folios", .get = folios},
	{"dirty", MMX_COUNT, "pages of folios that are to be written back", .get = dirty},
	{"writeback", MMX_COUNT, "pages of folios that are being written back", .get = writeback},
	{"not_uptodate", MMX_COUNT,
	 "pages of folios that are being read, whose reading failed, or that are only partly up to date",
	 .get = stale},
	{"shadows", MMX_COUNT, "pages that were reclaimed, and left an entry that says when",
	 .get = shadows},
	{"swapped", MMX_COUNT, "pages of shared memory that are in swap", .get = swapped},
	{"dax", MMX_COUNT, "pages in persistent memory, of files that are mapped from there",
	 .may = MMX_OR_NONE, .get = dax},
	{"holes", MMX_COUNT,
	 "pages of the size that have no entry: holes, or, but for shared memory, what was never read, or dropped; null when not all entries are known",
	 .may = MMX_OR_NULL, .get = holes},
	{"beyond", MMX_COUNT,
	 "entries for pages beyond the size, those behind it in a large folio included",
	 .may = MMX_OR_NULL, .get = beyond},
	{"counted", MMX_COUNT,
	 "what the mapping counts as cached; of hugetlb, up to 6.6, in huge pages", .get = counted},
	{"trouble", MMX_TROUBLE, "why not all of it is certain", .get = contents_trouble},
	{0},
};

const struct mmx_record mmx_record_file_contents = {
	.name = "contents",
	.doc = "what of the file is in memory; a folio is dirty as a whole",
	.fields = contents_fields,
	.has = has_file,
};

#define SUM_FIELDS                                                                                 \
	{"pages", MMX_COUNT, "pages", .width = 10, AT(struct mmx_folio_sum, pages)},               \
		{"folios", MMX_COUNT, "folios", AT(struct mmx_folio_sum, folios)},                 \
		{"dirty", MMX_COUNT, "pages to be written back", AT(struct mmx_folio_sum, dirty)}, \
		{"writeback", MMX_COUNT, "pages that are being written back",                      \
		 AT(struct mmx_folio_sum, writeback)},                                             \
	{                                                                                          \
		"not_uptodate", MMX_COUNT, "pages that are not up to date, or partly",             \
			.title = "NOT UPTODATE", AT(struct mmx_folio_sum, stale)                   \
	}

/* The next sum with folios, of @n; its number goes to the state. */
static const void *next_sum(struct mmx_rows *r, const struct mmx_folio_sum *sums, size_t n)
{
	size_t *at = r->state;

	for (*at = r->nth ? *at + 1 : 0; *at < n; (*at)++) {
		if (sums[*at].folios)
			return &sums[*at];
	}
	return NULL;
}

static void number(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = *(const size_t *)r->state;
}

static const void *next_node(struct mmx_rows *r)
{
	return next_sum(r, contents_of(r)->nodes.v, contents_of(r)->nodes.n);
}

static const struct mmx_field node_fields[] = {
	{"node", MMX_COUNT, "its number", .get = number},
	SUM_FIELDS,
	{0},
};

const struct mmx_record mmx_record_file_nodes = {
	.name = "node",
	.doc = "a node, and what it has of the file",
	.fields = node_fields,
	.state_size = sizeof(size_t),
	.has = has_file,
	.next = next_node,
};

static const void *next_order(struct mmx_rows *r)
{
	return next_sum(r, contents_of(r)->order, MMX_CONTENTS_ORDERS);
}

static bool has_large(struct mmx_rows *r)
{
	return has_file(r) && contents_of(r)->all.folios != contents_of(r)->order[0].folios;
}

static const struct mmx_field order_fields[] = {
	{"order", MMX_COUNT, "log2 of the folios' pages", .get = number},
	SUM_FIELDS,
	{0},
};

const struct mmx_record mmx_record_file_orders = {
	.name = "order",
	.doc = "folios of one size",
	.fields = order_fields,
	.state_size = sizeof(size_t),
	.has = has_large,
	.next = next_order,
};

/*
 * Who uses it.
 */

static const char *comm_of(const struct mmx_rows *r, uint32_t task)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(r->view);

	return task < tasks->n ? tasks->v[task].comm : "";
}

static const void *next_mapper(struct mmx_rows *r)
{
	const struct mmx_mappers *m = &mmx_file_asked_of(r)->mappers;

	return r->nth < m->n ? &m->v[r->nth] : NULL;
}

static void mapper_pid(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_mapper *m = r->row;

	v->word = m->tgid;
	if (!m->tgid)
		mmx_value_null(v);
}

static void mapper_comm(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_mapper *m = r->row;

	v->text = comm_of(r, m->task);
	if (!m->tgid)
		mmx_value_null(v);
}

static const struct mmx_field mapper_fields[] = {
	{"pid", MMX_COUNT, "the process; null for an address space that no process has",
	 .may = MMX_OR_NULL, .get = mapper_pid},
	{"comm", MMX_TEXT, "its name", .width = 16, .may = MMX_OR_NULL | MMX_OR_EMPTY,
	 .get = mapper_comm},
	{"areas", MMX_COUNT, "its VMAs of the file", AT(struct mmx_mapper, areas)},
	{"shared", MMX_COUNT,
	 "those of them that are shared, so that what is written goes to the file",
	 AT(struct mmx_mapper, shared)},
	{"pages", MMX_COUNT, "that they span", AT(struct mmx_mapper, pages)},
	{"first_address", MMX_ADDR, "where the first of them begins", .title = "FIRST AT",
	 AT(struct mmx_mapper, start)},
	{"mm", MMX_ADDR, "its mm_struct", AT(struct mmx_mapper, mm)},
	{0},
};

const struct mmx_record mmx_record_file_mappers = {
	.name = "mapper",
	.doc = "a process that maps the file, by the tree of VMAs of its mapping",
	.fields = mapper_fields,
	.has = has_file,
	.next = next_mapper,
};

static const void *next_opener(struct mmx_rows *r)
{
	const struct mmx_openers *o = &mmx_file_asked_of(r)->openers;

	return r->nth < o->n ? &o->v[r->nth] : NULL;
}

static void opener_comm(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_opener *o = r->row;

	v->text = comm_of(r, o->task);
}

static void opener_mode(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_opener *o = r->row;

	v->text = o->read && o->write ? "read, write"
		  : o->read           ? "read"
		  : o->write          ? "write"
				      : "path";
}

static const struct mmx_field opener_fields[] = {
	{"pid", MMX_NUMBER, "the process", AT(struct mmx_opener, tgid)},
	{"comm", MMX_TEXT, "its name", .width = 16, .may = MMX_OR_EMPTY, .get = opener_comm},
	{"fd", MMX_COUNT, "the descriptor", AT(struct mmx_opener, fd)},
	{"mode", MMX_TEXT, "what it was opened for: read, write, both, or neither: path",
	 .width = 11, .get = opener_mode},
	{"file", MMX_ADDR, "the struct file", AT(struct mmx_opener, file)},
	{0},
};

const struct mmx_record mmx_record_file_openers = {
	.name = "opener",
	.doc = "a process that has the file open",
	.fields = opener_fields,
	.has = has_file,
	.next = next_opener,
};

/*
 * What was written of it.
 */

static bool has_extracted(struct mmx_rows *r)
{
	return mmx_file_asked_of(r)->dir;
}

static const struct mmx_extract *extract_of(const struct mmx_rows *r)
{
	return &mmx_file_asked_of(r)->extracted;
}

static void extracted_to(struct mmx_rows *r, struct mmx_value *v)
{
	mmx_value_textf(v, "%.300s/%s", mmx_file_asked_of(r)->dir, extract_of(r)->name);
}

static void extracted_size(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = extract_of(r)->size;
}

static void written(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = extract_of(r)->written;
}

static void missing(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = 0;
	for (unsigned int i = 0; i < MMX_LACKS; i++)
		v->word += extract_of(r)->lacks[i];
}

static void more_runs(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = extract_of(r)->more;
	if (!v->word)
		mmx_value_none(v);
}

static const struct mmx_field extracted_fields[] = {
	{"to", MMX_TEXT, "the file that it was written to", .get = extracted_to},
	{"size", MMX_BYTES, "that it was given", .get = extracted_size},
	{"written", MMX_COUNT, "pages that were written", .get = written},
	{"missing", MMX_COUNT,
	 "pages that are not known and read as zeros there; holes of shared memory are none of them",
	 .get = missing},
	{"more_runs", MMX_COUNT, "runs of missing pages that are not listed", .may = MMX_OR_NONE,
	 .get = more_runs},
	{0},
};

const struct mmx_record mmx_record_file_extracted = {
	.name = "extracted",
	.doc = "a file with what is cached of it, sparse where nothing is",
	.fields = extracted_fields,
	.has = has_extracted,
};

static const void *next_lack(struct mmx_rows *r)
{
	const struct mmx_extract *x = extract_of(r);

	return r->nth < x->n ? &x->v[r->nth] : NULL;
}

static void lack_why(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_lack_run *run = r->row;

	v->text = mmx_lack_words(run->why);
}

static const struct mmx_field lack_fields[] = {
	{"first", MMX_HEX, "the first page", .width = 12, AT(struct mmx_lack_run, first)},
	{"last", MMX_HEX, "the last one", .width = 12, AT(struct mmx_lack_run, last)},
	{"why", MMX_TEXT, "why they are not known", .get = lack_why},
	{0},
};

const struct mmx_record mmx_record_file_lacks = {
	.name = "lack",
	.doc = "pages of the file that are not known",
	.fields = lack_fields,
	.has = has_extracted,
	.next = next_lack,
};
