# SPDX-License-Identifier: GPL-2.0-or-later
"""A compressed kdump, as makedumpfile -c -d 31 writes it (header version 6, zlib)."""

import functools
import struct
import zlib

from . import elf
from .frames import DUMPED, RAM
from .memory import PAGE

COMPRESSED_ZLIB = 1
HEADER_VERSION = 6


def bitmap(pfns, blocks):
    bits = bytearray(blocks * PAGE)
    for pfn in pfns:
        bits[pfn >> 3] |= 1 << (pfn & 7)
    return bytes(bits)


@functools.lru_cache(maxsize=None)
def pack(raw):
    """Kept, since samples that are damaged differ from the whole one in few pages."""
    return zlib.compress(raw, 1)


def page_data(pages, pfns, at):
    """(descriptors, data): pages that compress badly are kept as they are, equal ones once."""
    descriptors, data, known = [], [], {}
    for pfn in pfns:
        raw = bytes(pages[pfn])
        if raw not in known:
            packed = pack(raw)
            flags = COMPRESSED_ZLIB if len(packed) < PAGE else 0
            packed = packed if flags else raw
            known[raw] = struct.pack("<QIIQ", at, len(packed), flags, 0)
            data.append(packed)
            at += len(packed)
        descriptors.append(known[raw])
    return b"".join(descriptors), b"".join(data)


def begin(machine, out, cpus, end, ram, present):
    """Headers and bitmaps of frames below @end."""
    blocks = len(ram) // PAGE
    notes = elf.notes(machine, cpus)
    info = machine.vmcoreinfo.encode()
    info_at = PAGE + 256
    note_at = -(-(info_at + len(info)) // 8) * 8
    sub_blocks = -(-(note_at + len(notes) - PAGE) // PAGE)
    uts = machine.uts_bytes()
    pages, dumped = (int.from_bytes(bits, "little").bit_count() for bits in (ram, present))
    header = struct.pack("<8si", b"KDUMP   ", HEADER_VERSION) + uts + bytes(6)
    header += struct.pack("<qqIiiIIIIIIi", 1763700000, 0, COMPRESSED_ZLIB, PAGE, sub_blocks,
                          2 * blocks, end, pages, 0, dumped, 0, cpus)
    sub = struct.pack("<QiiQQQQQQQQQQQ", machine.image.phys_base & (1 << 64) - 1, 31, 0, 0, 0,
                      info_at if info else 0, len(info), note_at, len(notes), 0, 0, 0, end, end)
    out.write(header.ljust(PAGE, b"\0"))
    out.write(sub)
    out.write(bytes(info_at - out.tell()) + info)
    out.write(bytes(note_at - out.tell()) + notes)
    out.write(bytes(PAGE * (1 + sub_blocks) - out.tell()))
    out.write(ram + present)
    return dumped


def write(machine, out, cpus):
    end = RAM[-1][1]
    blocks = -(-end // (PAGE * 8))
    ram = [p for first, last in DUMPED for p in range(first, last)]
    present = sorted(set(ram) & set(machine.memory.pages))
    begin(machine, out, cpus, end, bitmap(ram, blocks), bitmap(present, blocks))
    at = out.tell() + 24 * len(present)
    descriptors, data = page_data(machine.memory.pages, present, at)
    out.write(descriptors + data)


def write_pieces(machine, out, cpus, start, end):
    """Of the memory from @start to @end there is, besides what was written to, the first frame of each eight."""
    first = 8 * -(-max(machine.memory.pages) // 8)
    ram, present = (bytearray(bitmap(pfns, -(-end // (PAGE * 8)))) for pfns in
                    ([p for run in DUMPED for p in range(*run)], machine.memory.pages))
    ram[start // 8:end // 8] = b"\xFF" * (end // 8 - start // 8)
    present[first // 8:end // 8] = b"\x01" * (end // 8 - first // 8)
    dumped = begin(machine, out, cpus, end, ram, present)
    at = out.tell() + 24 * dumped
    written = sorted(machine.memory.pages)
    descriptors, data = page_data(machine.memory.pages, written, at)
    empty = zlib.compress(bytes(PAGE))
    out.write(descriptors)
    out.write(struct.pack("<QIIQ", at + len(data), len(empty), COMPRESSED_ZLIB, 0) * (dumped - len(written)))
    out.write(data + empty)
