// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/frames/mapcount.h"
#include "mm/frames/pageblock.h"
#include "mm/frames/refcount.h"
#include "mm/files/block_devices.h"
#include "mm/ledger/large_kmalloc.h"
#include "mm/ledger/tally.h"
#include "mm/lru/lru_batches.h"
#include "mm/owners/slab_objects.h"

#define BDI_CAP_WRITEBACK 1u /* its dirty pages count; bit 0 since 5.10 */
#define HUGE_ORDER        9u /* of an entry one level above single pages */

const char *mmx_counted_words(enum mmx_counted_frames id)
{
	static const char *const words[] = {
#define COUNTED(id, text) [MMX_COUNTED_##id] = text,
#include "mm/ledger/tally.def"
#undef COUNTED
	};

	return words[id];
}

void mmx_tally_add(struct mmx_tally *sum, const struct mmx_tally *part)
{
	for (unsigned int i = 0; i < MMX_CLASS_COUNT; i++)
		sum->class[i] += part->class[i];
	for (unsigned int i = 0; i < MMX_COUNTED_COUNT; i++)
		sum->counted[i] += part->counted[i];
}

uint64_t mmx_tally_frames(const struct mmx_tally *tally)
{
	uint64_t frames = 0;

	for (unsigned int i = 0; i < MMX_CLASS_COUNT; i++)
		frames += tally->class[i];
	return frames;
}

static uint8_t bit(const struct mmx_layout *l, enum mmx_layout_enumerator id)
{
	int64_t value = mmx_has_enum(l, id) ? mmx_enum(l, id) : MMX_NO_BIT;

	return value >= 0 && value < 64 ? value : MMX_NO_BIT;
}

/*
 * Which bit of a cache's flags says that its slabs can be reclaimed: an enumerator since 6.9, where a kernel
 * that has no such bit (SLUB_TINY) lacks it, and before that a macro whose value was always this.
 */
static uint64_t reclaimable_bit(const struct mmx_layout *l)
{
	if (mmx_has_enum(l, E__SLAB_RECLAIM_ACCOUNT))
		return 1ULL << (mmx_enum(l, E__SLAB_RECLAIM_ACCOUNT) & 63);
	return mmx_has_enum(l, E__SLAB_PANIC) ? 0 : 0x20000;
}

int mmx_tally_rules_find(struct mmx_tally_rules *rules, struct mmx_view *view,
			 struct mmx_coverage *coverage, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	const struct mmx_slab_caches *caches = mmx_know_slab_caches(view);
	const struct mmx_pageblock_format *blocks = mmx_know_pageblock_format(view);
	uint64_t flags;

	*rules = (struct mmx_tally_rules){
		.caches = caches,
		.batches = mmx_know_lru_batches(view),
		.block_caches = mmx_know_block_caches(view),
		.reclaimable = calloc(caches->n + 1, sizeof(bool)),
		.block_frames = blocks->bits ? 1ULL << blocks->order : 0,
		.mlocked = bit(l, E_PG_mlocked),
		.dirty = bit(l, E_PG_dirty),
		.unevictable = bit(l, E_PG_unevictable),
	};
	if (!rules->reclaimable)
		return mmx_fail_nomem(err);
	mmx_cover_inherit(coverage, &rules->batches->coverage);
	for (size_t i = 0; i < caches->n; i++) {
		struct mmx_err why;

		if (!mmx_kget(view, caches->v[i].addr, M_kmem_cache_flags, &flags, &why))
			rules->reclaimable[i] = flags & reclaimable_bit(l);
		else
			mmx_cover_fail(coverage, &why);
	}
	return 0;
}

void mmx_tally_rules_free(struct mmx_tally_rules *rules)
{
	free(rules->reclaimable);
	rules->reclaimable = NULL;
}

/*
 * Dirty pages count for the file systems whose backing device says so, not for shared memory, ramfs and the
 * like, which are dirty as long as they are there. A block device's own pages go by the device.
 */
static int dirty_counts(struct mmx_view *view, uint64_t mapping)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t inode, sb, bdi, capabilities, blockdev;

	if (mmx_kread_member(view, mapping, M_address_space_host, &inode))
		return -1;
	if (!inode)
		return 0;
	if (mmx_kread_member(view, inode, M_inode_i_sb, &sb))
		return -1;
	if (!mmx_kread_variable(view, "blockdev_superblock", 8, &blockdev) && sb == blockdev) {
		if (!mmx_has(l, M_bdev_inode_vfs_inode) ||
		    mmx_kread_member(view, inode - mmx_off(l, M_bdev_inode_vfs_inode),
				     M_block_device_bd_disk, &sb) ||
		    mmx_kread_member(view, sb, M_gendisk_bdi, &bdi))
			return -1;
	} else if (mmx_kread_member(view, sb, M_super_block_s_bdi, &bdi)) {
		return -1;
	}
	if (mmx_kread_member(view, bdi, M_backing_dev_info_capabilities, &capabilities))
		return -1;
	return capabilities & BDI_CAP_WRITEBACK;
}

static void tally_dirty(struct mmx_tally *tally, struct mmx_tallier *t, struct mmx_view *view,
			uint64_t mapping, uint64_t n)
{
	unsigned int at = mapping / 64 % MMX_TALLY_MAPPINGS;

	if (t->dirty_of[at].mapping != mapping) {
		t->dirty_of[at].mapping = mapping;
		t->dirty_of[at].counts = dirty_counts(view, mapping);
	}
	tally->counted[MMX_COUNTED_DIRTY] += t->dirty_of[at].counts > 0 ? n : 0;
	tally->counted[MMX_COUNTED_DIRTY_UNKNOWN] += t->dirty_of[at].counts < 0 ? n : 0;
}

/*
 * Which pages of a folio count as mapped: those that entries map, by themselves or as a whole; all of them
 * from the first entry on where the kernel does not count them one by one (CONFIG_NO_PAGE_MAPCOUNT).
 */
static void look_at_folio(struct mmx_tallier *t, struct mmx_page_walk *w,
			  const struct mmx_page_format *f)
{
	enum mmx_counted counted;

	t->folio = mmx_walk_page_addr(w, w->folio.head);
	t->whole_mapped = false;
	t->by_page = true;
	t->read = w->folio.read;
	if (t->read || !w->folio.large)
		return;
	t->whole_mapped = mmx_int(w->folio.bytes, f->entire_mapcount) >= 0;
	if (t->whole_mapped || !f->may_not_count_pages)
		return;
	t->read = mmx_folio_counted(w, &counted);
	if (t->read || counted != MMX_COUNTED_FOLIO)
		return;
	t->by_page = false;
	t->read = mmx_folio_mapped(w, &t->whole_mapped);
}

static void tally_mapped(struct mmx_tally *tally, struct mmx_tallier *t, struct mmx_page_walk *w,
			 const struct mmx_page_format *f, bool anon, uint64_t n)
{
	bool mapped;

	if (w->type != MMX_PAGE_NONE || w->folio.type != MMX_PAGE_NONE)
		return;
	if (!w->tail || t->folio != mmx_walk_page_addr(w, w->folio.head))
		look_at_folio(t, w, f);
	if (t->read) {
		tally->counted[MMX_COUNTED_UNKNOWN_MAPPED] += n;
		return;
	}
	mapped = t->whole_mapped || (t->by_page && mmx_int(w->bytes, f->mapcount) >= 0);
	tally->counted[anon ? MMX_COUNTED_ANON_MAPPED : MMX_COUNTED_FILE_MAPPED] += mapped ? n : 0;
}

/* Huge pages are counted apart when an entry of the level above maps them as a whole. */
static void tally_huge(struct mmx_tally *tally, const struct mmx_page_walk *w,
		       const struct mmx_page_format *f, bool anon, bool cached, uint64_t n)
{
	bool swapbacked = mmx_bit(w->folio.flags, f->swapbacked);
	bool mapped = mmx_int(w->folio.bytes, f->entire_mapcount) >= 0;

	if (cached && w->folio.order >= HUGE_ORDER)
		tally->counted[swapbacked ? MMX_COUNTED_SHMEM_HUGE : MMX_COUNTED_FILE_HUGE] += n;
	if (mapped)
		tally->counted[anon         ? MMX_COUNTED_ANON_HUGE
			       : swapbacked ? MMX_COUNTED_SHMEM_HUGE_MAPPED
					    : MMX_COUNTED_FILE_HUGE_MAPPED] += n;
}

/* Frames of a step that are on the LRU: all or none by their flag, and what is on its way to another list. */
static uint64_t on_lru(const struct mmx_tally_rules *rules, const struct mmx_page_walk *w,
		       const struct mmx_page_format *f, uint64_t n)
{
	uint64_t moving = 0;

	if (mmx_bit(w->folio.flags, f->lru))
		return n;
	/* A batch holds its pages. */
	if (!mmx_int(w->folio.bytes, f->refcount))
		return 0;
	for (uint64_t i = 0; rules->batches->clear_lru && i < n; i++)
		moving += mmx_lru_is_moving(rules->batches,
					    w->folio.large ? w->folio.head : w->pfn + i);
	return moving;
}

static void tally_lru(struct mmx_tally *tally, const struct mmx_tallier *t,
		      const struct mmx_page_walk *w, const struct mmx_page_format *f, uint64_t n)
{
	uint64_t flags = w->folio.flags, on = on_lru(t->rules, w, f, n);

	tally->counted[MMX_COUNTED_MLOCKED] += mmx_bit(flags, t->rules->mlocked) ? n : 0;
	tally->counted[MMX_COUNTED_WRITEBACK] += mmx_bit(flags, f->writeback) ? n : 0;
	tally->counted[mmx_bit(flags, t->rules->unevictable) ? MMX_COUNTED_LRU_UNEVICTABLE
		       : mmx_bit(flags, f->swapbacked)       ? MMX_COUNTED_LRU_ANON
							     : MMX_COUNTED_LRU_FILE] += on;
}

static void tally_buffers(struct mmx_tally *tally, struct mmx_tallier *t, uint64_t mapping,
			  uint64_t n)
{
	if (t->mapping != mapping)
		t->of_block_device = mmx_block_caches_have(t->rules->block_caches, mapping);
	t->mapping = mapping;
	tally->counted[MMX_COUNTED_BUFFERS] += t->of_block_device ? n : 0;
}

/*
 * Large folios count their pins; of small ones they are references, many for each. A page that is held by the piece
 * has many, too.
 */
static void tally_pins(struct mmx_tally *tally, const struct mmx_page_walk *w,
		       const struct mmx_page_format *f, enum mmx_class class, uint64_t n)
{
	int64_t references = mmx_int(w->folio.bytes, f->refcount), mappings = 0;

	if (w->folio.read)
		return;
	if (w->folio.large) {
		if (!w->tail && f->has_pincount)
			tally->counted[MMX_COUNTED_PINS] += mmx_int(w->folio.bytes, f->pincount);
		return;
	}
	if (w->folio.type == MMX_PAGE_NONE)
		mappings = (int64_t)mmx_int(w->folio.bytes, f->mapcount) + 1;
	if (references - mappings >= MMX_PIN_OF_SMALL &&
	    !(mmx_class_rows[class].held & MMX_HELD_PARTS))
		tally->counted[MMX_COUNTED_PINS_BY_REFERENCES] +=
			(references - mappings) / MMX_PIN_OF_SMALL * n;
}

/* Of memory that users map, and that caches keep. */
static void tally_user(struct mmx_tally *tally, struct mmx_tallier *t, struct mmx_page_walk *w,
		       const struct mmx_page_format *f, enum mmx_class class, uint64_t n)
{
	uint64_t flags = w->folio.flags,
		 mapping = w->folio.read ? 0 : mmx_word(w->folio.bytes, f->mapping);
	bool in_swap_cache = mmx_bit(flags, f->swapbacked) && mmx_bit(flags, f->swapcache);
	bool anon = mapping & 1, cached = false;

	if (class == CLASS_FILE || class == CLASS_SHMEM)
		cached = mapping && !(mapping & 3);
	tally_lru(tally, t, w, f, n);
	tally->counted[MMX_COUNTED_SWAP_CACHED] += in_swap_cache ? n : 0;
	tally->counted[MMX_COUNTED_CACHED] += cached || in_swap_cache ? n : 0;
	tally->counted[MMX_COUNTED_CACHED_SHMEM] += cached && class == CLASS_SHMEM ? n : 0;
	if (cached && class == CLASS_FILE)
		tally_buffers(tally, t, mapping, n);
	if (cached && class == CLASS_FILE && mmx_bit(flags, t->rules->dirty))
		tally_dirty(tally, t, w->view, mapping, n);
	if (w->folio.large && !w->folio.read)
		tally_huge(tally, w, f, anon, cached, n);
	tally_mapped(tally, t, w, f, anon, n);
	tally_pins(tally, w, f, class, n);
}

static uint8_t slab_counts_as(const struct mmx_tally_rules *rules, const struct mmx_page_walk *w)
{
	const struct mmx_slab_cache *cache;

	if (w->folio.read || !rules->caches->slabs_known)
		return MMX_COUNTED_SLAB_STRAY;
	if (mmx_slab_is_kfence(rules->caches, w))
		return MMX_COUNTED_SLAB_KFENCE;
	cache = mmx_slab_cache_of(rules->caches, w);
	if (!cache)
		return MMX_COUNTED_SLAB_STRAY;
	return rules->reclaimable[cache - rules->caches->v] ? MMX_COUNTED_SLAB_RECLAIMABLE
							    : MMX_COUNTED_SLAB_UNRECLAIMABLE;
}

static void tally_slab(struct mmx_tally *tally, struct mmx_tallier *t,
		       const struct mmx_page_walk *w, uint64_t n)
{
	uint64_t head = mmx_walk_page_addr(w, w->folio.head);

	if (t->slab != head)
		t->slab_counts_as = slab_counts_as(t->rules, w);
	t->slab = head;
	tally->counted[t->slab_counts_as] += n;
}

/* Of those that somebody holds who is no user's page table. */
static void tally_large(struct mmx_tally *tally, struct mmx_tallier *t,
			const struct mmx_page_walk *w, uint64_t n)
{
	uint64_t head = mmx_walk_page_addr(w, w->folio.head);

	if (t->large != head)
		t->large_is = mmx_is_large_kmalloc(w);
	t->large = head;
	tally->counted[MMX_COUNTED_LARGE_KMALLOC] += t->large_is == MMX_KMALLOC_LARGE ? n : 0;
	tally->counted[MMX_COUNTED_LARGE_UNMARKED] += t->large_is == MMX_KMALLOC_UNKNOWN ? n : 0;
}

/*
 * Tables count by their type. Since 6.14, where page tables are isolated, the two roots of a process are one
 * folio, which counts as a whole, and has its type on the first page alone.
 */
static bool is_counted_table(const struct mmx_page_walk *w)
{
	return w->type == MMX_PAGE_TABLE || (w->tail && w->folio.type == MMX_PAGE_TABLE);
}

void mmx_tally_frame(struct mmx_tally *tally, struct mmx_tallier *t, struct mmx_page_walk *w,
		     enum mmx_class class, uint64_t n)
{
	const struct mmx_page_format *f = mmx_walk_format(w);

	tally->class[class] += n;
	switch (class) {
	case CLASS_NO_PAGE:
	case CLASS_MISSING:
	case CLASS_UNINITIALISED:
	case CLASS_FREE_PCP:
	case CLASS_ZERO:
	case CLASS_PAGE_EXT:
	case CLASS_VMEMMAP:
	case CLASS_STACK:
	case CLASS_ZSMALLOC:
	case CLASS_LARGE_KMALLOC:
	case CLASS_BALLOON:
	case CLASS_OFFLINE:
	case CLASS_GUARD:
	case CLASS_UNACCEPTED:
		break;
	case CLASS_FREE:
		if (t->rules->block_frames && w->pfn < w->block_end &&
		    w->block_end - w->block_head >= t->rules->block_frames)
			tally->counted[MMX_COUNTED_FREE_BLOCKS] += n;
		break;
	case CLASS_SLAB:
		tally_slab(tally, t, w, n);
		break;
	case CLASS_PAGE_TABLE:
		tally->counted[MMX_COUNTED_PAGE_TABLES] += is_counted_table(w) ? n : 0;
		break;
	case CLASS_HUGETLB:
		tally->counted[MMX_COUNTED_HUGETLB_USED] +=
			!w->folio.read && mmx_int(w->folio.bytes, f->refcount) ? n : 0;
		tally_pins(tally, w, f, class, n);
		break;
	case CLASS_HWPOISON:
		tally->counted[MMX_COUNTED_HUGETLB_BAD] += w->folio.hugetlb ? n : 0;
		if (!w->folio.hugetlb)
			tally_user(tally, t, w, f, class, n);
		break;
	/* The kernel and drivers give some of theirs to users, too, who map them like files. */
	default:
		tally_user(tally, t, w, f, class, n);
		if (w->folio.large && !w->folio.read && mmx_class_rows[class].held)
			tally_large(tally, t, w, n);
		break;
	}
}
