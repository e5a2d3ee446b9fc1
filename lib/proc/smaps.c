// SPDX-License-Identifier: GPL-2.0-or-later
/* PID/smaps and PID/smaps_rollup: what each mapping of a process has in memory, and all of them together. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/processes/smaps.h"
#include "mm/processes/smaps_lines.h"
#include "mm/processes/thp_eligible.h"
#include "mm/processes/vm_flags.h"
#include "mm/processes/vma_name.h"
#include "mm/processes/vma_page_size.h"
#include "proc/maps.h"
#include "proc/text.h"

#define ROLLUP_COLUMN 73 /* as the names of mappings have it in maps */

/**
 * struct state - what smaps rests on
 */
struct state {
	struct mmx_proc_mm mm;
	struct mmx_smaps_walk *walk;
	const struct mmx_smaps_lines *lines;
};

static int find(struct mmx_proc *p, struct mmx_err *err)
{
	struct state *s = p->state;

	if (mmx_proc_mm_find(p, &s->mm, err))
		return -1;
	s->lines = mmx_know_smaps_lines(p->view);
	if (!mmx_cover_whole(&s->lines->coverage)) {
		*err = s->lines->coverage.first;
		return -1;
	}
	s->walk = mmx_smaps_begin(p->view, err);
	return s->walk ? 0 : -1;
}

static void free_state(struct mmx_proc *p)
{
	struct state *s = p->state;

	mmx_smaps_end(s->walk);
}

/*
 * Lines.
 */

static void put_kib(struct mmx_proc *p, const char *label, unsigned int width, uint64_t bytes,
		    bool unknown)
{
	mmx_proc_put(p, "%s", label);
	mmx_proc_number(p, width, (struct mmx_proc_value){bytes >> 10, unknown});
	mmx_proc_put(p, " kB\n");
}

/* What smaps has of a mapping, and smaps_rollup of all; @unknown: not all of it could be looked at. */
static void put_sums(struct mmx_proc *p, const struct mmx_smaps *m, bool rollup, bool unknown)
{
	bool kinds_unknown = !mmx_cover_whole(&m->hugetlb_kinds);
	const struct state *s = p->state;
	const struct {
		const char *label;
		uint64_t bytes;
		bool absent, unknown;
	} lines[] = {
		{"Rss:            ", m->resident, false, false},
		{"Pss:            ", m->pss >> MMX_SHARE_SHIFT, false, false},
		{"Pss_Dirty:      ", m->pss_dirty >> MMX_SHARE_SHIFT, false, false},
		{"Pss_Anon:       ", m->pss_anon >> MMX_SHARE_SHIFT, !rollup, false},
		{"Pss_File:       ", m->pss_file >> MMX_SHARE_SHIFT, !rollup, false},
		{"Pss_Shmem:      ", m->pss_shmem >> MMX_SHARE_SHIFT, !rollup, false},
		{"Shared_Clean:   ", m->shared_clean, false, false},
		{"Shared_Dirty:   ", m->shared_dirty, false, false},
		{"Private_Clean:  ", m->private_clean, false, false},
		{"Private_Dirty:  ", m->private_dirty, false, false},
		{"Referenced:     ", m->referenced, false, false},
		{"Anonymous:      ", m->anonymous, false, false},
		{"KSM:            ", m->ksm, !s->lines->ksm, false},
		{"LazyFree:       ", m->lazyfree, false, false},
		{"AnonHugePages:  ", m->anon_thp, false, false},
		{"ShmemPmdMapped: ", m->shmem_thp, false, false},
		{"FilePmdMapped:  ", m->file_thp, false, false},
		{"Shared_Hugetlb: ", m->shared_hugetlb, false, kinds_unknown},
		{"Private_Hugetlb: ", m->private_hugetlb, false, kinds_unknown},
		{"Swap:           ", m->swap, false, false},
		{"SwapPss:        ", m->swap_pss >> MMX_SHARE_SHIFT, false,
		 !mmx_cover_whole(&m->swap_shares)},
		{"Locked:         ", m->pss_locked >> MMX_SHARE_SHIFT, false, false},
	};

	mmx_cover_inherit(&p->coverage, &m->swap_shares);
	mmx_cover_inherit(&p->coverage, &m->hugetlb_kinds);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		if (!lines[i].absent)
			put_kib(p, lines[i].label, 24 - (unsigned int)strlen(lines[i].label),
				lines[i].bytes, unknown || lines[i].unknown);
	}
}

static void not_known(struct mmx_proc *p, const struct mmx_vma *vma, struct mmx_err *err)
{
	mmx_fail_prefix(err, "the mapping at 0x%" PRIx64, vma->start);
	mmx_proc_unknown(p, err);
}

static void put_sizes(struct mmx_proc *p, const struct mmx_vma *vma)
{
	struct mmx_err err;
	uint64_t size = 0;
	bool unknown = mmx_vma_page_size(p->view, vma, &size, &err);

	if (unknown)
		not_known(p, vma, &err);
	put_kib(p, "Size:           ", 8, vma->end - vma->start, false);
	put_kib(p, "KernelPageSize: ", 8, size, unknown);
	put_kib(p, "MMUPageSize:    ", 8, size, unknown);
}

static void put_eligible(struct mmx_proc *p, const struct mmx_vma *vma)
{
	const struct state *s = p->state;
	struct mmx_err err;
	bool eligible = false;
	bool unknown = mmx_thp_eligible(p->view, vma, &eligible, &err);

	if (unknown)
		not_known(p, vma, &err);
	mmx_proc_put(p, "THPeligible:    ");
	mmx_proc_number(p, s->lines->thp_narrow ? 1 : 8,
			(struct mmx_proc_value){eligible, unknown});
	mmx_proc_put(p, "\n");
}

/* The bits that VmFlags passes over. */
static uint64_t key_of(const struct mmx_vm_flags *flags, uint64_t word)
{
	uint64_t key = 0;
	char name[MMX_VM_FLAG_NAME];

	for (unsigned int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "pkey_bit%u", i);
		if (word & mmx_vm_flag(flags, name))
			key |= 1ULL << i;
	}
	return key;
}

static void put_flags(struct mmx_proc *p, const struct mmx_vma *vma)
{
	const struct mmx_vm_flags *flags = mmx_know_vm_flags(p->view);
	const struct state *s = p->state;
	char text[MMX_VM_FLAGS_TEXT];

	if (s->lines->keys)
		mmx_proc_put(p, "ProtectionKey:  %8" PRIu64 "\n", key_of(flags, vma->flags));
	mmx_vm_flags_codes(flags, vma->flags, text);
	mmx_proc_put(p, "VmFlags: %s\n", text);
}

static int write_smaps(struct mmx_proc *p, struct mmx_err *err)
{
	struct state *s = p->state;
	struct mmx_proc_maps maps;

	(void)err;
	mmx_cover_inherit(&p->coverage, &mmx_know_vma_rules(p->view)->coverage);
	mmx_cover_inherit(&p->coverage, &mmx_know_vm_flags(p->view)->coverage);
	mmx_proc_maps_begin(&maps, p, s->mm.mm);
	while (mmx_proc_maps_next(&maps)) {
		struct mmx_smaps sums = {0};
		struct mmx_err why;
		bool unknown = mmx_smaps_add(s->walk, &maps.vma, &sums, &why);

		if (unknown)
			not_known(p, &maps.vma, &why);
		mmx_proc_map_line(p, &maps.vma);
		put_sizes(p, &maps.vma);
		put_sums(p, &sums, false, unknown);
		put_eligible(p, &maps.vma);
		put_flags(p, &maps.vma);
	}
	return 0;
}

const struct mmx_proc_entry mmx_proc_smaps = {
	.name = "PID/smaps",
	.of_process = true,
	.state_size = sizeof(struct state),
	.find = find,
	.write = write_smaps,
	.end = mmx_proc_text_end,
	.free = free_state,
};

/*
 * smaps_rollup: without the page of vsyscalls.
 */

static void put_range(struct mmx_proc *p, uint64_t start, uint64_t end)
{
	char range[80];

	snprintf(range, sizeof(range), "%08" PRIx64 "-%08" PRIx64 " ---p 00000000 00:00 0 ", start,
		 end);
	mmx_proc_put(p, "%-*s[rollup]\n", ROLLUP_COLUMN, range);
}

static int write_rollup(struct mmx_proc *p, struct mmx_err *err)
{
	struct state *s = p->state;
	struct mmx_smaps sums = {0};
	uint64_t start = 0, end = 0;
	struct mmx_vmas vmas;
	bool unknown = false;

	(void)err;
	if (!s->mm.mm) {
		mmx_proc_say(p, "the kernel refuses to read smaps_rollup of a task without memory");
		return 0;
	}
	mmx_vmas_begin(&vmas, p->view, s->mm.mm);
	while (mmx_vmas_next(&vmas)) {
		struct mmx_err why;

		start = end ? start : vmas.vma.start;
		end = vmas.vma.end;
		if (!mmx_smaps_add(s->walk, &vmas.vma, &sums, &why))
			continue;
		unknown = true;
		not_known(p, &vmas.vma, &why);
	}
	unknown |= !mmx_cover_whole(&vmas.coverage);
	mmx_cover_inherit(&p->coverage, &vmas.coverage);
	put_range(p, start, end);
	put_sums(p, &sums, true, unknown);
	return 0;
}

const struct mmx_proc_entry mmx_proc_smaps_rollup = {
	.name = "PID/smaps_rollup",
	.of_process = true,
	.state_size = sizeof(struct state),
	.find = find,
	.write = write_rollup,
	.end = mmx_proc_text_end,
	.free = free_state,
};
