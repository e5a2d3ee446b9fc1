# SPDX-License-Identifier: GPL-2.0-or-later
"""
pagex on real dumps: each situation that the workload made is recognised, in what the workload knows of
it.
"""
import struct
from collections import Counter

import captures
from real.check import pagex, ranges, raw_form
from real.guest import KPF, PRESENT, SWAP, has_memcgs, made_in, words_of
from real.owners.ptowner import table_frames

HUGE_HEAD = KPF["HUGE"] | KPF["COMPOUND_HEAD"]

# The class of a situation's pages. Where the kernels differ, or one page differs, a set.
ANON = ("thp_pmd thp_pte thp_partial thp_shared_fork thp_pmd_and_pte mthp_64k anon_private anon_shared_fork "
        "anon_cow_copied fork_chain fork_orphan mremap_anon anon_split_vma mlocked prot_none_touched stack heap "
        "uffd_wp threads clone_vm leader_dead cgroup swapped_back swap_cache vmspliced madv_free fork_eight thp_moved "
        "grows_down mlock_on_fault protection_keys soft_dirty uffd_wp_swapped uffd_wp_unpopulated uffd_poison "
        "vfork").split()
CLASS = {name: {"anon"} for name in ANON} | {
    "hwpoison": {"anon", "hwpoison"},
    "ksm_merged": {"ksm"}, "ksm_chain": {"ksm"}, "huge_zero_page": {"zero-page"}, "zero_page": {"reserved"},
    "shmem_thp": {"shmem"}, "shmem_anon_shared": {"shmem"}, "memfd": {"shmem"}, "sysv_shm": {"shmem"},
    "tmpfs_file": {"shmem"}, "tmpfs_holes": {"shmem"}, "deleted_tmpfs_mapped": {"shmem"},
    "cgroup_gone": {"shmem"}, "hugetlb_private": {"hugetlb"}, "hugetlb_shared": {"hugetlb"},
    "hugetlb_1g": {"hugetlb"}, "ext4_file": {"file"}, "ext4_dirty": {"file"}, "ext4_large": {"file"},
    "ext4_holes": {"file"}, "deleted_file_mapped": {"file"}, "page_cache_unmapped": {"file"},
    "secretmem": {"file"}, "dev_mem": {"reserved"}, "hard_link": {"shmem"}, "ksm_forked": {"ksm"},
    "hugetlb_memfd": {"hugetlb"}, "hugetlb_cow": {"hugetlb"}, "hugetlb_shared_table": {"hugetlb"},
    "shmem_thp_odd": {"shmem"}, "mapped_twice": {"shmem"}, "guard_file": {"shmem"}, "mount_namespace": {"shmem"},
    "chroot": {"shmem"}, "moved_root": {"shmem"}, "mount_gone": {"shmem"}, "bind_mount": {"shmem"},
    "overmounted": {"shmem"}, "overlay_lower": {"shmem"}, "overlay_copied": {"shmem"}, "block_device": {"file"},
    "uffd_wp_shmem": {"shmem"},
}
# How often each page is mapped, where the workload shares all of it in one way.
SHARED = ("anon_shared_fork", "thp_shared_fork", "hugetlb_shared", "shmem_anon_shared")


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
    "hard_link": {"file.path_is_one_of": 2}, "bind_mount": {"file.path_is_one_of": 2},
    "secretmem": {"file.filesystem": "secretmem"}, "program_text": {"file.path": "/init"},
    "zero_page": {"holds": "the page of zeros that everybody shares"}, "vdso": {"reserved_for": "kernel image"},
}
FLAGS = {"mlocked": "unevictable", "hwpoison": "hwpoison", "secretmem": "unevictable"}
HAS_NO_NAME = ("deleted_tmpfs_mapped", "deleted_file_mapped", "memfd", "hugetlb_memfd")
SEVERAL_NAMES = ("hard_link", "bind_mount")
# Shared anonymous memory; a device; and what is to be found in maps only, where no mount leads there any more.
UNNAMED = ("dev_zero", "block_device", "mount_gone", "bind_mount")


def field(page, path):
    for part in path.split("."):
        page = page.get(part, {}) if isinstance(page, dict) else None
    return None if page == {} else page


def counts_by_address(dump):
    """Whether anonymous pages of a mapping with a file are counted from address 0 on, as since 7.3."""
    return b"__vm_anon_pgoff_lo\0" in dump.bytes_between("__start_BTF", "__stop_BTF")


def index_of(dump, name, told, nth):
    """Where in its file or address space a page is, or None when the workload cannot tell."""
    by_address = ANON + (["hugetlb_private", "hugetlb_cow"] if counts_by_address(dump) else [])
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
    # A page that an overlay shows is of the file below.
    if page["class"] in ("file", "shmem", "hugetlb") and "path" in told and name not in UNNAMED:
        yield "file.path", told.get("real_path", told["path"]) + (" (deleted)" if name in HAS_NO_NAME else "")
    if page["class"] in ("file", "shmem") and "inode" in told and name != "cgroup_gone":
        yield "file.ino", told.get("real_inode", told["inode"])
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
        yield "swap_cache.area", "/ext4/swap file" if "mmx.zswap=1" in dump.manifest["cmdline"] else "/dev/zram0"
        if swap_entry(dump, told, nth):
            kind, offset = swap_entry(dump, told, nth)
            yield "swap_cache.type", kind
            yield "swap_cache.offset", offset
    if name in ANON and page["class"] == "anon" and has_memcgs(dump):
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
    if name == "cgroup_gone" and has_memcgs(dump) and field(page, "memcg.path") not in (told["cgroup"] + " (deleted)", "/lab"):
        yield f"charged to {page.get('memcg')}"
    if name not in SEVERAL_NAMES and page.get("file", {}).get("path_is_one_of"):
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
    pages = sorted((page["pipe"]["nth"], page) for page in pagex(form, ranges(table_frames(dump))).values()
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
    pages = pagex(form, ["-c", *told["pfns"]])
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
        pages = pagex(form, ranges(pfn for pfn, word in enumerate(flags) if word & KPF["OFFLINE"]))
        count = sum(page["class"] == "balloon" and page["balloon"] != "0x0" for page in pages.values())
        if count != made["balloon"]["frames"]:
            yield f"{count} frames are the balloon's, not {made['balloon']['frames']}"
    if "offline_memory" in made:
        first, frames = int(made["offline_memory"]["first_pfn"], 16), made["offline_memory"]["frames"]
        pages = pagex(form, ranges(range(first, first + frames)))
        if {page["class"] for page in pages.values()} != {"offline"} or len(pages) != frames:
            yield f"memory that was set offline is {Counter(page['class'] for page in pages.values())}"
    pages = pagex(form, ranges(pfn for pfn, word in enumerate(flags) if word & HUGE_HEAD == HUGE_HEAD))
    free = [page for page in pages.values() if field(page, "hugetlb.state") == "free"]
    if len(free) < made["hugetlb_free_pool"]["free_pages"] or not all(p["hugetlb"]["on_free_list"] for p in free):
        yield f"{len(free)} huge pages are free, the workload left {made['hugetlb_free_pool']['free_pages']}"
    if "dev_mem" in made:
        physical = int(made["dev_mem"]["physical"], 16)
        page = pagex(form, ["-p", f"{physical:x}"])[f"0x{physical // 4096:x}"]
        if page["reserved_for"] != "firmware hole":
            yield f"physical memory at {physical:x} is reserved for {page['reserved_for']}"


def situations(dump, form):
    """Every situation, in every field that the workload knows."""
    made = {name: told for name, told in made_in(dump).items() if any(told.get("pfns") or [])}
    pages = pagex(form, sorted({pfn for told in made.values() for pfn in told["pfns"] if pfn}))
    wrong = []
    for name, told in made.items():
        for nth, pfn in enumerate(told["pfns"]):
            if pfn:
                wrong += [f"{name} PFN {pfn}: {fault}" for fault in faults(dump, name, told, nth, pages[pfn])]
    wrong += [*pipe_faults(dump, form), *spliced_faults(dump, form), *frame_faults(dump, form)]
    if len(made) < 30:
        wrong.append(f"only {len(made)} situations have frames")
    return "\n".join(wrong[:30]) or None


CHECKS = [
    ("pagex situations", raw_form, situations),
]
