// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/address.h"
#include "cmd/what.h"
#include "mm/processes/task.h"
#include "mm/processes/usermem.h"

#define CPUS_MAX 8192u

/* "0,2,4-7" as a mask of bytes. */
static int read_list(const char *text, unsigned char *wanted, struct mmx_err *err)
{
	const char *at = text;

	for (;;) {
		size_t len = strcspn(at, ",");
		const char *dash = memchr(at, '-', len), *end = at + len;
		uint64_t first, last;

		if (mmx_number(at, dash ? dash : end, true, &first) ||
		    mmx_number(dash ? dash + 1 : at, end, true, &last) || last < first ||
		    last >= CPUS_MAX)
			return mmx_fail(err, MMX_EUSAGE,
					"%s is no list of CPUs: decimal numbers, as in 0,2,4-7",
					text);
		for (uint64_t i = first; i <= last; i++)
			wanted[i] = 1;
		if (!*end)
			return 0;
		at = end + 1;
	}
}

static int choose(struct mmx_cpus *cpus, const char *text, struct mmx_err *err)
{
	unsigned char wanted[CPUS_MAX] = {0};
	size_t n = 0;

	if (read_list(text, wanted, err))
		return -1;
	for (size_t i = 0; i < cpus->n; i++) {
		unsigned int nr = cpus->v[i].nr;

		if (nr < CPUS_MAX && wanted[nr]) {
			cpus->v[n++] = cpus->v[i];
			wanted[nr] = 0;
		}
	}
	cpus->n = n;
	for (unsigned int nr = 0; nr < CPUS_MAX; nr++) {
		if (wanted[nr])
			return mmx_fail(err, MMX_ENOTFOUND, "there is no CPU %u", nr);
	}
	return 0;
}

int mmx_addresses_begin(struct mmx_addresses *p, struct mmx_run *run, struct mmx_err *err)
{
	const char *list = run->option['C'];

	*p = (struct mmx_addresses){.view = run->view, .chosen = run->option['a'] || list};
	if (run->option['a'] && list)
		return mmx_fail(err, MMX_EUSAGE, "-a is for all CPUs, and -C chooses some");
	if (mmx_percpu_areas_find(&p->areas, run->view, err))
		return -1;
	/* That CPUs cannot be known matters only to whom they matter. */
	if (mmx_cpus_find(&p->cpus, run->view, &p->no_cpus) && p->chosen)
		*err = p->no_cpus;
	else if (!list || !choose(&p->cpus, list, err))
		return 0;
	mmx_addresses_end(p);
	return -1;
}

void mmx_addresses_end(struct mmx_addresses *p)
{
	mmx_percpu_areas_free(&p->areas);
	mmx_cpus_free(&p->cpus);
}

/* Several symbols of a name at one address are no trouble. */
static int by_name(struct mmx_address *address, const struct mmx_addresses *p, const char *name,
		   struct mmx_err *err)
{
	const struct mmx_symbols *s = &p->view->kernel->symbols;
	const struct mmx_symbol *found = NULL, *sym;
	size_t next = 0;

	while ((sym = mmx_symbols_named(s, name, &next))) {
		if (sym->type == 'U')
			continue;
		if (found && found->addr != sym->addr)
			return mmx_fail(err, MMX_EUSAGE,
					"several symbols are called %s, at 0x%" PRIx64
					" and 0x%" PRIx64 " for two: which address? symx has all",
					name, found->addr, sym->addr);
		found = sym;
	}
	if (!found)
		return mmx_symbols_fail(s, name, err, "%s is no address, and no symbol", name);
	*address = (struct mmx_address){found->addr, mmx_is_percpu_symbol(&p->areas, found)};
	return 0;
}

static bool is_symbol(const struct mmx_addresses *p, const char *name)
{
	return mmx_symbols_find(&p->view->kernel->symbols, name);
}

/* No address of the kernel's is so small a number that a symbol can be called like it. */
static int base_of(struct mmx_address *address, const struct mmx_addresses *p, const char *name,
		   bool decimal, bool symbols, struct mmx_err *err)
{
	uint64_t number;

	if ((symbols && is_symbol(p, name)) || mmx_number(name, NULL, decimal, &number)) {
		if (symbols)
			return by_name(address, p, name, err);
		return mmx_fail(err, MMX_EUSAGE, "%s is no %s number", name,
				decimal ? "decimal" : "hex");
	}
	*address = (struct mmx_address){
		number,
		p->chosen || (symbols && number >> 63 && mmx_is_percpu_pointer(&p->areas, number))};
	return 0;
}

int mmx_address_find(struct mmx_address *address, const struct mmx_addresses *p, const char *text,
		     const char *end, bool decimal, bool symbols, struct mmx_err *err)
{
	size_t len = end ? (size_t)(end - text) : strlen(text);
	const char *plus = memchr(text, '+', len);
	size_t name_len = plus ? (size_t)(plus - text) : len;
	char name[MMX_SYMBOL_NAME];
	uint64_t offset = 0;

	if (name_len >= sizeof(name))
		return mmx_fail(err, MMX_EUSAGE, "no symbol has so long a name");
	memcpy(name, text, name_len);
	name[name_len] = 0;
	if (plus && mmx_number(plus + 1, text + len, decimal, &offset))
		return mmx_fail(err, MMX_EUSAGE, "%.*s: behind the + stands a %s number", (int)len,
				text, decimal ? "decimal" : "hex");
	if (base_of(address, p, name, decimal, symbols, err))
		return -1;
	if (address->addr + offset < address->addr)
		return mmx_fail(err, MMX_EUSAGE, "%.*s: there are no such addresses", (int)len,
				text);
	address->addr += offset;
	return 0;
}

int mmx_space_asked(struct mmx_run *run, enum mmx_peek_space *space, int32_t *pid, uint64_t *mm,
		    struct mmx_err *err)
{
	const struct mmx_users users = {.tasks = mmx_know_tasks(run->view)};
	const char *text = run->option['u'];
	uint64_t nr;

	if (run->option['p'] && text)
		return mmx_fail(err, MMX_EUSAGE,
				"an address is physical, or a process's: -p or -u");
	if (run->option['p'])
		*space = MMX_PEEK_PHYSICAL;
	if (!text)
		return 0;
	*space = MMX_PEEK_USER;
	if (mmx_number(text, NULL, true, &nr) || nr > INT32_MAX)
		return mmx_fail(err, MMX_EUSAGE, "%s is no PID", text);
	*pid = (int32_t)nr;
	return mmx_user_mm(&users, *pid, mm, err);
}
