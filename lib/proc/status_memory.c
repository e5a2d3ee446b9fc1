// SPDX-License-Identifier: GPL-2.0-or-later
/* What PID/status says of an address space: sizes that the kernel counts by itself. */
#include "kernel/decode.h"
#include "mm/mem.h"
#include "mm/processes/rss.h"
#include "proc/status.h"

struct sizes {
	uint64_t total, peak_total, peak_resident, locked, pinned, data, stack, executable;
	uint64_t start_code, end_code, tables;
};

static const struct mmx_wanted wanted[] = {
	MMX_WANT(struct sizes, total, mm_struct, total_vm),
	MMX_WANT(struct sizes, peak_total, mm_struct, hiwater_vm),
	MMX_WANT(struct sizes, peak_resident, mm_struct, hiwater_rss),
	MMX_WANT(struct sizes, locked, mm_struct, locked_vm),
	MMX_WANT(struct sizes, pinned, mm_struct, pinned_vm),
	MMX_WANT(struct sizes, data, mm_struct, data_vm),
	MMX_WANT(struct sizes, stack, mm_struct, stack_vm),
	MMX_WANT(struct sizes, executable, mm_struct, exec_vm),
	MMX_WANT(struct sizes, start_code, mm_struct, start_code),
	MMX_WANT(struct sizes, end_code, mm_struct, end_code),
	MMX_WANT(struct sizes, tables, mm_struct, pgtables_bytes),
};

static const struct mmx_decode sizes_table = MMX_DECODE("mm_struct", wanted);

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Of what is executable what lies outside of the program is libraries. */
static uint64_t bytes_of_code(const struct sizes *s, unsigned int shift)
{
	uint64_t page = 1ULL << shift;
	uint64_t code = ((s->end_code + page - 1) & -page) - (s->start_code & -page);

	return code < s->executable << shift ? code : s->executable << shift;
}

void mmx_proc_status_memory(struct mmx_proc *p, uint64_t mm)
{
	unsigned int shift = p->view->kernel->arch->page_shift;
	struct sizes s = {0};
	struct mmx_rss rss = {0};
	struct mmx_err err;
	bool unknown = mmx_decode_read(&sizes_table, p->view, mm, &s, &err), uncounted;
	uint64_t code, resident;

	if (unknown)
		mmx_proc_unknown(p, &err);
	uncounted = mmx_rss_read(&rss, p->view, mm, "task_mem", &err);
	if (uncounted)
		mmx_proc_unknown(p, &err);
	code = bytes_of_code(&s, shift);
	resident = rss.anon + rss.file + rss.shmem;
	const struct {
		const char *label;
		uint64_t bytes;
		bool unknown;
	} lines[] = {
		{"VmPeak", larger(s.peak_total, s.total) << shift, unknown},
		{"VmSize", s.total << shift, unknown},
		{"VmLck", s.locked << shift, unknown},
		{"VmPin", s.pinned << shift, unknown},
		{"VmHWM", larger(s.peak_resident, resident) << shift, unknown || uncounted},
		{"VmRSS", resident << shift, uncounted},
		{"RssAnon", rss.anon << shift, uncounted},
		{"RssFile", rss.file << shift, uncounted},
		{"RssShmem", rss.shmem << shift, uncounted},
		{"VmData", s.data << shift, unknown},
		{"VmStk", s.stack << shift, unknown},
		{"VmExe", code, unknown},
		{"VmLib", (s.executable << shift) - code, unknown},
		{"VmPTE", s.tables, unknown},
		{"VmSwap", rss.swap << shift, uncounted},
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		mmx_proc_put(p, "%s:\t", lines[i].label);
		mmx_proc_number(p, 8,
				(struct mmx_proc_value){lines[i].bytes >> 10, lines[i].unknown});
		mmx_proc_put(p, " kB\n");
	}
}
