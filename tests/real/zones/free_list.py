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


def between(found, dump, file, parse):
    """A line for each number that is not what both captures say, or where they differ, between them."""
    before, after = (parse(text) for text in texts(dump, file))
    suite.expect(before.keys() == after.keys() and before.keys() == found.keys(),
                 f"{file}: {sorted(before)}, and buddyx has {sorted(found)}")
    wrong = [f"{file}: {key}, order {order}: {n}, and before and after {before[key][order]} and {after[key][order]}"
             for key, numbers in found.items() for order, n in enumerate(numbers)
             if not min(before[key][order], after[key][order]) <= n <= max(before[key][order], after[key][order])]
    return "\n".join(wrong) or None


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
    return between(found, dump, "pagetypeinfo", pagetypeinfo)


def counts(_, form):
    """What the kernel counts itself is what the lists hold."""
    zones = answer(form)["zones"]
    wrong = [zone for zone in zones if zone["walked"] != zone["nr_free"] or
             zone["walked"] != sum(n << order for order, types in enumerate(zone["free"]) for n in types)]
    return f"zones {wrong}" if wrong or not sum(zone["walked"] for zone in zones) else None


CHECKS = [
    ("free lists and buddyinfo", around, by_order),
    ("free lists and pagetypeinfo", around, by_type),
    ("free lists and their counts", every_form, counts),
]
