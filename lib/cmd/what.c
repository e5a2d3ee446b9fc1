// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/what.h"
#include "mm/frames/page_steps.h"
#include "mm/mem.h"
#include "mm/processes/pt_steps.h"
#include "mm/processes/usermem.h"

int mmx_number(const char *text, const char *end, bool decimal, uint64_t *value)
{
	unsigned int base = decimal ? 10 : 16;
	uint64_t v = 0;

	if (!end)
		end = text + strlen(text);
	if (!decimal && text + 2 < end && text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		text += 2;
	if (text == end)
		return -1;
	for (; text < end; text++) {
		unsigned int digit = isdigit((unsigned char)*text) ? (unsigned int)(*text - '0')
				     : isxdigit((unsigned char)*text)
					     ? (unsigned int)(tolower(*text) - 'a' + 10)
					     : 16;

		if (digit >= base || v > (~0ULL - digit) / base)
			return -1;
		v = v * base + digit;
	}
	*value = v;
	return 0;
}

int mmx_number_range(const char *text, bool decimal, uint64_t *first, uint64_t *last,
		     struct mmx_err *err)
{
	const char *dash = strchr(text, '-');

	if (mmx_number(text, dash, decimal, first) ||
	    mmx_number(dash ? dash + 1 : text, NULL, decimal, last))
		return mmx_fail(err, MMX_EUSAGE, "%s is no range of %s numbers: A-B", text,
				decimal ? "decimal" : "hex");
	if (*last < *first)
		return mmx_fail(err, MMX_EUSAGE, "the range %s ends before it begins", text);
	return 0;
}

/*
 * What a number is.
 */

static bool is_address(enum mmx_what_kind kind)
{
	return kind == MMX_WHAT_KERNEL || kind == MMX_WHAT_USER;
}

static enum mmx_what_kind kind_of(const struct mmx_kernel *k, uint64_t number,
				  const struct mmx_what_options *o)
{
	const struct mmx_region *vmemmap = &k->regions.v[REGION_VMEMMAP];

	if (o->pid)
		return MMX_WHAT_USER;
	if (o->physical)
		return MMX_WHAT_PHYS;
	/* The kernel's half of the address space has the topmost bit, which no PFN has. */
	if (!(number >> 63))
		return MMX_WHAT_PFN;
	return number >= vmemmap->start && number < vmemmap->end && mmx_mem(k)->vmemmap.page_size
		       ? MMX_WHAT_STRUCT_PAGE
		       : MMX_WHAT_KERNEL;
}

/* The frame of a number that is no address to be translated. */
static struct mmx_term step_frame(struct mmx_steps *s, const struct mmx_kernel *k,
				  enum mmx_what_kind kind, struct mmx_term number)
{
	if (kind == MMX_WHAT_STRUCT_PAGE)
		return mmx_step_pfn_of_page(s, k, number);
	return kind == MMX_WHAT_PHYS ? mmx_step_pfn_of_phys(s, k, number) : number;
}

static int frame_of(const struct mmx_kernel *k, enum mmx_what_kind kind, uint64_t number,
		    uint64_t *pfn, struct mmx_err *err)
{
	*pfn = step_frame(NULL, k, kind, mmx_plain(number)).v;
	if (*pfn >> (52 - k->arch->page_shift))
		return mmx_fail(err, MMX_ENOTFOUND, "0x%" PRIx64 " is too large for a %s", number,
				kind == MMX_WHAT_PHYS
					? "physical address"
					: "PFN and no kernel address; a user address needs -u");
	return 0;
}

static int pid_of(const struct mmx_what_options *o, int32_t *pid, struct mmx_err *err)
{
	uint64_t number = 0;
	bool valid = !mmx_number(o->pid, NULL, true, &number) && number <= INT32_MAX;

	*pid = (int32_t)number;
	return valid ? 0 : mmx_fail(err, MMX_EUSAGE, "%s is no PID", o->pid);
}

static int translate(struct mmx_view *view, const struct mmx_what_options *o, uint64_t addr,
		     uint64_t *phys, struct mmx_err *err)
{
	enum mmx_read read;
	int32_t pid;

	if (o->pid)
		return pid_of(o, &pid, err) ? -1
					    : mmx_user_phys(view, o->users, pid, addr, phys, err);
	read = mmx_kphys(view, addr, phys);
	return read ? mmx_fail(err, read == MMX_READ_EXCLUDED ? MMX_EABSENT : MMX_ENOTFOUND,
			       "kernel address 0x%" PRIx64 " is %s", addr, mmx_read_name(read))
		    : 0;
}

/*
 * Ranges of addresses.
 */

/* An entry of the kernel's that is not present is none of swap's. */
static void read_entry(const struct mmx_what_walk *w, struct mmx_user_entry *page)
{
	const struct mmx_pte *pte = &w->pt.pte;

	if (w->kind == MMX_WHAT_USER || pte->kind != MMX_PTE_NONPRESENT)
		mmx_user_entry(page, w->view, mmx_know_entry_rules(w->view), pte, pte->start);
	else
		*page = (struct mmx_user_entry){.kind = MMX_USER_NONE};
}

/* Whether frames stand behind the current entry; they are the current run then. */
static bool take_entry(struct mmx_what_walk *w)
{
	const struct mmx_pte *pte = &w->pt.pte;
	unsigned int shift = w->view->kernel->arch->page_shift;
	uint64_t pages = (pte->last >> shift) - (pte->start >> shift) + 1;
	struct mmx_user_entry page;

	read_entry(w, &page);
	w->pages[page.kind] += pages;
	w->what = (struct mmx_what){w->kind, page.pfn, page.pfn + pages - 1, pte->start};
	return mmx_user_mapped(page.kind);
}

static int begin_tables(struct mmx_what_walk *w, struct mmx_err *err)
{
	const struct mmx_kernel *k = w->view->kernel;
	uint64_t mm;
	int32_t pid;

	w->in_tables = true;
	if (w->kind == MMX_WHAT_KERNEL) {
		mmx_pt_begin(&w->pt, w->view->reader, k->arch, &k->paging, k->paging.root, w->first,
			     w->last, 0);
		return 0;
	}
	if (pid_of(&w->options, &pid, err) || mmx_user_mm(w->options.users, pid, &mm, err))
		return -1;
	return mmx_user_begin(&w->pt, w->view, mm, w->first, w->last, 0, err);
}

static void tell_gaps(struct mmx_what_gaps *gaps, const struct mmx_what_walk *w)
{
	size_t len = 0;

	for (unsigned int i = 0; i < MMX_USER_KIND_COUNT; i++) {
		if (mmx_user_mapped(i) || !w->pages[i] || len >= sizeof(gaps->text))
			continue;
		gaps->pages += w->pages[i];
		len += snprintf(gaps->text + len, sizeof(gaps->text) - len, "%s%s (%" PRIu64 ")",
				len ? ", " : "", mmx_user_words(i), w->pages[i]);
	}
	gaps->coverage = w->pt.coverage;
	if (gaps->coverage.broken && len < sizeof(gaps->text))
		snprintf(gaps->text + len, sizeof(gaps->text) - len, "; %s",
			 gaps->coverage.first.text);
}

static int end_tables(struct mmx_what_walk *w, struct mmx_what_gaps *gaps, struct mmx_err *err)
{
	unsigned int shift = w->view->kernel->arch->page_shift;
	uint64_t seen = 0, all = (w->last >> shift) - (w->first >> shift) + 1;

	for (unsigned int i = 0; i < MMX_USER_KIND_COUNT; i++)
		seen += w->pages[i];
	w->pages[MMX_USER_NONE] += seen < all ? all - seen : 0;
	tell_gaps(gaps, w);
	if (gaps->pages < all)
		return 0;
	return mmx_fail(err, gaps->coverage.absent ? MMX_EABSENT : MMX_ENOTFOUND,
			"no frame stands behind 0x%" PRIx64 "-0x%" PRIx64 ": %s", w->first, w->last,
			gaps->text);
}

/*
 * Operands.
 */

static int begin_one(struct mmx_what_walk *w, struct mmx_err *err)
{
	const struct mmx_kernel *k = w->view->kernel;
	uint64_t phys;

	w->what = (struct mmx_what){.kind = w->kind, .addr = w->first};
	if (!is_address(w->kind)) {
		if (frame_of(k, w->kind, w->first, &w->what.first, err))
			return -1;
	} else if (translate(w->view, &w->options, w->first, &phys, err)) {
		return -1;
	} else {
		w->what.first = phys >> k->arch->page_shift;
	}
	w->what.last = w->what.first;
	return 0;
}

static int begin_both(struct mmx_what_walk *w, struct mmx_err *err)
{
	const struct mmx_kernel *k = w->view->kernel;

	if (kind_of(k, w->last, &w->options) != w->kind)
		return mmx_fail(err, MMX_EUSAGE,
				"0x%" PRIx64 " and 0x%" PRIx64 " are not of one kind", w->first,
				w->last);
	if (w->last < w->first)
		return mmx_fail(err, MMX_EUSAGE, "the range ends before it begins, at 0x%" PRIx64,
				w->first);
	if (is_address(w->kind))
		return begin_tables(w, err);
	w->what.kind = w->kind;
	return frame_of(k, w->kind, w->first, &w->what.first, err) ||
			       frame_of(k, w->kind, w->last, &w->what.last, err)
		       ? -1
		       : 0;
}

/* Whether a text that is no number fails in nothing but its length. */
static bool only_digits(const char *text, bool decimal)
{
	const char *digits = decimal ? "0123456789" : "0123456789abcdefABCDEF";

	if (!decimal && text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		text += 2;
	return *text && !text[strspn(text, digits)];
}

/*
 * A number or, for a kernel address, the name of a symbol. Names that are numbers as well, as "add"
 * is, are numbers. A per-CPU symbol holds an offset, which must not be taken for a PFN.
 */
static int number_or_symbol(struct mmx_view *view, const char *text, const char *end,
			    const struct mmx_what_options *o, uint64_t *value, struct mmx_err *err)
{
	int len = end ? (int)(end - text) : (int)strlen(text);
	char name[MMX_SYMBOL_NAME];
	bool maybe_symbol = !o->decimal && !o->physical && !o->pid;

	if (!mmx_number(text, end, o->decimal, value))
		return 0;
	snprintf(name, sizeof(name), "%.*s", len, text);
	if (only_digits(name, o->decimal))
		return mmx_fail(err, MMX_EUSAGE, "%s is too large: numbers have 64 bits", name);
	if (!maybe_symbol || !mmx_symbol_addr(&view->kernel->symbols, name, value))
		return maybe_symbol ? mmx_symbols_fail(&view->kernel->symbols, name, err,
						       "%s is no hex number, and no symbol", name)
				    : mmx_fail(err, MMX_EUSAGE, "%s is no %s number", name,
					       o->decimal ? "decimal" : "hex");
	if (!(*value >> 63))
		return mmx_fail(err, MMX_ENOTFOUND,
				"symbol %s is no address: each CPU has its own, at "
				"__per_cpu_offset[CPU] + 0x%" PRIx64,
				name, *value);
	return 0;
}

int mmx_what_begin(struct mmx_what_walk *w, struct mmx_view *view, const char *text,
		   const struct mmx_what_options *options, struct mmx_err *err)
{
	const char *dash = strchr(text, '-');

	*w = (struct mmx_what_walk){.view = view, .options = *options};
	if (dash && (dash == text || !dash[1]))
		return mmx_fail(err, MMX_EUSAGE, "%s is a range that lacks an end", text);
	if (number_or_symbol(view, text, dash, options, &w->first, err) ||
	    (dash && number_or_symbol(view, dash + 1, NULL, options, &w->last, err)))
		return -1;
	w->kind = kind_of(view->kernel, w->first, options);
	return dash ? begin_both(w, err) : begin_one(w, err);
}

bool mmx_what_next(struct mmx_what_walk *w)
{
	if (!w->in_tables)
		return !w->begun++;
	while (mmx_pt_next(&w->pt)) {
		if (take_entry(w))
			return true;
	}
	return false;
}

int mmx_what_end(struct mmx_what_walk *w, struct mmx_what_gaps *gaps, struct mmx_err *err)
{
	*gaps = (struct mmx_what_gaps){0};
	return w->in_tables ? end_tables(w, gaps, err) : 0;
}

/*
 * How a frame follows from the operand.
 */

/* The direct map is arithmetic. */
static struct mmx_term step_direct(struct mmx_steps *s, const struct mmx_kernel *k,
				   struct mmx_term addr)
{
	struct mmx_term phys = mmx_step_calc(s, "physical address", addr, MMX_OP_MINUS,
					     mmx_step_region(s, k, REGION_DIRECT_MAP));

	return mmx_step_pfn_of_phys(s, k, phys);
}

/* By the page tables of the process, or the kernel's own, down to the frame that was told. */
static struct mmx_term step_tables(struct mmx_steps *s, const struct mmx_what_walk *w,
				   struct mmx_term addr)
{
	const struct mmx_kernel *k = w->view->kernel;
	const struct mmx_term told = mmx_plain(w->what.first);
	struct mmx_term root, pfn;
	struct mmx_pt_path path;
	uint64_t mm = 0;
	int32_t pid;

	if (w->kind == MMX_WHAT_USER &&
	    (pid_of(&w->options, &pid, NULL) || mmx_user_mm(w->options.users, pid, &mm, NULL)))
		return mmx_step_given(s, told.v, "PFN", "page tables");
	root = mmx_step_root(s, w->view, mm);
	if (root.absent) /* as where the direct map is not known */
		return mmx_step_given(s, told.v, "PFN", "page tables");
	mmx_pt_path_find(&path, w->view->reader, k->arch, &k->paging, root.v, addr.v);
	pfn = mmx_pt_path_steps(s, w->view, &path, root, addr);
	mmx_step_check(s, "the frame as told", pfn, MMX_OP_EQUAL, told);
	return pfn;
}

static struct mmx_term step_address(struct mmx_steps *s, const struct mmx_what_walk *w,
				    uint64_t pfn)
{
	const struct mmx_kernel *k = w->view->kernel;
	struct mmx_term addr = mmx_step_given(s, w->what.addr, "address", "asked for"), first;
	enum mmx_region_id region = mmx_region_of(&k->regions, addr.v);
	bool is_kernel = w->kind == MMX_WHAT_KERNEL;

	if (is_kernel && region != MMX_REGION_COUNT)
		mmx_step_says(s, addr, "%s", mmx_region_name(region));
	first = is_kernel && region == REGION_DIRECT_MAP && k->direct_map.va_start
			? step_direct(s, k, addr)
			: step_tables(s, w, addr);
	if (pfn == w->what.first)
		return first;
	return mmx_step_calc(
		s, "PFN", first, MMX_OP_PLUS,
		mmx_step_given(s, pfn - w->what.first, "pages behind it", "the range"));
}

struct mmx_term mmx_what_steps(struct mmx_steps *s, const struct mmx_what_walk *w, uint64_t pfn)
{
	static const char *const names[] = {[MMX_WHAT_PFN] = "PFN",
					    [MMX_WHAT_PHYS] = "physical address",
					    [MMX_WHAT_STRUCT_PAGE] = "struct page"};

	if (is_address(w->kind))
		return step_address(s, w, pfn);
	if (pfn != w->what.first)
		return mmx_step_given(s, pfn, "PFN", "of the range");
	return step_frame(s, w->view->kernel, w->kind,
			  mmx_step_given(s, w->first, names[w->kind], "asked for"));
}
