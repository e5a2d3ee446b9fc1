// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A moment of a machine: what of its memory can be compared with another moment, as numbers of things. It is
 * made of a kernel, or of an answer that was saved, and changes.h compares two of either.
 */
#ifndef MMX_MM_MOMENT_H
#define MMX_MM_MOMENT_H

#include "base/coverage.h"
#include "mm/moments/boot.h"
#include "mm/moments/class_map.h"

struct mmx_view;

enum mmx_subject {
#define SUBJECT(id, words) MMX_SUBJECT_##id,
#include "mm/moments/subjects.def"
#undef SUBJECT
	MMX_SUBJECTS
};

/** mmx_subject_words() - "slab caches" */
const char *mmx_subject_words(unsigned int subject);

#define MMX_MEASURES 5

/*
 * What the numbers of a subject's things are: of counters, meminfo, values, swap areas (pages in use), callers,
 * holders, files and sites (pages) it is one.
 */
enum { MMX_ZONE_FREE, MMX_ZONE_MANAGED, MMX_ZONE_PRESENT };
enum {
	MMX_PROCESS_ANON,
	MMX_PROCESS_FILE,
	MMX_PROCESS_SWAP,
	MMX_PROCESS_TABLES,
	MMX_PROCESS_THREADS
};
enum { MMX_CACHE_OBJECTS, MMX_CACHE_SLABS, MMX_CACHE_BYTES };
enum { MMX_MEMCG_OWN, MMX_MEMCG_USAGE, MMX_MEMCG_KMEM, MMX_MEMCG_SWAP };
enum { MMX_TAG_BYTES, MMX_TAG_CALLS };

/**
 * struct mmx_measured - a thing and its numbers
 * @key: what it is known again by in another moment; zeros: by its name alone
 * @id: a number that people know it by: a PID, a node; of FRESH the class of its pages
 * @mark: what of it can change while it stays itself: a process's address space, which exec() replaces
 * @object: where it is, for what its name is looked up by later; or 0
 * @name: what people know it by; NULL until that is looked up (mmx_moment_name())
 * @text: a value that is no number; else NULL
 * @given: which of the numbers are known, in bits
 * @nth: its place among all, as they were found
 */
struct mmx_measured {
	uint64_t key[3];
	uint64_t id, mark, object;
	char *name, *text;
	int64_t v[MMX_MEASURES];
	uint8_t given;
	uint32_t nth;
};

/** struct mmx_subject_of - the things of a subject; @has: it was looked for */
struct mmx_subject_of {
	bool has;
	MMX_ARRAY(struct mmx_measured);
};

/**
 * struct mmx_moment - all of it
 * @coverage: what could not be found
 * @view: of the kernel that it is of; NULL for a saved answer
 */
struct mmx_moment {
	struct mmx_coverage coverage;
	struct mmx_view *view;
	struct mmx_boot boot;
	struct mmx_subject_of of[MMX_SUBJECTS];
	struct mmx_class_map map;
};

/**
 * mmx_moment_find() - what a kernel tells: all but meminfo and values; -1 without memory, and when stopped
 * @earlier: the moment that it is to be compared with, if that is there: it tells which frames were free; or NULL
 */
int mmx_moment_find(struct mmx_moment *moment, struct mmx_view *view,
		    const struct mmx_moment *earlier, void (*progress)(void *arg, int percent),
		    void *progress_arg, struct mmx_err *err);
void mmx_moment_free(struct mmx_moment *moment);

/** mmx_moment_add() - a thing more, whose name is copied and whose other texts are kept; NULL without memory */
struct mmx_measured *mmx_moment_add(struct mmx_moment *moment, enum mmx_subject subject,
				    const char *name);

/** mmx_name_key() - a name as a part of a key */
static inline uint64_t mmx_name_key(const char *name)
{
	uint64_t h = 0xcbf29ce484222325ULL; /* FNV-1a */

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 0x100000001b3ULL;
	return h;
}

/** mmx_measure() - a number of it is known */
static inline void mmx_measure(struct mmx_measured *m, unsigned int nth, int64_t value)
{
	m->v[nth] = value;
	m->given |= 1u << nth;
}

/** mmx_moment_name() - find the name of a thing that has none yet, as far as that is possible now; -1 without memory */
int mmx_moment_name(struct mmx_measured *m, enum mmx_subject subject, struct mmx_view *view,
		    struct mmx_err *err);

/**
 * mmx_moment_by_name() - from now on things are known again by their names alone, all of which are looked up
 * So those of another boot can be compared, where addresses and PIDs are others.
 */
int mmx_moment_by_name(struct mmx_moment *moment, struct mmx_err *err);

/* For moment.c: what of a moment is found where. */
struct mmx_ledger;
int mmx_moment_owners(struct mmx_moment *moment, const struct mmx_ledger *ledger,
		      struct mmx_err *err);

#endif
