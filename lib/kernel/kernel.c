// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"

/* Copies of VMCOREINFO that are tried before scanning memory is given up. */
#define SCAN_TRIES 16

/*
 * VMCOREINFO and page tables prove each other: a copy that was found by scanning is the right one
 * when the page tables that it names translate _stext as it says.
 */

static int use_note(struct mmx_kernel *k, struct mmx_err *err)
{
	if (mmx_vmcoreinfo_parse(&k->vmcoreinfo, k->image->vmcoreinfo, k->image->vmcoreinfo_len,
				 err))
		return -1;
	if (k->space->paging(k, err))
		return -1;
	mmx_fact_set(&k->facts, FACT_VMCOREINFO, MMX_FACT_CHECKED,
		     k->image->vmcoreinfo_from ? k->image->vmcoreinfo_from : "note in the dump",
		     "%zu lines; the page tables that it names are there", k->vmcoreinfo.n);
	return 0;
}

static int use_scan(struct mmx_kernel *k, struct mmx_err *err)
{
	uint64_t from = 0, at = 0;
	struct mmx_err first = {0};

	for (int i = 0; i < SCAN_TRIES; i++) {
		if (mmx_vmcoreinfo_scan(&k->vmcoreinfo, k->view->reader, from, &at, err))
			break;
		if (!k->space->paging(k, err)) {
			mmx_fact_set(&k->facts, FACT_VMCOREINFO, MMX_FACT_CHECKED, "memory",
				     "no note in the dump; found by scanning at physical 0x%" PRIx64
				     ", %zu lines; the page tables that it names are there",
				     at, k->vmcoreinfo.n);
			return 0;
		}
		if (!first.code)
			first = *err;
		mmx_vmcoreinfo_free(&k->vmcoreinfo);
		from = at + 1;
	}
	if (first.code)
		*err = first;
	return mmx_fail_prefix(err, "no VMCOREINFO note in the dump, and scanning memory for it");
}

static int find_self(struct mmx_kernel *k, struct mmx_err *err)
{
	const char *text;

	if (k->image->vmcoreinfo ? use_note(k, err) : use_scan(k, err))
		return -1;
	text = mmx_vmcoreinfo_text(&k->vmcoreinfo, "OSRELEASE");
	snprintf(k->release, sizeof(k->release), "%s", text ? text : "");
	text = mmx_vmcoreinfo_text(&k->vmcoreinfo, "BUILD-ID");
	snprintf(k->build_id, sizeof(k->build_id), "%s", text ? text : "");
	mmx_vmcoreinfo_hex(&k->vmcoreinfo, "KERNELOFFSET", &k->kaslr_offset);
	return 0;
}

static int read_symbols(struct mmx_kernel *k, const struct mmx_open_options *o, struct mmx_err *err)
{
	struct mmx_symbols *s = &k->symbols;

	if (!mmx_symbols_from_kallsyms(s, k->view, &k->vmcoreinfo, err))
		return 0;
	mmx_symbols_free(s);
	return o->symbols ? o->symbols(o->arg, s, k->kaslr_offset, err) : -1;
}

/* Whatever the symbols came from, VMCOREINFO names a few whose addresses are certain. */
static void find_symbols(struct mmx_kernel *k, const struct mmx_open_options *o)
{
	static const char *const certain[] = {"_stext", "init_uts_ns", "init_top_pgt",
					      "swapper_pg_dir"};
	struct mmx_symbols *s = &k->symbols;
	unsigned int same = 0;
	struct mmx_err err;

	if (read_symbols(k, o, &err) || mmx_symbols_finish(s, &err)) {
		mmx_fact_set(&k->facts, FACT_SYMBOLS, MMX_FACT_UNKNOWN, "kallsyms", "%s", err.text);
		return;
	}
	for (size_t i = 0; i < sizeof(certain) / sizeof(*certain); i++) {
		uint64_t told, found;

		if (!mmx_vmcoreinfo_symbol(&k->vmcoreinfo, certain[i], &told) ||
		    !mmx_symbol_addr(s, certain[i], &found))
			continue;
		if (told != found) {
			mmx_fact_set(&k->facts, FACT_SYMBOLS, MMX_FACT_FAILED, s->provider,
				     "%s is 0x%" PRIx64 " here and 0x%" PRIx64 " in VMCOREINFO",
				     certain[i], found, told);
			mmx_symbols_free(s);
			return;
		}
		same++;
	}
	mmx_fact_set(&k->facts, FACT_SYMBOLS, same ? MMX_FACT_CHECKED : MMX_FACT_UNCHECKED,
		     s->provider, "%zu symbols%s%s%s; %u addresses equal to VMCOREINFO's",
		     s->kernel.n, s->encoding ? " (" : "", s->encoding ? s->encoding : "",
		     s->encoding ? ")" : "", same);
}

/*
 * Providers in order of trust: the dump itself, what the front end offers, the built-in one. The memory of a kernel
 * that runs is not searched: mmx's own is in it, with the BTF of whichever kernels it has looked at.
 */
static int add_types(struct mmx_kernel *k, const struct mmx_open_options *o, struct mmx_err *err)
{
	struct mmx_types_provider p = {0};

	if (!mmx_btf_from_dump(&p, k->view, &k->symbols, err) ||
	    (!k->image->live && !mmx_btf_scan(&p, k->view->reader, err)) ||
	    (o->types && !o->types(o->arg, &p, k->build_id[0] ? k->build_id : NULL, err)) ||
	    !mmx_types_from_profile(&p, k->release, err))
		return mmx_types_add(&k->types, &p);
	return -1;
}

static void find_types(struct mmx_kernel *k, const struct mmx_open_options *o)
{
	struct mmx_types_provider modules = {0};
	struct mmx_err err;
	bool none = add_types(k, o, &err) != 0;
	uint64_t size;

	mmx_layout_resolve(&k->layout, &k->types);
	if (none) {
		mmx_fact_set(&k->facts, FACT_TYPES, MMX_FACT_UNKNOWN, "BTF", "%s", err.text);
		return;
	}
	if (!mmx_btf_from_modules(&modules, &k->types.provider[0], k->view, &k->symbols, &k->layout,
				  &err) &&
	    !mmx_types_add(&k->types, &modules))
		mmx_layout_resolve_modules(&k->layout);
	if (mmx_vmcoreinfo_size(&k->vmcoreinfo, "page", &size) &&
	    mmx_has_struct(&k->layout, S_page) && size != mmx_size(&k->layout, S_page))
		mmx_fact_set(&k->facts, FACT_TYPES, MMX_FACT_FAILED, k->types.provider[0].name,
			     "struct page has %" PRIu64 " bytes here and %" PRIu64 " in VMCOREINFO",
			     mmx_size(&k->layout, S_page), size);
	else
		mmx_fact_set(&k->facts, FACT_TYPES,
			     k->types.provider[0].assumed ? MMX_FACT_UNCHECKED : MMX_FACT_CHECKED,
			     k->types.provider[0].name, "sizes agree with VMCOREINFO's");
}

/* The release that the kernel's own data has must be VMCOREINFO's. */
static void check_release(struct mmx_kernel *k)
{
	uint64_t ns, banner;
	char text[65];

	if (mmx_symbol_addr(&k->symbols, "linux_banner", &banner) &&
	    mmx_kread_str(k->view, banner, k->banner, sizeof(k->banner), NULL))
		k->banner[0] = 0;
	k->banner[strcspn(k->banner, "\n")] = 0;
	if (!mmx_has(&k->layout, M_uts_namespace_name) ||
	    !mmx_has(&k->layout, M_new_utsname_release) ||
	    !mmx_vmcoreinfo_symbol(&k->vmcoreinfo, "init_uts_ns", &ns) ||
	    mmx_kread_str(k->view,
			  ns + mmx_off(&k->layout, M_uts_namespace_name) +
				  mmx_off(&k->layout, M_new_utsname_release),
			  text, sizeof(text), NULL)) {
		mmx_fact_set(&k->facts, FACT_RELEASE, MMX_FACT_UNCHECKED, "VMCOREINFO OSRELEASE",
			     "init_uts_ns could not be read");
		return;
	}
	mmx_fact_set(&k->facts, FACT_RELEASE,
		     strcmp(text, k->release) ? MMX_FACT_FAILED : MMX_FACT_CHECKED,
		     "VMCOREINFO OSRELEASE", "init_uts_ns says %s", text);
}

static void find_module_symbols(struct mmx_kernel *k)
{
	unsigned int unreadable = 0;
	struct mmx_err err;
	int broken = mmx_symbols_from_modules(&k->symbols, k->view, &k->layout, &unreadable, &err);

	/* What was read before a list broke is good. */
	if (mmx_symbols_finish(&k->symbols, broken ? NULL : &err) || broken) {
		mmx_fact_set(&k->facts, FACT_MODULES, MMX_FACT_UNKNOWN, "list modules", "%s",
			     err.text);
		return;
	}
	mmx_fact_set(&k->facts, FACT_MODULES, unreadable ? MMX_FACT_FAILED : MMX_FACT_CHECKED,
		     "list modules", "%zu modules, %u of them with unreadable symbol tables",
		     k->symbols.module_names.n, unreadable);
}

/* Nothing may be taken for what lies there. */
void mmx_kernel_drop_refuted(struct mmx_kernel *k)
{
	static const enum mmx_fact_id fact_of[MMX_REGION_COUNT] = {
		[REGION_DIRECT_MAP] = FACT_DIRECT_MAP, [REGION_VMALLOC] = FACT_VMALLOC,
		[REGION_VMEMMAP] = FACT_VMEMMAP,       [REGION_KERNEL_IMAGE] = FACT_KERNEL_IMAGE,
		[REGION_MODULES] = FACT_MODULE_SPACE,
	};

	for (unsigned int i = 0; i < MMX_REGION_COUNT; i++) {
		if (!mmx_fact_usable(&k->facts, fact_of[i]))
			k->regions.v[i] = (struct mmx_region){0};
	}
}

int mmx_kernel_init(struct mmx_kernel *k, struct mmx_image *image, const struct mmx_open_options *o,
		    struct mmx_err *err)
{
	k->image = image;
	k->jobs = o->jobs ? o->jobs : 1;
	k->arch = mmx_arch_find(k->image->machine);
	k->space = mmx_space_find(k->image->machine);
	if (!k->arch || !k->space)
		return mmx_fail(err, MMX_EARCH, "architecture %s is not supported yet, only x86_64",
				k->image->machine);
	k->view = mmx_view_new(k, err);
	if (!k->view || find_self(k, err))
		return -1;
	find_symbols(k, o);
	find_types(k, o);
	check_release(k);
	find_module_symbols(k);
	k->space->regions(k);
	return 0;
}

void mmx_kernel_fini(struct mmx_kernel *k)
{
	mmx_types_free(&k->types);
	mmx_symbols_free(&k->symbols);
	mmx_vmcoreinfo_free(&k->vmcoreinfo);
	mmx_view_free(k->view);
	mmx_image_close(k->image);
}
