// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/profile.h"
#include "kernel/types.h"

static const struct mmx_profile *const profiles[] = {&mmx_profile_6_8, &mmx_profile_6_14};

static const struct mmx_profile_struct *find_struct(const struct mmx_profile *p, const char *name)
{
	for (const struct mmx_profile_struct *s = p->structs; s->name; s++) {
		if (!strcmp(s->name, name))
			return s;
	}
	return NULL;
}

static const struct mmx_profile_enum *find_enum(const struct mmx_profile *p, const char *name)
{
	for (const struct mmx_profile_enum *e = p->enums; e->name; e++) {
		if (!strcmp(e->name, name))
			return e;
	}
	return NULL;
}

static bool is_signed(const char *type)
{
	static const char *const names[] = {"signed char", "short", "int", "long", "long long"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(type, names[i]))
			return true;
	}
	return false;
}

static void describe(const struct mmx_profile_member *from, uint64_t base, struct mmx_member *m)
{
	const char *dimension = strchr(from->type, '[');
	uint32_t nelems = dimension ? 1 : 0;

	for (; dimension; dimension = strchr(dimension + 1, '['))
		nelems *= (uint32_t)strtoul(dimension + 1, NULL, 10);
	*m = (struct mmx_member){
		.bit_off = base + from->offset * 8u + from->bit,
		.bit_size = from->bits ? from->bits : from->size * 8u,
		.size = from->size,
		.nelems = nelems,
		.elem_size = nelems ? from->size / nelems : from->size,
		.is_signed = is_signed(from->type),
		.is_pointer = from->type[strlen(from->type) - 1] == '*',
		.bitfield = from->bits != 0,
	};
	snprintf(m->type, sizeof(m->type), "%s", from->type);
}

/* The struct that a member consists of, or NULL. Of an array, that of its elements. */
static const struct mmx_profile_struct *struct_of(const struct mmx_profile *p, const char *type)
{
	char name[MMX_TYPE_NAME];

	if (!strncmp(type, "struct ", 7))
		type += 7;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(type, "["), type);
	return find_struct(p, name);
}

static bool profile_struct_size(void *priv, const char *name, uint64_t *size)
{
	const struct mmx_profile_struct *s = find_struct(priv, name);

	if (s)
		*size = s->size;
	return s;
}

static bool profile_member(void *priv, const char *name, const char *path, struct mmx_member *m)
{
	const struct mmx_profile_struct *s = find_struct(priv, name);
	uint64_t base = 0;

	while (s) {
		const struct mmx_profile_member *at = s->members;
		size_t n = strcspn(path, ".");

		while (at->name && (strncmp(at->name, path, n) || at->name[n]))
			at++;
		if (!at->name)
			return false;
		if (!path[n]) {
			describe(at, base, m);
			return true;
		}
		base += at->offset * 8u;
		path += n + 1;
		s = struct_of(priv, at->type);
	}
	return false;
}

static bool profile_each_member(void *priv, const char *name, mmx_member_fn fn, void *arg)
{
	const struct mmx_profile_struct *s = find_struct(priv, name);
	struct mmx_member m;

	if (!s)
		return false;
	for (const struct mmx_profile_member *at = s->members; at->name; at++) {
		describe(at, 0, &m);
		if (!fn(arg, at->name, &m, 0, false))
			break;
	}
	return true;
}

static bool profile_enumerator(void *priv, const char *of, const char *name, int64_t *value)
{
	const struct mmx_profile *p = priv;

	for (const struct mmx_profile_enum *e = p->enums; e->name; e++) {
		if (of && strcmp(e->name, of))
			continue;
		for (const struct mmx_profile_enumerator *at = e->enumerators; at->name; at++) {
			if (strcmp(at->name, name))
				continue;
			*value = at->value;
			return true;
		}
	}
	return false;
}

static bool profile_each_enumerator(void *priv, const char *of, mmx_enumerator_fn fn, void *arg)
{
	const struct mmx_profile_enum *e = find_enum(priv, of);

	if (!e)
		return false;
	for (const struct mmx_profile_enumerator *at = e->enumerators; at->name; at++) {
		if (!fn(arg, at->name, at->value))
			break;
	}
	return true;
}

static const struct mmx_types_ops profile_ops = {
	.struct_size = profile_struct_size,
	.member = profile_member,
	.enumerator = profile_enumerator,
	.each_member = profile_each_member,
	.each_enumerator = profile_each_enumerator,
};

int mmx_types_from_profile(struct mmx_types_provider *p, const char *release, struct mmx_err *err)
{
	unsigned int major, minor;

	if (sscanf(release, "%u.%u", &major, &minor) != 2)
		return mmx_fail(err, MMX_EMISSING,
				"no profile for a kernel that calls itself \"%s\"", release);
	for (size_t i = 0; i < sizeof(profiles) / sizeof(*profiles); i++) {
		const struct mmx_profile *at = profiles[i];

		if (at->major != major || at->minor != minor)
			continue;
		*p = (struct mmx_types_provider){
			.ops = &profile_ops,
			.priv = (void *)at,
			.assumed = true,
		};
		snprintf(p->name, sizeof(p->name), "profile %u.%u (assumed)", at->major, at->minor);
		return 0;
	}
	return mmx_fail(err, MMX_EMISSING, "no profile for kernel %s", release);
}
