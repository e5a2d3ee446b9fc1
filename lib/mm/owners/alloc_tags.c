// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "kernel/decode.h"
#include "kernel/member.h"
#include "kernel/percpu.h"
#include "kernel/xarray.h"
#include "mm/mem.h"
#include "mm/owners/alloc_tags.h"

#define FLAG_INACCURATE 1u         /* CODETAG_FLAG_INACCURATE, a macro */
#define MAX_TAGS        (1u << 20) /* a kernel with all its modules has some ten thousand */
#define MAX_TAG_SIZE    1024u
#define MAX_MODULES     65536u

struct raw_tag {
	uint64_t file, function, module, counters;
	uint32_t line, flags;
};

static const struct mmx_wanted tag_wanted[] = {
	MMX_WANT_IN(struct raw_tag, file, alloc_tag, ct, codetag, filename),
	MMX_WANT_IN(struct raw_tag, function, alloc_tag, ct, codetag, function),
	MMX_WANT_IN(struct raw_tag, module, alloc_tag, ct, codetag, modname),
	MMX_WANT_IN(struct raw_tag, line, alloc_tag, ct, codetag, lineno),
	MMX_WANT_IN(struct raw_tag, flags, alloc_tag, ct, codetag, flags),
	MMX_WANT(struct raw_tag, counters, alloc_tag, counters),
};

struct raw_counters {
	int64_t bytes;
	uint64_t calls;
};

static const struct mmx_wanted counters_wanted[] = {
	MMX_WANT(struct raw_counters, bytes, alloc_tag_counters, bytes),
	MMX_WANT(struct raw_counters, calls, alloc_tag_counters, calls),
};

struct raw_module {
	uint64_t start, stop;
};

static const struct mmx_wanted module_wanted[] = {
	MMX_WANT(struct raw_module, start, codetag_module, start),
	MMX_WANT(struct raw_module, stop, codetag_module, stop),
};

static const struct mmx_decode tag_table = MMX_DECODE("alloc_tag", tag_wanted),
			       counters_table = MMX_DECODE("alloc_tag_counters", counters_wanted),
			       module_table = MMX_DECODE("codetag_module", module_wanted);

struct finder {
	struct mmx_alloc_tags *tags;
	struct mmx_view *view;
	struct mmx_cpus cpus;
};

/* A module's tags have counters from when it was loaded on: NULL is none. */
static int add_counters(struct finder *f, struct mmx_alloc_tag *tag, uint64_t counters,
			struct mmx_err *err)
{
	if (!counters)
		return mmx_fail(err, MMX_ECORRUPT, "the tag at 0x%" PRIx64 " has no counters",
				tag->addr);
	for (size_t i = 0; i < f->cpus.n; i++) {
		struct raw_counters raw;

		if (mmx_decode_read(&counters_table, f->view, counters + f->cpus.v[i].offset, &raw,
				    err))
			return -1;
		tag->bytes += raw.bytes;
		tag->calls += raw.calls;
	}
	return 0;
}

static int add_tag(struct finder *f, uint64_t addr, struct mmx_err *err)
{
	struct mmx_alloc_tag tag = {.addr = addr};
	struct raw_tag raw;
	struct mmx_err why;

	if (mmx_decode_read(&tag_table, f->view, addr, &raw, &why)) {
		mmx_cover_fail(&f->tags->coverage, &why);
		return 0;
	}
	tag.file = raw.file;
	tag.function = raw.function;
	tag.module = raw.module;
	tag.line = raw.line;
	tag.inaccurate = raw.flags & FLAG_INACCURATE;
	if (add_counters(f, &tag, raw.counters, &why)) {
		tag.why = mmx_reason_add(&f->tags->reasons, &why);
		mmx_cover_fail(&f->tags->coverage, &why);
	}
	return mmx_array_add(f->tags, tag) ? 0 : mmx_fail_nomem(err);
}

static int add_module(struct finder *f, uint64_t addr, struct mmx_err *err)
{
	struct raw_module module;
	struct mmx_err why;

	if (mmx_decode_read(&module_table, f->view, addr, &module, &why)) {
		mmx_cover_fail(&f->tags->coverage, &why);
		return 0;
	}
	if (module.stop < module.start || (module.stop - module.start) % f->tags->size ||
	    (module.stop - module.start) / f->tags->size > MAX_TAGS - f->tags->n) {
		mmx_cover_failf(&f->tags->coverage, MMX_ECORRUPT,
				"the codetag_module at 0x%" PRIx64 " has tags from 0x%" PRIx64
				" to 0x%" PRIx64 ", which cannot be",
				addr, module.start, module.stop);
		return 0;
	}
	if (!mmx_array_add(&f->tags->parts,
			   ((struct mmx_alloc_tag_part){module.start, module.stop, f->tags->n})))
		return mmx_fail_nomem(err);
	for (uint64_t at = module.start; at < module.stop; at += f->tags->size) {
		if (mmx_stopped(f->view->kernel->image))
			break;
		if (add_tag(f, at, err))
			return -1;
	}
	return 0;
}

/* The kernel's own come first, then modules, as they were loaded; those that were taken out are gone from there. */
static int find(struct finder *f, uint64_t type, struct mmx_err *err)
{
	struct mmx_xa xa;

	if (mmx_kget(f->view, type, M_codetag_type_tag_size, &f->tags->size, err) ||
	    mmx_decode_within(&tag_table, &f->view->kernel->layout, f->tags->size, err))
		return -1;
	if (f->tags->size > MAX_TAG_SIZE)
		return mmx_fail(err, MMX_ECORRUPT, "tags of %" PRIu64 " bytes make no sense",
				f->tags->size);
	if (mmx_cpus_find(&f->cpus, f->view, err))
		return -1;
	mmx_xa_begin(&xa, f->view, type + mmx_off(&f->view->kernel->layout, M_codetag_type_modules),
		     0, MAX_MODULES - 1);
	while (mmx_xa_next(&xa)) {
		if (!mmx_xa_is_value(xa.entry) && add_module(f, xa.entry, err))
			return -1;
	}
	mmx_cover_inherit(&f->tags->coverage, &xa.coverage);
	return 0;
}

static int require(struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member needed[] = {M_codetag_type_modules,
							M_codetag_type_tag_size};
	const struct mmx_layout *l = &view->kernel->layout;

	return mmx_layout_require(l, needed, sizeof(needed) / sizeof(*needed), err) ||
			       mmx_decode_require(&tag_table, l, err) ||
			       mmx_decode_require(&counters_table, l, err) ||
			       mmx_decode_require(&module_table, l, err)
		       ? -1
		       : 0;
}

int mmx_alloc_tags_find(struct mmx_alloc_tags *tags, struct mmx_view *view, struct mmx_err *err)
{
	struct finder f = {.tags = tags, .view = view};
	uint64_t type, supported = 1;
	enum mmx_read read;
	int failed;

	if (!mmx_symbols_find(&view->kernel->symbols, "alloc_tag_cttype"))
		return mmx_fail(err, MMX_EMISSING,
				"this kernel does not profile allocations: there is no symbol "
				"alloc_tag_cttype");
	read = mmx_kread_variable(view, "alloc_tag_cttype", 8, &type);
	if (read)
		return mmx_fail(err, mmx_read_code(read), "alloc_tag_cttype is %s",
				mmx_read_name(read));
	/* A choice at boot since 6.13; without it there is no such file. */
	if (mmx_symbols_find(&view->kernel->symbols, "mem_profiling_support"))
		mmx_kread_variable(view, "mem_profiling_support", 1, &supported);
	if (!supported || !type)
		return mmx_fail(err, MMX_EMISSING,
				"this kernel was booted without profiling allocations");
	tags->profiled = true;
	if (require(view, err))
		return -1;
	failed = find(&f, type, err);
	mmx_cpus_free(&f.cpus);
	tags->coverage.found = tags->n;
	return failed;
}

/* As many tags in front of it as there is room for, but for those that could not be read. */
const struct mmx_alloc_tag *mmx_alloc_tag_at(const struct mmx_alloc_tags *tags, uint64_t addr)
{
	for (size_t i = 0; i < tags->parts.n; i++) {
		const struct mmx_alloc_tag_part *part = &tags->parts.v[i];
		size_t at, end = i + 1 < tags->parts.n ? part[1].first : tags->n;

		if (addr < part->start || addr >= part->stop || part->first == end)
			continue;
		at = part->first + (addr - part->start) / tags->size;
		if (at >= end)
			at = end - 1;
		while (at > part->first && tags->v[at].addr > addr)
			at--;
		return tags->v[at].addr == addr ? &tags->v[at] : NULL;
	}
	return NULL;
}

static int read_name(struct mmx_view *view, uint64_t addr, const char *what,
		     char name[MMX_ALLOC_TAG_NAME], struct mmx_err *err)
{
	bool cut = false;
	enum mmx_read read = mmx_kread_str(view, addr, name, MMX_ALLOC_TAG_NAME, &cut);

	if (!read && !cut)
		return 0;
	return mmx_fail(err, read ? mmx_read_code(read) : MMX_ECORRUPT,
			"the name of a %s, at 0x%" PRIx64 ", is %s", what, addr,
			read ? mmx_read_name(read) : "longer than names are");
}

int mmx_alloc_tag_site(const struct mmx_alloc_tag *tag, struct mmx_view *view, char *buf,
		       size_t size, struct mmx_err *err)
{
	char file[MMX_ALLOC_TAG_NAME], function[MMX_ALLOC_TAG_NAME], module[MMX_ALLOC_TAG_NAME];

	if (read_name(view, tag->file, "source file", file, err) ||
	    read_name(view, tag->function, "function", function, err) ||
	    (tag->module && read_name(view, tag->module, "module", module, err)))
		return -1;
	if (tag->module)
		snprintf(buf, size, "%s:%" PRIu32 " [%s] func:%s", file, tag->line, module,
			 function);
	else
		snprintf(buf, size, "%s:%" PRIu32 " func:%s", file, tag->line, function);
	return 0;
}

void mmx_alloc_tags_free(struct mmx_alloc_tags *tags)
{
	mmx_array_free(&tags->parts);
	mmx_reasons_free(&tags->reasons);
	mmx_array_free(tags);
}
