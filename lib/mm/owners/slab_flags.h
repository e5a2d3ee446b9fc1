// SPDX-License-Identifier: GPL-2.0-or-later
/* Flags of slab caches: what they are called, and which bits those are on this kernel. */
#ifndef MMX_MM_SLAB_FLAGS_H
#define MMX_MM_SLAB_FLAGS_H

#include <stdbool.h>
#include <stdint.h>

struct mmx_layout;

/* FLAG(entry, "name", mask up to 6.9, 0 when it came later) */
#define MMX_SLAB_FLAGS(FLAG)                                  \
	FLAG(CONSISTENCY_CHECKS, "consistency_checks", 0x100) \
	FLAG(RED_ZONE, "red_zone", 0x400)                     \
	FLAG(POISON, "poison", 0x800)                         \
	FLAG(KMALLOC, "kmalloc", 0x1000)                      \
	FLAG(HWCACHE_ALIGN, "hwcache_align", 0x2000)          \
	FLAG(CACHE_DMA, "cache_dma", 0x4000)                  \
	FLAG(CACHE_DMA32, "cache_dma32", 0x8000)              \
	FLAG(STORE_USER, "store_user", 0x10000)               \
	FLAG(RECLAIM_ACCOUNT, "reclaim_account", 0x20000)     \
	FLAG(PANIC, "panic", 0x40000)                         \
	FLAG(TYPESAFE_BY_RCU, "typesafe_by_rcu", 0x80000)     \
	FLAG(TRACE, "trace", 0x200000)                        \
	FLAG(DEBUG_OBJECTS, "debug_objects", 0x400000)        \
	FLAG(NOLEAKTRACE, "noleaktrace", 0x800000)            \
	FLAG(NO_MERGE, "no_merge", 0x1000000)                 \
	FLAG(FAILSLAB, "failslab", 0x2000000)                 \
	FLAG(ACCOUNT, "account", 0x4000000)                   \
	FLAG(MAY_ACCOUNT, "may_account", 0)                   \
	FLAG(KASAN, "kasan", 0x8000000)                       \
	FLAG(NO_USER_FLAGS, "no_user_flags", 0x10000000)      \
	FLAG(SKIP_KFENCE, "skip_kfence", 0x20000000)          \
	FLAG(CMPXCHG_DOUBLE, "cmpxchg_double", 0x40000000)    \
	FLAG(OBJECT_POISON, "object_poison", 0x80000000)      \
	FLAG(NO_OBJ_EXT, "no_obj_ext", 0)                     \
	FLAG(OBJ_EXT_IN_OBJ, "obj_ext_in_obj", 0)             \
	FLAG(NO_SHEAVES, "no_sheaves", 0)

enum mmx_slab_flag {
#define FLAG(id, name, old) MMX_SLAB_##id,
	MMX_SLAB_FLAGS(FLAG)
#undef FLAG
		MMX_SLAB_FLAG_COUNT
};

/**
 * struct mmx_slab_flags - the flags of this kernel
 * @known: which bits they are is known
 * @mask: 0 for one that this kernel does not have
 */
struct mmx_slab_flags {
	bool known;
	uint32_t mask[MMX_SLAB_FLAG_COUNT];
};

const char *mmx_slab_flag_name(enum mmx_slab_flag flag);

void mmx_slab_flags_find(struct mmx_slab_flags *f, const struct mmx_layout *l);

#endif
