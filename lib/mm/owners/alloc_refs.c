// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/decode.h"
#include "kernel/member.h"
#include "mm/frames/page_walk.h"
#include "mm/mem.h"
#include "mm/owners/alloc_refs.h"
#include "mm/owners/alloc_tags.h"
#include "mm/owners/page_ext.h"
#include "mm/owners/slab_objects.h"

/* What stands for a tag: macros of the kernel's. */
#define REF_EMPTY \
	1u /* checked for, CONFIG_MEM_ALLOC_PROFILING_DEBUG, and none: as a pointer and as a number */
#define NUMBER_FIRST 2u /* numbers below are no tag */

/* A list of references has flags in its address: three at most, as it is of words. */
#define VECTOR_BITS 7ull

struct section {
	uint64_t first, count;
};

static const struct mmx_wanted section_wanted[] = {
	MMX_WANT(struct section, first, alloc_tag_kernel_section, first_tag),
	MMX_WANT(struct section, count, alloc_tag_kernel_section, count),
};

static const struct mmx_decode section_table =
	MMX_DECODE("alloc_tag_kernel_section", section_wanted);

static bool is_on(struct mmx_view *view, const char *static_key, bool otherwise)
{
	uint64_t enabled;

	return mmx_kread_variable(view, static_key, 4, &enabled) ? otherwise : enabled;
}

static int variable(struct mmx_view *view, const char *name, unsigned int size, uint64_t *value,
		    struct mmx_err *err)
{
	enum mmx_read read = mmx_kread_variable(view, name, size, value);

	return read ? mmx_fail(err, mmx_read_code(read), "%s is %s", name, mmx_read_name(read)) : 0;
}

static int find_numbers(struct mmx_alloc_refs *refs, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_symbols *symbols = &view->kernel->symbols;
	uint64_t shift, kernel, modules;
	struct section section;

	if (variable(view, "alloc_tag_ref_offs", 4, &shift, err) ||
	    variable(view, "alloc_tag_ref_mask", 8, &refs->mask, err))
		return -1;
	if (shift >= 64 || (refs->mask & (refs->mask + 1)) || refs->mask > UINT16_MAX)
		return mmx_fail(err, MMX_ECORRUPT,
				"numbers of allocation tags at bit %" PRIu64
				" of flags, of mask 0x%" PRIx64 ", make no sense",
				shift, refs->mask);
	refs->shift = (unsigned int)shift;
	if (!mmx_symbol_addr(symbols, "kernel_tags", &kernel))
		return mmx_fail(err, MMX_EMISSING, "there is no symbol kernel_tags");
	if (mmx_decode_require(&section_table, &view->kernel->layout, err) ||
	    mmx_decode_read(&section_table, view, kernel, &section, err))
		return -1;
	refs->first = section.first;
	refs->count = section.count;
	/* Its first word is the address of the first one. */
	if (mmx_symbol_addr(symbols, "module_tags", &modules) &&
	    mmx_kread_u64(view, modules, &refs->of_modules))
		refs->of_modules = 0;
	refs->compressed = true;
	return 0;
}

static int find_page_ext(struct mmx_alloc_refs *refs, struct mmx_view *view, struct mmx_err *err)
{
	uint64_t ops;

	if (!mmx_symbol_addr(&view->kernel->symbols, "page_alloc_tagging_ops", &ops))
		return mmx_fail(err, MMX_EMISSING, "there is no symbol page_alloc_tagging_ops");
	if (mmx_page_ext_size(view, &refs->entry_size, err) ||
	    mmx_kget(view, ops, M_page_ext_operations_offset, &refs->offset, err))
		return -1;
	if (!mmx_fits(refs->offset, 8, refs->entry_size))
		return mmx_fail(err, MMX_ECORRUPT,
				"a reference to a tag at %" PRIu64 " of %" PRIu64
				" bytes of page_ext makes no sense",
				refs->offset, refs->entry_size);
	return 0;
}

int mmx_alloc_refs_find(struct mmx_alloc_refs *refs, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_alloc_tags *tags = mmx_know_alloc_tags(view);

	/* A kernel that profiles nothing has nothing to be missed. */
	if (!tags->profiled)
		return 0;
	/* It can be switched off at any time; what is freed from then on keeps its reference. */
	if (!is_on(view, "mem_alloc_profiling_key", true))
		return mmx_fail(
			err, MMX_EMISSING,
			"profiling of allocations was switched off: references to tags may be "
			"old");
	if (is_on(view, "mem_profiling_compressed", false) ? find_numbers(refs, view, err)
							   : find_page_ext(refs, view, err))
		return -1;
	refs->kept = true;
	return 0;
}

void mmx_alloc_refs_free(struct mmx_alloc_refs *refs)
{
	(void)refs; /* it has nothing of its own */
}

static void take(struct mmx_alloc_ref *ref, const struct mmx_alloc_tags *tags, uint64_t addr)
{
	*ref = (struct mmx_alloc_ref){.addr = addr == REF_EMPTY ? 0 : addr};
	if (ref->addr)
		ref->tag = mmx_alloc_tag_at(tags, addr);
}

static int take_number(struct mmx_alloc_ref *ref, const struct mmx_alloc_refs *refs,
		       const struct mmx_alloc_tags *tags, uint64_t number, struct mmx_err *err)
{
	uint64_t nth = number - NUMBER_FIRST;

	if (number < NUMBER_FIRST)
		take(ref, tags, 0);
	else if (nth < refs->count)
		take(ref, tags, refs->first + nth * tags->size);
	else if (refs->of_modules)
		take(ref, tags, refs->of_modules + (nth - refs->count) * tags->size);
	else
		return mmx_fail(err, MMX_ECORRUPT,
				"its flags name the tag of number %" PRIu64
				", and the kernel has %" PRIu64,
				nth, refs->count);
	return 0;
}

static int not_kept(const struct mmx_alloc_refs *refs, struct mmx_err *err)
{
	if (!mmx_cover_whole(&refs->coverage)) {
		*err = refs->coverage.first;
		return -1;
	}
	return mmx_fail(err, MMX_EMISSING, "this kernel does not profile allocations");
}

int mmx_alloc_ref_of_page(struct mmx_alloc_ref *ref, const struct mmx_page_walk *w,
			  struct mmx_err *err)
{
	const struct mmx_alloc_refs *refs = mmx_know_alloc_refs(w->view);
	const struct mmx_alloc_tags *tags = mmx_know_alloc_tags(w->view);
	enum mmx_read read;
	uint64_t at, addr;

	*ref = (struct mmx_alloc_ref){0};
	if (!refs->kept)
		return not_kept(refs, err);
	if (w->folio.bad)
		return mmx_fail(err, MMX_ECORRUPT, "its folio makes no sense: %s", w->folio.bad);
	if (w->folio.read)
		return mmx_fail(err, mmx_read_code(w->folio.read), "its struct page is %s",
				mmx_read_name(w->folio.read));
	if (refs->compressed)
		return take_number(ref, refs, tags, w->folio.flags >> refs->shift & refs->mask,
				   err);
	at = mmx_page_ext_at(w->view, w->folio.head, refs->entry_size);
	if (!at)
		return 0;
	read = mmx_kread_u64(w->view, at + refs->offset, &addr);
	if (read)
		return mmx_fail(err, mmx_read_code(read), "its page_ext at 0x%" PRIx64 " is %s", at,
				mmx_read_name(read));
	take(ref, tags, addr);
	return 0;
}

int mmx_alloc_ref_of_object(struct mmx_alloc_ref *ref, const struct mmx_slab *slab, uint32_t index,
			    struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_alloc_refs *refs = mmx_know_alloc_refs(view);
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t vector = slab->owners & ~VECTOR_BITS, addr;

	*ref = (struct mmx_alloc_ref){0};
	if (!refs->kept)
		return not_kept(refs, err);
	if (!vector || !mmx_has(l, M_slabobj_ext_ref))
		return 0;
	/* Since 7.0 they may lie within the objects, which says how far they are apart. */
	vector += index * (slab->stride ? slab->stride : mmx_size(l, S_slabobj_ext));
	if (mmx_kget(view, vector, M_slabobj_ext_ref, &addr, err))
		return -1;
	take(ref, mmx_know_alloc_tags(view), addr);
	return 0;
}

int mmx_alloc_ref_of_percpu(struct mmx_alloc_ref *ref, struct mmx_view *view, uint64_t exts,
			    uint64_t nth, struct mmx_err *err)
{
	const struct mmx_alloc_refs *refs = mmx_know_alloc_refs(view);
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t addr;

	*ref = (struct mmx_alloc_ref){0};
	if (!refs->kept)
		return not_kept(refs, err);
	if (!exts || !mmx_has(l, M_pcpuobj_ext_ref))
		return 0;
	if (mmx_kget(view, exts + nth * mmx_size(l, S_pcpuobj_ext), M_pcpuobj_ext_ref, &addr, err))
		return -1;
	take(ref, mmx_know_alloc_tags(view), addr);
	return 0;
}
