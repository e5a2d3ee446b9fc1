// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "kernel/decode.h"
#include "kernel/kernel.h"

/* What is read at once: members of a struct mostly stand closer together. */
#define WINDOW 512u

/* Bytes of the struct that were read: [at, at + len) of it. */
struct window {
	uint64_t at;
	uint32_t len;
	unsigned char bytes[WINDOW];
};

/* How many bytes a member takes, from the one that it begins in. */
static uint32_t size_of(const struct mmx_member *m)
{
	return m->bitfield ? (m->bit_off % 8 + m->bit_size + 7) / 8 : m->size;
}

static bool decodable(const struct mmx_wanted *w, const struct mmx_member *m)
{
	uint32_t size = size_of(m);

	return size && size <= (w->text ? WINDOW : sizeof(uint64_t));
}

int mmx_decode_require(const struct mmx_decode *d, const struct mmx_layout *l, struct mmx_err *err)
{
	for (unsigned int i = 0; i < d->n; i++) {
		const struct mmx_wanted *w = &d->wanted[i];

		if (mmx_has(l, w->id) ? decodable(w, &l->member[w->id].m) : w->optional)
			continue;
		return mmx_fail(err, MMX_EMISSING,
				mmx_has(l, w->id)
					? "member %s is no number"
					: "member %s is needed and no source of types has it",
				mmx_layout_members[w->id].name);
	}
	return 0;
}

/* A member out of bytes that begin with the one that it begins in. */
static void store(const struct mmx_wanted *w, const struct mmx_member *m,
		  const unsigned char *bytes, unsigned char *field)
{
	unsigned int bits = m->bitfield ? m->bit_size : m->size * 8;
	uint64_t value;

	if (w->text) {
		size_t len = m->size < w->size ? m->size : w->size - 1u;

		memcpy(field, bytes, len);
		memset(field + len, 0, w->size - len);
		field[w->size - 1] = 0;
		return;
	}
	value = mmx_le(bytes, size_of(m)) >> (m->bitfield ? m->bit_off % 8 : 0);
	if (bits < 64) {
		value &= (1ULL << bits) - 1;
		if (w->is_signed && value >> (bits - 1))
			value |= ~0ULL << bits;
	}
	memcpy(field, &value, w->size);
}

/* A window that begins with the member and ends where the struct does; at least the member itself. */
static enum mmx_read move_window(struct window *window, struct mmx_view *view, uint64_t addr,
				 uint64_t offset, uint32_t size, uint64_t end)
{
	uint64_t more = end > offset && end - offset < WINDOW ? end - offset : WINDOW;
	enum mmx_read read = MMX_READ_UNREADABLE;

	window->at = offset;
	window->len = more > size ? (uint32_t)more : size;
	if (window->len > size)
		read = mmx_kread(view, addr + offset, window->bytes, window->len);
	if (!read)
		return read;
	window->len = size;
	read = mmx_kread(view, addr + offset, window->bytes, size);
	if (read)
		window->len = 0;
	return read;
}

/* Where the struct's wanted members end: nothing behind them need be read. */
static uint64_t end_of(const struct mmx_decode *d, const struct mmx_layout *l)
{
	uint64_t end = 0;

	for (unsigned int i = 0; i < d->n; i++) {
		const struct mmx_member *m = &l->member[d->wanted[i].id].m;
		uint64_t at = m->bit_off / 8 + size_of(m);

		if (mmx_has(l, d->wanted[i].id) && at > end)
			end = at;
	}
	return end;
}

int mmx_decode_read(const struct mmx_decode *d, struct mmx_view *view, uint64_t addr, void *into,
		    struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct window window = {.len = 0};
	uint64_t end = end_of(d, l);

	if (mmx_decode_require(d, l, err))
		return -1;
	for (unsigned int i = 0; i < d->n; i++) {
		const struct mmx_wanted *w = &d->wanted[i];
		const struct mmx_member *m = &l->member[w->id].m;
		uint64_t offset = m->bit_off / 8;
		enum mmx_read read = MMX_READ_OK;

		if (!mmx_has(l, w->id))
			continue;
		if (offset < window.at || offset + size_of(m) > window.at + window.len)
			read = move_window(&window, view, addr, offset, size_of(m), end);
		if (read)
			return mmx_fail(err, mmx_read_code(read), "the %s at 0x%" PRIx64 " is %s",
					d->what, addr, mmx_read_name(read));
		store(w, m, window.bytes + (offset - window.at), (unsigned char *)into + w->at);
	}
	return 0;
}

void mmx_decode_bytes(const struct mmx_decode *d, const struct mmx_layout *l,
		      const unsigned char *bytes, void *into)
{
	for (unsigned int i = 0; i < d->n; i++) {
		const struct mmx_wanted *w = &d->wanted[i];

		if (mmx_has(l, w->id))
			store(w, &l->member[w->id].m, bytes + mmx_off(l, w->id),
			      (unsigned char *)into + w->at);
	}
}
