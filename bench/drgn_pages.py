# SPDX-License-Identifier: GPL-2.0-or-later
"""
drgn_pages.py CORE VMLINUX < DOCTOR: a loop over every struct page, as a drgn script would best do it

drgn tells what struct page is like; its bytes are read in bulk, by physical address, since the drgn of
Debian 12 does not translate addresses in dumps of QEMU. Where the pages are, and by which page tables, stands
in DOCTOR, what "mmx --json doctorx" says. Each page is decoded and put into a class, roughly. Prints how
many there were, and the nanoseconds of CPU time without the opening.
"""
import json
import struct
import sys
import time
from collections import Counter

import drgn

PRESENT, LARGE = 1, 1 << 7
ADDRESS = (1 << 52) - 4096
MEMBERS = (("flags", "Q"), ("compound_head", "Q"), ("mapping", "Q"), ("_mapcount", "I"), ("_refcount", "i"))


def translate(program, kernel, address):
    """(physical address, bytes that are contiguous from there) by the kernel's page tables."""
    table = int(kernel["page_table_root"], 16)
    mask = ADDRESS & ~int(kernel["encryption_mask"], 16)
    for level in range(kernel["paging_levels"] - 1, -1, -1):
        shift = 12 + 9 * level
        entry = int.from_bytes(program.read(table + (address >> shift & 511) * 8, 8, True), "little")
        if not entry & PRESENT:
            raise LookupError(f"{address:#x} is not mapped")
        if not level or entry & LARGE:
            within = address & (1 << shift) - 1
            return (entry & mask & ~((1 << shift) - 1)) + within, (1 << shift) - within
        table = entry & mask
    raise AssertionError


def page_format(page):
    """struct.unpack's format of a struct page, with nothing but MEMBERS; in which order they come."""
    places = sorted((page.member(name).bit_offset // 8, code, name) for name, code in MEMBERS)
    text, at = "<", 0
    for offset, code, _ in places:
        text += f"{offset - at}x{code}"
        at = offset + struct.calcsize(code)
    return f"{text}{page.size - at}x", [name for _, _, name in places]


def classify(program, pages, classes):
    """Count the pages of a piece of memory by class."""
    layout, order = page_format(program.type("struct page"))
    assert order == ["flags", "compound_head", "mapping", "_mapcount", "_refcount"], order
    reserved, slab = (1 << program.constant(name).value_() for name in ("PG_reserved", "PG_slab"))
    for flags, link, mapping, mapcount, refcount in struct.iter_unpack(layout, pages):
        if flags & reserved:
            classes["reserved"] += 1
        elif link & 1:
            classes["tail"] += 1
        elif flags & slab:
            classes["slab"] += 1
        elif mapcount >> 28 == 15 and mapcount != 0xffffffff:
            classes[mapcount] += 1
        elif mapping & 1:
            classes["anon"] += 1
        elif mapping:
            classes["file"] += 1
        elif not refcount:
            classes["free"] += 1
        else:
            classes["other"] += 1


def main():
    answer = json.load(sys.stdin)
    program = drgn.Program()
    program.set_core_dump(sys.argv[1])
    program.load_debug_info([sys.argv[2]])
    size, base = program.type("struct page").size, int(answer["vmemmap"]["base"], 16)
    classes = Counter()
    begun = time.process_time_ns()
    for run in answer["frames"]:
        at, end = (base + int(run[key], 16) * size for key in ("start_pfn", "end_pfn"))
        while at < end:
            phys, length = translate(program, answer["kernel"], at)
            length = min(length, end - at)
            classify(program, program.read(phys, length, True), classes)
            at += length
    print(sum(classes.values()), time.process_time_ns() - begun)


if __name__ == "__main__":
    main()
