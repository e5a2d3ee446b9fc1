// SPDX-License-Identifier: GPL-2.0-or-later
/* GFP flags, and the flags of mappings. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mm/words/words.h"

static const struct {
	const char *name, *meaning;
} meanings[] = {
	{"__GFP_DMA", "from the zone DMA"},
	{"GFP_DMA", "from the zone DMA"},
	{"__GFP_HIGHMEM", "from any zone (x86_64 has no high memory)"},
	{"__GFP_DMA32", "from DMA32 or below: the first 4 GiB"},
	{"GFP_DMA32", "from DMA32 or below: the first 4 GiB"},
	{"__GFP_MOVABLE", "can be migrated; with HIGHMEM also from the zone Movable"},
	{"__GFP_RECLAIMABLE", "of a slab cache whose pages a shrinker can free"},
	{"__GFP_HIGH", "may go below the watermark min"},
	{"__GFP_ATOMIC", "cannot wait; up to 6.2"},
	{"__GFP_IO", "reclaim may start I/O"},
	{"__GFP_FS", "reclaim may call into file systems"},
	{"__GFP_ZERO", "zeroed"},
	{"__GFP_DIRECT_RECLAIM", "may sleep and reclaim itself"},
	{"__GFP_KSWAPD_RECLAIM", "wakes kswapd"},
	{"__GFP_RECLAIM", "wakes kswapd, may sleep and reclaim itself"},
	{"__GFP_WRITE", "is going to be dirty: spread over nodes"},
	{"__GFP_NOWARN", "a failure is not reported"},
	{"__GFP_RETRY_MAYFAIL", "tries hard, without the OOM killer"},
	{"__GFP_NOFAIL", "must not fail: tries for ever"},
	{"__GFP_NORETRY", "gives up after one light attempt, without the OOM killer"},
	{"__GFP_MEMALLOC", "may use all reserves"},
	{"__GFP_COMP", "one compound page"},
	{"__GFP_NOMEMALLOC", "never uses the reserves"},
	{"__GFP_HARDWALL", "only nodes of the task's cpuset"},
	{"__GFP_THISNODE", "only that node"},
	{"__GFP_ACCOUNT", "charged to the memory cgroup"},
	{"__GFP_ZEROTAGS", "memory tags zeroed too"},
	{"__GFP_SKIP_ZERO", "not zeroed with init_on_alloc"},
	{"__GFP_SKIP_KASAN", "not unpoisoned by KASAN"},
	{"__GFP_NOLOCKDEP", "lockdep does not look"},
	{"__GFP_NO_OBJ_EXT", "without extensions of slab objects"},
};

static const char *meaning_of(const char *name)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++) {
		if (!strcmp(meanings[i].name, name))
			return meanings[i].meaning;
	}
	return "";
}

static bool has(const struct mmx_lexicon *x, uint64_t gfp, const char *name)
{
	uint64_t bits = mmx_gfp_bits(x->gfp, name);

	return bits && (gfp & bits) == bits;
}

/* Which flags contradict each other, as the allocator itself checks them. */
static const struct {
	const char *a, *b;
	bool missing; /* @b must be there */
	const char *why;
} rules[] = {
	{"__GFP_DMA", "__GFP_DMA32", false, "two zones at once, which gfp_zone() calls a bug"},
	{"__GFP_DMA", "__GFP_HIGHMEM", false, "two zones at once, which gfp_zone() calls a bug"},
	{"__GFP_DMA32", "__GFP_HIGHMEM", false, "two zones at once, which gfp_zone() calls a bug"},
	{"__GFP_MOVABLE", "__GFP_RECLAIMABLE", false, "a page has one migrate type"},
	{"__GFP_NOFAIL", "__GFP_DIRECT_RECLAIM", true,
	 "what must not fail has to be able to wait, which the allocator warns of"},
};

static void check_gfp(struct mmx_told *t, const struct mmx_lexicon *x, uint64_t gfp)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		if (has(x, gfp, rules[i].a) && has(x, gfp, rules[i].b) != rules[i].missing)
			mmx_told_note(t, MMX_NOTE_IMPOSSIBLE, "%s %s %s: %s", rules[i].a,
				      rules[i].missing ? "without" : "with", rules[i].b,
				      rules[i].why);
	}
}

static const char *zone_of(const struct mmx_lexicon *x, uint64_t gfp)
{
	if (has(x, gfp, "__GFP_DMA"))
		return "from DMA alone";
	if (has(x, gfp, "__GFP_DMA32"))
		return "from DMA32 and below";
	if (has(x, gfp, "__GFP_MOVABLE") && has(x, gfp, "__GFP_HIGHMEM"))
		return "from Movable and below";
	return "from Normal and below";
}

/* Nobody is killed for what may fail, for low zones or one node, or where file systems cannot be called. */
static bool may_kill(const struct mmx_lexicon *x, uint64_t gfp)
{
	static const char *const never[] = {"__GFP_NORETRY", "__GFP_RETRY_MAYFAIL",
					    "__GFP_THISNODE", "__GFP_DMA", "__GFP_DMA32"};

	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++) {
		if (has(x, gfp, never[i]))
			return false;
	}
	return has(x, gfp, "__GFP_DIRECT_RECLAIM") && has(x, gfp, "__GFP_FS");
}

/* Before 6.8 GFP_NOWAIT was a single bit: the bit's own name has underscores, and comes later in the table. */
static bool has_better(const struct mmx_lexicon *x, size_t i)
{
	for (size_t j = i + 1; x->gfp->v[i].name[0] != '_' && j < x->gfp->n; j++) {
		if (x->gfp->v[j].mask == x->gfp->v[i].mask && x->gfp->v[j].name[0] == '_')
			return true;
	}
	return false;
}

void mmx_tell_gfp(struct mmx_told *t, const struct mmx_lexicon *x, uint64_t gfp)
{
	bool sleeps = has(x, gfp, "__GFP_DIRECT_RECLAIM");
	uint64_t left = gfp;

	/* Single bits: those of several are made of them. */
	for (size_t i = 0; i < x->gfp->n; i++) {
		const struct mmx_gfp_name *name = &x->gfp->v[i];
		char bit[24];

		if (!name->mask || name->mask & (name->mask - 1) || !(left & name->mask) ||
		    has_better(x, i))
			continue;
		snprintf(bit, sizeof(bit), "0x%" PRIx64, name->mask);
		mmx_told_part(t, name->name, bit, "%s", meaning_of(name->name));
		left &= ~name->mask;
	}
	if (left)
		mmx_tell_hex(t, "?", left, "bits that have no name");
	mmx_told_note(t, MMX_NOTE_MEANS, "%s; %s%s%s", zone_of(x, gfp),
		      sleeps ? "may sleep" : "may not sleep: what reclaim would free is no help",
		      has(x, gfp, "__GFP_HIGH") ? "; may take of the reserves below min" : "",
		      may_kill(x, gfp) ? "; may call the OOM killer up to order 3" : "");
	check_gfp(t, x, gfp);
}

int mmx_word_gfp(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		 struct mmx_err *err)
{
	char names[512], *bracket;

	mmx_told_begin(t, MMX_TOLD_GFP);
	if (!x->gfp)
		return x->known
			       ? mmx_fail(err, MMX_EMISSING, "%s", x->why_not_gfp.text)
			       : mmx_fail(
					 err, MMX_EUSAGE,
					 "what GFP flags mean depends on the kernel: say --kernel 6.8 "
					 "or 6.14, or give a dump");
	snprintf(names, sizeof(names), "%s", text);
	bracket = strchr(names, '(');
	if (bracket)
		*bracket = '\0';
	if (mmx_gfp_parse(x->gfp, names, &t->word, err))
		return -1;
	t->has_word = true;
	mmx_gfp_print(x->gfp, t->word, names, sizeof(names));
	mmx_told_title(t, "%s", names);
	mmx_tell_gfp(t, x, t->word);
	if (x->assumed)
		mmx_told_note(
			t, MMX_NOTE_ASSUMED,
			"bits above __GFP_ZEROTAGS as without KASAN's hardware tags and lockdep");
	mmx_told_note(t, MMX_NOTE_NEXT,
		      "zonex -a 0x%" PRIx64 ",ORDER in a dump: would that be served", t->word);
	return 0;
}

/*
 * VM flags
 */

static const struct {
	const char *a, *b;
	bool missing;
	const char *why;
} vm_rules[] = {
	{"shared", "mayshare", true, "what is shared may be shared"},
	{"hugepage", "nohugepage", false, "madvise() takes the one away when it sets the other"},
	{"seqread", "randread", false, "madvise() takes the one away when it sets the other"},
	{"lockonfault", "locked", true, "it says how a mapping is locked"},
	{"pfnmap", "mixedmap", false, "the kernel stops where both are set"},
};

void mmx_tell_vm_flags(struct mmx_told *t, const struct mmx_lexicon *x, uint64_t word)
{
	for (unsigned int i = 0; i < MMX_VM_FLAG_BITS; i++) {
		const struct mmx_vm_flag *flag = &x->vm->bit[i];
		bool named = strncmp(flag->name, "bit", 3) != 0;
		char bit[16];

		if (!(word >> i & 1))
			continue;
		snprintf(bit, sizeof(bit), "bit %u", i);
		mmx_told_part(t, named ? flag->name : "?", bit, "%s%s",
			      flag->code[0] && strcmp(flag->code, "??") ? "smaps: " : "",
			      !named                     ? "no name that mmx knows"
			      : strcmp(flag->code, "??") ? flag->code
							 : "");
	}
	for (size_t i = 0; i < sizeof(vm_rules) / sizeof(*vm_rules); i++) {
		uint64_t a = mmx_vm_flag(x->vm, vm_rules[i].a);
		uint64_t b = mmx_vm_flag(x->vm, vm_rules[i].b);

		if (a && b && word & a && !(word & b) == vm_rules[i].missing)
			mmx_told_note(t, MMX_NOTE_IMPOSSIBLE, "%s %s %s: %s", vm_rules[i].a,
				      vm_rules[i].missing ? "without" : "with", vm_rules[i].b,
				      vm_rules[i].why);
	}
}

/* A name, or the code that smaps has. */
static int add_vm_flag(const struct mmx_lexicon *x, const char *name, uint64_t *word,
		       struct mmx_err *err)
{
	for (unsigned int i = 0; i < MMX_VM_FLAG_BITS; i++) {
		const struct mmx_vm_flag *flag = &x->vm->bit[i];

		if (!strcmp(flag->name, name) ||
		    (!strcmp(flag->code, name) && strcmp(name, "??") && *name)) {
			*word |= 1ULL << i;
			return 0;
		}
	}
	return mmx_fail(err, MMX_EUSAGE, "%.60s: no such VM flag of %s", name, x->of);
}

int mmx_word_vma(struct mmx_told *t, const struct mmx_lexicon *x, const char *text,
		 struct mmx_err *err)
{
	char names[512], codes[MMX_VM_FLAGS_TEXT];
	char *at, *save;

	mmx_told_begin(t, MMX_TOLD_VMA);
	if (!x->vm)
		return mmx_fail(
			err, MMX_EUSAGE,
			"what VM flags mean depends on the kernel: say --kernel 6.8 or 6.14, "
			"or give a dump");
	/* No code of smaps is a number but dd, dc and de, of which there must be others then. */
	if (mmx_word_number(text, &t->word, err)) {
		t->word = 0;
		snprintf(names, sizeof(names), "%s", text);
		for (at = strtok_r(names, "|,+ ", &save); at; at = strtok_r(NULL, "|,+ ", &save)) {
			if (add_vm_flag(x, at, &t->word, err))
				return -1;
		}
	}
	if (!t->word && !strchr(text, '0'))
		return mmx_fail(err, MMX_EUSAGE, "\"%.60s\" is no VM flag", text);
	t->has_word = true;
	mmx_vm_flags_codes(x->vm, t->word, codes);
	mmx_told_title(t, "flags of a mapping; smaps: %s", codes);
	mmx_tell_vm_flags(t, x, t->word);
	if (!mmx_cover_whole(&x->vm->coverage))
		mmx_told_note(t, MMX_NOTE_UNKNOWN, "not all names are this kernel's own: %s",
			      x->vm->coverage.first.text);
	if (x->assumed)
		mmx_told_note(
			t, MMX_NOTE_ASSUMED,
			"protection keys at bits 32-35, shadow stacks at 37: as x86_64 has them");
	return 0;
}
