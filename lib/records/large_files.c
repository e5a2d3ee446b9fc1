// SPDX-License-Identifier: GPL-2.0-or-later
/* The files that have most in memory, found through the inodes of all file systems. */
#include "mm/mem.h"
#include "mm/zones/counters.h"
#include "records/files.h"

static const struct mmx_largest_files *largest_of(const struct mmx_rows *r)
{
	return mmx_file_asked_of(r)->largest;
}

static bool has_largest(struct mmx_rows *r)
{
	return largest_of(r);
}

static const void *next_large(struct mmx_rows *r)
{
	const struct mmx_largest_files *l = largest_of(r);

	return r->nth < l->n ? &l->v[r->nth] : NULL;
}

/* The row's mapping, read once; NULL with the reason when it is none. */
static const struct mmx_mapping *mapping_of(struct mmx_rows *r, struct mmx_err *err)
{
	const struct mmx_large_file *file = r->row;

	return mmx_mapping_again(r->state, r->view, file->mapping, err);
}

static void bytes(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_large_file *file = r->row;

	v->word = file->pages << r->view->kernel->arch->page_shift;
}

static void kind(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_mapping *m = mapping_of(r, &v->scratch->err);

	if (m)
		v->text = mmx_mapping_kind_name(m->kind);
	else
		mmx_value_null(v);
}

static void fs(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_mapping *m = mapping_of(r, &v->scratch->err);

	if (m)
		v->text = m->inode.fs;
	else
		mmx_value_null(v);
}

static void ino(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_mapping *m = mapping_of(r, &v->scratch->err);

	if (m)
		v->word = m->inode.ino;
	else
		mmx_value_null(v);
}

static void path(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_mapping *m = mapping_of(r, &v->scratch->err);

	if (!m)
		mmx_value_unknown(v, &v->scratch->err);
	else if (!mmx_cover_whole(&m->coverage))
		mmx_value_unknown(v, &m->coverage.first);
	else
		v->text = m->kind == MMX_MAPPING_BLOCK ? m->device : m->path.text;
}

static const struct mmx_field large_fields[] = {
	{"pages", MMX_COUNT, "that it caches", .width = 10, AT(struct mmx_large_file, pages)},
	{"bytes", MMX_BYTES, "the same in bytes", .width = 9, .get = bytes},
	{"kind", MMX_TEXT, "file, shmem or block device", .width = 6, .may = MMX_OR_NULL,
	 .get = kind},
	{"fs", MMX_TEXT, "type of its file system", .width = 8, .may = MMX_OR_NULL, .get = fs},
	{"ino", MMX_COUNT, "its inode's number", .may = MMX_OR_NULL, .get = ino},
	{"inode", MMX_ADDR, "its struct inode", AT(struct mmx_large_file, inode)},
	{"path", MMX_TEXT, "where it is, or the device's name",
	 .may = MMX_OR_UNKNOWN | MMX_OR_NULL | MMX_OR_EMPTY, .get = path},
	{0},
};

const struct mmx_record mmx_record_large_files = {
	.name = "large_file",
	.doc = "a file that has much in memory",
	.fields = large_fields,
	.state_size = sizeof(struct mmx_mapping),
	.has = has_largest,
	.next = next_large,
};

/*
 * All of them together.
 */

#define OF_ALL(name, member)                                      \
	static void name(struct mmx_rows *r, struct mmx_value *v) \
	{                                                         \
		v->word = largest_of(r)->member;                  \
	}

OF_ALL(inodes, inodes)
OF_ALL(files, files)
OF_ALL(pages, pages)
OF_ALL(huge_pages, huge_pages)

/* What the kernel counts as file pages has those of the swap cache in it. */
static const struct mmx_err *count(const struct mmx_rows *r, int64_t *pages)
{
	const struct mmx_counters *c = mmx_know_counters(r->view);
	struct mmx_counter all = mmx_counter_of_all(c, MMX_COUNTERS_NODE, "NR_FILE_PAGES");
	struct mmx_counter swap = mmx_counter_of_all(c, MMX_COUNTERS_NODE, "NR_SWAPCACHE");
	bool has_swap = mmx_counter_number(c, MMX_COUNTERS_NODE, "NR_SWAPCACHE") >= 0;

	*pages = all.shared + all.pending - (has_swap ? swap.shared + swap.pending : 0);
	return all.why ? all.why : has_swap ? swap.why : NULL;
}

static void counted(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_err *why = count(r, &v->count);

	if (why)
		mmx_value_unknown(v, why);
}

static void difference(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_err *why = count(r, &v->count);

	v->count -= (int64_t)largest_of(r)->pages;
	if (why)
		mmx_value_null(v);
}

static void trouble(struct mmx_rows *r, struct mmx_value *v)
{
	v->err = &largest_of(r)->coverage.first;
	if (mmx_cover_whole(&largest_of(r)->coverage))
		mmx_value_none(v);
}

static const struct mmx_field sum_fields[] = {
	{"inodes", MMX_COUNT, "in memory, of all file systems", .get = inodes},
	{"files", MMX_COUNT, "those of them that cache something", .get = files},
	{"pages", MMX_COUNT, "what they cache, but for hugetlbfs", .get = pages},
	{"huge_pages", MMX_COUNT, "what hugetlbfs has, in pages of the smallest size",
	 .get = huge_pages},
	{"counted", MMX_NUMBER,
	 "pages in page caches by the kernel's counters: NR_FILE_PAGES without NR_SWAPCACHE",
	 .may = MMX_OR_UNKNOWN, .get = counted},
	{"difference", MMX_NUMBER,
	 "the kernel's less what was found: files of anonymous inodes (memfd_secret), and what is being thrown out, are on no list",
	 .may = MMX_OR_NULL, .get = difference},
	{"trouble", MMX_TROUBLE, "why not all are known", .get = trouble},
	{0},
};

const struct mmx_record mmx_record_large_files_sum = {
	.name = "sum",
	.doc = "the page caches of all files",
	.fields = sum_fields,
	.has = has_largest,
};
