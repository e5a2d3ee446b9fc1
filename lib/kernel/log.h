// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's log: printk's ring buffer, of the kind that kernels have had since 5.10. A descriptor a
 * record, in a ring of its own; beside it what is known of the record; and its text in a ring of bytes,
 * whose blocks begin with the number of the descriptor that they belong to.
 */
#ifndef MMX_KERNEL_LOG_H
#define MMX_KERNEL_LOG_H

#include "base/array.h"
#include "base/coverage.h"
#include "kernel/view.h"

#define MMX_LOG_LEVELS 8u

/* Its caller was no task but the CPU whose number the other bits are. */
#define MMX_LOG_CALLER_CPU 0x80000000u

/**
 * struct mmx_log_record - a message
 * @seq: its number, from the first one after boot on
 * @ts_nsec: when, by the clock that begins at boot
 * @caller: task that printed it, or CPU (MMX_LOG_CALLER_CPU)
 * @comm: that task's name, where kernels keep it (CONFIG_PRINTK_EXECUTION_CTX)
 * @subsystem, @device: of the device that it is about; empty for most
 * @text: @len bytes, behind them a zero byte; it may hold others, and several lines
 * @why: the text is not known
 */
struct mmx_log_record {
	uint64_t seq, ts_nsec;
	uint16_t text_len;
	uint8_t level, facility;
	uint32_t caller;
	char comm[17], subsystem[17], device[49];
	char *text;
	uint64_t len;
	struct mmx_err why;
};

/**
 * struct mmx_log - a cursor over the messages, the oldest first
 * @unfinished: messages that were being written when the dump was taken
 * @lost: messages whose text had no room; the kernel passes them over too
 */
struct mmx_log {
	struct mmx_coverage coverage;
	struct mmx_log_record record;
	uint64_t unfinished, lost;
	/* Private. */
	struct mmx_view *view;
	struct {
		uint32_t count_bits;
		uint64_t descs, infos, head, tail;
	} ring;
	struct {
		uint32_t size_bits;
		uint64_t bytes;
	} data;
	uint64_t n, nth;
	struct {
		MMX_ARRAY(char);
	} text;
};

/** mmx_log_begin() - 0, or -1 and why there is no way to the log; mmx_log_end() in both cases */
int mmx_log_begin(struct mmx_log *log, struct mmx_view *view, struct mmx_err *err);

/** mmx_log_next() - go to the next message; false behind the last one */
bool mmx_log_next(struct mmx_log *log);

void mmx_log_end(struct mmx_log *log);

/** mmx_log_level_name() - "emerg" to "debug", as dmesg calls them; NULL behind the last one */
const char *mmx_log_level_name(unsigned int level);

/**
 * mmx_log_shows_callers() - whether this kernel puts the caller before each line (CONFIG_PRINTK_CALLER)
 * By the text that it would do so with; -1 and @err when that cannot be told.
 */
int mmx_log_shows_callers(struct mmx_view *view, struct mmx_err *err);

#endif
