# SPDX-License-Identifier: GPL-2.0-or-later
"""What page caches hold."""
import re
from dataclasses import dataclass, field

from real.check import ask, between, every_form, verdict
from real.guest import PAGE, read, situations_of, steady_flags, texts

LRU, ANON, SWAPCACHE = 1 << 5, 1 << 12, 1 << 13  # of kpageflags
# What CPUs have counted and not added to the sum yet, which is all that meminfo has.
UNTOLD = 16
# Situations that tell which pages a file has.
TELLING = ("shmem_thp", "tmpfs_file", "ext4_file", "ext4_dirty", "ext4_large", "tmpfs_holes", "ext4_holes",
           "deleted_tmpfs_mapped", "deleted_file_mapped", "page_cache_unmapped")
# Situations with shared memory in swap.
SWAPPED = ("shmem_swapped", "shmem_swapped_kinds", "uffd_wp_shmem")


@dataclass
class Mapping:
    fs: str
    inode: int
    path: str
    frames: dict = field(default_factory=dict)  # by index
    swapped: list = field(default_factory=list)


def mappings(form):
    found = []
    for kind, *rest in ask(form, "cached"):
        if kind == "mapping":
            found.append(Mapping(rest[2], int(rest[3]), rest[5]))
        elif kind == "folio":
            first, last, head = int(rest[0]), int(rest[1]), int(rest[2], 16)
            found[-1].frames |= {index: head + index - first for index in range(first, last + 1)}
        elif kind == "swapped":
            found[-1].swapped.append(int(rest[0]))
    return found


def counted(text):
    """Pages in page caches, as meminfo has them: those of the swap cache and of hugetlb are counted elsewhere."""
    return sum(int(kib) for kib in re.findall(r"^(?:Cached|Buffers): +(\d+) kB$", text, re.M)) * 1024 // PAGE


def pages(dump, form):
    """As many as the kernel counts, and every frame on an LRU list that is a file's, each once."""
    found = [mapping for mapping in mappings(form) if mapping.fs != "hugetlbfs"]
    frames = [pfn for mapping in found for pfn in mapping.frames.values()]
    counts = [counted(text) for text in texts(dump, "meminfo")]
    faults = []
    if not between(len(frames), min(counts) - UNTOLD, max(counts) + UNTOLD):
        faults.append(f"{len(frames)} are found, meminfo says {counts}")
    if len(set(frames)) != len(frames):
        faults.append(f"{len(frames) - len(set(frames))} are found more than once")
    wanted = {pfn for pfn, word in steady_flags(dump) if word & LRU and not word & (ANON | SWAPCACHE)}
    faults += [f"{pfn:#x} is in no page cache" for pfn in wanted - set(frames)]
    return verdict(faults, len(wanted), dump, 500)


def swapped_pages(dump, told):
    """How many pages of a shared mapping are in swap, by smaps."""
    if not told["made"]:
        return 0
    smaps = read(dump.before, told["pid"], "smaps").partition(f"{int(told['addr'], 16):x}-")[2]
    return int(re.search(r"^Swap: +(\d+) kB$", smaps, re.M)[1]) * 1024 // PAGE


def situations(dump, form):
    """Which page stands at which index, what holes have none, and what is swapped out."""
    found, made, faults = mappings(form), situations_of(dump), []
    by_path = {mapping.path.removesuffix(" (deleted)"): mapping for mapping in found}
    told = {name: made[name] for name in TELLING if made[name]["made"]}
    for name, s in told.items():
        mapping = by_path.get(s["path"], Mapping("", 0, ""))
        if mapping.inode != s.get("inode", mapping.inode):
            faults.append(f"{name}: inode {mapping.inode}, expected {s['inode']}")
        first = s.get("offset", 0) // PAGE
        faults += [f"{name}: index {first + i} has {mapping.frames.get(first + i)}, expected {pfn}"
                   for i, pfn in enumerate(s["pfns"]) if pfn and mapping.frames.get(first + i) != int(pfn, 16)]
        if "data_pages" in s and sorted(mapping.frames) != s["data_pages"]:
            faults.append(f"{name}: {sorted(mapping.frames)}, expected {s['data_pages']}")
    swapped = sorted(filter(None, (swapped_pages(dump, made[name]) for name in SWAPPED)))
    mine = sorted(len(mapping.swapped) for mapping in found if mapping.swapped)
    if mine != swapped:
        faults.append(f"of shared memory are swapped out {swapped} pages, found {[m for m in found if m.swapped]}")
    return verdict(faults, len(told), dump, 4)


CHECKS = [
    ("page caches against meminfo and the LRU", every_form, pages),
    ("page caches in situations", every_form, situations),
]
