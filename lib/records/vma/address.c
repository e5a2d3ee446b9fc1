// SPDX-License-Identifier: GPL-2.0-or-later
/* An address of a process: the mapping that it is in, the byte of the file behind it, and what stands there. */
#include <inttypes.h>
#include <stdio.h>

#include "mm/mem.h"
#include "mm/processes/user_entry.h"
#include "mm/processes/vma.h"
#include "mm/processes/vma_steps.h"
#include "mm/programs/user_symbol.h"
#include "records/steps.h"
#include "records/vma/vma.h"

/* The mapping, when there is one, and those beside it. */
struct address {
	struct mmx_vma_row row;
	struct mmx_user_entry entry;
	struct mmx_err no_entry;
	struct mmx_user_symbol symbol;
	struct mmx_err no_symbol;
	struct mmx_steps steps;
	bool mapped, has_before, has_after;
	uint64_t before_end, after_start;
};

static bool has_address(struct mmx_rows *r)
{
	return mmx_vmax_of(r)->by_address;
}

static void look(struct mmx_rows *r, struct address *a, uint64_t mm, uint64_t at)
{
	struct mmx_vmas vmas;

	mmx_vmas_begin(&vmas, r->view, mm);
	while (!a->mapped && !a->has_after && mmx_vmas_next(&vmas)) {
		if (at >= vmas.vma.end) {
			a->has_before = true;
			a->before_end = vmas.vma.end;
		} else if (at < vmas.vma.start) {
			a->has_after = true;
			a->after_start = vmas.vma.start;
		} else {
			a->mapped = true;
			a->row.vma = vmas.vma;
		}
	}
	mmx_cover_inherit(r->coverage, &vmas.coverage);
}

static const void *next_address(struct mmx_rows *r)
{
	const struct mmx_vmax *asked = mmx_vmax_of(r);
	struct address *a = r->state;
	uint64_t mm = asked->spaces.n ? asked->spaces.v[0].mm : 0;

	mmx_steps_free(&a->steps);
	if (r->nth || !mm)
		return NULL;
	*a = (struct address){0};
	look(r, a, mm, asked->address);
	if (a->mapped) {
		mmx_vma_pages_count(&a->row.pages, r->view, &a->row.vma);
		if (mmx_user_lookup(&a->entry, r->view, mm, asked->address, &a->no_entry))
			mmx_cover_fail(r->coverage, &a->no_entry);
		if (asked->program)
			mmx_vma_steps(&a->steps, r->view, &a->row.vma, asked->address);
		mmx_user_symbol(&a->symbol, r->view, &a->row.vma, asked->address, &a->no_symbol);
	}
	return a;
}

static const struct address *of(const struct mmx_rows *r)
{
	return r->row;
}

static uint64_t at(const struct mmx_rows *r)
{
	return mmx_vmax_of(r)->address;
}

static unsigned int shift(const struct mmx_rows *r)
{
	return r->view->kernel->arch->page_shift;
}

static void address(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = at(r);
}

static void pid(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_vmax_of(r)->spaces.v[0].task->pid;
}

static void comm(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mmx_vmax_of(r)->spaces.v[0].task->comm;
}

static void mapped(struct mmx_rows *r, struct mmx_value *v)
{
	v->truth = of(r)->mapped;
}

static void before(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = of(r)->before_end;
	if (of(r)->mapped || !of(r)->has_before)
		mmx_value_none(v);
}

static void after(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = of(r)->after_start;
	if (of(r)->mapped || !of(r)->has_after)
		mmx_value_none(v);
}

static bool is_mapped(struct mmx_rows *r, struct mmx_value *v)
{
	if (!of(r)->mapped)
		mmx_value_none(v);
	return of(r)->mapped;
}

/* Those that -e shows the steps of. */
static struct mmx_term page_of(const struct mmx_rows *r)
{
	return mmx_step_vma_page(NULL, r->view->kernel, mmx_plain(of(r)->row.vma.start),
				 mmx_plain(at(r)));
}

static struct mmx_term index_of_page(const struct mmx_rows *r)
{
	return mmx_step_vma_index(NULL, r->view->kernel, page_of(r),
				  mmx_plain(of(r)->row.vma.pgoff));
}

static void page(struct mmx_rows *r, struct mmx_value *v)
{
	if (is_mapped(r, v))
		v->word = page_of(r).v;
}

static void index_of(struct mmx_rows *r, struct mmx_value *v)
{
	if (is_mapped(r, v))
		v->word = index_of_page(r).v;
}

static void byte(struct mmx_rows *r, struct mmx_value *v)
{
	if (is_mapped(r, v))
		v->word = at(r) & ((1ULL << shift(r)) - 1);
}

static void offset(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_step_file_byte(NULL, r->view->kernel, index_of_page(r), mmx_plain(at(r))).v;
	if (is_mapped(r, v) && !of(r)->row.vma.file)
		mmx_value_none(v);
}

static void behind(struct mmx_rows *r, struct mmx_value *v)
{
	if (!is_mapped(r, v))
		return;
	if (of(r)->no_entry.code)
		mmx_value_unknown(v, &of(r)->no_entry);
	else
		v->text = mmx_user_words(of(r)->entry.kind);
}

static void pfn(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = of(r)->entry.pfn;
	if (!of(r)->mapped || of(r)->no_entry.code || !mmx_user_has_pfn(of(r)->entry.kind))
		mmx_value_none(v);
}

static void entry(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_user_entry *e = &of(r)->entry;

	v->word = e->pte.raw;
	if (!of(r)->mapped || of(r)->no_entry.code || e->kind == MMX_USER_NONE ||
	    e->kind == MMX_USER_UNREADABLE || e->kind == MMX_USER_BROKEN)
		mmx_value_none(v);
}

static void entry_at(struct mmx_rows *r, struct mmx_value *v)
{
	entry(r, v);
	v->word = of(r)->entry.pte.at;
}

/* That a file has no symbol for it is no fault of the dump's. */
static bool has_symbol(struct mmx_rows *r, struct mmx_value *v)
{
	if (!of(r)->mapped || of(r)->no_symbol.code)
		mmx_value_none(v);
	return of(r)->mapped && !of(r)->no_symbol.code;
}

static void symbol(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_user_symbol *s = &of(r)->symbol;

	if (has_symbol(r, v))
		mmx_value_textf(v, "%s+0x%" PRIx64, s->of.name, s->vaddr - s->of.value);
}

static void symbol_size(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = of(r)->symbol.of.size;
	if (has_symbol(r, v) && !v->word)
		mmx_value_null(v);
}

static void symbol_from(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_user_symbol *s = &of(r)->symbol;

	if (has_symbol(r, v))
		mmx_value_textf(v, "%s%s",
				s->of.dynamic ? "the dynamic linker's symbols of the file"
					      : "the file's table of symbols",
				!s->of.size && s->of.unread
					? ", not all of which is in memory: another may be nearer"
					: "");
}

static void symbol_at(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = of(r)->symbol.vaddr;
	has_symbol(r, v);
}

static void no_symbol(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = of(r)->no_symbol.text;
	if (!of(r)->mapped || !of(r)->no_symbol.code)
		mmx_value_none(v);
}

static void close_address(struct mmx_rows *r)
{
	mmx_steps_free(&((struct address *)r->state)->steps);
}

static const struct mmx_steps *derivation(const struct mmx_rows *r)
{
	const struct address *a = r->above->row;

	return a->steps.n ? &a->steps : NULL;
}

MMX_STEPS_RECORD(steps, derivation);

static const void *next_mapping(struct mmx_rows *r)
{
	const struct address *a = r->above->row;

	return r->nth || !a->mapped ? NULL : &a->row;
}

static const struct mmx_record mapping_record = {
	.name = "mapping",
	.doc = "the mapping that an address is in",
	.fields = mmx_vma_fields,
	.state_size = sizeof(struct mmx_vma_name),
	.next = next_mapping,
};

static const struct mmx_field fields[] = {
	{"address", MMX_ADDR, "as it was asked for", .get = address},
	{"pid", MMX_COUNT, "the process or thread", .get = pid},
	{"name", MMX_TEXT, "its name", .may = MMX_OR_EMPTY, .get = comm},
	{"mapped", MMX_BOOL, "a mapping covers it", .get = mapped},
	{"mapping_before", MMX_ADDR, "where none does: the end of the nearest one below",
	 .may = MMX_OR_NONE, .get = before},
	{"mapping_after", MMX_ADDR, "where none does: the start of the nearest one above",
	 .may = MMX_OR_NONE, .get = after},
	{"page", MMX_HEX, "which page of the mapping it is in, from 0 on", .may = MMX_OR_NONE,
	 .get = page},
	{"index", MMX_HEX, "of that page, in the file or in what the mapping's pages count from",
	 .may = MMX_OR_NONE, .get = index_of},
	{"byte", MMX_HEX, "which byte of the page", .may = MMX_OR_NONE, .get = byte},
	{"offset", MMX_HEX, "which byte of the file", .may = MMX_OR_NONE, .get = offset},
	{"symbol", MMX_TEXT, "the symbol that has it, and how far behind its beginning it is",
	 .may = MMX_OR_NONE, .get = symbol},
	{"symbol_size", MMX_HEX,
	 "bytes of that; null where it does not say, and is the nearest one",
	 .may = MMX_OR_NONE | MMX_OR_NULL, .get = symbol_size},
	{"symbol_from", MMX_TEXT, "where it is from", .may = MMX_OR_NONE, .get = symbol_from},
	{"file_address", MMX_ADDR, "the address, as the file has addresses: for other tools",
	 .may = MMX_OR_NONE, .get = symbol_at},
	{"no_symbol", MMX_TEXT, "why there is none, or it is not known", .may = MMX_OR_NONE,
	 .get = no_symbol},
	{"stands_there", MMX_TEXT, "what the page tables have", .may = MMX_OR_NONE | MMX_OR_UNKNOWN,
	 .get = behind},
	{"pfn", MMX_PFN, "the frame", .may = MMX_OR_NONE, .get = pfn},
	{"entry", MMX_HEX, "the page-table entry", .may = MMX_OR_NONE, .get = entry},
	{"entry_at", MMX_ADDR, "where that lies, a physical address", .may = MMX_OR_NONE,
	 .get = entry_at},
	{"mapping", MMX_BLOCK, "the mapping", .title = "Mapping", .may = MMX_OR_NONE,
	 .record = &mapping_record},
	{"steps", MMX_TABLE, "with -e: how page, index and byte follow", .title = "derivation",
	 .may = MMX_OR_NONE, .record = &steps},
	{0},
};

const struct mmx_record mmx_record_vma_address = {
	.name = "address",
	.doc = "an address of a process, and what is behind it",
	.fields = fields,
	.state_size = sizeof(struct address),
	.has = has_address,
	.next = next_address,
	.close = close_address,
};
