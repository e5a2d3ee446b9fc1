// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>

#include "kernel/decode.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/swap/swap_areas.h"

/* inuse_pages of eight bytes: a mark that the area is on no list, beside the number. */
#define OFF_LIST (1ULL << 30)

#define S_IFMT  0170000
#define S_IFBLK 0060000

struct area {
	uint64_t file;
	int16_t priority;
	uint64_t max, pages, in_use;
};

static const struct mmx_wanted area_wanted[] = {
	MMX_WANT(struct area, file, swap_info_struct, swap_file),
	MMX_WANT(struct area, priority, swap_info_struct, prio),
	MMX_WANT(struct area, max, swap_info_struct, max),
	MMX_WANT(struct area, pages, swap_info_struct, pages),
	MMX_WANT(struct area, in_use, swap_info_struct, inuse_pages),
};

static const struct mmx_decode area_table = MMX_DECODE("swap_info_struct", area_wanted);

/* The number of the reason why not; an area without a name is one still. */
static uint32_t read_name(struct mmx_swaps *swaps, struct mmx_swap_area *a, struct mmx_view *view,
			  uint64_t file)
{
	struct mmx_err err;

	if (!mmx_path_of_file(&a->path, view, file, &err))
		return 0;
	*a->path.text = 0;
	mmx_cover_fail(&swaps->coverage, &err);
	return mmx_reason_add(&swaps->reasons, &err);
}

static int read_area(struct mmx_swaps *swaps, struct mmx_swap_area *a, struct mmx_view *view,
		     bool *used, struct mmx_err *err)
{
	struct area raw;
	uint64_t inode, mode;

	if (mmx_decode_read(&area_table, view, a->addr, &raw, err))
		return mmx_fail_prefix(err, "swap area %u", a->type);
	*used = raw.file;
	if (!raw.file)
		return 0;
	if (mmx_kget(view, raw.file, M_file_f_inode, &inode, err) ||
	    mmx_kget(view, inode, M_inode_i_mode, &mode, err))
		return mmx_fail_prefix(err, "swap area %u", a->type);
	a->priority = raw.priority;
	a->max = raw.max;
	a->pages = raw.pages;
	a->in_use = raw.in_use;
	if (view->kernel->layout.member[M_swap_info_struct_inuse_pages].m.size == 8)
		a->in_use &= ~OFF_LIST;
	a->partition = (mode & S_IFMT) == S_IFBLK;
	a->no_path = read_name(swaps, a, view, raw.file);
	return 0;
}

bool mmx_is_without_swap(const struct mmx_kernel *k)
{
	uint64_t addr;

	return mmx_symbol_addr(&k->symbols, "si_meminfo", &addr) &&
	       !mmx_symbol_addr(&k->symbols, "si_swapinfo", &addr) &&
	       !mmx_symbol_addr(&k->symbols, "swap_info", &addr);
}

int mmx_swaps_find(struct mmx_swaps *swaps, struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member file[] = {M_file_f_inode, M_inode_i_mode};
	struct mmx_kernel *k = view->kernel;
	uint64_t n, table;

	mmx_swap_types_find(&swaps->types, k);
	if (!mmx_symbol_addr(&k->symbols, "swap_info", &table)) {
		if (mmx_symbol_addr(&k->symbols, "si_swapinfo", &n))
			return mmx_fail(err, MMX_EMISSING, "symbol swap_info is needed");
		return 0; /* built without swap */
	}
	if (mmx_decode_require(&area_table, &k->layout, err) ||
	    mmx_layout_require(&k->layout, file, sizeof(file) / sizeof(*file), err))
		return -1;
	if (mmx_kread_variable(view, "nr_swapfiles", 4, &n))
		return mmx_fail(err, MMX_EMISSING, "nr_swapfiles cannot be read");
	if (n > swaps->types.areas)
		return mmx_fail(err, MMX_ECORRUPT, "nr_swapfiles is %" PRIu64 ", more than %u", n,
				swaps->types.areas);
	for (unsigned int i = 0; i < n; i++) {
		struct mmx_swap_area area = {.type = i};
		bool used = false;

		if (mmx_kread_u64(view, table + i * 8ULL, &area.addr) || !area.addr)
			mmx_cover_failf(&swaps->coverage, MMX_EABSENT,
					"swap_info[%u] cannot be read", i);
		else if (read_area(swaps, &area, view, &used, err))
			mmx_cover_fail(&swaps->coverage, err);
		else if (used && !mmx_array_add(swaps, area))
			return mmx_fail_nomem(err);
	}
	swaps->coverage.found = swaps->n;
	return 0;
}

void mmx_swaps_free(struct mmx_swaps *swaps)
{
	mmx_array_free(swaps);
	mmx_reasons_free(&swaps->reasons);
}

int mmx_swap_leaving(const struct mmx_swap_area *area, struct mmx_view *view, bool *leaving,
		     struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t flags;

	if (!mmx_has_enum(l, E_SWP_USED) || !mmx_has_enum(l, E_SWP_WRITEOK))
		return mmx_fail(err, MMX_EMISSING, "SWP_USED and SWP_WRITEOK are needed");
	if (mmx_kget(view, area->addr, M_swap_info_struct_flags, &flags, err))
		return -1;
	*leaving = flags & mmx_enum(l, E_SWP_USED) && !(flags & mmx_enum(l, E_SWP_WRITEOK));
	return 0;
}

const struct mmx_swap_area *mmx_swap_area(const struct mmx_swaps *swaps, unsigned int type)
{
	for (size_t i = 0; i < swaps->n; i++) {
		if (swaps->v[i].type == type)
			return &swaps->v[i];
	}
	return NULL;
}
