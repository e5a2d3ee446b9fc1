// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kernel/member.h"
#include "mm/frames/mapcount.h"
#include "mm/frames/mobility.h"
#include "mm/frames/page_walk.h"
#include "mm/frames/refcount.h"
#include "mm/lru/fate.h"
#include "mm/lru/lru_where.h"
#include "mm/owners/hugetlb_page.h"
#include "mm/swap/swap_areas.h"

const char *mmx_can_word(unsigned int can)
{
	static const char *const words[] = {"yes", "later", "no", "unknown"};

	return words[can];
}

static void say(struct mmx_prospect *p, enum mmx_can can, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void say(struct mmx_prospect *p, enum mmx_can can, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(p->because, sizeof(p->because), fmt, args);
	va_end(args);
	p->can = can;
}

/*
 * Memory that is not of processes or files: its class tells.
 */

/*
 * @freed: what has to happen before it is free, or with NO why it never is; NULL: its owner knows
 * @reclaimed, @migrated: why it cannot be; NULL: since it is not of those that can
 * @migrated_later: how it can be; or NULL
 */
struct by_class {
	enum mmx_can can_free;
	const char *freed, *reclaimed, *migrated, *migrated_later;
};

static const struct by_class by_class[MMX_CLASS_COUNT] = {
	[CLASS_DEVICE] = {.can_free = MMX_CAN_NO,
			  .freed = "it is memory of a device, its driver's"},
	[CLASS_RESERVED] = {.can_free = MMX_CAN_NO, .freed = "it was never the page allocator's"},
	[CLASS_GUARD] = {.can_free = MMX_CAN_LATER,
			 .freed = "when what it guards is freed",
			 .migrated_later =
				 "with what it guards, which is the other half of a block"},
	[CLASS_SLAB] = {.can_free = MMX_CAN_LATER,
			.freed = "when all objects on its slab are freed",
			.reclaimed = "only a shrinker can, by freeing all objects on its slab",
			.migrated = "objects are found by address, so a slab stays where it is"},
	[CLASS_PAGE_TABLE] = {.can_free = MMX_CAN_LATER,
			      .freed = "when its process unmaps what it maps, or ends"},
	[CLASS_ZERO] = {.can_free = MMX_CAN_LATER,
			.freed = "when nobody maps it any more, by its shrinker"},
	[CLASS_PAGE_EXT] = {.can_free = MMX_CAN_LATER,
			    .freed = "when the memory that it is about goes offline"},
	[CLASS_VMEMMAP] = {.can_free = MMX_CAN_LATER,
			   .freed = "when the memory that it is about is removed"},
	[CLASS_VMALLOC] = {.can_free = MMX_CAN_LATER,
			   .freed = "when its owner frees the area, or unmaps it"},
	[CLASS_STACK] = {.can_free = MMX_CAN_LATER, .freed = "when its task has ended"},
	[CLASS_PERCPU] = {.can_free = MMX_CAN_LATER,
			  .freed = "when nothing is allocated on its chunk any more"},
	[CLASS_PAGE_POOL] = {.can_free = MMX_CAN_LATER,
			     .freed = "when its network driver's pool lets go of it"},
	[CLASS_ZSMALLOC] = {.can_free = MMX_CAN_LATER,
			    .freed = "when all that is compressed on it is freed",
			    .reclaimed = "it holds what was reclaimed already"},
	[CLASS_PIPE] = {.can_free = MMX_CAN_LATER, .freed = "when the pipe is read, or closed"},
	[CLASS_SOCKET] =
		{.can_free = MMX_CAN_LATER,
		 .freed = "when the socket's queue is read or sent, or the socket is closed"},
	[CLASS_IO_URING] = {.can_free = MMX_CAN_LATER,
			    .freed = "when the io_uring is closed, or gives up the buffer"},
	[CLASS_PERF] = {.can_free = MMX_CAN_LATER,
			.freed = "when the perf event is closed and nobody maps the ring"},
	[CLASS_DMA_BUF] = {.can_free = MMX_CAN_LATER,
			   .freed = "when everybody who has the buffer has closed it"},
	[CLASS_TRACE] = {.can_free = MMX_CAN_LATER,
			 .freed = "when the trace is given less room, or its instance is removed"},
	[CLASS_DMA] = {.can_free = MMX_CAN_LATER, .freed = "when the driver lets go of it"},
	[CLASS_KERNEL_TABLE] = {.can_free = MMX_CAN_LATER,
				.freed = "when the kernel itself lets go of it, most of it never"},
	[CLASS_LARGE_KMALLOC] = {.can_free = MMX_CAN_LATER,
				 .freed = "when its owner calls kfree()"},
	[CLASS_MOVABLE] = {.can_free = MMX_CAN_LATER, .freed = "when its driver lets go of it"},
	[CLASS_BALLOON] = {.can_free = MMX_CAN_LATER,
			   .freed = "when the hypervisor gives it back",
			   .reclaimed = "only the balloon's driver can, by deflating"},
	[CLASS_OFFLINE] = {.can_free = MMX_CAN_NO, .freed = "it is out of the kernel's hands"},
	[CLASS_HWPOISON] = {.can_free = MMX_CAN_NO,
			    .freed = "it has a memory error, and is kept from being used again"},
	[CLASS_UNATTRIBUTED] = {.can_free = MMX_CAN_UNKNOWN, .freed = "whose it is is not known"},
};

static bool has(const struct mmx_page_walk *w, enum mmx_layout_enumerator flag)
{
	const struct mmx_layout *l = &w->view->kernel->layout;

	return mmx_has_enum(l, flag) && mmx_bit(w->folio.flags, mmx_enum(l, flag));
}

static void with_movable_ops(const struct mmx_page_walk *w, struct mmx_prospect *p)
{
	if (has(w, E_PG_isolated))
		say(p, MMX_CAN_LATER, "somebody has isolated it already, to move it");
	else
		say(p, MMX_CAN_YES, "its owner has functions that move it");
}

static void by_its_class(const struct mmx_page_walk *w, enum mmx_class class, struct mmx_fate *fate)
{
	const struct by_class *row = &by_class[class];

	if (row->freed)
		say(&fate->freed, row->can_free, "%s", row->freed);
	else
		say(&fate->freed, MMX_CAN_LATER, "when the owner lets go of it");
	say(&fate->reclaimed, MMX_CAN_NO, "%s",
	    row->reclaimed ? row->reclaimed : "it is not of those that reclaim works on");
	if (mmx_has_movable_ops(w, class))
		with_movable_ops(w, &fate->migrated);
	else if (row->migrated_later)
		say(&fate->migrated, MMX_CAN_LATER, "%s", row->migrated_later);
	else
		say(&fate->migrated, MMX_CAN_NO, "%s",
		    row->migrated
			    ? row->migrated
			    : "it is not on the LRU, and nobody offers functions that move it");
}

static void is_free(enum mmx_class class, struct mmx_fate *fate)
{
	const char *words = class == CLASS_UNACCEPTED
				    ? "it is free, and has to be accepted from the hypervisor first"
				    : "it is free";

	say(&fate->freed, MMX_CAN_YES, "%s", words);
	say(&fate->reclaimed, MMX_CAN_YES, "%s: there is nothing to take back", words);
	say(&fate->migrated, MMX_CAN_YES, "%s: there is nothing to move", words);
}

/*
 * Huge pages of hugetlb.
 */

static void of_hugetlb(const struct mmx_hindrance_rules *rules, const struct mmx_page_walk *w,
		       struct mmx_fate *fate)
{
	struct mmx_hugetlb h;
	struct mmx_hindered hindered;

	mmx_hugetlb_decode(&h, mmx_know_hugetlb_pools(w->view), w);
	mmx_hindered_find(&hindered, rules, w, CLASS_HUGETLB);
	say(&fate->reclaimed, MMX_CAN_NO, "its pool keeps it, whoever uses it");
	if (h.freed) {
		say(&fate->freed, MMX_CAN_LATER,
		    "nobody uses it: when its pool is made smaller (nr_hugepages)");
		say(&fate->migrated, MMX_CAN_YES,
		    "nobody uses it: another one takes its place in the pool");
		return;
	}
	say(&fate->freed, MMX_CAN_LATER, "when its users let go of it, it goes back to its pool");
	if (hindered.by == MMX_HINDERS_REFUSAL)
		say(&fate->migrated, MMX_CAN_NO,
		    "it has not the flag migratable: it is being set up, or isolated by somebody");
	else if (hindered.by == MMX_HINDERS_UNTOLD)
		say(&fate->migrated, MMX_CAN_UNKNOWN, "its struct pages are not all there");
	else if (hindered.by == MMX_HINDERS_PINS)
		say(&fate->migrated, MMX_CAN_NO, "it is pinned");
	else if (hindered.by == MMX_HINDERS_REFERENCES)
		say(&fate->migrated, MMX_CAN_LATER,
		    "when somebody lets go of %" PRId64 " reference%s that nothing explains",
		    hindered.references, hindered.references == 1 ? "" : "s");
	else
		say(&fate->migrated, MMX_CAN_YES, "into another huge page of the same size");
}

/*
 * Memory of processes and files.
 */

/* What decides about one. */
struct user {
	const struct mmx_page_walk *w;
	enum mmx_class class;
	struct mmx_hindered hindered;
	enum mmx_lru_state state;
	uint64_t mapping_flags;
	bool has_mapping_flags;
	enum mmx_read ops_read;
	bool moves; /* its file system has a function for it, or it needs none */
};

/* What the mapping of a file says; of anonymous memory the swap cache's moves it. */
static void read_mapping(struct user *u)
{
	const struct mmx_page_walk *w = u->w;
	uint64_t mapping = mmx_word(w->folio.bytes, mmx_walk_format(w)->mapping) & ~3ULL, ops,
		 move = 0;

	u->moves = true;
	if ((u->class != CLASS_FILE && u->class != CLASS_SHMEM) || !mapping)
		return;
	u->has_mapping_flags =
		!mmx_kread_member(w->view, mapping, M_address_space_flags, &u->mapping_flags);
	if (!mmx_has(&w->view->kernel->layout, M_address_space_operations_migrate_folio))
		return;
	u->ops_read = mmx_kread_member(w->view, mapping, M_address_space_a_ops, &ops);
	if (!u->ops_read)
		u->ops_read = mmx_kread_member(w->view, ops,
					       M_address_space_operations_migrate_folio, &move);
	u->moves = u->ops_read || move;
}

static bool mapping_says(const struct user *u, enum mmx_layout_enumerator flag)
{
	const struct mmx_layout *l = &u->w->view->kernel->layout;

	return u->has_mapping_flags && mmx_has_enum(l, flag) &&
	       mmx_bit(u->mapping_flags, mmx_enum(l, flag));
}

/* Adds "N THINGS" to a list of them. */
static size_t list_one(char *text, size_t size, size_t at, int64_t n, const char *one,
		       const char *many)
{
	if (n <= 0 || at >= size)
		return at;
	return at + snprintf(text + at, size - at, "%s%" PRId64 " %s", at ? ", " : "", n,
			     n == 1 ? one : many);
}

static void user_freed(const struct user *u, struct mmx_prospect *p)
{
	const struct mmx_refcount *refs = &u->hindered.refs;
	char text[160] = "";
	size_t at = 0;

	at = list_one(text, sizeof(text), at, refs->mappings, "mapping", "mappings");
	at = list_one(text, sizeof(text), at, refs->page_cache, "reference of the page cache",
		      "references of the page cache");
	at = list_one(text, sizeof(text), at, refs->swap_cache, "of the swap cache",
		      "of the swap cache");
	at = list_one(text, sizeof(text), at, refs->private_data, "of the file system's data",
		      "of the file system's data");
	at = list_one(text, sizeof(text), at, refs->pins, "of pins", "of pins");
	at = list_one(text, sizeof(text), at, u->hindered.batched, "of a CPU's batch",
		      "of CPUs' batches");
	at = list_one(text, sizeof(text), at, refs->remainder - u->hindered.batched,
		      "that nothing explains", "that nothing explains");
	if (at)
		say(p, MMX_CAN_LATER, "when these let go of its folio: %s", text);
	else
		say(p, MMX_CAN_LATER, "nobody holds it: it is being freed");
}

/* What keeps a folio from being reclaimed and from being moved alike; false when nothing does. */
static bool is_kept(const struct user *u, struct mmx_prospect *p)
{
	const struct mmx_hindered *h = &u->hindered;

	if (h->by == MMX_HINDERS_UNTOLD)
		say(p, MMX_CAN_UNKNOWN, "its struct pages are not all there");
	else if (h->by == MMX_HINDERS_PINS)
		say(p, MMX_CAN_NO, "it is pinned (%" PRId64 " of its references), for DMA say",
		    h->refs.pins);
	else if (u->state == MMX_LRU_OFF)
		say(p, MMX_CAN_LATER,
		    "it is off the LRU: somebody has taken it off, or never put it there");
	else if (h->references > 0)
		say(p, MMX_CAN_LATER,
		    "when somebody lets go of %" PRId64 " reference%s that nothing explains",
		    h->references, h->references == 1 ? "" : "s");
	else if (has(u->w, E_PG_locked))
		say(p, MMX_CAN_LATER, "when who has locked it is done");
	else if (has(u->w, E_PG_writeback))
		say(p, MMX_CAN_LATER, "when it is written");
	else
		return false;
	return true;
}

/* Free slots of all swap areas that give any away; false when they are not known. */
static bool free_swap(const struct mmx_page_walk *w, uint64_t *pages)
{
	const struct mmx_swaps *swaps = mmx_know_swaps(w->view);
	bool known = mmx_cover_whole(&swaps->coverage), leaving;
	struct mmx_err err;

	*pages = 0;
	for (size_t i = 0; i < swaps->n; i++) {
		const struct mmx_swap_area *area = &swaps->v[i];

		if (area->in_use >= area->pages)
			continue;
		if (mmx_swap_leaving(area, w->view, &leaving, &err))
			known = false;
		else if (!leaving)
			*pages += area->pages - area->in_use;
	}
	return known;
}

static void to_swap(const struct user *u, struct mmx_prospect *p)
{
	uint64_t free;
	bool known = free_swap(u->w, &free);

	if (has(u->w, E_PG_swapcache))
		say(p, MMX_CAN_YES, "it has its place in swap already%s",
		    has(u->w, E_PG_dirty) ? ", and is written there" : "");
	else if (free)
		say(p, MMX_CAN_YES, "it goes to swap, where %" PRIu64 " pages are free", free);
	else if (!known)
		say(p, MMX_CAN_UNKNOWN, "whether there is room in swap is not known");
	else if (mmx_mem(u->w->view->kernel)->zones.nodes > 1)
		say(p, MMX_CAN_NO,
		    "no swap is free; whether a node of slower memory would take it is not judged");
	else
		say(p, MMX_CAN_NO, "no swap is free");
}

static void user_reclaimed(const struct user *u, struct mmx_prospect *p)
{
	if (has(u->w, E_PG_mlocked))
		say(p, MMX_CAN_NO, "it is locked by mlock()");
	else if (mapping_says(u, E_AS_UNEVICTABLE))
		say(p, MMX_CAN_NO,
		    "its file's pages are unevictable: ramfs, or locked by SHM_LOCK");
	else if (u->state == MMX_LRU_IS_UNEVICTABLE)
		say(p, MMX_CAN_LATER,
		    "it is taken for unevictable, though nothing locks it any more");
	else if (is_kept(u, p))
		return;
	else if (has(u->w, E_PG_swapbacked) || u->class == CLASS_SHMEM)
		to_swap(u, p);
	else if (u->class != CLASS_FILE && has(u->w, E_PG_dirty))
		say(p, MMX_CAN_NO, "it was to be freed lazily, and was written to since");
	else if (u->class != CLASS_FILE)
		say(p, MMX_CAN_YES, "it may be freed lazily, without swap (MADV_FREE)");
	else if (has(u->w, E_PG_dirty))
		say(p, MMX_CAN_LATER, "when it is written back: it is dirty");
	else if (u->hindered.refs.private_data)
		say(p, MMX_CAN_YES,
		    "it is clean, if its file system lets go of its own data about it");
	else
		say(p, MMX_CAN_YES, "it is clean: it can be read again from its file");
}

static void user_migrated(const struct user *u, struct mmx_prospect *p)
{
	if (u->hindered.by == MMX_HINDERS_REFUSAL)
		say(p, MMX_CAN_NO, "its file says that its pages cannot be moved");
	else if (is_kept(u, p))
		return;
	else if (u->ops_read)
		say(p, MMX_CAN_UNKNOWN, "what its file system offers could not be read");
	else if (!u->moves && has(u->w, E_PG_dirty))
		say(p, MMX_CAN_LATER,
		    "when it is written back: its file system has no function that moves pages");
	else if (!u->moves && u->hindered.refs.private_data)
		say(p, MMX_CAN_LATER,
		    "if its file system lets go of its data: it has no function that moves pages");
	else
		say(p, MMX_CAN_YES, "%s",
		    u->hindered.refs.mappings
			    ? "its mappings can be changed, and all references are explained"
			    : "all its references are explained");
}

static void of_user(const struct mmx_hindrance_rules *rules, const struct mmx_page_walk *w,
		    enum mmx_class class, struct mmx_fate *fate)
{
	struct user u = {.w = w, .class = class};
	const struct mmx_refcount *refs = &u.hindered.refs;
	struct mmx_lru_where where;

	mmx_hindered_find(&u.hindered, rules, w, class);
	mmx_lru_where(w, &where);
	u.state = where.state;
	read_mapping(&u);
	if (refs->read) {
		say(&fate->freed, MMX_CAN_UNKNOWN, "its folio's struct pages are not all there");
		fate->reclaimed = fate->migrated = fate->freed;
		return;
	}
	if (refs->mapped)
		say(&fate->freed, MMX_CAN_UNKNOWN,
		    "without all its struct pages its mappings cannot be counted");
	else
		user_freed(&u, &fate->freed);
	user_reclaimed(&u, &fate->reclaimed);
	user_migrated(&u, &fate->migrated);
}

void mmx_fate_of(const struct mmx_page_walk *w, enum mmx_class class, struct mmx_fate *fate)
{
	struct mmx_hindrance_rules rules;

	switch (class) {
	case CLASS_FREE:
	case CLASS_FREE_PCP:
	case CLASS_UNACCEPTED:
		is_free(class, fate);
		break;
	case CLASS_HUGETLB:
		mmx_hindrance_rules_find(&rules, w->view);
		of_hugetlb(&rules, w, fate);
		break;
	case CLASS_ANON:
	case CLASS_KSM:
	case CLASS_FILE:
	case CLASS_SHMEM:
	case CLASS_SWAP_CACHE:
		mmx_hindrance_rules_find(&rules, w->view);
		of_user(&rules, w, class, fate);
		break;
	default:
		by_its_class(w, class, fate);
	}
}
