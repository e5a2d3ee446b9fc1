// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who owns memory, as the library finds it: for the tests on real dumps.
 *
 *	ask_owners CORE tasks         every task but the idle ones: pid, tgid, kernel or user, mm, comm
 *	ask_owners CORE users         processes of each address space: mm and tgids
 *	ask_owners CORE areas         PID, start and end of each area of an address space, by its maple tree
 *	ask_owners CORE swaps         as /proc/swaps
 *	ask_owners CORE kpagecgroup   as /proc/kpagecgroup; ~0 where the dump does not have it
 *	ask_owners CORE pagemap       reads "PID ADDRESS PAGES" lines; writes words as /proc/PID/pagemap
 *	                              has them, of their bits only present, swap, and what is below 55
 *	ask_owners CORE user          reads "PID ADDRESS" lines; what stands there, and its frame
 *	ask_owners CORE frames        reads PFNs; a line each, of tab-separated "name=value"
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "kernel/maple.h"
#include "mm/rmap/anon.h"
#include "mm/rmap/ksm.h"
#include "mm/files/mapping.h"
#include "mm/owners/memcg.h"
#include "mm/swap/swap.h"
#include "mm/processes/task.h"
#include "mm/processes/usermem.h"
#include "proc/kpage.h"

#define PM_PRESENT (1ULL << 63)
#define PM_SWAP    (1ULL << 62)

static int failed(const struct mmx_err *err)
{
	fprintf(stderr, "ask_owners: %s\n", err->text);
	return 1;
}

static int tasks(const struct mmx_kernel *k)
{
	const struct mmx_tasks *found = mmx_know_tasks(k->view);

	for (size_t i = 0; i < found->n; i++) {
		const struct mmx_task *t = &found->v[i];

		if (t->pid)
			printf("%d %d %s %" PRIx64 " %" PRIx64 " %s\n", t->pid, t->tgid,
			       t->kernel ? "kernel" : "user", t->mm, t->stack, t->comm);
	}
	if (!mmx_cover_whole(&found->coverage))
		printf("broken: %s\n", found->coverage.first.text);
	return 0;
}

static int users(const struct mmx_kernel *k)
{
	const struct mmx_tasks *found = mmx_know_tasks(k->view);
	size_t n = 1;

	for (size_t i = 0; i < found->users.n; i += n) {
		const struct mmx_mm_user *u = mmx_mm_users(found, found->users.v[i].mm, &n);

		printf("%" PRIx64, u->mm);
		for (size_t j = 0; j < n; j++)
			printf(" %d", u[j].tgid);
		putchar('\n');
	}
	return 0;
}

/* Each address space's maple tree, by the first process that uses it. */
static int areas(const struct mmx_kernel *k)
{
	const struct mmx_tasks *found = mmx_know_tasks(k->view);
	uint64_t at = mmx_off(&k->layout, M_mm_struct_mm_mt);
	static struct mmx_maple maple;
	size_t n;

	for (size_t i = 0; i < found->users.n; i += n) {
		const struct mmx_mm_user *u = mmx_mm_users(found, found->users.v[i].mm, &n);

		mmx_maple_begin(&maple, k->view, u->mm + at);
		while (mmx_maple_next(&maple))
			printf("%d %" PRIx64 " %" PRIx64 "\n", u->tgid, maple.first,
			       maple.last + 1);
		if (!mmx_cover_whole(&maple.coverage))
			printf("broken %d: %s\n", u->tgid, maple.coverage.first.text);
	}
	return 0;
}

static int swaps(const struct mmx_kernel *k)
{
	const struct mmx_swaps *found = mmx_know_swaps(k->view);

	puts("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority");
	for (size_t i = 0; i < found->n; i++) {
		const struct mmx_swap_area *a = &found->v[i];
		const struct mmx_err *no_path = mmx_reason(&found->reasons, a->no_path);
		int len = printf("%s", no_path ? no_path->text : a->path.text);

		printf("%*s%s\t%" PRIu64 "\t%s%" PRIu64 "\t%s%d\n", len < 40 ? 40 - len : 1, " ",
		       a->partition ? "partition" : "file\t", a->pages * 4,
		       a->pages * 4 < 10000000 ? "\t" : "", a->in_use * 4,
		       a->in_use * 4 < 10000000 ? "\t" : "", a->priority);
	}
	if (!mmx_cover_whole(&found->coverage))
		printf("%s\n", found->coverage.first.text);
	return 0;
}

/* What was resolved before: a dump has few memory cgroups and many pages. */
struct known {
	uint64_t data, ino;
};

static uint64_t cgroup_of(struct mmx_view *view, uint64_t data)
{
	static struct known known[1024];
	struct known *k = &known[(data >> 6) % 1024];
	struct mmx_charge charge;
	struct mmx_err err;
	uint64_t ino = 0;

	if (data && k->data == data)
		return k->ino;
	if (mmx_charge_read(&charge, view, data, &err) ||
	    (charge.memcg && mmx_memcg_ino(view, charge.memcg, &ino, &err)))
		return ~0ULL;
	*k = (struct known){data, ino};
	return ino;
}

/* 6.1 to 6.3 look at the very page, later kernels at its folio. The names of counts tell 6.1 and 6.2. */
static bool asks_the_page(const struct mmx_kernel *k)
{
	return mmx_mem(k)->page_format.mapped == MMX_MAPPED_PAGES ||
	       k->layout.member[M_folio_nr_pages_mapped].alt == 1;
}

static int kpagecgroup(const struct mmx_kernel *k)
{
	struct mmx_view *view = k->view;
	const struct mmx_page_format *f = &mmx_mem(view->kernel)->page_format;
	struct mmx_page_walk walk;
	struct mmx_kpage kp;
	struct mmx_err err;

	if (mmx_kpage_find(&kp, view, &err) ||
	    mmx_page_walk_begin(&walk, view, 0, kp.max_pfn, &err))
		return failed(&err);
	while (mmx_page_walk_next(&walk)) {
		const unsigned char *bytes = walk.read          ? NULL
					     : asks_the_page(k) ? walk.bytes
								: walk.folio.bytes;
		uint64_t word = walk.read == MMX_READ_ABSENT ? 0
				: walk.read                  ? ~0ULL
					    : cgroup_of(view, mmx_word(bytes, f->memcg));

		for (uint64_t i = 0; i < walk.frames; i++)
			fwrite(&word, sizeof(word), 1, stdout);
	}
	mmx_page_walk_end(&walk);
	return 0;
}

struct area {
	struct mmx_view *view;
	const struct mmx_swap_types *types;
	uint64_t start, pages, *words;
};

static void take_entry(struct area *a, const struct mmx_pte *pte)
{
	for (uint64_t at = pte->start; at < pte->last; at += 4096) {
		struct mmx_user_page page;
		uint64_t *word = &a->words[(at - a->start) / 4096];

		mmx_user_entry(&page, a->view, a->types, pte, at);
		if (page.kind == MMX_USER_MAPPED || page.kind == MMX_USER_NO_ACCESS)
			*word = PM_PRESENT | page.pfn;
		else if (page.kind == MMX_USER_UNREADABLE)
			*word = ~0ULL;
		else
			*word = PM_SWAP | page.type | page.offset << 5;
	}
}

static int pagemap(const struct mmx_kernel *k)
{
	struct mmx_view *view = k->view;
	struct mmx_swap_types types;
	const struct mmx_tasks *found = mmx_know_tasks(k->view);
	struct mmx_err err;
	struct area a = {.view = view, .types = &types};
	int pid, ret = 0;
	struct mmx_pt pt;

	mmx_swap_types_find(&types, view->kernel);
	while (!ret && scanf("%d %" SCNx64 " %" SCNu64, &pid, &a.start, &a.pages) == 3) {
		const struct mmx_task *t = mmx_task_find(found, pid);

		a.words = calloc(a.pages + 1, 8);
		if (!a.words || !t)
			ret = 1;
		else if (mmx_user_begin(&pt, view, mmx_task_mm(found, t), a.start,
					a.start + a.pages * 4096 - 1, 0, &err))
			ret = failed(&err);
		while (!ret && mmx_pt_next(&pt))
			take_entry(&a, &pt.pte);
		if (!ret)
			fwrite(a.words, 8, a.pages, stdout);
		free(a.words);
	}
	return ret;
}

static void print_mapping(struct mmx_view *view, uint64_t word)
{
	static struct mmx_mapping m;
	struct mmx_err err;

	if (mmx_mapping_read(&m, view, word, &err)) {
		printf("\tmapping_error=%s", err.text);
		return;
	}
	printf("\tkind=%s\tino=%" PRIu64 "\tdev=%x:%x\trdev=%x:%x\tfs=%s\tsb=%s\tcached=%" PRIu64,
	       mmx_mapping_kind_name(m.kind), m.inode.ino, mmx_dev_major(m.inode.dev),
	       mmx_dev_minor(m.inode.dev), mmx_dev_major(m.inode.rdev), mmx_dev_minor(m.inode.rdev),
	       m.inode.fs, m.inode.sb_id, m.pages);
	printf("\t%s=%s", m.kind == MMX_MAPPING_BLOCK ? "device" : "path",
	       m.kind == MMX_MAPPING_BLOCK ? m.device : m.path.text);
	if (!mmx_cover_whole(&m.coverage))
		printf("\tno_path=%s", m.coverage.first.text);
}

static void print_anon(struct mmx_view *view, uint64_t addr)
{
	struct mmx_anon a;
	struct mmx_err err;

	printf("\tkind=anon");
	if (mmx_anon_read(&a, view, addr, &err))
		printf("\tanon_error=%s", err.text);
	else
		printf("\tanon=%" PRIx64 "\troot=%" PRIx64 "\trefcount=%u\tchildren=%" PRIu64
		       "\tactive=%" PRIu64 "\tchains=%" PRIu64 "\tbroken=%s",
		       a.addr, a.root, a.refcount, a.children, a.active, a.coverage.found,
		       a.coverage.first.text);
}

static void print_ksm(struct mmx_view *view, uint64_t addr, uint64_t pfn)
{
	struct mmx_ksm k;
	struct mmx_err err;

	printf("\tkind=ksm");
	if (mmx_ksm_read(&k, view, addr, pfn, &err))
		printf("\tksm_error=%s", err.text);
	else
		printf("\tsharers=%" PRIu64 "\tchain=%" PRIx64, k.sharers, k.chain);
}

static void print_swap(struct mmx_view *view, const struct mmx_swaps *found, unsigned int type,
		       uint64_t offset)
{
	struct mmx_swap_slot slot;
	struct mmx_err err;

	printf("\tswap=%u:%" PRIx64, type, offset);
	if (mmx_swap_slot(&slot, view, found, type, offset, &err))
		printf("\tslot_error=%s", err.text);
	else
		printf("\tslot_cached=%d\tslot_pfn=%" PRIx64 "\tslot_count=%u%s", slot.cached,
		       slot.pfn, slot.count, slot.more ? "+" : "");
}

static int user(const struct mmx_kernel *k)
{
	struct mmx_view *view = k->view;
	const struct mmx_swaps *areas = mmx_know_swaps(view);
	const struct mmx_tasks *found = mmx_know_tasks(k->view);
	struct mmx_users users = {.tasks = found};
	struct mmx_err err;
	uint64_t addr, phys;
	int pid;

	users.types = areas->types;
	while (scanf("%d %" SCNx64, &pid, &addr) == 2) {
		const struct mmx_task *t = mmx_task_find(found, pid);
		struct mmx_user_page page;

		if (!t ||
		    mmx_user_page(&page, view, &areas->types, mmx_task_mm(found, t), addr, &err)) {
			puts(t ? err.text : "no such task");
			continue;
		}
		printf("%s", mmx_user_words(page.kind));
		if (mmx_user_phys(view, &users, pid, addr, &phys, &err))
			printf("\t%s", err.text);
		else
			printf("\t%" PRIx64, phys);
		if (page.kind == MMX_USER_SWAP)
			print_swap(view, areas, page.type, page.offset);
		putchar('\n');
	}
	return 0;
}

static void print_memcg(struct mmx_view *view, uint64_t word)
{
	static const char *const kinds[] = {"none", "objects", "user", "kernel"};
	static struct mmx_memcg m;
	struct mmx_charge c;
	struct mmx_err err;

	if (mmx_charge_read(&c, view, word, &err)) {
		printf("\tmemcg_error=%s", err.text);
		return;
	}
	printf("\tcharge=%s", kinds[c.kind]);
	if (c.memcg && mmx_memcg_read(&m, view, c.memcg, &err))
		printf("\tmemcg_error=%s", err.text);
	else if (c.memcg)
		printf("\tmemcg=%s\tmemcg_ino=%" PRIu64 "\tonline=%d", m.path, m.ino, m.online);
}

static void print_frame(struct mmx_view *view, const struct mmx_swaps *found,
			const struct mmx_page_walk *w)
{
	const struct mmx_page_format *f = &mmx_mem(view->kernel)->page_format;
	uint64_t mapping = mmx_word(w->folio.bytes, f->mapping), offset;
	unsigned int type;

	printf("pfn=%" PRIx64 "\thead=%" PRIx64 "\tindex=%" PRIu64, w->pfn, w->folio.head,
	       mmx_word(w->folio.bytes, f->index) + (w->pfn - w->folio.head));
	if (w->folio.slab || (w->type != MMX_PAGE_NONE && !w->folio.hugetlb))
		;
	else if ((mapping & 3) == 3)
		print_ksm(view, mapping & ~3ULL, w->pfn);
	else if (mapping & 1)
		print_anon(view, mapping & ~3ULL);
	else if (mapping)
		print_mapping(view, mapping);
	if (mmx_bit(w->folio.flags, f->swapbacked) && mmx_bit(w->folio.flags, f->swapcache)) {
		mmx_swap_private(mmx_word(w->folio.bytes, f->private), &type, &offset);
		print_swap(view, found, type, offset);
	}
	print_memcg(view, mmx_word(w->folio.bytes, f->memcg));
	putchar('\n');
}

static int frames(const struct mmx_kernel *k)
{
	struct mmx_view *view = k->view;
	const struct mmx_swaps *found = mmx_know_swaps(view);
	struct mmx_err err;
	uint64_t pfn;

	while (scanf("%" SCNx64, &pfn) == 1) {
		struct mmx_page_walk w;

		if (mmx_page_walk_begin(&w, view, pfn, pfn + 1, &err))
			return failed(&err);
		if (mmx_page_walk_next(&w) && !w.read)
			print_frame(view, found, &w);
		else
			printf("pfn=%" PRIx64 "\tabsent=%s\n", pfn, mmx_read_name(w.read));
		mmx_page_walk_end(&w);
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct ask_question questions[] = {{"tasks", tasks},
							{"areas", areas},
							{"users", users},
							{"swaps", swaps},
							{"kpagecgroup", kpagecgroup},
							{"pagemap", pagemap},
							{"frames", frames},
							{"user", user}};

	return ask_main(argc, argv, questions, sizeof(questions) / sizeof(*questions));
}
