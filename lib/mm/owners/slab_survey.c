// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/progress.h"
#include "mm/frames/page_pieces.h"
#include "mm/mem.h"
#include "mm/owners/slab_debug.h"
#include "mm/owners/slab_survey.h"

#define PIECE_FAULTS  16
#define ONLINE_FRAMES 512u /* are brought online together, and no fewer: a subsection */

const char *mmx_slab_place_words(unsigned int place)
{
	static const char *const words[] = {
#define PLACE(id, text) [MMX_SLAB_IN_##id] = text,
		MMX_SLAB_PLACES(PLACE)
#undef PLACE
	};

	return words[place];
}

/* What all threads know. */
struct task {
	const struct mmx_slab_caches *caches;
	const struct mmx_slab_lists *lists;
	const struct mmx_slab_survey_how *how;
};

/* What came of a piece; @objects is only room. */
struct piece {
	struct mmx_coverage coverage;
	uint64_t missing, large_kmalloc, kept;
	uint32_t n, faults, more;
	struct mmx_slab_finding fault[PIECE_FAULTS];
	struct mmx_slab_objects objects;
	struct mmx_slab_row row[MMX_PIECE_FRAMES];
};

/*
 * A slab by itself.
 */

/* A slab that is frozen was taken by a CPU, up to 6.19; where CPUs take none, it is corrupt. */
static enum mmx_slab_place off_lists(const struct mmx_slab *slab,
				     const struct mmx_slab_caches *caches,
				     const struct mmx_layout *l)
{
	uint32_t by_rcu = caches->flags.known ? caches->flags.mask[MMX_SLAB_TYPESAFE_BY_RCU] : 0;

	if (slab->cache->flags & by_rcu && caches->rcu_free_slab &&
	    slab->rcu_func == caches->rcu_free_slab)
		return MMX_SLAB_IN_RCU;
	if (slab->frozen)
		return mmx_has(l, M_kmem_cache_percpu_slab) ? MMX_SLAB_IN_NOWHERE
							    : MMX_SLAB_IN_ASIDE;
	return slab->inuse < slab->objects ? MMX_SLAB_IN_NOWHERE : MMX_SLAB_IN_FULL;
}

static enum mmx_slab_place place_of(const struct mmx_slab *slab,
				    const struct mmx_slab_caches *caches,
				    const struct mmx_slab_lists *lists, const struct mmx_layout *l)
{
	const struct mmx_slab_listed *listed;

	if (slab->kfence)
		return MMX_SLAB_IN_KFENCE;
	if (!slab->cache)
		return MMX_SLAB_IN_STRAY;
	if (slab->on_cpu)
		return slab->on_cpu->active ? MMX_SLAB_IN_CPU : MMX_SLAB_IN_CPU_PARTIAL;
	listed = mmx_slab_listed_of(lists, slab->page);
	if (listed)
		return listed->full ? MMX_SLAB_IN_NODE_FULL : MMX_SLAB_IN_PARTIAL;
	return off_lists(slab, caches, l);
}

void mmx_slab_row_of(struct mmx_slab_row *row, const struct mmx_slab *slab,
		     const struct mmx_slab_caches *caches, const struct mmx_slab_lists *lists,
		     const struct mmx_view *view)
{
	const struct mmx_kernel *k = view->kernel;

	*row = (struct mmx_slab_row){
		.pfn = slab->pfn,
		.cache = slab->cache ? slab->cache - caches->v : MMX_SLAB_NO_CACHE,
		.pages = slab->bytes >> k->arch->page_shift,
		.cpu = slab->on_cpu ? slab->on_cpu->cpu : 0,
		.node = slab->node,
		.objects = slab->objects,
		.inuse = slab->inuse,
		.place = place_of(slab, caches, lists, &k->layout),
		.owners = slab->owners & ~7ULL,
		.bad = slab->bad,
	};
}

/*
 * A piece, in any thread.
 */

static void __attribute__((format(printf, 4, 5)))
add_fault(struct piece *piece, const struct mmx_slab_row *row, uint64_t page, const char *fmt, ...)
{
	struct mmx_slab_finding *fault = &piece->fault[piece->faults];
	va_list args;

	if (piece->faults == PIECE_FAULTS) {
		piece->more++;
		return;
	}
	piece->faults++;
	*fault = (struct mmx_slab_finding){.cache = row->cache, .address = page, .slab = true};
	va_start(args, fmt);
	mmx_vfail(&fault->why, MMX_ECORRUPT, fmt, args);
	va_end(args);
}

struct debugged {
	struct piece *piece;
	const struct mmx_slab_row *row;
	uint64_t page;
};

static void add_debug_fault(void *arg, uint64_t object, const char *what)
{
	const struct debugged *d = arg;

	add_fault(d->piece, d->row, d->page, "the object at 0x%" PRIx64 ": %s", object, what);
}

/* What is broken is a finding, of the slab or of its cache; what is not in the dump is a lack. */
static void take_coverage(struct piece *piece, const struct mmx_slab_row *row, uint64_t page)
{
	const struct mmx_coverage *c = &piece->objects.coverage;

	if (piece->objects.own_faults)
		add_fault(piece, row, page, "%s", c->first.text);
	else if (!c->broken && !mmx_cover_whole(c))
		mmx_cover_inherit(&piece->coverage, c);
}

static void look_into(const struct task *t, struct mmx_view *view, const struct mmx_slab *slab,
		      struct piece *piece, struct mmx_slab_row *row)
{
	struct debugged debugged = {piece, row, slab->page};
	enum mmx_read read;

	if (mmx_slab_objects_find(&piece->objects, t->caches, slab, view, NULL))
		return;
	row->followed = true;
	piece->kept += piece->objects.kept;
	for (unsigned int i = 0; i < MMX_OBJECT_STATE_COUNT; i++)
		row->count[i] = piece->objects.count[i];
	take_coverage(piece, row, slab->page);
	read = mmx_slab_debug_check(t->caches, slab, &piece->objects, view, add_debug_fault,
				    &debugged);
	if (read)
		mmx_cover_failf(&piece->coverage, mmx_read_code(read),
				"red zones and poison of the slab at PFN 0x%" PRIx64 " are %s",
				slab->pfn, mmx_read_name(read));
}

static void take_slab(const struct task *t, const struct mmx_page_walk *w, struct piece *piece)
{
	struct mmx_slab_row *row = &piece->row[piece->n];
	struct mmx_slab slab;

	mmx_slab_decode(&slab, t->caches, w);
	mmx_slab_row_of(row, &slab, t->caches, t->lists, w->view);
	piece->n++;
	/* A cache may be one of those that could not be read. */
	if (slab.bad && (slab.cache || mmx_cover_whole(&t->caches->listed)))
		add_fault(piece, row, slab.page, "%s", slab.bad);
	if (slab.on_cpu && slab.cache && slab.on_cpu->cache != slab.cache->addr)
		add_fault(piece, row, slab.page, "CPU %u has it for another cache, 0x%" PRIx64,
			  slab.on_cpu->cpu, slab.on_cpu->cache);
	if (!slab.bad && !slab.kfence && !t->how->quick &&
	    (t->how->only == MMX_SLAB_NO_CACHE || t->how->only == row->cache))
		look_into(t, w->view, &slab, piece, row);
}

/* Of memory that was never brought online nobody has made struct pages, or may have. */
static void take_missing(const struct mmx_sparse *sparse, const struct mmx_page_walk *w,
			 struct piece *piece)
{
	uint64_t end = w->pfn + w->frames, missing = 0;

	if (w->read == MMX_READ_ABSENT)
		return;
	for (uint64_t pfn = w->pfn, next; pfn < end; pfn = next) {
		next = (pfn | (ONLINE_FRAMES - 1)) + 1;
		if (next > end)
			next = end;
		if (mmx_pfn_online(sparse, pfn))
			missing += next - pfn;
	}
	piece->missing += missing;
	if (missing)
		mmx_cover_failf(&piece->coverage, mmx_read_code(w->read),
				"the struct pages from PFN 0x%" PRIx64 " on are %s", w->pfn,
				mmx_read_name(w->read));
}

static int survey_piece(const void *arg, struct mmx_page_walk *w, void *result, struct mmx_err *err)
{
	const struct task *t = arg;
	const struct mmx_sparse *sparse = &mmx_mem(w->view->kernel)->sparse;
	struct piece *piece = result;

	(void)err;
	memset(piece, 0, offsetof(struct piece, fault));
	while (mmx_page_walk_next(w)) {
		if (w->read)
			take_missing(sparse, w, piece);
		else if (w->tail || !mmx_pfn_online(sparse, w->pfn))
			continue;
		else if (w->folio.slab && piece->n < MMX_PIECE_FRAMES)
			take_slab(t, w, piece);
		else if (w->type == MMX_PAGE_LARGE_KMALLOC)
			piece->large_kmalloc +=
				1ULL << (w->view->kernel->arch->page_shift + w->folio.order);
	}
	return 0;
}

/*
 * All pieces together, in the caller's thread.
 */

struct whole {
	struct mmx_slab_survey *s;
	const struct mmx_slab_caches *caches;
	struct mmx_view *view;
	const struct mmx_slab_survey_how *how;
	uint64_t kept;
	bool *cpu_seen; /* of the slabs that CPUs hold */
	struct {
		MMX_ARRAY(struct mmx_slab_finding);
	} on_way; /* slabs that may be on their way from one list to another */
	bool nomem;
};

static void __attribute__((format(printf, 4, 5)))
find_fault(struct whole *whole, uint32_t cache, uint64_t page, const char *fmt, ...)
{
	struct mmx_slab_finding finding = {.cache = cache, .address = page, .slab = true};
	va_list args;

	va_start(args, fmt);
	mmx_vfail(&finding.why, MMX_ECORRUPT, fmt, args);
	va_end(args);
	mmx_slab_find_fault(&whole->s->findings, &finding);
}

static const char *name_of(const struct whole *whole, uint32_t cache)
{
	return cache < whole->caches->n ? whole->caches->v[cache].name : "no cache";
}

static void add_sum(struct mmx_slab_sum *sum, const struct mmx_slab_row *row, unsigned int shift,
		    uint32_t size)
{
	uint64_t bytes = (uint64_t)row->pages << shift;

	sum->place[row->place]++;
	/* Those lie in a pool of KFENCE's own, which no counter of slabs has. */
	if (row->place == MMX_SLAB_IN_KFENCE)
		return;
	sum->slabs++;
	sum->bytes += bytes;
	sum->with_owners += row->owners;
	if (row->bad)
		return;
	sum->objects += row->objects;
	sum->inuse += row->inuse;
	sum->empty += !row->inuse;
	sum->full += row->inuse == row->objects;
	if (size)
		sum->slack += bytes - (uint64_t)row->objects * size;
	for (unsigned int i = 0; i < MMX_OBJECT_STATE_COUNT; i++)
		sum->count[i] += row->count[i];
}

/* As many as there are CPUs can be caught between two lists, and are wrong only beyond that. */
static void suspect(struct whole *whole, const struct mmx_slab_row *row, uint64_t page,
		    const char *what)
{
	struct mmx_slab_finding finding = {.cache = row->cache, .address = page, .slab = true};

	mmx_fail(&finding.why, MMX_ECORRUPT, "%s", what);
	whole->nomem |=
		whole->on_way.n < MMX_SLAB_FINDINGS_MAX && !mmx_array_add(&whole->on_way, finding);
}

static void hold_against_list(struct whole *whole, const struct mmx_slab_row *row, uint64_t page)
{
	struct mmx_slab_listed *listed = mmx_slab_listed_of(&whole->s->lists, page);
	const struct mmx_slab_node *node;

	if (!listed)
		return;
	listed->seen = true;
	node = &whole->s->lists.nodes.v[listed->nth];
	if (node->cache != row->cache || node->node != row->node)
		find_fault(whole, row->cache, page,
			   "it is of %s on node %u, and on a list of %s on node %u",
			   name_of(whole, row->cache), row->node, name_of(whole, node->cache),
			   node->node);
	else if (!listed->full && row->inuse == row->objects && !row->bad)
		suspect(whole, row, page, "it is full, and on the partial list of its node");
}

static void hold_against_cpu(struct whole *whole, uint64_t page)
{
	const struct mmx_slab_on_cpu *on_cpu = mmx_slab_on_cpu_of(whole->caches, page);

	for (; on_cpu && on_cpu < whole->caches->on_cpu.v + whole->caches->on_cpu.n &&
	       on_cpu->page == page;
	     on_cpu++)
		whole->cpu_seen[on_cpu - whole->caches->on_cpu.v] = true;
}

static void take_row(struct whole *whole, const struct mmx_slab_row *row)
{
	const struct mmx_kernel *k = whole->view->kernel;
	uint64_t page = mmx_page_addr(&mmx_mem(k)->vmemmap, row->pfn);
	uint32_t size = row->cache < whole->caches->n ? whole->caches->v[row->cache].size : 0;
	struct mmx_slab_node *node = mmx_slab_node_of(&whole->s->lists, row->cache, row->node);

	add_sum(&whole->s->all, row, k->arch->page_shift, size);
	hold_against_list(whole, row, page);
	hold_against_cpu(whole, page);
	if (row->cache >= whole->caches->n)
		return;
	add_sum(&whole->s->v[row->cache], row, k->arch->page_shift, size);
	/* The node counts it no more when it waits for RCU. */
	if (node && row->place != MMX_SLAB_IN_RCU && row->place != MMX_SLAB_IN_KFENCE) {
		node->found++;
		node->found_objects += row->objects;
	}
	if (row->place == MMX_SLAB_IN_NOWHERE)
		suspect(whole, row, page, mmx_slab_place_words(MMX_SLAB_IN_NOWHERE));
	if (row->cache == whole->how->only)
		whole->nomem |= !mmx_array_add(&whole->s->rows, *row);
}

static void take_piece(struct whole *whole, const struct piece *piece)
{
	struct mmx_slab_survey *s = whole->s;

	mmx_cover_inherit(&s->coverage, &piece->coverage);
	s->missing += piece->missing;
	s->large_kmalloc += piece->large_kmalloc;
	whole->kept += piece->kept;
	for (uint32_t i = 0; i < piece->n && !whole->nomem; i++)
		take_row(whole, &piece->row[i]);
	for (uint32_t i = 0; i < piece->faults; i++)
		mmx_slab_find_fault(&s->findings, &piece->fault[i]);
	s->findings.more += piece->more;
}

static int walk(struct whole *whole, struct mmx_err *err)
{
	const struct mmx_kernel *k = whole->view->kernel;
	const struct mmx_ranges *frames = &mmx_mem(k)->sparse.pfn;
	const struct task task = {whole->caches, &whole->s->lists, whole->how};
	const struct mmx_page_pieces pieces = {
		.kernel = whole->view->kernel,
		.jobs = k->jobs,
		.start = frames->n ? frames->v[0].start : 0,
		.end = frames->n ? frames->v[frames->n - 1].end : 0,
		.result_size = sizeof(struct piece),
		.arg = (void *)&task,
		.work = survey_piece,
	};
	struct mmx_page_team *team = mmx_page_pieces_begin(&pieces, err);
	struct mmx_progress progress;
	const void *piece;
	uint64_t pfn;
	int ret = -1;

	mmx_progress_begin(&progress, whole->how->progress, whole->how->progress_arg,
			   pieces.end - pieces.start);
	while (team && (ret = mmx_page_pieces_next(team, &pfn, &piece, err)) > 0 && !whole->nomem) {
		take_piece(whole, piece);
		mmx_progress_at(&progress, pfn - pieces.start);
	}
	mmx_progress_end(&progress);
	mmx_page_pieces_end(team);
	return whole->nomem ? mmx_fail_nomem(err) : ret;
}

/*
 * What the pass leaves to be judged.
 */

/* More slabs than a node counts can be on their way to or from it; fewer cannot. */
static void judge_node(struct whole *whole, const struct mmx_slab_node *node, uint64_t on_way)
{
	struct mmx_slab_finding finding = {.cache = node->cache, .address = node->addr};

	if (node->found >= node->slabs && node->found <= node->slabs + on_way &&
	    (node->found != node->slabs || node->found_objects == node->objects))
		return;
	mmx_fail(&finding.why, MMX_ECORRUPT,
		 "node %u counts %" PRIu64 " slabs with %" PRIu64 " objects, and there are %" PRIu64
		 " with %" PRIu64,
		 node->node, node->slabs, node->objects, node->found, node->found_objects);
	mmx_slab_find_fault(&whole->s->findings, &finding);
}

static void judge_nodes(struct whole *whole)
{
	const struct mmx_slab_survey *s = whole->s;

	for (size_t i = 0; i < s->lists.nodes.n && !s->missing; i++) {
		const struct mmx_slab_node *node = &s->lists.nodes.v[i];

		if (node->addr && whole->caches->v[node->cache].counted)
			judge_node(whole, node, s->v[node->cache].place[MMX_SLAB_IN_NOWHERE]);
	}
}

static void judge_lists(struct whole *whole)
{
	const struct mmx_slab_lists *lists = &whole->s->lists;

	for (size_t i = 0; i < lists->n; i++) {
		const struct mmx_slab_node *node = &lists->nodes.v[lists->v[i].nth];

		/* Of several entries of one slab the first was looked at. */
		if (lists->v[i].seen || (i && lists->v[i - 1].page == lists->v[i].page))
			continue;
		find_fault(whole, node->cache, lists->v[i].page,
			   "it is on a list of node %u, and no slab", node->node);
	}
}

static uint32_t number_of(const struct whole *whole, uint64_t cache)
{
	const struct mmx_slab_cache *c = mmx_slab_cache_at(whole->caches, cache);

	return c ? c - whole->caches->v : MMX_SLAB_NO_CACHE;
}

static void judge_cpus(struct whole *whole)
{
	const struct mmx_slab_caches *caches = whole->caches;

	for (size_t i = 0; i < caches->on_cpu.n; i++) {
		const struct mmx_slab_on_cpu *on_cpu = &caches->on_cpu.v[i];

		if (!whole->cpu_seen[i])
			find_fault(whole, number_of(whole, on_cpu->cache), on_cpu->page,
				   "CPU %u has it, and it is no slab", on_cpu->cpu);
		else if (i && on_cpu[-1].page == on_cpu->page)
			find_fault(whole, number_of(whole, on_cpu->cache), on_cpu->page,
				   "CPU %u has it, and so has CPU %u", on_cpu[-1].cpu, on_cpu->cpu);
	}
}

/* Some slab's place is not known where a list could not be followed. */
static bool all_lists_known(const struct whole *whole)
{
	for (size_t i = 0; i < whole->s->lists.nodes.n; i++) {
		if (!whole->s->lists.nodes.v[i].whole)
			return false;
	}
	return mmx_cover_whole(&whole->caches->coverage) &&
	       mmx_cover_whole(&whole->s->lists.coverage);
}

static void judge_on_way(struct whole *whole)
{
	if (whole->on_way.n <= whole->s->lists.n_cpus || !all_lists_known(whole))
		return;
	for (size_t i = 0; i < whole->on_way.n; i++)
		mmx_slab_find_fault(&whole->s->findings, &whole->on_way.v[i]);
}

static bool is_in_slab(struct whole *whole, uint64_t addr)
{
	const struct mmx_kernel *k = whole->view->kernel;
	uint64_t pfn = (addr - k->direct_map.va_start) >> k->arch->page_shift;
	struct mmx_page_walk w;
	struct mmx_err err;
	bool in;

	if (addr < k->direct_map.va_start || addr >= k->direct_map.va_end)
		return false;
	if (mmx_page_walk_begin(&w, whole->view, pfn, pfn + 1, &err))
		return true;
	in = mmx_page_walk_next(&w) && (w.folio.slab || (w.read && w.read != MMX_READ_ABSENT));
	mmx_page_walk_end(&w);
	return in;
}

/* Every object that is kept aside must be in some slab. They are looked for only when some are not. */
static void judge_kept(struct whole *whole)
{
	const struct mmx_slab_caches *caches = whole->caches;
	uint64_t left = caches->kept.n > whole->kept ? caches->kept.n - whole->kept : 0;

	if (whole->how->quick || whole->how->only != MMX_SLAB_NO_CACHE || whole->s->missing)
		return;
	for (size_t i = 0; i < caches->kept.n && left && !mmx_stopped(whole->view->kernel->image);
	     i++) {
		const struct mmx_slab_kept *kept = &caches->kept.v[i];
		struct mmx_slab_finding finding = {.cache = number_of(whole, kept->cache),
						   .address = kept->addr};

		if (is_in_slab(whole, kept->addr))
			continue;
		left--;
		mmx_fail(&finding.why, MMX_ECORRUPT, "an object is %s there, and it is no slab",
			 mmx_object_state_words(kept->state));
		mmx_slab_find_fault(&whole->s->findings, &finding);
	}
}

/* What is wrong with what CPUs and nodes keep of a cache. */
static void judge_caches(struct whole *whole)
{
	for (uint32_t i = 0; i < whole->caches->n; i++) {
		const struct mmx_slab_cache *c = &whole->caches->v[i];
		const struct mmx_err *why = mmx_reason(&whole->caches->reasons, c->unseen);
		struct mmx_slab_finding finding = {.cache = i, .address = c->addr};

		if (!why || why->code != MMX_ECORRUPT)
			continue;
		finding.why = *why;
		mmx_slab_find_fault(&whole->s->findings, &finding);
	}
}

static void judge(struct whole *whole)
{
	judge_caches(whole);
	judge_nodes(whole);
	if (!whole->s->missing) {
		judge_lists(whole);
		judge_cpus(whole);
	}
	judge_on_way(whole);
	judge_kept(whole);
}

int mmx_slab_survey(struct mmx_slab_survey *s, const struct mmx_slab_caches *caches,
		    struct mmx_view *view, const struct mmx_slab_survey_how *how,
		    struct mmx_err *err)
{
	struct whole whole = {.s = s, .caches = caches, .view = view, .how = how};
	int ret;

	memset(s, 0, sizeof(*s));
	if (!caches->slabs_known) {
		*err = caches->coverage.first;
		return -1;
	}
	s->v = calloc(caches->n + 1, sizeof(*s->v));
	whole.cpu_seen = calloc(caches->on_cpu.n + 1, sizeof(*whole.cpu_seen));
	if (!s->v || !whole.cpu_seen) {
		free(whole.cpu_seen);
		mmx_slab_survey_free(s);
		return mmx_fail_nomem(err);
	}
	s->n = caches->n;
	mmx_cover_inherit(&s->coverage, &caches->coverage);
	ret = mmx_slab_lists_find(&s->lists, caches, view, &s->findings, err);
	if (!ret)
		ret = walk(&whole, err);
	if (!ret)
		judge(&whole);
	mmx_cover_inherit(&s->coverage, &s->lists.coverage);
	free(whole.cpu_seen);
	mmx_array_free(&whole.on_way);
	if (ret)
		mmx_slab_survey_free(s);
	return ret;
}

void mmx_slab_survey_free(struct mmx_slab_survey *s)
{
	mmx_slab_lists_free(&s->lists);
	mmx_array_free(&s->findings);
	mmx_array_free(&s->rows);
	mmx_array_free(s);
}
