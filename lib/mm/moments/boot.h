// SPDX-License-Identifier: GPL-2.0-or-later
/* Which boot of which kernel a dump is of, and when in it: only moments of one boot can be compared. */
#ifndef MMX_MM_BOOT_H
#define MMX_MM_BOOT_H

#include <stdbool.h>
#include <stdint.h>

struct mmx_view;

/* EVIDENCE(entry, "in words", whether no two boots have it alike) */
#define MMX_BOOT_EVIDENCE(EVIDENCE)                                                \
	EVIDENCE(RELEASE, "release", false)                                        \
	EVIDENCE(BUILD, "build", false)                                            \
	EVIDENCE(SLIDE, "where the kernel lies (KASLR)", false)                    \
	EVIDENCE(DIRECT_MAP, "where its direct map lies", false)                   \
	EVIDENCE(BOOT_ID, "its boot_id", true)                                     \
	EVIDENCE(FIRST_PROCESS, "when PID 1 was started, to the nanosecond", true) \
	EVIDENCE(KTHREADD, "when PID 2 was started, to the nanosecond", true)

enum mmx_boot_evidence {
#define EVIDENCE(id, words, unique) MMX_BOOT_##id,
	MMX_BOOT_EVIDENCE(EVIDENCE)
#undef EVIDENCE
		MMX_BOOT_EVIDENCES
};

const char *mmx_boot_words(unsigned int evidence);

#define MMX_BOOT_TEXT 72

/**
 * struct mmx_boot - what a dump says
 * @text: by evidence, as it is compared and shown; empty where that is not known
 * @jiffies, @tick_ns: when; @tick_ns 0 where that is not known
 */
struct mmx_boot {
	char text[MMX_BOOT_EVIDENCES][MMX_BOOT_TEXT];
	uint64_t jiffies, tick_ns;
};

void mmx_boot_read(struct mmx_boot *boot, struct mmx_view *view);

enum mmx_same_boot { MMX_BOOT_SAME, MMX_BOOT_OTHER, MMX_BOOT_UNKNOWN };

/**
 * mmx_boots_compare() - whether two are of one boot
 * @by: what tells that: the first that differs, or one that no two boots have alike; 0 for UNKNOWN
 */
enum mmx_same_boot mmx_boots_compare(const struct mmx_boot *a, const struct mmx_boot *b,
				     enum mmx_boot_evidence *by);

/** mmx_boot_elapsed() - nanoseconds from @a to @b, which are of one boot; false where that is not known */
bool mmx_boot_elapsed(const struct mmx_boot *a, const struct mmx_boot *b, int64_t *ns);

#endif
