// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program of a process as the dynamic linker sees it: what the kernel told it (auxv.h), its program headers, its
 * interpreter, and the list of what has been linked, each of which is held against the mappings. All but the first is
 * the process's own memory, which it may have filled with anything.
 */
#ifndef MMX_MM_PROGRAM_H
#define MMX_MM_PROGRAM_H

#include "base/array.h"
#include "base/coverage.h"
#include "mm/processes/vma.h"
#include "mm/programs/auxv.h"
#include "mm/programs/elf.h"

/* KIND(entry, "in words") */
#define MMX_PROGRAM_KINDS(KIND)                                                                    \
	KIND(NONE, "none: no program was started in this memory")                                  \
	KIND(DYNAMIC, "linked dynamically, by an interpreter")                                     \
	KIND(STATIC, "static, at fixed addresses")                                                 \
	KIND(STATIC_PIE, "static, and loaded anywhere; or an interpreter that was started itself") \
	KIND(UNKNOWN, "not known")

enum mmx_program_kind {
#define KIND(id, words) MMX_PROGRAM_##id,
	MMX_PROGRAM_KINDS(KIND)
#undef KIND
		MMX_PROGRAM_KIND_COUNT
};

const char *mmx_program_words(unsigned int kind);

/* LINKED(entry, "in words"): what the mappings say of something in the dynamic linker's list */
#define MMX_LINKED_STATES(LINKED)                                                     \
	LINKED(PROGRAM, "program") /* itself */                                       \
	LINKED(SAME, "its file")                                                      \
	LINKED(OTHER_PATH, "other path") /* of a file of that name */                 \
	LINKED(DELETED, "deleted")       /* a file of that name, or replaced since */ \
	LINKED(OTHER_NAME, "other name")                                              \
	LINKED(NO_FILE, "no file") /* the kernel's, or made by the process */         \
	LINKED(NOT_MAPPED, "nothing")                                                 \
	LINKED(UNKNOWN, "not known")

enum mmx_linked_state {
#define LINKED(id, words) MMX_LINKED_##id,
	MMX_LINKED_STATES(LINKED)
#undef LINKED
		MMX_LINKED_STATE_COUNT
};

const char *mmx_linked_words(unsigned int state);

/**
 * struct mmx_linked - an entry of the dynamic linker's list
 * @space: which of its lists, from 0: programs can have several (dlmopen())
 * @at: the struct link_map; @bias: what is added to addresses of the file (l_addr); @dynamic: its dynamic section
 * @name: as the linker has it, empty for the program; @file: as maps has what is mapped there, or empty
 * @base: where the file begins in memory; 0 where that is not known
 * @wrong: what cannot be, of this entry
 */
struct mmx_linked {
	unsigned int space;
	uint64_t at, bias, dynamic;
	uint64_t base, inode;
	char *name, *file;
	enum mmx_linked_state state;
	struct mmx_err wrong;
};

/** struct mmx_unlisted - code of a file that is mapped, and that no list has: from @start on, called @file */
struct mmx_unlisted {
	uint64_t start;
	char *file;
};

/**
 * struct mmx_program - a program
 * @coverage: what could not be read
 * @auxv, @elf: @elf.segment is filled as far as they are there
 * @has_bias: @bias, what is added to addresses of the file, is known
 * @interpreter: its path; empty without one. @base: where it is
 * @debug: where the dynamic linker's list begins (r_debug); 0: it has not told, or there is none
 * @state: what the linker is doing: 0 nothing, 1 adding, 2 removing
 * @files: mappings with code whose file is in no list
 */
struct mmx_program {
	struct mmx_coverage coverage;
	enum mmx_program_kind kind;
	struct mmx_auxv auxv;
	struct mmx_elf elf;
	bool has_bias;
	uint64_t bias, base, debug;
	uint32_t state;
	char interpreter[512];
	struct {
		MMX_ARRAY(struct mmx_linked);
	} linked;
	struct {
		MMX_ARRAY(struct mmx_unlisted);
	} files;
};

/** mmx_program_find() - of the mm_struct at @mm; -1 without memory */
int mmx_program_find(struct mmx_program *p, struct mmx_view *view, uint64_t mm,
		     struct mmx_err *err);
void mmx_program_free(struct mmx_program *p);

#endif
