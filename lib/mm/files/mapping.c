// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "kernel/member.h"
#include "mm/files/inode_path.h"
#include "mm/files/mapping.h"
#include "mm/recall.h"
#include "mm/swap/swap_areas.h"

#define S_DAX (1u << 13) /* of i_flags, since 4.0 */

struct address_space {
	uint64_t host, pages, a_ops;
};

static const struct mmx_wanted address_space_wanted[] = {
	MMX_WANT(struct address_space, host, address_space, host),
	MMX_WANT(struct address_space, pages, address_space, nrpages),
	MMX_WANT(struct address_space, a_ops, address_space, a_ops),
};

struct block_device {
	uint64_t disk;
	uint8_t partition; /* flags are above it */
};

static const struct mmx_wanted block_device_wanted[] = {
	MMX_WANT(struct block_device, disk, block_device, bd_disk),
	MMX_WANT(struct block_device, partition, block_device, bd_partno),
};

struct gendisk {
	char name[32];
};

static const struct mmx_wanted gendisk_wanted[] = {
	MMX_WANT_TEXT(struct gendisk, name, gendisk, disk_name),
};

static const struct mmx_decode address_space_table =
				       MMX_DECODE("address_space", address_space_wanted),
			       block_device_table = MMX_DECODE("block_device", block_device_wanted),
			       gendisk_table = MMX_DECODE("gendisk", gendisk_wanted);

const char *mmx_mapping_kind_name(enum mmx_mapping_kind kind)
{
	static const char *const names[] = {
		[MMX_MAPPING_FILE] = "file",
		[MMX_MAPPING_SHMEM] = "shmem",
		[MMX_MAPPING_BLOCK] = "block device",
		[MMX_MAPPING_SWAP] = "swap cache",
	};

	return names[kind];
}

/* The swap cache's address spaces: one in all, or an array for each area. */
static bool is_swap_space(struct mmx_view *view, uint64_t addr)
{
	const struct mmx_symbols *symbols = &view->kernel->symbols;
	uint64_t size = mmx_size(&view->kernel->layout, S_address_space), spaces, lengths, array;
	uint32_t n;

	if (mmx_symbol_addr(symbols, "swap_space", &spaces))
		return addr == spaces;
	if (!size || !mmx_symbol_addr(symbols, "swapper_spaces", &spaces) ||
	    !mmx_symbol_addr(symbols, "nr_swapper_spaces", &lengths))
		return false;
	for (unsigned int type = 0; type < MMX_SWAP_TYPES; type++) {
		if (mmx_kread_u64(view, spaces + type * 8ULL, &array) ||
		    mmx_kread_u32(view, lengths + type * 4ULL, &n))
			return false;
		if (array && addr - array < n * size && (addr - array) % size == 0)
			return true;
	}
	return false;
}

static bool is_shmem(const struct mmx_view *view, const struct mmx_mapping *m, uint64_t a_ops)
{
	uint64_t shmem;

	if (!mmx_symbol_addr(&view->kernel->symbols, "shmem_aops", &shmem))
		return !strcmp(m->inode.fs, "tmpfs");
	return a_ops == shmem;
}

/* A partition's name is its disk's and its number. */
int mmx_device_name(char name[MMX_DEVICE_NAME], struct mmx_view *view, uint64_t addr,
		    struct mmx_err *err)
{
	struct block_device bdev;
	struct gendisk disk;
	size_t len;

	if (mmx_decode_read(&block_device_table, view, addr, &bdev, err) ||
	    mmx_decode_read(&gendisk_table, view, bdev.disk, &disk, err))
		return -1;
	len = strlen(disk.name);
	if (bdev.partition)
		snprintf(name, MMX_DEVICE_NAME, "%s%s%u", disk.name,
			 len && isdigit((unsigned char)disk.name[len - 1]) ? "p" : "",
			 bdev.partition);
	else
		snprintf(name, MMX_DEVICE_NAME, "%s", disk.name);
	return 0;
}

/* A block device's inode lies behind its struct block_device. */
static int device_name(struct mmx_mapping *m, struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member around[] = {M_bdev_inode_vfs_inode};
	const struct mmx_layout *l = &view->kernel->layout;

	if (mmx_layout_require(l, around, 1, err))
		return -1;
	return mmx_device_name(m->device, view, m->inode.addr - mmx_off(l, M_bdev_inode_vfs_inode),
			       err);
}

static int read_mapping(struct mmx_mapping *m, struct mmx_view *view, uint64_t addr,
			struct mmx_err *err)
{
	static const enum mmx_layout_member back[] = {M_inode_i_mapping, M_inode_i_data};
	const struct mmx_layout *l = &view->kernel->layout;
	struct address_space space;
	struct mmx_err why;
	uint64_t host, mapping;
	int ret;

	memset(m, 0, sizeof(*m));
	m->addr = addr;
	if (mmx_layout_require(l, back, sizeof(back) / sizeof(*back), err) ||
	    mmx_decode_read(&address_space_table, view, addr, &space, err))
		return -1;
	host = space.host;
	m->pages = space.pages;
	if (!host && is_swap_space(view, addr)) {
		m->kind = MMX_MAPPING_SWAP;
		return 0;
	}
	if (!host)
		return mmx_fail(err, MMX_ECORRUPT,
				"what is at 0x%" PRIx64 " is no address_space: it has no inode",
				addr);
	if (mmx_kget(view, host, M_inode_i_mapping, &mapping, err))
		return -1;
	if (mapping != addr && host + mmx_off(l, M_inode_i_data) != addr)
		return mmx_fail(err, MMX_ECORRUPT,
				"what is at 0x%" PRIx64
				" is no address_space: the inode that it names, 0x%" PRIx64
				", has another",
				addr, host);
	if (mmx_inode_read(&m->inode, view, host, err))
		return -1;
	m->dax = m->inode.flags & S_DAX;
	if (!strcmp(m->inode.fs, "bdev")) {
		m->kind = MMX_MAPPING_BLOCK;
		ret = device_name(m, view, &why);
	} else {
		m->kind = is_shmem(view, m, space.a_ops) ? MMX_MAPPING_SHMEM : MMX_MAPPING_FILE;
		ret = mmx_path_of_inode(&m->path, view, host, &why);
	}
	if (ret) {
		mmx_cover_fail(&m->coverage, &why);
		*m->path.text = 0;
		*m->device = 0;
	}
	return 0;
}

int mmx_mapping_read(struct mmx_mapping *m, struct mmx_view *view, uint64_t addr,
		     struct mmx_err *err)
{
	if (mmx_recall(view, MMX_RECALL_MAPPING, addr, m, sizeof(*m)))
		return 0;
	if (read_mapping(m, view, addr, err))
		return -1;
	mmx_remember(view, MMX_RECALL_MAPPING, addr, m, sizeof(*m));
	return 0;
}

const struct mmx_mapping *mmx_mapping_again(struct mmx_mapping *m, struct mmx_view *view,
					    uint64_t addr, struct mmx_err *err)
{
	if (m->addr == addr || !mmx_mapping_read(m, view, addr, err))
		return m;
	m->addr = 0;
	return NULL;
}
