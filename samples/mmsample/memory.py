# SPDX-License-Identifier: GPL-2.0-or-later
"""Sparse physical memory: pages come to be when something is written to them."""

import struct

PAGE = 4096
FORMAT = {1: "<B", 2: "<H", 4: "<I", 8: "<Q"}


class Memory:
    def __init__(self):
        self.pages = {}  # PFN -> bytearray

    def page(self, pfn):
        if pfn not in self.pages:
            self.pages[pfn] = bytearray(PAGE)
        return self.pages[pfn]

    def touch(self, phys, size):
        """Make pages present without writing to them."""
        for pfn in range(phys // PAGE, -(-(phys + size) // PAGE)):
            self.page(pfn)

    def exclude(self, pfn):
        """Leave a page out of the dump."""
        self.pages.pop(pfn, None)

    def write(self, phys, data):
        at = 0
        while at < len(data):
            pfn, offset = divmod(phys + at, PAGE)
            n = min(PAGE - offset, len(data) - at)
            self.page(pfn)[offset:offset + n] = data[at:at + n]
            at += n

    def read(self, phys, size):
        data = b""
        while len(data) < size:
            pfn, offset = divmod(phys + len(data), PAGE)
            n = min(PAGE - offset, size - len(data))
            data += self.page(pfn)[offset:offset + n]
        return data

    def put(self, phys, value, size=8):
        """Write a number; it lies within one page."""
        pfn, offset = divmod(phys, PAGE)
        mask = (1 << size * 8) - 1
        struct.pack_into(FORMAT[size], self.page(pfn), offset, value & mask)

    def get(self, phys, size=8):
        pfn, offset = divmod(phys, PAGE)
        return struct.unpack_from(FORMAT[size], self.page(pfn), offset)[0]
