// SPDX-License-Identifier: GPL-2.0-or-later
/* Symbols of loaded modules, each of which carries an ELF symbol table of its own. */
#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/layout.h"
#include "kernel/list.h"
#include "kernel/symbols.h"

/* Far beyond what any kernel loads, and little enough to read. */
#define MODULES_MAX        8192
#define MODULE_SIZE_MAX    (64u << 10)
#define MODULE_NAME_SIZE   64
#define SYMTAB_MAX         (1u << 20)
#define STRTAB_MAX         (32u << 20)
#define MODULE_SYMBOLS_MAX (4u << 20)

struct walk {
	struct mmx_symbols *symbols;
	struct mmx_view *view;
	const struct mmx_layout *l;
	uint64_t head;
	size_t budget;         /* symbols that may still come */
	unsigned char *module; /* the bytes of one struct module */
};

/* A module's tables in the kernel, and then here. */
struct tables {
	uint64_t symtab_addr, strtab_addr, typetab_addr;
	size_t n;
	unsigned char *symtab;
	char *strtab;
	size_t strtab_len;
	char *typetab;
};

static bool read_struct(const struct walk *w, enum mmx_layout_struct id, uint64_t addr,
			unsigned char *buf)
{
	return !mmx_kread(w->view, addr, buf, mmx_size(w->l, id));
}

/* Reads a whole table of a module, or says that it cannot be had. */
static void *read_table(const struct walk *w, uint64_t addr, size_t len)
{
	void *bytes = malloc(len + 1);

	if (bytes && mmx_kread(w->view, addr, bytes, len)) {
		free(bytes);
		bytes = NULL;
	}
	return bytes;
}

/*
 * Reads the names. How long their table is stands nowhere: it ends with the name that begins last,
 * which alone is read up to its NUL.
 */
static bool read_strtab(const struct walk *w, struct tables *t)
{
	char last_name[MMX_SYMBOL_NAME];
	uint64_t last = 0;
	char *grown;

	for (size_t i = 0; i < t->n; i++) {
		uint32_t at = mmx_le32(t->symtab + i * sizeof(Elf64_Sym));

		last = at > last ? at : last;
	}
	if (last > STRTAB_MAX ||
	    mmx_kread_str(w->view, t->strtab_addr + last, last_name, sizeof(last_name), NULL))
		return false;
	t->strtab = read_table(w, t->strtab_addr, last);
	if (!t->strtab)
		return false;
	t->strtab_len = last + strlen(last_name) + 1;
	grown = realloc(t->strtab, t->strtab_len);
	if (!grown)
		return false;
	t->strtab = grown;
	strcpy(t->strtab + last, last_name);
	return true;
}

static bool read_tables(const struct walk *w, struct tables *t)
{
	const struct mmx_layout *l = w->l;
	uint64_t at = mmx_get(l, M_module_kallsyms, w->module);
	unsigned char *bytes = malloc(mmx_size(l, S_mod_kallsyms));
	bool ok = bytes && read_struct(w, S_mod_kallsyms, at, bytes);

	if (ok) {
		t->symtab_addr = mmx_get(l, M_mod_kallsyms_symtab, bytes);
		t->strtab_addr = mmx_get(l, M_mod_kallsyms_strtab, bytes);
		t->typetab_addr = mmx_get(l, M_mod_kallsyms_typetab, bytes);
		t->n = mmx_get(l, M_mod_kallsyms_num_symtab, bytes);
	}
	free(bytes);
	if (!ok || t->n > SYMTAB_MAX || t->n > w->budget)
		return false;
	t->symtab = read_table(w, t->symtab_addr, t->n * sizeof(Elf64_Sym));
	if (!t->symtab || !read_strtab(w, t))
		return false;
	t->typetab = read_table(w, t->typetab_addr, t->n);
	return t->typetab;
}

/* Adds what /proc/kallsyms prints: every entry that has a name. */
static int add_tables(const struct walk *w, const struct tables *t, uint16_t module)
{
	for (size_t i = 0; i < t->n; i++) {
		const unsigned char *sym = t->symtab + i * sizeof(Elf64_Sym);
		uint32_t at = mmx_le32(sym + offsetof(Elf64_Sym, st_name));
		uint64_t addr = mmx_le64(sym + offsetof(Elf64_Sym, st_value));
		const char *name = t->strtab + at;
		size_t room = t->strtab_len - at;

		if (!*name)
			continue;
		if (room > MMX_SYMBOL_NAME - 1)
			room = MMX_SYMBOL_NAME - 1;
		if (mmx_symbols_add(w->symbols, name, strnlen(name, room), addr, t->typetab[i],
				    module))
			return -1;
	}
	return 0;
}

/* A module that is still being put together has no tables yet. */
static bool is_unformed(const struct walk *w)
{
	return mmx_has(w->l, M_module_state) && mmx_has_enum(w->l, E_MODULE_STATE_UNFORMED) &&
	       (int64_t)mmx_get(w->l, M_module_state, w->module) ==
		       mmx_enum(w->l, E_MODULE_STATE_UNFORMED);
}

static uint16_t add_module(struct walk *w)
{
	char name[MODULE_NAME_SIZE] = "";
	size_t size = w->l->member[M_module_name].m.size;

	if (size > sizeof(name) - 1)
		size = sizeof(name) - 1;
	memcpy(name, w->module + mmx_off(w->l, M_module_name), size);
	return mmx_symbols_add_module(w->symbols, name);
}

static int load_module(struct walk *w, unsigned int *unreadable, struct mmx_err *err)
{
	struct tables t = {0};
	uint16_t module;
	int ret = 0;

	if (is_unformed(w))
		return 0;
	if (!read_tables(w, &t)) {
		++*unreadable;
	} else {
		w->budget -= t.n;
		module = add_module(w);
		if (!module || add_tables(w, &t, module))
			ret = mmx_fail_nomem(err);
	}
	free(t.symtab);
	free(t.strtab);
	free(t.typetab);
	return ret;
}

static int walk_list(struct walk *w, unsigned int *unreadable, struct mmx_err *err)
{
	struct mmx_list list;

	mmx_list_begin(&list, w->view, w->head, MODULES_MAX);
	while (mmx_list_next(&list)) {
		uint64_t addr = list.node - mmx_off(w->l, M_module_list);

		if (!read_struct(w, S_module, addr, w->module))
			return mmx_fail(err, MMX_EABSENT,
					"the list of modules breaks off after %" PRIu64
					": there is none to be read at 0x%" PRIx64,
					list.coverage.found - 1, addr);
		if (load_module(w, unreadable, err))
			return -1;
	}
	if (mmx_cover_whole(&list.coverage))
		return 0;
	*err = list.coverage.first;
	return mmx_fail_prefix(err, "the list of modules breaks off after %" PRIu64,
			       list.coverage.found);
}

static bool within(const struct mmx_layout *l, enum mmx_layout_member member,
		   enum mmx_layout_struct owner)
{
	return mmx_fits(mmx_off(l, member), l->member[member].m.size, mmx_size(l, owner));
}

/* The layout comes from the dump too, so it is looked at before it is believed. */
static int check_layout(const struct mmx_layout *l, struct mmx_err *err)
{
	static const struct {
		enum mmx_layout_member member;
		enum mmx_layout_struct owner;
	} used[] = {
		{M_module_list, S_module},
		{M_module_name, S_module},
		{M_module_kallsyms, S_module},
		{M_mod_kallsyms_symtab, S_mod_kallsyms},
		{M_mod_kallsyms_num_symtab, S_mod_kallsyms},
		{M_mod_kallsyms_strtab, S_mod_kallsyms},
		{M_mod_kallsyms_typetab, S_mod_kallsyms},
	};

	for (size_t i = 0; i < sizeof(used) / sizeof(*used); i++) {
		if (mmx_layout_require(l, &used[i].member, 1, err))
			return -1;
		if (mmx_size(l, used[i].owner) > MODULE_SIZE_MAX ||
		    !within(l, used[i].member, used[i].owner))
			return mmx_fail(err, MMX_ECORRUPT, "member %s is not inside its struct",
					mmx_layout_members[used[i].member].name);
	}
	if (mmx_has(l, M_module_state) && !within(l, M_module_state, S_module))
		return mmx_fail(err, MMX_ECORRUPT, "member module.state is not inside its struct");
	return 0;
}

int mmx_symbols_from_modules(struct mmx_symbols *s, struct mmx_view *view,
			     const struct mmx_layout *layout, unsigned int *unreadable,
			     struct mmx_err *err)
{
	struct walk w = {.symbols = s, .view = view, .l = layout, .budget = MODULE_SYMBOLS_MAX};
	int ret;

	*unreadable = 0;
	if (!mmx_symbol_addr(s, "modules", &w.head))
		return mmx_fail(err, MMX_EMISSING,
				"the kernel's symbols do not tell where its list of modules is");
	if (check_layout(layout, err))
		return -1;
	w.module = malloc(mmx_size(layout, S_module));
	if (!w.module)
		return mmx_fail_nomem(err);
	ret = walk_list(&w, unreadable, err);
	free(w.module);
	return ret;
}
