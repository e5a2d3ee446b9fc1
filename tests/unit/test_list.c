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

int main(void)
{
	RUN(lists_are_walked_to_their_ends);
	RUN(broken_lists_say_why_they_end);
	return unit_end();
}
