// SPDX-License-Identifier: GPL-2.0-or-later
/* The mapping that a user address lies in, of a page that was asked for by one. */
#include "mm/mem.h"
#include "mm/processes/fault_site.h"
#include "mm/processes/vma_name.h"
#include "records/page/page.h"

struct vma {
	struct mmx_vma vma;
	struct mmx_vma_name name;
	struct mmx_err no_name;
};

static bool has_vma(struct mmx_rows *r)
{
	return mmx_page_of(r)->mm;
}

static bool holds(const struct mmx_vma *vma, const struct mmx_pages *p)
{
	return vma->mm == p->mm && p->address >= vma->start && p->address < vma->end;
}

/* The pages of a range most often lie in one mapping. */
static bool find_vma(struct mmx_pages *p, struct mmx_view *view)
{
	struct mmx_vmas vmas;

	if (holds(&p->vma, p))
		return true;
	mmx_vmas_begin(&vmas, view, p->mm);
	while (mmx_vmas_next(&vmas) && vmas.vma.start <= p->address) {
		if (holds(&vmas.vma, p)) {
			p->vma = vmas.vma;
			return true;
		}
	}
	return false;
}

static const void *next_vma(struct mmx_rows *r)
{
	struct mmx_pages *p = mmx_page_of(r);
	struct vma *v = r->state;

	if (r->nth || !find_vma(p, r->view))
		return NULL;
	v->vma = p->vma;
	v->no_name.code = MMX_OK;
	if (mmx_vma_name(&v->name, r->view, &v->vma, &v->no_name))
		v->name.text[0] = '\0';
	return v;
}

static const struct vma *vma_of(const struct mmx_rows *r)
{
	return r->row;
}

static void permissions(struct mmx_rows *r, struct mmx_value *v)
{
	uint64_t flags = vma_of(r)->vma.flags;

	mmx_value_textf(v, "%c%c%c%c", flags & MMX_VM_READ ? 'r' : '-',
			flags & MMX_VM_WRITE ? 'w' : '-', flags & MMX_VM_EXEC ? 'x' : '-',
			flags & MMX_VM_MAYSHARE ? 's' : 'p');
}

static void name(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = vma_of(r)->name.text;
	if (vma_of(r)->no_name.code)
		mmx_value_unknown(v, &vma_of(r)->no_name);
	else if (!*v->text)
		mmx_value_none(v);
}

static void page(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = (mmx_page_of(r)->address - vma_of(r)->vma.start) >>
		  r->view->kernel->arch->page_shift;
}

static const struct mmx_field fields[] = {
	{"vma", MMX_ADDR, "its vm_area_struct", AT(struct vma, vma.addr)},
	{"start", MMX_ADDR, "its first address", AT(struct vma, vma.start)},
	{"end", MMX_ADDR, "the first one behind it", AT(struct vma, vma.end)},
	{"permissions", MMX_TEXT, "as maps prints them", .get = permissions},
	{"name", MMX_TEXT, "as maps prints it", .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .get = name},
	{"page", MMX_HEX, "page of the mapping that the address is in, from 0", .get = page},
	{0},
};

static const struct mmx_record record = {
	.name = "vma",
	.doc = "the mapping that the user address lies in",
	.fields = fields,
	.state_size = sizeof(struct vma),
	.has = has_vma,
	.next = next_vma,
};

const struct mmx_field mmx_page_fields_vma[] = {
	{"vma", MMX_BLOCK, "with -u: the mapping that the address lies in", .title = "mapping",
	 .may = MMX_OR_NONE, .record = &record},
	{0},
};
