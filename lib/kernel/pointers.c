// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "base/bytes.h"
#include "kernel/kernel.h"
#include "kernel/member.h"
#include "kernel/pointers.h"

/* Error numbers, and NULL, are no addresses and never hashed. */
#define ERROR_NUMBERS 4095

/* Of a byte that is not 0; @without is what a kernel does that has no such variable. */
static int read_flag(struct mmx_view *view, const char *name, bool without, bool *flag,
		     struct mmx_err *err)
{
	uint64_t at;
	unsigned char byte = without;

	if (mmx_symbol_addr(&view->kernel->symbols, name, &at) &&
	    mmx_kread_ok(view, at, &byte, sizeof(byte), name, err))
		return -1;
	*flag = byte;
	return 0;
}

static int find_key(struct mmx_pointers *p, struct mmx_view *view, struct mmx_err *err)
{
	unsigned char key[16];
	uint64_t at;
	bool filled;

	if (!mmx_symbol_addr(&view->kernel->symbols, "ptr_key", &at))
		return mmx_fail(err, MMX_EMISSING,
				"there is no symbol ptr_key, which addresses are hashed with");
	if (mmx_kread_ok(view, at, key, sizeof(key), "ptr_key", err) ||
	    read_flag(view, "filled_random_ptr_key", true, &filled, err))
		return -1;
	p->key[0] = mmx_le64(key);
	p->key[1] = mmx_le64(key + 8);
	p->as = filled ? MMX_POINTERS_HASHED : MMX_POINTERS_EARLY;
	return 0;
}

int mmx_pointers_find(struct mmx_pointers *p, struct mmx_view *view, struct mmx_err *err)
{
	uint64_t restricted;
	bool plain;
	enum mmx_read read = mmx_kread_variable(view, "kptr_restrict", 4, &restricted);

	if (!mmx_symbols_find(&view->kernel->symbols, "kptr_restrict"))
		return mmx_fail(
			err, MMX_EMISSING,
			"there is no symbol kptr_restrict, which tells whether addresses are "
			"hashed");
	if (read)
		return mmx_fail(err, mmx_read_code(read), "kptr_restrict is %s",
				mmx_read_name(read));
	if (read_flag(view, "no_hash_pointers", false, &plain, err))
		return -1;
	p->as = restricted ? MMX_POINTERS_NULL : MMX_POINTERS_PLAIN;
	if (restricted == 1 || (!restricted && plain)) {
		p->as = MMX_POINTERS_PLAIN;
		return 0;
	}
	return restricted ? 0 : find_key(p, view, err);
}

int mmx_pointers_hashing(struct mmx_pointers *p, struct mmx_view *view, struct mmx_err *err)
{
	bool plain;

	if (read_flag(view, "no_hash_pointers", false, &plain, err))
		return -1;
	p->as = MMX_POINTERS_PLAIN;
	return plain ? 0 : find_key(p, view, err);
}

static uint64_t rotated(uint64_t word, unsigned int bits)
{
	return word << bits | word >> (64 - bits);
}

static void mix(uint64_t v[4], unsigned int rounds)
{
	while (rounds--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotated(v[1], 13) ^ v[0];
		v[3] = rotated(v[3], 16) ^ v[2];
		v[0] = rotated(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotated(v[1], 17) ^ v[2];
		v[3] = rotated(v[3], 21) ^ v[0];
		v[2] = rotated(v[2], 32);
	}
}

/* SipHash-2-4 of a single word of eight bytes. */
static uint64_t hashed(const uint64_t key[2], uint64_t word)
{
	const uint64_t last = 8ULL << 56; /* no bytes are left over, and how many there were */
	uint64_t v[4] = {
		key[0] ^ 0x736f6d6570736575,
		key[1] ^ 0x646f72616e646f6d,
		key[0] ^ 0x6c7967656e657261,
		key[1] ^ 0x7465646279746573,
	};

	v[3] ^= word;
	mix(v, 2);
	v[0] ^= word;
	v[3] ^= last;
	mix(v, 2);
	v[0] ^= last;
	v[2] ^= 0xff;
	mix(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void mmx_pointer_text(const struct mmx_pointers *p, uint64_t pointer, char *text)
{
	bool is_address = pointer && pointer < (uint64_t)-ERROR_NUMBERS;

	if (p->as == MMX_POINTERS_EARLY && is_address) {
		snprintf(text, MMX_POINTER_TEXT, "(____ptrval____)");
		return;
	}
	if (p->as == MMX_POINTERS_NULL)
		pointer = 0;
	else if (p->as == MMX_POINTERS_HASHED && is_address)
		pointer = (uint32_t)hashed(p->key, pointer);
	snprintf(text, MMX_POINTER_TEXT, "%016" PRIx64, pointer);
}
