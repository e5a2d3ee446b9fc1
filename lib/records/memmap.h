// SPDX-License-Identifier: GPL-2.0-or-later
/* What is asked of the struct pages' records: the argument of a document that shows them. */
#ifndef MMX_RECORDS_MEMMAP_H
#define MMX_RECORDS_MEMMAP_H

#include "records/records.h"

/** struct mmx_memmap_ask - @verbose: each section and each physical run as well */
struct mmx_memmap_ask {
	bool verbose;
};

#endif
