// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/kernel.h"
#include "kernel/view.h"

struct mmx_view *mmx_view_new(struct mmx_kernel *kernel, struct mmx_err *err)
{
	struct mmx_view *view = calloc(1, sizeof(*view));

	if (!view) {
		mmx_fail_nomem(err);
		return NULL;
	}
	view->kernel = kernel;
	view->reader = mmx_reader_new(kernel->image, err);
	if (!view->reader) {
		free(view);
		return NULL;
	}
	return view;
}

void mmx_view_free(struct mmx_view *view)
{
	if (!view)
		return;
	mmx_reader_free(view->reader);
	free(view);
}

/* Tables of a dead kernel stay as they are; a live one's are read again for every address. */
static const struct mmx_pte *look_up(struct mmx_view *view, uint64_t addr)
{
	const struct mmx_kernel *k = view->kernel;
	struct mmx_pt *pt = &view->tables;

	if (!pt->reader || k->image->live)
		mmx_pt_begin(pt, view->reader, k->arch, &k->paging, k->paging.root, addr, addr, 0);
	else
		mmx_pt_seek(pt, addr, addr);
	return mmx_pt_next(pt) ? &pt->pte : NULL;
}

/* The leaf that maps an address, from the cache or by walking the kernel's page tables. */
static enum mmx_read find_leaf(struct mmx_view *view, uint64_t addr, struct mmx_view_leaf *leaf)
{
	const struct mmx_pte *pte;

	for (unsigned int i = 0; i < MMX_VIEW_LEAVES; i++) {
		if (addr - view->leaf[i].va < view->leaf[i].size) {
			*leaf = view->leaf[i];
			return MMX_READ_OK;
		}
	}
	pte = look_up(view, addr);
	if (pte && pte->kind == MMX_PTE_UNREADABLE)
		return pte->read;
	if (!pte || pte->kind != MMX_PTE_LEAF)
		return MMX_READ_UNMAPPED;
	*leaf = (struct mmx_view_leaf){.va = pte->va, .size = pte->size, .phys = pte->phys};
	if (!view->kernel->image->live)
		view->leaf[view->next_leaf++ % MMX_VIEW_LEAVES] = *leaf;
	return MMX_READ_OK;
}

/* Translates, and says how many bytes from there on are physically contiguous. */
static enum mmx_read translate(struct mmx_view *view, uint64_t addr, uint64_t *phys, uint64_t *run)
{
	const struct mmx_linear *direct = &view->kernel->direct_map;
	struct mmx_view_leaf leaf;
	enum mmx_read read;

	if (addr >= direct->va_start && addr < direct->va_end) {
		*phys = addr - direct->va_start + direct->phys_start;
		*run = direct->va_end - addr;
		return MMX_READ_OK;
	}
	read = find_leaf(view, addr, &leaf);
	if (read)
		return read;
	*phys = addr - leaf.va + leaf.phys;
	*run = leaf.size - (addr - leaf.va);
	return MMX_READ_OK;
}

enum mmx_read mmx_kphys(struct mmx_view *view, uint64_t addr, uint64_t *phys)
{
	uint64_t run;

	return translate(view, addr, phys, &run);
}

/* How many of the @len bytes from @addr on lie behind each other in memory as well; @run of them do in one mapping. */
static uint64_t joined(struct mmx_view *view, uint64_t addr, uint64_t phys, uint64_t run,
		       uint64_t len)
{
	uint64_t next;

	for (uint64_t at = run; at < len; at += run) {
		if (translate(view, addr + at, &next, &run) || next != phys + at)
			return at;
	}
	return len;
}

/* Much of the kernel's image is mapped by single pages: those that follow each other are read at once. */
enum mmx_read mmx_kread(struct mmx_view *view, uint64_t addr, void *buf, size_t len)
{
	bool join =
		true; /* until a part of what was joined is missing: then it must be known which */
	char *to = buf;

	if (len && addr + (len - 1) < addr)
		return MMX_READ_UNMAPPED;
	while (len) {
		uint64_t phys, run, part;
		enum mmx_read read = translate(view, addr, &phys, &run);

		if (read)
			return read;
		part = join && run < len ? joined(view, addr, phys, run, len) : run;
		if (part > len)
			part = len;
		read = mmx_phys_read(view->reader, phys, to, part);
		if (read && part > run) {
			join = false;
			continue;
		}
		if (read)
			return read;
		addr += part;
		to += part;
		len -= part;
	}
	return MMX_READ_OK;
}

enum mmx_read mmx_kread_u64(struct mmx_view *view, uint64_t addr, uint64_t *value)
{
	unsigned char bytes[8];
	enum mmx_read read = mmx_kread(view, addr, bytes, sizeof(bytes));

	if (!read)
		*value = mmx_le64(bytes);
	return read;
}

enum mmx_read mmx_kread_u32(struct mmx_view *view, uint64_t addr, uint32_t *value)
{
	unsigned char bytes[4];
	enum mmx_read read = mmx_kread(view, addr, bytes, sizeof(bytes));

	if (!read)
		*value = mmx_le32(bytes);
	return read;
}

int mmx_kread_ok(struct mmx_view *view, uint64_t addr, void *buf, size_t len, const char *what,
		 struct mmx_err *err)
{
	enum mmx_read read = mmx_kread(view, addr, buf, len);

	if (!read)
		return 0;
	return mmx_fail(err, mmx_read_code(read), "%s: %zu bytes at 0x%" PRIx64 " are %s", what,
			len, addr, mmx_read_name(read));
}

enum mmx_read mmx_kread_str(struct mmx_view *view, uint64_t addr, char *buf, size_t size, bool *cut)
{
	size_t have = 0;

	if (cut)
		*cut = false;
	while (have + 1 < size) {
		size_t part = 64 - (addr + have) % 64;
		enum mmx_read read;

		if (part > size - 1 - have)
			part = size - 1 - have;
		read = mmx_kread(view, addr + have, buf + have, part);
		if (read)
			return read;
		if (memchr(buf + have, 0, part))
			return MMX_READ_OK;
		have += part;
	}
	buf[size - 1] = 0;
	if (cut)
		*cut = true;
	return MMX_READ_OK;
}
