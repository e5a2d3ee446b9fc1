// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/kernel.h"
#include "kernel/member.h"

enum mmx_read mmx_kread_member(struct mmx_view *view, uint64_t addr, enum mmx_layout_member id,
			       uint64_t *value)
{
	const struct mmx_layout *l = &view->kernel->layout;
	const struct mmx_member *m = &l->member[id].m;
	unsigned char bytes[8];
	enum mmx_read read;
	uint64_t size;

	if (!mmx_has(l, id))
		return MMX_READ_UNREADABLE;
	/* A bit-field's bytes, counted from the byte that it begins in. */
	size = m->bitfield ? (m->bit_off % 8 + m->bit_size + 7) / 8 : m->size;
	if (!size || size > sizeof(bytes))
		return MMX_READ_UNREADABLE;
	read = mmx_kread(view, addr + mmx_off(l, id), bytes, size);
	if (read)
		return read;
	*value = mmx_le(bytes, size);
	if (m->bitfield)
		*value = *value >> m->bit_off % 8 & ((1ULL << m->bit_size) - 1);
	return MMX_READ_OK;
}

int mmx_kget(struct mmx_view *view, uint64_t addr, enum mmx_layout_member id, uint64_t *value,
	     struct mmx_err *err)
{
	enum mmx_read read = mmx_kread_member(view, addr, id, value);

	if (!read)
		return 0;
	return mmx_fail(err, mmx_read_code(read), "%s of 0x%" PRIx64 " is %s",
			mmx_layout_members[id].name, addr, mmx_read_name(read));
}

enum mmx_read mmx_kread_variable(struct mmx_view *view, const char *name, unsigned int size,
				 uint64_t *value)
{
	unsigned char bytes[8];
	uint64_t addr;
	enum mmx_read read;

	if (!mmx_symbol_addr(&view->kernel->symbols, name, &addr))
		return MMX_READ_UNMAPPED;
	read = mmx_kread(view, addr, bytes, size);
	if (!read)
		*value = mmx_le(bytes, size);
	return read;
}
