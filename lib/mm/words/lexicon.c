// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/words/lexicon.h"

void mmx_lexicon_of_dump(struct mmx_lexicon *x, struct mmx_view *view)
{
	struct mmx_kernel *k = view->kernel;
	const struct mmx_gfp_names *gfp = mmx_know_gfp_names(view);

	*x = (struct mmx_lexicon){.known = true, .view = view, .kernel = k};
	snprintf(x->of, sizeof(x->of), "%s of the dump", k->release);
	x->flags = mmx_mem(k)->flags;
	x->has_types = mmx_fact_usable(&k->facts, FACT_PAGES);
	x->types = mmx_mem(k)->page_format.types;
	if (gfp->n)
		x->gfp = gfp;
	else
		x->why_not_gfp = gfp->coverage.first;
	x->vm = mmx_know_vm_flags(view);
	/* What types of swap entries there are follows from which functions there are. */
	if (mmx_fact_usable(&k->facts, FACT_SYMBOLS))
		x->rules = mmx_know_entry_rules(view);
}

/* A kernel of which there are only types and page tables. */
static int make_stand_in(struct mmx_lexicon *x, const char *series, struct mmx_err *err)
{
	struct mmx_types_provider provider;
	struct mmx_kernel *k;

	x->stand_in = calloc(1, sizeof(*x->stand_in));
	if (!x->stand_in)
		return mmx_fail_nomem(err);
	k = &x->stand_in->kernel;
	x->kernel = k;
	k->arch = mmx_arch_find("x86_64");
	k->paging.levels = 4;
	if (!series)
		return 0;
	if (mmx_types_from_profile(&provider, series, err))
		return mmx_fail(err, MMX_EUSAGE, "--kernel %s: there are 6.8 and 6.14", series);
	mmx_types_add(&k->types, &provider);
	mmx_layout_resolve(&k->layout, &k->types);
	return 0;
}

int mmx_lexicon_of_series(struct mmx_lexicon *x, const char *series, struct mmx_err *err)
{
	unsigned int major, minor;
	char number[32];
	const struct mmx_kernel *k;

	*x = (struct mmx_lexicon){.known = true, .assumed = true};
	if (sscanf(series, "%u.%u", &major, &minor) != 2)
		return mmx_fail(err, MMX_EUSAGE, "--kernel %s: there are 6.8 and 6.14", series);
	snprintf(number, sizeof(number), "%u.%u", major, minor);
	if (make_stand_in(x, number, err)) {
		mmx_lexicon_free(x);
		return -1;
	}
	k = x->kernel;
	snprintf(x->of, sizeof(x->of), "%s, built in", number);
	mmx_page_types_find(k, &x->types);
	x->has_types = true;
	mmx_lexicon_assume(x, mmx_has_enum(&k->layout, E_PGTY_buddy));
	return 0;
}

void mmx_lexicon_of_nobody(struct mmx_lexicon *x)
{
	struct mmx_err err;

	*x = (struct mmx_lexicon){.of = "no kernel"};
	if (make_stand_in(x, NULL, &err))
		x->kernel = NULL;
}

void mmx_lexicon_free(struct mmx_lexicon *x)
{
	if (x->stand_in)
		mmx_types_free(&x->stand_in->kernel.types);
	free(x->stand_in);
	mmx_array_free(&x->own_gfp);
	*x = (struct mmx_lexicon){0};
}

const char *mmx_lexicon_zone(const struct mmx_lexicon *x, unsigned int node, unsigned int zone)
{
	static const char *const usual[] = {"DMA", "DMA32", "Normal", "Movable", "Device"};
	const struct mmx_zone *found;

	if (x->assumed)
		return zone < sizeof(usual) / sizeof(*usual) ? usual[zone] : NULL;
	if (!x->view)
		return NULL;
	found = mmx_zone_of(&mmx_mem(x->kernel)->zones, node, zone);
	return found ? found->name : NULL;
}

unsigned int mmx_lexicon_flag(const struct mmx_lexicon *x, const char *name)
{
	for (unsigned int bit = 0; bit < x->flags.named; bit++) {
		if (!strcmp(x->flags.name[bit], name))
			return bit;
	}
	return MMX_NO_BIT;
}
