# SPDX-License-Identifier: GPL-2.0-or-later
"""
pagex on real dumps: each situation that the workload made is recognised, in what the workload knows of
it, and every frame of the dump has exactly one class, few of them none that tells.
"""
import json
from collections import Counter

import captures
import checks_kernel_pages as kernel_pages
import compare
import suite
from checks import MMX, TOOLS, is_filtered, run
from checks_owners import areas, tolerance
from truth import SECTION_BITS

PGTABLE = 1 << 26  # of kpageflags
LEVELS = ["PTE", "PMD", "PUD", "P4D"]
RESERVE = "kept in reserve for when a huge mapping is split"

# The class of a situation's pages. Where the kernels differ, or one page differs, a set.
ANON = ("thp_pmd thp_pte thp_partial thp_shared_fork thp_pmd_and_pte mthp_64k anon_private anon_shared_fork "
        "anon_cow_copied fork_chain fork_orphan mremap_anon anon_split_vma mlocked prot_none_touched stack heap "
        "uffd_wp threads clone_vm leader_dead cgroup swapped_back swap_cache vmspliced madv_free").split()
CLASS = {name: {"anon"} for name in ANON} | {
    "hwpoison": {"anon", "hwpoison"},
    "ksm_merged": {"ksm"}, "ksm_chain": {"ksm"}, "huge_zero_page": {"zero-page"}, "zero_page": {"reserved"},
    "shmem_thp": {"shmem"}, "shmem_anon_shared": {"shmem"}, "memfd": {"shmem"}, "sysv_shm": {"shmem"},
    "tmpfs_file": {"shmem"}, "tmpfs_holes": {"shmem"}, "deleted_tmpfs_mapped": {"shmem"},
    "cgroup_gone": {"shmem"}, "hugetlb_private": {"hugetlb"}, "hugetlb_shared": {"hugetlb"},
    "hugetlb_1g": {"hugetlb"}, "ext4_file": {"file"}, "ext4_dirty": {"file"}, "ext4_large": {"file"},
    "ext4_holes": {"file"}, "deleted_file_mapped": {"file"}, "page_cache_unmapped": {"file"},
    "secretmem": {"file"}, "dev_mem": {"reserved"},
}
# How often each page is mapped, where the workload shares all of it in one way.
SHARED = ("anon_shared_fork", "thp_shared_fork", "hugetlb_shared", "shmem_anon_shared")


def ask(form, operands):
    result = run([MMX, "-c", form, "--json", "pagex", *operands])
    if result.returncode not in (0, 1):
        raise RuntimeError(f"pagex ended with {result.returncode}: {result.stderr.strip()[-300:]}")
    return {page["pfn"]: page for page in suite.document(result.stdout, "mmx.page/1")["pages"]}


def path_of(page):
    return page.get("file", {}).get("path")


def faults(name, told, page):
    """What pagex has wrong about one page of a situation."""
    if name in CLASS and page["class"] not in CLASS[name]:
        yield f"class is {page['class']} ({page['because']})"
    if page["class"] in ("file", "shmem") and told.get("path") and not name.startswith("cgroup") \
            and path_of(page) not in (told["path"], told["path"] + " (deleted)"):
        yield f"path is {path_of(page)}, not {told['path']}"
    if "inode" in told and page["class"] in ("file", "shmem") and name != "cgroup_gone" \
            and page["file"].get("ino") != told["inode"]:
        yield f"inode is {page['file'].get('ino')}, not {told['inode']}"
    if name == "cgroup" and page.get("memcg", {}).get("path") != told["cgroup"]:
        yield f"charged to {page.get('memcg')}, not {told['cgroup']}"
    if name in SHARED and page["mapcount"] != len(told["sharers"]):
        yield f"mapped {page['mapcount']} times, not {len(told['sharers'])}"
    if name == "ksm_merged" and page["ksm"].get("sharers") != len(told["sharers"]):
        yield f"KSM sharers are {page['ksm']}, not {len(told['sharers'])}"
    if name == "swap_cache" and "swapcache" in page["flags"]["names"] and not page.get("swap_cache", {}).get("area"):
        yield "in the swap cache, and no area is named"
    if page.get("broken_folio"):
        yield page["broken_folio"]


def situations(dump, form):
    """Every situation, in every field that the workload knows."""
    made = {name: told for name, told in situations_of(dump).items() if any(told.get("pfns") or [])}
    pages = ask(form, sorted({pfn for told in made.values() for pfn in told["pfns"] if pfn}))
    wrong = []
    for name, told in made.items():
        for pfn in filter(None, told["pfns"]):
            wrong += [f"{name} PFN {pfn}: {fault}" for fault in faults(name, told, pages[pfn])]
    if len(made) < 30:
        wrong.append(f"only {len(made)} situations have frames")
    return "\n".join(wrong[:30]) or None


def classes(dump, form):
    """One class a frame, all frames of the dump, and less than 1 % of them unattributed."""
    result = run([TOOLS / "probe", form, "classes"])
    count = Counter()
    for line in result.stdout.splitlines():
        if not line.startswith("#"):
            name, number = line.split()
            count[name] += int(number)
    frames = (dump.before / "kpageflags").stat().st_size // 8
    if sum(count.values()) != frames:
        return f"{sum(count.values())} frames have a class, and there are {frames}"
    if count["unattributed"] >= frames / 100:
        return f"{count['unattributed']} of {frames} frames are unattributed"
    missing = [name for name in ("free", "slab", "anon", "file", "shmem", "page-table", "vmalloc",
                                 "stack", "percpu", "reserved", "hugetlb", "ksm") if not count[name]]
    return f"no frame is of class {missing}" if missing else None


def words_of(dump, name):
    return captures.words(dump.before / name)


def ranges(pfns):
    """Ascending PFNs as operands: a command line has room for so many only."""
    found = []
    for pfn in pfns:
        if found and found[-1][1] == pfn - 1:
            found[-1][1] = pfn
        else:
            found.append([pfn, pfn])
    return [f"{first:x}-{last:x}" for first, last in found]


def table_frames(dump):
    """Frames that the guest calls page tables, and those of which it says nothing: roots are among these."""
    sections = set(dump.sections())
    return [pfn for pfn, word in enumerate(words_of(dump, "kpageflags"))
            if (word & PGTABLE or not word) and pfn >> SECTION_BITS - 12 in sections]


def led_to(dump, root, address, level):
    """The frame of the table of that level on the way from a root to an address, read raw."""
    frame = root
    for upper in range(dump.levels, level, -1):
        entry = dump.raw.u64(frame * 4096 + (address >> 12 + 9 * (upper - 1) & 511) * 8)
        if entry is None or not entry & 1:
            return None
        frame = (entry & 0x000FFFFFFFFFF000) // 4096
    return frame


def is_used(folder, pid, first, last):
    """Whether the guest's maps has an area there; it is empty once a leader has exited before its threads."""
    mapped = areas(folder, pid)
    return not mapped or any(area.start <= last and first < area.end for area in mapped)


def table_faults(dump, pfn, table, roots):
    """What pagex has wrong about a table and those whose it is."""
    level = LEVELS.index(table["level"]) + 1 if table["level"] != "PGD" else dump.levels
    for owner in table["owners"]:
        first, last, who = int(owner["first"], 16), int(owner["last"], 16), owner["pid"]
        size = 4096 << 9 * level
        if level < dump.levels and table["role"] != RESERVE and (first % size or last != first + size - 1):
            yield f"{table['level']} maps {owner['first']}-{owner['last']}"
        if table["role"] == "a page table" and who in roots and led_to(dump, roots[who], first, level) != pfn:
            yield f"the root of {who} leads elsewhere at {owner['first']}"
        if level == 1 and who is not None and not last >> 63 and not is_used(dump.before, who, first, last):
            yield f"{who} has nothing at {owner['first']}"


def tables_of_processes(dump, form):
    """Each page table: whose it is, at which level, for which addresses; their number is VmPTE's."""
    pages = ask(form, ranges(table_frames(dump)))
    tables = {int(pfn, 16): page["page_table"] for pfn, page in pages.items() if page["class"] == "page-table"}
    roots = {owner["pid"]: pfn for pfn, table in tables.items() for owner in table.get("owners", [])
             if table["level"] == "PGD" and table["role"] == "a page table" and owner["pid"] is not None}
    wrong, size = [], Counter()
    for pfn, table in tables.items():
        if "owners" not in table:
            wrong.append(f"PFN {pfn:x}: {table['owner_unknown']}")
            continue
        wrong += [f"PFN {pfn:x}: {fault}" for fault in table_faults(dump, pfn, table, roots)]
        for pid in {owner["pid"] for owner in table["owners"]} if table["level"] in LEVELS[:3] else ():
            size[pid] += 4
    folders = compare.pair(dump.folder)
    compared = [(pid, size[pid], [kernel_pages.status(folder, str(pid)) for folder in folders]) for pid in roots]
    wrong += [f"PID {pid} has {kib} KiB of page tables, captured {true}" for pid, kib, true in compared
              if None not in true and not kernel_pages.between(kib, *true)]
    unmarked = [pfn for pfn, word in enumerate(words_of(dump, "kpageflags"))
                if word & PGTABLE and pfn not in tables]
    if len(unmarked) > tolerance(dump):
        wrong.append(f"{len(unmarked)} frames are page tables to the guest and not to pagex: {unmarked[:5]}")
    if len(compared) < 40 or not any(table.get("role") == RESERVE for table in tables.values()):
        wrong.append(f"page tables of {len(compared)} processes only")
    return "\n".join(wrong[:20]) if len(wrong) > tolerance(dump) else None


def situations_of(dump):
    return {name: told for name, told in json.loads((dump.folder / "situations.json").read_text()).items()
            if told.get("made")}


def answer(form, *words):
    """Exit status, [(PFN, address)] of the pages, and the lines on standard error."""
    result = run([MMX, "-c", form, "--json", "pagex", *words])
    pages = suite.document(result.stdout, "mmx.page/1")["pages"] if result.stdout else []
    return result.returncode, [(p["pfn"], p.get("address")) for p in pages], result.stderr.splitlines()


def user_operands(dump, form):
    """Ranges of a process's addresses name the frames that the workload saw there; holes get one line."""
    for name, told in situations_of(dump).items():
        # Of these three the workload does not know all frames.
        if "addr" not in told or not told.get("pfns") or name in ("dev_mem", "hwpoison", "io_uring_ring"):
            continue
        start, pfns = int(told["addr"], 16), told["pfns"]
        expected = [(pfn, f"0x{start + 4096 * i:x}") for i, pfn in enumerate(pfns) if pfn]
        found = answer(form, "-u", str(told["pid"]), f"{start:x}-{start + 4096 * len(pfns) - 1:x}")
        lines = len(expected) < len(pfns)
        if found[:2] != (0 if expected else 2, expected) or len(found[2]) != lines:
            yield f"{name}: expected {expected} and {int(lines)} lines of holes, found {found}"


def stack_of_init(dump):
    """The lowest address of PID 1's stack, a vmalloc area."""
    result = run([TOOLS / "ask_owners", dump.raw_path, "tasks"])
    return next(int(line.split()[4], 16) for line in result.stdout.splitlines() if line.split()[0] == "1")


def kernel_operands(dump, form):
    """Kernel addresses of every kind lead where the page tables, read raw, do; so do ranges with a hole."""
    direct, stack = dump.variable("page_offset_base") + 0x5678000, stack_of_init(dump)
    module = next((s.address for s in dump.symbols if s.module and s.type in "tT"), dump.by_name["_text"])
    for address in (dump.by_name["_text"] + 0x123, dump.by_name["jiffies"], module, stack + 8, direct):
        phys = dump.walk(dump.root, address)
        found = answer(form, f"{address:x}")
        if found != (0, [(f"0x{phys // 4096:x}", f"0x{address:x}")], []):
            yield f"kernel address {address:x} is at {phys:x}, found {found}"
    addresses = range(stack - 4096, stack + 4 * 4096, 4096)
    frames = [(dump.walk(dump.root, address), address) for address in addresses]
    expected = [(f"0x{phys // 4096:x}", f"0x{address:x}") for phys, address in frames if phys is not None]
    found = answer(form, f"{addresses[0]:x}-{addresses[-1]:x}")
    if found[:2] != (0, expected) or len(expected) < 4 or len(found[2]) != 5 - len(expected):
        yield f"range at init's stack {stack:x}: expected {expected}, found {found}"


def bad_operands(dump, form):
    """One line each, the right exit status, and the others still print."""
    beyond = f"{max(dump.sections()) + 1 << SECTION_BITS - 12:x}"
    last = f"{(max(dump.sections()) + 1 << SECTION_BITS - 12) - 2:x}"
    for words, status, pages, lines in (
            (["garbage"], 2, 0, 1), (["0x"], 2, 0, 1), (["5-4"], 2, 0, 1), (["100-"], 2, 0, 1),
            (["10000000000000"], 2, 0, 1), (["-p", "f000000000000000"], 2, 0, 1), (["-d", "ff"], 2, 0, 1),
            ([beyond], 2, 0, 1), ([f"{last}-{beyond}"], 0, 2, 1), ([f"{beyond}-{beyond}0"], 2, 0, 1),
            (["ffffffff00000000"], 2, 0, 1), (["100-ffffffffffffffff"], 2, 0, 1),
            (["-u", "xx", "1000"], 2, 0, 1), (["-u", "2", "1000"], 2, 0, 1), (["-u", "1", "1000"], 2, 0, 1),
            (["-u", "1", "8000000000000000"], 2, 0, 1), (["-u", "4000000", "1000"], 2, 0, 1),
            (["100", beyond, "garbage", "200-201"], 2, 3, 2), (["-d", "256", "512-513"], 0, 3, 0)):
        found = answer(form, *words)
        if (found[0], len(found[1]), len(found[2])) != (status, pages, lines):
            yield f"{words}: status {found[0]}, {len(found[1])} pages, {found[2]}"


def operands(dump, form):
    wrong = [*user_operands(dump, form), *kernel_operands(dump, form), *bad_operands(dump, form)]
    return "\n".join(wrong[:20]) or None


CHECKS = [
    ("pagex operands", lambda d, f: f == d.raw_path, operands),
    ("pagex page tables", lambda d, f: f == d.raw_path or is_filtered(f), tables_of_processes),
    ("pagex situations", lambda d, f: f == d.raw_path, situations),
    ("classes", lambda d, f: f == d.raw_path or is_filtered(f), classes),
]
