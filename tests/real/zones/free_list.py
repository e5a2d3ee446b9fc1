# SPDX-License-Identifier: GPL-2.0-or-later
"""The free lists of the buddy allocator, as buddyx walks them."""
import functools

import suite
from real.check import MMX, every_form, run
from real.guest import texts


@functools.lru_cache(maxsize=1)
def answer(form):
    """buddyx of a dump: nothing is wrong in it, and the lists can be walked whatever pages are left out."""
    result = run(MMX, "-c", form, "--json", "buddyx")
    suite.equal(result.status, 0, result)
    return suite.document(result.out, "mmx.buddy/1")


def buddyinfo(text):
    """{(node, zone): blocks by order}."""
    lines = (line.replace(",", "").split() for line in text.splitlines())
    return {(int(words[1]), words[3]): [int(n) for n in words[4:]] for words in lines}


def pagetypeinfo(text):
    """{(node, zone, type): blocks by order}; the kernel gives up counting at 100000."""
    rows = (line.replace(",", "").split() for line in text.splitlines() if ", type " in line)
    return {(int(words[1]), words[3], words[5].lower()): [int(n) for n in words[6:]] for words in rows}


def between(found, dump, file, parse, fits=None):
    """
    A line for each number that is not what both captures say, or where they differ, between them.

    fits(the file's numbers, those of buddyinfo, key, order): whether a number agrees with buddyinfo, which the same
    capture has read at another moment. Where it does not, blocks move by themselves, and the captures are no bounds.
    """
    captures = [(parse(text), buddyinfo(blocks)) for text, blocks in zip(texts(dump, file), texts(dump, "buddyinfo"))]
    before, after = (numbers for numbers, _ in captures)
    suite.expect(before.keys() == after.keys() and before.keys() == found.keys(),
                 f"{file}: {sorted(before)}, and buddyx has {sorted(found)}")
    held = [(key, order, n) for key, numbers in found.items() for order, n in enumerate(numbers)
            if not fits or all(fits(*capture, key, order) for capture in captures)]
    suite.expect(2 * len(held) > sum(map(len, found.values())), f"{file}: only {len(held)} numbers stood still")
    wrong = [f"{file}: {key}, order {order}: {n}, and before and after {before[key][order]} and {after[key][order]}"
             for key, order, n in held
             if not min(before[key][order], after[key][order]) <= n <= max(before[key][order], after[key][order])]
    return "\n".join(wrong) or None


def types_fit(rows, blocks, key, order):
    """All types of an order come to what buddyinfo has."""
    return sum(numbers[order] for row, numbers in rows.items() if row[:2] == key[:2]) == blocks[key[:2]][order]


def unusable_fits(indexes_of, blocks, key, order):
    return indexes_of[key][order] == contiguous(blocks[key], order)[0]


def fragmentation_fits(indexes_of, blocks, key, order):
    return indexes_of[key][order] == contiguous(blocks[key], order)[1]


def contiguous(blocks, order):
    """Both of the kernel's indexes, in thousandths."""
    free, suitable = sum(n << i for i, n in enumerate(blocks)), sum(n << i for i, n in enumerate(blocks) if i >= order)
    unusable = (free - suitable) * 1000 // free if free else 1000
    if suitable or not sum(blocks):
        return unusable, -1000 if suitable else 0
    return unusable, 1000 - (1000 + (free * 1000 >> order)) // sum(blocks)


def indexes(text):
    """{(node, zone): thousandths by order} of a file of debugfs; of -0.5 the sign stands behind the point."""
    lines = (line.replace(",", "").split() for line in text.splitlines())
    return {(int(words[1]), words[3]): [index(word) for word in words[4:]] for words in lines}


def index(word):
    whole, thousandths = word.split(".")
    return int(thousandths) + int(whole) * 1000 if not whole.startswith("-") else int(whole) * 1000 - int(thousandths)


def around(dump, form):
    return every_form(dump, form) and dump.manifest["bracket"] == "around"


def by_order(dump, form):
    """Blocks of each zone and order: buddyinfo."""
    found = {(zone["node"], zone["zone"]): [sum(types) for types in zone["free"]] for zone in answer(form)["zones"]}
    return between(found, dump, "buddyinfo", buddyinfo)


def by_type(dump, form):
    """Blocks of each zone, order and type: pagetypeinfo."""
    found = {(zone["node"], zone["zone"], name): [types[i] for types in zone["free"]]
             for zone in answer(form)["zones"] for i, name in enumerate(zone["free_columns"])}
    return between(found, dump, "pagetypeinfo", pagetypeinfo, types_fit)


def has_debugfs(dump, form):
    return around(dump, form) and (dump.before / "debug/extfrag_index").exists()


def of_orders(form, key):
    return {(zone["node"], zone["zone"]): [order[key] for order in zone["orders"] if order[key] is not None]
            for zone in answer(form)["zones"]}


def fragmentation(dump, form):
    """The kernel's two indexes of each zone and order, as it prints them."""
    wrong = [between(of_orders(form, "fragmentation"), dump, "debug/extfrag_index", indexes, fragmentation_fits),
             between(of_orders(form, "unusable"), dump, "debug/unusable_index", indexes, unusable_fits)]
    return "\n".join(filter(None, wrong)) or None


def room(_, form):
    """What could be had grows from now to compacted to reclaimed, and is no more than the zone has."""
    zones = answer(form)["zones"]
    wrong = [(zone["zone"], order) for zone in zones for order in zone["orders"]
             if not order["now"] <= order["compacted"] <= order["reclaimed"]]
    single = [zone["zone"] for zone in zones if zone["orders"][0]["now"] != zone["walked"] or
              zone["content"]["free"] != zone["walked"] + zone["per_cpu"] or
              zone["orders"][0]["movable"] != zone["content"]["free"] + zone["content"]["movable"]]
    return f"{wrong} {single}" if wrong or single else None


def counts(_, form):
    """What the kernel counts itself is what the lists hold."""
    zones = answer(form)["zones"]
    wrong = [zone for zone in zones if zone["walked"] != zone["nr_free"] or
             zone["counter"] != zone["walked"] - zone["isolated"] or
             zone["walked"] != sum(n << order for order, types in enumerate(zone["free"]) for n in types)]
    return f"zones {wrong}" if wrong or not sum(zone["walked"] for zone in zones) else None


CHECKS = [
    ("free lists and buddyinfo", around, by_order),
    ("free lists and pagetypeinfo", around, by_type),
    ("free lists and their counts", every_form, counts),
    ("fragmentation and debugfs", has_debugfs, fragmentation),
    ("room in one piece", every_form, room),
]
