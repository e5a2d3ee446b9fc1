#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Swap areas, and who has what in them, as `mmx --json swapx` has it, computed with drgn."""
import sys
from collections import Counter

from mmxdrgn import answers, script
from mmxdrgn.answers import word
from mmxdrgn.swap import Swap

OFF_LIST = 1 << 30  # a mark beside the number, in some releases


def signed(value, bits=16):
    return value - (1 << bits) if value >> bits - 1 & 1 else value


def area_row(area):
    in_use = area.member("inuse_pages")
    return {"area": area.number, "priority": signed(area.member("prio") & 0xFFFF), "pages": area.member("pages"),
            "in_use": in_use & ~OFF_LIST, "used": len(area.pages), "bad": area.bad,
            "cached": sum(not count for count in area.pages.values())}


def answer(model, _):
    swap = Swap(model)
    entries, shmem = (sum(found.values(), Counter()) for found in (swap.processes, swap.shmem))
    findings = []
    for area in swap.areas:
        named = {page for found in (entries, shmem) for number, page in found if number == area.number}
        for page in sorted(named | area.pages.keys()):
            count, found = area.pages.get(page, 0), entries[area.number, page] + shmem[area.number, page]
            if count != found:
                findings.append({"kind": "count", "area": area.number, "offset": word(page), "kernel": count,
                                 "found": found})
    answers.write(
        "mmx.swap/1", areas=[area_row(area) for area in swap.areas],
        more=[{"area": area.number, "address": word(area.address), "counts": sum(area.pages.values()),
               "entries": sum(n for (number, _), n in entries.items() if number == area.number),
               "shmem": sum(n for (number, _), n in shmem.items() if number == area.number)} for area in swap.areas],
        processes=[{"pid": pid, "pages": sum(pages.values())} for pid, pages in swap.processes.items()],
        shmem=[{"mapping": word(mapping), "pages": sum(pages.values())} for mapping, pages in swap.shmem.items()],
        findings=findings)
    return answers.DONE


def main():
    return script.run(script.parser(__doc__).parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
