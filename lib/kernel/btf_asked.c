// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/btf_asked.h"
#include "kernel/layout.h"

uint64_t mmx_btf_key(const char *name)
{
	char bytes[8] = {0};

	memcpy(bytes, name, strnlen(name, sizeof(bytes)));
	return mmx_le64(bytes);
}

static void add(struct mmx_btf_asked *a, const char *name)
{
	uint32_t bit = mmx_btf_key(name) * 0x9e3779b97f4a7c15ULL >> (64 - MMX_BTF_ASKED_BITS);

	a->bits[bit / 64] |= 1ULL << bit % 64;
}

/* Those whose members or enumerators are listed, whatever they are called. */
static const char *const listed[] = {"zone_stat_item", "node_stat_item", "numa_stat_item",
				     "vm_event_item",  "zone_flags",     "writeback_stat_item"};

static void add_names(struct mmx_btf_asked *a, const struct mmx_layout_decl *d)
{
	for (int i = 0; i < MMX_LAYOUT_ALTERNATIVES && d->alt[i]; i++)
		add(a, d->alt[i]);
}

struct mmx_btf_asked *mmx_btf_asked_new(void)
{
	struct mmx_btf_asked *a = calloc(1, sizeof(*a));

	for (unsigned int i = 0; a && i < MMX_LAYOUT_STRUCTS; i++)
		add_names(a, &mmx_layout_structs[i]);
	for (unsigned int i = 0; a && i < MMX_LAYOUT_ENUMERATORS; i++) {
		add_names(a, &mmx_layout_enumerators[i]);
		if (*mmx_layout_enumerators[i].owner)
			add(a, mmx_layout_enumerators[i].owner);
	}
	for (size_t i = 0; a && i < sizeof(listed) / sizeof(*listed); i++)
		add(a, listed[i]);
	return a;
}
