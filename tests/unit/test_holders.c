// SPDX-License-Identifier: GPL-2.0-or-later
/* What structures hold, summed: of sockets by process and protocol, each socket once however many queues it has. */
#include "holdings.h"
#include "mm/ledger/holders.h"
#include "mm/owners/dma_buf.h"
#include "mm/owners/perf.h"
#include "mm/owners/socket.h"

static const char tcp[] = "tcp", udp[] = "udp";

static void add(struct mmx_holdings *held, struct mmx_holder holder)
{
	if (!mmx_array_add(&held->holders, holder))
		abort();
}

static struct mmx_holder socket(uint64_t addr, const char *protocol, bool open, uint32_t task)
{
	return (struct mmx_holder){
		.type = "sock", .addr = addr, .protocol = protocol, .open = open, .task = task};
}

static void sum_holders(struct fake_memory *m, struct mmx_holder_totals *totals)
{
	struct mmx_sockets *sockets = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_sockets);
	struct mmx_dma_bufs *bufs = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_dma_bufs);
	struct mmx_perf_buffers *perf =
		mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_perf_buffers);
	struct mmx_tasks *tasks = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_tasks);
	struct mmx_keyed by = {0};
	struct mmx_err err;

	if (!mmx_array_add(tasks, (struct mmx_task){.pid = 10, .tgid = 10}) ||
	    !mmx_array_add(tasks, (struct mmx_task){.pid = 20, .tgid = 20}) ||
	    mmx_keyed_begin(&by, 8, 1, &err))
		abort();
	/* Two queues of one socket, another socket of that process; one of UDP; one that nobody has open; a CPU's page. */
	add(&sockets->held, socket(0x1000, tcp, true, 0));
	add(&sockets->held, socket(0x1000, tcp, true, 0));
	add(&sockets->held, socket(0x2000, tcp, true, 0));
	add(&sockets->held, socket(0x3000, udp, true, 0));
	add(&sockets->held, socket(0x4000, tcp, false, 0));
	add(&sockets->held, socket(0x5000, NULL, false, 0));
	for (uint32_t i = 0; i < 6; i++)
		mmx_keyed_add(&by, mmx_holder_key(MMX_OWNER_socket, i), 0, 1u << i);
	add(&bufs->held, (struct mmx_holder){.addr = 0x6000});
	mmx_keyed_add(&by, mmx_holder_key(MMX_OWNER_dma_buf, 0), 0, 100);
	add(&perf->held, (struct mmx_holder){.addr = 0x7000});
	mmx_keyed_add(&by, mmx_holder_key(MMX_OWNER_perf, 0), 0, 200);
	if (mmx_holder_totals_find(totals, &by, m->view, &err))
		abort();
	mmx_keyed_free(&by);
}

static const struct mmx_socket_total *row(const struct mmx_holder_totals *totals, int tgid,
					  const char *protocol)
{
	for (size_t i = 0; i < totals->sockets.n; i++) {
		const struct mmx_socket_total *t = &totals->sockets.v[i];

		if (t->protocol == protocol && (t->task ? t->task->tgid : 0) == tgid)
			return t;
	}
	abort();
}

static void sockets_are_summed_by_process_and_protocol(void)
{
	struct fake_memory *m = new_memory();
	struct mmx_holder_totals totals;

	sum_holders(m, &totals);
	CHECK(totals.sockets.n == 4, "%zu rows", totals.sockets.n);
	CHECK(row(&totals, 10, tcp)->frames == 7 && row(&totals, 10, tcp)->sockets == 2,
	      "of TCP that process 10 has open");
	CHECK(row(&totals, 10, udp)->frames == 8 && row(&totals, 10, udp)->sockets == 1, "of UDP");
	CHECK(row(&totals, 0, tcp)->frames == 16 && row(&totals, 0, tcp)->sockets == 1,
	      "of what nobody has open");
	CHECK(row(&totals, 0, NULL)->frames == 32 && !row(&totals, 0, NULL)->sockets,
	      "of what is no socket's");
	CHECK(totals.sockets.v[0].frames == 32, "the largest is not the first");
	mmx_holder_totals_free(&totals);
	fake_memory_free(m);
}

static void buffers_stand_apart(void)
{
	struct fake_memory *m = new_memory();
	struct mmx_holder_totals totals;

	sum_holders(m, &totals);
	CHECK(totals.dma_bufs.n == 1 && totals.dma_bufs.v[0].frames == 100, "of DMA buffers");
	CHECK(totals.others.n == 1 && totals.others.v[0].frames == 200 &&
		      totals.others.v[0].kind == MMX_OWNER_perf,
	      "of others");
	mmx_holder_totals_free(&totals);
	fake_memory_free(m);
}

int main(void)
{
	RUN(sockets_are_summed_by_process_and_protocol);
	RUN(buffers_stand_apart);
	return unit_end();
}
