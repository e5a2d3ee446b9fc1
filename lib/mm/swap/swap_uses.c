// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "base/parallel.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "kernel/xarray.h"
#include "mm/mem.h"
#include "mm/processes/mm.h"
#include "mm/processes/user_entry.h"
#include "mm/swap/swap_uses.h"

#define SPACE_LAST  ((1ULL << 63) - 1)
#define INODES_MAX  (16u << 20)
#define STRAYS_KEPT 100
#define OWNERS_KEPT (1u << 20)

/* What one walk is for: to count all uses, or to find those of some pages. */
struct goal {
	struct mmx_kernel *kernel;
	const struct mmx_swaps *swaps;
	struct mmx_swap_uses *uses; /* NULL: to find */
	const uint64_t *keys;
	size_t n_keys;
	const struct mmx_swapped *spaces; /* to be walked */
};

/* What a thread has, and what of it is of the current address space or mapping. */
struct walk {
	const struct goal *goal;
	struct mmx_view *view;
	struct mmx_coverage *coverage, *stored;
	struct mmx_swapped *swapped;
	struct mmx_swap_owners *found; /* strays, or what is to be found */
	uint64_t *strays;
	struct mmx_swap_slot slots[MMX_SWAP_SLOTS_MAX];
	unsigned int slots_type;
	uint64_t slots_first;
	size_t slots_n;
};

/* Of an address space or a mapping. */
struct piece {
	struct mmx_swapped swapped;
	struct mmx_coverage coverage, stored;
	struct mmx_swap_owners found;
	uint64_t strays;
};

/*
 * Counting. Whoever is first to use one of so many pages makes the piece for them.
 */

static struct mmx_swap_use *use_of(struct mmx_swap_uses *uses, unsigned int type, uint64_t offset)
{
	struct mmx_swap_area_uses *a = &uses->area[type];
	struct mmx_swap_use **at = &a->piece[offset / MMX_SWAP_USES_EACH], *piece, *none = NULL;

	piece = __atomic_load_n(at, __ATOMIC_ACQUIRE);
	if (!piece) {
		piece = calloc(MMX_SWAP_USES_EACH, sizeof(*piece));
		if (!piece)
			return NULL;
		if (!__atomic_compare_exchange_n(at, &none, piece, false, __ATOMIC_ACQ_REL,
						 __ATOMIC_ACQUIRE)) {
			free(piece);
			piece = none;
		}
	}
	return &piece[offset % MMX_SWAP_USES_EACH];
}

/* Many pages of an address space are near each other in swap: what the kernel keeps of them is read in runs. */
static const struct mmx_swap_slot *slot_of(struct walk *w, const struct mmx_swap_area *area,
					   uint64_t offset, struct mmx_err *err)
{
	uint64_t first = offset & ~(MMX_SWAP_SLOTS_MAX - 1ULL);

	if (w->slots_n && w->slots_type == area->type && offset >= w->slots_first &&
	    offset - w->slots_first < w->slots_n)
		return &w->slots[offset - w->slots_first];
	w->slots_n = MMX_SWAP_SLOTS_MAX;
	w->slots_type = area->type;
	w->slots_first = first;
	if (!mmx_swap_slots(w->slots, &w->slots_n, w->view, area, first, err) &&
	    offset - first < w->slots_n)
		return &w->slots[offset - first];
	/* Of a cluster that is smaller, or one of them cannot be read. */
	w->slots_n = 1;
	w->slots_first = offset;
	if (mmx_swap_slots(w->slots, &w->slots_n, w->view, area, offset, err)) {
		w->slots_n = 0;
		return NULL;
	}
	return w->slots;
}

/* Where it is stored beside the swap cache, which is not what swap takes. */
static void count_stored(struct walk *w, const struct mmx_swap_area *area, uint64_t offset)
{
	struct mmx_stored stored;
	struct mmx_swap_slot slot;
	struct mmx_err err;
	const struct mmx_swap_slot *at = slot_of(w, area, offset, &err);

	if (at) {
		slot = *at;
		slot.cached = false;
	}
	if (!at || mmx_stored_find(&stored, w->view, area->type, offset, &slot, &err)) {
		w->swapped->unknown++;
		mmx_cover_fail(w->stored, &err);
		return;
	}
	w->swapped->by[stored.kind]++;
	w->swapped->stored += stored.size;
}

static int keep(struct walk *w, unsigned int type, uint64_t offset, uint64_t at, size_t most,
		struct mmx_err *err)
{
	const struct mmx_swap_owner owner = {
		.type = type,
		.offset = offset,
		.key = mmx_swap_key(type, offset),
		.at = at,
		.mm = w->swapped->mm,
		.mapping = w->swapped->mapping,
		.task = w->swapped->task,
	};

	if (w->found->n >= most || mmx_array_add(w->found, owner))
		return 0;
	return mmx_fail_nomem(err);
}

static int count(struct walk *w, unsigned int type, uint64_t offset, uint64_t at,
		 struct mmx_err *err)
{
	const struct mmx_swap_area *area = mmx_swap_area(w->goal->swaps, type);
	struct mmx_swap_use *use;

	w->swapped->pages++;
	if (!area || offset >= area->max) {
		++*w->strays;
		return keep(w, type, offset, at, STRAYS_KEPT, err);
	}
	use = use_of(w->goal->uses, type, offset);
	if (!use)
		return mmx_fail_nomem(err);
	__atomic_fetch_add(w->swapped->mapping ? &use->shmem : &use->entries, 1, __ATOMIC_RELAXED);
	count_stored(w, area, offset);
	return 0;
}

static bool is_wanted(const struct goal *g, uint64_t key)
{
	size_t low = 0, high = g->n_keys, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (g->keys[middle] < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low < g->n_keys && g->keys[low] == key;
}

static int take(struct walk *w, unsigned int type, uint64_t offset, uint64_t at,
		struct mmx_err *err)
{
	const struct goal *g = w->goal;

	if (g->uses)
		return count(w, type, offset, at, err);
	if (!is_wanted(g, mmx_swap_key(type, offset)))
		return 0;
	w->swapped->pages++;
	return keep(w, type, offset, at, OWNERS_KEPT, err);
}

/*
 * Page tables, an address space a piece.
 */

static int take_entry(struct walk *w, const struct mmx_user_entry *entry, struct mmx_err *err)
{
	unsigned int shift = w->view->kernel->arch->page_shift;

	for (uint64_t i = 0; i < entry->pte.size >> shift; i++) {
		if (take(w, entry->type, entry->offset + i, entry->pte.start + (i << shift), err))
			return -1;
	}
	return 0;
}

static int walk_space(struct walk *w, struct mmx_err *err)
{
	struct mmx_user_entries e;

	if (mmx_user_entries_begin(&e, w->view, w->swapped->mm, 0, SPACE_LAST, 0, err)) {
		mmx_cover_fail(w->coverage, err);
		return 0;
	}
	while (mmx_user_entries_next(&e)) {
		if (e.entry.kind == MMX_USER_SWAP && take_entry(w, &e.entry, err))
			return -1;
	}
	mmx_cover_inherit(w->coverage, &e.pt.coverage);
	return mmx_stopped(w->view->kernel->image) ? mmx_fail(err, MMX_EIO, "stopped") : 0;
}

static void *walk_new(void *arg, struct mmx_err *err)
{
	struct walk *w = calloc(1, sizeof(*w));

	if (!w) {
		mmx_fail_nomem(err);
		return NULL;
	}
	w->goal = arg;
	w->view = mmx_view_new(w->goal->kernel, err);
	if (w->view)
		return w;
	free(w);
	return NULL;
}

static void walk_free(void *own)
{
	struct walk *w = own;

	mmx_view_free(w->view);
	free(w);
}

static void begin_piece(struct walk *w, struct piece *piece)
{
	w->coverage = &piece->coverage;
	w->stored = &piece->stored;
	w->swapped = &piece->swapped;
	w->found = &piece->found;
	w->strays = &piece->strays;
}

static int do_space(void *own, uint64_t nth, void *result, struct mmx_err *err)
{
	struct walk *w = own;
	struct piece *piece = result;

	*piece = (struct piece){.swapped = w->goal->spaces[nth]};
	begin_piece(w, piece);
	if (!walk_space(w, err))
		return 0;
	mmx_array_free(&piece->found);
	return -1;
}

/* What a piece has found goes to what all have. */
static int add_piece(const struct piece *piece, struct mmx_swap_uses *uses,
		     struct mmx_swap_owners *owners, struct mmx_err *err)
{
	struct mmx_swap_owners *to = uses ? &uses->strays : owners;
	size_t most = uses ? STRAYS_KEPT : OWNERS_KEPT;

	mmx_cover_inherit(uses ? &uses->coverage : &owners->coverage, &piece->coverage);
	for (size_t i = 0; i < piece->found.n && to->n < most; i++) {
		if (!mmx_array_add(to, piece->found.v[i]))
			return mmx_fail_nomem(err);
	}
	if (!uses)
		return 0;
	uses->n_strays += piece->strays;
	mmx_cover_inherit(&uses->stored, &piece->stored);
	if (piece->swapped.pages && !mmx_array_add(uses, piece->swapped))
		return mmx_fail_nomem(err);
	return 0;
}

struct spaces {
	MMX_ARRAY(struct mmx_swapped);
};

static int find_spaces(struct spaces *spaces, struct mmx_view *view, struct mmx_coverage *coverage,
		       struct mmx_err *err)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(view);
	struct mmx_mms mms;

	mmx_mms_begin(&mms, view);
	while (mmx_mms_next(&mms)) {
		struct mmx_swapped space = {.mm = mms.mm};

		if (mms.name)
			continue;
		if (mms.n_users) {
			space.task = &tasks->v[mms.users[0].task];
			space.others = mms.n_users - 1;
		}
		if (!mmx_array_add(spaces, space))
			return mmx_fail_nomem(err);
	}
	mmx_cover_inherit(coverage, &mms.coverage);
	return 0;
}

static int walk_spaces(const struct goal *goal, size_t n, struct mmx_swap_owners *owners,
		       struct mmx_err *err)
{
	const struct mmx_parallel work = {
		.jobs = goal->kernel->jobs,
		.pieces = n,
		.result_size = sizeof(struct piece),
		.arg = (void *)goal,
		.begin = walk_new,
		.end = walk_free,
		.work = do_space,
	};
	struct mmx_team *team = mmx_parallel_begin(&work, err);
	const void *result;
	uint64_t nth;
	int ret = -1;

	while (team && (ret = mmx_parallel_next(team, &nth, &result, err)) > 0) {
		const struct piece *piece = result;

		ret = add_piece(piece, goal->uses, owners, err);
		free(piece->found.v);
		if (ret)
			break;
	}
	mmx_parallel_end(team);
	return ret;
}

/*
 * Shared memory, by the list of inodes of which something is in swap.
 */

static int walk_mapping(struct walk *w, struct mmx_err *err)
{
	const struct mmx_layout *l = &w->view->kernel->layout;
	const struct mmx_swap_types *types = &w->goal->swaps->types;
	struct mmx_xa xa;
	unsigned int type;
	uint64_t offset;
	int ret = 0;

	mmx_xa_begin(&xa, w->view, w->swapped->mapping + mmx_off(l, M_address_space_i_pages), 0,
		     UINT64_MAX);
	while (!ret && mmx_xa_next(&xa)) {
		if (!mmx_xa_is_value(xa.entry))
			continue;
		mmx_swap_private(xa.entry >> 1, &type, &offset);
		/* One that could not be read back is poison in place of a page of swap. */
		if (mmx_swap_kind(types, type) != MMX_SWAP_AREA)
			continue;
		/* Since 6.12 one entry may be for several pages. */
		for (uint64_t i = 0; !ret && i <= xa.last - xa.first; i++)
			ret = take(w, type, offset + i, xa.first + i, err);
	}
	mmx_cover_inherit(w->coverage, &xa.coverage);
	if (!ret && mmx_stopped(w->view->kernel->image))
		ret = mmx_fail(err, MMX_EIO, "stopped");
	return ret;
}

static int walk_inode(struct walk *w, uint64_t node, struct mmx_swap_uses *uses,
		      struct mmx_swap_owners *owners, struct mmx_err *err)
{
	const struct mmx_layout *l = &w->view->kernel->layout;
	uint64_t info = node - mmx_off(l, M_shmem_inode_info_swaplist);
	struct piece piece = {0};
	int ret;

	piece.swapped.mapping =
		info + mmx_off(l, M_shmem_inode_info_vfs_inode) + mmx_off(l, M_inode_i_data);
	mmx_kread_member(w->view, info, M_shmem_inode_info_swapped, &piece.swapped.said);
	begin_piece(w, &piece);
	ret = walk_mapping(w, err);
	if (!ret)
		ret = add_piece(&piece, uses, owners, err);
	mmx_array_free(&piece.found);
	return ret;
}

/* -1 when what is needed is not there. */
static int find_list(struct mmx_view *view, uint64_t *head, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {
		M_shmem_inode_info_swaplist,
		M_shmem_inode_info_vfs_inode,
		M_inode_i_data,
		M_address_space_i_pages,
	};

	if (!mmx_symbol_addr(&view->kernel->symbols, "shmem_swaplist", head))
		return mmx_fail(err, MMX_EMISSING,
				"what shared memory has in swap is not known: symbol "
				"shmem_swaplist is needed");
	return mmx_layout_require(&view->kernel->layout, need, sizeof(need) / sizeof(*need), err);
}

static int walk_shmem(const struct goal *goal, struct mmx_view *view,
		      struct mmx_swap_owners *owners, struct mmx_err *err)
{
	struct mmx_coverage *coverage = goal->uses ? &goal->uses->coverage : &owners->coverage;
	struct mmx_err why = {0};
	struct mmx_list inodes;
	struct walk *w;
	uint64_t head;
	int ret = 0;

	if (find_list(view, &head, &why)) {
		mmx_cover_fail(coverage, &why);
		if (goal->uses)
			goal->uses->shmem_unknown = why;
		return 0;
	}
	w = calloc(1, sizeof(*w));
	if (!w)
		return mmx_fail_nomem(err);
	w->goal = goal;
	w->view = view;
	mmx_list_begin(&inodes, view, head, INODES_MAX);
	while (!ret && mmx_list_next(&inodes))
		ret = walk_inode(w, inodes.node, goal->uses, owners, err);
	free(w);
	mmx_cover_inherit(coverage, &inodes.coverage);
	if (goal->uses)
		goal->uses->shmem_unknown = inodes.coverage.first;
	return ret;
}

static int walk_all(struct goal *goal, struct mmx_view *view, struct mmx_swap_owners *owners,
		    struct mmx_err *err)
{
	struct spaces spaces = {0};
	int ret = find_spaces(&spaces, view, goal->uses ? &goal->uses->coverage : &owners->coverage,
			      err);

	goal->spaces = spaces.v;
	if (!ret && spaces.n)
		ret = walk_spaces(goal, spaces.n, owners, err);
	mmx_array_free(&spaces);
	return ret ? ret : walk_shmem(goal, view, owners, err);
}

/* An area's size is what the dump says: only an array of pointers is made for it. */
static int begin_areas(struct mmx_swap_uses *uses, const struct mmx_swaps *swaps,
		       struct mmx_err *err)
{
	for (size_t i = 0; i < swaps->n; i++) {
		struct mmx_swap_area_uses *a = &uses->area[swaps->v[i].type];

		a->pages = swaps->v[i].max;
		a->pieces = a->pages / MMX_SWAP_USES_EACH + 1;
		a->piece = calloc(a->pieces, sizeof(*a->piece));
		if (!a->piece)
			return mmx_fail_nomem(err);
	}
	return 0;
}

static int larger_first(const void *a, const void *b)
{
	const struct mmx_swapped *x = a, *y = b;

	if (x->pages != y->pages)
		return x->pages < y->pages ? 1 : -1;
	if (x->task && y->task)
		return x->task->tgid - y->task->tgid;
	return x->mm + x->mapping < y->mm + y->mapping ? -1 : 1;
}

int mmx_swap_uses_find(struct mmx_swap_uses *uses, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_swaps *swaps = mmx_know_swaps(view);
	struct goal goal = {.kernel = view->kernel, .swaps = swaps, .uses = uses};

	/* Threads ask for it, and may find nothing out of their own. */
	mmx_know_swap_devices(view);
	mmx_know_entry_rules(view);
	if (!begin_areas(uses, swaps, err) && !walk_all(&goal, view, NULL, err)) {
		mmx_array_sort(uses, larger_first);
		uses->coverage.found = uses->n;
		return 0;
	}
	mmx_swap_uses_free(uses);
	return -1;
}

void mmx_swap_uses_free(struct mmx_swap_uses *uses)
{
	for (size_t i = 0; i < MMX_SWAP_TYPES; i++) {
		struct mmx_swap_area_uses *a = &uses->area[i];

		for (uint64_t p = 0; a->piece && p < a->pieces; p++)
			free(a->piece[p]);
		free(a->piece);
		a->piece = NULL;
	}
	mmx_array_free(&uses->strays);
	mmx_array_free(uses);
}

struct mmx_swap_use mmx_swap_use(const struct mmx_swap_uses *uses, unsigned int type,
				 uint64_t offset)
{
	const struct mmx_swap_area_uses *a = type < MMX_SWAP_TYPES ? &uses->area[type] : NULL;
	const struct mmx_swap_use *piece;

	if (!a || !a->piece || offset >= a->pages)
		return (struct mmx_swap_use){0};
	piece = a->piece[offset / MMX_SWAP_USES_EACH];
	return piece ? piece[offset % MMX_SWAP_USES_EACH] : (struct mmx_swap_use){0};
}

int mmx_swap_owners_find(struct mmx_swap_owners *owners, struct mmx_view *view,
			 const uint64_t *keys, size_t n, struct mmx_err *err)
{
	struct goal goal = {
		.kernel = view->kernel, .swaps = mmx_know_swaps(view), .keys = keys, .n_keys = n};

	mmx_know_entry_rules(view);
	*owners = (struct mmx_swap_owners){0};
	if (!walk_all(&goal, view, owners, err)) {
		mmx_array_sort_by(owners, key);
		owners->coverage.found = owners->n;
		return 0;
	}
	mmx_array_free(owners);
	return -1;
}
