// SPDX-License-Identifier: GPL-2.0-or-later
/* Owners' lists: resources, vmalloc areas, runs of owned frames. Whole and forged ones. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../fake_memory.h"
#include "mm/owners/owned_frames.h"
#include "mm/owners/resource.h"
#include "mm/owners/vmalloc.h"
#include "unit.h"

#define MEMORY  (1u << 20)
#define OUTSIDE 0xffffffffc0000000ULL
#define PAGES   64 /* frames that the fake kernel has struct pages for */

struct resource {
	uint64_t start, last, name, flags, parent, sibling, child;
};

struct area {
	uint64_t start, end, next, prev, vm, flags;
};

struct vm {
	uint64_t addr, size, flags, pages;
	uint32_t nr_pages;
	uint64_t phys, caller;
};

static struct fake_memory *m;

static void make_layout(void)
{
	fake_no_types(m);
	fake_struct(m, S_resource, sizeof(struct resource));
	FAKE_MEMBER(m, M_resource_start, resource, start);
	FAKE_MEMBER(m, M_resource_end, resource, last);
	FAKE_MEMBER(m, M_resource_name, resource, name);
	FAKE_MEMBER(m, M_resource_flags, resource, flags);
	FAKE_MEMBER(m, M_resource_parent, resource, parent);
	FAKE_MEMBER(m, M_resource_sibling, resource, sibling);
	FAKE_MEMBER(m, M_resource_child, resource, child);
	fake_struct(m, S_vmap_area, sizeof(struct area));
	FAKE_MEMBER(m, M_vmap_area_va_start, area, start);
	FAKE_MEMBER(m, M_vmap_area_va_end, area, end);
	fake_member(m, M_vmap_area_list, offsetof(struct area, next), 16, 0);
	FAKE_MEMBER(m, M_vmap_area_vm, area, vm);
	FAKE_MEMBER(m, M_vmap_area_flags, area, flags);
	fake_struct(m, S_vm_struct, sizeof(struct vm));
	FAKE_MEMBER(m, M_vm_struct_addr, vm, addr);
	FAKE_MEMBER(m, M_vm_struct_size, vm, size);
	FAKE_MEMBER(m, M_vm_struct_flags, vm, flags);
	FAKE_MEMBER(m, M_vm_struct_pages, vm, pages);
	FAKE_MEMBER(m, M_vm_struct_nr_pages, vm, nr_pages);
	FAKE_MEMBER(m, M_vm_struct_phys_addr, vm, phys);
	FAKE_MEMBER(m, M_vm_struct_caller, vm, caller);
}

static void setup(void)
{
	m = fake_memory_new(MEMORY);
	make_layout();
	m->mem.vmemmap.base = 0xffffea0000000000ULL;
	m->mem.vmemmap.page_size = 64;
	m->mem.kernel.facts.v[FACT_VMEMMAP].state = MMX_FACT_CHECKED;
	mmx_ranges_add(&m->mem.sparse.pfn, 0, PAGES);
}

static void teardown(void)
{
	fake_memory_free(m);
}

/*
 * Resources.
 */

static struct resource *at(uint64_t addr)
{
	return fake_at(m, addr);
}

static uint64_t new_resource(uint64_t start, uint64_t last, const char *name)
{
	struct resource r = {.start = start, .last = last};

	r.name = fake_put(m, name, strlen(name) + 1);
	return fake_put(m, &r, sizeof(r));
}

/* Appends to a parent's children. */
static uint64_t below(uint64_t parent, uint64_t start, uint64_t last, const char *name)
{
	uint64_t node = new_resource(start, last, name), *link = &at(parent)->child;

	while (*link)
		link = &at(*link)->sibling;
	*link = node;
	at(node)->parent = parent;
	return node;
}

static uint64_t tree(uint64_t *ram, uint64_t *code)
{
	uint64_t root = new_resource(0, ~0ULL, "PCI mem");

	fake_symbol(m, "iomem_resource", root);
	below(root, 0, 0xfff, "Reserved");
	*ram = below(root, 0x1000, 0xffffff, "System RAM");
	*code = below(*ram, 0x2000, 0x2fff, "Kernel code");
	below(*ram, 0x3000, 0x3fff, "Kernel data");
	below(root, 0x1000000, 0x1ffffff, "Reserved");
	return root;
}

/* Whether all were found; else why not. */
static bool all_resources(struct mmx_resources *r, struct mmx_err *err)
{
	*r = (struct mmx_resources){0};
	if (mmx_resources_find(r, m->view, err))
		return false;
	*err = r->coverage.first;
	return mmx_cover_whole(&r->coverage);
}

static void resources_are_found_by_address(void)
{
	struct mmx_resources r;
	struct mmx_err err = {0};
	uint64_t ram, code;
	char path[64];

	setup();
	tree(&ram, &code);
	CHECK(all_resources(&r, &err) && r.n == 5, "%zu, %s", r.n, err.text);
	CHECK(mmx_resource_of(&r, 0x2fff)->addr == code, "the code");
	CHECK(mmx_resource_of(&r, 0x4000)->addr == ram, "between the children");
	CHECK(!mmx_resource_of(&r, 0x2000000), "behind the last");
	mmx_resource_path(&r, mmx_resource_of(&r, 0x2000), path, sizeof(path));
	CHECK(!strcmp(path, "System RAM > Kernel code"), "%s", path);
	mmx_resource_path(&r, mmx_resource_of(&r, 0x2000), path, 14);
	CHECK(!strcmp(path, "System RAM > "), "cut: %s", path);
	mmx_resource_path(&r, NULL, path, sizeof(path));
	CHECK(!*path, "of nothing: %s", path);
	mmx_resources_free(&r);
	teardown();
}

static void forged_resources_end_in_errors(void)
{
	struct mmx_resources r;
	struct mmx_err err = {0};
	uint64_t ram, code, root, deep;

	setup();
	root = tree(&ram, &code);
	at(code)->sibling = code;
	CHECK(!all_resources(&r, &err) && err.code == MMX_ECORRUPT, "a loop: %s", err.text);
	CHECK(r.n < 16, "%zu were read of a loop", r.n);
	mmx_resources_free(&r);
	at(code)->sibling = ram;
	CHECK(!all_resources(&r, &err) && err.code == MMX_ECORRUPT, "another's child: %s",
	      err.text);
	mmx_resources_free(&r);
	at(code)->sibling = OUTSIDE;
	CHECK(!all_resources(&r, &err) && err.code == MMX_ECORRUPT && r.n == 4,
	      "leads nowhere: %zu, %s", r.n, err.text);
	mmx_resources_free(&r);
	at(code)->sibling = 0;
	at(code)->name = OUTSIDE;
	deep = code;
	CHECK(all_resources(&r, &err) && !r.v[2].named, "without a name");
	mmx_resources_free(&r);
	for (int i = 0; i < MMX_RESOURCE_DEPTH; i++)
		deep = below(deep, 0x2000, 0x2fff, "deep");
	CHECK(!all_resources(&r, &err) && strstr(err.text, "deeper"), "%s", err.text);
	mmx_resources_free(&r);
	(void)root;
	teardown();
}

/*
 * vmalloc areas.
 */

static uint64_t head;

static void areas(void)
{
	uint64_t list[2] = {fake_next(m), fake_next(m)};

	head = fake_put(m, list, sizeof(list));
	fake_symbol(m, "vmap_area_list", head);
}

static struct vm *add_area(uint64_t start, uint64_t end, uint32_t pages)
{
	uint64_t entries[8], node, last = ((uint64_t *)fake_at(m, head))[1];
	struct vm vm = {.addr = start, .size = end - start, .flags = 2, .nr_pages = pages};
	struct area area = {.start = start, .end = end, .next = head, .prev = last};

	for (uint32_t i = 0; i < pages; i++)
		entries[i] = mmx_page_addr(&m->mem.vmemmap, 10 + i);
	vm.pages = fake_put(m, entries, pages * 8);
	area.vm = fake_put(m, &vm, sizeof(vm));
	node = fake_put(m, &area, sizeof(area)) + offsetof(struct area, next);
	*(uint64_t *)fake_at(m, last) = node;
	((uint64_t *)fake_at(m, head))[1] = node;
	return fake_at(m, area.vm);
}

#define VA UINT64_C(0xffffc90000000000)

static struct mmx_vmalloc find_areas(struct mmx_err *err)
{
	struct mmx_vmalloc v = {0};

	CHECK(!mmx_vmalloc_find(&v, m->view, err), "%s", err->text);
	return v;
}

static void areas_own_their_pages(void)
{
	struct mmx_vmalloc v;
	struct mmx_err err = {0};
	const struct mmx_owned_run *run;

	setup();
	areas();
	add_area(VA + 0x8000, VA + 0xa000, 1);
	add_area(VA, VA + 0x5000, 4);
	v = find_areas(&err);
	CHECK(v.n == 2 && mmx_cover_whole(&v.coverage), "%s", v.coverage.first.text);
	CHECK(mmx_vmalloc_of(&v, VA + 0x4fff) == &v.v[0], "in its guard page");
	CHECK(!mmx_vmalloc_of(&v, VA + 0x5000), "between the areas");
	CHECK(mmx_vmalloc_of(&v, VA + 0x8000) == &v.v[1], "the second");
	CHECK(mmx_vmalloc_mapped_end(m->view, &v.v[0]) == VA + 0x4000, "before the guard page");
	run = mmx_owned_find(&v.frames, 13);
	CHECK(run && run->owner == 0 && run->at + (13 - run->pfn) == 3, "the fourth page");
	CHECK(!mmx_owned_find(&v.frames, 14) && !mmx_owned_find(&v.frames, 9), "not its pages");
	mmx_vmalloc_free(&v);
	teardown();
}

/* Whose they are depends on the flags alone: of vmalloc(), of vmap(), and of vmap() that puts them. */
static void areas_borrow_pages(void)
{
	static const struct {
		uint64_t flags;
		bool owns;
	} kinds[] = {{2, true}, {4, false}, {4 | 8, false}, {4 | 0x200, false}, {0, false}};
	struct mmx_err err = {0};
	struct mmx_vmalloc v;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		setup();
		areas();
		add_area(VA, VA + 0x3000, 2)->flags = kinds[i].flags;
		v = find_areas(&err);
		CHECK(!mmx_owned_find(&v.frames, 11) == !kinds[i].owns, "flags %" PRIx64,
		      kinds[i].flags);
		CHECK(!mmx_owned_find(&v.borrowed, 11) == kinds[i].owns, "flags %" PRIx64,
		      kinds[i].flags);
		mmx_vmalloc_free(&v);
		teardown();
	}
}

/* Each with what the coverage must say, and how many areas are left. */
static void broken_areas(const char *words, size_t left)
{
	struct mmx_err err = {0};
	struct mmx_vmalloc v = find_areas(&err);

	CHECK(v.coverage.broken && strstr(v.coverage.first.text, words), "%s: %s", words,
	      v.coverage.first.text);
	CHECK(v.n == left, "%s: %zu areas", words, v.n);
	mmx_vmalloc_free(&v);
}

static void forged_areas_end_in_errors(void)
{
	struct mmx_vmalloc v;
	struct mmx_err err = {0};
	struct vm *vm;

	setup();
	areas();
	add_area(VA + 0x10000, VA + 0x12000, 1);
	vm = add_area(VA, VA + 0x5000, 4);
	vm->nr_pages = 6;
	broken_areas("claims 6", 2);
	v = find_areas(&err);
	CHECK(mmx_owned_find(&v.frames, 10), "the other area's page is known");
	mmx_vmalloc_free(&v);

	vm->nr_pages = 4;
	*(uint64_t *)fake_at(m, vm->pages) = mmx_page_addr(&m->mem.vmemmap, PAGES);
	broken_areas("no page", 2);

	vm->addr = VA - 0x1000;
	broken_areas("and has a vm_struct of", 1);

	vm->addr = VA;
	add_area(VA + 0x4000, VA + 0x6000, 1);
	broken_areas("overlap", 2);
	add_area(0x1000, 0x3000, 1);
	broken_areas("", 2);
	teardown();
}

static void flags_have_names(void)
{
	char text[64];

	mmx_vmalloc_flags(0x1 | 0x10 | 0x1000, text, sizeof(text));
	CHECK(!strcmp(text, "ioremap dma-coherent sparse"), "%s", text);
	mmx_vmalloc_flags(UINT64_C(1) << 63, text, sizeof(text));
	CHECK(!strcmp(text, "0x8000000000000000"), "%s", text);
	mmx_vmalloc_flags(~0ULL, text, sizeof(text));
	CHECK(strlen(text) == sizeof(text) - 1, "cut: %s", text);
	mmx_vmalloc_flags(0, text, sizeof(text));
	CHECK(!*text, "none: %s", text);
}

static void runs_join_and_are_found(void)
{
	struct mmx_owned o = {0};

	mmx_owned_add(&o, 1, 0, 100, 1);
	mmx_owned_add(&o, 1, 1, 101, 1);
	mmx_owned_add(&o, 1, 3, 102, 1); /* not the next one of the owner's */
	mmx_owned_add(&o, 2, 4, 103, 1); /* another owner's */
	mmx_owned_add(&o, 2, 5, 50, 4);
	CHECK(o.n == 4, "%zu runs", o.n);
	mmx_owned_sort(&o);
	CHECK(mmx_owned_find(&o, 101)->frames == 2, "joined");
	CHECK(mmx_owned_find(&o, 102)->at == 3 && mmx_owned_find(&o, 103)->owner == 2,
	      "kept apart");
	CHECK(mmx_owned_find(&o, 53) && !mmx_owned_find(&o, 54), "the end of a run");
	mmx_owned_add(&o, 3, 0, 51, 10);
	mmx_owned_add(&o, 4, 7, 52, 1);
	mmx_owned_sort(&o);
	CHECK(mmx_owned_find(&o, 53)->owner == 2 && mmx_owned_find(&o, 54)->owner == 3,
	      "claimed twice");
	CHECK(mmx_owned_find(&o, 60)->at == 3 && mmx_owned_find(&o, 60)->pfn == 54, "what is left");
	CHECK(!mmx_owned_find(&o, 61), "behind it");
	CHECK(!mmx_owned_find(&o, 49) && !mmx_owned_find(&o, 104), "outside");
	mmx_owned_free(&o);
	CHECK(!mmx_owned_find(&o, 0), "an empty table");
}

int main(void)
{
	RUN(resources_are_found_by_address);
	RUN(forged_resources_end_in_errors);
	RUN(areas_own_their_pages);
	RUN(areas_borrow_pages);
	RUN(forged_areas_end_in_errors);
	RUN(flags_have_names);
	RUN(runs_join_and_are_found);
	return unit_end();
}
