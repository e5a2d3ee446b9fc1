// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "kernel/member.h"
#include "mm/owners/page_ext.h"
#include "mm/owners/page_owner.h"

#define MAX_ENTRY 1024u

static const struct mmx_wanted wanted[] = {
	MMX_WANT(struct mmx_page_owner, order, page_owner, order),
	MMX_WANT(struct mmx_page_owner, migrate_reason, page_owner, last_migrate_reason),
	MMX_WANT(struct mmx_page_owner, gfp, page_owner, gfp_mask),
	MMX_WANT(struct mmx_page_owner, stack, page_owner, handle),
	MMX_WANT(struct mmx_page_owner, free_stack, page_owner, free_handle),
	MMX_WANT(struct mmx_page_owner, ns, page_owner, ts_nsec),
	MMX_WANT(struct mmx_page_owner, pid, page_owner, pid),
	MMX_WANT_IF(struct mmx_page_owner, free_ns, page_owner, free_ts_nsec),
	MMX_WANT_IF(struct mmx_page_owner, tgid, page_owner, tgid),
	MMX_WANT_TEXT_IF(struct mmx_page_owner, comm, page_owner, comm),
	MMX_WANT_IF(struct mmx_page_owner, free_pid, page_owner, free_pid),
	MMX_WANT_IF(struct mmx_page_owner, free_tgid, page_owner, free_tgid),
};

static const struct mmx_decode page_owner = MMX_DECODE("page_owner", wanted);

static int not_kept(struct mmx_page_owners *owners, const char *why)
{
	owners->why_not = why;
	return 0;
}

int mmx_page_owners_find(struct mmx_page_owners *owners, struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_mem_section_page_ext, M_page_ext_flags};
	const struct mmx_kernel *k = view->kernel;
	uint64_t ops, enabled;

	memset(owners, 0, sizeof(*owners));
	if (!mmx_symbol_addr(&k->symbols, "page_owner_ops", &ops))
		return not_kept(owners, "this kernel was built without page_owner");
	if (!mmx_kread_variable(view, "page_owner_inited", 4, &enabled) && !enabled)
		return not_kept(owners, "page_owner was not switched on at boot");
	if (mmx_fact_require(&k->facts, FACT_SECTIONS, err) ||
	    mmx_layout_require(&k->layout, need, sizeof(need) / sizeof(*need), err) ||
	    mmx_decode_within(&page_owner, &k->layout, mmx_size(&k->layout, S_page_owner), err))
		return -1;
	if (mmx_kread_variable(view, "page_ext_size", 8, &owners->entry_size) ||
	    mmx_kread_member(view, ops, M_page_ext_operations_offset, &owners->offset))
		return mmx_fail(err, MMX_EABSENT,
				"page_ext_size or page_owner_ops.offset cannot be read");
	if (owners->entry_size > MAX_ENTRY ||
	    !mmx_fits(owners->offset, mmx_size(&k->layout, S_page_owner), owners->entry_size))
		return mmx_fail(err, MMX_ECORRUPT,
				"a page_owner record at %" PRIu64 " of %" PRIu64
				" bytes a frame makes no sense",
				owners->offset, owners->entry_size);
	owners->kept = true;
	return 0;
}

void mmx_page_owners_free(struct mmx_page_owners *owners)
{
	(void)owners; /* it has nothing of its own */
}

static bool flag(const struct mmx_layout *l, enum mmx_layout_enumerator id, unsigned int otherwise,
		 uint64_t flags)
{
	return mmx_bit(flags, mmx_has_enum(l, id) ? mmx_enum(l, id) : otherwise);
}

enum mmx_read mmx_page_owner_read(struct mmx_page_owner *owner,
				  const struct mmx_page_owners *owners, struct mmx_view *view,
				  uint64_t pfn)
{
	const struct mmx_kernel *k = view->kernel;
	uint64_t at = owners->kept ? mmx_page_ext_at(view, pfn, owners->entry_size) : 0;
	unsigned char bytes[MAX_ENTRY];
	enum mmx_read read;
	uint64_t flags;

	memset(owner, 0, sizeof(*owner));
	if (!at)
		return MMX_READ_ABSENT;
	read = mmx_kread(view, at, bytes, owners->entry_size);
	if (read)
		return read;
	flags = mmx_get(&k->layout, M_page_ext_flags, bytes);
	owner->recorded = flag(&k->layout, E_PAGE_EXT_OWNER, 0, flags);
	owner->allocated = flag(&k->layout, E_PAGE_EXT_OWNER_ALLOCATED, 1, flags);
	if (!owner->recorded)
		return MMX_READ_OK;
	mmx_decode_bytes(&page_owner, &k->layout, bytes + owners->offset, owner);
	owner->has_free_pid = mmx_has(&k->layout, M_page_owner_free_pid) &&
			      mmx_has(&k->layout, M_page_owner_free_tgid);
	return MMX_READ_OK;
}
