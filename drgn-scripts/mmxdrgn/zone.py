# SPDX-License-Identifier: GPL-2.0-or-later
"""Nodes and zones."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Zone:
    """A zone that spans frames."""
    address: int
    node: int
    index: int
    name: str
    start: int
    spanned: int
    present: int


def nodes(kernel):
    """Addresses of the pglist_data, by number."""
    kind = kernel.target.variable_type("node_data")
    if kind:
        pointers = kernel.numbers(kernel.need_symbol("node_data"), kind.length)
        return {number: address for number, address in enumerate(pointers) if address}
    return {0: kernel.need_symbol("contig_page_data")}


def zones(kernel):
    """Every zone that spans frames."""
    t = kernel.target
    array = t.offset("struct pglist_data", "node_zones")
    count, size = t.length("struct pglist_data", "node_zones"), t.size("struct zone")
    found = []
    for node, address in nodes(kernel).items():
        for index in range(count):
            zone = address + array + index * size
            present = kernel.member(zone, "struct zone", "present_pages")
            spanned = kernel.member(zone, "struct zone", "spanned_pages")
            if spanned:  # what a driver adds to zone Device is spanned and never present
                found.append(Zone(zone, node, index, kernel.text(kernel.member(zone, "struct zone", "name"), 32),
                                  kernel.member(zone, "struct zone", "zone_start_pfn"),
                                  spanned, present))
    return found
