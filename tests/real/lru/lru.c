// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE lru         "lruvec", node, memcg's path (or -), online, oldest generation of anon and of file,
 *                      youngest; whole; pages of anon and of file, unevictable; then of each of its lists
 *                      "list", its name, folios, pages, those younger, own, nr_pages; then "batch", PFN, CPU,
 *                      kind; and "finding", fault, node, address, text
 */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"
#include "mm/lru/lru.h"
#include "mm/owners/memcg.h"

static void show_lists(const struct mmx_kernel *k, const struct mmx_lru *lru,
		       const struct mmx_lruvecs *lruvecs, size_t i)
{
	const struct mmx_lru_sum *sum = &lru->sums.v[i];
	char name[MMX_LRU_NAME];

	for (size_t j = sum->first; j < sum->first + sum->n; j++) {
		const struct mmx_lru_count *c = &lru->counts.v[j];

		mmx_lru_list_name(lruvecs, k, &lruvecs->v[i], c->list, name);
		printf("list\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRId64
		       "\n",
		       name, c->folios, c->pages, c->younger, c->own, c->nr_pages);
	}
}

static void show_lruvec(const struct mmx_kernel *k, const struct mmx_lru *lru,
			const struct mmx_lruvecs *lruvecs, size_t i)
{
	const struct mmx_lruvec *v = &lruvecs->v[i];
	const struct mmx_lru_sum *sum = &lru->sums.v[i];
	struct mmx_memcg memcg = {.path = "-"};
	struct mmx_err err;

	if (lruvecs->by_memcg)
		mmx_memcg_read(&memcg, k->view, lruvecs->memcgs.v[v->memcg].addr, &err);
	printf("lruvec\t%u\t%s\t%d\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%d\t%" PRIu64
	       "\t%" PRIu64 "\t%" PRIu64 "\n",
	       v->node, memcg.path, lruvecs->by_memcg && lruvecs->memcgs.v[v->memcg].online,
	       v->min_seq[0], v->min_seq[1], v->max_seq, sum->whole, sum->pages[0], sum->pages[1],
	       sum->unevictable);
	show_lists(k, lru, lruvecs, i);
}

static int lru(const struct mmx_kernel *k)
{
	const struct mmx_lru *lru = mmx_know_lru(k->view);
	const struct mmx_lruvecs *lruvecs = mmx_know_lruvecs(k->view);
	const struct mmx_lru_batches *batches = mmx_know_lru_batches(k->view);

	for (size_t i = 0; i < lru->sums.n; i++)
		show_lruvec(k, lru, lruvecs, i);
	for (size_t i = 0; i < batches->n; i++)
		printf("batch\t%" PRIx64 "\t%u\t%s\n", batches->v[i].pfn, batches->v[i].cpu,
		       mmx_lru_batch_name(batches->v[i].kind));
	for (size_t i = 0; i < lru->findings.n; i++)
		printf("finding\t%s\t%u\t%" PRIx64 "\t%s\n",
		       mmx_lru_fault_word(lru->findings.v[i].fault), lru->findings.v[i].node,
		       lru->findings.v[i].addr, lru->findings.v[i].text);
	return mmx_cover_whole(&lru->coverage) ? 0 : ask_trouble(&lru->coverage.first);
}

ASK(lru);
