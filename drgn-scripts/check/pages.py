# SPDX-License-Identifier: GPL-2.0-or-later
"""Every frame that has a struct page. mmx may say more than the scripts, but not less."""
from .compare import ABSENT, Difference, differing, merge, shown

# What both have to say of a page.
ALWAYS = frozenset(("pfn", "page", "phys", "class"))
FIXED = ALWAYS | {"flags", "node", "zone", "section", "refcount", "mapcount", "head", "order", "mapping", "index",
                  "tail"}


def frames(voices):
    """Operands for all frames that have a struct page."""
    with voices.drgn("doctor.py") as answer:
        runs = answer.whole()["frames"]
    return [f"{int(run['start_pfn'], 16):x}-{int(run['end_pfn'], 16) - 1:x}" for run in runs]


def differences(voices, count):
    ranges = frames(voices)
    with voices.mmx("pagex", *ranges) as mmx, voices.drgn("page.py", *ranges) as drgn:
        for a, b in merge(mmx.rows("pages"), drgn.rows("pages"), lambda row: int(row["pfn"], 16)):
            count(1)
            if a is None or b is None:
                yield Difference("page", f"PFN {(a or b)['pfn']}", a["class"] if a else ABSENT,
                                 b["class"] if b else ABSENT)
                continue
            yield from of_page(a, b)


def of_page(mmx, drgn):
    where = f"PFN {drgn['pfn']}"
    # What only a module's types describe: mmx has those out of the dump, the scripts the kernel's alone.
    untold = mmx.get("holder", {}).get("type") in drgn.pop("untold", ())
    for field, a, b in differing(mmx, drgn):
        if field != "class" or not untold:
            yield Difference(field, where, a, b)
    needed = ALWAYS if "missing" in (drgn["class"], mmx["class"]) or "flags" not in drgn else FIXED
    for field in sorted((needed | drgn.keys()) - mmx.keys()):
        yield Difference(field, where, ABSENT, shown(drgn.get(field, ABSENT)))
    for field in sorted(needed - drgn.keys()):
        yield Difference(field, where, shown(mmx.get(field, ABSENT)), ABSENT)
