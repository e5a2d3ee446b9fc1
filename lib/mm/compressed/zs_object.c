// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"
#include "mm/compressed/zs_object.h"
#include "mm/mem.h"

#define HANDLE_SIZE sizeof(uint64_t)
#define ALLOCATED   1 /* in the word that an object begins with, beside its handle */

/*
 * Where a handle leads is a word: the frame at its top, then the number of the object. How many bits a frame has
 * follows from how much memory this kernel was built for, and below the number there may be bits for tags: one
 * up to 6.8, two of 6.2 to 6.4 built with zpool, none since. Since 7.3 the number has the size class before it. No
 * type tells, but the object does.
 */
static const struct form {
	unsigned int address_bits, tag_bits, class_bits;
} forms[] = {{52, 0, 0}, {52, 0, 9}, {52, 1, 0}, {46, 1, 0}, {46, 0, 0}, {52, 2, 0}, {46, 2, 0}};

static enum mmx_read read_frame(struct mmx_view *view, uint64_t pfn, unsigned int offset, void *buf,
				size_t len)
{
	return mmx_phys_read(view->reader, (pfn << view->kernel->arch->page_shift) + offset, buf,
			     len);
}

/*
 * An object of many names its handle where it begins, one that has its page alone in that page's struct page: up to
 * 6.1 without the tag.
 */
static int check_name(const struct mmx_zs_object *o, struct mmx_page_walk *w, struct mmx_err *err)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	enum mmx_read read = MMX_READ_OK;
	uint64_t word;

	if (o->chain.huge) {
		word = mmx_word(w->bytes, f->index) | ALLOCATED;
	} else {
		word = 0;
		read = read_frame(w->view, o->pfn, o->offset, &word, sizeof(word));
		word = le64toh(word);
	}
	if (read)
		return mmx_fail(err, mmx_read_code(read),
				"the object that handle 0x%" PRIx64 " leads to, in PFN 0x%" PRIx64
				", is %s",
				o->handle, o->pfn, mmx_read_name(read));
	if (word != (o->handle | ALLOCATED))
		return mmx_fail(err, MMX_ECORRUPT,
				"handle 0x%" PRIx64 " leads to PFN 0x%" PRIx64
				", whose object has 0x%" PRIx64 " in its place",
				o->handle, o->pfn, word);
	return 0;
}

static int place(struct mmx_zs_object *o, uint64_t nth, unsigned int page, struct mmx_err *err)
{
	uint64_t at = nth * o->chain.size, position = at / page;

	if (nth >= o->chain.objects || position >= o->chain.pages ||
	    o->chain.pfn[position] != o->pfn)
		return mmx_fail(err, MMX_ECORRUPT,
				"handle 0x%" PRIx64 " leads to object %" PRIu64 " in PFN 0x%" PRIx64
				", which has no such one",
				o->handle, nth, o->pfn);
	o->offset = at % page;
	o->room = o->chain.size;
	o->next = position + 1 < o->chain.pages ? o->chain.pfn[position + 1] : 0;
	return 0;
}

/* As if that were its form. */
static int try_form(struct mmx_zs_object *o, struct mmx_page_walk *w, uint64_t word,
		    const struct form *form, struct mmx_err *err)
{
	unsigned int shift = w->view->kernel->arch->page_shift;
	unsigned int below = 64 - (form->address_bits - shift);
	uint64_t nth = (word & ((1ULL << (below - form->class_bits)) - 1)) >> form->tag_bits;
	uint64_t class = word >> (below - form->class_bits) & ((1ULL << form->class_bits) - 1);

	o->pfn = word >> below;
	if (!mmx_pfn_valid(&mmx_mem(w->view->kernel)->sparse, o->pfn) ||
	    !mmx_page_walk_look(w, o->pfn) || w->read)
		return mmx_fail(err, w->read ? mmx_read_code(w->read) : MMX_ECORRUPT,
				"handle 0x%" PRIx64 " leads to 0x%" PRIx64
				", which is no object's place",
				o->handle, word);
	if (mmx_zsmalloc_decode(&o->chain, w, err) || place(o, nth, 1u << shift, err) ||
	    check_name(o, w, err))
		return -1;
	if (form->class_bits && class != o->chain.class)
		return mmx_fail(err, MMX_ECORRUPT,
				"handle 0x%" PRIx64
				" leads to an object of class %u, and says %" PRIu64,
				o->handle, o->chain.class, class);
	if (!o->chain.huge) {
		o->offset += HANDLE_SIZE;
		o->room -= HANDLE_SIZE;
	}
	return 0;
}

static int try_forms(struct mmx_zs_object *o, struct mmx_page_walk *w, uint64_t word,
		     struct mmx_err *err)
{
	struct mmx_err why = {0}, other;

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		if (!try_form(o, w, word, &forms[i], &other))
			return 0;
		/* The last that came as far as a chain has the reason to be told. */
		if (!i || o->chain.pages)
			why = other;
	}
	*err = why;
	return -1;
}

int mmx_zs_object_find(struct mmx_zs_object *o, struct mmx_view *view, uint64_t pool,
		       uint64_t handle, struct mmx_err *err)
{
	struct mmx_page_walk w;
	enum mmx_read read;
	uint64_t word;
	int ret;

	memset(o, 0, sizeof(*o));
	o->handle = handle;
	read = mmx_kread_u64(view, handle, &word);
	if (read)
		return mmx_fail(err, mmx_read_code(read), "handle 0x%" PRIx64 " is %s", handle,
				mmx_read_name(read));
	if (mmx_page_walk_begin(&w, view, 0, 0, err))
		return -1;
	ret = try_forms(o, &w, word, err);
	mmx_page_walk_end(&w);
	if (!ret && pool && o->chain.pool != pool)
		return mmx_fail(err, MMX_ECORRUPT,
				"handle 0x%" PRIx64 " is of the pool at 0x%" PRIx64
				", and not of 0x%" PRIx64,
				handle, o->chain.pool, pool);
	return ret;
}

int mmx_zs_object_read(const struct mmx_zs_object *o, struct mmx_view *view, void *buf, size_t len,
		       struct mmx_err *err)
{
	unsigned int page = 1u << view->kernel->arch->page_shift;
	size_t here = len < page - o->offset ? len : page - o->offset;
	enum mmx_read read;

	if (len > o->room || (here < len && !o->next))
		return mmx_fail(err, MMX_ECORRUPT,
				"the object of handle 0x%" PRIx64
				" has room for %u bytes, and %zu are said to be in it",
				o->handle, o->room, len);
	read = read_frame(view, o->pfn, o->offset, buf, here);
	if (!read && here < len)
		read = read_frame(view, o->next, 0, (char *)buf + here, len - here);
	if (read)
		return mmx_fail(err, mmx_read_code(read),
				"the object of handle 0x%" PRIx64 ", in PFN 0x%" PRIx64 ", is %s",
				o->handle, o->pfn, mmx_read_name(read));
	return 0;
}
