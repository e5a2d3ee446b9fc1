// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/seen.h"
#include "mm/mem.h"
#include "mm/processes/fault_site.h"
#include "mm/processes/vma.h"
#include "mm/processes/vma_name.h"
#include "mm/programs/link_map.h"
#include "mm/programs/sources.h"

#define SPACES_MAX   64
#define LINKED_MAX   8192
#define LINKED_NAME  1024
#define NAMELESS_MAX 16 /* names that cannot be read: then no more are looked for */

/* What is found of the mappings, once. */
struct areas {
	MMX_ARRAY(struct area {
		struct mmx_vma vma;
		uint64_t inode;
	});
};

struct finder {
	struct mmx_program *p;
	struct mmx_view *view;
	uint64_t mm;
	unsigned int word, nameless;
	bool busy; /* the linker was at work on the list: nothing of it need be right */
	struct areas areas;
	struct mmx_seen seen;
};

/*
 * The mappings.
 */

static int find_areas(struct finder *f, struct mmx_err *err)
{
	struct mmx_vmas vmas;

	mmx_vmas_begin(&vmas, f->view, f->mm);
	while (mmx_vmas_next(&vmas)) {
		struct area area = {.vma = vmas.vma};
		struct mmx_vma_inode inode;

		if (area.vma.file && !mmx_vma_inode(&inode, f->view, &area.vma, NULL))
			area.inode = inode.inode;
		if (!mmx_array_add(&f->areas, area))
			return mmx_fail_nomem(err);
	}
	mmx_cover_inherit(&f->p->coverage, &vmas.coverage);
	return 0;
}

static const struct area *area_at(const struct finder *f, uint64_t addr)
{
	for (size_t i = 0; i < f->areas.n; i++) {
		if (addr >= f->areas.v[i].vma.start && addr < f->areas.v[i].vma.end)
			return &f->areas.v[i];
	}
	return NULL;
}

/* The mapping of the file's first page that is the last one at or below: a file may be mapped many times. */
static const struct area *first_of(const struct finder *f, const struct area *area)
{
	for (const struct area *a = area; a >= f->areas.v; a--) {
		if (a->inode == area->inode && a->vma.file && !a->vma.pgoff)
			return a;
		if (!area->vma.file)
			break;
	}
	return area->vma.file ? NULL : area;
}

static char *name_of(const struct finder *f, const struct mmx_vma *vma)
{
	struct mmx_vma_name *name = malloc(sizeof(*name));
	char *text = NULL;

	if (name)
		text = strdup(mmx_vma_name(name, f->view, vma, NULL) ? "" : name->text);
	free(name);
	return text;
}

/*
 * An entry against them.
 */

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static enum mmx_linked_state compare(const char *name, const char *file)
{
	static const char deleted[] = " (deleted)";
	size_t len = strlen(file), cut = sizeof(deleted) - 1;
	const char *one = last_part(name), *other = last_part(file);

	if (len > cut && !strcmp(file + len - cut, deleted) &&
	    !strncmp(one, other, strlen(other) - cut) && strlen(one) == strlen(other) - cut)
		return MMX_LINKED_DELETED;
	if (!strcmp(name, file))
		return MMX_LINKED_SAME;
	return strcmp(one, other) ? MMX_LINKED_OTHER_NAME : MMX_LINKED_OTHER_PATH;
}

/* The program may have mapped the file once more by itself: then its beginning is where the list says as well. */
static bool is_elsewhere(const struct finder *f, struct mmx_linked *l, uint64_t vaddr)
{
	const struct area *area = area_at(f, l->bias + vaddr);

	if (!area || !area->vma.file || area->inode != l->inode || area->vma.pgoff ||
	    area->vma.start != l->bias + vaddr)
		return false;
	l->base = area->vma.start;
	return true;
}

/* Its first segment is at the file's first page, as a rule: then the header there tells what is added. */
static void check_bias(const struct finder *f, struct mmx_linked *l)
{
	uint64_t page = 1ULL << f->view->kernel->arch->page_shift, found;
	const struct mmx_elf_segment *first;
	struct mmx_user_source source;
	struct mmx_elf elf;

	mmx_user_source(&source, f->view, f->mm, l->base);
	if (!l->base || mmx_elf_read(&elf, &source.source, NULL))
		return;
	first = mmx_elf_segment(&elf, MMX_PT_LOAD);
	if (!first || first->offset >= page)
		return;
	found = l->base - (first->vaddr & ~(page - 1));
	if (f->word == 4)
		found &= UINT32_MAX;
	if (found == l->bias || is_elsewhere(f, l, first->vaddr & ~(page - 1)))
		return;
	if (!f->busy)
		mmx_fail(&l->wrong, MMX_ECORRUPT,
			 "the list adds 0x%" PRIx64 ", and the file at 0x%" PRIx64
			 " is loaded with 0x%" PRIx64,
			 l->bias, l->base, found);
}

static int place(const struct finder *f, struct mmx_linked *l, struct mmx_err *err)
{
	const struct area *area = area_at(f, l->dynamic), *first;

	if (!area) {
		l->state = MMX_LINKED_NOT_MAPPED;
		if (!f->busy && mmx_cover_whole(&f->p->coverage))
			mmx_fail(&l->wrong, MMX_ECORRUPT,
				 "its dynamic section at 0x%" PRIx64 " is in no mapping",
				 l->dynamic);
		return 0;
	}
	first = first_of(f, area);
	l->base = first ? first->vma.start : 0;
	l->inode = area->inode;
	l->file = name_of(f, &area->vma);
	if (!l->file)
		return mmx_fail_nomem(err);
	check_bias(f, l);
	if (!l->name[0])
		l->state = MMX_LINKED_PROGRAM;
	else if (!area->vma.file)
		l->state = MMX_LINKED_NO_FILE;
	else
		l->state = l->file[0] ? compare(l->name, l->file) : MMX_LINKED_UNKNOWN;
	return 0;
}

/*
 * The lists. struct link_map begins with l_addr, l_name, l_ld, l_next and l_prev.
 */

enum { L_ADDR, L_NAME, L_LD, L_NEXT, L_PREV, L_WORDS };

static int read_words(const struct finder *f, uint64_t at, uint64_t *words, unsigned int n,
		      struct mmx_err *err)
{
	unsigned char bytes[8 * L_WORDS];

	if (at >> 63)
		return mmx_fail(err, MMX_ECORRUPT, "0x%" PRIx64 " is no address of a program's",
				at);

	if (mmx_user_bytes(f->view, f->mm, at, bytes, (size_t)n * f->word, err))
		return -1;
	for (unsigned int i = 0; i < n; i++)
		words[i] = mmx_le(bytes + (size_t)i * f->word, f->word);
	return 0;
}

static int add_entry(struct finder *f, unsigned int space, uint64_t at, const uint64_t *words,
		     uint64_t before, struct mmx_err *err)
{
	struct mmx_linked l = {.space = space,
			       .at = at,
			       .bias = words[L_ADDR],
			       .dynamic = words[L_LD],
			       .name = calloc(1, LINKED_NAME)};
	struct mmx_err why;

	if (!l.name || !mmx_array_grow(&f->p->linked, 1)) {
		free(l.name);
		return mmx_fail_nomem(err);
	}
	if (words[L_NAME] && f->nameless < NAMELESS_MAX &&
	    mmx_user_string(f->view, f->mm, words[L_NAME], l.name, LINKED_NAME, &why)) {
		l.name[0] = 0;
		f->nameless++;
		mmx_fail_prefix(&why, "the name of link_map 0x%" PRIx64, at);
		mmx_cover_fail(&f->p->coverage, &why);
	}
	if (!f->busy && words[L_PREV] != before)
		mmx_fail(&l.wrong, MMX_ECORRUPT,
			 "it says that 0x%" PRIx64
			 " is before it, and the list came from 0x%" PRIx64,
			 words[L_PREV], before);
	f->p->linked.v[f->p->linked.n++] = l;
	return place(f, &f->p->linked.v[f->p->linked.n - 1], err);
}

static int walk(struct finder *f, unsigned int space, uint64_t at, struct mmx_err *err)
{
	uint64_t words[L_WORDS], before = 0;
	struct mmx_err why;

	while (at) {
		int new = mmx_seen_add(&f->seen, at & INT64_MAX);

		if (new < 0)
			return mmx_fail_nomem(err);
		if (!new || f->p->linked.n >= LINKED_MAX)
			return mmx_cover_failf(
				       &f->p->coverage, MMX_ECORRUPT,
				       "the dynamic linker's list %s at link_map 0x%" PRIx64,
				       new ? "has no end: cut" : "comes round again", at),
			       0;
		if (read_words(f, at, words, L_WORDS, &why)) {
			mmx_fail_prefix(&why, "link_map 0x%" PRIx64, at);
			mmx_cover_fail(&f->p->coverage, &why);
			return 0;
		}
		if (add_entry(f, space, at, words, before, err))
			return -1;
		before = at;
		at = words[L_NEXT];
	}
	return 0;
}

/*
 * struct r_debug: its version, the list, an address, the state, another address; from version 2 on the next one.
 */
static int walk_spaces(struct finder *f, struct mmx_err *err)
{
	uint64_t at = f->p->debug, words[6];
	struct mmx_err why;

	for (unsigned int space = 0; at && space < SPACES_MAX; space++) {
		int new = mmx_seen_add(&f->seen, at & INT64_MAX);

		if (new < 0)
			return mmx_fail_nomem(err);
		if (!new || read_words(f, at, words, 5, &why)) {
			if (!new)
				mmx_fail(&why, MMX_ECORRUPT, "its lists come round again");
			mmx_fail_prefix(&why, "r_debug 0x%" PRIx64, at);
			mmx_cover_fail(&f->p->coverage, &why);
			return 0;
		}
		f->busy = (uint32_t)words[3];
		if (!space)
			f->p->state = (uint32_t)words[3];
		if (walk(f, space, words[1], err))
			return -1;
		if ((uint32_t)words[0] < 2 || read_words(f, at + 5ULL * f->word, &at, 1, &why))
			at = 0;
	}
	return 0;
}

/*
 * And what no list has.
 */

static bool is_listed(const struct finder *f, uint64_t inode)
{
	for (size_t i = 0; i < f->p->linked.n; i++) {
		if (f->p->linked.v[i].inode == inode)
			return true;
	}
	return false;
}

static int find_unlisted(struct finder *f, struct mmx_err *err)
{
	for (size_t i = 0; i < f->areas.n; i++) {
		const struct area *area = &f->areas.v[i];
		struct mmx_unlisted *file;

		if (!area->inode || !(area->vma.flags & MMX_VM_EXEC) || is_listed(f, area->inode))
			continue;
		if (!mmx_array_grow(&f->p->files, 1))
			return mmx_fail_nomem(err);
		file = &f->p->files.v[f->p->files.n];
		*file = (struct mmx_unlisted){area->vma.start, name_of(f, &area->vma)};
		if (!file->file)
			return mmx_fail_nomem(err);
		f->p->files.n++;
	}
	return 0;
}

int mmx_linked_find(struct mmx_program *p, struct mmx_view *view, uint64_t mm, struct mmx_err *err)
{
	struct finder f = {.p = p, .view = view, .mm = mm, .word = p->auxv.is_32 ? 4 : 8};
	int ret = 0;

	if (!p->debug)
		return 0;
	ret = find_areas(&f, err) || walk_spaces(&f, err) || find_unlisted(&f, err);
	mmx_array_free(&f.areas);
	mmx_seen_free(&f.seen);
	return ret ? -1 : 0;
}
