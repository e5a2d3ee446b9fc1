// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finding BTF in a dump: by symbols, by scanning memory, in the list of modules. The dump is a
 * buffer: an image of its own for physical reads, and for virtual ones the functions of view.h
 * stand here a second time, in front of the library's.
 */
#include <stdlib.h>
#include <string.h>

#include "btf_builder.h"
#include "kernel/kernel.h"
#include "kernel/btf.h"
#include "kernel/layout.h"
#include "kernel/symbols.h"
#include "kernel/types.h"
#include "kernel/view.h"
#include "unit.h"

#define MEMORY  (8u << 20)
#define VIRTUAL 0xffff888000000000u

static unsigned char *memory;
static unsigned char unreadable[MEMORY / 4096];
static unsigned int reads;

static enum mmx_read memory_read(void *reader, uint64_t phys, void *buf, size_t len)
{
	(void)reader;
	reads++;
	if (phys > MEMORY || len > MEMORY - phys)
		return MMX_READ_ABSENT;
	for (uint64_t page = phys / 4096; len && page <= (phys + len - 1) / 4096; page++) {
		if (unreadable[page])
			return MMX_READ_UNREADABLE;
	}
	memcpy(buf, memory + phys, len);
	return MMX_READ_OK;
}

enum mmx_read mmx_kread(struct mmx_view *view, uint64_t addr, void *buf, size_t len)
{
	if (addr < VIRTUAL || addr - VIRTUAL >= MEMORY)
		return MMX_READ_UNMAPPED;
	return memory_read(view, addr - VIRTUAL, buf, len);
}

enum mmx_read mmx_kread_u64(struct mmx_view *view, uint64_t addr, uint64_t *value)
{
	return mmx_kread(view, addr, value, 8);
}

enum mmx_read mmx_kread_u32(struct mmx_view *view, uint64_t addr, uint32_t *value)
{
	return mmx_kread(view, addr, value, 4);
}

enum mmx_read mmx_kread_str(struct mmx_view *view, uint64_t addr, char *buf, size_t size, bool *cut)
{
	(void)cut;
	return mmx_kread(view, addr, buf, size);
}

int mmx_kread_ok(struct mmx_view *view, uint64_t addr, void *buf, size_t len, const char *what,
		 struct mmx_err *err)
{
	enum mmx_read r = mmx_kread(view, addr, buf, len);

	return r ? mmx_fail(err, MMX_EABSENT, "%s: %s", what, mmx_read_name(r)) : 0;
}

static void *new_handle(struct mmx_image *image, struct mmx_err *err)
{
	(void)err;
	return image;
}

static void free_handle(void *reader)
{
	(void)reader;
}

static const struct mmx_image_ops ops = {
	.name = "memory",
	.reader_new = new_handle,
	.reader_free = free_handle,
	.read = memory_read,
};

static struct mmx_image image = {.ops = &ops, .presence_known = true};
static struct mmx_reader *reader;

static void clear(void)
{
	memset(memory, 0, MEMORY);
	memset(unreadable, 0, sizeof(unreadable));
	reads = 0;
}

/* BTF as large as a kernel's, with the two structs by which it is known. */
static unsigned char *kernel_btf(size_t *len, uint32_t page_size, uint32_t zone_size)
{
	static struct btf_builder b;
	enum { PADDING = 300000 };
	uint32_t word;
	unsigned char *all;

	b_init(&b);
	b_int(&b, "int", 4, B_SIGNED);
	b_type(&b, "page", B_STRUCT, 0, 0, page_size);
	b_type(&b, "zone", B_STRUCT, 0, 0, zone_size);
	b_finish(&b);
	/* Room behind the strings, which the header counts among them. */
	*len = b.len + PADDING;
	all = calloc(1, *len);
	memcpy(all, b.out, b.len);
	word = b.strings_len + PADDING;
	memcpy(all + 20, &word, 4);
	return all;
}

static void place(uint64_t at, uint32_t page_size, uint32_t zone_size)
{
	size_t len;
	unsigned char *btf = kernel_btf(&len, page_size, zone_size);

	memcpy(memory + at, btf, len);
	free(btf);
}

static bool scan_finds(uint64_t want)
{
	struct mmx_types_provider p;
	struct mmx_err err = {0};
	uint64_t size = 0;

	if (mmx_btf_scan(&p, reader, &err))
		return false;
	p.ops->struct_size(p.priv, "page", &size);
	p.ops->free(p.priv);
	return size == want;
}

static void scan_finds_btf_wherever_it_begins(void)
{
	/* At the start, amid a page, over a page's end, and over the ends of what is read at once. */
	static const uint64_t places[] = {
		0, 4096, 0x12344, 0x12ffc, (1 << 20) - 4, (1 << 20) - 20, (1 << 20), 0x4ffff0,
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		clear();
		place(places[i], 64, 1600);
		CHECK(scan_finds(64), "not found at 0x%lx", (unsigned long)places[i]);
	}
	clear();
	CHECK(!scan_finds(64), "found where there is none");
}

static void scan_passes_over_what_looks_like_it(void)
{
	static struct btf_builder b;
	static const unsigned char magic[] = {0x9f, 0xeb, 0x01, 0x00, 0x18, 0, 0, 0};
	struct b_sample s;

	clear();
	b_sample(&b, &s);
	memcpy(memory + 0x1000, b.out, b.len);         /* a program's */
	memcpy(memory + 0x9000, magic, sizeof(magic)); /* the first bytes alone */
	memset(memory + 0x9008, 0xff, 64);
	place(0x20000, 7, 1600);   /* a page of seven bytes */
	place(0x100000, 64, 16);   /* a zone of sixteen */
	place(0x200000, 72, 1600); /* the one */
	place(0x300000, 64, 1600); /* another one */
	CHECK(scan_finds(72), "not the first that is whole");
	memory[0x200000 + 24 + 7] = 0x55;
	CHECK(scan_finds(64), "a damaged one was not passed over");
}

static void scan_goes_around_what_cannot_be_read(void)
{
	clear();
	place(0x200000, 64, 1600);
	unreadable[3] = unreadable[0x1ff] = 1;
	unreadable[(MEMORY >> 12) - 1] = 1;
	CHECK(scan_finds(64), "not found");
	unreadable[0x201] = 1;
	CHECK(!scan_finds(64), "found although a page of it cannot be read");
	memset(unreadable, 1, sizeof(unreadable));
	reads = 0;
	CHECK(!scan_finds(64), "found without reading");
	CHECK(reads < 3 * MEMORY / 4096, "%u reads for %u pages", reads, MEMORY / 4096);
}

static void scan_gives_up_on_endless_candidates(void)
{
	clear();
	for (unsigned int at = 0; at + 24 < MEMORY / 2; at += 24) {
		const uint32_t header[6] = {0x0001eb9f, 24, 0, 0, 0, 2 << 20};

		memcpy(memory + at, header, sizeof(header));
	}
	CHECK(!scan_finds(64), "found");
	CHECK(reads < 1000, "%u reads", reads);
}

static struct mmx_symbols symbols;
static struct mmx_kernel of_image = {.image = &image};
static struct mmx_view view = {.kernel = &of_image};

static void add_symbol(const char *name, uint64_t at)
{
	CHECK(!mmx_symbols_add(&symbols, name, strlen(name), VIRTUAL + at, 'D', 0), "%s", name);
}

static void by_symbols(void)
{
	struct mmx_types_provider p;
	struct mmx_err err = {0};
	uint64_t size = 0;
	size_t len;

	clear();
	free(kernel_btf(&len, 64, 1600));
	place(0x1234c, 64, 1600);
	mmx_symbols_free(&symbols);
	add_symbol("__start_BTF", 0x1234c);
	mmx_symbols_finish(&symbols, &err);
	CHECK(mmx_btf_from_dump(&p, &view, &symbols, &err), "with a start only");
	add_symbol("__stop_BTF", 0x1234c + len);
	mmx_symbols_finish(&symbols, &err);
	if (mmx_btf_from_dump(&p, &view, &symbols, &err)) {
		CHECK(false, "%s", err.text);
		return;
	}
	CHECK(p.ops->struct_size(p.priv, "page", &size) && size == 64, "page");
	p.ops->free(p.priv);
	unreadable[0x14] = 1;
	CHECK(mmx_btf_from_dump(&p, &view, &symbols, &err), "with a page that cannot be read");
	mmx_symbols_free(&symbols);
	add_symbol("__start_BTF", 0x2000);
	add_symbol("__stop_BTF", 0x1000);
	mmx_symbols_finish(&symbols, &err);
	CHECK(mmx_btf_from_dump(&p, &view, &symbols, &err), "backwards");
}

/*
 * Modules. Made-up offsets: struct btf_module { u64 x, btf; struct list_head list; } and
 * struct btf { u32 data_size; u64 data at 8; }.
 */
static struct mmx_layout layout;

static void member_at(enum mmx_layout_member id, uint64_t offset, uint32_t size)
{
	layout.member[id] = (struct mmx_layout_found){
		.m = {.bit_off = 8 * offset, .bit_size = 8 * size, .size = size},
	};
}

static void put64(uint64_t at, uint64_t v)
{
	memcpy(memory + at, &v, 8);
}

#define HEAD     0x1000
#define NODE(i)  (0x2000 + 0x100 * (uint64_t)(i))
#define BLOB(i)  (0x10000 + 0x4000 * (uint64_t)(i))
#define LINKS(i) (NODE(i) + 16)

static void link_nodes(uint64_t from, uint64_t to)
{
	put64(from, VIRTUAL + to);
	put64(to + 8, VIRTUAL + from);
}

/* Three modules on a sample kernel, with a struct and an enum each. */
static void make_modules(struct btf_builder *base)
{
	static struct btf_builder split;
	struct b_sample s;
	char name[16];

	clear();
	b_sample(base, &s);
	for (unsigned int i = 0; i < 3; i++) {
		b_split(&split, base);
		sprintf(name, "mod%u", i);
		b_type(&split, name, B_STRUCT, 0, 1, 16 * (i + 2));
		b_member(&split, "list", s.list, 128 * i);
		sprintf(name, "enum%u", i);
		b_type(&split, name, B_ENUM, 0, 1, 4);
		sprintf(name, "E%u", i);
		b_enumerator(&split, name, (int32_t)i + 40);
		b_finish(&split);
		memcpy(memory + BLOB(i), split.out, split.len);
		put64(NODE(i) + 8, VIRTUAL + NODE(i) + 0x80);
		memcpy(memory + NODE(i) + 0x80, &split.len, 4);
		put64(NODE(i) + 0x88, VIRTUAL + BLOB(i));
		sprintf(name, "module%u", i);
		memcpy(memory + NODE(i) + 0x90, name, sizeof(name));
	}
	link_nodes(HEAD, LINKS(0));
	link_nodes(LINKS(0), LINKS(1));
	link_nodes(LINKS(1), LINKS(2));
	link_nodes(LINKS(2), HEAD);
	member_at(M_btf_module_list, 16, 16);
	member_at(M_btf_module_btf, 8, 8);
	member_at(M_btf_data, 8, 8);
	member_at(M_btf_data_size, 0, 4);
	member_at(M_btf_name, 16, 56);
	mmx_symbols_free(&symbols);
	add_symbol("btf_modules", HEAD);
	mmx_symbols_finish(&symbols, NULL);
}

static bool has(const struct mmx_types_provider *p, unsigned int i)
{
	uint64_t size = 0;
	char name[16];

	sprintf(name, "mod%u", i);
	return p->ops->struct_size(p->priv, name, &size) && size == 16 * (i + 2);
}

static bool open_modules(struct mmx_types_provider *kernel, struct mmx_types_provider *p,
			 const struct btf_builder *base)
{
	struct mmx_err err = {0};

	if (mmx_btf_open(kernel, base->out, base->len, NULL, &err) ||
	    mmx_btf_from_modules(p, kernel, &view, &symbols, &layout, &err)) {
		CHECK(false, "%s", err.text);
		return false;
	}
	return true;
}

static void close_modules(struct mmx_types_provider *kernel, struct mmx_types_provider *p)
{
	p->ops->free(p->priv);
	kernel->ops->free(kernel->priv);
}

static void modules_answer_for_themselves(void)
{
	static struct btf_builder base;
	struct mmx_types_provider kernel, p;
	struct mmx_member m;
	int64_t value = 0;
	uint64_t size;

	make_modules(&base);
	if (!open_modules(&kernel, &p, &base))
		return;
	CHECK(!reads, "read before the first question");
	CHECK(has(&p, 0) && has(&p, 1) && has(&p, 2), "their structs");
	CHECK(!p.ops->struct_size(p.priv, "thing", &size), "the kernel's struct");
	CHECK(p.ops->member(p.priv, "mod2", "list.prev", &m) && m.bit_off == 256 + 64 &&
		      !strcmp(m.type, "struct list *"),
	      "a member of the kernel's type");
	CHECK(p.ops->enumerator(p.priv, NULL, "E1", &value) && value == 41, "any enum");
	CHECK(p.ops->enumerator(p.priv, "enum2", "E2", &value) && value == 42, "an enum");
	CHECK(!p.ops->enumerator(p.priv, "enum2", "E1", &value), "the wrong enum");
	close_modules(&kernel, &p);
}

static void modules_tell_whose_type_it_is(void)
{
	static struct btf_builder base;
	struct mmx_types_provider kernel, p;
	struct mmx_type_ref ref = {0};

	make_modules(&base);
	if (!open_modules(&kernel, &p, &base))
		return;
	CHECK(p.ops->next_type(p.priv, MMX_GROUP_STRUCT, "mod1", &ref) &&
		      !strcmp(ref.module, "module1"),
	      "a module's");
	CHECK(!p.ops->next_type(p.priv, MMX_GROUP_STRUCT, "mod1", &ref), "twice");
	ref = (struct mmx_type_ref){0};
	CHECK(!p.ops->next_type(p.priv, MMX_GROUP_STRUCT, "thing", &ref), "the kernel's");
	close_modules(&kernel, &p);
}

static void modules_wait_for_the_layout(void)
{
	static struct btf_builder base;
	struct mmx_types_provider kernel, p;
	struct mmx_layout ready;

	make_modules(&base);
	ready = layout;
	memset(&layout, 0, sizeof(layout));
	if (!open_modules(&kernel, &p, &base))
		return;
	CHECK(!has(&p, 1), "found with offsets that are not known");
	layout = ready;
	CHECK(has(&p, 1), "not found when they are known");
	close_modules(&kernel, &p);
}

/* Damage the list or a module; those before it must still be there, and the walk must end. */
static void damaged_module_lists_end(void)
{
	static const struct {
		const char *what;
		uint64_t at, value;
		bool has[3];
	} damage[] = {
		{"a loop", LINKS(2), VIRTUAL + LINKS(1), {true, true, true}},
		{"a loop of one", LINKS(0), VIRTUAL + LINKS(0), {true, false, false}},
		{"an end in nothing", LINKS(1), 0, {true, true, false}},
		{"a way back that leads elsewhere", LINKS(1) + 8, 5, {true, false, false}},
		{"no data", NODE(1) + 0x88, 0, {true, false, true}},
		{"no btf", NODE(0) + 8, 1, {false, true, true}},
		{"a size beyond memory", NODE(1) + 0x80, 0xffffffff, {true, false, true}},
		{"a size of nothing", NODE(1) + 0x80, 0, {true, false, true}},
		{"no BTF at all", BLOB(1), 0, {true, false, true}},
	};
	static struct btf_builder base;
	struct mmx_types_provider kernel, p;

	for (size_t i = 0; i < sizeof(damage) / sizeof(*damage); i++) {
		make_modules(&base);
		put64(damage[i].at, damage[i].value);
		if (!open_modules(&kernel, &p, &base))
			continue;
		for (unsigned int j = 0; j < 3; j++)
			CHECK(has(&p, j) == damage[i].has[j], "%s: mod%u", damage[i].what, j);
		CHECK(reads < 100, "%s: %u reads", damage[i].what, reads);
		close_modules(&kernel, &p);
	}
}

int main(void)
{
	memory = malloc(MEMORY);
	if (!memory || !mmx_ranges_add(&image.present, 0, MEMORY))
		return 2;
	mmx_ranges_normalise(&image.present);
	reader = mmx_reader_new(&image, NULL);
	if (!reader)
		return 2;
	RUN(scan_finds_btf_wherever_it_begins);
	RUN(scan_passes_over_what_looks_like_it);
	RUN(scan_goes_around_what_cannot_be_read);
	RUN(scan_gives_up_on_endless_candidates);
	RUN(by_symbols);
	RUN(modules_answer_for_themselves);
	RUN(modules_tell_whose_type_it_is);
	RUN(modules_wait_for_the_layout);
	RUN(damaged_module_lists_end);
	mmx_symbols_free(&symbols);
	mmx_reader_free(reader);
	mmx_ranges_free(&image.present);
	free(memory);
	return unit_end();
}
