// SPDX-License-Identifier: GPL-2.0-or-later
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "../fake_memory.h"
#include "kernel/symbols.h"
#include "unit.h"

#define MEMORY   (1u << 20)
#define OUTSIDE  0xffffffffc0000000ULL
#define UNFORMED 3

/* A struct module, its tables' places and one symbol more than the tests look at, in this layout. */
struct fake_module {
	uint32_t state;
	uint64_t next, prev;
	char name[16];
	uint64_t kallsyms;
};

struct fake_tables {
	uint64_t symtab;
	uint32_t num_symtab;
	uint64_t strtab;
	uint64_t typetab;
};

static struct mmx_layout *layout;

static void member(enum mmx_layout_member id, size_t offset, size_t size)
{
	layout->member[id].provider = 0;
	layout->member[id].m = (struct mmx_member){.bit_off = 8 * offset, .size = size};
}

#define MEMBER_OF(id, strct, name) \
	member(id, offsetof(struct strct, name), sizeof(((struct strct *)0)->name))

static void make_layout(void)
{
	layout = calloc(1, sizeof(*layout));
	memset(layout->strct, -1, sizeof(layout->strct));
	memset(layout->member, -1, sizeof(layout->member));
	memset(layout->enumerator, -1, sizeof(layout->enumerator));
	layout->strct[S_module].provider = 0;
	layout->strct[S_module].value = sizeof(struct fake_module);
	layout->strct[S_mod_kallsyms].provider = 0;
	layout->strct[S_mod_kallsyms].value = sizeof(struct fake_tables);
	layout->enumerator[E_MODULE_STATE_UNFORMED].provider = 0;
	layout->enumerator[E_MODULE_STATE_UNFORMED].value = UNFORMED;
	member(M_module_list, offsetof(struct fake_module, next), 16);
	MEMBER_OF(M_module_state, fake_module, state);
	MEMBER_OF(M_module_name, fake_module, name);
	MEMBER_OF(M_module_kallsyms, fake_module, kallsyms);
	MEMBER_OF(M_mod_kallsyms_symtab, fake_tables, symtab);
	MEMBER_OF(M_mod_kallsyms_num_symtab, fake_tables, num_symtab);
	MEMBER_OF(M_mod_kallsyms_strtab, fake_tables, strtab);
	MEMBER_OF(M_mod_kallsyms_typetab, fake_tables, typetab);
}

/* A kernel with three modules, a, b and c. */
struct fixture {
	struct fake_memory *m;
	uint64_t head;
	struct fake_module *mod[3];
	struct fake_tables *tab[3];
	uint64_t node[3];
	struct mmx_symbols s;
	struct mmx_err err;
	unsigned int unreadable;
};

static const char strtab[] = "\0open\0close\0open\0last";

static uint64_t put_tables(struct fake_memory *m, uint64_t base)
{
	const Elf64_Sym sym[] = {
		{0},
		{.st_name = 1, .st_value = base + 0x10},
		{.st_name = 17, .st_value = base + 0x40},
		{.st_name = 6, .st_value = base + 0x20},
		{.st_name = 12, .st_value = base + 0x30},
		{.st_name = 0, .st_value = base + 0x50},
	};
	struct fake_tables t = {.num_symtab = sizeof(sym) / sizeof(*sym)};

	t.symtab = fake_put(m, sym, sizeof(sym));
	t.strtab = fake_put(m, strtab, sizeof(strtab));
	t.typetab = fake_put(m, "\0tbtrt", 6);
	return fake_put(m, &t, sizeof(t));
}

static struct fixture make(void)
{
	struct fixture f = {.m = fake_memory_new(MEMORY)};
	uint64_t list[2] = {0}, last;

	f.head = fake_put(f.m, list, sizeof(list));
	last = f.head;
	for (unsigned int i = 0; i < 3; i++) {
		struct fake_module mod = {.name = {'a' + i}, .prev = last, .next = f.head};
		uint64_t at;

		mod.kallsyms = put_tables(f.m, OUTSIDE + 0x1000 * i);
		at = fake_put(f.m, &mod, sizeof(mod));
		f.mod[i] = fake_at(f.m, at);
		f.tab[i] = fake_at(f.m, mod.kallsyms);
		f.node[i] = at + offsetof(struct fake_module, next);
		memcpy(fake_at(f.m, last), &f.node[i], 8);
		last = f.node[i];
	}
	memcpy((char *)fake_at(f.m, f.head) + 8, &last, 8);
	mmx_symbols_add(&f.s, "modules", 7, f.head, 'd', 0);
	mmx_symbols_finish(&f.s, NULL);
	return f;
}

static int load(struct fixture *f)
{
	int ret = mmx_symbols_from_modules(&f->s, f->m->view, layout, &f->unreadable, &f->err);

	CHECK(!mmx_symbols_finish(&f->s, NULL), "finish");
	return ret;
}

static void drop(struct fixture *f)
{
	mmx_symbols_free(&f->s);
	fake_memory_free(f->m);
}

/* Whether the table has exactly what this module's own tables say. */
static bool has_module(const struct mmx_symbols *s, char name, uint64_t base)
{
	static const char *const names[] = {"open", "close", "open", "last"};
	char text[MMX_SYMBOL_NAME];
	unsigned int found = 0;

	for (size_t i = 0; i < s->modules.n; i++) {
		const struct mmx_symbol *sym = &s->modules.v[i];
		const char *module = mmx_symbol_module(s, sym);

		if (!module || *module != name)
			continue;
		if (found == 4 || sym->addr != base + 0x10 * (found + 1) ||
		    sym->type != "ttrb"[found] ||
		    strcmp(mmx_symbol_name(s, sym, text), names[found]))
			return false;
		found++;
	}
	return found == 4;
}

static void expect_modules(const struct fixture *f, const char *names)
{
	CHECK(mmx_symbols_count(&f->s) == 1 + 4 * strlen(names), "%zu symbols",
	      mmx_symbols_count(&f->s));
	CHECK(f->s.module_names.n == strlen(names), "%zu modules", f->s.module_names.n);
	for (; *names; names++)
		CHECK(has_module(&f->s, *names, OUTSIDE + 0x1000 * (*names - 'a')), "module %c",
		      *names);
}

static void every_named_symbol_of_every_module(void)
{
	struct fixture f = make();

	CHECK(!load(&f), "%s", f.err.text);
	CHECK(!f.unreadable, "%u unreadable", f.unreadable);
	expect_modules(&f, "abc");
	drop(&f);
}

static void unformed_modules_are_passed_over(void)
{
	struct fixture f = make();

	f.mod[1]->state = UNFORMED;
	f.mod[1]->kallsyms = 0;
	CHECK(!load(&f) && !f.unreadable, "%s", f.err.text);
	expect_modules(&f, "ac");
	drop(&f);
}

static void no_modules_at_all(void)
{
	struct fixture f = make();

	memcpy(fake_at(f.m, f.head), &f.head, 8);
	memcpy((char *)fake_at(f.m, f.head) + 8, &f.head, 8);
	CHECK(!load(&f) && !f.unreadable, "%s", f.err.text);
	expect_modules(&f, "");
	drop(&f);
}

static void spoil_kallsyms(struct fixture *f)
{
	f->mod[1]->kallsyms = OUTSIDE;
}

static void spoil_symtab(struct fixture *f)
{
	f->tab[1]->symtab = OUTSIDE;
}

static void spoil_strtab(struct fixture *f)
{
	f->tab[1]->strtab = OUTSIDE;
}

static void spoil_typetab(struct fixture *f)
{
	f->tab[1]->typetab = OUTSIDE;
}

static void spoil_count(struct fixture *f)
{
	f->tab[1]->num_symtab = UINT32_MAX;
}

static void spoil_name(struct fixture *f)
{
	Elf64_Sym *sym = fake_at(f->m, f->tab[1]->symtab);

	sym[3].st_name = UINT32_MAX;
}

static void spoil_name_a_little(struct fixture *f)
{
	Elf64_Sym *sym = fake_at(f->m, f->tab[1]->symtab);

	sym[3].st_name = MEMORY;
}

typedef void (*spoil_fn)(struct fixture *f);

static void unreadable_modules_are_counted(void)
{
	static const spoil_fn spoil[] = {
		spoil_kallsyms, spoil_symtab, spoil_strtab,        spoil_typetab,
		spoil_count,    spoil_name,   spoil_name_a_little,
	};

	for (size_t i = 0; i < sizeof(spoil) / sizeof(*spoil); i++) {
		struct fixture f = make();

		spoil[i](&f);
		CHECK(!load(&f) && f.unreadable == 1, "way %zu: %u: %s", i, f.unreadable,
		      f.err.text);
		expect_modules(&f, "ac");
		drop(&f);
	}
}

static void circles_end(void)
{
	for (unsigned int back_to = 0; back_to < 3; back_to++) {
		struct fixture f = make();

		f.mod[2]->next = f.node[back_to];
		CHECK(load(&f) == -1 && f.err.code == MMX_ECORRUPT, "%s", f.err.text);
		CHECK(strstr(f.err.text, "points back to"), "%s", f.err.text);
		expect_modules(&f, "abc");
		drop(&f);
	}
}

static void broken_list_keeps_what_was_before(void)
{
	struct fixture f = make();

	f.mod[0]->next = OUTSIDE;
	CHECK(load(&f) == -1 && f.err.code == MMX_ECORRUPT, "%s", f.err.text);
	expect_modules(&f, "a");
	drop(&f);
}

/* A name that is as long as memory: it is cut where the kernel cuts it. */
static void long_names_are_cut(void)
{
	struct fixture f = make();
	const struct mmx_symbol *sym;
	char text[MMX_SYMBOL_NAME];

	memset(f.m->bytes + f.m->used, 'n', 4096);
	f.tab[1]->strtab = FAKE_VA + f.m->used;
	CHECK(!load(&f) && !f.unreadable, "%s", f.err.text);
	sym = mmx_symbols_nearest(&f.s, OUTSIDE + 0x1010);
	CHECK(sym && strlen(mmx_symbol_name(&f.s, sym, text)) == MMX_SYMBOL_NAME - 1, "length");
	drop(&f);
}

static void without_list_or_layout_is_an_error(void)
{
	struct fixture f = make();
	struct mmx_symbols none = {0};

	CHECK(mmx_symbols_from_modules(&none, f.m->view, layout, &f.unreadable, &f.err) == -1 &&
		      f.err.code == MMX_EMISSING,
	      "no symbol: %s", f.err.text);
	layout->member[M_mod_kallsyms_strtab].provider = -1;
	CHECK(load(&f) == -1 && f.err.code == MMX_EMISSING, "no member: %s", f.err.text);
	MEMBER_OF(M_mod_kallsyms_strtab, fake_tables, strtab);
	layout->member[M_module_kallsyms].m.bit_off = 8 * sizeof(struct fake_module);
	CHECK(load(&f) == -1 && f.err.code == MMX_ECORRUPT, "member outside: %s", f.err.text);
	MEMBER_OF(M_module_kallsyms, fake_module, kallsyms);
	expect_modules(&f, "");
	drop(&f);
}

int main(void)
{
	make_layout();
	RUN(every_named_symbol_of_every_module);
	RUN(unformed_modules_are_passed_over);
	RUN(no_modules_at_all);
	RUN(unreadable_modules_are_counted);
	RUN(circles_end);
	RUN(broken_list_keeps_what_was_before);
	RUN(long_names_are_cut);
	RUN(without_list_or_layout_is_an_error);
	free(layout);
	return unit_end();
}
