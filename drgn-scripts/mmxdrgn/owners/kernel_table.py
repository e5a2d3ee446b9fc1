# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables that the kernel makes at boot, as large as its variables say."""
from ..list import walk

# A variable that points to a table; how many entries: one more than a variable, or a logarithm, or a number; their size.
ROWS = (
    ("mount_hashtable", "m_hash_mask", 8), ("mountpoint_hashtable", "mp_hash_mask", 8),
    ("ip_idents", "ip_idents_mask", 4), ("ip_tstamps", "ip_idents_mask", 4),
    ("token_hash", "token_mask", "struct token_bucket"),
    ("tcp_metrics_hash", 1, 1), ("table_perturb", 1 << 16, 4), ("vmcoreinfo_data", 1, 4096),
    ("vmcoreinfo_note", 2, 4096), ("swsusp_header", 1, 4096), ("ce_arr", 1, 4096),
)
# Of a struct: its variable and name, the pointer, the number of entries and what is to be added, the kinds of entry.
ARRAYS = (
    ("tcp_hashinfo", "inet_hashinfo", "ehash", "ehash_mask", 1, "inet_ehash_bucket"),
    ("tcp_hashinfo", "inet_hashinfo", "bhash", "bhash_size", 0, "inet_bind_hashbucket"),
    ("tcp_hashinfo", "inet_hashinfo", "bhash2", "bhash_size", 0, "inet_bind_hashbucket"),
    ("tcp_hashinfo", "inet_hashinfo", "lhash2", "lhash2_mask", 1, "inet_listen_hashbucket"),
    ("udp_table", "udp_table", "hash", "mask", 1, "udp_hslot"),
    ("udp_table", "udp_table", "hash2", "mask", 1, "udp_hslot_main", "udp_hslot"),
    ("udp_table", "udp_table", "hash4", "mask", 1, "udp_hslot"),
    ("udplite_table", "udp_table", "hash", "mask", 1, "udp_hslot"),
    ("udplite_table", "udp_table", "hash2", "mask", 1, "udp_hslot"),
)


def frames(held):
    kernel, t = held.kernel, held.target
    for name, count, size in ROWS:
        table = kernel.variable(name, otherwise=0)
        if isinstance(count, str):
            mask = kernel.variable(count, 4, otherwise=None)
            count = 0 if mask is None else mask + 1
        if isinstance(size, str):
            size = t.size(size) if t.has_type(size) else 0
        yield from held.memory(table, count * size)
    bits = kernel.variable("dq_hash_bits", 4, otherwise=0)
    yield from held.memory(kernel.variable("dquot_hash", otherwise=0), 8 << bits)
    zeros = kernel.variable("zero_page", otherwise=0)
    pfn = held.pages.pfn_of(zeros)
    yield from range(pfn, pfn + 16) if zeros and pfn is not None else ()
    for name, struct, pointer, count, more, *entries in ARRAYS:
        at, entry = t.symbol(name), next((e for e in entries if t.has_type(f"struct {e}")), None)
        if at is not None and entry and t.member(f"struct {struct}", pointer):
            number = kernel.member(at, f"struct {struct}", count) + more
            yield from held.memory(kernel.member(at, f"struct {struct}", pointer), number * t.size(f"struct {entry}"))
    yield from of_futexes(held)
    at = t.symbol("__timer_data")
    if at is not None and t.has_type("struct timer_hash_bucket"):
        table, mask = kernel.numbers(at, 2)
        yield from held.memory(table, (mask + 1) * t.size("struct timer_hash_bucket") if mask < 1 << 32 else 0)
    pages = t.constant("VDSO_NR_PAGES")
    if pages is not None:
        yield from held.memory(kernel.variable("vdso_k_time_data", otherwise=0), 4096 * pages)
    yield from of_types(held)
    yield from of_swap(held)
    yield from of_stacks(held)


def of_futexes(held):
    """A table and its size, or a mask, a shift and a table a node."""
    kernel, t = held.kernel, held.target
    at = t.symbol("__futex_data")
    if at is None:
        return
    first, second, *tables = kernel.numbers(at, 10)
    size = t.size("struct futex_hash_bucket")
    if first >= 1 << 32:
        yield from held.memory(first, second * size if second < 1 << 32 else 0)
        return
    for table in tables:
        if table < held.direct_map:
            return
        yield from held.memory(table, (first + 1) * size)


def of_types(held):
    kernel, t = held.kernel, held.target
    found = {kernel.variable("btf_vmlinux", otherwise=0)}
    head = t.symbol("btf_modules")
    if head is not None:
        found |= {kernel.member(module, "struct btf_module", "btf")
                  for module in walk(kernel, head, t.offset("struct btf_module", "list"))}
    for btf in found - {0}:
        for name in ("types", "resolved_ids", "resolved_sizes"):
            yield from held.memory(kernel.member(btf, "struct btf", name))


def of_swap(held):
    kernel, t = held.kernel, held.target
    areas, name = t.symbol("swap_cgroup_ctrl"), "struct swap_cgroup_ctrl"
    if areas is None or not t.member(name, "length"):
        return
    for i in range(min(kernel.variable("nr_swapfiles", 4), 32)):
        area = areas + i * t.size(name)
        pages = kernel.member(area, name, "map")
        for page in kernel.numbers(pages, kernel.member(area, name, "length")) if pages else ():
            yield from held.page(page)


def of_stacks(held):
    """Pools of the stack depot, 16 KiB each, as many as are counted or up to the first that is not there."""
    kernel, t = held.kernel, held.target
    pools = t.symbol("stack_slabs") if t.symbol("stack_pools") is None else t.symbol("stack_pools")
    if pools is None:
        return
    if t.symbol("stack_max_pools") is not None:
        pools = kernel.number(pools)
    for i in range(kernel.variable("pools_num", 4, otherwise=8192) if pools else 0):
        pool = kernel.number(pools + 8 * i)
        if not pool:
            break
        yield from held.memory(pool, 4 * 4096)
    yield from held.memory(kernel.variable("new_pool", otherwise=0), 4 * 4096)
