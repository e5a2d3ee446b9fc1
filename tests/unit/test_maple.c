// SPDX-License-Identifier: GPL-2.0-or-later
/* Maple trees, whole and forged: a table of entries for each way that a node can be filled. */
#include "../fake_memory.h"
#include "kernel/maple.h"
#include "unit.h"

#define MEMORY  (1u << 16)
#define OUTSIDE 0xffffffffc0000000ULL
#define LAST    ~0ULL

enum { LEAF = 1, RANGE, ARANGE };

struct tree {
	uint64_t lock, root;
};

struct range {
	uint64_t parent, pivot[15], slot[16];
};

struct arange {
	uint64_t parent, pivot[9], slot[10], gap[10], end;
};

static struct fake_memory *m;
static struct mmx_maple walk;
static uint64_t tree;

static void setup(void)
{
	struct tree none = {0};

	m = fake_memory_new(MEMORY);
	fake_no_types(m);
	fake_member(m, M_maple_tree_ma_root, offsetof(struct tree, root), 8, 0);
	fake_struct(m, S_maple_node, 256);
	fake_member(m, M_maple_range_64_pivot, offsetof(struct range, pivot), 8 * 15, 15);
	fake_member(m, M_maple_range_64_slot, offsetof(struct range, slot), 8 * 16, 16);
	fake_member(m, M_maple_range_64_end, offsetof(struct range, slot[15]), 1, 0);
	fake_member(m, M_maple_arange_64_pivot, offsetof(struct arange, pivot), 8 * 9, 9);
	fake_member(m, M_maple_arange_64_slot, offsetof(struct arange, slot), 8 * 10, 10);
	fake_member(m, M_maple_arange_64_end, offsetof(struct arange, end), 1, 0);
	fake_enum(m, E_maple_leaf_64, LEAF);
	fake_enum(m, E_maple_range_64, RANGE);
	fake_enum(m, E_maple_arange_64, ARANGE);
	tree = fake_put(m, &none, sizeof(none));
}

static void teardown(void)
{
	fake_memory_free(m);
}

static void set_root(uint64_t word)
{
	((struct tree *)fake_at(m, tree))->root = word;
}

/* A node of 256 bytes at a multiple of that; its word, as slots have it. */
static uint64_t new_node(unsigned int type)
{
	m->used = (m->used + 255) & ~(size_t)255;
	m->used += 256;
	return (FAKE_VA + m->used - 256) | type << 3 | 4;
}

static struct range *range(uint64_t word)
{
	return fake_at(m, word & ~255ULL);
}

static struct arange *arange(uint64_t word)
{
	return fake_at(m, word & ~255ULL);
}

/* A node that is the root. */
static uint64_t new_root(unsigned int type)
{
	uint64_t word = new_node(type);

	range(word)->parent = tree | 1;
	set_root(word | 2);
	return word;
}

static void hang(uint64_t below, uint64_t word, unsigned int i)
{
	arange(word)->slot[i] = below;
	range(below)->parent = (word & ~255ULL) | i << 3 | 6;
}

/* A leaf of @n entries, 0x10 numbers each, whose values are 0x1000 times their place from @from on. */
static void fill(uint64_t word, unsigned int from, unsigned int n)
{
	struct range *leaf = range(word);

	for (unsigned int i = 0; i < n; i++) {
		leaf->slot[i] = (from + i) * 0x1000ULL;
		if (i < 15)
			leaf->pivot[i] = (from + i) * 0x10ULL + 0xf;
	}
	if (n < 15)
		leaf->slot[15] = n - 1; /* where the count stands */
}

/* All entries as text: "first-last:entry", numbers in hex. */
static const char *entries(void)
{
	static char text[1024];
	size_t n = 0;

	mmx_maple_begin(&walk, m->view, tree);
	text[0] = 0;
	while (mmx_maple_next(&walk) && n < sizeof(text))
		n += snprintf(text + n, sizeof(text) - n, "%s%lx-%lx:%lx", n ? " " : "", walk.first,
			      walk.last, walk.entry);
	return text;
}

static bool whole(const char *want)
{
	const char *got = entries();

	if (strcmp(got, want) || !mmx_cover_whole(&walk.coverage))
		fprintf(stderr, "%s (%s)\n", got, walk.coverage.first.text);
	return !strcmp(got, want) && mmx_cover_whole(&walk.coverage);
}

static bool part(const char *want)
{
	const char *got = entries();

	if (strcmp(got, want) || walk.coverage.broken != 1)
		fprintf(stderr, "%s (%s)\n", got, walk.coverage.first.text);
	return !strcmp(got, want) && walk.coverage.broken == 1;
}

static void trees_without_nodes(void)
{
	setup();
	CHECK(whole(""), "an empty tree");
	set_root(0x1000);
	CHECK(whole("0-0:1000"), "an entry stored directly");
	set_root(0x406);
	CHECK(whole(""), "a reservation stored directly");
	teardown();
}

static void leaves_end_where_their_words_say(void)
{
	uint64_t leaf;

	setup();
	leaf = new_root(LEAF);
	fill(leaf, 0, 3);
	range(leaf)->slot[0] = 0;
	CHECK(whole("10-1f:1000 20-ffffffffffffffff:2000"), "a count");
	range(leaf)->slot[1] = 0x406;
	CHECK(whole("20-ffffffffffffffff:2000"), "a reservation");
	range(leaf)->pivot[2] = LAST;
	range(leaf)->slot[15] = 7;
	CHECK(whole("20-ffffffffffffffff:2000"), "a pivot that is the node's end");
	fill(leaf, 0, 16);
	for (unsigned int i = 0; i < 14; i++)
		range(leaf)->slot[i] = 0;
	CHECK(whole("e0-ef:e000 f0-ffffffffffffffff:f000"), "all slots in use");
	range(leaf)->pivot[14] = LAST;
	CHECK(whole("e0-ffffffffffffffff:e000"), "all but the last");
	teardown();
}

static uint64_t two_leaves(uint64_t leaf[2])
{
	uint64_t root = new_root(ARANGE);

	for (unsigned int i = 0; i < 2; i++) {
		leaf[i] = new_node(LEAF);
		fill(leaf[i], 2 * i, 2);
		hang(leaf[i], root, i);
	}
	arange(root)->pivot[0] = 0x1f;
	arange(root)->end = 1;
	return root;
}

static void nodes_lead_to_leaves(void)
{
	uint64_t leaf[2];

	setup();
	two_leaves(leaf);
	range(leaf[0])->slot[0] = 0x9000;
	CHECK(whole("0-f:9000 10-1f:1000 20-2f:2000 30-ffffffffffffffff:3000"), "two leaves");
	CHECK(walk.coverage.found == 4, "%lu", walk.coverage.found);
	teardown();
}

static void broken_nodes_are_passed_over(void)
{
	static const char rest[] = "20-2f:2000 30-ffffffffffffffff:3000";
	uint64_t leaf[2], root, at;
	struct range good;

	setup();
	root = two_leaves(leaf);
	range(leaf[0])->slot[0] = 0x9000;
	good = *range(leaf[0]);
	at = leaf[0] & ~255ULL;

	range(leaf[0])->parent = at;
	CHECK(part(rest) && strstr(walk.coverage.first.text, "replaced"), "a dead node");
	range(leaf[0])->parent = (root & ~255ULL) | 1 << 3 | 6;
	CHECK(part(rest), "a node that says another place");
	range(leaf[0])->parent = at + 0x1000;
	CHECK(part(rest), "a node of another parent");
	*range(leaf[0]) = good;
	range(leaf[0])->pivot[0] = 0x20;
	CHECK(part(rest), "an entry beyond its node");
	*range(leaf[0]) = good;
	range(leaf[0])->slot[15] = 16;
	CHECK(part(rest), "more entries than a node holds");
	*range(leaf[0]) = good;
	range(leaf[0])->slot[1] = leaf[1] | 2;
	CHECK(part("0-f:9000 20-2f:2000 30-ffffffffffffffff:3000"), "a leaf that holds a node");
	*range(leaf[0]) = good;
	arange(root)->slot[0] = OUTSIDE | LEAF << 3;
	CHECK(part(rest), "a node that is not there");
	arange(root)->slot[0] = at | 9 << 3;
	CHECK(part(rest), "a node of no type");
	arange(root)->slot[0] = root;
	CHECK(part(rest), "the root below itself");
	range(root)->parent = 0;
	CHECK(part(""), "a root that is not this tree's");
	tree = OUTSIDE;
	CHECK(part(""), "no tree");
	teardown();
}

/* Nodes of one slot each, every one inside the one before. */
static void trees_are_as_deep_as_the_kernel_makes_them(void)
{
	/* What lies right behind the walk must stay as it is. */
	static struct {
		struct mmx_maple walk;
		uint64_t behind[2];
	} guarded;
	uint64_t above;

	setup();
	above = new_root(RANGE);
	range(above)->pivot[0] = LAST;
	for (unsigned int i = 0; i < MMX_MAPLE_LEVELS + 2; i++) {
		uint64_t node = new_node(RANGE);

		range(node)->pivot[0] = LAST;
		hang(node, above, 0);
		range(above)->slot[0] = node;
		above = node;
	}
	mmx_maple_begin(&guarded.walk, m->view, tree);
	CHECK(!mmx_maple_next(&guarded.walk), "no entry");
	CHECK(guarded.walk.coverage.broken == 1 &&
		      strstr(guarded.walk.coverage.first.text, "deeper"),
	      "%s", guarded.walk.coverage.first.text);
	CHECK(!guarded.behind[0] && !guarded.behind[1], "0x%lx, 0x%lx", guarded.behind[0],
	      guarded.behind[1]);
	teardown();
}

static void types_that_make_no_sense_are_refused(void)
{
	uint64_t leaf[2];

	setup();
	two_leaves(leaf);
	fake_member(m, M_maple_range_64_pivot, 200, 8 * 15, 15);
	CHECK(part(""), "pivots outside of the node");
	fake_member(m, M_maple_range_64_pivot, 8, 8 * 40, 40);
	CHECK(part(""), "more pivots than slots");
	fake_struct(m, S_maple_node, 128);
	CHECK(part(""), "nodes of another size");
	m->mem.kernel.layout.member[M_maple_tree_ma_root].provider = -1;
	mmx_maple_begin(&walk, m->view, tree);
	CHECK(!mmx_maple_next(&walk) && walk.coverage.unknown == 1, "no such types");
	teardown();
}

int main(void)
{
	RUN(trees_without_nodes);
	RUN(leaves_end_where_their_words_say);
	RUN(nodes_lead_to_leaves);
	RUN(broken_nodes_are_passed_over);
	RUN(trees_are_as_deep_as_the_kernel_makes_them);
	RUN(types_that_make_no_sense_are_refused);
	return unit_end();
}
