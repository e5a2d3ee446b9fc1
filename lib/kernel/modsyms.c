// SPDX-License-Identifier: GPL-2.0-or-later
/* Symbols of loaded modules, each of which carries an ELF symbol table of its own. */
#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/decode.h"
#include "kernel/list.h"
#include "kernel/symbols.h"

/* Far beyond what any kernel loads, and little enough to read. */
#define MODULES_MAX        8192
#define MODULE_SIZE_MAX    (64u << 10)
#define MODULE_NAME_SIZE   64
#define SYMTAB_MAX         (1u << 20)
#define STRTAB_MAX         (32u << 20)
#define MODULE_SYMBOLS_MAX (4u << 20)

struct module {
	char name[MODULE_NAME_SIZE];
	int64_t state;
	uint64_t kallsyms;
};

static const struct mmx_wanted module_wanted[] = {
	MMX_WANT_TEXT(struct module, name, module, name),
	MMX_WANT_IF(struct module, state, module, state),
	MMX_WANT(struct module, kallsyms, module, kallsyms),
};

/* A module's tables in the kernel, and then here. */
struct tables {
	uint64_t symtab_addr, strtab_addr, typetab_addr;
	uint64_t n;
	unsigned char *symtab;
	char *strtab;
	size_t strtab_len;
	char *typetab;
};

static const struct mmx_wanted tables_wanted[] = {
	MMX_WANT(struct tables, symtab_addr, mod_kallsyms, symtab),
	MMX_WANT(struct tables, n, mod_kallsyms, num_symtab),
	MMX_WANT(struct tables, strtab_addr, mod_kallsyms, strtab),
	MMX_WANT(struct tables, typetab_addr, mod_kallsyms, typetab),
};

static const struct mmx_decode module_table = MMX_DECODE("module", module_wanted),
			       tables_table = MMX_DECODE("mod_kallsyms", tables_wanted);

struct walk {
	struct mmx_symbols *symbols;
	struct mmx_view *view;
	const struct mmx_layout *l;
	uint64_t head;
	size_t budget;        /* symbols that may still come */
	unsigned char *bytes; /* room for one of those structs */
	struct module module; /* the current one */
};

static bool read_struct(const struct walk *w, const struct mmx_decode *table,
			enum mmx_layout_struct id, uint64_t addr, void *into)
{
	if (mmx_kread(w->view, addr, w->bytes, mmx_size(w->l, id)))
		return false;
	mmx_decode_bytes(table, w->l, w->bytes, into);
	return true;
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
	if (!read_struct(w, &tables_table, S_mod_kallsyms, w->module.kallsyms, t) ||
	    t->n > SYMTAB_MAX || t->n > w->budget)
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
	       w->module.state == mmx_enum(w->l, E_MODULE_STATE_UNFORMED);
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
		module = mmx_symbols_add_module(w->symbols, w->module.name);
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

		if (!read_struct(w, &module_table, S_module, addr, &w->module))
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

/* The layout comes from the dump too, so it is looked at before it is believed. */
static int check_layout(const struct mmx_layout *l, struct mmx_err *err)
{
	static const enum mmx_layout_member list[] = {M_module_list};

	if (mmx_layout_require(l, list, 1, err) ||
	    mmx_decode_within(&module_table, l, mmx_size(l, S_module), err) ||
	    mmx_decode_within(&tables_table, l, mmx_size(l, S_mod_kallsyms), err))
		return -1;
	if (mmx_size(l, S_module) > MODULE_SIZE_MAX ||
	    mmx_size(l, S_mod_kallsyms) > mmx_size(l, S_module))
		return mmx_fail(err, MMX_ECORRUPT,
				"a struct module of %" PRIu64 " bytes, with tables of %" PRIu64
				", makes no sense",
				mmx_size(l, S_module), mmx_size(l, S_mod_kallsyms));
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
	w.bytes = malloc(mmx_size(layout, S_module));
	if (!w.bytes)
		return mmx_fail_nomem(err);
	ret = walk_list(&w, unreadable, err);
	free(w.bytes);
	return ret;
}
