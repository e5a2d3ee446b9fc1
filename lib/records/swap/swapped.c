// SPDX-License-Identifier: GPL-2.0-or-later
/* Who has what in swap, and what that takes; and what is wrong. */
#include "mm/mem.h"
#include "records/swap/swap.h"

static const struct mmx_swapped *swapped_of(const struct mmx_rows *r)
{
	return r->row;
}

static int open_uses(struct mmx_rows *r, struct mmx_err *err)
{
	(void)err;
	mmx_cover_inherit(r->coverage, &mmx_know_swap_uses(r->view)->coverage);
	mmx_cover_inherit(r->coverage, &mmx_know_swap_uses(r->view)->stored);
	return 0;
}

/* The cursor's own: how far in the array it is. */
static const void *next_of(struct mmx_rows *r, bool shmem)
{
	const struct mmx_swap_uses *uses = mmx_know_swap_uses(r->view);
	size_t *at = r->state;

	while (*at < uses->n) {
		const struct mmx_swapped *s = &uses->v[(*at)++];

		if (!s->mapping == !shmem)
			return s;
	}
	return NULL;
}

static const void *next_process(struct mmx_rows *r)
{
	return next_of(r, false);
}

static void bytes(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = swapped_of(r)->pages << r->view->kernel->arch->page_shift;
}

static void zeros(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = swapped_of(r)->by[MMX_STORED_ZERO] + swapped_of(r)->by[MMX_STORED_SAME];
}

static void disk(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = swapped_of(r)->by[MMX_STORED_DISK] + swapped_of(r)->by[MMX_STORED_WRITTEN];
}

static void pid(struct mmx_rows *r, struct mmx_value *v)
{
	if (swapped_of(r)->task)
		v->word = (uint64_t)swapped_of(r)->task->tgid;
	else
		mmx_value_null(v);
}

static void comm(struct mmx_rows *r, struct mmx_value *v)
{
	if (swapped_of(r)->task)
		v->text = swapped_of(r)->task->comm;
	else
		mmx_value_null(v);
}

#define SWAPPED_FIELDS                                                                              \
	{"swap", MMX_BYTES, "what is in swap, as memory", .width = 8, .get = bytes},                \
		{"pages", MMX_COUNT, "the same in pages", .width = 8,                               \
		 AT(struct mmx_swapped, pages)},                                                    \
		{"stored", MMX_BYTES,                                                               \
		 "what that takes in zram and zswap; what several share counts whole for each",     \
		 .width = 8, AT(struct mmx_swapped, stored)},                                       \
		{"zram", MMX_COUNT, "pages that are in zram", .width = 7,                           \
		 AT(struct mmx_swapped, by[MMX_STORED_ZRAM])},                                      \
		{"zswap", MMX_COUNT, "in zswap", .width = 7,                                        \
		 AT(struct mmx_swapped, by[MMX_STORED_ZSWAP])},                                     \
		{"filled", MMX_COUNT, "stored nowhere: zeros, or filled with one word",             \
		 .width = 7, .get = zeros},                                                         \
		{"disk", MMX_COUNT, "on a disk, which the dump has not", .width = 7, .get = disk},  \
	{                                                                                           \
		"unknown", MMX_COUNT,                                                               \
			"of which it is not known, and where zram has nothing that it should have", \
			.width = 7, .get = unknown                                                  \
	}

static void unknown(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = swapped_of(r)->unknown + swapped_of(r)->by[MMX_STORED_NOWHERE];
}

static const struct mmx_field process_fields[] = {
	{"pid", MMX_COUNT, "its PID; null where no process has that memory any more", .width = 7,
	 .may = MMX_OR_NULL, .get = pid},
	SWAPPED_FIELDS,
	{"others", MMX_COUNT, "further processes that have the same address space", .width = 6,
	 AT(struct mmx_swapped, others)},
	{"comm", MMX_TEXT, "its name", .may = MMX_OR_NULL | MMX_OR_EMPTY, .get = comm},
	{"mm", MMX_ADDR, "its mm_struct", AT(struct mmx_swapped, mm)},
	{0},
};

const struct mmx_record mmx_record_swap_processes = {
	.name = "swap_process",
	.doc = "a process that has memory of its own in swap",
	.fields = process_fields,
	.state_size = sizeof(size_t),
	.has = mmx_swapx_is_survey,
	.open = open_uses,
	.next = next_process,
};

/*
 * Shared memory.
 */

struct shmem {
	size_t at;
	struct mmx_mapping mapping;
};

static const void *next_shmem(struct mmx_rows *r)
{
	return next_of(r, true);
}

void mmx_swapx_path(struct mmx_rows *r, struct mmx_value *v, struct mmx_mapping *m, uint64_t addr)
{
	if (m->addr != addr && mmx_mapping_read(m, r->view, addr, &v->scratch->err)) {
		m->addr = 0;
		mmx_value_unknown(v, &v->scratch->err);
	} else if (!mmx_cover_whole(&m->coverage)) {
		mmx_value_unknown(v, &m->coverage.first);
	} else {
		v->text = m->path.text;
	}
}

static void path(struct mmx_rows *r, struct mmx_value *v)
{
	struct shmem *s = r->state;

	mmx_swapx_path(r, v, &s->mapping, swapped_of(r)->mapping);
}

static const struct mmx_field shmem_fields[] = {
	SWAPPED_FIELDS,
	{"mapping", MMX_ADDR, "its address_space", AT(struct mmx_swapped, mapping)},
	{"path", MMX_TEXT, "what it is called", .may = MMX_OR_UNKNOWN | MMX_OR_EMPTY, .get = path},
	{0},
};

const struct mmx_record mmx_record_swap_shmem = {
	.name = "swap_shmem",
	.doc = "shared memory of which something is in swap",
	.fields = shmem_fields,
	.state_size = sizeof(struct shmem),
	.has = mmx_swapx_is_survey,
	.next = next_shmem,
};

/*
 * What is wrong.
 */

static const struct mmx_swap_finding *finding_of(const struct mmx_rows *r)
{
	return r->row;
}

static const void *next_finding(struct mmx_rows *r)
{
	const struct mmx_swap_check *c = mmx_know_swap_check(r->view);

	return r->nth < c->n ? &c->v[r->nth] : NULL;
}

static bool is_of_page(const struct mmx_rows *r)
{
	return finding_of(r)->kind != MMX_SWAP_FOUND_IN_USE &&
	       finding_of(r)->kind != MMX_SWAP_FOUND_INODE;
}

static void finding_area(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = finding_of(r)->type;
	if (finding_of(r)->kind == MMX_SWAP_FOUND_INODE)
		mmx_value_null(v);
}

static void finding_offset(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = finding_of(r)->offset;
	if (!is_of_page(r))
		mmx_value_null(v);
}

static void finding_address(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = finding_of(r)->address;
	if (!v->word)
		mmx_value_null(v);
}

static void what(struct mmx_rows *r, struct mmx_value *v)
{
	static const char *const words[] = {
		[MMX_SWAP_FOUND_COUNT] = "entries that name it are not as many as it counts",
		[MMX_SWAP_FOUND_MORE] = "its count goes on elsewhere, and cannot be read there",
		[MMX_SWAP_FOUND_BAD] = "entries name it, and it is marked as bad",
		[MMX_SWAP_FOUND_OWNER] = "it is marked as shared memory's, and page tables name it",
		[MMX_SWAP_FOUND_STRAY] = "an entry names a page that no area has",
		[MMX_SWAP_FOUND_IN_USE] = "pages in use are not as many as the area counts",
		[MMX_SWAP_FOUND_INODE] = "shared memory has another number in swap than it says",
	};

	mmx_value_textf(v, "%s%s", words[finding_of(r)->kind],
			mmx_swap_transit_words(finding_of(r)->transit));
}

static void transient(struct mmx_rows *r, struct mmx_value *v)
{
	v->truth = finding_of(r)->transit;
}

static const struct mmx_field finding_fields[] = {
	{"kind", MMX_WORD, "what is wrong, in a word", .width = 6,
	 WORDS(MMX_SWAP_FINDING_COUNT, mmx_swap_finding_name), AT(struct mmx_swap_finding, kind)},
	{"area", MMX_COUNT, "the number of the area; null of an inode", .width = 4,
	 .may = MMX_OR_NULL, .get = finding_area},
	{"offset", MMX_HEX, "the page of it; null of a whole area", .width = 8, .may = MMX_OR_NULL,
	 .get = finding_offset},
	{"kernel", MMX_COUNT, "what the kernel says", .width = 6,
	 AT(struct mmx_swap_finding, kernel)},
	{"found", MMX_COUNT, "what was found", .width = 6, AT(struct mmx_swap_finding, found)},
	{"address", MMX_ADDR,
	 "where it says so: in swap_map or the swap table, of the area or the address_space; of a "
	 "stray entry, whose it is: an mm_struct or an address_space",
	 .may = MMX_OR_NULL, .get = finding_address},
	{"transient", MMX_BOOL,
	 "the page may just be on its way, as what has it is locked, and that is no fault",
	 .title = "MOVES", .width = 5, .get = transient},
	{"what", MMX_TEXT, "the same in words", .get = what},
	{0},
};

const struct mmx_record mmx_record_swap_findings = {
	.name = "swap_finding",
	.doc = "something that is wrong with swap",
	.fields = finding_fields,
	.has = mmx_swapx_is_survey,
	.next = next_finding,
};
