// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "kernel/decode.h"
#include "kernel/kernel.h"
#include "kernel/member.h"
#include "mm/compressed/zram.h"

static const struct mmx_wanted zram_wanted[] = {
	MMX_WANT(struct mmx_zram, table, zram, table),
	MMX_WANT(struct mmx_zram, pool, zram, mem_pool),
	MMX_WANT(struct mmx_zram, pages, zram, disksize),
};

struct entry {
	uint64_t handle, flags;
};

static const struct mmx_wanted entry_wanted[] = {
	MMX_WANT(struct entry, handle, zram_table_entry, handle),
	MMX_WANT(struct entry, flags, zram_table_entry, flags),
};

static const struct mmx_decode zram_table = MMX_DECODE("zram", zram_wanted),
			       entry_table = MMX_DECODE("zram_table_entry", entry_wanted);

static const struct {
	enum mmx_layout_enumerator bit;
	enum mmx_zram_flag flag;
} flag_bits[] = {
	{E_ZRAM_SAME, MMX_ZRAM_SAME},        {E_ZRAM_WB, MMX_ZRAM_WRITTEN},
	{E_ZRAM_UNDER_WB, MMX_ZRAM_WRITING}, {E_ZRAM_HUGE, MMX_ZRAM_HUGE},
	{E_ZRAM_IDLE, MMX_ZRAM_IDLE},        {E_ZRAM_INCOMPRESSIBLE, MMX_ZRAM_INCOMPRESSIBLE},
};

/* Since 6.2 there may be several, to compress once more what one did not do well; each has a name elsewhere. */
static void read_algorithms(struct mmx_zram *zram, struct mmx_view *view)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t at, n, name, dict;

	if (!mmx_has(l, M_zram_comp_algs)) {
		if (mmx_has(l, M_zram_compressor))
			mmx_kread_str(view, zram->addr + mmx_off(l, M_zram_compressor),
				      zram->algorithm[0], MMX_ALGORITHM, NULL);
		return;
	}
	n = l->member[M_zram_comp_algs].m.nelems;
	for (uint64_t i = 0; i < n && i < MMX_ZRAM_ALGORITHMS; i++) {
		at = zram->addr + mmx_off(l, M_zram_comp_algs) + i * 8;
		if (mmx_kread_u64(view, at, &name) || !name ||
		    mmx_kread_str(view, name, zram->algorithm[i], MMX_ALGORITHM, NULL))
			*zram->algorithm[i] = 0;
		at = zram->addr + mmx_off(l, M_zram_params) + i * mmx_size(l, S_zcomp_params);
		if (mmx_has(l, M_zram_params) &&
		    !mmx_kread_member(view, at, M_zcomp_params_dict, &dict))
			zram->dictionary[i] = dict;
	}
}

/* Many drivers keep something of their own behind a disk. What zram does leads back to it. */
int mmx_zram_find(struct mmx_zram *zram, struct mmx_view *view, uint64_t disk, const char *name,
		  struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_gendisk_private_data, M_zram_disk};
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t back;

	memset(zram, 0, sizeof(*zram));
	if (strncmp(name, "zram", 4))
		return 0;
	if (mmx_layout_require(l, need, 2, err) || mmx_decode_require(&zram_table, l, err) ||
	    mmx_kget(view, disk, M_gendisk_private_data, &zram->addr, err) ||
	    mmx_kget(view, zram->addr, M_zram_disk, &back, err))
		return mmx_fail_prefix(err, "%s", name);
	if (back != disk)
		return mmx_fail(err, MMX_ECORRUPT,
				"%s: what it has at 0x%" PRIx64 " is of another disk, 0x%" PRIx64,
				name, zram->addr, back);
	if (mmx_decode_read(&zram_table, view, zram->addr, zram, err))
		return mmx_fail_prefix(err, "%s", name);
	zram->pages >>= view->kernel->arch->page_shift;
	read_algorithms(zram, view);
	return 1;
}

/* Below the flags is the size, in as many bits as it takes: the first flag is the one above. */
static unsigned int size_bits(const struct mmx_layout *l)
{
	int64_t first = mmx_enum(l, E_ZRAM_SAME);

	if (mmx_has_enum(l, E_ZRAM_LOCK) && mmx_enum(l, E_ZRAM_LOCK) < first)
		first = mmx_enum(l, E_ZRAM_LOCK);
	return first;
}

static unsigned int take_flags(const struct mmx_layout *l, uint64_t word)
{
	unsigned int flags = 0;

	for (size_t i = 0; i < sizeof(flag_bits) / sizeof(*flag_bits); i++) {
		if (mmx_has_enum(l, flag_bits[i].bit) &&
		    word >> (mmx_enum(l, flag_bits[i].bit) & 63) & 1)
			flags |= flag_bits[i].flag;
	}
	return flags;
}

int mmx_zram_page(struct mmx_zram_page *page, const struct mmx_zram *zram, struct mmx_view *view,
		  uint64_t nth, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct entry raw = {0};
	unsigned int bits;

	if (mmx_decode_require(&entry_table, l, err))
		return -1;
	if (!mmx_has_enum(l, E_ZRAM_SAME))
		return mmx_fail(err, MMX_EMISSING, "enum zram_pageflags is needed");
	if (nth >= zram->pages)
		return mmx_fail(err, MMX_ECORRUPT,
				"page 0x%" PRIx64 " lies behind the 0x%" PRIx64
				" pages of the zram at 0x%" PRIx64,
				nth, zram->pages, zram->addr);
	page->entry = zram->table + nth * mmx_size(l, S_zram_table_entry);
	if (mmx_decode_read(&entry_table, view, page->entry, &raw, err))
		return -1;
	bits = size_bits(l) & 31;
	page->handle = raw.handle;
	page->size = raw.flags & ((1u << bits) - 1);
	page->flags = take_flags(l, raw.flags);
	page->algorithm = mmx_has_enum(l, E_ZRAM_COMP_PRIORITY_BIT1)
				  ? raw.flags >> (mmx_enum(l, E_ZRAM_COMP_PRIORITY_BIT1) & 63) & 3
				  : 0;
	return 0;
}
