// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The dead kernel's /proc, by that kernel's own rules: a row an entry, in the file that the entry or its
 * family has. An entry of text writes it; an entry of 64-bit words (one a page frame, or one a page of a
 * process) gives them piece by piece, and they are written as they are, or shown as runs of equal ones.
 *
 * To add one: lib/proc/NAME.c with a struct mmx_proc_entry, mmx_proc_NAME, and a line in MMX_PROC_ENTRIES.
 */
#ifndef MMX_PROC_PROC_H
#define MMX_PROC_PROC_H

#include "base/sink.h"
#include "records/record.h"

/* What stands for a word that rests on what is not in the dump: no kernel ever prints it. */
#define MMX_PROC_NOT_IN_DUMP (~0ULL)

struct mmx_proc;

/**
 * struct mmx_proc_words - a piece of a file of words
 * @first: number of the first one: its page frame, or its page's virtual address by page size
 * @same: they are all as the first, and only that is there
 * @whole: it is known that none is missing
 * @word: in the dump's byte order
 * @read: of each, how what it rests on was read; not MMX_READ_OK: the word is MMX_PROC_NOT_IN_DUMP
 */
struct mmx_proc_words {
	uint64_t first;
	uint64_t n;
	bool same, whole;
	const uint64_t *word;
	const uint8_t *read; /* enum mmx_read */
};

/**
 * struct mmx_proc_entry - a file below /proc
 * @name: "kpageflags"; in "node<N>/vmstat" the number of a node stands for <N>
 * @of_process: each process has one, and the name is "PID/maps"
 * @binary: what it writes is no text
 * @by: of a file of words: what they can be asked by
 * @state_size: bytes at p->state, zeroed at first
 * @find: all that the contents rest on; 0, or -1 and @err: there is no telling
 * @write: the whole text, to p->sink; or
 * @words: the next piece: 1, 0 behind the last one, -1 and @err; heeds p->first and p->last in what it
 *	computes, and may give more
 * @doubt: bits of a word that may be set though they are not, since nothing tells; or NULL. It is asked where
 *	p->unknown_because says why
 * @end: what there is to say when all was read; or NULL
 * @free: what @find and the others took
 */
struct mmx_proc_entry {
	const char *name;
	bool of_process, binary;
	enum mmx_by by;
	size_t state_size;
	int (*find)(struct mmx_proc *p, struct mmx_err *err);
	int (*write)(struct mmx_proc *p, struct mmx_err *err);
	int (*words)(struct mmx_proc *p, struct mmx_proc_words *words, struct mmx_err *err);
	uint64_t (*doubt)(const struct mmx_proc *p, uint64_t word);
	void (*end)(struct mmx_proc *p);
	void (*free)(struct mmx_proc *p);
};

/** struct mmx_proc_watcher - who is told what people should know, and how far it is; as struct mmx_messages */
struct mmx_proc_watcher {
	void (*say)(void *arg, const char *text);
	void (*progress)(void *arg, int percent);
	void *arg;
};

/**
 * struct mmx_proc - an entry being read
 * @as_runs: as runs of equal words, not as the bytes of the file
 * @size: words in the file
 * @first, @last: numbers of the words that are asked for
 * @missing: words that rest on what is not in the dump, or makes no sense
 * @in_doubt: words with bits that may be set, though they are not
 * @unknown_bits, @unknown_because: which bits, and why nothing tells
 * @coverage: what is wrong with the contents
 * @err: why the words came to an early end
 */
struct mmx_proc {
	const struct mmx_proc_entry *entry;
	unsigned int nr; /* of the entry */
	uint64_t pid;
	unsigned int node;
	struct mmx_view *view;
	const struct mmx_sink *sink;
	struct mmx_proc_watcher watcher;
	bool as_runs;
	void *state;
	uint64_t size, first, last;
	uint64_t missing, in_doubt, unknown_bits;
	struct mmx_err unknown_because;
	struct mmx_coverage coverage;
	struct mmx_err err;
};

/** mmx_proc_find() - sets the entry, and the process or node, of "NAME", "PID/NAME" or "node<N>/NAME"; false when there is none */
bool mmx_proc_find(struct mmx_proc *p, const char *asked);

/** mmx_proc_entry_name() - of the i-th entry, NULL behind the last one */
const char *mmx_proc_entry_name(unsigned int i);

/** mmx_proc_open() - @p has entry, view and watcher; @where may be NULL */
int mmx_proc_open(struct mmx_proc *p, const struct mmx_where *where, struct mmx_err *err);

/** mmx_proc_words() - the next piece, of what is asked for: 1, 0 behind the last one, or -1 and @err */
int mmx_proc_words(struct mmx_proc *p, struct mmx_proc_words *words, struct mmx_err *err);

/** mmx_proc_write() - what the file holds, to p->sink */
int mmx_proc_write(struct mmx_proc *p, struct mmx_err *err);

/** mmx_proc_say() - what people should know of the contents */
void mmx_proc_say(struct mmx_proc *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

void mmx_proc_close(struct mmx_proc *p);

/** mmx_proc_document - a file of words as runs; the rows' arg is the struct mmx_proc */
extern const struct mmx_record mmx_proc_document;

/* Every entry. Each is a struct mmx_proc_entry, mmx_proc_NAME. */
#define MMX_PROC_ENTRIES(ENTRY)               \
	ENTRY(kpageflags) /* kpage_words.c */ \
	ENTRY(kpagecount)                     \
	ENTRY(kpagecgroup)                    \
	ENTRY(pagemap)                        \
	ENTRY(slabinfo)                       \
	ENTRY(vmallocinfo)                    \
	ENTRY(vmstat)                         \
	ENTRY(node_vmstat) /* vmstat.c */     \
	ENTRY(node_numastat)                  \
	ENTRY(zoneinfo)                       \
	ENTRY(buddyinfo)                      \
	ENTRY(pagetypeinfo)                   \
	ENTRY(meminfo)                        \
	ENTRY(node_meminfo) /* meminfo.c */   \
	ENTRY(swaps)                          \
	ENTRY(allocinfo)                      \
	ENTRY(maps)                           \
	ENTRY(smaps)                          \
	ENTRY(smaps_rollup) /* smaps.c */     \
	ENTRY(numa_maps)                      \
	ENTRY(statm)                          \
	ENTRY(status)                         \
	ENTRY(stat)                           \
	ENTRY(comm)                           \
	ENTRY(cmdline)                        \
	ENTRY(auxv)                           \
	ENTRY(cgroup)                         \
	ENTRY(fd)

#define ENTRY(name) extern const struct mmx_proc_entry mmx_proc_##name;
MMX_PROC_ENTRIES(ENTRY)
#undef ENTRY

enum {
#define ENTRY(name) MMX_PROC_NR_##name,
	MMX_PROC_ENTRIES(ENTRY)
#undef ENTRY
		MMX_PROC_COUNT
};

#endif
