// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Derived facts and their checks. A fact is something that mmx worked out about this kernel (a
 * base address, a bit position); its check holds it against the dump's own data. What a command needs
 * of them it declares, and a fact that failed makes that command refuse, by name.
 */
#ifndef MMX_KERNEL_FACTS_H
#define MMX_KERNEL_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* FACT(entry, "name for people") in the order in which they are found out. */
#define MMX_FACTS(FACT)                                          \
	FACT(VMCOREINFO, "VMCOREINFO")                           \
	FACT(PAGING, "page tables")                              \
	FACT(SYMBOLS, "symbols")                                 \
	FACT(TYPES, "types")                                     \
	FACT(RELEASE, "release")                                 \
	FACT(MODULES, "module symbols")                          \
	FACT(KERNEL_IMAGE, "kernel image")                       \
	FACT(MODULE_SPACE, "module space")                       \
	FACT(DIRECT_MAP, "direct map")                           \
	FACT(VMALLOC, "vmalloc space")                           \
	FACT(ISOLATION, "page-table isolation")                  \
	FACT(SECTIONS, "memory sections")                        \
	FACT(VMEMMAP, "vmemmap")                                 \
	FACT(ZONES, "nodes and zones")                           \
	FACT(ONLINE, "frames that the kernel looks at")          \
	FACT(FLAGS_ZONE, "node and zone bits of page flags")     \
	FACT(FLAGS_LRU_GEN, "LRU generation bits of page flags") \
	FACT(PAGES, "struct page and folio")

enum mmx_fact_id {
#define FACT(id, name) FACT_##id,
	MMX_FACTS(FACT)
#undef FACT
		MMX_FACT_COUNT
};

/** enum mmx_fact_state - how a fact stands */
enum mmx_fact_state {
	MMX_FACT_UNKNOWN,   /* not found out; text says why */
	MMX_FACT_CHECKED,   /* found out and held against the dump */
	MMX_FACT_UNCHECKED, /* found out, and this dump has nothing to hold it against */
	MMX_FACT_NONE,      /* this kernel does not have the thing */
	MMX_FACT_FAILED,    /* found out, and the dump says otherwise */
};

/**
 * struct mmx_fact - one fact's standing
 * @source: where it comes from: "VMCOREINFO note", "symbol vmemmap_base"
 * @text: what was compared and how it came out, or why it is not known
 */
struct mmx_fact {
	enum mmx_fact_state state;
	char source[96];
	char text[320];
};

struct mmx_facts {
	struct mmx_fact v[MMX_FACT_COUNT];
};

const char *mmx_fact_name(enum mmx_fact_id id);
const char *mmx_fact_state_name(enum mmx_fact_state state);

/** mmx_fact_set() - record how a fact stands */
void mmx_fact_set(struct mmx_facts *f, enum mmx_fact_id id, enum mmx_fact_state state,
		  const char *source, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/** mmx_fact_usable() - checked, or unchecked for want of data; not failed, unknown or none */
bool mmx_fact_usable(const struct mmx_facts *f, enum mmx_fact_id id);

/** mmx_fact_require() - 0 when usable, else -1 with an error that names the fact and its reason */
int mmx_fact_require(const struct mmx_facts *f, enum mmx_fact_id id, struct mmx_err *err);

#endif
