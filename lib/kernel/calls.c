// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "kernel/calls.h"
#include "kernel/kernel.h"

#define MAX_CODE  16384u
#define CALL      0xe8u /* of x86: four bytes follow that lead from behind them to the function */
#define CALL_SIZE 5u
#define BTS_SIZE  5u
#define MASK_SIZE 6u
#define LOAD_SIZE 4u

/* A function ends at the latest where the next symbol is. */
static uint64_t code_size(const struct mmx_symbols *s, const struct mmx_symbol *function)
{
	uint64_t next;

	if (!mmx_symbols_behind(s, function, &next) || next - function->addr > MAX_CODE)
		return MAX_CODE;
	return next - function->addr;
}

/* Where a function lies, and what of it there may be. */
struct code {
	uint64_t addr, size;
	unsigned char bytes[MAX_CODE];
};

static int read_code(struct code *code, struct mmx_view *view, const char *name,
		     struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	const struct mmx_symbol *function = mmx_symbols_find(&k->symbols, name);

	if (strcmp(k->image->machine, "x86_64"))
		return mmx_fail(err, MMX_EMISSING, "code of %s cannot be read", k->image->machine);
	if (!function)
		return mmx_fail(err, MMX_EMISSING, "there is no symbol %s", name);
	code->addr = function->addr;
	code->size = code_size(&k->symbols, function);
	return mmx_kread_ok(view, code->addr, code->bytes, code->size, name, err);
}

int mmx_calls(struct mmx_view *view, const char *caller, const char *callee, bool *calls,
	      struct mmx_err *err)
{
	struct code code;
	uint64_t to;

	if (!mmx_symbol_addr(&view->kernel->symbols, callee, &to))
		return mmx_fail(err, MMX_EMISSING, "there is no symbol %s", callee);
	if (read_code(&code, view, caller, err))
		return -1;
	*calls = false;
	for (uint64_t at = 0; at + CALL_SIZE <= code.size && !*calls; at++)
		*calls = code.bytes[at] == CALL &&
			 code.addr + at + CALL_SIZE + (int32_t)mmx_le32(code.bytes + at + 1) == to;
	return 0;
}

int mmx_refers(struct mmx_view *view, const char *function, const char *symbol, bool *refers,
	       struct mmx_err *err)
{
	struct code code;
	uint64_t to;

	if (!mmx_symbol_addr(&view->kernel->symbols, symbol, &to))
		return mmx_fail(err, MMX_EMISSING, "there is no symbol %s", symbol);
	if (read_code(&code, view, function, err))
		return -1;
	*refers = false;
	for (uint64_t at = 0; at + 4 <= code.size && !*refers; at++) {
		uint64_t number = (uint64_t)(int64_t)(int32_t)mmx_le32(code.bytes + at);

		*refers = number == to || number == -to || code.addr + at + 4 + number == to;
	}
	return 0;
}

/* lea -1(register), sub $1 and dec, of a register of 64 bits. */
static bool takes_one(const unsigned char *code)
{
	if ((code[0] & 0xf8) != 0x48)
		return false;
	return (code[1] == 0x8d && (code[2] & 0xc0) == 0x40 && (code[2] & 7) != 4 &&
		code[3] == 0xff) ||
	       (code[1] == 0x83 && (code[2] & 0xf8) == 0xe8 && code[3] == 1) ||
	       (code[1] == 0xff && (code[2] & 0xf8) == 0xc8);
}

bool mmx_code_takes_one(const unsigned char *code, size_t size)
{
	for (size_t at = 0; at + 4 <= size; at++) {
		if (takes_one(code + at))
			return true;
	}
	return false;
}

int mmx_takes_one(struct mmx_view *view, const char *function, bool *takes, struct mmx_err *err)
{
	struct code code;

	if (read_code(&code, view, function, err))
		return -1;
	*takes = mmx_code_takes_one(code.bytes, code.size);
	return 0;
}

/* bts with a number, of a register of 64 bits: a prefix, two bytes, the register, the number. */
static bool sets_bit(const unsigned char *code, unsigned int bit)
{
	return (code[0] & 0xfe) == 0x48 && code[1] == 0x0f && code[2] == 0xba &&
	       (code[3] & 0xf8) == 0xe8 && code[4] == bit;
}

int mmx_sets_bit(struct mmx_view *view, const char *function, unsigned int bit, unsigned int *times,
		 struct mmx_err *err)
{
	struct code code;

	if (read_code(&code, view, function, err))
		return -1;
	*times = 0;
	for (uint64_t at = 0; at + BTS_SIZE <= code.size; at++)
		*times += sets_bit(code.bytes + at, bit);
	return 0;
}

/*
 * and or test of a register of 32 bits with a number; of the second byte of one of the first four, where all bits lie
 * in it.
 */
static bool masks_at(const unsigned char *code, uint32_t mask)
{
	bool of_byte = (code[0] == 0x80 && (code[1] & 0xfc) == 0xe4) ||
		       (code[0] == 0xf6 && (code[1] & 0xfc) == 0xc4);
	bool of_register = (code[0] == 0x81 && (code[1] & 0xf8) == 0xe0) ||
			   (code[0] == 0xf7 && (code[1] & 0xf8) == 0xc0);
	bool of_eax = code[0] == 0x25 || code[0] == 0xa9;

	return (of_byte && code[2] << 8 == (int64_t)mask) ||
	       (of_register && mmx_le32(code + 2) == mask) ||
	       (of_eax && mmx_le32(code + 1) == mask);
}

int mmx_masks(struct mmx_view *view, const char *function, uint32_t mask, bool *masks,
	      struct mmx_err *err)
{
	struct code code;

	if (read_code(&code, view, function, err))
		return -1;
	*masks = false;
	for (uint64_t at = 0; at + MASK_SIZE <= code.size && !*masks; at++)
		*masks = masks_at(code.bytes + at, mask);
	return 0;
}

/* mov to a register of 32 bits, or cmp with a number; the offset is behind one byte or two that say which registers. */
static bool loads_at(const unsigned char *code, unsigned char offset)
{
	bool is_mov = code[0] == 0x8b, is_cmp = code[0] == 0x83 && (code[1] & 0x38) == 0x38;
	bool two = (code[1] & 7) == 4;

	return (is_mov || is_cmp) && code[1] >> 6 == 1 && code[two ? 3 : 2] == offset;
}

/* A prefix that makes it 64 bits. */
static bool is_wide(unsigned char prefix)
{
	return (prefix & 0xf8) == 0x48;
}

int mmx_loads(struct mmx_view *view, const char *function, uint64_t offset, bool *loads,
	      struct mmx_err *err)
{
	struct code code;

	if (offset > INT8_MAX)
		return mmx_fail(err, MMX_EMISSING, "0x%" PRIx64 " is too far off to be looked for",
				offset);
	if (read_code(&code, view, function, err))
		return -1;
	*loads = false;
	for (uint64_t at = 1; at + LOAD_SIZE <= code.size && !*loads; at++)
		*loads = !is_wide(code.bytes[at - 1]) &&
			 loads_at(code.bytes + at, (unsigned char)offset);
	return 0;
}
