// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A dead kernel's memory made by a test: an array of bytes that a real view reads at addresses from
 * FAKE_VA on. What is outside of it is unmapped.
 */
#ifndef MMX_TESTS_FAKE_MEMORY_H
#define MMX_TESTS_FAKE_MEMORY_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mm/mem.h"

#define FAKE_VA 0xffffffff82000000ULL

struct fake_memory {
	unsigned char *bytes;
	size_t size;
	size_t used;
	struct mmx_arch arch;
	struct mmx_image_ops ops;
	struct mmx_image image;
	struct mmx_mem mem; /* and the kernel in it */
	struct mmx_view *view;
};

static inline void *fake_reader_new(struct mmx_image *image, struct mmx_err *err)
{
	(void)err;
	return image->priv;
}

static inline void fake_reader_free(void *reader)
{
	(void)reader;
}

static inline enum mmx_read fake_read(void *reader, uint64_t phys, void *buf, size_t len)
{
	const struct fake_memory *m = reader;

	memcpy(buf, m->bytes + phys, len);
	return MMX_READ_OK;
}

static inline struct fake_memory *fake_memory_new(size_t size)
{
	struct fake_memory *m = calloc(1, sizeof(*m));
	size_t root;

	if (!m)
		abort();
	/* Behind the bytes lies a root of page tables, which is empty. */
	root = (size + 4095) & ~(size_t)4095;
	m->bytes = calloc(1, root + 4096);
	m->size = size;
	m->ops = (struct mmx_image_ops){.name = "fake",
					.reader_new = fake_reader_new,
					.reader_free = fake_reader_free,
					.read = fake_read};
	m->image.ops = &m->ops;
	m->image.priv = m;
	m->image.presence_known = true;
	m->arch = mmx_arch_x86_64;
	m->mem.kernel.paging = (struct mmx_paging){.root = root, .levels = 4};
	m->mem.kernel.image = &m->image;
	m->mem.kernel.arch = &m->arch;
	m->mem.kernel.jobs = 1;
	m->mem.kernel.direct_map =
		(struct mmx_linear){.va_start = FAKE_VA, .va_end = FAKE_VA + size};
	m->mem.knowledge = mmx_knowledge_new(NULL);
	m->view = m->mem.kernel.view = mmx_view_new(&m->mem.kernel, NULL);
	if (!m->bytes || !m->view || !m->mem.knowledge ||
	    !mmx_ranges_add(&m->image.present, 0, root + 4096))
		abort();
	return m;
}

static inline void fake_memory_free(struct fake_memory *m)
{
	mmx_knowledge_free(m->mem.knowledge);
	mmx_view_free(m->view);
	mmx_symbols_free(&m->mem.kernel.symbols);
	mmx_array_free(&m->mem.vmemmap);
	mmx_ranges_free(&m->mem.sparse.pfn);
	mmx_ranges_free(&m->image.ram);
	mmx_ranges_free(&m->image.present);
	free(m->bytes);
	free(m);
}

/*
 * Frames from 0 on have struct pages of @size bytes, which are where the memory begins, and from @base on in
 * the array that the kernel knows. What they mean is the test's.
 */
static inline void fake_pages(struct fake_memory *m, uint64_t base, uint64_t frames, size_t size)
{
	struct mmx_vmemmap_extent extent = {.va = base, .len = frames * size};

	m->mem.vmemmap.base = base;
	m->mem.vmemmap.page_size = size;
	if (!mmx_array_add(&m->mem.vmemmap, extent) ||
	    !mmx_ranges_add(&m->mem.sparse.pfn, 0, frames) ||
	    !mmx_ranges_add(&m->image.ram, 0, m->size))
		abort();
	mmx_fact_set(&m->mem.kernel.facts, FACT_PAGES, MMX_FACT_CHECKED, "a test", "made");
}

/* No bit of a flags word is known before the test names it; this follows what else it sets in the format. */
static inline void fake_no_bits(struct fake_memory *m)
{
	struct mmx_page_format *f = &m->mem.page_format;

	memset(&f->head, MMX_NO_BIT, (unsigned char *)(f + 1) - &f->head);
}

/* The address of the next bytes that fake_put() will write. */
static inline uint64_t fake_next(struct fake_memory *m)
{
	m->used = (m->used + 7) & ~(size_t)7;
	return FAKE_VA + m->used;
}

/* Appends bytes, aligned as the kernel's tables are; returns their address. */
static inline uint64_t fake_put(struct fake_memory *m, const void *bytes, size_t len)
{
	uint64_t at = fake_next(m);

	if (len > m->size - m->used)
		abort();
	memcpy(m->bytes + m->used, bytes, len);
	m->used += len;
	return at;
}

/* Types: none at first, then those that a test declares. */
static inline void fake_no_types(struct fake_memory *m)
{
	struct mmx_layout *l = &m->mem.kernel.layout;

	memset(l->strct, -1, sizeof(l->strct));
	memset(l->member, -1, sizeof(l->member));
	memset(l->enumerator, -1, sizeof(l->enumerator));
}

static inline void fake_struct(struct fake_memory *m, enum mmx_layout_struct id, size_t size)
{
	m->mem.kernel.layout.strct[id].provider = 0;
	m->mem.kernel.layout.strct[id].value = size;
}

/* @nelems is that of an array, whose @size is that of all of them; else 0. */
static inline void fake_member(struct fake_memory *m, enum mmx_layout_member id, size_t offset,
			       size_t size, unsigned int nelems)
{
	m->mem.kernel.layout.member[id].provider = 0;
	m->mem.kernel.layout.member[id].m =
		(struct mmx_member){.bit_off = 8 * offset,
				    .bit_size = 8 * size,
				    .size = size,
				    .nelems = nelems,
				    .elem_size = nelems ? size / nelems : 0};
}

/* A member that is where a struct of the test's has one. */
#define FAKE_MEMBER(m, id, strct, name) \
	fake_member(m, id, offsetof(struct strct, name), sizeof(((struct strct *)0)->name), 0)

static inline void fake_enum(struct fake_memory *m, enum mmx_layout_enumerator id, uint64_t value)
{
	m->mem.kernel.layout.enumerator[id].provider = 0;
	m->mem.kernel.layout.enumerator[id].value = value;
}

static inline void fake_symbol(struct fake_memory *m, const char *name, uint64_t addr)
{
	struct mmx_symbols *symbols = &m->mem.kernel.symbols;

	if (mmx_symbols_add(symbols, name, strlen(name), addr, 'D', 0) ||
	    mmx_symbols_finish(symbols, NULL))
		abort();
}

static inline void *fake_at(struct fake_memory *m, uint64_t addr)
{
	return m->bytes + (addr - FAKE_VA);
}

#endif
