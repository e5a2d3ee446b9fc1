// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/layout.h"

/* What the kernel calls an entry: the names that its line gives, else the entry's own. */
#define GIVEN(own, ...)            __VA_ARGS__
#define OWN(own, ...)              own
#define SECOND(first, second, ...) second
#define NAMES(own, ...)            SECOND(__VA_OPT__(, ) GIVEN, OWN, )(own, __VA_ARGS__)

#define STRUCT(name_, need_, ...) \
	[S_##name_] = {#name_, #name_, need_, {NAMES(#name_, __VA_ARGS__)}},
#define MEMBER(strct_, name_, need_, ...)
#define ENUMERATOR(name_, need_, ...)
const struct mmx_layout_decl mmx_layout_structs[] = {
#include "kernel/layout.def"
};
#undef STRUCT
#undef MEMBER
#undef ENUMERATOR

#define STRUCT(name_, need_, ...)
#define MEMBER(strct_, name_, need_, ...) \
	[M_##strct_##_##name_] = {#strct_ "." #name_, #strct_, need_, {NAMES(#name_, __VA_ARGS__)}},
#define ENUMERATOR(name_, need_, ...)
const struct mmx_layout_decl mmx_layout_members[] = {
#include "kernel/layout.def"
};
#undef STRUCT
#undef MEMBER
#undef ENUMERATOR

#define STRUCT(name_, need_, ...)
#define MEMBER(strct_, name_, need_, ...)
#define ENUMERATOR(name_, need_, of_, ...) \
	[E_##name_] = {#name_, of_, need_, {NAMES(#name_, __VA_ARGS__)}},
const struct mmx_layout_decl mmx_layout_enumerators[] = {
#include "kernel/layout.def"
};
#undef STRUCT
#undef MEMBER
#undef ENUMERATOR

/* Which struct entry each member belongs to, so that a struct's other names serve its members too. */
#define STRUCT(name_, need_, ...)
#define MEMBER(strct_, name_, need_, ...) [M_##strct_##_##name_] = S_##strct_,
#define ENUMERATOR(name_, need_, ...)
static const enum mmx_layout_struct member_owner[] = {
#include "kernel/layout.def"
};
#undef STRUCT
#undef MEMBER
#undef ENUMERATOR

static void resolve_struct(struct mmx_layout *l, unsigned int id)
{
	const struct mmx_layout_decl *d = &mmx_layout_structs[id];
	struct mmx_layout_found *f = &l->strct[id];

	for (int i = 0; i < MMX_LAYOUT_ALTERNATIVES && d->alt[i] && f->provider < 0; i++) {
		f->provider = mmx_types_struct_size(l->types, d->alt[i], &f->value);
		f->alt = i;
	}
}

static void resolve_member(struct mmx_layout *l, unsigned int id)
{
	const struct mmx_layout_decl *d = &mmx_layout_members[id];
	const struct mmx_layout_found *owner = &l->strct[member_owner[id]];
	struct mmx_layout_found *f = &l->member[id];
	const char *in;

	if (owner->provider < 0)
		return;
	in = mmx_layout_structs[member_owner[id]].alt[owner->alt];
	for (int i = 0; i < MMX_LAYOUT_ALTERNATIVES && d->alt[i] && f->provider < 0; i++) {
		f->provider = mmx_types_member(l->types, in, d->alt[i], &f->m);
		f->alt = i;
	}
}

static void resolve_enumerator(struct mmx_layout *l, unsigned int id)
{
	const struct mmx_layout_decl *d = &mmx_layout_enumerators[id];
	struct mmx_layout_found *f = &l->enumerator[id];
	const char *of = *d->owner ? d->owner : NULL;
	int64_t value;

	for (int i = 0; i < MMX_LAYOUT_ALTERNATIVES && d->alt[i] && f->provider < 0; i++) {
		f->provider = mmx_types_enumerator(l->types, of, d->alt[i], &value);
		f->alt = i;
	}
	if (f->provider >= 0)
		f->value = (uint64_t)value;
}

static void forget(struct mmx_layout_found *found, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		found[i] = (struct mmx_layout_found){.provider = -1};
}

void mmx_layout_resolve(struct mmx_layout *l, const struct mmx_types *types)
{
	forget(l->strct, MMX_LAYOUT_STRUCTS);
	forget(l->member, MMX_LAYOUT_MEMBERS);
	forget(l->enumerator, MMX_LAYOUT_ENUMERATORS);
	l->types = types;
	for (unsigned int i = 0; i < MMX_LAYOUT_STRUCTS; i++)
		resolve_struct(l, i);
	for (unsigned int i = 0; i < MMX_LAYOUT_MEMBERS; i++)
		resolve_member(l, i);
	for (unsigned int i = 0; i < MMX_LAYOUT_ENUMERATORS; i++)
		resolve_enumerator(l, i);
}

void mmx_layout_resolve_modules(struct mmx_layout *l)
{
	for (unsigned int i = 0; i < MMX_LAYOUT_STRUCTS; i++) {
		if (mmx_layout_structs[i].need == MMX_MODULE && l->strct[i].provider < 0)
			resolve_struct(l, i);
	}
	for (unsigned int i = 0; i < MMX_LAYOUT_MEMBERS; i++) {
		if (mmx_layout_structs[member_owner[i]].need == MMX_MODULE &&
		    l->member[i].provider < 0)
			resolve_member(l, i);
	}
	for (unsigned int i = 0; i < MMX_LAYOUT_ENUMERATORS; i++) {
		if (mmx_layout_enumerators[i].need == MMX_MODULE && l->enumerator[i].provider < 0)
			resolve_enumerator(l, i);
	}
}

int mmx_layout_require(const struct mmx_layout *l, const enum mmx_layout_member *ids,
		       unsigned int n, struct mmx_err *err)
{
	for (unsigned int i = 0; i < n; i++) {
		if (!mmx_has(l, ids[i]))
			return mmx_fail(err, MMX_EMISSING,
					"member %s is needed and no source of types has it",
					mmx_layout_members[ids[i]].name);
	}
	return 0;
}
