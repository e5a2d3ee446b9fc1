// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests that failed: by which zone's marks, for want of what; and where the memory was, by the report's own numbers. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/reports/explain.h"

#define KB_A_PAGE 4

/* Zones from the lowest up; the first has number 0, or is not there, and then the second has. */
static const char *const zones[] = {"DMA", "DMA32", "Normal", "Movable", "Device"};

#define ZONES 5

static int rank(const char *name)
{
	for (int i = 0; i < ZONES; i++) {
		if (!strcmp(zones[i], name))
			return i;
	}
	return -1;
}

static bool has(const char *names, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = names ? strstr(names, name) : NULL; at; at = strstr(at + 1, name)) {
		if ((at == names || at[-1] == '|') && (!at[len] || at[len] == '|'))
			return true;
	}
	return false;
}

/**
 * struct request - what was asked for
 * @known: there was a request
 * @highest: the highest zone that may serve it, in the order of zones[]
 * @first: the number of the lowest zone: 1 when the kernel has no DMA
 * @min_reserves, @atomic: may go below min by a half, and more
 */
struct request {
	bool known;
	int64_t order;
	const char *names;
	int highest, first;
	bool high, sleeps, no_reserves;
};

/*
 * lowmem_reserve[] of a zone is 0 for itself and all below. So the lowest zone's row tells whether DMA is there: its
 * number of zeros at the front is its own number and one.
 */
static int first_zone(const struct mmx_report *r)
{
	for (size_t i = 0; i < r->n_zones; i++) {
		const struct mmx_report_zone *z = &r->zone[i];
		unsigned int zeros = 0;

		while (zeros < z->n_reserve && !z->reserve[zeros])
			zeros++;
		if (zeros && zeros < z->n_reserve && rank(z->name) >= 0)
			return rank(z->name) - ((int)zeros - 1);
	}
	return 0;
}

static int highest_zone(const char *names)
{
	if (has(names, "GFP_DMA") || has(names, "__GFP_DMA"))
		return 0;
	if (has(names, "GFP_DMA32") || has(names, "__GFP_DMA32"))
		return 1;
	if (strstr(names, "MOVABLE"))
		return has(names, "__GFP_MOVABLE") && !has(names, "__GFP_HIGHMEM") &&
				       !strstr(names, "GFP_HIGHUSER")
			       ? 2
			       : 3;
	return strstr(names, "GFP_TRANSHUGE") ? 3 : 2;
}

/* By the names that the report has, which need no kernel. */
static void take_request(struct request *q, const struct mmx_report *r)
{
	static const char *const sleeping[] = {
		"GFP_KERNEL",           "GFP_KERNEL_ACCOUNT", "GFP_USER", "GFP_HIGHUSER",
		"GFP_HIGHUSER_MOVABLE", "GFP_NOFS",           "GFP_NOIO", "GFP_TRANSHUGE",
		"__GFP_DIRECT_RECLAIM", "__GFP_RECLAIM"};

	*q = (struct request){.names = mmx_report_text(r, "gfp_names")};
	if (!q->names || !mmx_report_number(r, "order", &q->order))
		return;
	q->known = q->order >= 0 && q->order < MMX_REPORT_ORDERS;
	q->highest = highest_zone(q->names);
	q->first = first_zone(r);
	q->high = has(q->names, "GFP_ATOMIC") || has(q->names, "__GFP_HIGH");
	q->no_reserves = has(q->names, "__GFP_NOMEMALLOC");
	for (size_t i = 0; i < sizeof(sleeping) / sizeof(*sleeping); i++)
		q->sleeps |= has(q->names, sleeping[i]);
}

static int64_t kb(const struct mmx_report_zone *z, const char *name)
{
	int64_t value = 0;

	mmx_report_count(&z->counts, name, &value);
	return value;
}

/* The highest order of which there is a free block, of another type of memory than those that @not has. */
static int largest_order(const struct mmx_report_zone *z, const char * not )
{
	for (int order = (int)z->orders - 1; order >= 0; order--) {
		if (z->blocks[order] && strspn(z->types[order], not ) != strlen(z->types[order]))
			return order;
	}
	return -1;
}

/* Isolated memory is nobody's, that of CMA what can be moved may have, and what is kept for atomic requests those. */
static const char *not_for(const struct request *q)
{
	bool movable = strstr(q->names, "MOVABLE"), atomic = q->high && !q->sleeps;

	return movable && atomic ? "I" : movable ? "IH" : atomic ? "IC" : "ICH";
}

enum verdict { SERVES, BELOW_MARK, NO_BLOCK, NOT_KNOWN };

/* The allocator's own test, with the numbers at the time of the report. */
static enum verdict judge(const struct request *q, const struct mmx_report_zone *z, char *why,
			  size_t size)
{
	int zone = q->highest - q->first;
	int64_t free = kb(z, "free"), min = kb(z, "min"), mark = min, usable = free;
	int64_t reserve =
		zone >= 0 && (unsigned int)zone < z->n_reserve ? z->reserve[zone] * KB_A_PAGE : 0;
	int largest = largest_order(z, not_for(q));

	if (!q->high) {
		int64_t kept = 0;

		usable -= mmx_report_count(&z->counts, "free_highatomic", &kept)
				  ? kept
				  : kb(z, "reserved_highatomic");
	} else {
		/* What cannot sleep either may go lower still. */
		mark -= mark / 2;
		mark -= q->sleeps || q->no_reserves ? 0 : mark / 4;
	}
	if (!strstr(q->names, "MOVABLE"))
		usable -= kb(z, "free_cma");
	usable -= ((1LL << q->order) - 1) * KB_A_PAGE;
	if (usable <= mark + reserve) {
		snprintf(why, size,
			 "refuses: %" PRId64 " kB that it may use of %" PRId64
			 " free <= %s %" PRId64 " + reserve %" PRId64,
			 usable, free, q->high ? "a part of min" : "min", mark, reserve);
		return BELOW_MARK;
	}
	if (z->orders && largest < q->order) {
		snprintf(why, size,
			 "%" PRId64 " kB are free, over the marks (%" PRId64
			 "), but no block of order %" PRId64 ": the largest is of %d",
			 free, mark + reserve, q->order, largest);
		return NO_BLOCK;
	}
	snprintf(why, size,
		 "has enough now: %" PRId64 " kB > %" PRId64 ", largest block of order %d", usable,
		 mark + reserve, largest);
	return z->orders ? SERVES : NOT_KNOWN;
}

static void explain_zones(struct mmx_told *t, const struct mmx_report *r, const struct request *q)
{
	unsigned int count[4] = {0};

	for (size_t i = 0; i < r->n_zones; i++) {
		const struct mmx_report_zone *z = &r->zone[i];
		char name[32], free[40], why[200];
		enum verdict verdict;

		snprintf(name, sizeof(name), "node %u %s", z->node, z->name);
		snprintf(free, sizeof(free), "%" PRId64 " of %" PRId64 " kB", kb(z, "free"),
			 kb(z, "managed"));
		if (!q->known || rank(z->name) < 0) {
			mmx_told_part(t, name, free,
				      "min %" PRId64 ", low %" PRId64 ", high %" PRId64
				      " kB; largest free block of order %d",
				      kb(z, "min"), kb(z, "low"), kb(z, "high"),
				      largest_order(z, "I"));
			continue;
		}
		if (rank(z->name) > q->highest || !kb(z, "managed")) {
			mmx_told_part(t, name, free, "%s",
				      kb(z, "managed") ? "not for this request" : "has no memory");
			continue;
		}
		verdict = judge(q, z, why, sizeof(why));
		count[verdict]++;
		mmx_told_part(t, name, free, "%s", why);
	}
	if (!q->known || !r->n_zones)
		return;
	if (count[SERVES])
		mmx_told_note(
			t, MMX_NOTE_MEANS,
			"%u zone%s could serve it at the time of the report: memory was freed since the "
			"request failed, or a cpuset, policy or node kept it away",
			count[SERVES], count[SERVES] > 1 ? "s" : "");
	else if (count[NO_BLOCK])
		mmx_told_note(t, MMX_NOTE_MEANS,
			      "fragmentation: there is memory, and no block of order %" PRId64
			      " (%" PRId64 " kB) in one piece",
			      q->order, (int64_t)KB_A_PAGE << q->order);
	else if (count[BELOW_MARK])
		mmx_told_note(
			t, MMX_NOTE_MEANS,
			"memory is short: no zone that may serve it has more than its mark and reserve");
}

/*
 * Where the memory was.
 */

/* The counters that do not overlap, in pages; "what" is NULL for those that are said elsewhere. */
static const struct {
	const char *name, *what;
} uses[] = {
	{"active_anon", NULL},
	{"inactive_anon", NULL},
	{"isolated_anon", NULL},
	{"active_file", NULL},
	{"inactive_file", NULL},
	{"isolated_file", NULL},
	{"unevictable", "locked, or of ramfs and secret memory"},
	{"slab_reclaimable", "dentries, inodes and the like"},
	{"slab_unreclaimable", "kmalloc and the like"},
	{"pagetables", "page tables of processes"},
	{"sec_pagetables", "page tables of guests and IOMMUs"},
	{"kernel_misc_reclaimable", ""},
	{"free", ""},
	{"free_pcp", "on lists of CPUs"},
};

static void use_part(struct mmx_told *t, const char *name, int64_t pages, int64_t all,
		     const char *meaning)
{
	char value[48];

	if (all > 0)
		snprintf(value, sizeof(value), "%" PRId64 " kB %5.1f%%", pages * KB_A_PAGE,
			 100.0 * (double)pages / (double)all);
	else
		snprintf(value, sizeof(value), "%" PRId64 " kB", pages * KB_A_PAGE);
	mmx_told_part(t, name, value, "%s", meaning);
}

static int64_t total(const struct mmx_report *r, const char *name)
{
	int64_t value = 0;

	mmx_report_count(&r->totals, name, &value);
	return value;
}

static int64_t of_nodes(const struct mmx_report *r, const char *name)
{
	int64_t sum = 0, value;

	for (size_t i = 0; i < r->n_nodes; i++) {
		if (mmx_report_count(&r->node[i].counts, name, &value))
			sum += value;
	}
	return sum;
}

/* Huge pages of hugetlb are counted nowhere else; the lines say how many kB. */
static int64_t huge_pages(struct mmx_told *t, const struct mmx_report *r, int64_t all)
{
	int64_t sum = 0;

	for (size_t i = 0; i < r->n_mates; i++)
		sum += r->mate[i].value / KB_A_PAGE;
	if (sum)
		use_part(t, "hugetlb", sum, all, "huge pages that are set aside");
	return sum;
}

void mmx_explain_memory(struct mmx_told *t, const struct mmx_report *r)
{
	int64_t ram = 0, reserved = 0, all, sum = 0, anon, file, stacks;

	if (!r->totals.n)
		return;
	mmx_report_number(r, "ram", &ram);
	mmx_report_number(r, "reserved", &reserved);
	all = ram > reserved ? ram - reserved : 0;
	anon = total(r, "active_anon") + total(r, "inactive_anon") + total(r, "isolated_anon");
	file = total(r, "active_file") + total(r, "inactive_file") + total(r, "isolated_file");
	use_part(t, "anonymous, shmem", anon, all, "on the LRU: memory of processes, tmpfs");
	use_part(t, "files", file, all, "on the LRU: page cache");
	sum = anon + file;
	for (size_t i = 6; i < sizeof(uses) / sizeof(*uses); i++) {
		int64_t pages = total(r, uses[i].name);

		sum += pages;
		if (pages)
			use_part(t, uses[i].name, pages, all, uses[i].what);
	}
	stacks = of_nodes(r, "kernel_stack") / KB_A_PAGE;
	if (stacks)
		use_part(t, "kernel stacks", stacks, all, "of the nodes that are shown");
	sum += stacks + huge_pages(t, r, all);
	if (all > 0 && all >= sum)
		use_part(t, "not in the report", all - sum, all,
			 "vmalloc, per-CPU memory, pages of drivers, and what is leaked");
	if (all > 0 && (all - sum) * 4 > all)
		mmx_told_note(
			t, MMX_NOTE_MEANS,
			"more than a quarter of memory is in none of the report's counters: drivers, "
			"balloons, vmalloc or a leak of pages; in a dump: censusx");
	if (all > 0 && total(r, "slab_unreclaimable") * 4 > all)
		mmx_told_note(
			t, MMX_NOTE_MEANS,
			"more than a quarter of memory is slabs that cannot be reclaimed: slabx");
	if (all > 0 && total(r, "shmem") * 4 > all)
		mmx_told_note(
			t, MMX_NOTE_MEANS,
			"more than a quarter of memory is tmpfs or shared memory, which no killing of "
			"processes frees unless its files go");
	for (size_t i = 0; i < r->n_nodes; i++) {
		if (r->node[i].unreclaimable)
			mmx_told_note(t, MMX_NOTE_MEANS,
				      "node %u: kswapd has given up (all_unreclaimable)",
				      r->node[i].node);
	}
	for (size_t i = 0; i < r->n_slabs; i++) {
		char value[32];

		snprintf(value, sizeof(value), "%" PRIu64 " kB", r->slab[i].total_kb);
		mmx_told_part(t, r->slab[i].name, value, "slab that cannot be reclaimed");
	}
}

static const struct mmx_field_meaning swap_fields[] = {
	{"free_swap", "free swap, kB", ""},
	{"total_swap", "all swap, kB", ""},
	{"poisoned", "poisoned pages", "of memory errors"},
	{0},
};

static const struct mmx_field_meaning request_fields[] = {
	{"gfp_names", "GFP flags", ""},
	{"order", "order", "2^order pages in one piece"},
	{"vmalloc", "vmalloc", "pages one by one, mapped side by side"},
	{"nodemask", "nodes asked for", "(null): all"},
	{"cpuset", "cpuset", ""},
	{"mems", "nodes allowed", "by the cpuset"},
	{0},
};

/* The words against the names: what was pasted may be two reports mixed. */
static void explain_gfp(struct mmx_told *t, const struct mmx_report *r, const struct mmx_lexicon *x)
{
	const char *names = mmx_report_text(r, "gfp_names");
	uint64_t gfp;
	char text[300];

	if (!mmx_report_hex(r, "gfp", &gfp) || !x->gfp)
		return;
	mmx_gfp_print(x->gfp, gfp, text, sizeof(text));
	if (!names || strcmp(text, names))
		mmx_told_note(t, MMX_NOTE_MEANS, "for %s the word 0x%" PRIx64 " is %s", x->of, gfp,
			      text);
}

void mmx_explain_request(struct mmx_told *t, const struct mmx_report *r,
			 const struct mmx_lexicon *x)
{
	struct request q;

	take_request(&q, r);
	if (q.known)
		mmx_told_title(t,
			       "a request of %s for 2^%" PRId64 " pages (%" PRId64
			       " kB) in one piece was not served",
			       mmx_report_text(r, "comm"), q.order, (int64_t)KB_A_PAGE << q.order);
	else if (r->kind == MMX_TOLD_ALLOCATION)
		mmx_told_title(t, "a request of %s for memory was not served",
			       mmx_report_text(r, "comm"));
	else
		mmx_told_title(
			t,
			"the state of memory, as it was asked for or printed with something else");
	mmx_explain_fields(t, r, request_fields);
	explain_gfp(t, r, x);
	if (q.known && !q.sleeps)
		mmx_told_note(
			t, MMX_NOTE_MEANS,
			"it could not sleep: nothing is reclaimed for such a request, which lives on what "
			"is free. The caller has to cope; often seen from network drivers, and harmless "
			"when rare");
	explain_zones(t, r, &q);
	mmx_explain_memory(t, r);
	mmx_explain_fields(t, r, swap_fields);
	if (q.known)
		mmx_told_note(t, MMX_NOTE_NEXT,
			      "in a dump: zonex -a %s,%" PRIx64 "; buddyx -o; censusx",
			      mmx_report_text(r, "gfp"), (uint64_t)q.order);
}

/*
 * Out of memory.
 */

static const struct mmx_field_meaning killed_fields[] = {
	{"constraint", "constraint", ""},
	{"oom_memcg", "memory cgroup", "whose limit was hit"},
	{"task_memcg", "victim's cgroup", ""},
	{"victim", "victim", ""},
	{"killed", "killed", ""},
	{"killed_pid", "PID", ""},
	{"total_vm", "its mappings, kB", ""},
	{"anon_rss", "anonymous, kB", ""},
	{"file_rss", "files, kB", ""},
	{"shmem_rss", "shmem, kB", ""},
	{"victim_adj", "oom_score_adj", "thousandths of memory that are added to its size"},
	{"reaped_anon", "left when reaped, kB", "of anonymous memory"},
	{"not_reaped", "not reaped", "its memory could not be taken from it"},
	{"group", "cgroup killed", "all of its tasks, since memory.oom.group is set"},
	{0},
};

static const char *constraint_of(const char *name)
{
	static const struct {
		const char *name, *words;
	} constraints[] = {
		{"CONSTRAINT_NONE", "all memory was short"},
		{"CONSTRAINT_CPUSET", "the nodes of a cpuset were short"},
		{"CONSTRAINT_MEMORY_POLICY", "the nodes of a memory policy were short"},
		{"CONSTRAINT_MEMCG", "a memory cgroup hit its limit"},
	};

	for (size_t i = 0; name && i < sizeof(constraints) / sizeof(*constraints); i++) {
		if (!strcmp(constraints[i].name, name))
			return constraints[i].words;
	}
	return NULL;
}

static void explain_memcg(struct mmx_told *t, const struct mmx_report *r)
{
	static const char *const shown[] = {"anon", "file",  "kernel", "kernel_stack", "pagetables",
					    "sock", "shmem", "slab",   "vmalloc",      "percpu"};
	int64_t usage, limit, value;
	char text[48];

	if (!mmx_report_number(r, "memcg_usage", &usage) ||
	    !mmx_report_number(r, "memcg_limit", &limit))
		return;
	snprintf(text, sizeof(text), "%" PRId64 " of %" PRId64 " kB", usage, limit);
	mmx_told_part(t, "cgroup's memory", text, "of its limit");
	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++) {
		if (!mmx_report_count(&r->memcg, shown[i], &value) || !value)
			continue;
		snprintf(text, sizeof(text), "%" PRId64 " kB", value / 1024);
		mmx_told_part(t, shown[i], text, "of the cgroup");
	}
	if (usage >= limit)
		mmx_told_note(
			t, MMX_NOTE_MEANS,
			"the cgroup was at its limit: the machine may have had memory to spare");
}

static void explain_tasks(struct mmx_told *t, const struct mmx_report *r)
{
	int64_t victim = -1;
	bool first = true, found = false;

	if (!mmx_report_number(r, "victim_pid", &victim))
		mmx_report_number(r, "killed_pid", &victim);
	for (size_t i = 0; i < r->n_tasks; i++) {
		const struct mmx_report_task *task = &r->tasks[i];
		bool is_victim = task->pid == victim, exempt = task->adj == -1000;
		char value[40], name[28];

		snprintf(name, sizeof(name), "%s[%" PRId64 "]", task->comm, task->pid);
		snprintf(value, sizeof(value), "%" PRId64 " points",
			 mmx_report_badness(task, r->badness_pages));
		mmx_told_part(t, name, value,
			      "rss %" PRId64 " kB, swap %" PRId64 " kB, page tables %" PRId64
			      " kB, oom_score_adj %" PRId64 "%s%s",
			      task->rss * KB_A_PAGE, task->swapents * KB_A_PAGE,
			      task->pgtables / 1024, task->adj, exempt ? ": exempt" : "",
			      is_victim ? ": the victim" : "");
		found |= is_victim;
		if (!exempt && first && victim >= 0) {
			mmx_told_note(
				t, MMX_NOTE_MEANS,
				is_victim
					? "the victim has the most points of %" PRIu64
					  " in the table: its size in pages, and oom_score_adj"
					: "another of %" PRIu64
					  " in the table has more points than the victim: it was dying "
					  "already, shares its memory with an exempt one, or only "
					  "some could be chosen",
				r->tasks_seen);
			first = false;
		}
	}
	if (r->n_tasks && victim >= 0 && !found)
		mmx_told_note(t, MMX_NOTE_MEANS,
			      "the victim is not among the %zu largest of the table", r->n_tasks);
}

void mmx_explain_oom(struct mmx_told *t, const struct mmx_report *r, const struct mmx_lexicon *x)
{
	const char *killed = mmx_report_text(r, "killed"), *comm = mmx_report_text(r, "comm");
	const char *constraint = constraint_of(mmx_report_text(r, "constraint"));
	struct request q;
	int64_t limit;
	bool memcg = mmx_report_number(r, "memcg_limit", &limit);

	take_request(&q, r);
	if (comm)
		mmx_told_title(t, "out of memory%s%s; %s was killed, when %s asked for memory",
			       constraint ? ": " : "", constraint ? constraint : "",
			       killed ? killed : "nobody", comm);
	else
		mmx_told_title(t, "%s was killed for memory", killed);
	mmx_explain_fields(t, r, request_fields);
	mmx_explain_fields(t, r, killed_fields);
	explain_gfp(t, r, x);
	explain_memcg(t, r);
	if (!memcg) {
		explain_zones(t, r, &q);
		mmx_explain_memory(t, r);
		mmx_explain_fields(t, r, swap_fields);
	}
	explain_tasks(t, r);
	if (mmx_report_text(r, "no_victim"))
		mmx_told_note(t, MMX_NOTE_MEANS,
			      "there was nobody to kill: what takes memory is no process");
	mmx_told_note(t, MMX_NOTE_NEXT,
		      memcg ? "in a dump: censusx -m; procx PID/cgroup"
			    : "in a dump: censusx; censusx -t 10; slabx");
}
