// SPDX-License-Identifier: GPL-2.0-or-later
/* doctorx: what was detected, from where, how sure it is, and what is missing. */
#include <inttypes.h>
#include <stdio.h>

#include <string.h>

#include "cmd/cmd.h"

/* A value that rests on a fact is shown only when the fact is sure. */
static bool sure(const struct mmx_kernel *k, enum mmx_fact_id id)
{
	return mmx_fact_usable(&k->facts, id);
}

static void emit_count_if(struct mmx_out *o, const char *key, bool known, uint64_t count)
{
	if (known)
		mmx_out_count(o, key, count);
	else
		mmx_out_null(o, key);
}

static void emit_dump(struct mmx_out *o, const struct mmx_kernel *k)
{
	const struct mmx_image *image = k->image;

	mmx_out_block(o, "dump", "Dump");
	mmx_out_text(o, "format", image->format);
	mmx_out_text(o, "read_through", image->ops->name);
	mmx_out_bool(o, "live", image->live);
	if (image->presence_known) {
		uint64_t present = mmx_ranges_total(&image->present);
		uint64_t ram = mmx_ranges_total(&image->ram);

		mmx_out_bytes(o, "present", present);
		if (ram)
			mmx_out_bytes(o, "excluded", ram > present ? ram - present : 0);
		else
			mmx_out_null(o, "excluded");
	} else {
		mmx_out_null(o, "present");
		mmx_out_null(o, "excluded");
	}
	if (image->notice)
		mmx_out_text(o, "notice", image->notice);
	mmx_out_end(o);
}

static void emit_kernel(struct mmx_out *o, const struct mmx_kernel *k)
{
	mmx_out_block(o, "kernel", "Kernel");
	mmx_out_text(o, "release", k->release);
	if (k->banner[0])
		mmx_out_text(o, "banner", k->banner);
	if (k->build_id[0])
		mmx_out_text(o, "build_id", k->build_id);
	else
		mmx_out_null(o, "build_id");
	mmx_out_text(o, "machine", k->image->machine);
	mmx_out_count(o, "paging_levels", k->paging.levels);
	mmx_out_addr(o, "page_table_root", k->paging.root);
	mmx_out_hex(o, "encryption_mask", k->paging.clear);
	mmx_out_hex(o, "kaslr_offset", k->kaslr_offset);
	mmx_out_hex(o, "phys_base", (uint64_t)k->phys_base);
	emit_count_if(o, "symbols", sure(k, FACT_SYMBOLS), k->symbols.n);
	emit_count_if(o, "modules", sure(k, FACT_MODULES), k->symbols.modules.n);
	mmx_out_end(o);
}

static void emit_regions(struct mmx_out *o, const struct mmx_kernel *k)
{
	static const struct mmx_column columns[] = {
		{"region", "REGION", 14, false},
		{"start", "START", 16, true},
		{"end", "END", 16, true},
		{"source", "SOURCE", 0, false},
	};
	static const enum mmx_fact_id rests_on[] = {
		[REGION_DIRECT_MAP] = FACT_DIRECT_MAP, [REGION_VMALLOC] = FACT_VMALLOC,
		[REGION_VMEMMAP] = FACT_VMEMMAP,       [REGION_KERNEL_IMAGE] = FACT_KERNEL_IMAGE,
		[REGION_MODULES] = FACT_MODULE_SPACE,
	};

	mmx_out_table(o, "regions", "Address space", columns, 4);
	for (unsigned int i = 0; i < MMX_REGION_COUNT; i++) {
		const struct mmx_region *r = &k->regions.v[i];

		mmx_out_row(o);
		mmx_out_text(o, "region", mmx_region_name(i));
		if (r->end && sure(k, rests_on[i])) {
			mmx_out_addr(o, "start", r->start);
			mmx_out_addr(o, "end", r->end);
		} else {
			mmx_out_null(o, "start");
			mmx_out_null(o, "end");
		}
		mmx_out_text(o, "source", r->source);
	}
	mmx_out_end(o);
}

static void emit_vmemmap(struct mmx_out *o, const struct mmx_kernel *k)
{
	static const struct mmx_column columns[] = {
		{"start_pfn", "START-PFN", 12, true},
		{"end_pfn", "END-PFN", 12, true},
		{"frames", "FRAMES", 12, true},
	};
	const struct mmx_vmemmap *v = &k->vmemmap;
	bool sections = sure(k, FACT_SECTIONS), mapped = sure(k, FACT_VMEMMAP);

	mmx_out_block(o, "vmemmap", "Struct pages");
	emit_count_if(o, "page_size", v->page_size, v->page_size);
	if (mapped)
		mmx_out_addr(o, "base", v->base);
	else
		mmx_out_null(o, "base");
	emit_count_if(o, "sections", sections, k->sparse.n);
	emit_count_if(o, "section_bits", k->sparse.section_bits, k->sparse.section_bits);
	emit_count_if(o, "frames", sections, mmx_ranges_total(&k->sparse.pfn));
	emit_count_if(o, "mapped_pages", mapped, v->pages);
	emit_count_if(o, "shared_pages", mapped, v->shared);
	emit_count_if(o, "extents", mapped, v->n);
	mmx_out_end(o);
	mmx_out_table(o, "frames", "Frames that have a struct page", columns, 3);
	mmx_for_each_range (r, &k->sparse.pfn) {
		mmx_out_row(o);
		mmx_out_pfn(o, "start_pfn", r->start);
		mmx_out_pfn(o, "end_pfn", r->end);
		mmx_out_count(o, "frames", r->end - r->start);
	}
	mmx_out_end(o);
}

static void emit_zones(struct mmx_out *o, const struct mmx_kernel *k)
{
	static const struct mmx_column columns[] = {
		{"node", "NODE", 4, true},
		{"zone", "ZONE", 8, false},
		{"start_pfn", "START-PFN", 12, true},
		{"end_pfn", "END-PFN", 12, true},
		{"present", "PRESENT", 12, true},
	};

	mmx_out_table(o, "zones", "Zones", columns, 5);
	for (size_t i = 0; i < k->zones.n; i++) {
		const struct mmx_zone *z = &k->zones.v[i];

		mmx_out_row(o);
		mmx_out_count(o, "node", z->node);
		mmx_out_text(o, "zone", z->name);
		mmx_out_pfn(o, "start_pfn", z->start_pfn);
		mmx_out_pfn(o, "end_pfn", z->start_pfn + z->spanned);
		mmx_out_count(o, "present", z->present);
	}
	mmx_out_end(o);
}

static void emit_flags(struct mmx_out *o, const struct mmx_kernel *k)
{
	static const struct mmx_column fields[] = {
		{"field", "FIELD", 12, false},
		{"shift", "SHIFT", 5, true},
		{"width", "WIDTH", 5, true},
	};
	static const struct mmx_column bits[] = {{"bit", "BIT", 3, true},
						 {"name", "NAME", 0, false}};
	enum mmx_fact_state lru = k->facts.v[FACT_FLAGS_LRU_GEN].state;

	mmx_out_table(o, "flag_fields", "Fields of page flags", fields, 3);
	for (unsigned int i = 0; i < MMX_FLAG_FIELD_COUNT; i++) {
		const struct mmx_flag_field *f = &k->flags.field[i];
		bool known = f->known && sure(k, FACT_FLAGS_ZONE) &&
			     (i <= FIELD_ZONE || lru != MMX_FACT_FAILED);

		mmx_out_row(o);
		mmx_out_text(o, "field", mmx_flag_field_name(i));
		emit_count_if(o, "shift", known, f->shift);
		emit_count_if(o, "width", known, f->width);
	}
	mmx_out_end(o);
	mmx_out_table(o, "flag_bits", "Bits of page flags", bits, 2);
	for (unsigned int i = 0; i < k->flags.named; i++) {
		mmx_out_row(o);
		mmx_out_count(o, "bit", i);
		mmx_out_text(o, "name", k->flags.name[i]);
	}
	mmx_out_end(o);
}

/*
 * The layout table: three kinds of declarations, one table.
 */

struct totals {
	unsigned int declared, found, missing_required;
};

static void emit_entry(struct mmx_out *o, const struct mmx_kernel *k, const char *kind,
		       const struct mmx_layout_decl *d, const struct mmx_layout_found *f,
		       struct totals *t)
{
	static const char *const need_name[] = {
		[MMX_REQUIRED] = "required",
		[MMX_OPTIONAL] = "optional",
		[MMX_MODULE] = "module",
	};
	bool member = !strcmp(kind, "member"), sized = f->m.size || f->m.bit_size;

	t->declared++;
	t->found += f->provider >= 0;
	t->missing_required += f->provider < 0 && d->need == MMX_REQUIRED;
	mmx_out_row(o);
	mmx_out_text(o, "kind", kind);
	mmx_out_text(o, "entry", d->name);
	mmx_out_text(o, "need", need_name[d->need]);
	if (f->provider < 0) {
		mmx_out_null(o, "value");
		mmx_out_null(o, "size");
		mmx_out_null(o, "name");
		mmx_out_text(o, "provider", "missing");
		return;
	}
	mmx_out_count(o, "value", member ? (int64_t)(f->m.bit_off / 8) : (int64_t)f->value);
	if (member && sized) /* an array without an end has no size */
		mmx_out_count(o, "size", f->m.size);
	else
		mmx_out_null(o, "size");
	mmx_out_text(o, "name", d->alt[f->alt]);
	mmx_out_text(o, "provider", k->types.provider[f->provider].name);
}

static struct totals emit_layout(struct mmx_out *o, const struct mmx_kernel *k)
{
	static const struct mmx_column columns[] = {
		{"kind", "KIND", 10, false},        {"entry", "ENTRY", 34, false},
		{"need", "NEED", 8, false},         {"value", "VALUE", 6, true},
		{"size", "SIZE", 6, true},          {"name", "NAME", 24, false},
		{"provider", "PROVIDER", 0, false},
	};
	const struct mmx_layout *l = &k->layout;
	struct totals t = {0};

	mmx_out_table(o, "layout", "Layout", columns, 7);
	for (unsigned int i = 0; i < MMX_LAYOUT_STRUCTS; i++)
		emit_entry(o, k, "struct", &mmx_layout_structs[i], &l->strct[i], &t);
	for (unsigned int i = 0; i < MMX_LAYOUT_MEMBERS; i++)
		emit_entry(o, k, "member", &mmx_layout_members[i], &l->member[i], &t);
	for (unsigned int i = 0; i < MMX_LAYOUT_ENUMERATORS; i++)
		emit_entry(o, k, "enumerator", &mmx_layout_enumerators[i], &l->enumerator[i], &t);
	mmx_out_end(o);
	return t;
}

static unsigned int emit_facts(struct mmx_out *o, const struct mmx_kernel *k)
{
	static const struct mmx_column columns[] = {
		{"check", "RESULT", 9, false},
		{"fact", "FACT", 34, false},
		{"source", "SOURCE", 32, false},
		{"detail", "DETAIL", 0, false},
	};
	unsigned int bad = 0;

	mmx_out_table(o, "facts", "Checks", columns, 4);
	for (unsigned int i = 0; i < MMX_FACT_COUNT; i++) {
		const struct mmx_fact *f = &k->facts.v[i];

		bad += f->state == MMX_FACT_FAILED || f->state == MMX_FACT_UNKNOWN;
		mmx_out_row(o);
		mmx_out_text(o, "check", mmx_fact_state_name(f->state));
		mmx_out_text(o, "fact", mmx_fact_name(i));
		mmx_out_text(o, "source", f->source);
		mmx_out_text(o, "detail", f->text[0] ? f->text : "not found out");
	}
	mmx_out_end(o);
	return bad;
}

static enum mmx_exit doctorx(struct mmx_run *run)
{
	const struct mmx_kernel *k = run->kernel;
	struct mmx_out *o = run->out;
	struct totals t;
	unsigned int bad;

	mmx_out_open(o, "doctor", 1);
	emit_dump(o, k);
	emit_kernel(o, k);
	emit_regions(o, k);
	emit_vmemmap(o, k);
	emit_zones(o, k);
	emit_flags(o, k);
	t = emit_layout(o, k);
	bad = emit_facts(o, k);
	mmx_out_block(o, "verdict", "Verdict");
	mmx_out_count(o, "facts_not_sure", bad);
	mmx_out_count(o, "layout_declared", t.declared);
	mmx_out_count(o, "layout_found", t.found);
	mmx_out_count(o, "required_missing", t.missing_required);
	mmx_out_end(o);
	mmx_out_close(o);
	return bad || t.missing_required ? MMX_EXIT_FINDINGS : MMX_EXIT_OK;
}

static const struct mmx_record records[] = {
	{"dump", "format read_through live present excluded notice"},
	{"kernel", "release banner build_id machine paging_levels page_table_root encryption_mask "
		   "kaslr_offset phys_base symbols modules"},
	{"regions", "region start end source"},
	{"vmemmap",
	 "page_size base sections section_bits frames mapped_pages shared_pages extents"},
	{"frames", "start_pfn end_pfn frames"},
	{"zones", "node zone start_pfn end_pfn present"},
	{"flag_fields", "field shift width"},
	{"flag_bits", "bit name"},
	{"layout", "kind entry need value size name provider"},
	{"facts", "check fact source detail"},
	{"verdict", "facts_not_sure layout_declared layout_found required_missing"},
	{0},
};

const struct mmx_command mmx_cmd_doctorx = {
	.name = "doctorx",
	.summary = "what was detected in a dump, from where, and how sure it is",
	.help = "Shows which kernel the dump is of, where everything lies in its address space, how its\n"
		"struct pages and their flags are laid out, every struct member that mmx uses with the\n"
		"source that told its offset, and the check that each derived fact went through.\n"
		"\n"
		"A check is ok, unchecked (the dump has nothing to hold the fact against), none (this\n"
		"kernel does not have the thing), unknown or FAILED. Commands that rest on a fact that is\n"
		"unknown or failed refuse to run and say so. The exit status is 1 when there is one, or\n"
		"when a required member is missing.",
	.records = records,
	.run = doctorx,
};
