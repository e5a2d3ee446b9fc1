// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/jiffies.h"
#include "kernel/kernel.h"
#include "kernel/member.h"

/* Ticks are 1 to 10 ms on all configurations; anything near that is taken for one. */
#define TICK_MIN_NS 100000u
#define TICK_MAX_NS 50000000u

/* The clock source made of ticks has the length of one as its multiplier, shifted. */
int mmx_jiffies_read(struct mmx_jiffies *j, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_symbols *symbols = &view->kernel->symbols;
	uint64_t now, source, mult, shift;
	enum mmx_read read;

	if (!mmx_symbol_addr(symbols, "jiffies_64", &now) ||
	    !mmx_symbol_addr(symbols, "clocksource_jiffies", &source))
		return mmx_fail(err, MMX_EMISSING,
				"symbols jiffies_64 and clocksource_jiffies are needed");
	read = mmx_kread_u64(view, now, &j->now);
	if (read)
		return mmx_fail(err, mmx_read_code(read), "jiffies_64 is %s", mmx_read_name(read));
	if (mmx_kget(view, source, M_clocksource_mult, &mult, err) ||
	    mmx_kget(view, source, M_clocksource_shift, &shift, err))
		return -1;
	j->tick_ns = shift < 64 ? mult >> shift : 0;
	if (j->tick_ns < TICK_MIN_NS || j->tick_ns > TICK_MAX_NS)
		return mmx_fail(err, MMX_ECORRUPT, "a tick of %" PRIu64 " ns makes no sense",
				j->tick_ns);
	return 0;
}

uint64_t mmx_jiffies_ms(const struct mmx_jiffies *j, uint64_t then)
{
	uint64_t ticks = j->now - then;

	return (int64_t)ticks < 0 ? 0 : ticks * j->tick_ns / 1000000;
}
