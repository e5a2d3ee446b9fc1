// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "kernel/kernel.h"
#include "kernel/step_sources.h"

static struct mmx_term known(bool is_known, uint64_t v)
{
	return (struct mmx_term){.v = v, .absent = is_known ? 0 : MMX_NO_RESULT};
}

struct mmx_term mmx_step_symbol(struct mmx_steps *s, const struct mmx_kernel *k, const char *name)
{
	uint64_t addr = 0;
	bool has = mmx_symbol_addr(&k->symbols, name, &addr);
	char what[MMX_STEP_WHAT];

	snprintf(what, sizeof(what), "&%s", name);
	return mmx_step_given_term(s, known(has, addr), what, "%s",
				   has ? "symbol" : "there is no such symbol");
}

struct mmx_term mmx_step_region(struct mmx_steps *s, const struct mmx_kernel *k,
				enum mmx_region_id id)
{
	const struct mmx_region *region = &k->regions.v[id];
	char what[MMX_STEP_WHAT];

	snprintf(what, sizeof(what), "start of %s", mmx_region_name(id));
	return mmx_step_given_term(s, known(region->start, region->start), what, "%s",
				   region->start ? region->source : "not known: doctorx");
}

struct provider {
	char name[24];
};

/* Of "BTF in the dump" its first word. */
static struct provider provider(const struct mmx_kernel *k, const struct mmx_layout_found *found)
{
	const char *name = found->provider >= 0 ? k->types.provider[found->provider].name : "none";
	struct provider p;

	snprintf(p.name, sizeof(p.name), "%.*s", (int)strcspn(name, " "), name);
	return p;
}

const char *mmx_step_member_name(const struct mmx_kernel *k, enum mmx_layout_member id,
				 char name[static MMX_STEP_WHAT])
{
	const struct mmx_layout_decl *decl = &mmx_layout_members[id];
	int alt = k->layout.member[id].alt;
	const char *member = alt >= 0 && alt < MMX_LAYOUT_ALTERNATIVES ? decl->alt[alt] : NULL;

	snprintf(name, MMX_STEP_WHAT, "%s%s%s", member ? decl->owner : decl->name,
		 member ? "." : "", member ? member : "");
	return name;
}

struct mmx_term mmx_step_size(struct mmx_steps *s, const struct mmx_kernel *k,
			      enum mmx_layout_struct id)
{
	const char *name = mmx_layout_structs[id].name;
	char what[MMX_STEP_WHAT];

	if (!s)
		return mmx_plain(mmx_size(&k->layout, id));
	snprintf(what, sizeof(what), "sizeof(struct %s)", name);
	return mmx_step_given(s, mmx_size(&k->layout, id), what, "%s",
			      provider(k, &k->layout.strct[id]).name);
}

struct mmx_term mmx_step_enum(struct mmx_steps *s, const struct mmx_kernel *k,
			      enum mmx_layout_enumerator id)
{
	return mmx_step_given(s, (uint64_t)mmx_enum(&k->layout, id),
			      mmx_layout_enumerators[id].name, "%s",
			      provider(k, &k->layout.enumerator[id]).name);
}

struct mmx_term mmx_step_page_shift(struct mmx_steps *s, const struct mmx_kernel *k)
{
	return mmx_step_given(s, k->arch->page_shift, "PAGE_SHIFT", "%s", k->image->machine);
}

static struct mmx_term read_at(struct mmx_view *view, struct mmx_term at, unsigned int bytes)
{
	unsigned char word[8] = {0};

	if (!at.absent)
		at.absent = (uint8_t)mmx_kread(view, at.v, word, bytes);
	return mmx_read_term(at.absent, mmx_le(word, bytes));
}

struct mmx_term mmx_step_kread(struct mmx_steps *s, struct mmx_view *view, const char *what,
			       struct mmx_term base, struct mmx_term offset, unsigned int bytes)
{
	struct mmx_term v = read_at(view, mmx_operate(base, MMX_OP_PLUS, offset), bytes);

	return mmx_step_read(s, what, MMX_OP_READ, base, offset, bytes, v, NULL);
}

struct mmx_term mmx_step_member_as_read(struct mmx_steps *s, const struct mmx_kernel *k,
					struct mmx_term base, enum mmx_layout_member id,
					struct mmx_term v)
{
	const struct mmx_layout_found *found = &k->layout.member[id];
	char name[MMX_STEP_WHAT];

	return s ? mmx_step_read(s, mmx_step_member_name(k, id, name), MMX_OP_READ, base,
				 mmx_plain(found->m.bit_off / 8), found->m.size, v,
				 provider(k, found).name)
		 : v;
}

struct mmx_term mmx_step_member(struct mmx_steps *s, struct mmx_view *view, struct mmx_term base,
				enum mmx_layout_member id)
{
	const struct mmx_kernel *k = view->kernel;
	const struct mmx_member *m = &k->layout.member[id].m;
	struct mmx_term at = mmx_operate(base, MMX_OP_PLUS, mmx_plain(m->bit_off / 8));

	if (!mmx_has(&k->layout, id) || m->bitfield || !m->size || m->size > 8)
		at.absent = MMX_READ_UNREADABLE;
	return mmx_step_member_as_read(s, k, base, id, read_at(view, at, m->size));
}

struct mmx_term mmx_step_variable(struct mmx_steps *s, struct mmx_view *view, const char *name,
				  unsigned int bytes)
{
	return mmx_step_kread(s, view, name, mmx_step_symbol(s, view->kernel, name), mmx_plain(0),
			      bytes);
}

struct mmx_term mmx_step_signed(struct mmx_steps *s, struct mmx_term term, unsigned int bytes)
{
	unsigned int unused = 64 - 8 * bytes;

	term.v = (uint64_t)((int64_t)(term.v << unused) >> unused);
	term.is_signed = true;
	if (s && term.step && term.step <= s->n) {
		s->v[term.step - 1].result = term;
		s->v[term.step - 1].bytes = (uint8_t)bytes;
	}
	return term;
}
