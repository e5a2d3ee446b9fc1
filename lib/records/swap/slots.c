// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages of swap that were asked for: everything that is known of each. */
#include <inttypes.h>
#include <stdio.h>

#include "mm/mem.h"
#include "records/swap/swap.h"

static const struct mmx_swapx_slot *slot_of(const struct mmx_rows *r)
{
	return &mmx_swapx_of(r)->slot;
}

static bool has_slots(struct mmx_rows *r)
{
	return !mmx_swapx_of(r)->survey;
}

static const void *next_slot(struct mmx_rows *r)
{
	struct mmx_swapx *x = mmx_swapx_of(r);

	return x->next(x) ? &x->slot : NULL;
}

static void heading(struct mmx_rows *r, char *text)
{
	snprintf(text, 64, "Swap %u:%" PRIx64, slot_of(r)->type, slot_of(r)->offset);
}

static void pid(struct mmx_rows *r, struct mmx_value *v)
{
	v->count = slot_of(r)->pid;
	if (!slot_of(r)->by_address)
		mmx_value_none(v);
}

static void user_address(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = slot_of(r)->address;
	if (!slot_of(r)->by_address)
		mmx_value_none(v);
}

static void path(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_swaps *swaps = mmx_know_swaps(r->view);
	const struct mmx_swap_area *a = slot_of(r)->area;

	if (!a)
		mmx_value_null(v);
	else if (a->no_path)
		mmx_value_unknown(v, mmx_reason(&swaps->reasons, a->no_path));
	else
		v->text = a->path.text;
}

static const char *const states[] = {"free", "used", "cache-only", "reserved", "bad"};

/*
 * In use without a count: the swap cache has it alone, or a CPU has it in advance, up to 6.13, or is about to give it
 * back. It is the map that says so, and no folio has it then.
 */
static unsigned int state_of(const struct mmx_swap_slot *s)
{
	if (s->bad)
		return 4;
	if (s->count || s->more)
		return 1;
	return s->cached ? 2 : s->has_cache ? 3 : 0;
}

static void state(struct mmx_rows *r, struct mmx_value *v)
{
	if (slot_of(r)->no_slot.code)
		mmx_value_unknown(v, &slot_of(r)->no_slot);
	else
		v->word = state_of(&slot_of(r)->slot);
}

static bool no_slot(struct mmx_rows *r, struct mmx_value *v)
{
	if (!slot_of(r)->no_slot.code)
		return false;
	mmx_value_none(v);
	return true;
}

static void count(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = slot_of(r)->slot.count;
	no_slot(r, v);
}

static void at_least(struct mmx_rows *r, struct mmx_value *v)
{
	v->truth = slot_of(r)->slot.more;
	if (!no_slot(r, v) && !v->truth)
		mmx_value_none(v);
}

static void count_address(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = slot_of(r)->area ? mmx_swap_address(r->view, slot_of(r)->area, slot_of(r)->offset)
				   : 0;
	if (!v->word)
		mmx_value_none(v);
}

static void found(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = slot_of(r)->n_owners;
	if (!slot_of(r)->owners_known)
		mmx_value_none(v);
}

static void cached(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = slot_of(r)->slot.pfn;
	if (!no_slot(r, v) && !slot_of(r)->slot.cached)
		mmx_value_none(v);
}

static void shadow(struct mmx_rows *r, struct mmx_value *v)
{
	v->truth = slot_of(r)->slot.shadow;
	if (!no_slot(r, v) && !v->truth)
		mmx_value_none(v);
}

static void shmem(struct mmx_rows *r, struct mmx_value *v)
{
	v->truth = slot_of(r)->slot.shmem;
	if (!no_slot(r, v) && !v->truth)
		mmx_value_none(v);
}

/* Where its contents are, and what of that there is. */
static bool in_use(const struct mmx_rows *r)
{
	const struct mmx_swapx_slot *s = slot_of(r);

	return !s->no_slot.code && !s->slot.bad &&
	       (s->slot.count || s->slot.more || s->slot.has_cache || s->slot.cached ||
		s->n_owners);
}

static void stored(struct mmx_rows *r, struct mmx_value *v)
{
	if (!in_use(r)) {
		mmx_value_none(v);
	} else if (slot_of(r)->no_stored.code) {
		mmx_value_unknown(v, &slot_of(r)->no_stored);
	} else {
		mmx_stored_words(&slot_of(r)->stored, v->scratch->text, sizeof(v->scratch->text));
		v->text = v->scratch->text;
	}
}

static bool is_stored(struct mmx_rows *r, struct mmx_value *v, unsigned int kinds)
{
	if (in_use(r) && !slot_of(r)->no_stored.code && kinds >> slot_of(r)->stored.kind & 1)
		return true;
	mmx_value_none(v);
	return false;
}

#define KIND(kind) (1u << MMX_STORED_##kind)
#define ANY        (~0u)
#define BYTES      (KIND(ZRAM) | KIND(ZSWAP))
#define ENTRIES    (BYTES | KIND(SAME) | KIND(WRITTEN) | KIND(NOWHERE))

#define STORED(name, kinds, value)                                \
	static void name(struct mmx_rows *r, struct mmx_value *v) \
	{                                                         \
		const struct mmx_stored *s = &slot_of(r)->stored; \
                                                                  \
		if (is_stored(r, v, kinds))                       \
			value;                                    \
	}

STORED(where, ANY, v->word = s->kind)
STORED(size, BYTES, v->word = s->size)
STORED(handle, BYTES, v->word = s->handle)
STORED(entry, ENTRIES, v->word = s->entry)
STORED(pool, BYTES, v->word = s->pool)
STORED(word, KIND(SAME), v->word = s->word)

static void algorithm(struct mmx_rows *r, struct mmx_value *v)
{
	if (is_stored(r, v, BYTES))
		v->text = slot_of(r)->stored.algorithm;
	if (v->state == MMX_GIVEN && !*v->text)
		mmx_value_null(v);
}

static void device(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = slot_of(r)->stored.device;
	if (!is_stored(r, v, ANY) || (v->text && *v->text))
		return;
	mmx_value_none(v);
}

static void block(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_stored *s = &slot_of(r)->stored;

	v->word = s->block;
	if (is_stored(r, v, KIND(DISK) | KIND(ZRAM) | KIND(WRITTEN)) && s->no_block)
		mmx_value_none(v);
}

static void zram_flags(struct mmx_rows *r, struct mmx_value *v)
{
	static const struct {
		enum mmx_zram_flag flag;
		const char *name;
	} names[] = {
		{MMX_ZRAM_SAME, "same"},       {MMX_ZRAM_WRITTEN, "written-back"},
		{MMX_ZRAM_WRITING, "in-work"}, {MMX_ZRAM_HUGE, "huge"},
		{MMX_ZRAM_IDLE, "idle"},       {MMX_ZRAM_INCOMPRESSIBLE, "incompressible"},
	};
	unsigned int flags = slot_of(r)->stored.flags;
	int n = 0;

	if (!is_stored(r, v, ENTRIES))
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (flags & names[i].flag)
			n += snprintf(v->scratch->text + n, sizeof(v->scratch->text) - n, "%s%s",
				      n ? " " : "", names[i].name);
	}
	v->text = v->scratch->text;
	if (!n)
		mmx_value_none(v);
}

static void file(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = slot_of(r)->file;
	if (!*v->text)
		mmx_value_none(v);
}

static void not_written(struct mmx_rows *r, struct mmx_value *v)
{
	v->err = &slot_of(r)->not_written;
	if (!v->err->code)
		mmx_value_none(v);
}

/*
 * Owners.
 */

static int open_owners(struct mmx_rows *r, struct mmx_err *err)
{
	(void)err;
	mmx_cover_inherit(r->coverage, &mmx_swapx_of(r)->owners.coverage);
	return 0;
}

static const void *next_owner(struct mmx_rows *r)
{
	const struct mmx_swapx_slot *s = slot_of(r);

	return r->nth < s->n_owners ? &s->owners[r->nth] : NULL;
}

static const struct mmx_swap_owner *owner_of(const struct mmx_rows *r)
{
	return r->row;
}

static void owner_pid(struct mmx_rows *r, struct mmx_value *v)
{
	if (owner_of(r)->task)
		v->word = (uint64_t)owner_of(r)->task->tgid;
	else
		mmx_value_null(v);
}

static void owner_address(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = owner_of(r)->at;
	if (owner_of(r)->mapping)
		mmx_value_null(v);
}

static void owner_index(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = owner_of(r)->at;
	if (!owner_of(r)->mapping)
		mmx_value_null(v);
}

static void owner_of_what(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = owner_of(r)->mapping ? owner_of(r)->mapping : owner_of(r)->mm;
}

static void owner_name(struct mmx_rows *r, struct mmx_value *v)
{
	if (owner_of(r)->mapping)
		mmx_swapx_path(r, v, r->state, owner_of(r)->mapping);
	else if (owner_of(r)->task)
		v->text = owner_of(r)->task->comm;
	else
		mmx_value_null(v);
}

static const struct mmx_field owner_fields[] = {
	{"pid", MMX_COUNT,
	 "of the process; null of shared memory, and where no task has the memory", .width = 7,
	 .may = MMX_OR_NULL, .get = owner_pid},
	{"address", MMX_ADDR, "the user address whose entry names it; null of shared memory",
	 .may = MMX_OR_NULL, .get = owner_address},
	{"index", MMX_HEX, "of shared memory: the page of it", .width = 8, .may = MMX_OR_NULL,
	 .get = owner_index},
	{"owner", MMX_ADDR, "the mm_struct, or the address_space", .get = owner_of_what},
	{"name", MMX_TEXT, "of the process, or of the shared memory",
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN | MMX_OR_EMPTY, .get = owner_name},
	{0},
};

static const struct mmx_record owners = {
	.name = "swap_owner",
	.doc = "an entry that names the page",
	.fields = owner_fields,
	.state_size = sizeof(struct mmx_mapping),
	.open = open_owners,
	.next = next_owner,
};

static const struct mmx_field fields[] = {
	{"area", MMX_COUNT, "the number of the area", AT(struct mmx_swapx_slot, type)},
	{"offset", MMX_HEX, "the page of it", AT(struct mmx_swapx_slot, offset)},
	{"path", MMX_TEXT, "the area's file or device; null where there is no such area",
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = path},
	{"pid", MMX_COUNT, "with -u: the process", .may = MMX_OR_NONE, .get = pid},
	{"address", MMX_ADDR, "with -u: the address", .may = MMX_OR_NONE, .get = user_address},
	{"state", MMX_WORD, "by what the kernel keeps of it", WORD_LIST(states),
	 .may = MMX_OR_UNKNOWN, .get = state},
	{"count", MMX_COUNT, "how many entries there are, as the kernel counts", .may = MMX_OR_NONE,
	 .get = count},
	{"at_least", MMX_BOOL, "there are more, and how many cannot be read", .may = MMX_OR_NONE,
	 .get = at_least},
	{"found", MMX_COUNT, "how many were found; not looked for with -x", .may = MMX_OR_NONE,
	 .get = found},
	{"count_address", MMX_ADDR, "where the count is: in swap_map, or the swap table",
	 .may = MMX_OR_NONE, .get = count_address},
	{"marked_shmem", MMX_BOOL, "the map says that it is shared memory's", .may = MMX_OR_NONE,
	 .get = shmem},
	{"cached", MMX_PFN, "the folio in the swap cache: its first frame", .may = MMX_OR_NONE,
	 .get = cached},
	{"shadow", MMX_BOOL, "the swap cache remembers when it went", .may = MMX_OR_NONE,
	 .get = shadow},
	{"stored", MMX_TEXT, "where its contents are", .may = MMX_OR_NONE | MMX_OR_UNKNOWN,
	 .get = stored},
	{"where", MMX_WORD, "the same in a word", .may = MMX_OR_NONE,
	 WORDS(MMX_STORED_KIND_COUNT, mmx_stored_name), .get = where},
	{"device", MMX_TEXT, "the block device of the area", .may = MMX_OR_NONE, .get = device},
	{"block", MMX_HEX, "the page of that device, or of the one behind zram", .may = MMX_OR_NONE,
	 .get = block},
	{"bytes", MMX_BYTES, "what is stored", .may = MMX_OR_NONE, .get = size},
	{"algorithm", MMX_TEXT, "what compressed it; null when nothing did",
	 .may = MMX_OR_NONE | MMX_OR_NULL, .get = algorithm},
	{"word", MMX_HEX, "what fills the page", .may = MMX_OR_NONE, .get = word},
	{"entry", MMX_ADDR, "zram's table entry, or the zswap_entry", .may = MMX_OR_NONE,
	 .get = entry},
	{"handle", MMX_ADDR, "of the object that holds the bytes", .may = MMX_OR_NONE,
	 .get = handle},
	{"pool", MMX_ADDR, "of that object", .may = MMX_OR_NONE, .get = pool},
	{"zram_flags", MMX_TEXT, "of zram's table entry", .may = MMX_OR_NONE, .get = zram_flags},
	{"file", MMX_TEXT, "with -x: where the contents were written", .may = MMX_OR_NONE,
	 .get = file},
	{"not_written", MMX_TROUBLE, "with -x: why they were not", .get = not_written},
	{"owners", MMX_TABLE, "who has it", .title = "owners", .may = MMX_OR_NONE,
	 .record = &owners},
	{0},
};

const struct mmx_record mmx_record_swap_slots = {
	.name = "swap_slot",
	.doc = "a page of swap",
	.fields = fields,
	.has = has_slots,
	.next = next_slot,
	.heading = heading,
};
