# SPDX-License-Identifier: GPL-2.0-or-later
"""pagex about the LRU: what every page on it says adds up to what walking all lists finds."""
import struct
from collections import Counter

from real.check import MMX, ask, of_kind, pagex, ranges, raw_form, run
from real.guest import KPF

ON_LRU = KPF["LRU"]
MANY = 20000  # pages that are asked about at most


def lru_pages(form):
    """The frames that are on the LRU by kpageflags, and those in a batch."""
    result = run(MMX, "-c", form, "procx", "kpageflags")
    words = struct.unpack(f"<{len(result.raw) // 8}Q", result.raw)
    batched = {int(row[0], 16) for row in of_kind(ask(form, "lru"), "batch")}
    return [pfn for pfn, word in enumerate(words) if word & ON_LRU or pfn in batched]


def listed(form):
    """{(memcg, node, list): folios}, and {memcg: unevictable pages}."""
    found, unevictable, path, node = Counter(), Counter(), None, None
    for kind, *row in ask(form, "lru"):
        if kind == "lruvec":
            node, path = int(row[0]), row[1]
            unevictable[path] += int(row[9])
        elif kind == "list" and int(row[1]):
            found[path, node, row[0]] += int(row[1])
    return found, +unevictable


def on_lists(dump, form):
    pages = pagex(form, ranges(lru_pages(form)[:MANY]))
    found, unevictable, off, misplaced = Counter(), Counter(), [], []
    for pfn, page in pages.items():
        lru = page.get("lru")
        if lru is None:
            off.append(pfn)
            continue
        if "misplaced" in lru:
            misplaced.append((pfn, lru["misplaced"]))
        memcg = lru.get("memcg", "-")  # as ask has it where memory cgroups are off, and nobody counts by them
        if lru["state"] == "unevictable" and memcg != "-":
            unevictable[memcg] += 1
        if lru["state"] == "listed" and not page["tail"]:
            found[memcg, lru["node"], lru["list"]] += 1
        if lru["state"] == "waits" and "batch" not in lru or lru["state"] == "off":
            off.append(pfn)
    true, counted = listed(form)
    if off or misplaced:
        return f"said to be off: {off[:5]}, misplaced: {misplaced[:3]}"
    if len(pages) >= MANY:
        return None
    return None if (found, unevictable) == (true, counted) else f"{found - true} {true - found} {unevictable} {counted}"


def migratetypes(dump, form):
    """Every page of every class lies in a pageblock of some type."""
    pages = pagex(form, ranges(range(0x1000, 0x1400)))
    wrong = [pfn for pfn, page in pages.items() if not page.get("migratetype")]
    classes = {page["class"] for page in pages.values()}
    return f"without a type: {wrong[:5]}" if wrong or not classes else None


def fates(dump, form):
    """What is free is, nothing else; what mlock() or pins hold stays, by kpageflags and the references."""
    raw = run(MMX, "-c", form, "procx", "kpageflags").raw
    words = struct.unpack(f"<{len(raw) // 8}Q", raw)
    chosen = [[pfn for pfn, word in enumerate(words) if word & bit][:most]
              for bit, most in ((ON_LRU, 3000), (KPF["MLOCKED"], 200), (KPF["BUDDY"], 200))]
    pages = pagex(form, ["-c", *ranges(sorted({*sum(chosen, []), *range(0x1000, 0x2000)}))])
    wrong, seen = [], Counter()
    for pfn, page in pages.items():
        can, refs = page["can_be"], page["references"]
        number = int(pfn, 16)
        free = page["class"] in ("free", "free-pcp")
        locked = number < len(words) and words[number] & KPF["MLOCKED"]
        pinned = page["class"] != "hugetlb" and isinstance(refs["pins"], int) and refs["pins"] > 0
        seen.update(free=free, locked=bool(locked), pinned=pinned, page=1)
        if free != (can["freed"] == "yes") or locked and can["reclaimed"] != "no" or \
                pinned and (can["reclaimed"], can["migrated"]) != ("no", "no"):
            wrong.append((pfn, page["class"], can))
    return f"{wrong[:3]}, seen {seen}" if wrong or not seen["free"] or not seen["locked"] else None


CHECKS = [
    ("pagex and LRU lists", raw_form, on_lists),
    ("pagex and pageblocks", raw_form, migratetypes),
    ("pagex and what can become of pages", raw_form, fates),
]
