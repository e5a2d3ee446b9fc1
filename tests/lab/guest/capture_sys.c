// SPDX-License-Identifier: GPL-2.0-or-later
/* The part of a capture that is beside /proc: settings, sysfs, debugfs, memory cgroups. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lab.h"

#define CGROUPS    "/sys/fs/cgroup"
#define DEBUG      "/sys/kernel/debug/"
#define MM         "/sys/kernel/mm/"
#define TEXT_BYTES (512UL << 10)
#define DEEPEST    8

/* Lines of many small files together, which a file of the capture each would make large. */
static char text[TEXT_BYTES];
static size_t text_len;

static void text_add_file(const char *path, const char *what)
{
	char value[256] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return;
	n = read(fd, value, sizeof(value) - 1);
	close(fd);
	if (n <= 0)
		return;
	value[n] = 0;
	value[strcspn(value, "\n")] = 0;
	text_len += snprintf(text + text_len, sizeof(text) - text_len, "%s %s\n", what, value);
	if (text_len >= sizeof(text))
		text_len = sizeof(text) - 1;
}

static void text_capture(const char *name)
{
	capture_add(name, text, text_len);
	text_len = 0;
}

/* Call @each with the path of every entry of a folder but those that begin with a dot. */
static void for_each_entry(const char *folder, void (*each)(const char *path, const char *name))
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[512];

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%.200s", folder, entry->d_name);
		each(path, entry->d_name);
	}
	if (dir)
		closedir(dir);
}

/* "CACHE FILE VALUE" of every cache; "CACHE -> ENTRY" of a name that stands for a merged one. */
static void slab_cache(const char *path, const char *name)
{
	static const char *const files[] = {
		"objects",       "total_objects",  "objects_partial", "slabs",
		"partial",       "cpu_slabs",      "object_size",     "slab_size",
		"objs_per_slab", "order",          "align",           "usersize",
		"cpu_partial",   "min_partial",    "aliases",         "sheaf_capacity",
		"ctor",          "destroy_by_rcu", "hwcache_align",   "reclaim_account",
		"cache_dma",     "poison",         "red_zone",        "sanity_checks",
		"store_user",
	};
	char target[128], full[700], what[300];
	ssize_t n = readlink(path, target, sizeof(target) - 1);

	if (n > 0) {
		target[n] = 0;
		text_len += snprintf(text + text_len, sizeof(text) - text_len, "%s -> %s\n", name,
				     target);
		return;
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(full, sizeof(full), "%s/%s", path, files[i]);
		snprintf(what, sizeof(what), "%.200s %s", name, files[i]);
		text_add_file(full, what);
	}
}

/* "BLOCK FILE VALUE" of every memory block, and the settings that lie beside them. */
static void memory_block(const char *path, const char *name)
{
	static const char *const files[] = {"phys_index", "state", "valid_zones", "removable"};
	char full[700], what[300];

	text_add_file(path, name);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(full, sizeof(full), "%s/%s", path, files[i]);
		snprintf(what, sizeof(what), "%.200s %s", name, files[i]);
		text_add_file(full, what);
	}
}

static void one_file(const char *path, const char *name)
{
	text_add_file(path, name);
}

/* A hugetlb pool's folder, or that of one size of transparent huge pages. */
static void sized_folder(const char *path, const char *name)
{
	text_len += snprintf(text + text_len, sizeof(text) - text_len, "[%s]\n", name);
	for_each_entry(path, one_file);
}

static void capture_path(const char *path, const char *as)
{
	size_t len;

	capture_file(path, as, SIZE_MAX, &len);
}

/* The files of a memory cgroup and of all below it, as cgroup/PATH/FILE. */
static void capture_cgroup(const char *folder, int depth)
{
	static const char *const files[] = {"memory.stat", "memory.numa_stat", "memory.current",
					    "memory.swap.current", "memory.events"};
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[700];

	for (size_t i = 0; dir && i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
		capture_path(path, path + strlen("/sys/fs/"));
	}
	while (dir && depth < DEEPEST && (entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%.200s", folder, entry->d_name);
		capture_cgroup(path, depth + 1);
	}
	if (dir)
		closedir(dir);
}

/**
 * capture_settings - what the kernel computes with, and nobody changes after the workload
 *
 * By name, as reading some of /proc/sys/vm has effects (stat_refresh).
 */
void capture_settings(void)
{
	static const char *const vm[] = {
		"admin_reserve_kbytes",
		"dirty_background_bytes",
		"dirty_background_ratio",
		"dirty_bytes",
		"dirty_ratio",
		"extfrag_threshold",
		"defrag_mode",
		"lowmem_reserve_ratio",
		"min_free_kbytes",
		"min_slab_ratio",
		"min_unmapped_ratio",
		"movable_gigantic_pages",
		"nr_hugepages",
		"nr_overcommit_hugepages",
		"numa_stat",
		"overcommit_kbytes",
		"overcommit_memory",
		"overcommit_ratio",
		"page-cluster",
		"percpu_pagelist_high_fraction",
		"stat_interval",
		"swappiness",
		"user_reserve_kbytes",
		"vfs_cache_pressure",
		"watermark_boost_factor",
		"watermark_scale_factor",
		"zone_reclaim_mode",
		"compaction_proactiveness",
		"laptop_mode",
		"max_map_count",
		"compact_unevictable_allowed",
	};
	char path[128];

	for (size_t i = 0; i < sizeof(vm) / sizeof(vm[0]); i++) {
		snprintf(path, sizeof(path), "/proc/sys/vm/%s", vm[i]);
		text_add_file(path, vm[i]);
	}
	text_capture("settings/vm");
	for_each_entry(MM "transparent_hugepage", one_file);
	for_each_entry(MM "transparent_hugepage", sized_folder);
	text_capture("settings/transparent_hugepage");
	for_each_entry(MM "lru_gen", one_file);
	text_capture("settings/lru_gen");
	for_each_entry("/sys/devices/system/node", one_file);
	text_capture("settings/nodes");
	for_each_entry("/sys/devices/system/memory", memory_block);
	text_capture("settings/memory_blocks");
}

static void capture_nodes(void)
{
	static const char *const files[] = {"meminfo", "vmstat", "numastat", "distance", "cpulist"};
	char path[128];

	for (int node = 0; node < 8; node++)
		for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
			snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/%s", node,
				 files[i]);
			capture_path(path, path + strlen("/sys/devices/system/node/"));
		}
}

/** capture_sys - what changes */
void capture_sys(void)
{
	static const struct {
		const char *path, *as;
	} files[] = {
		{DEBUG "lru_gen", "debug/lru_gen"},
		{DEBUG "lru_gen_full", "debug/lru_gen_full"},
		{DEBUG "extfrag/extfrag_index", "debug/extfrag_index"},
		{DEBUG "extfrag/unusable_index", "debug/unusable_index"},
		{DEBUG "dma_buf/bufinfo", "debug/dma_buf_bufinfo"},
		{DEBUG "page_owner_stacks/show_stacks", "debug/page_owner_stacks"},
		{"/sys/block/zram0/mm_stat", "zram0/mm_stat"},
		{"/sys/block/zram0/io_stat", "zram0/io_stat"},
		{"/sys/block/zram0/bd_stat", "zram0/bd_stat"},
		{"/sys/block/zram0/comp_algorithm", "zram0/comp_algorithm"},
		{DEBUG "zswap/stored_pages", "zswap/stored_pages"},
		{DEBUG "zswap/stored_incompressible_pages", "zswap/stored_incompressible_pages"},
		{DEBUG "zswap/same_filled_pages", "zswap/same_filled_pages"},
		{DEBUG "zswap/pool_total_size", "zswap/pool_total_size"},
		{DEBUG "zswap/written_back_pages", "zswap/written_back_pages"},
		{"/sys/module/zswap/parameters/compressor", "zswap/compressor"},
		{"/sys/module/zswap/parameters/enabled", "zswap/enabled"},
		{"/sys/kernel/tracing/buffer_total_size_kb", "tracing/buffer_total_size_kb"},
	};

	capture_cgroup(CGROUPS, 0);
	for_each_entry("/sys/kernel/slab", slab_cache);
	text_capture("slab_sysfs");
	for_each_entry(MM "hugepages", sized_folder);
	text_capture("hugepages");
	for_each_entry(MM "ksm", one_file);
	text_capture("ksm");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		capture_path(files[i].path, files[i].as);
	capture_nodes();
}
