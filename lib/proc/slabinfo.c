// SPDX-License-Identifier: GPL-2.0-or-later
/* slabinfo: a line for each slab cache, in the order of the kernel's list of them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "mm/mem.h"
#include "mm/owners/slab_caches.h"
#include "proc/proc.h"

#define NAME_MAX_SIZE \
	512 /* no kernel makes longer ones; the line says so with "..." when one does */

/* Pointers to the caches, each at its place. */
struct slabinfo {
	const struct mmx_slab_cache **cache;
	size_t n;
};

static int find(struct mmx_proc *p, struct mmx_err *err)
{
	static const enum mmx_layout_member counts[] = {M_kmem_cache_node_nr_slabs,
							M_kmem_cache_node_total_objects};
	const struct mmx_slab_caches *caches = mmx_know_slab_caches(p->view);
	struct slabinfo *file = p->state;

	/* Without CONFIG_SLUB_DEBUG kernels count nothing, and have no such file. */
	if (mmx_layout_require(&p->view->kernel->layout, counts, 2, err))
		return -1;
	if (!caches->n && !mmx_cover_whole(&caches->coverage)) {
		*err = caches->coverage.first;
		return -1;
	}
	file->cache = calloc(caches->n + 1, sizeof(*file->cache));
	if (!file->cache)
		return mmx_fail_nomem(err);
	file->n = caches->n;
	for (size_t i = 0; i < caches->n; i++)
		file->cache[caches->v[i].nth] = &caches->v[i];
	return 0;
}

static void write_header(struct mmx_proc *p)
{
	mmx_sink_put(p->sink, "slabinfo - version: 2.1\n"
			      "# name            <active_objs> <num_objs> <objsize> <objperslab> "
			      "<pagesperslab>"
			      " : tunables <limit> <batchcount> <sharedfactor>"
			      " : slabdata <active_slabs> <num_slabs> <sharedavail>\n");
}

/* A name is the kernel's own text, and may be anything in a broken dump. */
static void read_name(struct mmx_proc *p, const struct mmx_slab_cache *c, char *name)
{
	bool cut = false;
	enum mmx_read read;

	if (!c->name_at) {
		snprintf(name, NAME_MAX_SIZE, "(null)");
		return;
	}
	read = mmx_kread_str(p->view, c->name_at, name, NAME_MAX_SIZE, &cut);
	if (!read && !cut)
		return;
	snprintf(name, NAME_MAX_SIZE, "?");
	mmx_cover_failf(&p->coverage, cut ? MMX_ECORRUPT : mmx_read_code(read),
			"the name of the slab cache at 0x%" PRIx64 " is %s", c->addr,
			cut ? "endless" : mmx_read_name(read));
}

/* A number of the kernel's; what is not known is no number, and nobody takes it for one. */
static void write_count(struct mmx_proc *p, bool known, uint64_t n)
{
	if (known)
		mmx_sink_put(p->sink, " %6" PRIu64, n);
	else
		mmx_sink_put(p->sink, " %6s", "?");
}

static void write_cache(struct mmx_proc *p, const struct mmx_slab_cache *c)
{
	const struct mmx_err *why;
	char name[NAME_MAX_SIZE];

	read_name(p, c, name);
	mmx_sink_put(p->sink, "%-17s", name);
	write_count(p, c->counted && c->free_counted, c->nr_objects - c->slabinfo_free);
	write_count(p, c->counted, c->nr_objects);
	mmx_sink_put(p->sink, " %6u %4u %4d : tunables %4u %4u %4u : slabdata", c->size,
		     c->per_slab, 1 << c->order, 0, 0, 0);
	write_count(p, c->counted, c->nr_slabs);
	write_count(p, c->counted, c->nr_slabs);
	write_count(p, true, 0);
	mmx_sink_put(p->sink, "\n");
	why = mmx_reason(&mmx_know_slab_caches(p->view)->reasons, c->uncounted);
	if (why)
		mmx_cover_failf(&p->coverage, why->code, "%s: %s", name, why->text);
}

static int write_all(struct mmx_proc *p, struct mmx_err *err)
{
	const struct slabinfo *file = p->state;

	(void)err;
	mmx_cover_inherit(&p->coverage, &mmx_know_slab_caches(p->view)->listed);
	if (file->n)
		write_header(p);
	for (size_t i = 0; i < file->n; i++)
		write_cache(p, file->cache[i]);
	return 0;
}

static void end(struct mmx_proc *p)
{
	const struct mmx_slab_caches *caches = mmx_know_slab_caches(p->view);
	size_t estimated = 0;

	for (size_t i = 0; i < caches->n; i++)
		estimated += caches->v[i].estimated;
	if (!mmx_cover_whole(&p->coverage))
		mmx_proc_say(p, "%s", p->coverage.first.text);
	if (estimated && caches->estimates)
		mmx_proc_say(p,
			     "%zu caches have more than 10000 partial slabs on a node: this kernel "
			     "estimates what is free there, and so is their first number here",
			     estimated);
	else if (estimated)
		mmx_proc_say(p,
			     "%zu caches have more than 10000 partial slabs on a node: their first "
			     "number is counted, as kernels did that have no "
			     "count_partial_free_approx()",
			     estimated);
}

static void release(struct mmx_proc *p)
{
	struct slabinfo *file = p->state;

	free(file->cache);
}

const struct mmx_proc_entry mmx_proc_slabinfo = {
	.name = "slabinfo",
	.state_size = sizeof(struct slabinfo),
	.find = find,
	.write = write_all,
	.end = end,
	.free = release,
};
