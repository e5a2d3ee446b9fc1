// SPDX-License-Identifier: GPL-2.0-or-later
/* /proc/kpageflags, kpagecount and kpagecgroup as the dead kernel would have printed them. */
#ifndef MMX_PROC_KPAGE_H
#define MMX_PROC_KPAGE_H

#include <stdint.h>

#include "mm/frames/mapcount.h"
#include "mm/frames/page_run.h"
#include "proc/ksm_test.h"

/** enum mmx_kpage_rules - whose words a kernel puts into kpageflags */
enum mmx_kpage_rules {
	MMX_KPAGE_PAGE,     /* the page's own flags, with its head's for some */
	MMX_KPAGE_FOLIO,    /* the folio's flags, since 6.10 */
	MMX_KPAGE_SNAPSHOT, /* the same from a copy of folio and page, since 6.17 */
};

#define MMX_KPAGE_BYTES 8u
#define MMX_KPAGE_EDGES 4u

/** struct mmx_kpage - how this kernel fills the two files */
struct mmx_kpage {
	enum mmx_kpage_rules rules;
	uint64_t max_pfn;           /* frames in the files */
	uint64_t hole;              /* what kpageflags has for a frame without a struct page */
	enum mmx_ksm_test ksm;      /* how kpageflags asks for it, the mistake included */
	struct mmx_err ksm_unknown; /* why that is not known, when it is not */
	bool thp;                   /* built with transparent huge pages */
	uint64_t zero_pfn, huge_zero_pfn; /* ~0 when there is none */
	uint64_t edge[MMX_KPAGE_EDGES];   /* where those begin and end */
	uint64_t copied
		[MMX_KPAGE_BYTES]
		[256]; /* what each byte of a flags word gives, bits that are copied as they are */
	unsigned int n_copied; /* bytes from the lowest on that give any */
	uint8_t idle;
	enum mmx_counted counted;
};

/** mmx_kpage_find() - work out this kernel's rules */
int mmx_kpage_find(struct mmx_kpage *kp, struct mmx_view *view, struct mmx_err *err);

/**
 * mmx_kpage_find_counted() - which of two rules kpagecount has, where a kernel's configuration decides
 * Looks for large folios that are mapped until enough of them tell the same. kp->counted stays unknown
 * when none tells; then a page that has a page type has no entry.
 */
int mmx_kpage_find_counted(struct mmx_kpage *kp, struct mmx_view *view, struct mmx_err *err);

/** mmx_kpage_cut() - of a step that stands for several frames, only those that are asked about alike */
static inline void mmx_kpage_cut(const struct mmx_kpage *kp, struct mmx_page_walk *w)
{
	for (unsigned int i = 0; i < MMX_KPAGE_EDGES; i++)
		mmx_page_walk_cut(w, kp->edge[i]);
}

/**
 * mmx_kpageflags() - the entry of the walk's current frame, whose struct page was read
 * Returns how the other struct pages stand that it rests on, or MMX_READ_UNREADABLE when what they
 * say makes no sense; there is no entry then.
 */
enum mmx_read mmx_kpageflags(const struct mmx_kpage *kp, struct mmx_page_walk *w, uint64_t *word);

/** mmx_kpageflags_unknown() - bits of a word that may be set, though they are not: nothing tells */
uint64_t mmx_kpageflags_unknown(const struct mmx_kpage *kp, uint64_t word);

/** mmx_kpagecount() - the same of kpagecount */
enum mmx_read mmx_kpagecount(const struct mmx_kpage *kp, struct mmx_page_walk *w, uint64_t *word);

#define MMX_CGROUP_WORDS 64

/** struct mmx_cgroup_word - the word of pages whose memcg_data is @data; it is not 0 */
struct mmx_cgroup_word {
	uint64_t data, ino;
	enum mmx_read read;
};

/**
 * struct mmx_cgroup_words - what a thread has found out lately, zeroed at first
 * @by_page: mmx_kpagecgroup_asks_page()
 */
struct mmx_cgroup_words {
	bool by_page;
	struct mmx_cgroup_word v[MMX_CGROUP_WORDS];
};

/** mmx_kpagecgroup_asks_page() - whether kpagecgroup has what is charged for each page itself, not for its folio */
bool mmx_kpagecgroup_asks_page(struct mmx_view *view);

/** mmx_kpagecgroup() - the same of kpagecgroup: the inode of the memory cgroup that is charged */
enum mmx_read mmx_kpagecgroup(struct mmx_cgroup_words *known, struct mmx_page_walk *w,
			      uint64_t *word);

#endif
