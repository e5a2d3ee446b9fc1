// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lines that reports of the kernel consist of, 6.1 to 7.3, a row each. What has changed over the releases are
 * rows of their own; lines that are lists of numbers have functions (tables.c).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/reports/report.h"

#define ON(kind) (1u << MMX_TOLD_##kind)
#define PAGES    (ON(BAD_PAGE) | ON(DUMP_PAGE) | ON(BAD_MAP))
#define MEMORY   (ON(ALLOCATION) | ON(OOM) | ON(SHOW_MEM))
#define ALL      ~0u

/**
 * struct format - a line
 * @pattern: as line.h has them
 * @begins: a report of that kind, unless it continues one
 * @kind: which
 * @continues: reports of these kinds
 */
struct format {
	const char *pattern;
	bool begins;
	enum mmx_told_kind kind;
	uint32_t continues;
};

#define BEGINS(kind, pattern, on)                  \
	{                                          \
		pattern, true, MMX_TOLD_##kind, on \
	}
#define CONTINUES(on, pattern)        \
	{                             \
		pattern, false, 0, on \
	}

static const struct format formats[] = {
	BEGINS(BAD_PAGE, "BUG: Bad page state in process {comm} pfn:{pfn:x}", 0),
	BEGINS(SUPPRESSED, "BUG: Bad page {what}: {suppressed:d} messages suppressed", 0),
	/* By 6.19 the other levels are in a line of their own, and huge entries may be meant. */
	BEGINS(BAD_MAP, "BUG: Bad page map in process {comm} pte:{pte:x} pmd:{pmd:x}", 0),
	BEGINS(BAD_MAP, "BUG: Bad page map in process {comm} pte:{pte:x}", 0),
	BEGINS(BAD_MAP, "BUG: Bad page map in process {comm} pmd:{leaf_pmd:x}", 0),
	BEGINS(BAD_MAP, "BUG: Bad page map in process {comm} pud:{leaf_pud:x}", 0),
	CONTINUES(ON(BAD_MAP), "pgd:{pgd:x} p4d:{p4d:x} pud:{pud:x} pmd:{pmd:x}"),
	CONTINUES(ON(BAD_MAP), "pgd:{pgd:x} p4d:{p4d:x} pud:{pud:x}"),
	CONTINUES(ON(BAD_MAP), "pgd:{pgd:x} p4d:{p4d:x}"),
	CONTINUES(ON(BAD_MAP), "pgd:{pgd:x}"),
	CONTINUES(ON(BAD_MAP), "addr:{addr:x} vm_flags:{vm_flags:x} anon_vma:{anon_vma:x} "
			       "mapping:{file_mapping:x} index:{vm_index:x}"),
	CONTINUES(ON(BAD_MAP), "file:{file} fault:{fault:w} mmap:{mmap:w}"),
	/* By 6.19 with the task. */
	BEGINS(BAD_RSS,
	       "BUG: Bad rss-counter state mm:{mm:w} type:{rss_type:w} val:{val:d} Comm:{comm} "
	       "Pid:{pid:d}",
	       ON(BAD_RSS)),
	BEGINS(BAD_RSS, "BUG: Bad rss-counter state mm:{mm:w} type:{rss_type:w} val:{val:d}",
	       ON(BAD_RSS)),
	BEGINS(PGTABLES, "BUG: non-zero pgtables_bytes on freeing mm: {pgtables:d}", ON(BAD_RSS)),

	/* dump_page(): up to 6.8 with the hashed address of the struct page. */
	BEGINS(DUMP_PAGE,
	       "page: refcount:{refcount:d} mapcount:{mapcount:d} mapping:{mapping:w} index:{index:x} "
	       "pfn:{pfn:x}",
	       PAGES),
	BEGINS(DUMP_PAGE,
	       "page:{page:w} refcount:{refcount:d} mapcount:{mapcount:d} mapping:{mapping:w} "
	       "index:{index:x} pfn:{pfn:x}",
	       PAGES),
	BEGINS(DUMP_PAGE, "page:{page:w} is uninitialized and poisoned", PAGES),
	CONTINUES(PAGES, "page does not match folio{mismatch}"),
	CONTINUES(PAGES, "head: order:{folio_order:d} mapcount:{folio_mapcount:d} "
			 "entire_mapcount:{entire:d} nr_pages_mapped:{nr_mapped:d} "
			 "pincount:{pincount:d}"),
	CONTINUES(PAGES, "head:{head:w} order:{folio_order:d} entire_mapcount:{entire:d} "
			 "nr_pages_mapped:{nr_mapped:d} pincount:{pincount:d}"),
	CONTINUES(PAGES, "head:{head:w} order:{folio_order:d} compound_mapcount:{entire:d} "
			 "subpages_mapcount:{nr_mapped:d} compound_pincount:{pincount:d}"),
	CONTINUES(PAGES, "head:{head:w} order:{folio_order:d} compound_mapcount:{entire:d} "
			 "compound_pincount:{pincount:d}"),
	CONTINUES(PAGES, "memcg:{memcg:x}"),
	CONTINUES(PAGES, "aops:{aops:w} ino:{ino:x} dentry name(?):\"{dentry}\""),
	CONTINUES(PAGES, "aops:{aops:w} ino:{ino:x} dentry name:\"{dentry}\""),
	CONTINUES(PAGES, "aops:{aops:w} ino:{ino:x}"),
	CONTINUES(PAGES, "aops:{aops:w} {invalid}"),
	CONTINUES(PAGES, "invalid mapping:{invalid}"),
	CONTINUES(PAGES, "anon flags: {flags:x}({flag_names})"),
	CONTINUES(PAGES, "ksm flags: {flags:x}({flag_names})"),
	CONTINUES(PAGES, "flags: {flags:x}({flag_names})"),
	CONTINUES(PAGES, "page_type: {page_type:x}({type_name})"),
	CONTINUES(PAGES, "page dumped because: {reason}"),
	CONTINUES(PAGES, "page_owner tracks the page as {tracked}"),
	CONTINUES(PAGES, "page_owner info is not present {no_owner}"),
	CONTINUES(PAGES, "page last allocated via order {owner_order:d}, migratetype {owner_type}, "
			 "gfp_mask {owner_gfp:x}({owner_gfp_names}), pid {owner_pid:d}, tgid "
			 "{owner_tgid:d} ({owner_comm}), ts {owner_ts:d}"),
	CONTINUES(PAGES, "page last free pid {free_pid:d} tgid {free_tgid:d} stack trace:"),
	CONTINUES(PAGES, "page last free stack trace:"),
	CONTINUES(PAGES, "page has been migrated, last migrate reason: {migrated}"),

	BEGINS(ALLOCATION,
	       "{comm}: page allocation failure: order:{order:d}, mode:{gfp:x}({gfp_names}), "
	       "nodemask={nodemask},cpuset={cpuset},mems_allowed={mems}",
	       0),
	BEGINS(ALLOCATION,
	       "{comm}: page allocation failure: order:{order:d}, mode:{gfp:x}({gfp_names}), "
	       "nodemask={nodemask}",
	       0),
	BEGINS(ALLOCATION,
	       "{comm}: vmalloc error: {vmalloc}, mode:{gfp:x}({gfp_names}), nodemask={nodemask}",
	       0),
	BEGINS(OOM,
	       "{comm} invoked oom-killer: gfp_mask={gfp:x}({gfp_names}), order={order:d}, "
	       "oom_score_adj={adj:d}",
	       0),
	CONTINUES(ON(OOM), "oom-kill:constraint={constraint},nodemask={nodemask},cpuset={cpuset},"
			   "mems_allowed={mems},oom_memcg={oom_memcg},task_memcg={task_memcg},"
			   "task={victim},pid={victim_pid:d},uid={victim_uid:d}"),
	CONTINUES(ON(OOM), "oom-kill:constraint={constraint},nodemask={nodemask},cpuset={cpuset},"
			   "mems_allowed={mems},global_oom,task_memcg={task_memcg},task={victim},"
			   "pid={victim_pid:d},uid={victim_uid:d}"),
	CONTINUES(ON(OOM), "oom-kill:constraint={constraint},nodemask={nodemask}"),
	BEGINS(KILLED,
	       "{message}: Killed process {killed_pid:d} ({killed}) total-vm:{total_vm:d}kB, "
	       "anon-rss:{anon_rss:d}kB, file-rss:{file_rss:d}kB, shmem-rss:{shmem_rss:d}kB, "
	       "UID:{uid:d} pgtables:{pgtables:d}kB oom_score_adj:{victim_adj:d}",
	       ON(OOM)),
	CONTINUES(ON(OOM) | ON(KILLED),
		  "oom_reaper: reaped process {reaped:d} ({reaped_comm}), now "
		  "anon-rss:{reaped_anon:d}kB, file-rss:{reaped_file:d}kB, "
		  "shmem-rss:{reaped_shmem:d}kB"),
	CONTINUES(ON(OOM) | ON(KILLED), "oom_reaper: unable to reap pid:{not_reaped:d}"),
	CONTINUES(ON(OOM), "Out of memory and no killable processes{no_victim}"),
	CONTINUES(ON(OOM), "Tasks in {group} are going to be killed due to memory.oom.group set"),
	CONTINUES(ON(OOM), "memory: usage {memcg_usage:d}kB, limit {memcg_limit:d}kB, failcnt "
			   "{memcg_failcnt:d}"),
	CONTINUES(ON(OOM), "swap: usage {swap_usage:d}kB, limit {swap_limit:d}kB, failcnt "
			   "{swap_failcnt:d}"),
	CONTINUES(ON(OOM), "memory+swap: usage {memsw_usage:d}kB, limit {memsw_limit:d}kB"),
	CONTINUES(ON(OOM), "kmem: usage {kmem_usage:d}kB, limit {kmem_limit:d}kB"),
	CONTINUES(ON(OOM), "Memory cgroup stats for {memcg_of}:"),

	BEGINS(SHOW_MEM, "Mem-Info:", ON(ALLOCATION) | ON(OOM)),
	CONTINUES(MEMORY, "{ram:d} pages RAM"),
	CONTINUES(MEMORY, "{highmem:d} pages HighMem/MovableOnly"),
	CONTINUES(MEMORY, "{reserved:d} pages reserved"),
	CONTINUES(MEMORY, "{cma:d} pages cma reserved"),
	CONTINUES(MEMORY, "{poisoned:d} pages hwpoisoned"),
	CONTINUES(MEMORY, "{pagecache:d} total pagecache pages"),
	CONTINUES(MEMORY, "{swapcache:d} pages in swap cache"),
	CONTINUES(MEMORY, "Free swap = {free_swap:d}kB"),
	CONTINUES(MEMORY, "Total swap = {total_swap:d}kB"),
	CONTINUES(MEMORY, "Node {huge_node:d} hugepages_total={huge_total:d} "
			  "hugepages_free={huge_free:d} hugepages_surp={huge_surp:d} "
			  "hugepages_size={huge_size:d}kB"),

	BEGINS(HWPOISON, "Memory failure: {pfn:x}: recovery action for {page_kind}: {outcome}",
	       ON(HWPOISON)),
	BEGINS(HWPOISON, "Memory failure: {pfn:x}: Sending SIGBUS to {comm}:{signalled:d} due to",
	       ON(HWPOISON)),
	BEGINS(HWPOISON, "Memory failure: {pfn:x}: {event}", ON(HWPOISON)),
	BEGINS(HWPOISON,
	       "Injecting memory failure for pfn {pfn:x} at process virtual address {addr:x}", 0),
	BEGINS(HWPOISON, "soft_offline: {pfn:x}: {soft}", ON(HWPOISON)),
	BEGINS(HWPOISON, "soft offline: {pfn:x}: {soft}", ON(HWPOISON)),
	BEGINS(HWPOISON, "Soft offline: {pfn:x}: {soft}", ON(HWPOISON)),
	BEGINS(HWPOISON, "soft offline: {pfn:x} {soft}", ON(HWPOISON)),
	BEGINS(HWPOISON, "Unpoison: {unpoison}", 0),

	/* dump_stack(): by 6.14 with the user. */
	CONTINUES(
		ALL,
		"CPU: {cpu:d} UID: {cpu_uid:d} PID: {pid:d} Comm: {task} Not tainted {release:w}"),
	CONTINUES(
		ALL,
		"CPU: {cpu:d} UID: {cpu_uid:d} PID: {pid:d} Comm: {task} Tainted: {taint} {release:w} #"),
	CONTINUES(ALL, "CPU: {cpu:d} PID: {pid:d} Comm: {task} Not tainted {release:w}"),
	CONTINUES(ALL, "CPU: {cpu:d} PID: {pid:d} Comm: {task} Tainted: {taint} {release:w} #"),
	CONTINUES(ALL, "Hardware name: {hardware}"),
};

#define FORMATS (sizeof(formats) / sizeof(*formats))

static const struct {
	bool (*take)(struct mmx_report *r, const char *text);
	uint32_t of;
} tables[] = {
	{mmx_table_words, PAGES},  {mmx_table_totals, MEMORY},  {mmx_table_node, MEMORY},
	{mmx_table_zone, MEMORY},  {mmx_table_reserve, MEMORY}, {mmx_table_blocks, MEMORY},
	{mmx_table_task, ON(OOM)}, {mmx_table_slab, ON(OOM)},   {mmx_table_memcg, ON(OOM)},
	{mmx_table_call, ALL},
};

/* The first line that says something is believed. */
static void keep_field(struct mmx_report *r, const struct mmx_captures *c, size_t i)
{
	struct mmx_report_field f;

	snprintf(f.name, sizeof(f.name), "%.*s", (int)c->v[i].name_len, c->v[i].name);
	if (mmx_report_text(r, f.name))
		return;
	snprintf(f.value, sizeof(f.value), "%.*s",
		 (int)(c->v[i].len < sizeof(f.value) ? c->v[i].len : sizeof(f.value) - 1),
		 c->v[i].text);
	if (r->n_fields < MMX_REPORT_FIELDS)
		r->field[r->n_fields++] = f;
	else
		r->cut++;
}

static void keep_fields(struct mmx_report *r, const struct mmx_captures *c)
{
	for (size_t i = 0; i < c->n; i++)
		keep_field(r, c, i);
}

static bool says(const struct mmx_captures *c, const char *name, char *text, size_t size)
{
	for (size_t i = 0; i < c->n; i++) {
		if (strlen(name) != c->v[i].name_len ||
		    strncmp(c->v[i].name, name, c->v[i].name_len))
			continue;
		snprintf(text, size, "%.*s", (int)(c->v[i].len < size ? c->v[i].len : size - 1),
			 c->v[i].text);
		return true;
	}
	return false;
}

static void keep_mate(struct mmx_report *r, const char *what, int64_t value)
{
	struct mmx_report_mate *m = &r->mate[r->n_mates];

	if (r->n_mates == MMX_REPORT_MATES) {
		r->cut++;
		return;
	}
	r->n_mates++;
	snprintf(m->what, sizeof(m->what), "%.39s", what);
	m->value = value;
}

/* Counters of one mm come one by one; what is said of one frame too. */
static bool same(struct mmx_report *r, const struct mmx_captures *c, const char *name)
{
	const char *mine = mmx_report_text(r, name);
	char text[64];

	return mine && says(c, name, text, sizeof(text)) && !strcmp(mine, text);
}

/* -1: it says no such number. */
static int64_t number(const struct mmx_captures *c, const char *name)
{
	char text[24];
	int64_t value = says(c, name, text, sizeof(text)) ? strtoll(text, NULL, 10) : -1;

	return mmx_report_sane(value) ? value : -1;
}

static void keep_huge_pages(struct mmx_report *r, const struct mmx_captures *c)
{
	int64_t total = number(c, "huge_total"), size = number(c, "huge_size");
	char what[64];

	if (total <= 0 || size <= 0 || total > MMX_REPORT_NUMBER_MAX / size)
		return;
	snprintf(what, sizeof(what), "node %d, of %" PRId64 " kB", (int)number(c, "huge_node"),
		 size);
	keep_mate(r, what, total * size);
}

static void keep_counter(struct mmx_report *r, const struct mmx_captures *c)
{
	char type[32], value[24];
	long long pages;

	if (!says(c, "rss_type", type, sizeof(type)) || !says(c, "val", value, sizeof(value)))
		return;
	pages = strtoll(value, NULL, 10);
	if (mmx_report_sane(pages))
		keep_mate(r, type, pages);
	else
		r->cut++;
}

bool mmx_format_begins(struct mmx_report *r, const struct mmx_line *line)
{
	/* What stands before such a line is whatever somebody's tool put there. */
	const char *bug = strstr(line->text, "BUG: Bad ");
	const char *text = bug ? bug : line->text;
	struct mmx_captures c;

	for (size_t i = 0; i < FORMATS; i++) {
		if (!formats[i].begins || !mmx_line_match(formats[i].pattern, text, &c))
			continue;
		if (!r)
			return true;
		r->kind = formats[i].kind;
		keep_fields(r, &c);
		keep_counter(r, &c);
		return true;
	}
	return false;
}

static bool goes_on(struct mmx_report *r, const struct format *f, const struct mmx_captures *c)
{
	if (f->kind == MMX_TOLD_HWPOISON && f->begins)
		return same(r, c, "pfn");
	if (f->kind == MMX_TOLD_BAD_RSS && f->begins)
		return same(r, c, "mm");
	/* A second page, or state of memory, is another report's. */
	if (f->kind == MMX_TOLD_SHOW_MEM && f->begins)
		return !r->totals.n;
	if (f->kind == MMX_TOLD_DUMP_PAGE && f->begins)
		return !mmx_report_text(r, "refcount");
	return true;
}

bool mmx_format_continues(struct mmx_report *r, const struct mmx_line *line)
{
	struct mmx_captures c;

	for (size_t i = 0; i < FORMATS; i++) {
		const struct format *f = &formats[i];

		if (!(f->continues >> r->kind & 1) || !mmx_line_match(f->pattern, line->text, &c))
			continue;
		if (!goes_on(r, f, &c))
			return false;
		keep_fields(r, &c);
		keep_huge_pages(r, &c);
		keep_counter(r, &c);
		return true;
	}
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		if (tables[i].of >> r->kind & 1 && tables[i].take(r, line->text))
			return true;
	}
	return false;
}
