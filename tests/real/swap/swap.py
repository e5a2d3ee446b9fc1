# SPDX-License-Identifier: GPL-2.0-or-later
"""Swap areas, and the swap cache."""
from collections import Counter

import captures
import compare
from real.check import ask, every_form, verdict
from real.frames.page import frames
from real.guest import KPF, PRESENT, SWAP, processes, read, situations_of, steady_flags, texts


def swaps(dump, form):
    result = compare.compare_text(*texts(dump, "swaps"), "".join("\t".join(row) + "\n" for row in ask(form, "swaps")))
    return "\n".join(result.lines) or None


def swap_entries(folder):
    """How many page-table entries hold each swap entry; processes that share memory counted once."""
    counts, seen = Counter(), set()
    for pid in processes(folder):
        if not (folder / str(pid) / "pagemap").exists():
            continue
        content = (folder / str(pid) / "pagemap").read_bytes()
        clone = (read(folder, pid, "maps"), content)
        if clone in seen and "clone_vm" in read(folder, pid, "comm"):
            continue
        seen.add(clone)
        for words in captures.pagemap(folder / str(pid) / "pagemap").values():
            counts.update(f"{word & 31}:{word >> 5 & (1 << 50) - 1:x}" for word in words
                          if word & SWAP and not word & PRESENT)
    return counts


def swap_cache(dump, form):
    """Every page that kpageflags has in the swap cache: its entry holds it, and is held as often as page tables do."""
    pfns = [pfn for pfn, word in steady_flags(dump) if word & KPF["SWAPCACHE"]]
    counts = swap_entries(compare.pair(dump.folder)[0])
    faults = []
    for pfn, fields in frames(form, pfns).items():
        if fields.get("slot_cached") != "1" or fields["slot_pfn"] != fields["head"]:
            faults.append(f"{pfn:#x}: {fields}")
        elif fields.get("kind") == "anon" and int(fields["slot_count"]) != counts[fields["swap"]]:
            faults.append(f"{pfn:#x}: used {counts[fields['swap']]} times, {fields}")
    needed = 1 if situations_of(dump)["swap_cache"]["made"] else 0
    return verdict(faults, len(pfns), dump, needed)


CHECKS = [
    ("swap areas", every_form, swaps),
    ("swap cache", every_form, swap_cache),
]
