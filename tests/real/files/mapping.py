# SPDX-License-Identifier: GPL-2.0-or-later
"""Files of frames that are mapped, and of all in the page cache."""
import re

import captures
import compare
from real.check import every_form, verdict
from real.frames.page import frames
from real.guest import KPF, PAGE, PRESENT, areas, made_in, processes, steady, steady_flags, unwalked

OTHERS = KPF["ANON"] | KPF["SWAPCACHE"]
# Where a file has another name, or no mount that it was mapped through leads to it any more.
ELSEWHERE = ("/bound/file", "/")


def mapped_files(dump):
    """{frame: (area, index)} of every present page of every area that has a file."""
    wanted = {}
    before, after = compare.pair(dump.folder)
    for pid in set(processes(before)) & set(processes(after)):
        if not steady(dump, pid, "maps"):
            continue
        one, other = (captures.pagemap(folder / str(pid) / "pagemap") for folder in (before, after))
        skipped = unwalked(before, pid)
        for area in areas(before, pid):
            words, others = one.get(area.start, ()), other.get(area.start, ())
            if not area.path or area.path.startswith("[") or area.start in skipped:
                continue
            for index, (word, same) in enumerate(zip(words, others)):
                if word == same and word & PRESENT:
                    wanted[word & (1 << 55) - 1] = (area, area.offset // PAGE + index)
    return wanted


def real_files(dump):
    """{path through an overlay: (path and inode of the file below, whose pages it shows)}."""
    return {told["path"]: (told["real_path"], str(told["real_inode"]))
            for told in made_in(dump).values() if "real_path" in told}


def files(dump, form):
    """Every frame that a file is mapped through: path, device, inode and index, as maps has them."""
    wanted, real = mapped_files(dump), real_files(dump)
    faults, compared = [], 0
    for pfn, fields in frames(form, wanted).items():
        area, index = wanted[pfn]
        if fields.get("kind") in ("anon", "ksm"):
            continue  # copied on write
        if area.path.startswith(("anon_inode:", "socket:[")) and fields.get("fs", "anon_inodefs") == "anon_inodefs":
            continue  # the pages of a ring belong to no file; up to 6.13 perf's have the mapping of the one inode
        if "kind" not in fields and fields["charge"] == "none" and area.path in ("/anon_hugepage (deleted)",):
            continue  # private huge pages
        compared += 1
        dev = ":".join(f"{number:x}" for number in area.dev)
        said = (fields.get("path"), fields.get("dev"), fields.get("ino"))
        if area.path in real:
            said, told = said[::2], real[area.path]
        elif "device" in fields:
            said, told = f"/dev/{fields['device']}", area.path
        elif area.path in ELSEWHERE:
            said, told = said[1:], (dev, str(area.inode))
        else:
            told = (area.path, dev, str(area.inode))
        if said != told:
            faults.append(f"{pfn:#x}: {fields}, maps has {area}")
        if fields.get("fs") != "hugetlbfs" and int(fields["index"]) != index:
            faults.append(f"{pfn:#x}: index {fields['index']}, maps has {index}")
    return verdict(faults, compared, dump, 100)


def cache(dump, form):
    """
    Every frame on an LRU list that is not anonymous: a file with a path, or a device that is mounted. Only
    ext4's own index of free blocks, up to some release the pages of inode 1, has no name.
    """
    pfns = [pfn for pfn, word in steady_flags(dump) if word & KPF["LRU"] and not word & OTHERS]
    listed = (dump.before / "mounts").read_text() + (dump.before / "swaps").read_text()
    devices = set(re.findall(r"^/dev/(\w+)", listed, re.M))
    faults = [f"{pfn:#x}: {fields}" for pfn, fields in frames(form, pfns).items()
              if "kind" not in fields or not fields.get("path") and fields.get("device") not in devices
              and (fields.get("fs"), fields.get("ino")) != ("ext4", "1")]
    return verdict(faults, len(pfns), dump, 1000)


CHECKS = [
    ("files of mapped frames", every_form, files),
    ("files of all cached frames", every_form, cache),
]
