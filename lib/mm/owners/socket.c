// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"
#include "base/seen.h"
#include "kernel/decode.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "kernel/percpu.h"
#include "mm/mem.h"
#include "mm/owners/owner.h"
#include "mm/owners/skbuff.h"
#include "mm/owners/socket.h"
#include "mm/processes/open_files.h"
#include "mm/processes/task.h"

#define MAX_SOCKETS  (1u << 22)
#define MAX_ACCEPT   (1u << 17)
#define MAX_FILES    253u /* that one message carries */
#define MAX_BLOCKS   (1u << 20)
#define MAX_BUCKETS  (1ULL << 26)
#define BUCKET_CHUNK 512u
#define SMALL_PIECE  1024u /* of a page that small heads are cut from, since 6.2 */

/* Numbers of the socket interface, which do not change. */
#define FAMILY_UNIX        1
#define FAMILY_INET        2
#define FAMILY_INET6       10
#define FAMILY_PACKET      17
#define FAMILY_XDP         44
#define TYPE_STREAM        1
#define PROTOCOL_TCP       6
#define PROTOCOL_UDP       17
#define STATE_TIME_WAIT    6
#define STATE_LISTEN       10
#define STATE_NEW_SYN_RECV 12

/* A socket to look at, and how it was come by. */
struct todo {
	uint64_t sk;
	bool open;
	uint32_t task, fd;
	const char *where; /* in what it was found, after "of a socket"; or empty */
};

struct finder {
	struct mmx_hold hold;
	struct mmx_skbs skbs;
	struct mmx_seen seen;
	struct {
		MMX_ARRAY(struct todo);
	} todo;
	struct mmx_coverage *coverage;
	struct todo now;
	struct mmx_sock sock;
	bool nomem;
};

static const struct mmx_wanted sock_wanted[] = {
	MMX_WANT(struct mmx_sock, family, sock_common, family),
	MMX_WANT(struct mmx_sock, state, sock_common, state),
	MMX_WANT(struct mmx_sock, type, sock, type),
	MMX_WANT(struct mmx_sock, protocol, sock, protocol),
};

static const struct mmx_decode sock_table = MMX_DECODE("struct sock", sock_wanted);

static void add_socket(struct finder *f, const struct todo *todo)
{
	int is_new = todo->sk ? mmx_seen_add(&f->seen, todo->sk) : 0;

	if (is_new < 0 || f->seen.n > MAX_SOCKETS) {
		f->nomem |= is_new < 0;
		mmx_cover_failf(f->coverage, MMX_ECORRUPT, "there are more than %u sockets",
				MAX_SOCKETS);
		return;
	}
	if (is_new)
		f->nomem = !mmx_array_add(&f->todo, *todo);
}

static void add_open(struct finder *f, uint64_t socket, bool open, uint32_t task, uint32_t fd,
		     const char *where)
{
	struct mmx_err err;
	uint64_t sk;

	if (mmx_kget(f->hold.view, socket, M_socket_sk, &sk, &err))
		mmx_cover_fail(f->coverage, &err);
	else
		add_socket(f, &(struct todo){sk, open, task, fd, where});
}

static void add_open_files(struct finder *f)
{
	size_t n;
	const struct mmx_open_file *file =
		mmx_open_files_of(mmx_know_open_files(f->hold.view), MMX_FILE_SOCKET, &n);

	for (size_t i = 0; i < n && !f->nomem; i++)
		add_open(f, file[i].private_data, true, file[i].task, file[i].fd, "");
}

/*
 * A socket's pages, by what they are to it.
 */

static void begin(struct finder *f, const char *what)
{
	struct mmx_holder holder = {.what = what,
				    .type = "sock",
				    .addr = f->now.sk,
				    .open = f->now.open,
				    .task = f->now.task,
				    .fd = f->now.fd,
				    .protocol = mmx_sock_protocol(&f->sock)};

	mmx_sock_name(f->hold.view, f->now.sk, &f->sock, holder.name, sizeof(holder.name));
	if (*f->now.where) {
		size_t len = strlen(holder.name);

		if (len + strlen(f->now.where) < sizeof(holder.name))
			strcpy(holder.name + len, f->now.where);
	}
	mmx_hold_begin(&f->hold, &holder);
}

static void take_queues(struct finder *f)
{
	static const struct {
		enum mmx_layout_member id;
		const char *what;
	} queues[] = {
		{M_sock_receive_queue, "received data of a socket"},
		{M_sock_write_queue, "data that a socket has still to send"},
		{M_sock_error_queue, "errors and timestamps of a socket"},
	};
	const struct mmx_layout *l = &f->hold.view->kernel->layout;

	for (size_t i = 0; i < sizeof(queues) / sizeof(*queues); i++) {
		begin(f, queues[i].what);
		mmx_hold_skb_queue(&f->skbs, f->now.sk + mmx_off(l, queues[i].id));
	}
	begin(f, "backlog of a socket");
	mmx_hold_skb_chain(&f->skbs, f->now.sk + mmx_off(l, M_sock_backlog_head));
}

/* A page that small pieces of what is sent are put into, one behind the other. */
static void take_fragment_page(struct finder *f)
{
	struct mmx_err err;
	uint64_t page;

	begin(f, "page for what a socket sends next");
	if (mmx_kget(f->hold.view, f->now.sk, M_sock_frag_page, &page, &err))
		mmx_cover_fail(f->coverage, &err);
	else if (page)
		mmx_hold_page(&f->hold, page);
}

static void take_accept_queue(struct finder *f)
{
	struct todo found = f->now;
	struct mmx_err err;
	uint64_t request;
	unsigned int n = 0;

	found.where = ", not accepted yet";
	if (mmx_kget(f->hold.view, f->now.sk, M_inet_connection_sock_accept_head, &request, &err)) {
		mmx_cover_fail(f->coverage, &err);
		return;
	}
	for (; request && !f->nomem; n++) {
		if (n == MAX_ACCEPT) {
			mmx_cover_failf(f->coverage, MMX_ECORRUPT,
					"the connections that wait at socket 0x%" PRIx64
					" have no end",
					f->now.sk);
			return;
		}
		if (mmx_kget(f->hold.view, request, M_request_sock_sk, &found.sk, &err) ||
		    mmx_kget(f->hold.view, request, M_request_sock_dl_next, &request, &err)) {
			mmx_cover_fail(f->coverage, &err);
			return;
		}
		add_socket(f, &found);
	}
}

static void take_tcp(struct finder *f)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;

	if (f->sock.state == STATE_LISTEN) {
		if (mmx_has(l, M_inet_connection_sock_accept_head))
			take_accept_queue(f);
		return;
	}
	begin(f, "data that a socket sent and may have to send again");
	mmx_hold_skb_tree(&f->skbs, f->now.sk + mmx_off(l, M_sock_rtx_queue));
	begin(f, "data that a socket received out of order");
	if (mmx_has(l, M_tcp_sock_out_of_order_queue))
		mmx_hold_skb_tree(&f->skbs, f->now.sk + mmx_off(l, M_tcp_sock_out_of_order_queue));
}

static void take_udp(struct finder *f)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;

	begin(f, "received data of a socket");
	if (mmx_has(l, M_udp_sock_reader_queue))
		mmx_hold_skb_queue(&f->skbs, f->now.sk + mmx_off(l, M_udp_sock_reader_queue));
}

/*
 * Rings.
 */

struct ring {
	uint64_t pg_vec;
	uint32_t order, n;
};

static const struct mmx_wanted ring_wanted[] = {
	MMX_WANT(struct ring, pg_vec, packet_ring_buffer, pg_vec),
	MMX_WANT(struct ring, order, packet_ring_buffer, pg_vec_order),
	MMX_WANT(struct ring, n, packet_ring_buffer, pg_vec_len),
};

static const struct mmx_decode ring_table = MMX_DECODE("packet_ring_buffer", ring_wanted);

/* An array of pointers to blocks of as many pages each. */
static void take_packet_ring(struct finder *f, uint64_t addr, const char *what)
{
	struct ring ring;
	struct mmx_err err;
	uint64_t block;

	if (mmx_decode_read(&ring_table, f->hold.view, addr, &ring, &err)) {
		mmx_cover_fail(f->coverage, &err);
		return;
	}
	if (!ring.pg_vec)
		return;
	if (ring.n > MAX_BLOCKS || ring.order > 20) {
		mmx_cover_failf(f->coverage, MMX_ECORRUPT,
				"the ring at 0x%" PRIx64 " has %u blocks of order %u", addr, ring.n,
				ring.order);
		return;
	}
	begin(f, what);
	for (uint32_t i = 0; i < ring.n && !f->hold.nomem; i++) {
		enum mmx_read read = mmx_kread_u64(f->hold.view, ring.pg_vec + i * 8ull, &block);

		if (read) {
			mmx_cover_failf(f->coverage, mmx_read_code(read),
					"block %u of the ring at 0x%" PRIx64 " is %s", i, addr,
					mmx_read_name(read));
			return;
		}
		mmx_hold_memory(&f->hold, block, 4096ull << ring.order);
	}
}

static void take_packet(struct finder *f)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;

	if (!mmx_has(l, M_packet_sock_rx_ring) || !mmx_has(l, M_packet_sock_tx_ring))
		return;
	take_packet_ring(f, f->now.sk + mmx_off(l, M_packet_sock_rx_ring),
			 "receive ring of a packet socket");
	take_packet_ring(f, f->now.sk + mmx_off(l, M_packet_sock_tx_ring),
			 "transmit ring of a packet socket");
}

/* Up to 6.4 the ring is one compound page; later it lies in a vmalloc area, which owns its pages. */
static void take_xdp_ring(struct finder *f, uint64_t at, enum mmx_layout_member id)
{
	struct mmx_err err;
	uint64_t queue, ring;

	if (!mmx_has(&f->hold.view->kernel->layout, id))
		return;
	if (mmx_kget(f->hold.view, at, id, &queue, &err) ||
	    (queue && mmx_kget(f->hold.view, queue, M_xsk_queue_ring, &ring, &err)))
		mmx_cover_fail(f->coverage, &err);
	else if (queue)
		mmx_hold_memory(&f->hold, ring, 1);
}

static void take_xdp(struct finder *f)
{
	uint64_t pool;

	begin(f, "ring of an XDP socket");
	take_xdp_ring(f, f->now.sk, M_xdp_sock_rx);
	take_xdp_ring(f, f->now.sk, M_xdp_sock_tx);
	take_xdp_ring(f, f->now.sk, M_xdp_sock_fq_tmp);
	take_xdp_ring(f, f->now.sk, M_xdp_sock_cq_tmp);
	if (mmx_kread_member(f->hold.view, f->now.sk, M_xdp_sock_pool, &pool) || !pool)
		return;
	take_xdp_ring(f, pool, M_xsk_buff_pool_fq);
	take_xdp_ring(f, pool, M_xsk_buff_pool_cq);
}

/*
 * Files on their way: sockets among them may be open nowhere else.
 */

static void take_file(struct finder *f, uint64_t file)
{
	enum mmx_file_kind kind;
	struct mmx_err err;
	uint64_t handle;

	if (mmx_open_file_kind(f->hold.view, file, &kind, &handle, &err))
		mmx_cover_fail(f->coverage, &err);
	else if (kind == MMX_FILE_SOCKET)
		add_open(f, handle, f->now.open, f->now.task, f->now.fd,
			 ", on its way in a message");
}

static void take_message(struct finder *f, uint64_t list)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	uint64_t count, room = l->member[M_scm_fp_list_fp].m.size / 8, file;
	struct mmx_err err;

	if (mmx_kget(f->hold.view, list, M_scm_fp_list_count, &count, &err)) {
		mmx_cover_fail(f->coverage, &err);
		return;
	}
	if (count > room || count > MAX_FILES) {
		mmx_cover_failf(f->coverage, MMX_ECORRUPT,
				"the message at 0x%" PRIx64 " carries %" PRIu64 " files", list,
				count);
		return;
	}
	for (uint64_t i = 0; i < count && !f->nomem; i++) {
		if (!mmx_kread_u64(f->hold.view, list + mmx_off(l, M_scm_fp_list_fp) + i * 8,
				   &file) &&
		    file)
			take_file(f, file);
	}
}

/* A packet of a unix socket has what it carries beside data in its cb. */
static void take_messages(struct finder *f)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	struct mmx_list list;
	uint64_t fp;

	if (!mmx_has(l, M_sk_buff_cb) || !mmx_has(l, M_unix_skb_parms_fp) ||
	    !mmx_has(l, M_scm_fp_list_fp))
		return;
	mmx_list_begin(&list, f->hold.view, f->now.sk + mmx_off(l, M_sock_receive_queue),
		       MAX_SOCKETS);
	while (!f->nomem && mmx_list_next(&list)) {
		uint64_t cb = list.node + mmx_off(l, M_sk_buff_cb);

		if (!mmx_kread_member(f->hold.view, cb, M_unix_skb_parms_fp, &fp) && fp)
			take_message(f, fp);
	}
}

static void take_socket(struct finder *f)
{
	bool ip;
	struct mmx_err err;

	if (mmx_decode_read(&sock_table, f->hold.view, f->now.sk, &f->sock, &err)) {
		mmx_cover_fail(f->coverage, &err);
		return;
	}
	ip = f->sock.family == FAMILY_INET || f->sock.family == FAMILY_INET6;
	take_queues(f);
	take_fragment_page(f);
	if (ip && f->sock.type == TYPE_STREAM && f->sock.protocol == PROTOCOL_TCP)
		take_tcp(f);
	else if (ip && f->sock.protocol == PROTOCOL_UDP)
		take_udp(f);
	else if (f->sock.family == FAMILY_PACKET)
		take_packet(f);
	else if (f->sock.family == FAMILY_XDP)
		take_xdp(f);
	else if (f->sock.family == FAMILY_UNIX)
		take_messages(f);
}

static void take_all(struct finder *f)
{
	for (size_t i = 0; i < f->todo.n && !f->nomem && !f->hold.nomem; i++) {
		f->now = f->todo.v[i];
		take_socket(f);
	}
	f->todo.n = 0;
}

/*
 * The hash of TCP connections.
 */

/* Nodes of a bucket end with an odd word. What only waits for its time to pass is no whole struct sock. */
static void add_bucket(struct finder *f, uint64_t node)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	struct mmx_err err;
	uint64_t state;

	for (unsigned int n = 0; node && !(node & 1) && !f->nomem; n++) {
		struct todo found = {.sk = node - mmx_off(l, M_sock_common_nulls_node),
				     .where = ", open nowhere"};

		if (mmx_kget(f->hold.view, found.sk, M_sock_common_state, &state, &err)) {
			mmx_cover_fail(f->coverage, &err);
			return;
		}
		if (state != STATE_TIME_WAIT && state != STATE_NEW_SYN_RECV)
			add_socket(f, &found);
		if (n > MAX_SOCKETS || mmx_kread_u64(f->hold.view, node, &node)) {
			mmx_cover_failf(f->coverage, MMX_ECORRUPT,
					"a chain of TCP's hash breaks off at 0x%" PRIx64, node);
			return;
		}
	}
}

static void add_connections(struct finder *f)
{
	static const enum mmx_layout_member needed[] = {
		M_inet_hashinfo_ehash, M_inet_hashinfo_ehash_mask, M_sock_common_nulls_node};
	const struct mmx_kernel *k = f->hold.view->kernel;
	unsigned char bytes[BUCKET_CHUNK * 8];
	uint64_t table, buckets, mask;
	struct mmx_err err;

	if (!mmx_symbol_addr(&k->symbols, "tcp_hashinfo", &table))
		return;
	if (mmx_layout_require(&k->layout, needed, 3, &err) ||
	    mmx_kget(f->hold.view, table, M_inet_hashinfo_ehash, &buckets, &err) ||
	    mmx_kget(f->hold.view, table, M_inet_hashinfo_ehash_mask, &mask, &err)) {
		mmx_cover_fail(f->coverage, &err);
		return;
	}
	for (uint64_t i = 0; buckets && i <= mask && i < MAX_BUCKETS && !f->nomem;
	     i += BUCKET_CHUNK) {
		uint64_t n = mask + 1 - i < BUCKET_CHUNK ? mask + 1 - i : BUCKET_CHUNK;

		if (mmx_kread_ok(f->hold.view, buckets + i * 8, bytes, n * 8, "TCP's hash", &err)) {
			mmx_cover_fail(f->coverage, &err);
			return;
		}
		for (uint64_t j = 0; j < n; j++)
			add_bucket(f, mmx_le64(bytes + j * 8));
	}
}

/*
 * Pages that packets are cut from, of tasks and CPUs.
 */

static void take_task_pages(struct finder *f)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(f->hold.view);
	uint64_t page;

	if (!mmx_has(&f->hold.view->kernel->layout, M_task_struct_task_frag_page))
		return;
	for (size_t i = 0; i < tasks->n; i++) {
		struct mmx_holder holder = {.what = "page for what a task sends next",
					    .type = "task_struct",
					    .addr = tasks->v[i].addr};

		if (mmx_kread_member(f->hold.view, tasks->v[i].addr, M_task_struct_task_frag_page,
				     &page) ||
		    !page)
			continue;
		memcpy(holder.name, tasks->v[i].comm, sizeof(tasks->v[i].comm));
		mmx_hold_begin(&f->hold, &holder);
		mmx_hold_page(&f->hold, page);
	}
}

/* Since 6.13 the address has the page's order and a flag below the page's bits. */
static void take_cache(struct finder *f, uint64_t cache, const char *name,
		       enum mmx_layout_member left, uint64_t each)
{
	struct mmx_holder holder = {.what = "page that a CPU cuts packets from",
				    .type = "page_frag_cache",
				    .addr = cache};
	uint64_t memory, references;

	if (mmx_kread_member(f->hold.view, cache, M_page_frag_cache_memory, &memory) || !memory)
		return;
	memcpy(holder.name, name, strlen(name) + 1);
	mmx_hold_begin(&f->hold, &holder);
	mmx_hold_memory(&f->hold, memory & ~0xfffULL, 1);
	/* It took all references at once, and has those of what it has not given away yet. */
	if (!mmx_kread_member(f->hold.view, cache, left, &references))
		mmx_hold_references(&f->hold, (int64_t)(references / each) - 1);
}

static void take_cpu_pages(struct finder *f)
{
	const struct mmx_kernel *k = f->hold.view->kernel;
	const struct mmx_layout *l = &k->layout;
	uint64_t napi = 0, netdev = 0;
	struct mmx_cpus cpus;
	struct mmx_err err;

	mmx_symbol_addr(&k->symbols, "napi_alloc_cache", &napi);
	mmx_symbol_addr(&k->symbols, "netdev_alloc_cache", &netdev);
	if (!mmx_has(l, M_page_frag_cache_memory) || (!napi && !netdev))
		return;
	if (mmx_cpus_find(&cpus, f->hold.view, &err)) {
		mmx_cover_fail(f->coverage, &err);
		return;
	}
	for (size_t i = 0; i < cpus.n; i++) {
		if (netdev)
			take_cache(f, netdev + cpus.v[i].offset, "netdev_alloc_cache",
				   M_page_frag_cache_pagecnt_bias, 1);
		if (napi && mmx_has(l, M_napi_alloc_cache_page))
			take_cache(f, napi + cpus.v[i].offset + mmx_off(l, M_napi_alloc_cache_page),
				   "napi_alloc_cache", M_page_frag_cache_pagecnt_bias, 1);
		if (napi && mmx_has(l, M_napi_alloc_cache_page_small))
			take_cache(f,
				   napi + cpus.v[i].offset +
					   mmx_off(l, M_napi_alloc_cache_page_small),
				   "napi_alloc_cache", M_page_frag_1k_offset, SMALL_PIECE);
	}
	mmx_cpus_free(&cpus);
}

int mmx_sockets_find(struct mmx_sockets *sockets, struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member needed[] = {
		M_socket_sk,         M_sock_receive_queue, M_sock_write_queue, M_sock_error_queue,
		M_sock_backlog_head, M_sock_frag_page,     M_sock_rtx_queue,
	};
	const struct mmx_kernel *k = view->kernel;
	struct finder f = {.hold = {.held = &sockets->held, .view = view},
			   .coverage = &sockets->held.coverage};
	uint64_t fops;

	/* A kernel without sockets. */
	if (!mmx_symbol_addr(&k->symbols, "socket_file_ops", &fops))
		return 0;
	if (mmx_layout_require(&k->layout, needed, sizeof(needed) / sizeof(*needed), err) ||
	    mmx_decode_require(&sock_table, &k->layout, err) || mmx_skbs_require(k, err))
		return -1;
	f.hold.counts = true;
	f.skbs.hold = &f.hold;
	add_open_files(&f);
	take_all(&f);
	add_connections(&f);
	take_all(&f);
	take_task_pages(&f);
	take_cpu_pages(&f);
	mmx_array_free(&f.todo);
	mmx_seen_free(&f.seen);
	mmx_seen_free(&f.skbs.seen);
	f.hold.nomem |= f.nomem;
	return mmx_hold_end(&f.hold, err);
}

void mmx_sockets_free(struct mmx_sockets *sockets)
{
	mmx_holdings_free(&sockets->held);
}

MMX_HOLDINGS_OF(sockets)

const struct mmx_owner_kind mmx_owner_socket = {
	.name = "sockets",
	.class = CLASS_SOCKET,
	.why = "a queue or ring of a socket has it",
	.last = true,
	.known = MMX_KNOWN_sockets,
	.run = runs,
	.held = held,
};
