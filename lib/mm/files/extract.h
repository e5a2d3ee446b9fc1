// SPDX-License-Identifier: GPL-2.0-or-later
/* What a file has in memory, written to a file of one's own, with holes where nothing of it is known. */
#ifndef MMX_MM_EXTRACT_H
#define MMX_MM_EXTRACT_H

#include "base/array.h"
#include "base/coverage.h"
#include "mm/files/spans.h"

/** enum mmx_lack - why a page of the file was not written: the kind of its span, or */
enum mmx_lack {
	MMX_LACK_STALE = MMX_SPAN_KINDS, /* cached, but not up to date */
	MMX_LACK_POISON,                 /* its memory failed */
	MMX_LACK_ABSENT,                 /* its frame is not in the dump */
	MMX_LACKS
};

const char *mmx_lack_words(unsigned int lack);

/** struct mmx_lack_run - pages that were not written, all for one reason */
struct mmx_lack_run {
	uint64_t first, last;
	unsigned int why;
};

#define MMX_EXTRACT_NAME   128
#define MMX_LACK_RUNS_KEPT 4096

/**
 * struct mmx_extract - what became of it
 * @coverage: what was lost on the way; @absent of it are pages that the dump does not have
 * @name: of the file that was made
 * @size: that it was given, in bytes: the file's
 * @pages, @written: of the file, and those that were written
 * @lacks: by reason
 * @v: the first runs of pages that were not written; where the file has a hole that is no lack
 * @more: runs that were not kept
 */
struct mmx_extract {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_lack_run);
	char name[MMX_EXTRACT_NAME];
	uint64_t size, pages, written;
	uint64_t lacks[MMX_LACKS];
	uint64_t more;
};

/**
 * mmx_extract_file() - write what is cached of a mapping to a new file in the directory @dir
 * The name is made of the device, the inode's number and what is harmless of the file's own name; one that exists is
 * not touched. Fails, and leaves no file behind, when it cannot be written to its end.
 */
int mmx_extract_file(struct mmx_extract *x, struct mmx_view *view, const struct mmx_mapping *m,
		     const char *dir, struct mmx_err *err);
void mmx_extract_free(struct mmx_extract *x);

#endif
