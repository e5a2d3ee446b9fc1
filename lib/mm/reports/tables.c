// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of reports that are lists of numbers: counters by name, zones, blocks, tasks, words of struct page. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/reports/report.h"

static const char *skip(const char *at)
{
	while (*at == ' ')
		at++;
	return at;
}

static bool take_number(const char **at, int64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoll(*at, &end, 10);
	if (end == *at || errno || !mmx_report_sane(*value))
		return false;
	*at = end;
	return true;
}

/*
 * "name:123kB name:45", a space may stand behind the colon. Returns how many there were; what is none of them
 * ends it.
 */
static size_t take_counts(struct mmx_report *r, struct mmx_report_counts *c, const char *at)
{
	size_t n = 0;

	for (at = skip(at); *at; at = skip(at)) {
		size_t len = strcspn(at, ": ");
		const char *number = skip(at + len + 1);
		int64_t value;

		if (!len || at[len] != ':' || !take_number(&number, &value))
			break;
		if (c->n < MMX_REPORT_COUNTS && len < sizeof(c->v[0].name)) {
			snprintf(c->v[c->n].name, sizeof(c->v[0].name), "%.*s", (int)len, at);
			c->v[c->n++].value = value;
		} else {
			r->cut++;
		}
		n++;
		at = number;
		while (isalpha((unsigned char)*at))
			at++;
	}
	return n;
}

/*
 * Words of struct page. One that was wrapped goes on with a line of words alone.
 */

static bool add_word(struct mmx_report *r, uint64_t word)
{
	size_t room = r->in_head ? sizeof(r->head) / 8 : sizeof(r->raw) / 8;
	size_t *n = r->in_head ? &r->n_head : &r->n_raw;

	if (*n < room)
		(r->in_head ? r->head : r->raw)[(*n)++] = word;
	else
		r->cut++;
	return true;
}

bool mmx_table_words(struct mmx_report *r, const char *text)
{
	const char *at = text;
	bool head = !strncmp(text, "head: ", 6), named = head || !strncmp(text, "raw: ", 5);
	unsigned int words = 0;

	if (named)
		at = strchr(text, ' ');
	else if (!r->n_raw)
		return false;
	for (const char *scan = skip(at); *scan; scan = skip(scan), words++) {
		size_t len = strspn(scan, "0123456789abcdef");

		if (len != 16 || (scan[len] && scan[len] != ' '))
			return false;
		scan += len;
	}
	if (!words)
		return false;
	if (named)
		r->in_head = head;
	for (at = skip(at); *at; at = skip(at + 16))
		add_word(r, strtoull(at, NULL, 16));
	return true;
}

/*
 * Mem-Info.
 */

bool mmx_table_totals(struct mmx_report *r, const char *text)
{
	static const char *const first[] = {"active_anon:",
					    "active_file:",
					    "unevictable:",
					    "slab_reclaimable:",
					    "mapped:",
					    "sec_pagetables:",
					    "kernel_misc_reclaimable:",
					    "free:",
					    "bounce:"};

	for (size_t i = 0; i < sizeof(first) / sizeof(*first); i++) {
		if (!strncmp(text, first[i], strlen(first[i])))
			return take_counts(r, &r->totals, text) > 0;
	}
	return false;
}

/* "Node 0 " before a zone's name or a node's counters; a kernel without NUMA prints none. */
static const char *take_node(const char *text, unsigned int *node, bool *named)
{
	char *end;

	*node = 0;
	*named = !strncmp(text, "Node ", 5) && isdigit((unsigned char)text[5]);
	if (!*named)
		return text;
	*node = (unsigned int)strtoul(text + 5, &end, 10);
	return skip(end);
}

bool mmx_table_node(struct mmx_report *r, const char *text)
{
	struct mmx_report_node *node;
	unsigned int nr;
	bool named;
	const char *at = take_node(text, &nr, &named);

	if (!named || strncmp(at, "active_anon:", 12))
		return false;
	if (r->n_nodes == MMX_REPORT_NODES) {
		r->cut++;
		return true;
	}
	node = &r->node[r->n_nodes++];
	*node = (struct mmx_report_node){.node = nr};
	take_counts(r, &node->counts, at);
	node->unreclaimable = strstr(at, "all_unreclaimable? yes");
	at = strstr(at, "all_unreclaimable? ");
	at = at ? strchr(skip(at + 18), ' ') : NULL;
	if (at)
		take_counts(r, &node->counts, at);
	return true;
}

/* The name of a zone, of which there are few, and what stands behind it. */
static const char *take_zone_name(const char *at, char *name, size_t size)
{
	static const char *const names[] = {"DMA32",   "DMA",     "Normal",
					    "HighMem", "Movable", "Device"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t len = strlen(names[i]);

		if (!strncmp(at, names[i], len) && (at[len] == ' ' || at[len] == ':')) {
			snprintf(name, size, "%s", names[i]);
			return at + len;
		}
	}
	return NULL;
}

bool mmx_table_zone(struct mmx_report *r, const char *text)
{
	struct mmx_report_zone *zone;
	unsigned int node;
	bool named;
	char name[12];
	const char *at = take_zone_name(take_node(text, &node, &named), name, sizeof(name));

	if (!at || strncmp(skip(at), "free:", 5))
		return false;
	if (r->n_zones == MMX_REPORT_ZONES) {
		r->cut++;
		return true;
	}
	zone = &r->zone[r->n_zones++];
	*zone = (struct mmx_report_zone){.node = node};
	memcpy(zone->name, name, sizeof(name));
	take_counts(r, &zone->counts, at);
	return true;
}

bool mmx_table_reserve(struct mmx_report *r, const char *text)
{
	static const char title[] = "lowmem_reserve[]:";
	const char *at = text + strlen(title);
	struct mmx_report_zone *zone = r->n_zones ? &r->zone[r->n_zones - 1] : NULL;

	if (strncmp(text, title, strlen(title)) || !zone)
		return false;
	zone->n_reserve = 0;
	while (zone->n_reserve < 8 && take_number(&at, &zone->reserve[zone->n_reserve]))
		zone->n_reserve++;
	return true;
}

static struct mmx_report_zone *find_zone(struct mmx_report *r, unsigned int node, const char *name)
{
	for (size_t i = 0; i < r->n_zones; i++) {
		if (r->zone[i].node == node && !strcmp(r->zone[i].name, name))
			return &r->zone[i];
	}
	return NULL;
}

/* "1*4kB (U) 0*8kB ... = 1234kB" */
static void take_blocks(struct mmx_report_zone *zone, const char *at)
{
	int64_t n;

	for (at = skip(at); zone->orders < MMX_REPORT_ORDERS && take_number(&at, &n) && *at == '*';
	     at = skip(at)) {
		zone->blocks[zone->orders] = n < 0 ? 0 : (uint64_t)n;
		at += strcspn(at, " ");
		at = skip(at);
		if (*at == '(') {
			snprintf(zone->types[zone->orders], sizeof(zone->types[0]), "%.*s",
				 (int)strcspn(at + 1, ")"), at + 1);
			at += strcspn(at, " ");
		}
		zone->orders++;
	}
	if (*at == '=' && at++ && take_number(&at, &n) && n > 0)
		zone->total = (uint64_t)n;
}

bool mmx_table_blocks(struct mmx_report *r, const char *text)
{
	struct mmx_report_zone *zone;
	unsigned int node;
	bool named;
	char name[12];
	const char *at = take_zone_name(take_node(text, &node, &named), name, sizeof(name));

	if (!at || *at != ':' || !strstr(at, "*"))
		return false;
	zone = find_zone(r, node, name);
	if (zone && !zone->orders)
		take_blocks(zone, at + 1);
	return true;
}

/*
 * The OOM killer's table.
 */

int64_t mmx_report_badness(const struct mmx_report_task *t, int64_t of)
{
	return t->rss + t->swapents + t->pgtables / 4096 + t->adj * (of / 1000);
}

static void keep_task(struct mmx_report *r, const struct mmx_report_task *t)
{
	size_t at = r->n_tasks;

	r->tasks_seen++;
	while (at && mmx_report_badness(&r->tasks[at - 1], r->badness_pages) <
			     mmx_report_badness(t, r->badness_pages))
		at--;
	if (at == MMX_REPORT_TASKS)
		return;
	if (r->n_tasks < MMX_REPORT_TASKS)
		r->n_tasks++;
	memmove(&r->tasks[at + 1], &r->tasks[at], (r->n_tasks - 1 - at) * sizeof(*t));
	r->tasks[at] = *t;
}

/* Shares are of the memory that the killing is about: what the report said of it stands before the table. */
static int64_t memory_in_question(const struct mmx_report *r)
{
	int64_t limit, ram = 0, reserved = 0, swap = 0;

	if (mmx_report_number(r, "memcg_limit", &limit))
		return limit / 4;
	mmx_report_number(r, "ram", &ram);
	mmx_report_number(r, "reserved", &reserved);
	mmx_report_number(r, "total_swap", &swap);
	return ram > reserved ? ram - reserved + swap / 4 : 0;
}

/* "[    123]     0   123     4567      890    45056        0             0 name"; three more columns since 6.8. */
bool mmx_table_task(struct mmx_report *r, const char *text)
{
	struct mmx_report_task t;
	int64_t v[11];
	unsigned int n = 0, want = r->old_tasks ? 8 : 11;
	const char *at = text + 1;

	struct mmx_captures c;

	if (mmx_line_match("[ pid ] uid", text, &c)) {
		r->in_tasks = true;
		r->old_tasks = !strstr(text, "rss_anon");
		r->badness_pages = memory_in_question(r);
		return true;
	}
	if (!r->in_tasks || *text != '[' || !take_number(&at, &v[n]) || *at++ != ']')
		return false;
	while (++n < want) {
		if (!take_number(&at, &v[n]))
			return false;
	}
	t = (struct mmx_report_task){
		.pid = v[0],
		.total_vm = v[3],
		.rss = v[4],
		.pgtables = v[want - 3],
		.swapents = v[want - 2],
		.adj = v[want - 1],
	};
	if (t.adj < -1000 || t.adj > 1000)
		return false;
	snprintf(t.comm, sizeof(t.comm), "%.19s", skip(at));
	keep_task(r, &t);
	return true;
}

/*
 * "Unreclaimable slab info:": "name               1234KB       5678KB"
 */
bool mmx_table_slab(struct mmx_report *r, const char *text)
{
	struct mmx_report_slab slab = {0};
	size_t at = r->n_slabs, len = strcspn(text, " ");
	char *end;

	if (!strncmp(text, "Unreclaimable slab info:", 24)) {
		r->in_slabs = true;
		return true;
	}
	if (!r->in_slabs || !len || len >= sizeof(slab.name))
		return false;
	memcpy(slab.name, text, len);
	slab.used_kb = strtoull(text + len, &end, 10);
	if (strncmp(end, "KB ", 3))
		return !strncmp(text, "Name ", 5);
	slab.total_kb = strtoull(end + 3, &end, 10);
	if (strcmp(end, "KB"))
		return false;
	while (at && r->slab[at - 1].total_kb < slab.total_kb)
		at--;
	if (at == MMX_REPORT_SLABS)
		return true;
	if (r->n_slabs < MMX_REPORT_SLABS)
		r->n_slabs++;
	memmove(&r->slab[at + 1], &r->slab[at], (r->n_slabs - 1 - at) * sizeof(slab));
	r->slab[at] = slab;
	return true;
}

/* "anon 1234" of "Memory cgroup stats for /path:", as memory.stat has them; "anon 12 kernel 34" in old logs. */
bool mmx_table_memcg(struct mmx_report *r, const char *text)
{
	const char *at = text + strcspn(text, " ");
	size_t len = (size_t)(at - text);
	int64_t value;

	if (!mmx_report_text(r, "memcg_of") || r->in_tasks || !len ||
	    len >= sizeof(r->memcg.v[0].name) || !islower((unsigned char)*text) ||
	    !take_number(&at, &value) || *skip(at))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!islower((unsigned char)text[i]) && text[i] != '_')
			return false;
	}
	if (r->memcg.n == MMX_REPORT_COUNTS)
		return true; /* what matters comes first */
	snprintf(r->memcg.v[r->memcg.n].name, sizeof(r->memcg.v[0].name), "%.*s", (int)len, text);
	r->memcg.v[r->memcg.n++].value = value;
	return true;
}

/*
 * Stack traces: "? " marks what the unwinder is not sure of.
 */
bool mmx_table_call(struct mmx_report *r, const char *text)
{
	static const char *const reporting[] = {
		"dump_stack", "show_stack",     "bad_page",  "warn_alloc",       "dump_header",
		"print_bad",  "check_new_page", "dump_page", "oom_kill_process", "show_mem"};
	size_t len = strcspn(text, "+ ");

	if (!strncmp(text, "Call Trace:", 11)) {
		r->in_calls = true;
		return true;
	}
	if (!strcmp(text, "<TASK>") || !strcmp(text, "</TASK>"))
		return true;
	if (!r->in_calls || !len || text[len] != '+' || strncmp(text + len, "+0x", 3))
		return false;
	for (size_t i = 0; i < sizeof(reporting) / sizeof(*reporting); i++) {
		if (strstr(text, reporting[i]) && strstr(text, reporting[i]) < text + len)
			return true;
	}
	if (r->n_calls < MMX_REPORT_CALLS)
		snprintf(r->call[r->n_calls++], sizeof(r->call[0]), "%.*s", (int)len, text);
	return true;
}
