// SPDX-License-Identifier: GPL-2.0-or-later
/* What logx shows. */
#ifndef MMX_RECORDS_LOG_H
#define MMX_RECORDS_LOG_H

#include "kernel/log.h"

/**
 * struct mmx_logx - a run of logx
 * @level: messages that are no more than that are left out, by number
 * @skip: of the others, so many are passed over first
 * @unfinished, @lost: as the walk over all of them found
 */
struct mmx_logx {
	unsigned int level;
	uint64_t skip;
	uint64_t unfinished, lost;
};

/** mmx_logx_next() - the next message that is asked for; *passed counts those that were passed over */
bool mmx_logx_next(const struct mmx_logx *ask, struct mmx_log *log, uint64_t *passed);

/** mmx_log_caller_name() - "T12" or "C3", as the kernel prints it; @name holds 12 bytes */
void mmx_log_caller_name(const struct mmx_log_record *record, char *name);

#endif
