// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory cgroups: who is charged for a page. */
#ifndef MMX_MM_MEMCG_H
#define MMX_MM_MEMCG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "kernel/view.h"
#include "mm/files/path.h"

/** enum mmx_charge_kind - what a folio's memcg_data is */
enum mmx_charge_kind {
	MMX_CHARGE_NONE,    /* charged to nobody */
	MMX_CHARGE_OBJECTS, /* a slab: an array with the owner of each object */
	MMX_CHARGE_USER,    /* memory of processes */
	MMX_CHARGE_KERNEL,  /* memory that the kernel uses for somebody */
};

/** struct mmx_charge - @objcg: the obj_cgroup between folio and memory cgroup, or 0 */
struct mmx_charge {
	enum mmx_charge_kind kind;
	uint64_t memcg;
	uint64_t objcg;
};

/** mmx_charge_read() - what a head page's memcg_data leads to */
int mmx_charge_read(struct mmx_charge *charge, struct mmx_view *view, uint64_t memcg_data,
		    struct mmx_err *err);

/**
 * struct mmx_memcg - a memory cgroup
 * @ino: of its directory
 * @online: it exists still; else it was removed and has charges left
 * @path: from the root of the hierarchy, as /proc/PID/cgroup prints it
 */
struct mmx_memcg {
	uint64_t addr;
	uint64_t ino;
	bool online;
	char path[MMX_PATH_MAX];
};

int mmx_memcg_read(struct mmx_memcg *memcg, struct mmx_view *view, uint64_t addr,
		   struct mmx_err *err);

/**
 * mmx_cgroup_path() - the path of any struct cgroup in its hierarchy
 * @dead: whether it was removed; or NULL
 */
int mmx_cgroup_path(char path[MMX_PATH_MAX], struct mmx_view *view, uint64_t cgroup, bool *dead,
		    struct mmx_err *err);

/** mmx_memcg_ino() - what /proc/kpagecgroup says for it: the inode of the first one above that is online */
int mmx_memcg_ino(struct mmx_view *view, uint64_t memcg, uint64_t *ino, struct mmx_err *err);

#endif
