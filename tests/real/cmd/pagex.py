# SPDX-License-Identifier: GPL-2.0-or-later
"""
pagex on real dumps: each situation that the workload made is recognised, in what the workload knows of
it; whose page tables are, what is reserved or plugged, counts, and operands.
"""
import re
import struct
from collections import Counter

import captures
import compare
import suite
from real.check import MMX, ask as ask_library, between, raw_form, raw_or_filtered, run, tolerance
from real.guest import PRESENT, SWAP, areas, pte_kib, situations_of, words_of
from real.truth import DEVICE, PLUGGED, SECTION_BITS

BUDDY, TAIL, RESERVED = 1 << 10, 1 << 16, 1 << 32  # of kpageflags
PGTABLE, OFFLINE, HUGE_HEAD = 1 << 26, 1 << 23, 1 << 17 | 1 << 15
MANY = 60  # pages in batches of the LRU, of a pipe, and held by a file system
LEVELS = ["PTE", "PMD", "PUD", "P4D"]
DEPOSITED = "deposited for when a huge mapping is split"

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
    "secretmem": {"file"}, "dev_mem": {"reserved"}, "hard_link": {"shmem"},
}
# How often each page is mapped, where the workload shares all of it in one way.
SHARED = ("anon_shared_fork", "thp_shared_fork", "hugetlb_shared", "shmem_anon_shared")


def ask(form, operands):
    result = run(MMX, "-c", form, "--json", "pagex", *operands)
    suite.expect(result.status in (0, 1), result)
    return {page["pfn"]: page for page in suite.document(result.out, "mmx.page/1")["pages"]}


STRUCT_PAGES_A_PAGE = 64
ONE_PAGE = {"order": 0, "anon.size": "one page"}
THP = {"order": 9, "anon.size": "transparent huge page"}
HUGE = {"order": 9, "hugetlb.size": 2 << 20, "hugetlb.pool": "hugepages-2048kB", "hugetlb.state": "in use"}
GIGANTIC = {"order": 18, "hugetlb.size": 1 << 30, "hugetlb.pool": "hugepages-1048576kB", "hugetlb.state": "in use"}
# What every page of a situation is, in so many words.
EXPECTED = {
    "thp_pmd": THP | {"anon.exclusive": True}, "thp_pte": THP | {"anon.exclusive": True}, "thp_partial": THP,
    "thp_shared_fork": THP | {"anon.exclusive": False}, "thp_pmd_and_pte": THP | {"anon.exclusive": False},
    "mthp_64k": {"order": 4, "anon.size": "large folio", "anon.exclusive": True}, "shmem_thp": {"order": 9},
    "hugetlb_private": HUGE | {"anon.size": "huge page of hugetlb"}, "hugetlb_shared": HUGE,
    "hugetlb_1g": GIGANTIC,
    "anon_private": ONE_PAGE | {"anon.exclusive": True}, "anon_shared_fork": ONE_PAGE | {"anon.exclusive": False},
    "mlocked": ONE_PAGE | {"anon.exclusive": True}, "stack": ONE_PAGE, "heap": ONE_PAGE,
    "ext4_file": {"file.filesystem": "ext4"}, "ext4_dirty": {"file.filesystem": "ext4", "file.writeback": False},
    "ext4_large": {"file.filesystem": "ext4"}, "ext4_holes": {"file.filesystem": "ext4"},
    "page_cache_unmapped": {"file.filesystem": "ext4", "mapcount": 0},
    "deleted_file_mapped": {"file.filesystem": "ext4"}, "tmpfs_file": {"file.filesystem": "tmpfs"},
    "tmpfs_holes": {"file.filesystem": "tmpfs"}, "deleted_tmpfs_mapped": {"file.filesystem": "tmpfs"},
    "memfd": {"file.filesystem": "tmpfs"}, "sysv_shm": {"file.filesystem": "tmpfs"},
    "hard_link": {"file.path_is_one_of": 2},
    "secretmem": {"file.filesystem": "secretmem"}, "program_text": {"file.path": "/init"},
    "zero_page": {"holds": "the page of zeros that everybody shares"}, "vdso": {"reserved_for": "kernel image"},
}
FLAGS = {"mlocked": "unevictable", "hwpoison": "hwpoison", "secretmem": "unevictable"}
HAS_NO_NAME = ("deleted_tmpfs_mapped", "deleted_file_mapped", "memfd")


def field(page, path):
    for part in path.split("."):
        page = page.get(part, {}) if isinstance(page, dict) else None
    return None if page == {} else page


def counts_by_address(dump):
    """Whether anonymous pages of a mapping with a file are counted from address 0 on, as since 7.3."""
    return b"__vm_anon_pgoff_lo\0" in dump.bytes_between("__start_BTF", "__stop_BTF")


def index_of(dump, name, told, nth):
    """Where in its file or address space a page is, or None when the workload cannot tell."""
    by_address = ANON + (["hugetlb_private"] if counts_by_address(dump) else [])
    if name in by_address and name != "stack" and "addr" in told:  # the stack was moved before it was used
        return int(told.get("was_at", told["addr"]), 16) // 4096 + nth
    if name.startswith("hugetlb_") or name == "page_cache_unmapped":
        return nth
    return told["offset"] // 4096 + nth if "offset" in told else None


def swap_entry(dump, told, nth):
    """Of a page in the swap cache: the entry that another process still has in its page table."""
    address = int(told["addr"], 16)
    for pid in told["sharers"][1:]:
        for start, words in captures.pagemap(dump.before / str(pid) / "pagemap").items():
            if start <= address < start + 4096 * len(words):
                word = words[(address - start) // 4096 + nth]
                if word & SWAP and not word & PRESENT:
                    return word & 31, f"0x{word >> 5 & (1 << 50) - 1:x}"
    return None


def expectations(dump, name, told, nth, page):
    """(field, value) of all that the workload knows of the nth page of a situation."""
    yield from EXPECTED.get(name, {}).items()
    if page["class"] in ("file", "shmem", "hugetlb") and "path" in told:
        yield "file.path", told["path"] + (" (deleted)" if name in HAS_NO_NAME else "")
    if page["class"] in ("file", "shmem") and "inode" in told and name != "cgroup_gone":
        yield "file.ino", told["inode"]
    index = index_of(dump, name, told, nth)
    if index is not None and page["class"] != "hwpoison":
        yield "index", f"0x{index:x}"
    if name == "sysv_shm":
        yield "file.path", f"/SYSV{int(told['key'], 16):08x} (deleted)"
    if name == "ext4_dirty":
        yield "file.dirty", nth < told["dirty_pages"]
    if name in SHARED:
        yield "mapcount", len(told["sharers"])
    if name in ("ksm_merged", "ksm_chain"):
        yield "ksm.sharers", len(told["sharers"]) if name == "ksm_merged" else page["mapcount"]
        yield "mapcount", len(told["sharers"]) if name == "ksm_merged" else page["mapcount"]
    if name == "swap_cache" and "swapcache" in page["flags"]["names"]:
        yield "swap_cache.area", "/dev/zram0"
        if swap_entry(dump, told, nth):
            kind, offset = swap_entry(dump, told, nth)
            yield "swap_cache.type", kind
            yield "swap_cache.offset", offset
    if name in ANON and page["class"] == "anon":
        yield "memcg.path", (dump.before / str(told["pid"]) / "cgroup").read_text().strip().removeprefix("0::")


def faults(dump, name, told, nth, page):
    """What pagex has wrong about one page of a situation."""
    if name in CLASS and page["class"] not in CLASS[name]:
        yield f"class is {page['class']} ({page['because']})"
    for path, value in expectations(dump, name, told, nth, page):
        if field(page, path) != value:
            yield f"{path} is {field(page, path)}, not {value}"
    if name in FLAGS and FLAGS[name] not in page["flags"]["names"]:
        yield f"flag {FLAGS[name]} is not among {page['flags']['names']}"
    if name == "ksm_chain" and (not page["ksm"].get("chain") or page["ksm"]["sharers"] > told["max_sharing"]):
        yield f"its chain is {page['ksm']}"
    # Memory cgroups that are gone give their charges to their parents, since 7.0.
    if name == "cgroup_gone" and field(page, "memcg.path") not in (told["cgroup"] + " (deleted)", "/lab"):
        yield f"charged to {page.get('memcg')}"
    if name != "hard_link" and page.get("file", {}).get("path_is_one_of"):
        yield f"its path is said to be one of {page['file']['path_is_one_of']}"
    if page.get("broken_folio"):
        yield page["broken_folio"]


def pipe_content(nth):
    """The page that the workload wrote into its pipe as the nth one; see fill_page() in tests/lab/guest."""
    seed = 0x50495045 + nth * 4096
    return struct.pack("<1024I", *((seed * 2654435761 + i * 40503 + 1) % (1 << 32) for i in range(1024)))


def pipe_faults(dump, form):
    """The pages of the pipe that was filled: all of them, in their order, with what was written."""
    told = made_in(dump)["pipe_full"]
    pages = sorted((page["pipe"]["nth"], page) for page in ask(form, ranges(table_frames(dump))).values()
                   if page["class"] == "pipe" and page["pipe"]["ino"] == told["inode"] and not page["pipe"]["spare"])
    if [nth for nth, _ in pages] != list(range(told["bytes"] // 4096)):
        yield f"the full pipe has buffers {[nth for nth, _ in pages]} of {told['bytes']} bytes"
    for nth, page in pages:
        said = {key: page["pipe"].get(key) for key in ("path", "offset", "bytes", "pid", "fd")}
        true = {"path": f"pipe:[{told['inode']}]", "offset": 0, "bytes": 4096, "pid": told["pid"], "fd": told["fd"]}
        if said != true:
            yield f"PFN {page['pfn']}: {said}, not {true}"
        if dump.raw.read(int(page["pfn"], 16) * 4096, 4096) != pipe_content(nth):
            yield f"PFN {page['pfn']} does not hold what was written as page {nth}"


def spliced_faults(dump, form):
    """Pages of a process that it spliced into a pipe: anonymous still, and -c says who holds them as well."""
    told = made_in(dump)["vmspliced"]
    pages = ask(form, ["-c", *told["pfns"]])
    for nth, pfn in enumerate(told["pfns"]):
        found, spliced = field(pages[pfn], "pipe.ino"), nth < told["spliced_pages"]
        if found != (told["inode"] if spliced else None):
            yield f"vmspliced PFN {pfn}: in the pipe with inode {found}"
        if (pages[pfn]["references"]["remainder"] > 0) != spliced or ("surprise" in pages[pfn]["references"]) != spliced:
            yield f"vmspliced PFN {pfn}: {pages[pfn]['references']}"


def frame_faults(dump, form):
    """Situations that are so many frames of a class, and no address of anybody's."""
    made = made_in(dump)
    flags = words_of(dump, "kpageflags")
    if "balloon" in made:
        pages = ask(form, ranges(pfn for pfn, word in enumerate(flags) if word & OFFLINE))
        count = sum(page["class"] == "balloon" and page["balloon"] != "0x0" for page in pages.values())
        if count != made["balloon"]["frames"]:
            yield f"{count} frames are the balloon's, not {made['balloon']['frames']}"
    if "offline_memory" in made:
        first, frames = int(made["offline_memory"]["first_pfn"], 16), made["offline_memory"]["frames"]
        pages = ask(form, ranges(range(first, first + frames)))
        if {page["class"] for page in pages.values()} != {"offline"} or len(pages) != frames:
            yield f"memory that was set offline is {Counter(page['class'] for page in pages.values())}"
    pages = ask(form, ranges(pfn for pfn, word in enumerate(flags) if word & HUGE_HEAD == HUGE_HEAD))
    free = [page for page in pages.values() if field(page, "hugetlb.state") == "free"]
    if len(free) < made["hugetlb_free_pool"]["free_pages"] or not all(p["hugetlb"]["on_free_list"] for p in free):
        yield f"{len(free)} huge pages are free, the workload left {made['hugetlb_free_pool']['free_pages']}"
    if "dev_mem" in made:
        physical = int(made["dev_mem"]["physical"], 16)
        page = ask(form, ["-p", f"{physical:x}"])[f"0x{physical // 4096:x}"]
        if page["reserved_for"] != "firmware hole":
            yield f"physical memory at {physical:x} is reserved for {page['reserved_for']}"


def situations(dump, form):
    """Every situation, in every field that the workload knows."""
    made = {name: told for name, told in made_in(dump).items() if any(told.get("pfns") or [])}
    pages = ask(form, sorted({pfn for told in made.values() for pfn in told["pfns"] if pfn}))
    wrong = []
    for name, told in made.items():
        for nth, pfn in enumerate(told["pfns"]):
            if pfn:
                wrong += [f"{name} PFN {pfn}: {fault}" for fault in faults(dump, name, told, nth, pages[pfn])]
    wrong += [*pipe_faults(dump, form), *spliced_faults(dump, form), *frame_faults(dump, form)]
    if len(made) < 30:
        wrong.append(f"only {len(made)} situations have frames")
    return "\n".join(wrong[:30]) or None


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
        if level < dump.levels and table["role"] != DEPOSITED and (first % size or last != first + size - 1):
            yield f"{table['level']} maps {owner['first']}-{owner['last']}"
        if table["role"] == "a page table" and who in roots and led_to(dump, roots[who], first, level) != pfn:
            yield f"the root of {who} leads elsewhere at {owner['first']}"
        if level == 1 and who is not None and not last >> 63 and not is_used(dump.before, who, first, last):
            yield f"{who} has nothing at {owner['first']}"
        if owner["name"] == "init_mm" and int(owner["mm"] or "0", 16) != dump.by_name["init_mm"]:
            yield f"init_mm is at {owner['mm']}"


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
    compared = [(pid, size[pid], [pte_kib(folder, str(pid)) for folder in folders]) for pid in roots]
    wrong += [f"PID {pid} has {kib} KiB of page tables, captured {true}" for pid, kib, true in compared
              if None not in true and not between(kib, *true)]
    unmarked = [pfn for pfn, word in enumerate(words_of(dump, "kpageflags"))
                if word & PGTABLE and pfn not in tables]
    if len(unmarked) > tolerance(dump):
        wrong.append(f"{len(unmarked)} frames are page tables to the guest and not to pagex: {unmarked[:5]}")
    if len(compared) < 40 or not any(table.get("role") == DEPOSITED for table in tables.values()):
        wrong.append(f"page tables of {len(compared)} processes only")
    return "\n".join(wrong[:20]) if len(wrong) > tolerance(dump) else None


def made_in(dump):
    return {name: told for name, told in situations_of(dump).items()
            if told.get("made")}


def answer(form, *words):
    """Exit status, [(PFN, address)] of the pages, and the lines on standard error."""
    result = run(MMX, "-c", form, "--json", "pagex", *words)
    pages = suite.document(result.out, "mmx.page/1")["pages"] if result.out else []
    return result.status, [(p["pfn"], p.get("address")) for p in pages], result.err.splitlines()


def user_operands(dump, form):
    """Ranges of a process's addresses name the frames that the workload saw there; holes get one line."""
    for name, told in made_in(dump).items():
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
    return next(int(row[4], 16) for row in ask_library(dump.raw_path, "tasks") if row[0] == "1")


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


def references(dump, form):
    """
    Counts are explained by what was found: of all pages but free ones and tails only few have references
    that nothing explains, as batches of the LRU hold them for a while, and none has too few.
    """
    sections = set(dump.sections())
    frames = [pfn for pfn, word in enumerate(words_of(dump, "kpageflags"))
              if not word & (BUDDY | TAIL) and pfn >> SECTION_BITS - 12 in sections]
    pages = [page for page in ask(form, ["-c", *ranges(frames)]).values() if "references" in page]
    left = {page["pfn"]: page["references"]["remainder"] for page in pages if page["references"]["remainder"]}
    few = {pfn: rest for pfn, rest in left.items() if rest < 0}
    named = {page["pfn"] for page in pages if "surprise" in page["references"]}
    if len(left) > MANY or len(few) > tolerance(dump) or named != set(left) or len(pages) < 20000:
        return f"{len(pages)} pages, surprises {len(left)}, too few references {few}: {list(left.items())[:20]}"
    return None


def resources(dump):
    """(first frame, end, path) of each line of iomem, outermost first."""
    found, path = [], []
    for line in (dump.before / "iomem").read_text().splitlines():
        indent, start, end, name = re.match(r"( *)([0-9a-f]+)-([0-9a-f]+) : (.*)", line).groups()
        path[len(indent) // 2:] = [name]
        found.append((int(start, 16), int(end, 16) + 1, " > ".join(path)))
    return found


def plugged(dump, form):
    """Memory of devices, plugged memory that is offline, and the pages that plugged memory has its struct pages in."""
    expected = {"device": [pfn for start, end in dump.iomem(DEVICE) for pfn in range(start >> 12, end >> 12)],
                "offline": dump.unonlined()}
    wrong = []
    if dump.manifest["settings"].get("dimm_mib"):
        pages = ask(form, [f"{pfn:x}" for pfn in PLUGGED[::STRUCT_PAGES_A_PAGE]])
        expected["vmemmap"] = sorted({int(page["page_phys"], 16) >> 12 for page in pages.values()})
    for name, frames in expected.items():
        classes_of = Counter(page["class"] for page in ask(form, ranges(frames)).values()) if frames else {}
        if classes_of != ({name: len(frames)} if frames else {}):
            wrong.append(f"{len(frames)} frames are {name}, and are taken for {classes_of}")
    return "\n".join(wrong) or None


def reserved(dump, form):
    """What each reserved page is kept for, as iomem has it; the struct pages are found by themselves."""
    frames = [pfn for pfn, word in enumerate(words_of(dump, "kpageflags")) if word & RESERVED]
    tree, wrong, kinds = resources(dump), [], Counter()
    for pfn, page in ask(form, ranges(frames)).items():
        address = int(pfn, 16) * 4096
        paths = [path for start, end, path in tree if start <= address < end]
        path = paths[-1] if paths else "no resource: a hole"
        kind = page["reserved_for"]
        kinds[kind] += 1
        true = "kernel image" if " > Kernel " in path else "crash kernel" if path.endswith("Crash kernel") else \
            "other: set aside at boot" if path == "System RAM" else "firmware hole"
        if page["resource"] != path or kind not in (true, "vmemmap"):
            wrong.append(f"PFN {pfn} is for {kind}, {page['resource']}; iomem has {path}")
    if not all(kinds[kind] for kind in ("kernel image", "firmware hole", "vmemmap", "other: set aside at boot")):
        wrong.append(f"kinds are {kinds}")
    if ("Crash kernel" in (dump.before / "iomem").read_text()) != bool(kinds["crash kernel"]):
        wrong.append(f"{kinds['crash kernel']} frames are for the crash kernel")
    return "\n".join(wrong[:20]) or None


CHECKS = [
    ("pagex plugged memory", raw_form, plugged),
    ("pagex reserved pages", raw_form, reserved),
    ("pagex references", raw_form, references),
    ("pagex operands", raw_form, operands),
    ("pagex page tables", raw_or_filtered, tables_of_processes),
    ("pagex situations", raw_form, situations),
]
