// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "kernel/calls.h"
#include "kernel/kernel.h"

#define MAX_CODE  16384u
#define CALL      0xe8u /* of x86: four bytes follow that lead from behind them to the function */
#define CALL_SIZE 5u

/* A function ends at the latest where the next symbol is. */
static uint64_t code_size(const struct mmx_symbols *s, const struct mmx_symbol *function)
{
	uint64_t next;

	if (!mmx_symbols_behind(s, function, &next) || next - function->addr > MAX_CODE)
		return MAX_CODE;
	return next - function->addr;
}

int mmx_calls(struct mmx_view *view, const char *caller, const char *callee, bool *calls,
	      struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	unsigned char code[MAX_CODE];
	const struct mmx_symbol *function = mmx_symbols_find(&k->symbols, caller);
	uint64_t from, to, size;

	if (strcmp(k->image->machine, "x86_64"))
		return mmx_fail(err, MMX_EMISSING, "calls are not known of %s", k->image->machine);
	if (!function || !mmx_symbol_addr(&k->symbols, callee, &to))
		return mmx_fail(err, MMX_EMISSING, "symbols %s and %s are needed", caller, callee);
	from = function->addr;
	size = code_size(&k->symbols, function);
	if (mmx_kread_ok(view, from, code, size, caller, err))
		return -1;
	*calls = false;
	for (uint64_t at = 0; at + CALL_SIZE <= size && !*calls; at++)
		*calls = code[at] == CALL &&
			 from + at + CALL_SIZE + (int32_t)mmx_le32(code + at + 1) == to;
	return 0;
}
