// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lruvecs: who has LRU lists. With memory cgroups each cgroup has one on each node, those that were
 * removed and hold pages still among them; without, or when they are off (cgroup_disable=memory), each node
 * has its own.
 *
 * A lruvec has both kinds of lists, and those that are not in use are empty: inactive and active ones of
 * anonymous memory and of files; and where the kernel has the multi-generational LRU, a list for each
 * generation, kind of memory and zone. Unevictable pages are on the LRU by their flags and counted there, but
 * on no list. All lists of a lruvec have numbers here, from 0 on.
 */
#ifndef MMX_MM_LRUVECS_H
#define MMX_MM_LRUVECS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"

struct mmx_layout;
struct mmx_view;

#define MMX_LRU_GENS  8u /* room for generations; kernels have 4 */
#define MMX_LRU_ZONES 8u /* and for zones of a node */

/* The lists of enum lru_list: LIST(the kernel's name, "words", of files, active). */
#define MMX_LRU_CLASSIC(LIST)                              \
	LIST(INACTIVE_ANON, "inactive anon", false, false) \
	LIST(ACTIVE_ANON, "active anon", false, true)      \
	LIST(INACTIVE_FILE, "inactive file", true, false)  \
	LIST(ACTIVE_FILE, "active file", true, true)       \
	LIST(UNEVICTABLE, "unevictable", false, false)

enum mmx_lru_kind {
#define LIST(name, words, file, active) MMX_LRU_##name,
	MMX_LRU_CLASSIC(LIST)
#undef LIST
		MMX_LRUS
};

/** MMX_LRU_LINKED - those of them whose pages are linked: all but the last one, that of unevictable pages */
#define MMX_LRU_LINKED MMX_LRU_UNEVICTABLE

/** mmx_lru_words() - "inactive anon" */
const char *mmx_lru_words(enum mmx_lru_kind lru);

/** mmx_lru_of() - the list for memory of that kind */
static inline enum mmx_lru_kind mmx_lru_of(bool file, bool active)
{
	return (file ? MMX_LRU_INACTIVE_FILE : MMX_LRU_INACTIVE_ANON) + active;
}

/**
 * struct mmx_lru_memcg - a memory cgroup
 * @addr: of its struct mem_cgroup
 * @above: index of the one above it; the root's own
 * @online: it was not removed yet
 */
struct mmx_lru_memcg {
	uint64_t addr, css;
	uint32_t above;
	bool online;
};

/**
 * struct mmx_lruvec - the lists that a memory cgroup has on a node, or a node by itself
 * @addr: of its struct lruvec
 * @per_node: of the mem_cgroup_per_node around it; 0 of a node's own
 * @memcg: index of the memory cgroup, of no meaning for a node's own
 * @locked: somebody had its lock: what changes under that may be half done
 * @generational: pages go to its generations, not to the other lists
 * @min_seq: the oldest generation's number, of anonymous memory and of files
 * @max_seq: the youngest one's
 * @born: when each generation began, in jiffies, by its number modulo the count of generations
 * @why: a number of the reasons; 0 when all of that is known
 */
struct mmx_lruvec {
	uint64_t addr, per_node;
	uint32_t memcg;
	unsigned int node;
	bool locked, generational;
	uint64_t min_seq[2], max_seq;
	uint64_t born[MMX_LRU_GENS];
	uint32_t why;
};

/**
 * struct mmx_lruvecs - all of them, by memory cgroup, those above first, and node
 * @by_memcg: memory cgroups have them
 * @gens: generations that a lruvec has; 0 where the kernel has only the other lists
 * @zones: zones that it has lists for each generation of
 */
struct mmx_lruvecs {
	struct mmx_coverage coverage;
	bool by_memcg;
	unsigned int gens, zones;
	struct {
		MMX_ARRAY(struct mmx_lru_memcg);
	} memcgs;
	MMX_ARRAY(struct mmx_lruvec);
	struct mmx_reasons reasons;
};

/** mmx_lruvecs_find() - find them: mmx_know_lruvecs() keeps them */
int mmx_lruvecs_find(struct mmx_lruvecs *l, struct mmx_view *view, struct mmx_err *err);
void mmx_lruvecs_free(struct mmx_lruvecs *l);

/**
 * mmx_lruvec_read() - the lruvec of a memory cgroup, by its address, on a node
 * @memcg: any number without by_memcg. Its index is left as it is.
 */
int mmx_lruvec_read(const struct mmx_lruvecs *l, struct mmx_view *view, uint64_t memcg,
		    unsigned int node, struct mmx_lruvec *lruvec, struct mmx_err *err);

/** mmx_lruvec_root() - the memory cgroup of what is charged to nobody */
uint64_t mmx_lruvec_root(const struct mmx_lruvecs *l);

/**
 * struct mmx_lru_place - which list it is
 * @generation: it is that of generation @gen and zone @zone; else @active tells
 */
struct mmx_lru_place {
	bool generation, file, active;
	unsigned int gen, zone;
};

/** mmx_lruvec_lists() - how many lists one has; those before MMX_LRU_LINKED are not of generations */
static inline unsigned int mmx_lruvec_lists(const struct mmx_lruvecs *l)
{
	return MMX_LRU_LINKED + l->gens * 2 * l->zones;
}

struct mmx_lru_place mmx_lru_place(const struct mmx_lruvecs *l, unsigned int list);
unsigned int mmx_lru_list_at(const struct mmx_lruvecs *l, const struct mmx_lru_place *place);

/** mmx_lru_head() - the address of a list's head */
uint64_t mmx_lru_head(const struct mmx_lruvecs *l, const struct mmx_layout *layout,
		      const struct mmx_lruvec *lruvec, unsigned int list);

/** mmx_lru_seq() - the number of a lruvec's generation with that index; false when it has none now */
bool mmx_lru_seq(const struct mmx_lruvecs *l, const struct mmx_lruvec *lruvec, bool file,
		 unsigned int gen, uint64_t *seq);

/** mmx_lru_gen_active() - whether the kernel counts a generation as active: the two youngest are */
static inline bool mmx_lru_gen_active(const struct mmx_lruvecs *l, const struct mmx_lruvec *lruvec,
				      unsigned int gen)
{
	return gen == lruvec->max_seq % l->gens || gen == (lruvec->max_seq - 1) % l->gens;
}

#endif
