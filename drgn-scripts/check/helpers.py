# SPDX-License-Identifier: GPL-2.0-or-later
"""
The third voice: what drgn's own helpers say of pages and of processes. Of what they do not know nothing is
compared; what they know, mmx must say as well.
"""
from . import processes
from .compare import ABSENT, Difference, differing, merge, shown
from .pages import frames

# States of slab objects, by how they begin: those that the helpers take for allocated, for they know nothing of
# what waits behind RCU, in a CPU's list of deferred frees or in a quarantine; and the one that tells nothing.
IN_USE = ("allocated", "freed,")
NOT_KNOWN = "allocated or free"


def differences(voices, count):
    ranges = frames(voices)
    with voices.mmx("pagex", *ranges) as mmx, voices.drgn("helpers.py", "pages", *ranges) as drgn:
        for a, b in merge(mmx.rows("pages"), drgn.rows("pages"), lambda row: int(row["pfn"], 16)):
            if b is not None:
                count(1)
                yield from of_page(a, b)
    # The helpers pass over pages that no access is allowed to.
    yield from processes.compared(voices, count, ("helpers.py", "processes"), lacking=True)


def of_page(mmx, drgn):
    where = f"PFN {drgn['pfn']}"
    if mmx is None:
        yield Difference("page", where, ABSENT, "there")
        return
    if "slab" in mmx:
        mmx["slab"]["allocated"] = allocated(mmx["slab"])
    for field, a, b in differing(mmx, drgn):
        yield Difference(field, where, a, b)
    for field in sorted(drgn.keys() - mmx.keys()):
        yield Difference(field, where, ABSENT, shown(drgn[field]))
    if "slab" in mmx and "slab" not in drgn:
        yield Difference("slab", where, shown(mmx["slab"]), ABSENT)


def allocated(slab):
    """How many objects the helpers have to call so, None when that is not known of all."""
    states = slab.get("states", ())
    if not states or any(state["state"].startswith(NOT_KNOWN) for state in states):
        return None
    return sum(state["objects"] for state in states if state["state"].startswith(IN_USE))
