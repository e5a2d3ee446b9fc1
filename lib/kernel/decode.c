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

static uint64_t offset_of(const struct mmx_wanted *w, const struct mmx_layout *l)
{
	return mmx_off(l, w->id) + (w->nested ? mmx_off(l, w->within) : 0);
}

/* The one that this kernel lacks of a member and what it lies in; else NULL. */
static const char *lacking(const struct mmx_wanted *w, const struct mmx_layout *l)
{
	if (w->nested && !mmx_has(l, w->within))
		return mmx_layout_members[w->within].name;
	return mmx_has(l, w->id) ? NULL : mmx_layout_members[w->id].name;
}

static bool decodable(const struct mmx_wanted *w, const struct mmx_member *m)
{
	uint32_t size = size_of(m);

	/* Bits that are none lie in a byte all the same, unless they begin one. */
	return size && (!m->bitfield || m->bit_size) &&
	       size <= (w->text ? WINDOW : sizeof(uint64_t));
}

int mmx_decode_require(const struct mmx_decode *d, const struct mmx_layout *l, struct mmx_err *err)
{
	for (unsigned int i = 0; i < d->n; i++) {
		const struct mmx_wanted *w = &d->wanted[i];
		const char *lacks = lacking(w, l);

		if (lacks && !w->optional)
			return mmx_fail(err, MMX_EMISSING,
					"member %s is needed and no source of types has it", lacks);
		if (!lacks && !decodable(w, &l->member[w->id].m))
			return mmx_fail(err, MMX_EMISSING, "member %s is no number",
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
	if (w->is_bool)
		value = value != 0;
	memcpy(field, &value, w->size);
}

/* Where those of the wanted members that there are begin and end: nothing else need be read. */
struct span {
	uint64_t first, end;
};

static struct span span_of(const struct mmx_decode *d, const struct mmx_layout *l)
{
	struct span span = {.first = UINT64_MAX};

	for (unsigned int i = 0; i < d->n; i++) {
		const struct mmx_wanted *w = &d->wanted[i];
		uint64_t at, end;

		if (lacking(w, l))
			continue;
		at = offset_of(w, l);
		end = at + size_of(&l->member[w->id].m);
		if (at < span.first)
			span.first = at;
		if (end > span.end)
			span.end = end;
	}
	return span;
}

/* All that is wanted, or as much of it as there is room for from a member on; at least that one. */
static enum mmx_read move_window(struct window *window, struct mmx_view *view, uint64_t addr,
				 uint64_t offset, uint32_t size, const struct span *span)
{
	enum mmx_read read = MMX_READ_UNREADABLE;

	window->at = span->end - span->first <= WINDOW ? span->first : offset;
	window->len = span->end - window->at < WINDOW ? span->end - window->at : WINDOW;
	if (window->len > size)
		read = mmx_kread(view, addr + window->at, window->bytes, window->len);
	if (!read)
		return read;
	window->at = offset;
	window->len = size;
	read = mmx_kread(view, addr + offset, window->bytes, size);
	if (read)
		window->len = 0;
	return read;
}

/* The struct is known to have what is required. */
static enum mmx_read read_members(const struct mmx_decode *d, struct mmx_view *view, uint64_t addr,
				  void *into)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct span span = span_of(d, l);
	struct window window = {.len = 0};

	for (unsigned int i = 0; i < d->n; i++) {
		const struct mmx_wanted *w = &d->wanted[i];
		const struct mmx_member *m = &l->member[w->id].m;
		uint64_t offset = offset_of(w, l);
		enum mmx_read read = MMX_READ_OK;

		if (lacking(w, l))
			continue;
		if (offset < window.at || offset + size_of(m) > window.at + window.len)
			read = move_window(&window, view, addr, offset, size_of(m), &span);
		if (read)
			return read;
		store(w, m, window.bytes + (offset - window.at), (unsigned char *)into + w->at);
	}
	return MMX_READ_OK;
}

int mmx_decode_within(const struct mmx_decode *d, const struct mmx_layout *l, uint64_t size,
		      struct mmx_err *err)
{
	struct span span = span_of(d, l);

	if (mmx_decode_require(d, l, err))
		return -1;
	if (span.end > size)
		return mmx_fail(err, MMX_ECORRUPT,
				"struct %s makes no sense: a member ends at %" PRIu64 " of %" PRIu64
				" bytes",
				d->what, span.end, size);
	return 0;
}

int mmx_decode_read(const struct mmx_decode *d, struct mmx_view *view, uint64_t addr, void *into,
		    struct mmx_err *err)
{
	enum mmx_read read;

	if (mmx_decode_require(d, &view->kernel->layout, err))
		return -1;
	read = read_members(d, view, addr, into);
	if (!read)
		return 0;
	return mmx_fail(err, mmx_read_code(read), "the %s at 0x%" PRIx64 " is %s", d->what, addr,
			mmx_read_name(read));
}

enum mmx_read mmx_decode_into(const struct mmx_decode *d, struct mmx_view *view, uint64_t addr,
			      void *into)
{
	if (mmx_decode_require(d, &view->kernel->layout, NULL))
		return MMX_READ_UNREADABLE;
	return read_members(d, view, addr, into);
}

void mmx_decode_bytes(const struct mmx_decode *d, const struct mmx_layout *l,
		      const unsigned char *bytes, void *into)
{
	for (unsigned int i = 0; i < d->n; i++) {
		const struct mmx_wanted *w = &d->wanted[i];

		if (!lacking(w, l))
			store(w, &l->member[w->id].m, bytes + offset_of(w, l),
			      (unsigned char *)into + w->at);
	}
}
