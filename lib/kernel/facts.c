// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>

#include "kernel/facts.h"

const char *mmx_fact_name(enum mmx_fact_id id)
{
	static const char *const names[] = {
#define FACT(id, name) [FACT_##id] = name,
		MMX_FACTS(FACT)
#undef FACT
	};

	return names[id];
}

const char *mmx_fact_state_name(enum mmx_fact_state state)
{
	static const char *const names[] = {
		[MMX_FACT_UNKNOWN] = "unknown",     [MMX_FACT_CHECKED] = "ok",
		[MMX_FACT_UNCHECKED] = "unchecked", [MMX_FACT_NONE] = "none",
		[MMX_FACT_FAILED] = "FAILED",
	};

	return names[state];
}

void mmx_fact_set(struct mmx_facts *f, enum mmx_fact_id id, enum mmx_fact_state state,
		  const char *source, const char *fmt, ...)
{
	struct mmx_fact *fact = &f->v[id];
	va_list ap;

	fact->state = state;
	snprintf(fact->source, sizeof(fact->source), "%s", source ? source : "");
	va_start(ap, fmt);
	vsnprintf(fact->text, sizeof(fact->text), fmt, ap);
	va_end(ap);
}

bool mmx_fact_usable(const struct mmx_facts *f, enum mmx_fact_id id)
{
	return f->v[id].state == MMX_FACT_CHECKED || f->v[id].state == MMX_FACT_UNCHECKED;
}

int mmx_fact_require(const struct mmx_facts *f, enum mmx_fact_id id, struct mmx_err *err)
{
	if (mmx_fact_usable(f, id))
		return 0;
	return mmx_fail(err, MMX_EMISSING, "%s: %s", mmx_fact_name(id),
			f->v[id].text[0] ? f->v[id].text : "not found out");
}
