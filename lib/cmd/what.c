// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/what.h"
#include "kernel/kernel.h"
#include "mm/usermem.h"

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

static int kernel_address(struct mmx_what *what, struct mmx_view *view, uint64_t addr,
			  struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	const struct mmx_region *vmemmap = &k->regions.v[REGION_VMEMMAP];
	enum mmx_read read;
	uint64_t phys;

	what->addr = addr;
	if (addr >= vmemmap->start && addr < vmemmap->end && k->vmemmap.page_size) {
		what->kind = MMX_WHAT_STRUCT_PAGE;
		what->first = (addr - vmemmap->start) / k->vmemmap.page_size;
		return 0;
	}
	what->kind = MMX_WHAT_KERNEL;
	read = mmx_kphys(view, addr, &phys);
	if (read)
		return mmx_fail(err, MMX_ENOTFOUND, "kernel address 0x%" PRIx64 " is %s", addr,
				mmx_read_name(read));
	what->first = phys >> k->arch->page_shift;
	return 0;
}

static int user_address(struct mmx_what *what, struct mmx_view *view, uint64_t addr,
			const char *pid_text, struct mmx_err *err)
{
	uint64_t pid, phys;

	if (mmx_number(pid_text, NULL, true, &pid) || pid > INT32_MAX)
		return mmx_fail(err, MMX_EUSAGE, "%s is no PID", pid_text);
	what->kind = MMX_WHAT_USER;
	what->addr = addr;
	if (mmx_user_phys(view, (int32_t)pid, addr, &phys, err))
		return -1;
	what->first = phys >> view->kernel->arch->page_shift;
	return 0;
}

static int one(struct mmx_what *what, struct mmx_view *view, uint64_t number,
	       const struct mmx_what_options *o, struct mmx_err *err)
{
	unsigned int shift = view->kernel->arch->page_shift;

	if (o->pid)
		return user_address(what, view, number, o->pid, err);
	if (o->physical) {
		*what = (struct mmx_what){
			.kind = MMX_WHAT_PHYS, .first = number >> shift, .addr = number};
		return 0;
	}
	/* The kernel's half of the address space has the topmost bit, which no PFN has. */
	if (number >> 63)
		return kernel_address(what, view, number, err);
	*what = (struct mmx_what){.kind = MMX_WHAT_PFN, .first = number};
	if (number >> (52 - shift))
		return mmx_fail(err, MMX_ENOTFOUND,
				"0x%" PRIx64 " is too large for a PFN and no kernel address",
				number);
	return 0;
}

int mmx_what_parse(struct mmx_what *what, struct mmx_view *view, const char *text,
		   const struct mmx_what_options *o, struct mmx_err *err)
{
	const char *dash = strchr(text, '-');
	struct mmx_what end;
	uint64_t number;

	*what = (struct mmx_what){0};
	if (mmx_number(text, dash, o->decimal, &number))
		return mmx_fail(err, MMX_EUSAGE, "%s is no %s number", text,
				o->decimal ? "decimal" : "hex");
	if (one(what, view, number, o, err))
		return -1;
	what->last = what->first;
	if (!dash)
		return 0;
	if (mmx_number(dash + 1, NULL, o->decimal, &number))
		return mmx_fail(err, MMX_EUSAGE, "%s is no range of %s numbers", text,
				o->decimal ? "decimal" : "hex");
	if (one(&end, view, number, o, err))
		return -1;
	what->last = end.first;
	return what->last < what->first
		       ? mmx_fail(err, MMX_EUSAGE, "range %s ends before it begins", text)
		       : 0;
}
