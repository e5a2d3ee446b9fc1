// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/decode.h"
#include "kernel/kernel.h"
#include "kernel/member.h"
#include "mm/processes/mm.h"
#include "mm/processes/vma.h"

/* Since 6.19 the flags are a bitmap as well, whose first word is vm_flags. */
static const struct mmx_wanted vma_wanted[] = {
	MMX_WANT(struct mmx_vma, start, vm_area_struct, vm_start),
	MMX_WANT(struct mmx_vma, end, vm_area_struct, vm_end),
	MMX_WANT(struct mmx_vma, mm, vm_area_struct, vm_mm),
	MMX_WANT(struct mmx_vma, flags, vm_area_struct, vm_flags),
	MMX_WANT(struct mmx_vma, pgoff, vm_area_struct, vm_pgoff),
	MMX_WANT(struct mmx_vma, file, vm_area_struct, vm_file),
	MMX_WANT(struct mmx_vma, anon_vma, vm_area_struct, anon_vma),
	MMX_WANT_IF(struct mmx_vma, ops, vm_area_struct, vm_ops),
	MMX_WANT_IF(struct mmx_vma, private_data, vm_area_struct, vm_private_data),
	MMX_WANT_IF(struct mmx_vma, anon_name, vm_area_struct, anon_name),
	MMX_WANT_IF(struct mmx_vma, anon_pgoff_lo, vm_area_struct, anon_pgoff_lo),
	MMX_WANT_IF(struct mmx_vma, anon_pgoff_hi, vm_area_struct, anon_pgoff_hi),
};

static const struct mmx_wanted mm_wanted[] = {
	MMX_WANT(struct mmx_vmas, count, mm_struct, map_count),
	MMX_WANT_IF(struct mmx_vmas, users, mm_struct, mm_users),
};

static const struct mmx_decode vm_area_struct = MMX_DECODE("vm_area_struct", vma_wanted),
			       mm_struct = MMX_DECODE("mm_struct", mm_wanted);

/*
 * Since 7.3 anonymous pages of a private mapping of a file count as those of memory without a file, from the
 * address that the mapping was made at; what is kept of that fills two holes of the struct.
 */
static int read_vma(struct mmx_vma *vma, struct mmx_view *view, uint64_t addr, struct mmx_err *err)
{
	*vma = (struct mmx_vma){.addr = addr};
	if (mmx_decode_read(&vm_area_struct, view, addr, vma, err))
		return -1;
	vma->anon_pgoff = mmx_has(&view->kernel->layout, M_vm_area_struct_anon_pgoff_lo)
				  ? (uint64_t)vma->anon_pgoff_hi << 32 | vma->anon_pgoff_lo
				  : vma->pgoff;
	return 0;
}

int mmx_vma_read(struct mmx_vma *vma, struct mmx_view *view, uint64_t addr, struct mmx_err *err)
{
	return mmx_decode_require(&vm_area_struct, &view->kernel->layout, err)
		       ? -1
		       : read_vma(vma, view, addr, err);
}

void mmx_vmas_begin(struct mmx_vmas *v, struct mmx_view *view, uint64_t mm)
{
	static const enum mmx_layout_member tree[] = {M_mm_struct_mm_mt};
	const struct mmx_layout *l = &view->kernel->layout;
	struct mmx_err err;

	v->coverage = (struct mmx_coverage){0};
	v->vma = (struct mmx_vma){0};
	v->mm = mm;
	v->users = 1; /* where it is not known */
	v->done = mmx_layout_require(l, tree, 1, &err) ||
		  mmx_decode_require(&vm_area_struct, l, &err) ||
		  mmx_decode_read(&mm_struct, view, mm, v, &err);
	if (v->done)
		mmx_cover_fail(&v->coverage, &err);
	else
		mmx_maple_begin(&v->maple, view, mm + mmx_off(l, M_mm_struct_mm_mt));
}

int mmx_vma_check(const struct mmx_vma *vma, uint64_t mm, uint64_t first, uint64_t last,
		  struct mmx_err *err)
{
	if (vma->mm != mm)
		return mmx_fail(err, MMX_ECORRUPT,
				"the VMA at 0x%" PRIx64 ", for 0x%" PRIx64 "-0x%" PRIx64
				", says that it is of the mm 0x%" PRIx64,
				vma->addr, first, last + 1, vma->mm);
	if (vma->start != first || vma->end != last + 1)
		return mmx_fail(err, MMX_ECORRUPT,
				"the VMA at 0x%" PRIx64 ", for 0x%" PRIx64 "-0x%" PRIx64
				", says that it is for 0x%" PRIx64 "-0x%" PRIx64,
				vma->addr, first, last + 1, vma->start, vma->end);
	return 0;
}

static void leave_out(struct mmx_vmas *v, struct mmx_err *err)
{
	mmx_fail_prefix(err, "mm 0x%" PRIx64, v->mm);
	mmx_cover_fail(&v->coverage, err);
}

/*
 * The tree has as many as the mm counts, those included that were left out. An address space that nobody uses
 * any more has given them up without counting; a CPU that has not left it yet may still keep it.
 */
static void check_count(struct mmx_vmas *v)
{
	if (!v->users && !v->maple.coverage.found)
		return;
	if (mmx_cover_whole(&v->maple.coverage) && v->maple.coverage.found != v->count)
		mmx_cover_failf(&v->coverage, MMX_ECORRUPT,
				"mm 0x%" PRIx64 ": its maple tree has %" PRIu64
				" VMAs, and it counts %u",
				v->mm, v->maple.coverage.found, v->count);
}

bool mmx_vmas_next(struct mmx_vmas *v)
{
	struct mmx_err err;

	if (v->done)
		return false;
	while (mmx_maple_next(&v->maple)) {
		if (mmx_vma_read(&v->vma, v->maple.view, v->maple.entry, &err) ||
		    mmx_vma_check(&v->vma, v->mm, v->maple.first, v->maple.last, &err)) {
			leave_out(v, &err);
			continue;
		}
		v->coverage.found++;
		return true;
	}
	v->done = true;
	check_count(v);
	mmx_cover_inherit(&v->coverage, &v->maple.coverage);
	return false;
}

/* From 6.4 on a flag, and from 6.15 on a count that is 0, with a bit for a writer who waits for readers to leave. */
#define WRITER_WAITS 0x40000000u

bool mmx_vma_is_detached(struct mmx_view *view, uint64_t vma)
{
	uint64_t word;

	if (!mmx_kread_member(view, vma, M_vm_area_struct_detached, &word))
		return word;
	return !mmx_kread_member(view, vma, M_vm_area_struct_vm_refcnt, &word) &&
	       !(word & ~(uint64_t)WRITER_WAITS);
}

bool mmx_vma_leaves(struct mmx_view *view, const struct mmx_vma *vma)
{
	const struct mmx_layout *l = &view->kernel->layout;

	if (mmx_has(l, M_vm_area_struct_detached) || mmx_has(l, M_vm_area_struct_vm_refcnt))
		return mmx_vma_is_detached(view, vma->addr);
	return mmx_mm_is_locked(view, vma->mm);
}
