// SPDX-License-Identifier: GPL-2.0-or-later
/* What is asked of the struct pages' records: the argument of a document that shows them. */
#ifndef MMX_RECORDS_MEMMAP_H
#define MMX_RECORDS_MEMMAP_H

#include "base/steps.h"
#include "records/records.h"

/** struct mmx_memmap_ask - @verbose: each section and each physical run as well; @steps: how it follows, or none */
struct mmx_memmap_ask {
	bool verbose;
	struct mmx_steps steps;
};

#endif
