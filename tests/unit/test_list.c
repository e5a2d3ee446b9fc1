// SPDX-License-Identifier: GPL-2.0-or-later
/* Linked lists, whole and forged: what a walk finds, and why it ends. */
#include "../fake_memory.h"
#include "kernel/list.h"
#include "unit.h"

#define MEMORY  (1u << 16)
#define OUTSIDE 0xffffffffc0000000ULL
#define NODES   5

struct node {
	uint64_t next, back;
};

static struct fake_memory *m;
static uint64_t head, node[NODES];

static struct node *at(uint64_t addr)
{
	return fake_at(m, addr);
}

static void make_list(void)
{
	struct node empty = {0};

	m = fake_memory_new(MEMORY);
	head = fake_put(m, &empty, sizeof(empty));
	for (unsigned int i = 0; i < NODES; i++)
		node[i] = fake_put(m, &empty, sizeof(empty));
	for (unsigned int i = 0; i < NODES; i++)
		*at(node[i]) =
			(struct node){i + 1 < NODES ? node[i + 1] : head, i ? node[i - 1] : head};
	*at(head) = (struct node){node[0], node[NODES - 1]};
}

/* An hlist has a head of one word, and its last node leads nowhere. */
static void make_hlist(void)
{
	make_list();
	at(node[NODES - 1])->next = 0;
}

/* Whether the walk finds that many nodes, then ends for a reason of this code. */
static bool ends(struct mmx_list *l, unsigned int want, enum mmx_code code)
{
	unsigned int n = 0;

	while (n < NODES + 1 && mmx_list_next(l)) {
		if (l->node != node[n++])
			return false;
	}
	if (n != want || l->coverage.found != want || l->coverage.first.code != code)
		fprintf(stderr, "%u nodes, %s\n", n, l->coverage.first.text);
	return n == want && l->coverage.found == want && l->coverage.first.code == code &&
	       !mmx_list_next(l);
}

static bool list_ends(unsigned int want, enum mmx_code code)
{
	struct mmx_list l;

	mmx_list_begin(&l, m->view, head, NODES);
	return ends(&l, want, code);
}

static bool hlist_ends(unsigned int want, enum mmx_code code)
{
	struct mmx_list l;

	mmx_hlist_begin(&l, m->view, head, NODES);
	return ends(&l, want, code);
}

static void lists_are_walked_to_their_ends(void)
{
	make_list();
	CHECK(list_ends(NODES, MMX_OK), "a list");
	*at(head) = (struct node){head, head};
	CHECK(list_ends(0, MMX_OK), "an empty list");
	*at(head) = (struct node){0};
	CHECK(list_ends(0, MMX_OK), "one that was never initialised");
	fake_memory_free(m);
	make_hlist();
	CHECK(hlist_ends(NODES, MMX_OK), "an hlist");
	at(head)->next = 0;
	CHECK(hlist_ends(0, MMX_OK), "an empty hlist");
	fake_memory_free(m);
}

static void broken_lists_say_why_they_end(void)
{
	struct mmx_list l;

	make_list();
	at(node[3])->back = node[0];
	CHECK(list_ends(3, MMX_ECORRUPT), "a node that points back elsewhere");
	at(node[3])->back = node[2];
	at(node[2])->next = OUTSIDE;
	CHECK(list_ends(3, MMX_ECORRUPT), "a node that is not there");
	at(node[2])->next = 0;
	CHECK(list_ends(3, MMX_ECORRUPT), "a node that leads nowhere");
	at(node[2])->next = head;
	CHECK(list_ends(3, MMX_ECORRUPT), "one cut short");
	at(node[2])->next = node[1];
	CHECK(list_ends(3, MMX_ECORRUPT), "one that bends back");
	at(node[2])->next = node[3];
	mmx_list_begin(&l, m->view, head, NODES - 1);
	CHECK(ends(&l, NODES - 1, MMX_ECORRUPT), "more nodes than are allowed");
	*at(head) = (struct node){0, node[NODES - 1]};
	CHECK(list_ends(0, MMX_ECORRUPT), "a head that knows its last node only");
	head = OUTSIDE;
	CHECK(list_ends(0, MMX_ECORRUPT) && hlist_ends(0, MMX_ECORRUPT), "no list");
	fake_memory_free(m);
	make_hlist();
	at(node[0])->back = node[1];
	CHECK(hlist_ends(0, MMX_ECORRUPT), "a first node that does not know the head");
	fake_memory_free(m);
}

/* What happens to the list behind the first node, when that was found and the walk has seen the way to the next. */

static void one_is_appended(void)
{
	at(node[NODES - 2])->next = node[NODES - 1];
	*at(node[NODES - 1]) = (struct node){head, node[NODES - 2]};
	at(head)->back = node[NODES - 1];
}

static void cut_the_last(void)
{
	at(node[NODES - 2])->next = head;
	at(head)->back = node[NODES - 2];
	*at(node[NODES - 1]) = (struct node){OUTSIDE, OUTSIDE};
}

static void cut_the_second(void)
{
	at(node[0])->next = node[2];
	at(node[2])->back = node[0];
	*at(node[1]) = (struct node){OUTSIDE, OUTSIDE};
}

static void cut_the_first(void)
{
	at(head)->next = node[1];
	at(node[1])->back = head;
	*at(node[0]) = (struct node){OUTSIDE, OUTSIDE};
}

/* How many nodes a walk finds, of a list of @nodes to which that happens; and why it ends. */
static unsigned int walk(bool live, unsigned int nodes, void (*change)(void), enum mmx_code *why)
{
	struct mmx_list l;
	unsigned int n = 0;

	make_list();
	m->image.live = live;
	if (nodes < NODES)
		cut_the_last();
	mmx_list_begin(&l, m->view, head, NODES);
	while (mmx_list_next(&l)) {
		if (!n++)
			change();
	}
	*why = l.coverage.first.code;
	CHECK(!mmx_list_next(&l), "it goes on behind its end");
	fake_memory_free(m);
	return n;
}

static void a_list_that_changes_is_walked_on(void)
{
	static void (*const changes[])(void) = {one_is_appended, cut_the_last, cut_the_second};
	static const unsigned int before[] = {NODES - 1, NODES, NODES},
				  after[] = {NODES, NODES - 1, NODES - 1};
	enum mmx_code why;

	for (unsigned int i = 0; i < 3; i++) {
		unsigned int n = walk(true, before[i], changes[i], &why);

		CHECK(n == after[i] && why == MMX_OK, "%u: %u nodes, %d", i, n, why);
		walk(false, before[i], changes[i], &why);
		CHECK(why == MMX_ECORRUPT, "%u: a dead kernel's, %d", i, why);
	}
	/* Nothing leads on from a node that has left the list. */
	CHECK(walk(true, NODES, cut_the_first, &why) == 1 && why == MMX_ECORRUPT, "%d", why);
}

int main(void)
{
	RUN(lists_are_walked_to_their_ends);
	RUN(broken_lists_say_why_they_end);
	RUN(a_list_that_changes_is_walked_on);
	return unit_end();
}
