// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The symbol table: names and addresses, whatever they came from. kallsyms.c fills it from the
 * dump, modsyms.c adds the modules' own, elfsyms.c and sysmap.c fill it from files.
 */
#ifndef MMX_KERNEL_SYMBOLS_H
#define MMX_KERNEL_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/err.h"
#include "kernel/symbol_text.h"
#include "kernel/view.h"

struct mmx_vmcoreinfo;
struct mmx_layout;
struct mmx_lazy_symbols;

struct mmx_symbol {
	uint64_t addr;   /* at run time: KASLR applied. Per-CPU symbols hold their offset. */
	uint32_t name;   /* where its table's names have it */
	uint16_t module; /* index into the modules + 1; 0 is the kernel itself */
	char type;       /* as nm prints it; 0 when not known */
};

/**
 * struct mmx_symbol_table - the kernel's own symbols, or those of all its modules
 * @names: NUL-terminated, one behind the other; or packed, then @tokens is what they are made of
 * @hashes: of each name
 * @slot: by name, open addressing: a part of the hash and the index + 1; an empty one is 0
 * @slots: a power of two, or 0
 * @finished: that many symbols can be found; what was added behind them cannot
 * @lazy: what symbols are filled in from when somebody looks at them, and then indexed; NULL: all are there
 */
struct mmx_symbol_table {
	MMX_ARRAY(struct mmx_symbol); /* by address once finished, in source order among equals */
	struct {
		MMX_ARRAY(char);
	} names;
	struct mmx_symbol_tokens *tokens;
	struct {
		MMX_ARRAY(uint32_t);
	} hashes;
	uint32_t *slot;
	size_t slots;
	size_t finished;
	struct mmx_lazy_symbols *lazy;
};

struct mmx_symbols {
	struct mmx_symbol_table kernel, modules;
	struct {
		MMX_ARRAY(uint32_t); /* offsets into the names of the table modules */
	} module_names;
	const char *provider; /* "kallsyms in the dump", ... */
	const char *encoding; /* how kallsyms stores addresses, or NULL */
};

/* More of them than any kernel has, and few enough to be no burden. */
#define MMX_SYMBOLS_MAX     ((16u << 20) - 1)
#define MMX_SYMBOL_TEXT_MAX (512u << 20)

/**
 * mmx_symbols_add() - append one; @name need not be NUL-terminated
 * 0, or -1 without memory, beyond the limits above, or when the kernel's own are those of kallsyms
 */
int mmx_symbols_add(struct mmx_symbols *s, const char *name, size_t len, uint64_t addr, char type,
		    uint16_t module);

/** mmx_symbols_add_module() - a module's name; returns the number for mmx_symbols_add, 0 on failure */
uint16_t mmx_symbols_add_module(struct mmx_symbols *s, const char *name);

/**
 * mmx_symbols_finish() - sort and index; to be called again after more was added
 * What was added since is not found, by name or address, until then.
 * Refuses names that were made to collide in the index, which only a forged dump has.
 */
int mmx_symbols_finish(struct mmx_symbols *s, struct mmx_err *err);

void mmx_symbols_free(struct mmx_symbols *s);
void mmx_symbol_table_free(struct mmx_symbol_table *t);

/** mmx_symbols_count() - of the kernel and of modules */
static inline size_t mmx_symbols_count(const struct mmx_symbols *s)
{
	return s->kernel.n + s->modules.n;
}

/** mmx_symbols_at() - the kernel's own by address, and then those of modules by address */
const struct mmx_symbol *mmx_symbols_at(const struct mmx_symbols *s, size_t i);

/** mmx_symbol_table_at() - those of one table by address */
const struct mmx_symbol *mmx_symbol_table_at(const struct mmx_symbol_table *t, size_t i);

/** mmx_symbol_table_up_to() - how many symbols of a table that can be found lie at or below an address */
size_t mmx_symbol_table_up_to(const struct mmx_symbol_table *t, uint64_t addr);

/** mmx_symbol_table_name() - the name of a symbol of that table: where it is plain, or written out */
const char *mmx_symbol_table_name(const struct mmx_symbol_table *t, const struct mmx_symbol *sym,
				  char text[static MMX_SYMBOL_NAME]);

/** mmx_symbols_behind() - the next higher address of a kernel symbol; false when there is none */
bool mmx_symbols_behind(const struct mmx_symbols *s, const struct mmx_symbol *sym, uint64_t *addr);

/** mmx_symbols_find() - the lowest kernel symbol of that name, else a module's, or NULL */
const struct mmx_symbol *mmx_symbols_find(const struct mmx_symbols *s, const char *name);

/**
 * mmx_symbols_named() - each symbol of that name, also those that a module only refers to
 * @next: number of the symbol to go on with, 0 at first
 * NULL behind the last one.
 */
const struct mmx_symbol *mmx_symbols_named(const struct mmx_symbols *s, const char *name,
					   size_t *next);

/** mmx_symbols_fail() - an error for a name that no symbol has: that, and which symbol may have been meant; -1 */
int mmx_symbols_fail(const struct mmx_symbols *s, const char *name, struct mmx_err *err,
		     const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/** mmx_symbol_addr() - address by name; false when there is none */
bool mmx_symbol_addr(const struct mmx_symbols *s, const char *name, uint64_t *addr);

/**
 * mmx_symbols_nearest() - the symbol that @addr lies in or behind
 * NULL when @addr is below the first kernel address or more than 16 MiB behind the last symbol
 * before it. Per-CPU offsets and symbols that a module only refers to (type 'U') are never an
 * answer. Among several symbols at one address the answer is the one that people expect: a
 * function or object before section marks, global before local, the first in source order.
 */
const struct mmx_symbol *mmx_symbols_nearest(const struct mmx_symbols *s, uint64_t addr);

/** mmx_symbol_name() - its name, written out; returns @text */
const char *mmx_symbol_name(const struct mmx_symbols *s, const struct mmx_symbol *sym,
			    char text[static MMX_SYMBOL_NAME]);

/** mmx_symbol_module() - the module's name, or NULL for the kernel's own */
const char *mmx_symbol_module(const struct mmx_symbols *s, const struct mmx_symbol *sym);

/**
 * mmx_symbol_format() - "name+0x10 [module]": name, offset when not 0, module when it is one's
 * Writes the bare address when nothing is near.
 */
void mmx_symbol_format(const struct mmx_symbols *s, uint64_t addr, char *buf, size_t size);

/*
 * Providers. Each fills or adds to the table and leaves finishing to the caller.
 */

/**
 * mmx_symbols_from_kallsyms() - decode the kernel's own tables, found through VMCOREINFO
 * The address encoding (absolute-percpu, relative to a base, place-relative) is the one under
 * which _stext and the other addresses that VMCOREINFO has of plain symbols come out right; none
 * or more than one doing so is an error that says what was tried. On failure @s is as before.
 */
int mmx_symbols_from_kallsyms(struct mmx_symbols *s, struct mmx_view *view,
			      const struct mmx_vmcoreinfo *vi, struct mmx_err *err);

/**
 * mmx_symbols_from_modules() - add the symbols of every loaded module
 * Walks the list "modules" and each module's own symbol table, with the members that @layout has;
 * @s must be finished already. A module whose tables cannot be read is passed over and counted in
 * *@unreadable. When the list itself breaks off or runs in a circle that is an error, and what was
 * read before it is in @s.
 */
int mmx_symbols_from_modules(struct mmx_symbols *s, struct mmx_view *view,
			     const struct mmx_layout *layout, unsigned int *unreadable,
			     struct mmx_err *err);

/** mmx_symbols_from_elf() - from a vmlinux; @kernel_offset is added to all but per-CPU symbols */
int mmx_symbols_from_elf(struct mmx_symbols *s, const char *path, uint64_t kernel_offset,
			 struct mmx_err *err);

/**
 * mmx_symbols_from_proc() - those of the running kernel itself, from /proc/kallsyms or a copy
 * They are where the kernel is. One that hides its addresses (kptr_restrict) is refused.
 */
int mmx_symbols_from_proc(struct mmx_symbols *s, const char *path, struct mmx_err *err);

/** mmx_symbols_from_sysmap() - from a System.map file */
int mmx_symbols_from_sysmap(struct mmx_symbols *s, const char *path, uint64_t kernel_offset,
			    struct mmx_err *err);

#endif
