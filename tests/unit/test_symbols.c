// SPDX-License-Identifier: GPL-2.0-or-later
#include <elf.h>
#include <string.h>
#include <unistd.h>

#include "kernel/symbols.h"
#include "unit.h"

#define TEXT 0xffffffff81000000ULL

static void add(struct mmx_symbols *s, const char *name, uint64_t addr, char type, uint16_t module)
{
	CHECK(!mmx_symbols_add(s, name, strlen(name), addr, type, module), "%s", name);
}

static void finish(struct mmx_symbols *s)
{
	struct mmx_err err = {0};

	CHECK(!mmx_symbols_finish(s, &err), "%s", err.text);
}

static uint64_t addr_of(const struct mmx_symbols *s, const char *name)
{
	uint64_t addr;

	return mmx_symbol_addr(s, name, &addr) ? addr : 0;
}

/* The names in the table's order, with a space behind each. */
static const char *order(const struct mmx_symbols *s)
{
	static char text[256];

	text[0] = 0;
	for (size_t i = 0; i < mmx_symbols_count(s); i++) {
		char name[MMX_SYMBOL_NAME];

		strcat(text, mmx_symbol_name(s, mmx_symbols_at(s, i), name));
		strcat(text, " ");
	}
	return text;
}

static void sorted_with_equals_in_source_order(void)
{
	struct mmx_symbols s = {0};

	add(&s, "c", TEXT + 2, 't', 0);
	add(&s, "z", TEXT + 1, 't', 0);
	add(&s, "y", TEXT + 1, 't', 0);
	add(&s, "a", TEXT, 't', 0);
	add(&s, "x", TEXT + 1, 't', 0);
	finish(&s);
	CHECK(!strcmp(order(&s), "a z y x c "), "%s", order(&s));
	mmx_symbols_free(&s);
}

static void later_ones_merge_in(void)
{
	struct mmx_symbols s = {0};

	add(&s, "b", TEXT + 0x10, 't', 0);
	add(&s, "d", TEXT + 0x30, 't', 0);
	add(&s, "e", TEXT + 0x40, 't', 0);
	finish(&s);
	add(&s, "f", TEXT + 0x50, 't', 0);
	add(&s, "d2", TEXT + 0x30, 't', 0);
	add(&s, "a", 0x100, 'A', 0);
	add(&s, "c", TEXT + 0x20, 't', 0);
	finish(&s);
	CHECK(!strcmp(order(&s), "a b c d d2 e f "), "%s", order(&s));
	for (const char *name = "bcdef"; *name; name++)
		CHECK(addr_of(&s, (char[2]){*name}) == TEXT + 0x10 * (*name - 'a'), "%c", *name);
	CHECK(addr_of(&s, "a") == 0x100, "a");
	mmx_symbols_free(&s);
}

/* The index is kept when modules' symbols come last, and made anew when they do not. */
static void modules_added_at_any_place_are_found(void)
{
	static const uint64_t places[] = {0x100, TEXT - 0x100, TEXT + 0x15, TEXT + 0x100};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		struct mmx_symbols s = {0};
		uint16_t module;

		add(&s, "a", TEXT + 0x10, 't', 0);
		add(&s, "b", TEXT + 0x20, 't', 0);
		finish(&s);
		module = mmx_symbols_add_module(&s, "mod");
		add(&s, "b", places[i], 't', module);
		add(&s, "m", places[i] + 1, 't', module);
		finish(&s);
		CHECK(addr_of(&s, "a") == TEXT + 0x10, "a, %zu", i);
		CHECK(addr_of(&s, "b") == TEXT + 0x20, "b, %zu", i);
		CHECK(addr_of(&s, "m") == places[i] + 1, "m, %zu", i);
		add(&s, "n", places[i] - 8, 't', module);
		finish(&s);
		CHECK(addr_of(&s, "m") == places[i] + 1, "m moved by n, %zu", i);
		CHECK(addr_of(&s, "n") == places[i] - 8, "n, %zu", i);
		add(&s, "m", TEXT + 0x200, 't', 0);
		finish(&s);
		CHECK(addr_of(&s, "m") == TEXT + 0x200, "the kernel's m, %zu", i);
		mmx_symbols_free(&s);
	}
}

static void names_of_every_length_are_found(void)
{
	struct mmx_symbols s = {0};
	char name[64];

	for (unsigned int i = 0; i < 2000; i++) {
		memset(name, 'a' + i % 26, sizeof(name));
		snprintf(name + i % 40, sizeof(name) - i % 40, "%u", i);
		add(&s, name, TEXT + i, 't', 0);
	}
	finish(&s);
	for (unsigned int i = 0; i < 2000; i++) {
		memset(name, 'a' + i % 26, sizeof(name));
		snprintf(name + i % 40, sizeof(name) - i % 40, "%u", i);
		CHECK(addr_of(&s, name) == TEXT + i, "%s", name);
	}
	CHECK(!mmx_symbols_find(&s, "absent"), "found what is not there");
	CHECK(!mmx_symbols_find(&s, ""), "found the empty name");
	mmx_symbols_free(&s);
	CHECK(!mmx_symbols_find(&s, "absent"), "found in nothing");
}

static void kernel_wins_over_modules_and_low_over_high(void)
{
	struct mmx_symbols s = {0};
	uint16_t module = mmx_symbols_add_module(&s, "mod");

	add(&s, "both", TEXT - 0x1000, 't', module);
	add(&s, "both", TEXT + 0x200, 't', 0);
	add(&s, "both", TEXT + 0x100, 't', 0);
	add(&s, "own", TEXT - 0x2000, 't', module);
	add(&s, "wanted", TEXT + 0x300, 'U', module);
	finish(&s);
	CHECK(addr_of(&s, "both") == TEXT + 0x100, "a module's, or not the lowest");
	CHECK(addr_of(&s, "own") == TEXT - 0x2000, "a module's own");
	CHECK(!mmx_symbols_find(&s, "wanted"), "an undefined symbol is no definition");
	mmx_symbols_free(&s);
}

static const char *nearest(const struct mmx_symbols *s, uint64_t addr)
{
	const struct mmx_symbol *sym = mmx_symbols_nearest(s, addr);
	static char name[MMX_SYMBOL_NAME];

	return sym ? mmx_symbol_name(s, sym, name) : "none";
}

/* A caller may stop half-way through adding; the table must not answer out of order then. */
static void all_of_a_name_are_told(void)
{
	struct mmx_symbols s = {0};
	const struct mmx_symbol *sym;
	uint64_t sum = 0;
	size_t next = 0;

	add(&s, "twice", TEXT + 0x20, 't', 0);
	add(&s, "other", TEXT + 0x10, 't', 0);
	add(&s, "twice", TEXT + 0x1, 't', 0);
	add(&s, "twice", TEXT + 0x300, 't', mmx_symbols_add_module(&s, "module"));
	finish(&s);
	while ((sym = mmx_symbols_named(&s, "twice", &next)))
		sum += sym->addr - TEXT;
	CHECK(sum == 0x321, "0x%llx", (unsigned long long)sum);
	next = 0;
	CHECK(!mmx_symbols_named(&s, "twic", &next), "a part of a name");
	mmx_symbols_free(&s);
}

static void unfinished_symbols_are_not_found(void)
{
	struct mmx_symbols s = {0};

	add(&s, "a", TEXT + 0x10, 't', 0);
	add(&s, "b", TEXT + 0x20, 't', 0);
	CHECK(!strcmp(nearest(&s, TEXT + 0x20), "none"), "before any finish");
	finish(&s);
	for (unsigned int i = 0; i < 5; i++)
		add(&s, "new", TEXT + i, 't', 0);
	CHECK(!strcmp(nearest(&s, TEXT + 0x20), "b"), "%s", nearest(&s, TEXT + 0x20));
	CHECK(!strcmp(nearest(&s, TEXT + 0x8), "none"), "%s", nearest(&s, TEXT + 0x8));
	CHECK(!mmx_symbols_find(&s, "new"), "found by name");
	mmx_symbols_free(&s);
}

static void nearest_is_what_people_expect(void)
{
	static const struct {
		uint64_t addr;
		const char *name;
	} want[] = {
		{0, "none"},
		{0x1f010, "none"},
		{TEXT - 1, "none"},
		{TEXT, "startup_64"},
		{TEXT + 0xff, "startup_64"},
		{TEXT + 0x100, "Global"},
		{TEXT + 0x180, "Global"},
		{TEXT + 0x200, "first"},
		{TEXT + 0x300, "_etext"},
		{TEXT + 0x400, "_etext"},
		{TEXT + 0x300 + (16 << 20), "_etext"},
		{TEXT + 0x301 + (16 << 20), "none"},
		{UINT64_MAX, "none"},
	};
	struct mmx_symbols s = {0};

	add(&s, "percpu", 0x1f000, 'A', 0);
	add(&s, "_stext", TEXT, 'T', 0);
	add(&s, "_text", TEXT, 'T', 0);
	add(&s, "startup_64", TEXT, 't', 0);
	add(&s, "__init_begin", TEXT, 'D', 0);
	add(&s, "local", TEXT + 0x100, 't', 0);
	add(&s, "Global", TEXT + 0x100, 'T', 0);
	add(&s, "first", TEXT + 0x200, 't', 0);
	add(&s, "second", TEXT + 0x200, 't', 0);
	add(&s, "_etext", TEXT + 0x300, 'T', 0);
	add(&s, "elsewhere", TEXT + 0x400, 'U', 0);
	finish(&s);
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
		CHECK(!strcmp(nearest(&s, want[i].addr), want[i].name), "%zu: %s, not %s", i,
		      nearest(&s, want[i].addr), want[i].name);
	mmx_symbols_free(&s);
	CHECK(!mmx_symbols_nearest(&s, TEXT), "near something in nothing");
}

static void formatted_as_text(void)
{
	struct mmx_symbols s = {0};
	uint16_t module = mmx_symbols_add_module(&s, "zram");
	char text[64];

	add(&s, "schedule", TEXT, 'T', 0);
	add(&s, "zram_open", 0xffffffffc0001000, 't', module);
	finish(&s);
	mmx_symbol_format(&s, TEXT, text, sizeof(text));
	CHECK(!strcmp(text, "schedule"), "%s", text);
	mmx_symbol_format(&s, TEXT + 0x1c, text, sizeof(text));
	CHECK(!strcmp(text, "schedule+0x1c"), "%s", text);
	mmx_symbol_format(&s, 0xffffffffc0001010, text, sizeof(text));
	CHECK(!strcmp(text, "zram_open+0x10 [zram]"), "%s", text);
	mmx_symbol_format(&s, 0xffff888000000000, text, sizeof(text));
	CHECK(!strcmp(text, "0xffff888000000000"), "%s", text);
	mmx_symbol_format(&s, TEXT, text, 4);
	CHECK(!strcmp(text, "sch"), "%s", text);
	mmx_symbols_free(&s);
}

/* All belong into one sixteenth of the index. */
static void forged_names_are_refused(void)
{
	enum { N = 4096 };
	struct mmx_symbols s = {0};
	struct mmx_err err = {0};
	char name[16];

	for (unsigned int i = 0, n = 0; n < N; i++) {
		int len = snprintf(name, sizeof(name), "%u", i);

		if (mmx_symbol_hash(name, len) % (2 * N) < N / 8)
			mmx_symbols_add(&s, name, len, TEXT + n++, 't', 0);
	}
	CHECK(mmx_symbols_finish(&s, &err) == -1 && err.code == MMX_ECORRUPT, "%s", err.text);
	CHECK(!mmx_symbols_find(&s, "x"), "found in no index");
	mmx_symbols_free(&s);
}

static void limits_hold(void)
{
	static const char name[] = "n";
	struct mmx_symbols s = {0};

	CHECK(mmx_symbols_add(&s, name, MMX_SYMBOL_TEXT_MAX, 0, 't', 0) == -1, "too much text");
	s.kernel.n = MMX_SYMBOLS_MAX;
	CHECK(mmx_symbols_add(&s, name, 1, 0, 't', 0) == -1, "too many");
	s.kernel.n = 0;
	for (unsigned int i = 1; i <= UINT16_MAX; i++)
		CHECK(mmx_symbols_add_module(&s, "m") == i, "module %u", i);
	CHECK(mmx_symbols_add_module(&s, "m") == 0, "too many modules");
	mmx_symbols_free(&s);
}

/* A file with these bytes, gone when its descriptor is closed. */
static int make_file(const void *bytes, size_t len, char path[static 32])
{
	FILE *file = tmpfile();
	int fd = dup(fileno(file));

	CHECK(write(fd, bytes, len) == (ssize_t)len, "write");
	fclose(file);
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

static int read_sysmap(struct mmx_symbols *s, const char *text, uint64_t offset,
		       struct mmx_err *err)
{
	char path[32];
	int fd = make_file(text, strlen(text), path);
	int ret = mmx_symbols_from_sysmap(s, path, offset, err);

	close(fd);
	return ret;
}

static void system_map_is_read(void)
{
	struct mmx_symbols s = {0};
	struct mmx_err err = {0};

	CHECK(!read_sysmap(&s,
			   "0000000000000000 D __per_cpu_start\n"
			   "0000000000020000 A cpu_number\n"
			   "ffffffff81000000 T _stext\n"
			   "ffffffff81800000 d last",
			   0x1000000, &err),
	      "%s", err.text);
	finish(&s);
	CHECK(s.kernel.n == 4, "%zu symbols", s.kernel.n);
	CHECK(addr_of(&s, "_stext") == TEXT + 0x1000000, "offset not added");
	CHECK(addr_of(&s, "cpu_number") == 0x20000, "offset added to a per-CPU symbol");
	CHECK(addr_of(&s, "last") == TEXT + 0x1800000, "last line");
	mmx_symbols_free(&s);
}

static int read_proc(struct mmx_symbols *s, const char *text, struct mmx_err *err)
{
	char path[32];
	int fd = make_file(text, strlen(text), path);
	int ret = mmx_symbols_from_proc(s, path, err);

	close(fd);
	return ret;
}

static void symbols_of_a_running_kernel_are_read(void)
{
	struct mmx_symbols s = {0};
	struct mmx_err err = {0};

	CHECK(!read_proc(&s,
			 "0000000000000000 A fixed_percpu_data\n"
			 "ffffffff82000000 T _stext\n"
			 "ffffffffc0000000 t init_one\t[virtio_net]\n"
			 "ffffffffc0001000 t bpf_prog\t[bpf]\n",
			 &err),
	      "%s", err.text);
	finish(&s);
	CHECK(s.kernel.n == 2 && addr_of(&s, "_stext") == TEXT + 0x1000000, "%zu symbols",
	      s.kernel.n);
	mmx_symbols_free(&s);
	CHECK(read_proc(&s,
			"0000000000000000 A fixed_percpu_data\n"
			"0000000000000000 T _stext\n",
			&err) == -1 &&
		      err.code == MMX_EPERM && strstr(err.text, "kptr_restrict"),
	      "%d: %s", err.code, err.text);
	mmx_symbols_free(&s);
}

static void what_is_no_system_map_is_refused(void)
{
	static const char *const texts[] = {
		"",
		"ffffffffffffffff B The real System.map is in another package\n",
		"ffffffff81000000 T _stext\nffffffff8100000 T short\n",
		"ffffffff81000000 T \n",
		"ffffffff81000000 T",
		"ffffffff81000000\n",
		"ffffffff8100000000 T long\n",
		"\x7f\x45LF\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct mmx_symbols s = {0};
		struct mmx_err err = {0};

		CHECK(read_sysmap(&s, texts[i], 0, &err) == -1 && err.code == MMX_EUSAGE,
		      "text %zu: %s", i, err.text);
		mmx_symbols_free(&s);
	}
}

enum { NONE, TEXT_SECTION, PERCPU_SECTION, DEBUG_SECTION, EMPTY_SECTION, SYMTAB, STRTAB, SECTIONS };

static const char strings[] =
	"\0_stext\0percpu\0absolute\0undefined\0file.c\0debug\0weak\0.Ltmp7\0mark";

static const Elf64_Sym elf_symbols[] = {
	{0},
	{.st_name = 1,
	 .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE),
	 .st_shndx = TEXT_SECTION,
	 .st_value = TEXT},
	{.st_name = 8,
	 .st_info = ELF64_ST_INFO(STB_LOCAL, STT_OBJECT),
	 .st_shndx = PERCPU_SECTION,
	 .st_value = 0x100},
	{.st_name = 15,
	 .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE),
	 .st_shndx = SHN_ABS,
	 .st_value = TEXT},
	{.st_name = 24, .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE), .st_shndx = SHN_UNDEF},
	{.st_name = 34, .st_info = ELF64_ST_INFO(STB_LOCAL, STT_FILE), .st_shndx = SHN_ABS},
	{.st_name = 41, .st_info = ELF64_ST_INFO(STB_LOCAL, STT_OBJECT), .st_shndx = DEBUG_SECTION},
	{.st_name = 47,
	 .st_info = ELF64_ST_INFO(STB_WEAK, STT_FUNC),
	 .st_shndx = TEXT_SECTION,
	 .st_value = TEXT + 0x40},
	{.st_name = 52,
	 .st_info = ELF64_ST_INFO(STB_LOCAL, STT_NOTYPE),
	 .st_shndx = TEXT_SECTION,
	 .st_value = TEXT + 0x44},
	{.st_name = 59,
	 .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE),
	 .st_shndx = EMPTY_SECTION,
	 .st_value = TEXT + 0x80},
	{.st_info = ELF64_ST_INFO(STB_LOCAL, STT_SECTION),
	 .st_shndx = TEXT_SECTION,
	 .st_value = TEXT},
	{.st_name = 1, .st_info = ELF64_ST_INFO(STB_LOCAL, STT_FUNC), .st_shndx = SECTIONS + 9},
	{.st_name = 0xffffff,
	 .st_info = ELF64_ST_INFO(STB_LOCAL, STT_FUNC),
	 .st_shndx = TEXT_SECTION},
};

struct elf_file {
	Elf64_Ehdr ehdr;
	Elf64_Shdr shdr[SECTIONS];
	Elf64_Sym sym[sizeof(elf_symbols) / sizeof(*elf_symbols)];
	char strings[sizeof(strings)];
};

static struct elf_file make_elf(void)
{
	struct elf_file f = {
		.ehdr = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
				     EV_CURRENT},
			 .e_type = ET_EXEC,
			 .e_machine = EM_X86_64,
			 .e_version = EV_CURRENT,
			 .e_shoff = offsetof(struct elf_file, shdr),
			 .e_ehsize = sizeof(Elf64_Ehdr),
			 .e_shentsize = sizeof(Elf64_Shdr),
			 .e_shnum = SECTIONS},
		.shdr =
			{
				[TEXT_SECTION] = {.sh_type = SHT_NOBITS,
						  .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
						  .sh_addr = TEXT,
						  .sh_size = 0x1000},
				[PERCPU_SECTION] = {.sh_type = SHT_NOBITS,
						    .sh_flags = SHF_ALLOC | SHF_WRITE,
						    .sh_size = 0x1000},
				[EMPTY_SECTION] = {.sh_type = SHT_PROGBITS, .sh_addr = TEXT + 0x80},
				[DEBUG_SECTION] = {.sh_type = SHT_NOBITS, .sh_size = 0x1000},
				[SYMTAB] = {.sh_type = SHT_SYMTAB,
					    .sh_offset = offsetof(struct elf_file, sym),
					    .sh_size = sizeof(f.sym),
					    .sh_link = STRTAB,
					    .sh_addralign = 8,
					    .sh_entsize = sizeof(Elf64_Sym)},
				[STRTAB] = {.sh_type = SHT_STRTAB,
					    .sh_offset = offsetof(struct elf_file, strings),
					    .sh_size = sizeof(f.strings),
					    .sh_addralign = 1},
			},
	};

	memcpy(f.sym, elf_symbols, sizeof(f.sym));
	memcpy(f.strings, strings, sizeof(strings));
	return f;
}

static int read_elf(struct mmx_symbols *s, const struct elf_file *f, size_t len, uint64_t offset,
		    struct mmx_err *err)
{
	char path[32];
	int fd = make_file(f, len, path);
	int ret = mmx_symbols_from_elf(s, path, offset, err);

	close(fd);
	return ret;
}

static void vmlinux_is_read(void)
{
	struct elf_file f = make_elf();
	struct mmx_symbols s = {0};
	struct mmx_err err = {0};

	CHECK(!read_elf(&s, &f, sizeof(f), 0x1000000, &err), "%s", err.text);
	finish(&s);
	CHECK(!strcmp(order(&s), "percpu _stext weak mark "), "%s", order(&s));
	CHECK(addr_of(&s, "percpu") == 0x100, "offset added to a per-CPU symbol");
	CHECK(addr_of(&s, "_stext") == TEXT + 0x1000000, "offset not added");
	CHECK(s.kernel.n == 4 && s.kernel.v[0].type == 'b' && s.kernel.v[1].type == 'T' &&
		      s.kernel.v[2].type == 'W',
	      "types");
	mmx_symbols_free(&s);
}

static void what_is_no_vmlinux_is_refused(void)
{
	struct elf_file f = make_elf();
	struct mmx_symbols s = {0};
	struct mmx_err err = {0};

	CHECK(read_elf(&s, &f, 10, 0, &err) == -1 && err.code == MMX_EUSAGE, "%s", err.text);
	for (size_t len = 0; len < sizeof(f); len++) {
		read_elf(&s, &f, len, 0, &err);
		mmx_symbols_free(&s);
	}
	f.shdr[SYMTAB].sh_type = SHT_NOBITS;
	CHECK(read_elf(&s, &f, sizeof(f), 0, &err) == -1 && err.code == MMX_EMISSING, "%s",
	      err.text);
	CHECK(mmx_symbols_from_elf(&s, "/nonexistent", 0, &err) == -1 && err.code == MMX_EIO, "%s",
	      err.text);
	CHECK(mmx_symbols_from_sysmap(&s, "/nonexistent", 0, &err) == -1 && err.code == MMX_EIO,
	      "%s", err.text);
	mmx_symbols_free(&s);
}

int main(void)
{
	RUN(sorted_with_equals_in_source_order);
	RUN(later_ones_merge_in);
	RUN(modules_added_at_any_place_are_found);
	RUN(names_of_every_length_are_found);
	RUN(kernel_wins_over_modules_and_low_over_high);
	RUN(all_of_a_name_are_told);
	RUN(unfinished_symbols_are_not_found);
	RUN(nearest_is_what_people_expect);
	RUN(formatted_as_text);
	RUN(forged_names_are_refused);
	RUN(limits_hold);
	RUN(system_map_is_read);
	RUN(symbols_of_a_running_kernel_are_read);
	RUN(what_is_no_system_map_is_refused);
	RUN(vmlinux_is_read);
	RUN(what_is_no_vmlinux_is_refused);
	return unit_end();
}
