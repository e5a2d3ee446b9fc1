// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * BTF of modules: a list of struct btf_module, each with the BTF of one module. All are read when
 * something is first asked for; the one that has an answer gives it.
 */
#include <stdlib.h>

#include "kernel/btf.h"
#include "kernel/layout.h"
#include "kernel/list.h"
#include "kernel/symbols.h"

#define MODULES_MAX      4096
#define MODULES_BYTES    (512u << 20)
#define MODULE_BYTES_MAX (64u << 20)

struct module_btf {
	const struct mmx_btf *base;
	struct mmx_view *view;
	const struct mmx_symbols *symbols;
	const struct mmx_layout *layout;
	bool done;
	uint64_t bytes;
	MMX_ARRAY(struct mmx_types_provider);
};

/* Before the layout is resolved its entries are all zero, without sizes. */
static bool usable(const struct mmx_layout *l, enum mmx_layout_member id)
{
	return mmx_has(l, id) && l->member[id].m.size;
}

static bool layout_ready(const struct mmx_layout *l)
{
	return usable(l, M_btf_module_list) && usable(l, M_btf_module_btf) &&
	       usable(l, M_btf_data) && usable(l, M_btf_data_size);
}

/* The module's; empty where it cannot be read. */
static const char *name_of(const struct module_btf *mods, uint64_t btf_at, char *name, size_t size)
{
	if (!usable(mods->layout, M_btf_name) ||
	    mmx_kread_str(mods->view, btf_at + mmx_off(mods->layout, M_btf_name), name, size, NULL))
		name[0] = 0;
	return name;
}

/* Read one module's BTF; one that cannot be read is as if it were not there. */
static void load_module(struct module_btf *mods, uint64_t module)
{
	const struct mmx_layout *l = mods->layout;
	struct mmx_types_provider p;
	uint64_t btf_at, data_at;
	struct mmx_btf *btf;
	char name[sizeof(p.name)];
	uint32_t size;
	void *data;

	if (mmx_kread_u64(mods->view, module + mmx_off(l, M_btf_module_btf), &btf_at) ||
	    mmx_kread_u64(mods->view, btf_at + mmx_off(l, M_btf_data), &data_at) ||
	    mmx_kread_u32(mods->view, btf_at + mmx_off(l, M_btf_data_size), &size))
		return;
	if (size < MMX_BTF_HEADER || size > MODULE_BYTES_MAX || mods->bytes + size > MODULES_BYTES)
		return;
	data = malloc(size);
	if (!data)
		return;
	if (mmx_kread(mods->view, data_at, data, size)) {
		free(data);
		return;
	}
	btf = mmx_btf_new(data, size, mods->base, NULL);
	if (!btf)
		return;
	mods->bytes += size;
	mmx_btf_provider(&p, btf, name_of(mods, btf_at, name, sizeof(name)));
	if (!mmx_array_add(mods, p))
		mmx_btf_free(btf);
}

static void load_modules(struct module_btf *mods)
{
	struct mmx_list list;
	uint64_t head;

	if (mods->done || !layout_ready(mods->layout))
		return;
	mods->done = true;
	if (!mmx_symbol_addr(mods->symbols, "btf_modules", &head))
		return;
	mmx_list_begin(&list, mods->view, head, MODULES_MAX);
	while (mmx_list_next(&list))
		load_module(mods, list.node - mmx_off(mods->layout, M_btf_module_list));
}

/* The module that has the struct, or NULL. */
static const struct mmx_types_provider *module_with(struct module_btf *mods, const char *name)
{
	uint64_t size;

	load_modules(mods);
	for (size_t i = 0; i < mods->n; i++) {
		if (mods->v[i].ops->struct_size(mods->v[i].priv, name, &size))
			return &mods->v[i];
	}
	return NULL;
}

static bool modules_struct_size(void *priv, const char *name, uint64_t *size)
{
	const struct mmx_types_provider *p = module_with(priv, name);

	return p && p->ops->struct_size(p->priv, name, size);
}

static bool modules_member(void *priv, const char *name, const char *path, struct mmx_member *m)
{
	const struct mmx_types_provider *p = module_with(priv, name);

	return p && p->ops->member(p->priv, name, path, m);
}

static bool modules_each_member(void *priv, const char *name, mmx_member_fn fn, void *arg)
{
	const struct mmx_types_provider *p = module_with(priv, name);

	return p && p->ops->each_member(p->priv, name, fn, arg);
}

static bool modules_enumerator(void *priv, const char *of, const char *name, int64_t *value)
{
	struct module_btf *mods = priv;

	load_modules(mods);
	for (size_t i = 0; i < mods->n; i++) {
		if (mods->v[i].ops->enumerator(mods->v[i].priv, of, name, value))
			return true;
	}
	return false;
}

static bool modules_each_enumerator(void *priv, const char *of, mmx_enumerator_fn fn, void *arg)
{
	struct module_btf *mods = priv;

	load_modules(mods);
	for (size_t i = 0; i < mods->n; i++) {
		if (mods->v[i].ops->each_enumerator(mods->v[i].priv, of, fn, arg))
			return true;
	}
	return false;
}

static bool modules_next_type(void *priv, enum mmx_type_group group, const char *name,
			      struct mmx_type_ref *ref)
{
	struct module_btf *mods = priv;

	load_modules(mods);
	for (; ref->part < mods->n; ref->part++, ref->pos = 0) {
		const struct mmx_types_provider *p = &mods->v[ref->part];

		ref->module = p->name;
		if (p->ops->next_type(p->priv, group, name, ref))
			return true;
	}
	return false;
}

static void modules_free(void *priv)
{
	struct module_btf *mods = priv;

	for (size_t i = 0; i < mods->n; i++)
		mods->v[i].ops->free(mods->v[i].priv);
	mmx_array_free(mods);
	free(mods);
}

static const struct mmx_types_ops modules_ops = {
	.struct_size = modules_struct_size,
	.member = modules_member,
	.enumerator = modules_enumerator,
	.each_member = modules_each_member,
	.each_enumerator = modules_each_enumerator,
	.next_type = modules_next_type,
	.free = modules_free,
};

int mmx_btf_from_modules(struct mmx_types_provider *p, const struct mmx_types_provider *kernel,
			 struct mmx_view *view, const struct mmx_symbols *symbols,
			 const struct mmx_layout *layout, struct mmx_err *err)
{
	struct module_btf *mods;

	if (!mmx_btf_of(kernel))
		return mmx_fail(err, MMX_EUSAGE,
				"the modules' BTF continues the kernel's, and %s is not that",
				kernel->name);
	mods = calloc(1, sizeof(*mods));
	if (!mods)
		return mmx_fail_nomem(err);
	mods->base = mmx_btf_of(kernel);
	mods->view = view;
	mods->symbols = symbols;
	mods->layout = layout;
	*p = (struct mmx_types_provider){
		.ops = &modules_ops,
		.priv = mods,
		.name = "BTF of modules in the dump",
	};
	return 0;
}
