// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/types.h"

int mmx_types_add(struct mmx_types *t, const struct mmx_types_provider *p)
{
	if (t->n == MMX_TYPES_PROVIDERS)
		return -1;
	t->provider[t->n++] = *p;
	return 0;
}

void mmx_types_free(struct mmx_types *t)
{
	/* Backwards: a module's types lean on the kernel's, which were added before. */
	while (t->n) {
		struct mmx_types_provider *p = &t->provider[--t->n];

		if (p->ops->free)
			p->ops->free(p->priv);
	}
}

int mmx_types_struct_size(const struct mmx_types *t, const char *name, uint64_t *size)
{
	for (unsigned int i = 0; i < t->n; i++) {
		const struct mmx_types_provider *p = &t->provider[i];

		if (p->ops->struct_size(p->priv, name, size))
			return (int)i;
	}
	return -1;
}

int mmx_types_member(const struct mmx_types *t, const char *name, const char *path,
		     struct mmx_member *m)
{
	uint64_t size;
	int i = mmx_types_struct_size(t, name, &size);

	if (i < 0 || !t->provider[i].ops->member(t->provider[i].priv, name, path, m))
		return -1;
	return i;
}

static bool stop_at_once(void *arg, const char *name, int64_t value)
{
	(void)arg, (void)name, (void)value;
	return false;
}

int mmx_types_enumerator(const struct mmx_types *t, const char *of, const char *name,
			 int64_t *value)
{
	for (unsigned int i = 0; i < t->n; i++) {
		const struct mmx_types_provider *p = &t->provider[i];

		if (p->ops->enumerator(p->priv, of, name, value))
			return (int)i;
		if (of && p->ops->each_enumerator &&
		    p->ops->each_enumerator(p->priv, of, stop_at_once, NULL))
			return -1;
	}
	return -1;
}

int mmx_types_each_member(const struct mmx_types *t, const char *name, mmx_member_fn fn, void *arg)
{
	uint64_t size;
	int i = mmx_types_struct_size(t, name, &size);

	if (i < 0 || !t->provider[i].ops->each_member ||
	    !t->provider[i].ops->each_member(t->provider[i].priv, name, fn, arg))
		return -1;
	return i;
}

int mmx_types_each_enumerator(const struct mmx_types *t, const char *of, mmx_enumerator_fn fn,
			      void *arg)
{
	for (unsigned int i = 0; i < t->n; i++) {
		const struct mmx_types_provider *p = &t->provider[i];

		if (p->ops->each_enumerator && p->ops->each_enumerator(p->priv, of, fn, arg))
			return (int)i;
	}
	return -1;
}

bool mmx_types_next(const struct mmx_types *t, enum mmx_type_group group, const char *name,
		    struct mmx_type_ref *ref)
{
	for (bool found = ref->graph; ref->provider < t->n; ref->provider++) {
		const struct mmx_types_provider *p = &t->provider[ref->provider];

		if (p->ops->next_type && p->ops->next_type(p->priv, group, name, ref))
			return true;
		if (found)
			return false;
		ref->pos = ref->part = 0;
	}
	return false;
}
