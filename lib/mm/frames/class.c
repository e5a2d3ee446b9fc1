// SPDX-License-Identifier: GPL-2.0-or-later
#include "mm/mem.h"
#include "mm/files/cached.h"
#include "mm/frames/buddy_block.h"
#include "mm/frames/class.h"
#include "mm/owners/balloons.h"
#include "mm/owners/owner.h"
#include "mm/owners/hugetlb_page.h"
#include "mm/swap/swap_slot.h"

#define PP_SIGNATURE 0xdead000000000040ULL

const struct mmx_class_row mmx_class_rows[] = {
#define CLASS(id, name_, words_, ...) [CLASS_##id] = {.name = name_, .words = words_, __VA_ARGS__},
#include "mm/frames/class.def"
#undef CLASS
};

const char *mmx_class_arm(enum mmx_class class, const struct mmx_page_walk *w)
{
	if (w->tail)
		return "compound_head compound_info _mapcount";
	for (unsigned int i = 0; i < MMX_ARMS; i++) {
		const struct mmx_arm *arm = &mmx_class_rows[class].arms[i];

		if (arm->members && (!arm->when || arm->when(w)))
			return arm->members;
	}
	return NULL;
}

void mmx_classifier_types(struct mmx_classifier *c)
{
	for (unsigned int i = 0; i < MMX_CLASS_COUNT; i++)
		c->of_type[mmx_class_rows[i].type] = i;
}

/* By which a page is known that by_state() has something to say of. */
static void find_telling(struct mmx_classifier *c, const struct mmx_mem *mem)
{
	const uint8_t bits[] = {mem->page_format.reserved, mem->page_format.hwpoison};
	const struct mmx_flag_field *zone = &mem->flags.field[FIELD_ZONE];

	c->silent = ~0ULL;
	for (size_t i = 0; i < sizeof(bits); i++)
		c->silent &= bits[i] < 64 ? ~(1ULL << bits[i]) : ~0ULL;
	c->zone_shift = zone->shift;
	c->zone_mask = zone->width ? (1ULL << zone->width) - 1 : 0;
	c->some_apart = mem->sparse.device.n || mem->sparse.offline.n;
}

void mmx_classifier_find(struct mmx_classifier *c, struct mmx_view *view, bool last)
{
	const struct mmx_kernel *k = view->kernel;
	const struct mmx_layout *l = &k->layout;
	uint64_t at;

	mmx_owners_find(view, last);
	*c = (struct mmx_classifier){
		.first = &mmx_know_first_owners(view)->map,
		.balloons = mmx_know_balloons(view),
		.last = last ? &mmx_know_last_owners(view)->map : NULL,
		.device_zone = mmx_has_enum(l, E_ZONE_DEVICE) ? mmx_enum(l, E_ZONE_DEVICE) : ~0u,
		.has_page_pool = mmx_has(l, M_page_pp_magic),
		.pp_magic = mmx_off(l, M_page_pp_magic),
	};
	mmx_classifier_types(c);
	find_telling(c, mmx_mem(k));
	mmx_symbol_addr(&k->symbols, "zsmalloc_mops", &c->zsmalloc_ops);
	mmx_symbol_addr(&k->symbols, "balloon_mops", &c->balloon_ops);
	c->huge_zero_pfn = ~0ULL;
	if (mmx_symbol_addr(&k->symbols, "huge_zero_pfn", &at))
		mmx_kread_u64(view, at, &c->huge_zero_pfn);
	/* Since 6.16 the signature holds the index of a DMA mapping as well. */
	c->pp_mask = mmx_has(l, M_page_pool_dma_mapped) ? 0x7fffffff80ULL | 3 : 3;
}

static struct mmx_verdict is(enum mmx_class class, const char *why)
{
	return (struct mmx_verdict){.class = class, .why = why, .owner = MMX_OWNERS};
}

static struct mmx_verdict has(enum mmx_owner owner)
{
	const struct mmx_owner_kind *kind = mmx_owner_kinds[owner];

	return (struct mmx_verdict){.class = kind->class, .why = kind->why, .owner = owner};
}

/* An owner's frame rests on those that were asked before that one; what nobody has, on all. */
bool mmx_verdict_rests_on(const struct mmx_verdict *verdict, unsigned int owner)
{
	if (verdict->owner == MMX_OWNERS)
		return verdict->class == CLASS_UNATTRIBUTED;
	return owner < verdict->owner;
}

/* The type of a folio's head is that of its tails. */
static struct mmx_verdict by_type(const struct mmx_classifier *c, enum mmx_page_type type)
{
	static const char *const why[] = {
#define TYPE(id, name) [MMX_PAGE_##id] = "page type " name,
		MMX_PAGE_TYPES(TYPE)
#undef TYPE
	};

	return is(c->of_type[type],
		  type == MMX_PAGE_UNKNOWN ? "a page type that mmx does not know" : why[type]);
}

/*
 * In the swap cache without a mapping: shared memory that goes out or comes in, or anonymous memory
 * that was read ahead and that nobody has mapped yet.
 */
static struct mmx_verdict by_swap(const struct mmx_page_walk *w, const struct mmx_page_format *f)
{
	unsigned int type;
	uint64_t offset;

	mmx_swap_private(mmx_word(w->folio.bytes, f->private), &type, &offset);
	switch (mmx_swap_user(w->view, mmx_know_swaps(w->view), type, offset)) {
	case MMX_SWAP_USER_ANON:
		return is(
			CLASS_ANON,
			"it is in the swap cache without a mapping, and swap_map says that it is not shared memory");
	case MMX_SWAP_USER_SHMEM:
		return is(
			CLASS_SHMEM,
			"it is in the swap cache without a mapping, and swap_map says that it is shared memory");
	case MMX_SWAP_USER_UNKNOWN:
		break;
	}
	return is(CLASS_SWAP_CACHE,
		  "it is in the swap cache without a mapping, and nothing tells whose it is");
}

/*
 * Up to 6.13 perf gave its rings the mapping of the file that they are mapped by, and deferred I/O of frame
 * buffers does so. What is on the LRU is in there.
 */
enum mmx_in_cache mmx_page_in_cache(const struct mmx_page_walk *w, struct mmx_err *err)
{
	const struct mmx_kernel *k = w->view->kernel;
	const struct mmx_page_format *f = &mmx_mem(k)->page_format;
	uint64_t mapping = w->folio.read ? 0 : mmx_word(w->folio.bytes, f->mapping);
	bool has;

	if (!mapping || mapping & 3 || mmx_region_of(&k->regions, mapping) == MMX_REGION_COUNT)
		return MMX_IN_CACHE_NOWHERE;
	if (mmx_bit(w->folio.flags, f->lru))
		return MMX_IN_CACHE_YES;
	if (mmx_cached_has(w->view, mapping, mmx_word(w->folio.bytes, f->index), w->folio.head,
			   &has, err))
		return MMX_IN_CACHE_UNKNOWN;
	return has ? MMX_IN_CACHE_YES : MMX_IN_CACHE_NOT;
}

static struct mmx_verdict by_mapping(const struct mmx_classifier *c, const struct mmx_page_walk *w,
				     const struct mmx_page_format *f)
{
	const struct mmx_folio *folio = &w->folio;
	uint64_t mapping = mmx_word(folio->bytes, f->mapping);
	bool swapbacked = mmx_bit(folio->flags, f->swapbacked);
	enum mmx_in_cache in_cache;
	struct mmx_err err;

	switch (mapping & 3) {
	case 1:
		return is(CLASS_ANON, "its mapping has the bit of an anon_vma");
	case 3:
		return is(CLASS_KSM, "its mapping has the bits of a KSM stable node");
	case 2:
		if (c->zsmalloc_ops && mapping - 2 == c->zsmalloc_ops)
			return is(CLASS_ZSMALLOC, "its mapping is zsmalloc's movable operations");
		if (c->balloon_ops && mapping - 2 == c->balloon_ops)
			return is(CLASS_BALLOON, "its mapping is the balloon's movable operations");
		return is(CLASS_MOVABLE, "its mapping has the bit of movable operations");
	}
	in_cache = mmx_page_in_cache(w, &err);
	if (in_cache == MMX_IN_CACHE_YES)
		return swapbacked ? is(CLASS_SHMEM, "it has a mapping and is backed by swap")
				  : is(CLASS_FILE, "it has a mapping");
	if (swapbacked && mmx_bit(folio->flags, f->swapcache))
		return by_swap(w, f);
	if (mmx_bit(folio->flags, f->lru))
		return swapbacked
			       ? is(CLASS_ANON,
				    "it is on the LRU, backed by swap, and has no mapping")
			       : is(CLASS_FILE, "it is on the LRU and has no mapping: truncated");
	if (in_cache == MMX_IN_CACHE_UNKNOWN)
		return is(CLASS_UNATTRIBUTED,
			  "it has a mapping, and whether its page cache has it cannot be told");
	if (in_cache == MMX_IN_CACHE_NOT)
		return is(
			CLASS_UNATTRIBUTED,
			"it has a mapping, but is not in its page cache: memory of perf or of a driver");
	if (!mmx_int(folio->bytes, f->refcount))
		return is(
			CLASS_UNATTRIBUTED,
			"nobody holds it, yet it is in no free block and in no list that mmx walks");
	return is(CLASS_UNATTRIBUTED,
		  "no type, no mapping, not free, and in no list that mmx walks");
}

static bool is_page_pool(const struct mmx_classifier *c, const struct mmx_page_walk *w)
{
	return c->has_page_pool &&
	       (mmx_word(w->folio.bytes, c->pp_magic) & ~c->pp_mask) == PP_SIGNATURE;
}

/* A balloon's pages are marked as offline, like those of others, and name their balloon. */
static bool is_balloon(const struct mmx_page_walk *w, enum mmx_page_type type)
{
	const struct mmx_kernel *k = w->view->kernel;

	return type == MMX_PAGE_OFFLINE &&
	       mmx_region_of(&k->regions,
			     mmx_word(w->folio.bytes, mmx_mem(k)->page_format.private)) !=
		       MMX_REGION_COUNT;
}

/* The flag of a huge page of hugetlb is its first page's, whichever page of it is bad. */
static struct mmx_verdict by_bad_page(const struct mmx_page_walk *w)
{
	switch (mmx_hugetlb_bad_page(w)) {
	case MMX_BAD_PAGE_THIS:
		return is(CLASS_HWPOISON, "its huge page's list of bad pages has it");
	case MMX_BAD_PAGE_OTHER:
		return is(CLASS_HUGETLB,
			  "it is of a huge page that has a bad page, and is not the bad one");
	case MMX_BAD_PAGE_UNKNOWN:
		break;
	}
	return w->tail ? is(CLASS_HUGETLB,
			    "it is of a huge page with a bad page, and which it is nothing tells")
		       : is(CLASS_HWPOISON,
			    "flag hwpoison, of a huge page whose bad page nothing tells");
}

/* What stands in a page's flags, type or section that decides its class whoever has it. */
static bool by_state(const struct mmx_classifier *c, const struct mmx_page_walk *w,
		     struct mmx_verdict *verdict)
{
	const struct mmx_mem *mem = mmx_mem(w->view->kernel);
	const struct mmx_page_format *f = &mem->page_format;
	enum mmx_page_type type = w->type != MMX_PAGE_NONE ? w->type : w->folio.type;
	uint64_t flags = mmx_word(w->bytes, f->flags);

	if (mmx_pfn_device(&mem->sparse, w->pfn))
		*verdict = is(CLASS_DEVICE, "a driver made its struct page, as pgmap_array says");
	else if (mmx_pfn_offline(&mem->sparse, w->pfn))
		*verdict = is(CLASS_OFFLINE,
			      "its memory section is offline: its struct page may hold anything");
	else if (flags == ~0ULL)
		*verdict = is(CLASS_UNINITIALISED, "its flags are all ones");
	else if (mmx_flag_field(&mem->flags, FIELD_ZONE, flags) == c->device_zone)
		*verdict = is(CLASS_DEVICE, "its zone is Device");
	else if (mmx_bit(flags, f->reserved))
		*verdict = is(CLASS_RESERVED, "flag reserved");
	else if (!w->folio.read && w->folio.hugetlb && mmx_bit(w->folio.flags, f->hwpoison))
		*verdict = by_bad_page(w);
	else if (mmx_bit(flags, f->hwpoison))
		*verdict = is(CLASS_HWPOISON, "flag hwpoison");
	else if (w->folio.read)
		*verdict = w->folio.bad
				   ? is(CLASS_UNATTRIBUTED, w->folio.bad)
				   : is(CLASS_MISSING,
					"the first struct pages of its folio are not in the dump");
	else if (is_balloon(w, type))
		*verdict =
			is(CLASS_BALLOON, "page type offline, and private is a balloon's device");
	else if (type == MMX_PAGE_OFFLINE && c->balloons &&
		 mmx_holder_of(&c->balloons->held, w->pfn))
		*verdict = is(CLASS_BALLOON, "page type offline, and a balloon's list has it");
	else if (type != MMX_PAGE_NONE)
		*verdict = by_type(c, type);
	else if (w->folio.slab)
		*verdict = is(CLASS_SLAB, "flag slab");
	else if (w->folio.hugetlb)
		*verdict = is(CLASS_HUGETLB, "its second struct page says so");
	else
		return false;
	return true;
}

/* Nearly every page: by_state() has nothing to say of it, which is told at once. */
static bool is_plain(const struct mmx_classifier *c, const struct mmx_page_walk *w)
{
	uint64_t flags = mmx_word(w->bytes, mmx_walk_format(w)->flags);

	return !(flags & ~c->silent) && !c->some_apart &&
	       (w->type | w->folio.type) == MMX_PAGE_NONE && !w->folio.read && !w->folio.slab &&
	       !w->folio.hugetlb && (flags >> c->zone_shift & c->zone_mask) != c->device_zone;
}

/* In a kernel that runs a page that a list of free ones had is handed out: the page itself is read later. */
static bool is_held_by_now(const struct mmx_page_walk *w, enum mmx_owner owner)
{
	return w->view->kernel->image->live && mmx_owner_kinds[owner]->class == CLASS_FREE_PCP &&
	       mmx_int(w->bytes, mmx_walk_format(w)->refcount);
}

struct mmx_verdict mmx_classify(const struct mmx_classifier *c, const struct mmx_page_walk *w)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	struct mmx_verdict verdict;
	enum mmx_page_type block;
	enum mmx_read in_doubt;
	enum mmx_owner owner;

	if (w->read == MMX_READ_ABSENT)
		return is(CLASS_NO_PAGE, "no memory section has it");
	if (w->read)
		return is(CLASS_MISSING, "its struct page is not in the dump");
	if (!is_plain(c, w) && by_state(c, w, &verdict))
		return verdict;
	in_doubt = mmx_page_block(w, f, &block);
	if (block == MMX_PAGE_BUDDY)
		return is(CLASS_FREE, "it lies in a free block and nobody holds it");
	if (block == MMX_PAGE_GUARD)
		return is(CLASS_GUARD, "it lies in a block of guard pages and nobody holds it");
	if (w->folio.large && w->folio.head == c->huge_zero_pfn)
		return is(CLASS_ZERO, "huge_zero_pfn says so");
	owner = mmx_owner_of(c->first, w->folio.head);
	if (owner == MMX_OWNERS && w->tail)
		owner = mmx_owner_of(c->first, w->pfn);
	if (owner != MMX_OWNERS && !is_held_by_now(w, owner))
		return has(owner);
	if (is_page_pool(c, w))
		return is(CLASS_PAGE_POOL, "its first words have a page pool's signature");
	verdict = by_mapping(c, w, f);
	if (verdict.class == CLASS_UNATTRIBUTED)
		owner = mmx_owner_of(c->last, w->pfn);
	if (owner != MMX_OWNERS)
		return has(owner);
	if (in_doubt && verdict.class == CLASS_UNATTRIBUTED)
		return is(
			CLASS_MISSING,
			"nobody holds it; the head of the free or guard block that it may be in is not in the dump");
	return verdict;
}

struct mmx_verdict mmx_classify_fully(struct mmx_classifier *c, const struct mmx_page_walk *w)
{
	struct mmx_verdict verdict = mmx_classify(c, w);

	if (verdict.class != CLASS_UNATTRIBUTED || c->last)
		return verdict;
	c->last = &mmx_know_last_owners(w->view)->map;
	return mmx_classify(c, w);
}

struct mmx_verdict mmx_classify_run(const struct mmx_classifier *c, struct mmx_page_walk *w)
{
	struct mmx_verdict verdict = mmx_classify(c, w);
	uint64_t n = 1;

	if (w->read || w->frames == 1 || verdict.class == CLASS_FREE ||
	    verdict.class == CLASS_GUARD)
		return verdict;
	while (n < w->frames && mmx_owner_of(c->first, w->pfn + n) == MMX_OWNERS)
		n++;
	w->frames = verdict.owner == MMX_OWNERS ? n : 1;
	return verdict;
}
