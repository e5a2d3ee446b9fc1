// SPDX-License-Identifier: GPL-2.0-or-later
/* The records of filex: a file, what its page cache holds, and who uses it. */
#ifndef MMX_RECORDS_FILES_H
#define MMX_RECORDS_FILES_H

#include "mm/files/contents.h"
#include "mm/files/extract.h"
#include "mm/files/largest_files.h"
#include "mm/processes/openers.h"
#include "mm/rmap/mappers.h"
#include "records/record.h"

/**
 * struct mmx_file_asked - what was asked for: the argument of a document that has these records
 * @mapping: of the file; NULL when none was asked for
 * @how, @named: as struct mmx_what_file has them
 * @by_index: pages @first to @last of it were asked for; @offset: and the byte that is meant, from the file's start
 * @verbose: what stands where in the file was asked for as well
 * @extracted, @dir: it was written to a file in that directory
 * @largest: the largest files were asked for
 */
struct mmx_file_asked {
	const struct mmx_mapping *mapping;
	const char *how;
	uint64_t named;
	struct mmx_contents contents;
	struct mmx_mappers mappers;
	struct mmx_openers openers;
	struct mmx_err no_openers;
	bool by_index, by_offset;
	uint64_t first, last, offset;
	bool verbose;
	const char *dir;
	struct mmx_extract extracted;
	const struct mmx_largest_files *largest;
};

static inline const struct mmx_file_asked *mmx_file_asked_of(const struct mmx_rows *r)
{
	return r->arg;
}

/* files.c */
extern const struct mmx_record mmx_record_file, mmx_record_file_contents, mmx_record_file_nodes,
	mmx_record_file_orders, mmx_record_file_mappers, mmx_record_file_openers,
	mmx_record_file_extracted, mmx_record_file_lacks;
/* file_pages.c */
extern const struct mmx_record mmx_record_file_runs, mmx_record_file_pages;
/* large_files.c */
extern const struct mmx_record mmx_record_large_files, mmx_record_large_files_sum;

#endif
