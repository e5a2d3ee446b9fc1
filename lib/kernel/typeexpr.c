// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/near_names.h"
#include "kernel/typeexpr.h"

/* Types of one name that are looked at. */
#define ALIKE_MAX 64u

static void take_tag(struct mmx_type_expr *e, const char **text)
{
	static const char *const tags[] = {"struct", "union", "enum"};

	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++) {
		size_t len = strlen(tags[i]);

		if (strncmp(*text, tags[i], len) != 0 || !isspace((unsigned char)(*text)[len]))
			continue;
		snprintf(e->tag, sizeof(e->tag), "%s", tags[i]);
		*text += len;
		while (isspace((unsigned char)**text))
			++*text;
	}
}

/* Up to one of @ends; -1 when that is empty or too long. */
static int take_word(char word[MMX_TYPE_EXPR_NAME], const char **text, const char *ends)
{
	size_t len = strcspn(*text, ends);

	if (!len || len >= MMX_TYPE_EXPR_NAME)
		return -1;
	memcpy(word, *text, len);
	word[len] = 0;
	*text += len;
	return 0;
}

static int take_number(struct mmx_type_expr *e, const char **text)
{
	char *end;
	unsigned long n;

	if (**text != '#')
		return 0;
	if (!isdigit((unsigned char)(*text)[1]))
		return -1;
	n = strtoul(*text + 1, &end, 10);
	*text = end;
	e->nth = n && n < UINT16_MAX ? (unsigned int)n : 0;
	return e->nth ? 0 : -1;
}

int mmx_type_expr_parse(struct mmx_type_expr *e, const char *text, struct mmx_err *err)
{
	const char *at = text;

	*e = (struct mmx_type_expr){0};
	take_tag(e, &at);
	if (take_word(e->name, &at, ".#, \t") || take_number(e, &at))
		return mmx_fail(err, MMX_EUSAGE, "%.100s: no TYPE, TYPE#N or TYPE.MEMBER", text);
	for (char before = '.'; *at; before = ',') {
		if (*at++ != before || e->n_members == MMX_TYPE_EXPR_MEMBERS ||
		    take_word(e->members[e->n_members++], &at, ", \t"))
			return mmx_fail(err, MMX_EUSAGE,
					"%.100s: behind the type stands .MEMBER, or .MEMBER,MEMBER",
					text);
	}
	return 0;
}

/* What C knows as a struct is no union: they share their names. */
static bool is_meant(const struct mmx_type_expr *e, const struct mmx_type_ref *ref)
{
	struct mmx_tg_type t;

	if (!e->tag[0] || !ref->graph->ops->type(ref->graph, ref->id, &t))
		return !e->tag[0];
	return t.kind == (!strcmp(e->tag, "struct")  ? MMX_TG_STRUCT
			  : !strcmp(e->tag, "union") ? MMX_TG_UNION
						     : MMX_TG_ENUM);
}

/* Structs and unions come first, then enums, and only then what they may be called as well. */
static unsigned int find_in(const struct mmx_type_expr *e, const struct mmx_types *types,
			    enum mmx_type_group group, struct mmx_type_ref *ref)
{
	struct mmx_type_ref each = {0};
	unsigned int n = 0;

	while (n < ALIKE_MAX && mmx_types_next(types, group, e->name, &each)) {
		if (is_meant(e, &each) && ++n == (e->nth ? e->nth : 1))
			*ref = each;
	}
	return n;
}

static int no_type(const struct mmx_type_expr *e, const struct mmx_types *types,
		   struct mmx_err *err)
{
	struct mmx_suggest near;

	mmx_suggest_begin(&near, e->name, strlen(e->name));
	mmx_types_near(types, &near);
	return mmx_fail(err, MMX_ENOTFOUND, "there is no type %s%s%s%s", e->tag,
			e->tag[0] ? " " : "", e->name, near.words);
}

int mmx_type_expr_find(const struct mmx_type_expr *e, const struct mmx_types *types,
		       struct mmx_type_ref *ref, unsigned int *n, struct mmx_err *err)
{
	unsigned int found = find_in(e, types, MMX_GROUP_STRUCT, ref);

	if (!found)
		found = find_in(e, types, MMX_GROUP_ENUM, ref);
	if (!found && !e->tag[0])
		found = find_in(e, types, MMX_GROUP_TYPEDEF, ref);
	if (n)
		*n = found;
	if (!found)
		return no_type(e, types, err);
	if (e->nth > found)
		return mmx_fail(err, MMX_ENOTFOUND, "there is no %s#%u, only %u types of that name",
				e->name, e->nth, found);
	return 0;
}
