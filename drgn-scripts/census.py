#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
The ledger as `mmx --json censusx -z -t` has it, computed with drgn: every frame's class, by zone; of the kernel's
counters those that frames can be counted for by their class or by single bits; and of the largest owners what sockets of a
protocol, DMA buffers, page pools and lines of code have.
"""
import sys
from collections import Counter

from mmxdrgn import answers, script
from mmxdrgn.counters import Counters
from mmxdrgn.lru import Lru
from mmxdrgn.top import Top

RUN = 1 << 15  # frames at a time
# By a class, or by a function of a page's folio: what each counter counts.
BY_CLASS = {"nr_free_pages": ("free", "unaccepted"), "nr_zspages": ("zsmalloc",), "nr_unaccepted": ("unaccepted",),
            "nr_balloon_pages": ("balloon",)}
ON_LRU = {"nr_inactive_anon + nr_active_anon": "anon", "nr_inactive_file + nr_active_file": "file",
          "nr_unevictable": "unevictable", "nr_zone_inactive_anon + nr_zone_active_anon": "anon",
          "nr_zone_inactive_file + nr_zone_active_file": "file", "nr_zone_unevictable": "unevictable"}
# On its list still, whether the flag is on or not: what a CPU is to move to another.
TO_BE_MOVED = {"lru_deactivate_file", "lru_deactivate", "lru_lazyfree", "lru_activate", "lru_move_tail"}
# Their struct pages may hold anything.
UNTOLD = {"missing", "device", "offline", "uninitialised", "free", "free-pcp", "guard", "unaccepted", "slab", "page-table",
          "zsmalloc", "hugetlb", "stack", "page-ext", "vmemmap", "balloon", "large-kmalloc"}


class Ledger:
    """Counts all frames."""

    def __init__(self, model):
        self.classes, self.zones, self.bits = Counter(), Counter(), Counter()
        self.flags = model.flags
        self.lru, self.mlocked = (model.flags.bit(name) for name in ("lru", "mlocked"))
        self.unevictable, self.swapbacked = (model.flags.bit(name) for name in ("unevictable", "swapbacked"))
        self.moved = {pfn for pfn, _, batch in Lru(model).batched() if batch in TO_BE_MOVED}
        self.top = Top(model)
        self.known = {(zone.node, zone.index): zone.name for zone in model.zones}
        for start, end in model.sections.runs:
            for first in range(start, end, RUN):
                for page in model.pages.walk(first, min(first + RUN, end)):
                    self._count(page, model.classes.of(page))

    def _count(self, page, kind):
        self.classes[kind] += 1
        self.top.count(page, kind)
        if kind not in ("missing", "uninitialised", "offline"):
            node, zone = (self.flags.field(name, page.flags) for name in ("node", "zone"))
            name = self.known.get((node, zone))
            self.zones[(node, name) if name else (None, None), kind] += 1
        if kind in UNTOLD or page.folio is None:
            return
        flags = page.folio.flags
        self.bits["nr_mlock"] += bool(flags & self.mlocked)
        if flags & self.lru or page.folio.head in self.moved:
            self.bits["unevictable" if flags & self.unevictable else "anon" if flags & self.swapbacked else "file"] += 1


def counted(ledger, name):
    """What was counted of a counter; None for those that are not."""
    if name in BY_CLASS:
        return sum(ledger.classes[kind] for kind in BY_CLASS[name])
    return ledger.bits[ON_LRU.get(name, name)] if name in ON_LRU or name == "nr_mlock" else None


def balance(ledger, counters, name):
    parts = [counters.all[part] for part in name.split(" + ")]
    row = {"counter": name, "kernel": sum(shared for shared, _ in parts), "pending": sum(waits for _, waits in parts)}
    number = counted(ledger, name)
    return row if number is None else row | {"counted": number}


def answer(model, _):
    ledger, counters = Ledger(model), Counters(model)
    names = [*counters.all, *(name for name in ON_LRU if " + " in name)]
    answers.write("mmx.census/1", frames=ledger.classes.total(),
                  classes=[{"name": kind, "frames": frames} for kind, frames in ledger.classes.items()],
                  zones=[{"node": node, "zone": zone, "class": kind, "frames": frames}
                         for ((node, zone), kind), frames in ledger.zones.items()],
                  reconciliation=[balance(ledger, counters, name) for name in names],
                  **dict(ledger.top.rows()), untold=model.classes.untold)
    return answers.DONE


def main():
    return script.run(script.parser(__doc__).parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
