// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/kernel.h"
#include "mm/mem.h"
#include "mm/processes/fault_site.h"
#include "mm/processes/vma_page_size.h"
#include "mm/processes/vma_steps.h"

struct mmx_term mmx_step_vma_page(struct mmx_steps *s, const struct mmx_kernel *k,
				  struct mmx_term start, struct mmx_term address)
{
	struct mmx_term bytes =
		mmx_step_calc(s, "bytes into the mapping", address, MMX_OP_MINUS, start);

	return mmx_step_calc(s, "page of the mapping", bytes, MMX_OP_RIGHT,
			     mmx_step_page_shift(s, k));
}

struct mmx_term mmx_step_vma_index(struct mmx_steps *s, const struct mmx_kernel *k,
				   struct mmx_term page, struct mmx_term pgoff)
{
	(void)k;
	return mmx_step_calc(s, "index", page, MMX_OP_PLUS, pgoff);
}

struct mmx_term mmx_step_file_byte(struct mmx_steps *s, const struct mmx_kernel *k,
				   struct mmx_term index, struct mmx_term address)
{
	struct mmx_term first = mmx_step_calc(s, "its first byte in the file", index, MMX_OP_LEFT,
					      mmx_step_page_shift(s, k)),
			mask = mmx_step_given(s, (1ULL << k->arch->page_shift) - 1,
					      "mask of a byte in a page", "PAGE_SHIFT");

	return mmx_step_calc(s, "byte of the file", first, MMX_OP_PLUS,
			     mmx_step_calc(s, "byte of the page", address, MMX_OP_AND, mask));
}

/* hugetlb maps huge pages; up to 6.6 its page cache counts them, and not pages. */
static void tell_huge(struct mmx_steps *s, struct mmx_view *view, const struct mmx_vma *vma,
		      struct mmx_term index)
{
	unsigned int shift = view->kernel->arch->page_shift;
	uint64_t size;
	struct mmx_err err;

	if (!(vma->flags & MMX_VM_HUGETLB) || mmx_vma_page_size(view, vma, &size, &err) ||
	    size >> shift < 2)
		return;
	index = mmx_step_calc(
		s, "huge page of the file", index, MMX_OP_DIVIDE,
		mmx_step_given(s, size >> shift, "pages of a huge one", "its hstate"));
	mmx_step_says(s, index, "%s",
		      mmx_mem(view->kernel)->page_format.index_in_huge_pages
			      ? "which its page cache counts"
			      : "its page cache counts pages");
}

void mmx_vma_steps(struct mmx_steps *s, struct mmx_view *view, const struct mmx_vma *vma,
		   uint64_t at)
{
	const struct mmx_kernel *k = view->kernel;
	struct mmx_term address = mmx_step_given(s, at, "address", "asked for"),
			area = mmx_step_given(s, vma->addr, "vm_area_struct",
					      "maple tree of mm %llx", (unsigned long long)vma->mm),
			start = mmx_step_member(s, view, area, M_vm_area_struct_vm_start),
			end = mmx_step_member(s, view, area, M_vm_area_struct_vm_end), page, index;

	mmx_step_check_in(s, "the mapping covers it", address, start, end);
	page = mmx_step_vma_page(s, k, start, address);
	index = mmx_step_vma_index(s, k, page,
				   mmx_step_member(s, view, area, M_vm_area_struct_vm_pgoff));
	mmx_step_says(s, index, "%s", vma->file ? "in the file" : "as its pages count");
	if (!vma->file)
		return;
	tell_huge(s, view, vma, index);
	mmx_step_file_byte(s, k, index, address);
}
