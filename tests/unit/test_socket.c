// SPDX-License-Identifier: GPL-2.0-or-later
/* Sockets: what is in their queues, sound packets and wild ones, sockets that are open and that are not. */
#include <inttypes.h>
#include <stddef.h>

#include "../fake_memory.h"
#include "mm/owners/socket.h"
#include "mm/processes/open_files.h"
#include "mm/processes/task.h"
#include "unit.h"

#define VMEMMAP   0xffffea0000000000ULL
#define PAGE_SIZE 64u
#define FRAMES    1000u
#define FRAGS     17u

struct fake_frag {
	uint64_t page;
	uint32_t len, offset;
};

struct fake_shared {
	uint64_t frag_list;
	uint8_t nr_frags, pad[7];
	struct fake_frag frags[FRAGS];
};

struct fake_skb {
	uint64_t next, prev, rb_left;
	uint64_t head;
	uint32_t end, pad;
	uint64_t fp;
};

struct fake_queue {
	uint64_t next, prev;
};

struct fake_sock {
	uint16_t family, type, protocol;
	uint8_t state, pad;
	struct fake_queue receive, write, error;
	uint64_t rtx, ofo, backlog, frag_page, accept, nulls;
	uint16_t num, dport;
	uint8_t rcv_saddr[4], daddr[4];
};

struct fake_request {
	uint64_t dl_next, sk;
};

struct world {
	struct fake_memory *m;
	uint64_t sock, skb, shared;
	struct mmx_sockets found;
	struct mmx_err err;
};

static void has(struct world *w, enum mmx_layout_member id, size_t offset, size_t size)
{
	fake_member(w->m, id, offset, size, 0);
}

#define HAS(w, name, type, field) \
	has(w, M_##name, offsetof(type, field), sizeof(((type *)0)->field))

static void lay_out(struct world *w)
{
	fake_no_types(w->m);
	has(w, M_rb_node_rb_parent_color, 0, 8);
	has(w, M_rb_node_rb_right, 8, 8);
	has(w, M_rb_node_rb_left, 16, 8);
	has(w, M_task_struct_files, 0, 8);
	has(w, M_files_struct_fdt, 0, 8);
	has(w, M_fdtable_max_fds, 0, 4);
	has(w, M_fdtable_fd, 8, 8);
	has(w, M_file_f_op, 0, 8);
	has(w, M_file_private_data, 8, 8);
	has(w, M_socket_sk, 0, 8);
	HAS(w, sock_common_family, struct fake_sock, family);
	HAS(w, sock_common_state, struct fake_sock, state);
	HAS(w, sock_common_num, struct fake_sock, num);
	HAS(w, sock_common_dport, struct fake_sock, dport);
	HAS(w, sock_common_rcv_saddr, struct fake_sock, rcv_saddr);
	HAS(w, sock_common_daddr, struct fake_sock, daddr);
	HAS(w, sock_common_nulls_node, struct fake_sock, nulls);
	HAS(w, sock_type, struct fake_sock, type);
	HAS(w, sock_protocol, struct fake_sock, protocol);
	HAS(w, sock_receive_queue, struct fake_sock, receive);
	HAS(w, sock_write_queue, struct fake_sock, write);
	HAS(w, sock_error_queue, struct fake_sock, error);
	HAS(w, sock_rtx_queue, struct fake_sock, rtx);
	HAS(w, tcp_sock_out_of_order_queue, struct fake_sock, ofo);
	HAS(w, sock_backlog_head, struct fake_sock, backlog);
	HAS(w, sock_frag_page, struct fake_sock, frag_page);
	HAS(w, inet_connection_sock_accept_head, struct fake_sock, accept);
	HAS(w, request_sock_dl_next, struct fake_request, dl_next);
	HAS(w, request_sock_sk, struct fake_request, sk);
	HAS(w, sk_buff_head, struct fake_skb, head);
	HAS(w, sk_buff_end, struct fake_skb, end);
	has(w, M_skb_shared_info_frag_list, offsetof(struct fake_shared, frag_list), 8);
	has(w, M_skb_shared_info_nr_frags, offsetof(struct fake_shared, nr_frags), 1);
	has(w, M_skb_shared_info_frags, offsetof(struct fake_shared, frags),
	    sizeof(struct fake_frag) * FRAGS);
	has(w, M_skb_frag_page, 0, 8);
	has(w, M_inet_hashinfo_ehash, 0, 8);
	has(w, M_inet_hashinfo_ehash_mask, 8, 4);
	fake_struct(w->m, S_skb_frag, sizeof(struct fake_frag));
	fake_struct(w->m, S_skb_shared_info, sizeof(struct fake_shared));
}

static uint64_t page(uint64_t pfn)
{
	return VMEMMAP + pfn * PAGE_SIZE;
}

static uint64_t put_packet(struct world *w, uint64_t pfn)
{
	struct fake_shared shared = {.nr_frags = 1, .frags = {{page(pfn), 10, 0}}};
	struct fake_skb skb = {.head = fake_put(w->m, &(uint64_t){0}, 8), .end = 8};

	w->shared = fake_put(w->m, &shared, sizeof(shared));
	return fake_put(w->m, &skb, sizeof(skb));
}

static void put_in_queue(struct world *w, uint64_t queue, uint64_t skb)
{
	struct fake_skb *packet = fake_at(w->m, skb);

	packet->next = packet->prev = queue;
	*(struct fake_queue *)fake_at(w->m, queue) = (struct fake_queue){skb, skb};
}

static uint64_t put_socket(struct world *w)
{
	struct fake_sock sock = {.family = 2,
				 .type = 1,
				 .protocol = 6,
				 .state = 1,
				 .num = 80,
				 .dport = 0x3412,
				 .rcv_saddr = {127, 0, 0, 1},
				 .daddr = {10, 0, 0, 2}};
	uint64_t addr = fake_put(w->m, &sock, sizeof(sock));
	struct fake_sock *s = fake_at(w->m, addr);

	for (struct fake_queue *q = &s->receive; q <= &s->error; q++)
		q->next = q->prev = addr + ((char *)q - (char *)s);
	return addr;
}

static struct fake_sock *sock_at(struct world *w, uint64_t addr)
{
	return fake_at(w->m, addr);
}

/* A task with one descriptor, a TCP socket with one packet received, whose fragment is in frame 100. */
static struct world *new_world(void)
{
	struct world *w = calloc(1, sizeof(*w));
	struct mmx_tasks *tasks;
	uint64_t fops, socket, file, fds, fdt, files, task;

	if (!w)
		abort();
	w->m = fake_memory_new(1 << 20);
	lay_out(w);
	w->m->mem.vmemmap.base = VMEMMAP;
	w->m->mem.vmemmap.page_size = PAGE_SIZE;
	if (!mmx_ranges_add(&w->m->mem.sparse.pfn, 0, FRAMES))
		abort();
	fops = fake_put(w->m, "sockfops", 8);
	fake_symbol(w->m, "socket_file_ops", fops);
	w->sock = put_socket(w);
	w->skb = put_packet(w, 100);
	put_in_queue(w, w->sock + offsetof(struct fake_sock, receive), w->skb);
	socket = fake_put(w->m, &w->sock, 8);
	file = fake_put(w->m, (uint64_t[]){fops, socket}, 16);
	fds = fake_put(w->m, &file, 8);
	fdt = fake_put(w->m, (uint64_t[]){1, fds}, 16);
	files = fake_put(w->m, &fdt, 8);
	task = fake_put(w->m, &files, 8);
	tasks = mmx_knowledge_give(w->m->mem.knowledge, MMX_KNOWN_tasks);
	if (!mmx_array_add(tasks, (struct mmx_task){.addr = task}))
		abort();
	return w;
}

static void end_world(struct world *w)
{
	mmx_sockets_free(&w->found);
	fake_memory_free(w->m);
	free(w);
}

static int find(struct world *w)
{
	return mmx_sockets_find(&w->found, w->m->view, &w->err);
}

static const struct mmx_holder *holder(struct world *w, uint64_t pfn)
{
	return mmx_holder_of(&w->found.held, pfn);
}

static void a_queue_holds_its_packets(void)
{
	struct world *w = new_world();
	const struct mmx_holder *h;

	sock_at(w, w->sock)->frag_page = page(101);
	CHECK(!find(w) && mmx_cover_whole(&w->found.coverage), "%s", w->found.coverage.first.text);
	h = holder(w, 100);
	CHECK(h && h->open && h->fd == 0 && h->addr == w->sock, "who");
	CHECK(h && !strcmp(h->name, "tcp 127.0.0.1:80 to 10.0.0.2:4660"), "%s", h ? h->name : "");
	CHECK(h && strstr(h->what, "received"), "%s", h ? h->what : "");
	h = holder(w, 101);
	CHECK(h && strstr(h->what, "sends next"), "%s", h ? h->what : "");
	CHECK(!holder(w, 102), "another frame");
	end_world(w);
}

static void all_queues_are_asked(void)
{
	struct world *w = new_world();
	uint64_t sent = put_packet(w, 200), late = put_packet(w, 201), waits = put_packet(w, 202),
		 more = put_packet(w, 203);
	struct fake_sock *s = sock_at(w, w->sock);

	s->rtx = sent;
	s->ofo = late;
	s->backlog = waits;
	/* A packet's first words are those of a tree's node: black, without parent and children. */
	((struct fake_skb *)fake_at(w->m, sent))->next = 1;
	((struct fake_skb *)fake_at(w->m, late))->next = 1;
	put_in_queue(w, w->sock + offsetof(struct fake_sock, write), more);
	CHECK(!find(w) && mmx_cover_whole(&w->found.coverage), "%s", w->found.coverage.first.text);
	for (uint64_t pfn = 200; pfn < 204; pfn++)
		CHECK(holder(w, pfn), "frame %" PRIu64, pfn);
	end_world(w);
}

static void connections_that_nobody_has_open(void)
{
	struct world *w = new_world();
	uint64_t child = put_socket(w), orphan = put_socket(w), waiting = put_socket(w), buckets,
		 table, request;
	struct fake_sock *s = sock_at(w, w->sock);

	put_in_queue(w, child + offsetof(struct fake_sock, receive), put_packet(w, 300));
	put_in_queue(w, orphan + offsetof(struct fake_sock, write), put_packet(w, 301));
	put_in_queue(w, waiting + offsetof(struct fake_sock, write), put_packet(w, 302));
	request = fake_put(w->m, &(struct fake_request){0, child}, sizeof(struct fake_request));
	s->state = 10;
	s->accept = request;
	/* What is in the state TIME_WAIT is no whole socket. */
	sock_at(w, waiting)->state = 6;
	sock_at(w, waiting)->nulls = 1;
	sock_at(w, orphan)->nulls = waiting + offsetof(struct fake_sock, nulls);
	buckets = fake_put(w->m, (uint64_t[]){1, orphan + offsetof(struct fake_sock, nulls)}, 16);
	table = fake_put(w->m, (uint64_t[]){buckets, 1}, 16);
	fake_symbol(w->m, "tcp_hashinfo", table);
	CHECK(!find(w) && mmx_cover_whole(&w->found.coverage), "%s", w->found.coverage.first.text);
	CHECK(holder(w, 300) && strstr(holder(w, 300)->name, "not accepted"), "accept queue");
	CHECK(holder(w, 301) && !holder(w, 301)->open &&
		      strstr(holder(w, 301)->name, "open nowhere"),
	      "orphan");
	CHECK(!holder(w, 302), "TIME_WAIT");
	end_world(w);
}

static void wild_packets_are_told(void)
{
	struct world *w = new_world();

	((struct fake_shared *)fake_at(w->m, w->shared))->nr_frags = 18;
	CHECK(!find(w) && w->found.coverage.broken && !holder(w, 100), "more fragments than room");
	end_world(w);

	w = new_world();
	((struct fake_skb *)fake_at(w->m, w->skb))->end = UINT32_MAX;
	CHECK(!find(w) && w->found.coverage.broken && !holder(w, 100), "a head without end");
	end_world(w);

	w = new_world();
	((struct fake_shared *)fake_at(w->m, w->shared))->frags[0].page = page(FRAMES);
	CHECK(!find(w) && w->found.coverage.broken, "a page that is none");
	end_world(w);

	/* A device's memory has bit 0 set, and is no page. */
	w = new_world();
	((struct fake_shared *)fake_at(w->m, w->shared))->frags[0].page = page(100) | 1;
	CHECK(!find(w) && mmx_cover_whole(&w->found.coverage) && !holder(w, 100),
	      "memory of a device");
	end_world(w);

	w = new_world();
	((struct fake_skb *)fake_at(w->m, w->skb))->next = w->skb;
	CHECK(!find(w) && w->found.coverage.broken, "a queue that bends back");
	end_world(w);

	w = new_world();
	((struct fake_shared *)fake_at(w->m, w->shared))->frag_list = w->skb;
	((struct fake_skb *)fake_at(w->m, w->skb))->next = 0;
	CHECK(!find(w) && w->found.coverage.broken, "a packet in itself");
	end_world(w);

	w = new_world();
	sock_at(w, w->sock)->state = 10;
	sock_at(w, w->sock)->accept = fake_next(w->m);
	fake_put(w->m, &(struct fake_request){fake_next(w->m), 0}, sizeof(struct fake_request));
	CHECK(!find(w) && w->found.coverage.broken, "connections without end");
	end_world(w);
}

static void a_kernel_without_sockets_has_none(void)
{
	struct world *w = new_world();

	w->m->mem.kernel.layout.member[M_socket_sk].provider = -1;
	CHECK(find(w) && strstr(w->err.text, "socket"), "%s", w->err.text);
	end_world(w);
}

int main(void)
{
	RUN(a_queue_holds_its_packets);
	RUN(all_queues_are_asked);
	RUN(connections_that_nobody_has_open);
	RUN(wild_packets_are_told);
	RUN(a_kernel_without_sockets_has_none);
	return unit_end();
}
