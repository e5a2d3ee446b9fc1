# SPDX-License-Identifier: GPL-2.0-or-later
"""Slab caches, slabs and their objects."""
from collections import Counter

import compare
from real.check import ask, between, every_form, of_kind

# What a dying kernel may still change after its last capture.
CACHES_MOVED_WHILE_DYING = 10


def slabinfo(folder):
    """name: [active objects, objects, object size, objects a slab, pages a slab, slabs] of each such cache."""
    found = {}
    for line in (folder / "slabinfo").read_text().splitlines()[2:]:
        words = line.split()
        found.setdefault(words[0], []).append([int(words[i]) for i in (1, 2, 3, 4, 5, 14)])
    return found


def cache_fits(numbers, before, after):
    """Whether a cache's numbers lie between the captures'; caches that share a name are equal to one."""
    if len(before) > 1:
        return numbers in before or numbers in after
    return all(between(*trio) for trio in zip(numbers, before[0], after[0]))


def slab_caches(dump, form):
    """Each cache as /proc/slabinfo has it; and the counts over all frames are the kernel's own."""
    lines = ask(form, "caches")
    before, after = (slabinfo(folder) for folder in compare.pair(dump.folder))
    moved, wrong = [], []
    found = Counter()
    for name, *numbers in of_kind(lines, "cache"):
        numbers = [int(number) for number in numbers]
        found[name] += 1
        if name not in before or name not in after or not cache_fits(numbers[:6], before[name], after[name]):
            moved.append(f"{name}: {numbers[:6]}, captured {before.get(name)} and {after.get(name)}")
        if [numbers[5], numbers[1]] != numbers[6:8]:
            wrong.append(f"{name}: {numbers[6]} slabs with {numbers[7]} objects were found, "
                         f"the kernel counts {numbers[5]} with {numbers[1]}")
    if found != Counter({name: len(caches) for name, caches in before.items()}):
        wrong.append(f"{sum(found.values())} caches, and slabinfo has {sum(map(len, before.values()))}")
    if of_kind(lines, "stray") != [["0"]] or of_kind(lines, "missing") != [["0"]]:
        wrong.append(f"stray slabs {of_kind(lines, 'stray')}, missing frames {of_kind(lines, 'missing')}")
    if len(moved) > (CACHES_MOVED_WHILE_DYING if dump.manifest["bracket"] != "around" else 0):
        wrong += moved
    return "\n".join(wrong) or None


def slab_objects(dump, form):
    """Every free list can be followed to its end and agrees with its slab's count."""
    lines = ask(form, "objects")
    number = {line[0]: int(line[1]) for line in lines}
    wrong = []
    unknown = next(count for words, count in number.items() if words.startswith("allocated or free"))
    kept = [count for words, count in number.items() if words.startswith("free, ")]
    if number["lost"] or unknown:
        wrong.append(f"{number['lost']} objects have no address, {unknown} no known state")
    if not number["allocated"] or not number["free"] or not number["held"] + number["kept"] or not any(kept):
        wrong.append(f"too little was found: {number}")
    return "\n".join(wrong) or None


CHECKS = [
    ("slab caches", every_form, slab_caches),
    ("slab objects", every_form, slab_objects),
]
