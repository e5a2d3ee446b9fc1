// SPDX-License-Identifier: GPL-2.0-or-later
/* structx: any struct of the dump's types, its layout or its values. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd/address.h"
#include "cmd/cmd.h"
#include "cmd/what.h"
#include "kernel/list.h"
#include "kernel/slist.h"
#include "kernel/typeexpr.h"
#include "mm/leads_to.h"
#include "records/structx.h"

#define LIST_MAX  (1u << 20)
#define COUNT_MAX (1u << 20)

#define TROUBLES_SAID 10u

/* LIST(entry, type of the member): how lists are walked */
enum list_kind { NO_LIST, LIST, HLIST, LLIST, CHAIN };

/*
 * struct structx - a run
 * @expr, @whole: the type, and what it is as a part
 * @members: those that are shown; none: all
 * @shift: of the member that addresses are of, -c, from the start of the struct
 * @link: the member that leads along a list
 * @n_addresses, @operand: the operands that are addresses, and the next one
 * @base, @cpu: the current address, and of which CPU
 * @count, @nth: elements behind each address, and how many were shown
 * @troubles: what is to be said, once all rows are shown: a message would stand in the middle of one
 */
struct structx {
	struct mmx_structx x;
	struct mmx_run *run;
	struct mmx_addresses addresses;
	struct mmx_type_expr expr;
	struct mmx_type_part whole;
	struct mmx_type_part members[MMX_TYPE_EXPR_MEMBERS];
	unsigned int alike;
	char title[MMX_TYPE_NAME + 16];
	enum mmx_peek_space space;
	uint64_t mm;
	int32_t pid;
	uint64_t shift;
	enum list_kind kind;
	uint64_t link;
	bool from_struct;
	struct mmx_list list;
	struct mmx_slist slist;
	char **operand;
	int n_operands;
	struct mmx_address at;
	size_t cpu;
	bool in_base;
	uint64_t base;
	uint64_t count, nth;
	bool shown;
	enum mmx_exit status;
	struct mmx_reasons troubles;
};

static void tell(struct structx *x, const struct mmx_err *err)
{
	mmx_reason_add(&x->troubles, err);
	x->status = mmx_worse(x->status, err->code == MMX_EABSENT    ? MMX_EXIT_PARTIAL
					 : err->code == MMX_ECORRUPT ? MMX_EXIT_FINDINGS
								     : MMX_EXIT_CANNOT);
}

/* What is to be said, and is no trouble. */
static void __attribute__((format(printf, 2, 3))) note(struct structx *x, const char *fmt, ...)
{
	struct mmx_err err;
	va_list ap;

	va_start(ap, fmt);
	mmx_vfail(&err, MMX_ENOTFOUND, fmt, ap);
	va_end(ap);
	mmx_reason_add(&x->troubles, &err);
}

static enum mmx_exit end(struct structx *x, enum mmx_exit status)
{
	for (size_t i = 0; i < x->troubles.n && i < TROUBLES_SAID; i++)
		mmx_say(x->run, "%s", x->troubles.v[i].text);
	if (x->troubles.n > TROUBLES_SAID)
		mmx_say(x->run, "and %zu more of that kind", x->troubles.n - TROUBLES_SAID);
	mmx_reasons_free(&x->troubles);
	return mmx_worse(status, x->status);
}

/*
 * What is asked for.
 */

static bool is_tag(const char *word)
{
	return !strcmp(word, "struct") || !strcmp(word, "union") || !strcmp(word, "enum");
}

static int take_type(struct structx *x, struct mmx_err *err)
{
	const struct mmx_types *types = &x->run->kernel->types;
	struct mmx_type_ref *ref = &x->x.object.type;
	const char *text = x->run->operand[0];
	char words[2 * MMX_TYPE_EXPR_NAME];

	x->operand = x->run->operand + 1;
	x->n_operands = x->run->n_operands - 1;
	/* Without quotes "struct page" comes as two words. */
	if (x->n_operands && is_tag(text)) {
		snprintf(words, sizeof(words), "%s %.200s", text, *x->operand++);
		x->n_operands--;
		text = words;
	}
	if (mmx_type_expr_parse(&x->expr, text, err))
		return -1;
	if (mmx_type_expr_find(&x->expr, types, ref, &x->alike, err)) {
		if (!types->n || !types->provider[0].ops->next_type)
			return mmx_fail(
				err, MMX_EMISSING,
				"the dump has no BTF, and no file's DWARF was given: types as a whole are "
				"not known");
		return -1;
	}
	if (!mmx_type_part(ref->graph, ref->id, &x->whole))
		return mmx_fail(err, MMX_ECORRUPT, "%s is nothing that lies in memory",
				x->expr.name);
	return 0;
}

static int walk(const struct structx *x, const char *path, struct mmx_type_part *part,
		struct mmx_err *err)
{
	*part = x->whole;
	return mmx_type_walk(x->x.object.type.graph, path, part, err);
}

static int take_members(struct structx *x, struct mmx_err *err)
{
	for (unsigned int i = 0; i < x->expr.n_members; i++) {
		if (walk(x, x->expr.members[i], &x->members[i], err))
			return -1;
	}
	return 0;
}

static int take_containing(struct structx *x, struct mmx_err *err)
{
	struct mmx_type_part part;

	if (!x->run->option['c'])
		return 0;
	if (walk(x, x->run->option['c'], &part, err))
		return -1;
	x->shift = part.bit_off / 8;
	return part.bit_size ? mmx_fail(err, MMX_EUSAGE, "%s is a bit-field, which has no address",
					x->run->option['c'])
			     : 0;
}

static enum list_kind kind_of(const struct structx *x, const struct mmx_type_part *part)
{
	const struct mmx_typegraph *g = x->x.object.type.graph;
	struct mmx_tg_type t;

	if (part->kind == MMX_TG_POINTER)
		return CHAIN;
	if (part->kind != MMX_TG_STRUCT || !g->ops->type(g, part->to, &t))
		return NO_LIST;
	return !strcmp(t.name, "list_head")    ? LIST
	       : !strcmp(t.name, "hlist_node") ? HLIST
	       : !strcmp(t.name, "llist_node") ? LLIST
					       : NO_LIST;
}

static int take_list(struct structx *x, struct mmx_err *err)
{
	struct mmx_type_part part;

	x->from_struct = x->run->option['s'];
	if (!x->run->option['l'])
		return x->from_struct ? mmx_fail(err, MMX_EUSAGE, "-s says where -l begins") : 0;
	if (x->space != MMX_PEEK_KERNEL || x->run->option['n'] || x->run->option['c'])
		return mmx_fail(err, MMX_EUSAGE,
				"-l walks lists of the kernel's, and goes with neither -n nor -c");
	if (walk(x, x->run->option['l'], &part, err))
		return -1;
	x->kind = kind_of(x, &part);
	x->link = part.bit_off / 8;
	return x->kind ? 0
		       : mmx_fail(err, MMX_EUSAGE,
				  "%s is no list_head, hlist_node, llist_node or pointer",
				  x->run->option['l']);
}

static int take_count(struct structx *x, struct mmx_err *err)
{
	const char *text = x->run->option['n'];

	x->count = 1;
	if (text && (mmx_number(text, NULL, x->run->option['d'], &x->count) || !x->count ||
		     x->count > COUNT_MAX))
		return mmx_fail(err, MMX_EUSAGE, "%s is no count from 1 to %x (hex)", text,
				COUNT_MAX);
	return 0;
}

/*
 * Objects.
 */

/* Whether two parts are equal: known and alike, or missing for the same reason. */
static bool same(void *arg, uint64_t a, uint64_t b, uint64_t size)
{
	const struct mmx_struct_object *o = arg;
	const struct mmx_err *why_a = NULL, *why_b = NULL;
	const unsigned char *x = mmx_struct_bytes(o, a, size, &why_a);
	const unsigned char *y = mmx_struct_bytes(o, b, size, &why_b);

	return x && y && why_a == why_b && !memcmp(x, y, size);
}

static void drop(struct mmx_struct_object *o)
{
	for (size_t i = 0; i < o->n; i++)
		mmx_peek_free(&o->v[i].peek);
	mmx_array_free(o);
	mmx_type_tree_free(&o->tree);
}

/* The bytes that a part has, whole. */
static int read_part(struct structx *x, const struct mmx_type_part *part, uint64_t *known,
		     struct mmx_err *err)
{
	struct mmx_struct_object *o = &x->x.object;
	struct mmx_struct_bytes b = {.first = part->bit_off / 8};
	uint64_t size = part->size;

	if (part->bit_size)
		size = (part->bit_off % 8 + part->bit_size + 7) / 8;
	if (mmx_peek(&b.peek, x->run->view, x->space, x->mm, o->addr + b.first, size, err))
		return -1;
	*known += b.peek.coverage.found;
	if (mmx_array_add(o, b))
		return 0;
	mmx_peek_free(&b.peek);
	return mmx_fail_nomem(err);
}

static const struct mmx_type_part *parts_of(const struct structx *x, unsigned int *n)
{
	*n = x->expr.n_members ? x->expr.n_members : 1;
	return x->expr.n_members ? x->members : &x->whole;
}

/* Of what is not there at all nothing is shown. */
static int read_object(struct structx *x, struct mmx_err *err)
{
	struct mmx_struct_object *o = &x->x.object;
	const struct mmx_err *why = NULL;
	uint64_t known = 0, asked = 0;
	unsigned int n;
	const struct mmx_type_part *parts = parts_of(x, &n);

	for (unsigned int i = 0; i < n; i++) {
		if (read_part(x, &parts[i], &known, err))
			return -1;
		asked += o->v[i].peek.n;
		if (!why)
			why = mmx_peek_missing(&o->v[i].peek, 0, o->v[i].peek.n);
	}
	if (known || !asked)
		return 0;
	return mmx_fail(err, why ? why->code : MMX_EABSENT, "%s at 0x%" PRIx64 ": %s", o->title,
			o->addr, why ? why->text : "not read");
}

static int draw(struct structx *x, struct mmx_err *err)
{
	struct mmx_struct_object *o = &x->x.object;
	int failed = 0;

	o->tree = (struct mmx_type_tree){
		.graph = o->type.graph,
		.same = o->at ? same : NULL,
		.arg = o,
		.deep = o->at || x->run->option['v'],
	};
	for (unsigned int i = 0; i < x->expr.n_members && !failed; i++) {
		failed = mmx_type_tree_add(&o->tree, x->expr.members[i], &x->members[i], 0) ||
			 (!o->tree.deep && mmx_type_tree_add_below(&o->tree, &x->members[i], 1));
	}
	if (!x->expr.n_members && x->whole.kind != MMX_TG_STRUCT && x->whole.kind != MMX_TG_UNION)
		failed = mmx_type_tree_add(&o->tree, "", &x->whole, 0);
	else if (!x->expr.n_members)
		failed = mmx_type_tree_add_below(&o->tree, &x->whole, 0);
	mmx_type_tree_finish(&o->tree);
	return failed ? mmx_fail_nomem(err) : 0;
}

static void name_it(const struct structx *x, struct mmx_struct_object *o)
{
	const struct mmx_kernel *k = x->run->kernel;
	const struct mmx_symbol *sym;
	char name[MMX_SYMBOL_NAME];

	o->symbol[0] = 0;
	if (x->space != MMX_PEEK_KERNEL)
		return;
	if (!o->has_cpu) {
		mmx_leads_to(x->run->view, o->addr, o->symbol, sizeof(o->symbol));
		return;
	}
	sym = mmx_percpu_nearest(&x->addresses.areas, &k->symbols, x->at.addr);
	if (sym && !x->kind)
		snprintf(o->symbol, sizeof(o->symbol),
			 x->at.addr > sym->addr ? "%s+0x%" PRIx64 : "%s",
			 mmx_symbol_name(&k->symbols, sym, name), x->at.addr - sym->addr);
}

static int show_object(struct structx *x, uint64_t addr, struct mmx_err *err)
{
	struct mmx_struct_object *o = &x->x.object;

	drop(o);
	o->at = true;
	o->addr = addr;
	o->pid = x->pid;
	name_it(x, o);
	return read_object(x, err) || draw(x, err) ? -1 : 0;
}

/*
 * Along lists.
 */

static void begin_list(struct structx *x)
{
	uint64_t head = x->from_struct ? x->base + x->link : x->base;

	if (x->kind == LIST)
		mmx_list_begin(&x->list, x->run->view, head, LIST_MAX);
	else if (x->kind == HLIST)
		mmx_hlist_begin(&x->list, x->run->view, head, LIST_MAX);
	else
		mmx_slist_begin(&x->slist, x->run->view, head, LIST_MAX);
	x->slist.link = x->kind == CHAIN ? x->link : 0;
}

/* A symbol at a node that does not begin its struct is that of a variable, the head: no struct is around it. */
static bool is_head(struct structx *x, uint64_t node)
{
	const struct mmx_symbol *sym = x->link ? mmx_symbol_there(x->run->view, node) : NULL;
	char name[MMX_SYMBOL_NAME];

	if (!x->from_struct || !sym || sym->addr != node)
		return false;
	note(x, "the list's head is %s", mmx_symbol_name(&x->run->kernel->symbols, sym, name));
	return true;
}

static bool next_node(struct structx *x, uint64_t *node)
{
	bool nodes = x->kind == LIST || x->kind == HLIST;

	do {
		if (!(nodes ? mmx_list_next(&x->list) : mmx_slist_next(&x->slist)))
			return false;
		*node = nodes ? x->list.node : x->slist.node;
	} while (x->kind == LIST && is_head(x, *node));
	return true;
}

/* A struct that the walk begins at comes before those that it leads to. */
static bool next_of_list(struct structx *x, uint64_t *addr)
{
	bool nodes = x->kind == LIST || x->kind == HLIST;
	const struct mmx_coverage *c = nodes ? &x->list.coverage : &x->slist.coverage;

	if (!x->nth++) {
		begin_list(x);
		if (x->from_struct) {
			*addr = x->base;
			return true;
		}
	}
	if (next_node(x, addr)) {
		/* A pointer that leads along leads to the struct itself, others to the member within it. */
		*addr -= x->kind == CHAIN ? 0 : x->link;
		return true;
	}
	if (!mmx_cover_whole(c))
		tell(x, &c->first);
	else if (!c->found && !x->from_struct)
		note(x, "the list at 0x%" PRIx64 " is empty", x->base);
	return false;
}

/*
 * From one object to the next.
 */

static int begin_operand(struct structx *x, const char *text, struct mmx_err *err)
{
	bool kernel = x->space == MMX_PEEK_KERNEL;

	if (mmx_address_find(&x->at, &x->addresses, text, NULL, x->run->option['d'], kernel, err))
		return -1;
	if (x->at.percpu && !x->addresses.chosen)
		return mmx_fail(err, MMX_EUSAGE, "%s is per-CPU: of which CPU? -C N, or -a for all",
				text);
	if (x->addresses.chosen && !x->at.percpu)
		return mmx_fail(err, MMX_EUSAGE, "%s is no per-CPU variable", text);
	x->cpu = 0;
	return 0;
}

/* The next address of the current operand, of the next CPU if it has one for each. */
static bool next_base(struct structx *x)
{
	struct mmx_struct_object *o = &x->x.object;
	struct mmx_err err;

	while (!x->at.percpu || x->cpu == x->addresses.cpus.n) {
		if (!x->n_operands)
			return false;
		x->at.percpu = false;
		x->n_operands--;
		if (begin_operand(x, *x->operand++, &err)) {
			tell(x, &err);
			continue;
		}
		if (!x->at.percpu)
			break;
	}
	x->base = x->at.addr - x->shift;
	o->has_cpu = x->at.percpu;
	if (x->at.percpu) {
		const struct mmx_cpu *cpu = &x->addresses.cpus.v[x->cpu++];

		o->cpu = cpu->nr;
		x->base += cpu->offset;
	}
	x->nth = 0;
	return true;
}

static bool next_address(struct structx *x, uint64_t *addr)
{
	if (x->kind)
		return next_of_list(x, addr);
	*addr = x->base + x->nth * x->whole.size;
	return x->nth++ < x->count;
}

static bool next_object(struct mmx_structx *structx)
{
	struct structx *x = (struct structx *)structx;
	struct mmx_err err;
	uint64_t addr;

	while (!mmx_stopped(x->run->kernel->image)) {
		if (!x->in_base && !next_base(x))
			return false;
		x->in_base = next_address(x, &addr);
		if (!x->in_base)
			continue;
		if (!show_object(x, addr, &err))
			return true;
		tell(x, &err);
	}
	return false;
}

/* All that are called so, when none was chosen. */
static bool next_layout(struct mmx_structx *structx)
{
	struct structx *x = (struct structx *)structx;
	struct mmx_err err;

	if (x->shown)
		return false;
	x->shown = true;
	if (!draw(x, &err))
		return true;
	tell(x, &err);
	return false;
}

static enum mmx_exit show(struct structx *x)
{
	const struct mmx_types *types = &x->run->kernel->types;
	struct mmx_struct_object *o = &x->x.object;
	struct mmx_tg_type t;

	mmx_type_text(o->type.graph, o->type.id, x->title);
	o->title = x->title;
	o->size = x->whole.size;
	o->source = types->provider[o->type.provider].name;
	x->x.next = x->n_operands ? next_object : next_layout;
	x->x.is_enum = !x->n_operands && o->type.graph->ops->type(o->type.graph, x->whole.to, &t) &&
		       x->whole.kind == MMX_TG_ENUM;
	o->type.id = x->x.is_enum ? x->whole.to : o->type.id;
	return mmx_run_tell(x->run, &x->x);
}

static int prepare(struct structx *x, struct mmx_err *err)
{
	if (take_type(x, err) || take_members(x, err) ||
	    mmx_space_asked(x->run, &x->space, &x->pid, &x->mm, err) || take_containing(x, err) ||
	    take_count(x, err) || take_list(x, err))
		return -1;
	if (x->alike > 1 && !x->expr.nth && x->n_operands)
		return mmx_fail(err, MMX_EUSAGE,
				"%u types are called %s: which? %s#1, %s#2, ... are their layouts",
				x->alike, x->expr.name, x->expr.name, x->expr.name);
	if (x->alike > 1 && !x->expr.nth)
		mmx_say(x->run, "%u types are called %s: this is %s#1", x->alike, x->expr.name,
			x->expr.name);
	return 0;
}

static enum mmx_exit structx(struct mmx_run *run)
{
	struct structx x = {.run = run};
	enum mmx_exit status;
	struct mmx_err err;

	if (mmx_addresses_begin(&x.addresses, run, &err)) {
		mmx_say(run, "%s", err.text);
		return MMX_EXIT_CANNOT;
	}
	status = MMX_EXIT_OK;
	if (prepare(&x, &err))
		tell(&x, &err);
	else
		status = show(&x);
	drop(&x.x.object);
	mmx_addresses_end(&x.addresses);
	return end(&x, status);
}

static const struct mmx_field fields[] = {
	{"structs", MMX_TREE, "structs, and below each its members", .may = MMX_OR_NONE,
	 .record = &mmx_record_structs},
	{"enumerators", MMX_TABLE, "of an enum without an address", .may = MMX_OR_NONE,
	 .record = &mmx_record_enumerators},
	{0},
};

static const struct mmx_record document = {
	.name = "struct",
	.doc = "structs of the dump's types, as they are laid out or with their values; the exit status is 1 where "
	       "a list or a type contradicts itself, and 3 where bytes of values are not known",
	.version = 1,
	.fields = fields,
};

static const struct mmx_option options[] = {
	{'l', "list", "MEMBER",
	 "along a list through MEMBER (list_head, hlist_node, llist_node): ADDRESS is its head; or a pointer"},
	{'s', "start", NULL, "with -l: ADDRESS is a struct on the list, which comes first"},
	{'c', "containing", "MEMBER", "ADDRESS is that of MEMBER: the struct that has it"},
	{'n', "count", "COUNT", "so many structs, one behind the other"},
	{'v', "verbose", NULL, "of a layout also structs within it"},
	MMX_ADDRESS_OPTIONS,
	{'p', "physical", NULL, "ADDRESS is a physical address"},
	{'u', "user", "PID", "ADDRESS is a user address of that process or thread"},
	{'d', "decimal", NULL, "numbers are decimal"},
	{0},
};

const struct mmx_command mmx_cmd_structx = {
	.name = "structx",
	.summary = "any struct of the dump's types: its layout, or its values in memory",
	.operands = "TYPE[.MEMBER[,MEMBER...]] [ADDRESS...]",
	.help = "Shows a struct, union, enum or typedef of the kernel's types or of a module's: without ADDRESS\n"
		"where its members lie, in hex, and how large they are; with one its values, with all that lies\n"
		"within it, enumerators and flags by name, and pointers with the symbol or text that they lead to.\n"
		"Elements of an array that are alike share a row. MEMBER may be a path, with elements of arrays\n"
		"in decimal: zone.free_area[3].nr_free. Of several types that are called alike TYPE#2 is the\n"
		"second. ADDRESS is a number or the name of a symbol, with +OFFSET behind it or not.\n"
		"\n"
		"With -l it goes along a list: ADDRESS is the list's head, or that of the first pointer to a\n"
		"struct; with -s it is a struct on it, which comes first. A head that is a variable is passed\n"
		"over then; one within another struct cannot be told from the rest, and is taken for one of them.\n"
		"Lists that break or run in a circle end there, with the exit status 1. What is missing from the\n"
		"dump is shown as missing, and the exit status is 3 then.\n"
		"\n"
		"    mmx -c vmcore structx page\n"
		"    mmx -c vmcore structx -l tasks -s task_struct.pid,comm init_task\n"
		"    mmx -c vmcore structx -l list module.name modules\n"
		"    mmx -c vmcore structx -C 0 rq.nr_running,curr runqueues",
	.example = "structx mm_struct.mm_count,map_count init_mm",
	.options = options,
	.document = &document,
	.symbols = true,
	.min_operands = 1,
	.max_operands = -1,
	.run = structx,
};
