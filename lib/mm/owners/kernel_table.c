// SPDX-License-Identifier: GPL-2.0-or-later
#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/decode.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/owners/kernel_table.h"
#include "mm/owners/owner.h"
#include "mm/owners/stackdepot.h"

#define MAX_BYTES        (1ULL << 40)
#define MAX_NODES        1024u
#define MAX_MODULES      (1u << 16)
#define MAX_SWAP_AREAS   32u
#define MAX_STACK_POOLS  8192u
#define STACK_POOL_BYTES (4 * 4096)
#define MAX_SWAP_PAGES   (1ULL << 26)

/*
 * How many entries a table has: a number that never changes; a variable that is one less (a mask), or their
 * logarithm; or a variable with the number itself.
 */
enum count { COUNT_FIXED, COUNT_MASK, COUNT_LOG };

/**
 * struct row - a table that a variable points to
 * @variable: the pointer
 * @count, @number, @by: how many entries, of @each bytes, or of the size of @type
 */
struct row {
	const char *what, *variable;
	enum count count;
	uint64_t number;
	const char *by;
	uint64_t each;
	enum mmx_layout_struct type;
};

#define NO_TYPE MMX_LAYOUT_STRUCTS

static const struct row rows[] = {
	{"hash of mounts", "mount_hashtable", COUNT_MASK, 0, "m_hash_mask", 8, NO_TYPE},
	{"hash of mount points", "mountpoint_hashtable", COUNT_MASK, 0, "mp_hash_mask", 8, NO_TYPE},
	{"hash of disk quotas", "dquot_hash", COUNT_LOG, 0, "dq_hash_bits", 8, NO_TYPE},
	{"hash of MPTCP's tokens", "token_hash", COUNT_MASK, 0, "token_mask", 0, S_token_bucket},
	{"counters of IP identifiers", "ip_idents", COUNT_MASK, 0, "ip_idents_mask", 4, NO_TYPE},
	{"times of IP identifiers", "ip_tstamps", COUNT_MASK, 0, "ip_idents_mask", 4, NO_TYPE},
	/* A kmalloc, which is one folio when it is large. */
	{"hash of TCP's metrics", "tcp_metrics_hash", COUNT_FIXED, 1, NULL, 1, NO_TYPE},
	/* Of 2^INET_TABLE_PERTURB_ORDER numbers, which nobody changes who is not out for it. */
	{"counters of ports", "table_perturb", COUNT_FIXED, 1 << 16, NULL, 4, NO_TYPE},
	{"zeros for direct I/O", "zero_page", COUNT_FIXED, 16, NULL, 4096, NO_TYPE},
	{"VMCOREINFO", "vmcoreinfo_data", COUNT_FIXED, 1, NULL, 4096, NO_TYPE},
	{"note for the crash kernel", "vmcoreinfo_note", COUNT_FIXED, 2, NULL, 4096, NO_TYPE},
	{"header of a suspended system's image", "swsusp_header", COUNT_FIXED, 1, NULL, 4096,
	 NO_TYPE},
	{"corrected errors of memory", "ce_arr", COUNT_FIXED, 1, NULL, 4096, NO_TYPE},
};

struct finder {
	struct mmx_hold hold;
	struct mmx_coverage *coverage;
};

static void hold_table(struct finder *f, const char *what, const char *variable, uint64_t addr,
		       uint64_t bytes)
{
	struct mmx_holder holder = {.what = what, .addr = addr};
	uint64_t pfn;

	if (bytes > MAX_BYTES) {
		mmx_cover_failf(f->coverage, MMX_ECORRUPT,
				"%s, the %s, would be of %" PRIu64 " bytes", variable, what, bytes);
		return;
	}
	snprintf(holder.name, sizeof(holder.name), "%s", variable);
	mmx_hold_begin(&f->hold, &holder);
	/* Some variables point to the struct page. */
	if (mmx_page_pfn(f->hold.view->kernel, addr, &pfn))
		mmx_hold_frames(&f->hold, pfn, bytes >> f->hold.view->kernel->arch->page_shift);
	else
		mmx_hold_memory(&f->hold, addr, bytes);
}

/* 0 when it cannot be told. */
static uint64_t bytes_of(struct mmx_view *view, const struct row *row)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t each = row->type == NO_TYPE           ? row->each
			: mmx_has_struct(l, row->type) ? mmx_size(l, row->type)
						       : 0;
	uint64_t number = row->number;

	if (row->count != COUNT_FIXED && mmx_kread_variable(view, row->by, 4, &number))
		return 0;
	if (row->count == COUNT_LOG)
		number = number < 32 ? 1ULL << number : 0;
	if (row->count == COUNT_MASK)
		number++;
	return number * each;
}

/* A kernel that lacks the variable lacks the table. */
static void take_rows(struct finder *f)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint64_t addr, bytes = bytes_of(f->hold.view, &rows[i]);

		if (bytes && !mmx_kread_variable(f->hold.view, rows[i].variable, 8, &addr) && addr)
			hold_table(f, rows[i].what, rows[i].variable, addr, bytes);
	}
}

/*
 * Tables whose pointers lie in a struct.
 */

/* An array of @n entries behind a member; nothing of a kernel that lacks either. */
static void take_array(struct finder *f, const char *variable, const char *what,
		       enum mmx_layout_member pointer, enum mmx_layout_member number, uint64_t more,
		       enum mmx_layout_struct type)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	uint64_t base, addr, n;

	if (!mmx_symbol_addr(&f->hold.view->kernel->symbols, variable, &base) ||
	    !mmx_has(l, pointer) || !mmx_has(l, number) || !mmx_has_struct(l, type) ||
	    mmx_kread_member(f->hold.view, base, pointer, &addr) || !addr ||
	    mmx_kread_member(f->hold.view, base, number, &n))
		return;
	hold_table(f, what, variable, addr, (n + more) * mmx_size(l, type));
}

static void take_network(struct finder *f)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;

	take_array(f, "tcp_hashinfo", "hash of TCP connections", M_inet_hashinfo_ehash,
		   M_inet_hashinfo_ehash_mask, 1, S_inet_ehash_bucket);
	take_array(f, "tcp_hashinfo", "hash of TCP's ports", M_inet_hashinfo_bhash,
		   M_inet_hashinfo_bhash_size, 0, S_inet_bind_hashbucket);
	take_array(f, "tcp_hashinfo", "hash of TCP's ports and addresses", M_inet_hashinfo_bhash2,
		   M_inet_hashinfo_bhash_size, 0, S_inet_bind_hashbucket);
	take_array(f, "tcp_hashinfo", "hash of TCP's listeners", M_inet_hashinfo_lhash2,
		   M_inet_hashinfo_lhash2_mask, 1, S_inet_listen_hashbucket);
	/* Its slots of ports and addresses are larger where sockets are hashed by both ends as well, since 6.13. */
	take_array(f, "udp_table", "hash of UDP sockets", M_udp_table_hash, M_udp_table_mask, 1,
		   S_udp_hslot);
	take_array(f, "udp_table", "hash of UDP sockets", M_udp_table_hash2, M_udp_table_mask, 1,
		   mmx_has_struct(l, S_udp_hslot_main) ? S_udp_hslot_main : S_udp_hslot);
	take_array(f, "udp_table", "hash of UDP sockets", M_udp_table_hash4, M_udp_table_mask, 1,
		   S_udp_hslot);
	/* UDP-Lite went with 7.1. */
	take_array(f, "udplite_table", "hash of UDP-Lite sockets", M_udp_table_hash,
		   M_udp_table_mask, 1, S_udp_hslot);
	take_array(f, "udplite_table", "hash of UDP-Lite sockets", M_udp_table_hash2,
		   M_udp_table_mask, 1, S_udp_hslot);
}

static bool in_direct_map(const struct mmx_kernel *k, uint64_t addr)
{
	return addr >= k->direct_map.va_start && addr < k->direct_map.va_end;
}

static bool is_mask(uint64_t word)
{
	return word && word <= UINT32_MAX && !(word & (word + 1));
}

/*
 * Variables of a type without a name, whose words are known by what they are: a pointer, and a number that says how
 * many entries. Up to 6.15 the hash of futexes is one table and its size; later a mask, a shift, and a table a node.
 */
static void take_futexes(struct finder *f)
{
	const struct mmx_kernel *k = f->hold.view->kernel;
	const struct mmx_layout *l = &k->layout;
	uint64_t at, words[2], bytes, table;
	struct mmx_err err;

	if (!mmx_symbol_addr(&k->symbols, "__futex_data", &at) ||
	    !mmx_has_struct(l, S_futex_hash_bucket))
		return;
	if (mmx_kread_ok(f->hold.view, at, words, sizeof(words), "__futex_data", &err)) {
		mmx_cover_fail(f->coverage, &err);
		return;
	}
	bytes = mmx_size(l, S_futex_hash_bucket);
	if (in_direct_map(k, le64toh(words[0]))) {
		hold_table(f, "hash of futexes", "__futex_data", le64toh(words[0]),
			   words[1] <= UINT32_MAX ? le64toh(words[1]) * bytes : 0);
		return;
	}
	for (unsigned int node = 0; is_mask(le64toh(words[0])) && node < MAX_NODES; node++) {
		if (mmx_kread_u64(f->hold.view, at + 16 + node * 8, &table) ||
		    !in_direct_map(k, table))
			return;
		hold_table(f, "hash of futexes", "__futex_data", table,
			   (le64toh(words[0]) + 1) * bytes);
	}
}

/* Since 6.15 the hash of POSIX timers is made at boot: its address, and a mask. */
static void take_timers(struct finder *f)
{
	const struct mmx_kernel *k = f->hold.view->kernel;
	uint64_t at, table, mask;

	if (!mmx_symbol_addr(&k->symbols, "__timer_data", &at) ||
	    !mmx_has_struct(&k->layout, S_timer_hash_bucket) ||
	    mmx_kread_u64(f->hold.view, at, &table) || mmx_kread_u64(f->hold.view, at + 8, &mask) ||
	    !in_direct_map(k, table) || !is_mask(mask))
		return;
	hold_table(f, "hash of timers", "__timer_data", table,
		   (mask + 1) * mmx_size(&k->layout, S_timer_hash_bucket));
}

/* Since 7.x the data that the vDSO reads is allocated, and no part of the kernel's image. */
static void take_vdso(struct finder *f)
{
	const struct mmx_layout *l = &f->hold.view->kernel->layout;
	uint64_t addr;

	if (mmx_has_enum(l, E_VDSO_NR_PAGES) &&
	    !mmx_kread_variable(f->hold.view, "vdso_k_time_data", 8, &addr) && addr)
		hold_table(f, "data that the vDSO reads", "vdso_k_time_data", addr,
			   mmx_enum(l, E_VDSO_NR_PAGES) * 4096ull);
}

/*
 * Types. Their descriptions lie in the image, or with the module; the table that leads to each is a large kmalloc,
 * which is one folio, or of vmalloc.
 */

static void take_types_of(struct finder *f, uint64_t btf)
{
	static const enum mmx_layout_member tables[] = {M_btf_types, M_btf_resolved_ids,
							M_btf_resolved_sizes};
	uint64_t addr;

	for (unsigned int i = 0; i < 3; i++) {
		struct mmx_holder holder = {
			.what = "index of the types of BTF", .type = "btf", .addr = btf};

		if (mmx_kread_member(f->hold.view, btf, tables[i], &addr) || !addr)
			continue;
		mmx_hold_begin(&f->hold, &holder);
		mmx_hold_memory(&f->hold, addr, 1);
	}
}

static void take_types(struct finder *f)
{
	const struct mmx_kernel *k = f->hold.view->kernel;
	struct mmx_list list;
	uint64_t btf, head;

	if (!mmx_kread_variable(f->hold.view, "btf_vmlinux", 8, &btf) && btf)
		take_types_of(f, btf);
	if (!mmx_symbol_addr(&k->symbols, "btf_modules", &head) ||
	    !mmx_has(&k->layout, M_btf_module_list) || !mmx_has(&k->layout, M_btf_module_btf))
		return;
	mmx_list_begin(&list, f->hold.view, head, MAX_MODULES);
	while (mmx_list_next(&list)) {
		uint64_t module = list.node - mmx_off(&k->layout, M_btf_module_list);

		if (!mmx_kread_member(f->hold.view, module, M_btf_module_btf, &btf) && btf)
			take_types_of(f, btf);
	}
	mmx_cover_inherit(f->coverage, &list.coverage);
}

/* Up to 6.13 who is charged for each slot of a swap area stands in pages that are allocated one by one. */
static void take_swap_cgroups(struct finder *f)
{
	const struct mmx_kernel *k = f->hold.view->kernel;
	const struct mmx_layout *l = &k->layout;
	uint64_t areas, map, n, count;

	if (!mmx_symbol_addr(&k->symbols, "swap_cgroup_ctrl", &areas) ||
	    !mmx_has(l, M_swap_cgroup_ctrl_map) || !mmx_has(l, M_swap_cgroup_ctrl_length) ||
	    mmx_kread_variable(f->hold.view, "nr_swapfiles", 4, &count))
		return;
	for (unsigned int i = 0; i < count && i < MAX_SWAP_AREAS; i++) {
		uint64_t area = areas + i * mmx_size(l, S_swap_cgroup_ctrl);
		struct mmx_holder holder = {.what = "who is charged for slots of a swap area",
					    .type = "swap_cgroup_ctrl",
					    .addr = area};

		if (mmx_kread_member(f->hold.view, area, M_swap_cgroup_ctrl_map, &map) || !map ||
		    mmx_kread_member(f->hold.view, area, M_swap_cgroup_ctrl_length, &n) ||
		    n > MAX_SWAP_PAGES)
			continue;
		mmx_hold_begin(&f->hold, &holder);
		mmx_hold_pages(&f->hold, map, n);
	}
}

/*
 * Stacks that KASAN, page_owner and debugging of slabs keep: pools of a size that has not changed, one behind the other,
 * as many as are counted or up to the first that is not there. One that comes next may have been made already.
 */
static void take_stacks(struct finder *f)
{
	struct mmx_holder holder = {.what = "stacks that the kernel keeps", .name = "stack depot"};
	uint64_t pools, pool, n = MAX_STACK_POOLS;
	struct mmx_err err;

	if (mmx_stack_pools(f->hold.view, &pools, &err))
		return;
	holder.addr = pools;
	mmx_hold_begin(&f->hold, &holder);
	if (!mmx_kread_variable(f->hold.view, "pools_num", 4, &pool) && pool < n)
		n = pool;
	for (uint64_t i = 0; i < n; i++) {
		if (mmx_kread_u64(f->hold.view, pools + i * 8, &pool) ||
		    !in_direct_map(f->hold.view->kernel, pool))
			break;
		mmx_hold_memory(&f->hold, pool, STACK_POOL_BYTES);
	}
	if (!mmx_kread_variable(f->hold.view, "new_pool", 8, &pool))
		mmx_hold_memory(&f->hold, pool, STACK_POOL_BYTES);
}

int mmx_kernel_tables_find(struct mmx_kernel_tables *it, struct mmx_view *view, struct mmx_err *err)
{
	struct finder f = {.hold = {.held = &it->held, .view = view}, .coverage = &it->coverage};

	take_rows(&f);
	take_network(&f);
	take_futexes(&f);
	take_timers(&f);
	take_vdso(&f);
	take_types(&f);
	take_swap_cgroups(&f);
	take_stacks(&f);
	return mmx_hold_end(&f.hold, err);
}

void mmx_kernel_tables_free(struct mmx_kernel_tables *it)
{
	mmx_holdings_free(&it->held);
}

MMX_HOLDINGS_OF(kernel_tables)

const struct mmx_owner_kind mmx_owner_kernel_table = {
	.name = "tables of the kernel",
	.class = CLASS_KERNEL_TABLE,
	.why = "a variable of the kernel points to the table that it is of",
	.last = true,
	.known = MMX_KNOWN_kernel_tables,
	.run = runs,
	.held = held,
};
