// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * WHAT: how users name a page. A bare number is a PFN, or a kernel address when it lies in the
 * kernel's address space: of a struct page, of the direct map, of anything that is mapped. The name
 * of a symbol stands for its address.
 */
#ifndef MMX_CMD_WHAT_H
#define MMX_CMD_WHAT_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/pagetable.h"
#include "base/coverage.h"
#include "base/steps.h"
#include "mm/files/mapping.h"
#include "mm/processes/usermem.h"

struct mmx_view;

/** enum mmx_what_kind - what a number was taken for */
enum mmx_what_kind {
	MMX_WHAT_PFN,
	MMX_WHAT_PHYS,
	MMX_WHAT_STRUCT_PAGE,
	MMX_WHAT_KERNEL, /* a kernel virtual address */
	MMX_WHAT_USER,
};

/**
 * struct mmx_what - a run of frames [first, last]
 * @addr: the address that stands for the first one, of the others page by page; kinds PFN and PHYS have none
 */
struct mmx_what {
	enum mmx_what_kind kind;
	uint64_t first, last;
	uint64_t addr;
};

/** struct mmx_what_options - how numbers are to be read */
struct mmx_what_options {
	bool decimal;                  /* -d */
	bool physical;                 /* -p */
	const char *pid;               /* -u PID, or NULL */
	const struct mmx_users *users; /* may be NULL without -u */
};

/** mmx_number() - a number of @text up to @end (or its NUL): hex with or without 0x, or decimal */
int mmx_number(const char *text, const char *end, bool decimal, uint64_t *value);

/** mmx_number_range() - "A-B", or "A" for A-A */
int mmx_number_range(const char *text, bool decimal, uint64_t *first, uint64_t *last,
		     struct mmx_err *err);

/**
 * struct mmx_what_walk - a walk over the runs of frames that an operand names, "A" or "A-B"
 * @what: the current run
 * A range of addresses is translated page by page, and names the frames that stand behind it.
 */
struct mmx_what_walk {
	struct mmx_what what;
	/* Private. */
	struct mmx_view *view;
	struct mmx_what_options options;
	enum mmx_what_kind kind;
	uint64_t first, last; /* as they were given */
	unsigned int begun;
	bool in_tables;
	struct mmx_pt pt;
	uint64_t pages[MMX_USER_KIND_COUNT];
};

/** mmx_what_begin() - -1 when the operand cannot be read, or names no frame */
int mmx_what_begin(struct mmx_what_walk *w, struct mmx_view *view, const char *text,
		   const struct mmx_what_options *options, struct mmx_err *err);

/** mmx_what_next() - go to the first or next run, in the order of what was asked; false behind the last */
bool mmx_what_next(struct mmx_what_walk *w);

/**
 * struct mmx_what_gaps - what of a range of addresses has no frame
 * @coverage: what kept page tables from being walked
 * @pages: how many
 * @text: what stands there instead: "swapped out (8), ...", and why where tables contradict each other
 */
struct mmx_what_gaps {
	struct mmx_coverage coverage;
	uint64_t pages;
	char text[480];
};

/** mmx_what_steps() - how a frame of the current run follows from the operand */
struct mmx_term mmx_what_steps(struct mmx_steps *s, const struct mmx_what_walk *w, uint64_t pfn);

/** mmx_what_end() - what a walk that came to its end passed over; -1 when that was all of it */
int mmx_what_end(struct mmx_what_walk *w, struct mmx_what_gaps *gaps, struct mmx_err *err);

/*
 * FILE: how users name a file. A path, looked up as the process with -u PID or else PID 1 would; the address
 * of an inode, an address_space, a dentry, or a struct file; a page of it, as WHAT names one; or a name
 * without slashes, of a block device or a file that is found through all inodes: "vda1", "memfd:NAME".
 */

/**
 * struct mmx_what_file - a file that was named
 * @mapping: what caches its pages, with the inode that it belongs to: of overlayfs's files that of the file
 *	below, of the special file of a block device that of the device
 * @how: how it was found, in words: "path", "inode", ...
 * @named: the inode that was named, when it is not mapping.inode; or 0
 * @has_index, @index: of a page: which one of the file it is, in pages
 */
struct mmx_what_file {
	struct mmx_mapping mapping;
	const char *how;
	uint64_t named;
	bool has_index;
	uint64_t index;
};

/** mmx_what_file() - the file that an operand names; -1 when there is none, and why */
int mmx_what_file(struct mmx_what_file *f, struct mmx_view *view, const char *text,
		  const struct mmx_what_options *options, struct mmx_err *err);

#endif
