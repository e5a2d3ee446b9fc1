// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Knowledge: what was found out about a dump beyond what opening it needs, kept for the next command.
 * What there is stands in knowledge.def. Any thread may ask; each thing is found by the first that
 * does, with its own view, and others that ask for it wait.
 *
 * Nobody waits forever, since a find function asks only for what stands above its own line in knowledge.def. That
 * holds for what works for it, too: of workers that walk memory in pieces (frames/page_pieces.h) none asks for
 * the thing that is being found, nor for one that rests on it.
 */
#ifndef MMX_MM_KNOWLEDGE_H
#define MMX_MM_KNOWLEDGE_H

#include <stdint.h>

#include "base/coverage.h"

struct mmx_kernel;
struct mmx_view;

enum mmx_known {
#define KNOWN(name, words, rests_on) MMX_KNOWN_##name,
#include "mm/knowledge.def"
#undef KNOWN
	MMX_KNOWN_COUNT
};

/* Sets of them are words with a bit for each. */
#define MMX_KNOWN_BIT(id) (1ULL << (id))

struct mmx_knowledge;
struct mmx_recall;

struct mmx_knowledge *mmx_knowledge_new(struct mmx_err *err);
void mmx_knowledge_free(struct mmx_knowledge *knowledge);

/**
 * mmx_know() - the thing of that number; never NULL
 * What could not be found at all is empty, and its coverage says why. It stays where it is until
 * mmx_knowledge_refresh().
 */
const void *mmx_know(struct mmx_view *view, enum mmx_known id);

/**
 * mmx_know_together() - find the things of a set, and what they rest on, side by side on as many threads as there are
 * It gives nothing: who needs one of them asks for it. With one thread it does nothing.
 */
void mmx_know_together(struct mmx_view *view, uint64_t wanted);

/* const struct mmx_tasks *mmx_know_tasks(struct mmx_view *view), and so on */
#define KNOWN(name, words, rests_on)                                                  \
	struct mmx_##name;                                                            \
	static inline const struct mmx_##name *mmx_know_##name(struct mmx_view *view) \
	{                                                                             \
		return (const struct mmx_##name *)mmx_know(view, MMX_KNOWN_##name);   \
	}
#include "mm/knowledge.def"
#undef KNOWN

/** mmx_known_words() - what it is called: "tasks" */
const char *mmx_known_words(enum mmx_known id);

/** mmx_known_coverage() - how much of it is known, what it rests on included; it is found for that */
const struct mmx_coverage *mmx_known_coverage(struct mmx_view *view, enum mmx_known id);

/** mmx_knowledge_give() - an empty thing, for the caller to fill before anybody asks for it; for tests */
void *mmx_knowledge_give(struct mmx_knowledge *knowledge, enum mmx_known id);

/**
 * mmx_knowledge_refresh() - forget what is not to be believed any more
 * That is what an interrupt or a lack of memory cut short, and on a live kernel everything. To be
 * called between commands, while nobody holds what mmx_know() gave.
 */
void mmx_knowledge_refresh(struct mmx_kernel *kernel);

/** mmx_knowledge_recall() - what is known by address (recall.h) */
struct mmx_recall *mmx_knowledge_recall(struct mmx_knowledge *knowledge);

#endif
