// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Linux 6.14, x86_64, with MEMCG and without BASE_SMALL. Left out, because options change it: the
 * flags behind PG_mlocked and their number (MEMORY_FAILURE, PAGE_IDLE_FLAG, X86_PAT), and every
 * struct of nodes, zones and processes.
 */
#include <stddef.h>

#include "kernel/profile.h"

static const struct mmx_profile_member page[] = {
	{"flags", "unsigned long", 0, 8, 0, 0},
	{"lru", "struct list_head", 8, 16, 0, 0},
	{"__filler", "void *", 8, 8, 0, 0},
	{"mlock_count", "unsigned int", 16, 4, 0, 0},
	{"buddy_list", "struct list_head", 8, 16, 0, 0},
	{"pcp_list", "struct list_head", 8, 16, 0, 0},
	{"mapping", "struct address_space *", 24, 8, 0, 0},
	{"index", "unsigned long", 32, 8, 0, 0},
	{"share", "unsigned long", 32, 8, 0, 0},
	{"private", "unsigned long", 40, 8, 0, 0},
	{"pp_magic", "unsigned long", 8, 8, 0, 0},
	{"pp", "struct page_pool *", 16, 8, 0, 0},
	{"_pp_mapping_pad", "unsigned long", 24, 8, 0, 0},
	{"dma_addr", "unsigned long", 32, 8, 0, 0},
	{"pp_ref_count", "atomic_long_t", 40, 8, 0, 0},
	{"compound_head", "unsigned long", 8, 8, 0, 0},
	{"pgmap", "struct dev_pagemap *", 8, 8, 0, 0},
	{"zone_device_data", "void *", 16, 8, 0, 0},
	{"callback_head", "struct callback_head", 8, 16, 0, 0},
	{"page_type", "unsigned int", 48, 4, 0, 0},
	{"_mapcount", "atomic_t", 48, 4, 0, 0},
	{"_refcount", "atomic_t", 52, 4, 0, 0},
	{"memcg_data", "unsigned long", 56, 8, 0, 0},
	{0},
};

static const struct mmx_profile_member folio[] = {
	{"flags", "unsigned long", 0, 8, 0, 0},
	{"lru", "struct list_head", 8, 16, 0, 0},
	{"__filler", "void *", 8, 8, 0, 0},
	{"mlock_count", "unsigned int", 16, 4, 0, 0},
	{"mapping", "struct address_space *", 24, 8, 0, 0},
	{"index", "unsigned long", 32, 8, 0, 0},
	{"private", "void *", 40, 8, 0, 0},
	{"swap", "swp_entry_t", 40, 8, 0, 0},
	{"_mapcount", "atomic_t", 48, 4, 0, 0},
	{"_refcount", "atomic_t", 52, 4, 0, 0},
	{"memcg_data", "unsigned long", 56, 8, 0, 0},
	{"page", "struct page", 0, 64, 0, 0},
	{"_flags_1", "unsigned long", 64, 8, 0, 0},
	{"_head_1", "unsigned long", 72, 8, 0, 0},
	{"_large_mapcount", "atomic_t", 80, 4, 0, 0},
	{"_entire_mapcount", "atomic_t", 84, 4, 0, 0},
	{"_nr_pages_mapped", "atomic_t", 88, 4, 0, 0},
	{"_pincount", "atomic_t", 92, 4, 0, 0},
	{"_folio_nr_pages", "unsigned int", 96, 4, 0, 0},
	{"__page_1", "struct page", 64, 64, 0, 0},
	{"_flags_2", "unsigned long", 128, 8, 0, 0},
	{"_head_2", "unsigned long", 136, 8, 0, 0},
	{"_hugetlb_subpool", "void *", 144, 8, 0, 0},
	{"_hugetlb_cgroup", "void *", 152, 8, 0, 0},
	{"_hugetlb_cgroup_rsvd", "void *", 160, 8, 0, 0},
	{"_hugetlb_hwpoison", "void *", 168, 8, 0, 0},
	{"_flags_2a", "unsigned long", 128, 8, 0, 0},
	{"_head_2a", "unsigned long", 136, 8, 0, 0},
	{"_deferred_list", "struct list_head", 144, 16, 0, 0},
	{"__page_2", "struct page", 128, 64, 0, 0},
	{0},
};

static const struct mmx_profile_member slab[] = {
	{"__page_flags", "unsigned long", 0, 8, 0, 0},
	{"slab_cache", "struct kmem_cache *", 8, 8, 0, 0},
	{"slab_list", "struct list_head", 16, 16, 0, 0},
	{"next", "struct slab *", 16, 8, 0, 0},
	{"slabs", "int", 24, 4, 0, 0},
	{"freelist", "void *", 32, 8, 0, 0},
	{"counters", "unsigned long", 40, 8, 0, 0},
	{"inuse", "unsigned int", 40, 4, 0, 16},
	{"objects", "unsigned int", 42, 4, 0, 15},
	{"frozen", "unsigned int", 43, 4, 7, 1},
	{"freelist_counter", "freelist_aba_t", 32, 16, 0, 0},
	{"callback_head", "struct callback_head", 16, 16, 0, 0},
	{"__page_type", "unsigned int", 48, 4, 0, 0},
	{"__page_refcount", "atomic_t", 52, 4, 0, 0},
	{"obj_exts", "unsigned long", 56, 8, 0, 0},
	{0},
};

static const struct mmx_profile_member ptdesc[] = {
	{"__page_flags", "unsigned long", 0, 8, 0, 0},
	{"pt_rcu_head", "struct callback_head", 8, 16, 0, 0},
	{"pt_list", "struct list_head", 8, 16, 0, 0},
	{"_pt_pad_1", "unsigned long", 8, 8, 0, 0},
	{"pmd_huge_pte", "pgtable_t", 16, 8, 0, 0},
	{"__page_mapping", "unsigned long", 24, 8, 0, 0},
	{"pt_index", "unsigned long", 32, 8, 0, 0},
	{"pt_mm", "struct mm_struct *", 32, 8, 0, 0},
	{"pt_frag_refcount", "atomic_t", 32, 4, 0, 0},
	{"pt_share_count", "atomic_t", 32, 4, 0, 0},
	{"_pt_pad_2", "unsigned long", 40, 8, 0, 0},
	{"ptl", "spinlock_t", 40, 4, 0, 0},
	{"__page_type", "unsigned int", 48, 4, 0, 0},
	{"__page_refcount", "atomic_t", 52, 4, 0, 0},
	{"pt_memcg_data", "unsigned long", 56, 8, 0, 0},
	{0},
};

static const struct mmx_profile_member list_head[] = {
	{"next", "struct list_head *", 0, 8, 0, 0},
	{"prev", "struct list_head *", 8, 8, 0, 0},
	{0},
};

static const struct mmx_profile_member hlist_head[] = {
	{"first", "struct hlist_node *", 0, 8, 0, 0},
	{0},
};

static const struct mmx_profile_member hlist_node[] = {
	{"next", "struct hlist_node *", 0, 8, 0, 0},
	{"pprev", "struct hlist_node **", 8, 8, 0, 0},
	{0},
};

static const struct mmx_profile_member rb_node[] = {
	{"__rb_parent_color", "unsigned long", 0, 8, 0, 0},
	{"rb_right", "struct rb_node *", 8, 8, 0, 0},
	{"rb_left", "struct rb_node *", 16, 8, 0, 0},
	{0},
};

static const struct mmx_profile_member rb_root[] = {
	{"rb_node", "struct rb_node *", 0, 8, 0, 0},
	{0},
};

static const struct mmx_profile_member rb_root_cached[] = {
	{"rb_root", "struct rb_root", 0, 8, 0, 0},
	{"rb_leftmost", "struct rb_node *", 8, 8, 0, 0},
	{0},
};

static const struct mmx_profile_member xarray[] = {
	{"xa_lock", "spinlock_t", 0, 4, 0, 0},
	{"xa_flags", "gfp_t", 4, 4, 0, 0},
	{"xa_head", "void *", 8, 8, 0, 0},
	{0},
};

static const struct mmx_profile_member xa_node[] = {
	{"shift", "unsigned char", 0, 1, 0, 0},
	{"offset", "unsigned char", 1, 1, 0, 0},
	{"count", "unsigned char", 2, 1, 0, 0},
	{"nr_values", "unsigned char", 3, 1, 0, 0},
	{"parent", "struct xa_node *", 8, 8, 0, 0},
	{"array", "struct xarray *", 16, 8, 0, 0},
	{"private_list", "struct list_head", 24, 16, 0, 0},
	{"callback_head", "struct callback_head", 24, 16, 0, 0},
	{"slots", "void *[64]", 40, 512, 0, 0},
	{"tags", "unsigned long[3][1]", 552, 24, 0, 0},
	{"marks", "unsigned long[3][1]", 552, 24, 0, 0},
	{0},
};

static const struct mmx_profile_member maple_tree[] = {
	{"ma_lock", "spinlock_t", 0, 4, 0, 0},
	{"ma_external_lock", "lockdep_map_p", 0, 0, 0, 0},
	{"ma_flags", "unsigned int", 4, 4, 0, 0},
	{"ma_root", "void *", 8, 8, 0, 0},
	{0},
};

static const struct mmx_profile_member maple_node[] = {
	{"parent", "struct maple_pnode *", 0, 8, 0, 0},
	{"slot", "void *[31]", 8, 248, 0, 0},
	{"pad", "void *", 0, 8, 0, 0},
	{"rcu", "struct callback_head", 8, 16, 0, 0},
	{"piv_parent", "struct maple_enode *", 24, 8, 0, 0},
	{"parent_slot", "unsigned char", 32, 1, 0, 0},
	{"type", "enum maple_type", 36, 4, 0, 0},
	{"slot_len", "unsigned char", 40, 1, 0, 0},
	{"ma_flags", "unsigned int", 44, 4, 0, 0},
	{"mr64", "struct maple_range_64", 0, 256, 0, 0},
	{"ma64", "struct maple_arange_64", 0, 248, 0, 0},
	{"alloc", "struct maple_alloc", 0, 256, 0, 0},
	{0},
};

static const struct mmx_profile_member maple_range_64[] = {
	{"parent", "struct maple_pnode *", 0, 8, 0, 0},
	{"pivot", "unsigned long[15]", 8, 120, 0, 0},
	{"slot", "void *[16]", 128, 128, 0, 0},
	{"pad", "void *[15]", 128, 120, 0, 0},
	{"meta", "struct maple_metadata", 248, 2, 0, 0},
	{0},
};

static const struct mmx_profile_member maple_arange_64[] = {
	{"parent", "struct maple_pnode *", 0, 8, 0, 0},
	{"pivot", "unsigned long[9]", 8, 72, 0, 0},
	{"slot", "void *[10]", 80, 80, 0, 0},
	{"gap", "unsigned long[10]", 160, 80, 0, 0},
	{"meta", "struct maple_metadata", 240, 2, 0, 0},
	{0},
};

static const struct mmx_profile_member maple_metadata[] = {
	{"end", "unsigned char", 0, 1, 0, 0},
	{"gap", "unsigned char", 1, 1, 0, 0},
	{0},
};

static const struct mmx_profile_struct structs[] = {
	{"page", 64, page},
	{"folio", 192, folio},
	{"slab", 64, slab},
	{"ptdesc", 64, ptdesc},
	{"list_head", 16, list_head},
	{"hlist_head", 8, hlist_head},
	{"hlist_node", 16, hlist_node},
	{"rb_node", 24, rb_node},
	{"rb_root", 8, rb_root},
	{"rb_root_cached", 16, rb_root_cached},
	{"xarray", 16, xarray},
	{"xa_node", 576, xa_node},
	{"maple_tree", 16, maple_tree},
	{"maple_node", 256, maple_node},
	{"maple_range_64", 256, maple_range_64},
	{"maple_arange_64", 248, maple_arange_64},
	{"maple_metadata", 2, maple_metadata},
	{0},
};

static const struct mmx_profile_enumerator pageflags[] = {
	{"PG_locked", 0},
	{"PG_writeback", 1},
	{"PG_referenced", 2},
	{"PG_uptodate", 3},
	{"PG_dirty", 4},
	{"PG_lru", 5},
	{"PG_head", 6},
	{"PG_waiters", 7},
	{"PG_active", 8},
	{"PG_workingset", 9},
	{"PG_owner_priv_1", 10},
	{"PG_owner_2", 11},
	{"PG_arch_1", 12},
	{"PG_reserved", 13},
	{"PG_private", 14},
	{"PG_private_2", 15},
	{"PG_reclaim", 16},
	{"PG_swapbacked", 17},
	{"PG_unevictable", 18},
	{"PG_dropbehind", 19},
	{"PG_mlocked", 20},
	{"PG_readahead", 16},
	{"PG_swapcache", 10},
	{"PG_checked", 10},
	{"PG_anon_exclusive", 11},
	{"PG_mappedtodisk", 11},
	{"PG_fscache", 15},
	{"PG_pinned", 10},
	{"PG_savepinned", 4},
	{"PG_foreign", 10},
	{"PG_xen_remapped", 10},
	{"PG_isolated", 16},
	{"PG_reported", 3},
	{"PG_vmemmap_self_hosted", 10},
	{"PG_has_hwpoisoned", 8},
	{"PG_large_rmappable", 9},
	{"PG_partially_mapped", 16},
	{0},
};

static const struct mmx_profile_enumerator pagetype[] = {
	{"PGTY_buddy", 240},
	{"PGTY_offline", 241},
	{"PGTY_table", 242},
	{"PGTY_guard", 243},
	{"PGTY_hugetlb", 244},
	{"PGTY_slab", 245},
	{"PGTY_zsmalloc", 246},
	{"PGTY_unaccepted", 247},
	{"PGTY_mapcount_underflow", 255},
	{0},
};

static const struct mmx_profile_enumerator maple_type[] = {
	{"maple_dense", 0},
	{"maple_leaf_64", 1},
	{"maple_range_64", 2},
	{"maple_arange_64", 3},
	{0},
};

static const struct mmx_profile_enumerator lru_list[] = {
	{"LRU_INACTIVE_ANON", 0},
	{"LRU_ACTIVE_ANON", 1},
	{"LRU_INACTIVE_FILE", 2},
	{"LRU_ACTIVE_FILE", 3},
	{"LRU_UNEVICTABLE", 4},
	{"NR_LRU_LISTS", 5},
	{0},
};

static const struct mmx_profile_enumerator hugetlb_page_flags[] = {
	{"HPG_restore_reserve", 0},   {"HPG_migratable", 1},
	{"HPG_temporary", 2},         {"HPG_freed", 3},
	{"HPG_vmemmap_optimized", 4}, {"HPG_raw_hwp_unreliable", 5},
	{"__NR_HPAGEFLAGS", 6},       {0},
};

static const struct mmx_profile_enum enums[] = {
	{"pageflags", pageflags},
	{"pagetype", pagetype},
	{"maple_type", maple_type},
	{"lru_list", lru_list},
	{"hugetlb_page_flags", hugetlb_page_flags},
	{0},
};

const struct mmx_profile mmx_profile_6_14 = {
	.major = 6,
	.minor = 14,
	.structs = structs,
	.enums = enums,
};
