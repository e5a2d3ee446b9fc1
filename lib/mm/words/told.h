/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is told of a loose word or of a report of the kernel's log: its parts, each with a value and what that
 * means, and notes. Bounded, whatever the text was that it came from.
 */
#ifndef MMX_MM_TOLD_H
#define MMX_MM_TOLD_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"

/* TOLD(entry, "name", kernel's): what is told of, and whether it is the kernel saying that something is wrong in itself */
#define MMX_TOLD_KINDS(TOLD)                            \
	TOLD(PTE, "page-table entry", false)            \
	TOLD(FLAGS, "page flags", false)                \
	TOLD(TYPE, "page type", false)                  \
	TOLD(MAPCOUNT, "mapcount", false)               \
	TOLD(GFP, "GFP flags", false)                   \
	TOLD(SWAP, "swap entry", false)                 \
	TOLD(VMA, "VM flags", false)                    \
	TOLD(MAPPING, "mapping word", false)            \
	TOLD(BAD_PAGE, "Bad page state", true)          \
	TOLD(DUMP_PAGE, "dump_page", false)             \
	TOLD(BAD_MAP, "Bad page map", true)             \
	TOLD(BAD_RSS, "Bad rss-counter state", true)    \
	TOLD(PGTABLES, "pgtables_bytes not zero", true) \
	TOLD(ALLOCATION, "allocation failure", false)   \
	TOLD(OOM, "out of memory", false)               \
	TOLD(KILLED, "killed for memory", false)        \
	TOLD(SHOW_MEM, "memory state", false)           \
	TOLD(HWPOISON, "memory error", false)           \
	TOLD(SUPPRESSED, "reports suppressed", true)

enum mmx_told_kind {
#define TOLD(id, name, wrong) MMX_TOLD_##id,
	MMX_TOLD_KINDS(TOLD)
#undef TOLD
		MMX_TOLD_KIND_COUNT
};

const char *mmx_told_name(enum mmx_told_kind kind);

/** mmx_told_wrong() - whether by that report the kernel says that its own state is wrong */
bool mmx_told_wrong(enum mmx_told_kind kind);

/* NOTE(entry, "word"): what a note says */
#define MMX_NOTES(NOTE)                \
	NOTE(IMPOSSIBLE, "impossible") \
	NOTE(MEANS, "means")           \
	NOTE(ASSUMED, "assumed")       \
	NOTE(UNKNOWN, "unknown")       \
	NOTE(DUMP, "in the dump")      \
	NOTE(NEXT, "next")

enum mmx_note_kind {
#define NOTE(id, word) MMX_NOTE_##id,
	MMX_NOTES(NOTE)
#undef NOTE
		MMX_NOTE_KINDS
};

const char *mmx_note_name(enum mmx_note_kind kind);

#define MMX_TOLD_PARTS 256
#define MMX_TOLD_NOTES 48

/** struct mmx_told_part - a part of it: "bits 51:12", "0x12345", "the frame" */
struct mmx_told_part {
	char name[28];
	char value[72];
	char meaning[200];
};

struct mmx_told_note {
	enum mmx_note_kind kind;
	char text[320];
};

/**
 * struct mmx_told - a word or a report
 * @line: the line of the text that it begins at, from 1; 0 of a word
 * @has_word, @word: of a word
 * @time: when, as the text has it; or empty
 * @title: what it is, in a line
 * @left_out: parts and notes that there was no room for, or no memory
 */
struct mmx_told {
	enum mmx_told_kind kind;
	uint64_t line;
	bool has_word;
	uint64_t word;
	char time[32];
	char title[200];
	struct {
		MMX_ARRAY(struct mmx_told_part);
	} parts;
	struct {
		MMX_ARRAY(struct mmx_told_note);
	} notes;
	uint64_t left_out;
};

void mmx_told_begin(struct mmx_told *t, enum mmx_told_kind kind);
void mmx_told_free(struct mmx_told *t);

void mmx_told_title(struct mmx_told *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** mmx_told_part() - add a part; @fmt is what it means, "" for nothing more than its value */
void mmx_told_part(struct mmx_told *t, const char *name, const char *value, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

void mmx_told_note(struct mmx_told *t, enum mmx_note_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** mmx_told_sort() - notes by kind, in the order of MMX_NOTES, those of a kind as they came */
void mmx_told_sort(struct mmx_told *t);

/** mmx_told_has() - whether there is a note of that kind */
bool mmx_told_has(const struct mmx_told *t, enum mmx_note_kind kind);

#endif
