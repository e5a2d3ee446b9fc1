// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PID/cmdline: the words that a program was started with, each ended by a zero, or what it has written over them. They
 * lie in its own memory, which may be in swap.
 */
#include <inttypes.h>
#include <string.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "mm/processes/fault_site.h"
#include "mm/swap/user_read.h"
#include "proc/maps.h"
#include "proc/text.h"

#define PAGE_MAX 65536u
#define CMDLINE_MAX \
	(64ull << 20) /* more than the kernel takes for a program, a quarter of its stack */

/* Memory of devices, which nobody reads for somebody else. */
#define NOT_TO_BE_READ (0x4000ULL | 0x400ULL)

struct places {
	uint64_t arg_start, arg_end, env_start, env_end;
};

static const struct mmx_wanted wanted[] = {
	MMX_WANT(struct places, arg_start, mm_struct, arg_start),
	MMX_WANT(struct places, arg_end, mm_struct, arg_end),
	MMX_WANT(struct places, env_start, mm_struct, env_start),
	MMX_WANT(struct places, env_end, mm_struct, env_end),
};

static const struct mmx_decode places_table = MMX_DECODE("mm_struct", wanted);

/* What reading a page gives: what it holds, zeros, nothing since the kernel refuses, or it is not known. */
enum outcome { HOLDS, ZEROS, REFUSED, UNKNOWN };

static enum outcome of_entry(const struct mmx_fault_site *site)
{
	switch (site->entry.kind) {
	case MMX_USER_NONE:
		return site->vma.flags & MMX_VM_UFFD_MISSING ? UNKNOWN : ZEROS;
	case MMX_USER_MARKER:
		return site->entry.marker == MMX_MARKER_UFFD_WP ? ZEROS : REFUSED;
	case MMX_USER_HWPOISON:
	case MMX_USER_SWAP_ERROR:
		return REFUSED;
	case MMX_USER_UNREADABLE:
	case MMX_USER_BROKEN:
		return UNKNOWN;
	default:
		return HOLDS;
	}
}

/* The kernel reads anonymous memory only, lest reading waits for a file; what was never touched is zeros. */
static enum outcome outcome_of(struct mmx_view *view, uint64_t mm, uint64_t addr,
			       struct mmx_err *err)
{
	struct mmx_fault_site site;

	if (mmx_fault_site_find(&site, view, mm, NULL, addr, err))
		return UNKNOWN;
	if (site.place == MMX_SITE_UNKNOWN ||
	    (site.place == MMX_SITE_INSIDE && site.no_backing.code)) {
		*err = site.place == MMX_SITE_UNKNOWN ? site.no_vmas : site.no_backing;
		return UNKNOWN;
	}
	if (site.place != MMX_SITE_INSIDE || site.backing != MMX_BACKED_BY_NOTHING ||
	    !(site.vma.flags & MMX_VM_READ) || site.vma.flags & NOT_TO_BE_READ)
		return REFUSED;
	if (of_entry(&site) == UNKNOWN)
		mmx_fail(err, MMX_EMISSING, "%s", mmx_user_words(site.entry.kind));
	return of_entry(&site);
}

/* Bytes within a page. */
static enum outcome read_part(struct mmx_view *view, uint64_t mm, uint64_t addr, char *buf,
			      size_t len, struct mmx_err *err)
{
	enum outcome outcome = outcome_of(view, mm, addr, err);

	if (outcome == ZEROS)
		memset(buf, 0, len);
	if (outcome == HOLDS && mmx_user_read(view, mm, addr, buf, len, err))
		return UNKNOWN;
	return outcome;
}

/* How far it is to the end of a page. */
static size_t in_page(const struct mmx_proc *p, uint64_t addr, uint64_t end)
{
	uint64_t page = 1ULL << p->view->kernel->arch->page_shift,
		 part = page - (addr & (page - 1));

	return part < end - addr ? part : end - addr;
}

static void not_known(struct mmx_proc *p, uint64_t addr, struct mmx_err *err)
{
	mmx_fail_prefix(err, "the command line at 0x%" PRIx64, addr);
	mmx_proc_unknown(p, err);
	mmx_proc_text(p, NULL);
}

/* What a program has written over its words and beyond them: up to a zero, and a page at most. */
static void write_title(struct mmx_proc *p, uint64_t mm, const struct places *at, uint64_t room)
{
	uint64_t end = at->arg_start + (1ULL << p->view->kernel->arch->page_shift);
	char buf[PAGE_MAX];
	struct mmx_err err;
	size_t n = 0, part;

	for (uint64_t addr = at->arg_start; addr < end; addr += part) {
		enum outcome outcome;

		part = in_page(p, addr, end);
		outcome = read_part(p->view, mm, addr, buf + n, part, &err);
		if (outcome == UNKNOWN)
			not_known(p, addr, &err);
		if (outcome == UNKNOWN || outcome == REFUSED)
			break;
		n += part;
		if (memchr(buf, 0, n))
			break;
	}
	part = strnlen(buf, n);
	part += part < n;
	p->sink->write(p->sink->arg, buf, part < room ? part : room);
}

static void write_words(struct mmx_proc *p, uint64_t mm, const struct places *at)
{
	char buf[PAGE_MAX];
	struct mmx_err err;
	size_t part;

	for (uint64_t addr = at->arg_start; addr < at->arg_end; addr += part) {
		enum outcome outcome;

		part = in_page(p, addr, at->arg_end);
		outcome = read_part(p->view, mm, addr, buf, part, &err);
		if (outcome == REFUSED)
			return;
		if (outcome == UNKNOWN)
			not_known(p, addr, &err);
		else
			p->sink->write(p->sink->arg, buf, part);
	}
}

/* A program that has overwritten the zero at the end of its words is shown by what it wrote. */
static void write_from(struct mmx_proc *p, uint64_t mm, const struct places *at)
{
	bool goes_on = at->env_start == at->arg_end && at->env_end >= at->env_start;
	struct mmx_err err;
	enum outcome outcome;
	char last = 0;

	outcome = read_part(p->view, mm, at->arg_end - 1, &last, 1, &err);
	if (outcome == UNKNOWN)
		not_known(p, at->arg_end - 1, &err);
	else if (outcome != REFUSED && last)
		write_title(p, mm, at, (goes_on ? at->env_end : at->arg_end) - at->arg_start);
	else
		write_words(p, mm, at);
}

static int write_cmdline(struct mmx_proc *p, struct mmx_err *err)
{
	const struct mmx_proc_mm *mm = p->state;
	struct places at = {0};

	if (!mm->mm)
		return 0;
	if (mmx_decode_read(&places_table, p->view, mm->mm, &at, err))
		return -1;
	if (!at.env_end || at.arg_start >= at.arg_end)
		return 0;
	if (at.arg_end - at.arg_start > CMDLINE_MAX)
		return mmx_fail(err, MMX_ECORRUPT,
				"a command line from 0x%" PRIx64 " to 0x%" PRIx64
				" is longer than any can be",
				at.arg_start, at.arg_end);
	write_from(p, mm->mm, &at);
	return 0;
}

static int find(struct mmx_proc *p, struct mmx_err *err)
{
	return mmx_proc_mm_find(p, p->state, err);
}

const struct mmx_proc_entry mmx_proc_cmdline = {
	.name = "PID/cmdline",
	.of_process = true,
	.state_size = sizeof(struct mmx_proc_mm),
	.find = find,
	.write = write_cmdline,
	.end = mmx_proc_text_end,
};
