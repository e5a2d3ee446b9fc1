# SPDX-License-Identifier: GPL-2.0-or-later
"""
What is true of a lab dump, found out without mmx: from the guest's own captures (kallsyms, iomem,
zoneinfo) and by reading the raw ELF file with a few lines of its own.
"""
import functools
import json
import os
import re
import struct
from dataclasses import dataclass
from pathlib import Path

KERNEL_MAP = 0xFFFFFFFF80000000
DEVICE = "namespace0.0"  # what iomem calls the lab's device that is memory
PLUGGED = range(0x100000, 0x110000)  # where QEMU puts memory that is plugged in, by frame
SECTION_BITS = 27
PAGE = 4096
# BPF programs, and the trampolines that ftrace and kprobes allocate, have generated names and no
# table in memory that names them.
GENERATED = ("[bpf]", "[__builtin__ftrace]", "[__builtin__kprobes]")


class RawElf:
    """Physical memory of an ELF dump, straight from its program headers."""

    def __init__(self, path):
        # Read at places, never from where the last one ended: processes that were forked share that.
        self.fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        header = os.pread(self.fd, 64, 0)
        offset, = struct.unpack_from("<Q", header, 32)
        size, count = struct.unpack_from("<HH", header, 54)
        if count == 0xFFFF:  # more than fit: the first section header has the number
            count, = struct.unpack("<I", os.pread(self.fd, 4, struct.unpack_from("<Q", header, 40)[0] + 44))
        self.loads = []
        for i in range(count):
            kind, _, at, _, phys, filesz, _, _ = struct.unpack("<IIQQQQQQ", os.pread(self.fd, 56, offset + i * size))
            if kind == 1 and filesz:
                self.loads.append((phys, filesz, at))
        self.loads.sort()

    def __del__(self):
        os.close(self.fd)

    def read(self, phys, length):
        """The bytes, or None when not all of them are in one segment."""
        for start, size, at in self.loads:
            if start <= phys and phys + length <= start + size:
                return os.pread(self.fd, length, at + phys - start)
        return None

    def u64(self, phys):
        data = self.read(phys, 8)
        return None if data is None else struct.unpack("<Q", data)[0]


@dataclass(frozen=True)
class Symbol:
    address: int
    type: str
    name: str
    module: str


def parse_kallsyms(text):
    symbols = []
    for line in text.splitlines():
        words = line.split()
        module = words[3] if len(words) > 3 else ""
        if module not in GENERATED:
            symbols.append(Symbol(int(words[0], 16), words[1], words[2], module.strip("[]")))
    return symbols


class Dump:
    """A lab dump, and what its guest said of itself."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.manifest = json.loads((self.folder / "manifest.json").read_text())
        self.name = self.manifest["name"]
        self.forms = [self.folder / form for form in self.manifest["forms"]]
        self.raw_path = next(f for f in self.forms if f.name in ("vmcore", "vmcore.elf"))
        self.raw = RawElf(self.raw_path)
        self.before = self.folder / "before"
        self.vmlinux = self.folder / "vmlinux" if self.manifest["has_dwarf"] else None

    @functools.cached_property
    def symbols(self):
        return parse_kallsyms((self.before / "kallsyms").read_text())

    @functools.cached_property
    def by_name(self):
        """Addresses of the kernel's own symbols; of equal names the first."""
        found = {}
        for symbol in self.symbols:
            if not symbol.module:
                found.setdefault(symbol.name, symbol.address)
        return found

    @property
    def levels(self):
        """From how QEMU was started: la57 is on in -cpu max unless taken away."""
        cpu = self.manifest["settings"]["cpu"]
        return 5 if cpu.startswith("max") and "-la57" not in cpu else 4

    def iomem(self, name):
        """Ranges of that name, inclusive ends made exclusive."""
        found = re.findall(r"^\s*([0-9a-f]+)-([0-9a-f]+) : (.*)$",
                           (self.before / "iomem").read_text(), re.M)
        return [(int(a, 16), int(b, 16) + 1) for a, b, what in found if what == name]

    @property
    def phys_base(self):
        """Where the kernel was put physically, against where it was linked and slid to."""
        return self.iomem("Kernel code")[0][0] - (self.by_name["_text"] - KERNEL_MAP)

    def image_phys(self, address):
        return address - KERNEL_MAP + self.phys_base

    def variable(self, name):
        """A kernel variable of eight bytes, None when there is no such symbol."""
        if name not in self.by_name:
            return None
        return self.raw.u64(self.image_phys(self.by_name[name]))

    def bytes_between(self, first, last):
        start, end = self.by_name.get(first), self.by_name.get(last)
        return self.raw.read(self.image_phys(start), end - start) if start and end else None

    def build_id(self):
        """Out of the kernel image's own notes."""
        notes = self.bytes_between("__start_notes", "__stop_notes") or b""
        at = 0
        while at + 12 <= len(notes):
            name, size, kind = struct.unpack_from("<III", notes, at)
            data = at + 12 + (name + 3 & ~3)
            if kind == 3 and notes[at + 12:at + 15] == b"GNU":
                return notes[data:data + size].hex()
            at = data + (size + 3 & ~3)
        return None

    def zones(self):
        """Zones of zoneinfo that span frames: (node, name, start, spanned, present)."""
        found = []
        for part in re.split(r"^(?=Node )", (self.before / "zoneinfo").read_text(), flags=re.M):
            head = re.match(r"Node (\d+), zone\s+(\S+)", part)
            if not head:
                continue
            number = {key: int(value) for key, value in
                      re.findall(r"^\s+(spanned|present|start_pfn):?\s+(\d+)$", part, re.M)}
            if number.get("spanned"):
                # The start stands there only where something is present: not for a device's zone.
                start = number["start_pfn"] if number["present"] else self.iomem(DEVICE)[0][0] >> 12
                found.append((int(head[1]), head[2], start, number["spanned"], number["present"]))
        return found

    def unonlined(self):
        """Frames of memory that was plugged in and never brought online, as a range."""
        return PLUGGED if "unonlined" in self.manifest["variants"] else range(0)

    def sections(self):
        """The sections that hold any System RAM."""
        return sorted({nr for start, end in self.iomem("System RAM")
                       for nr in range(start >> SECTION_BITS, (end - 1 >> SECTION_BITS) + 1)})

    def walk(self, root, address):
        """Translates by the page tables, read raw. Present entries only, as the kernel's own are."""
        table = root
        for level in range(self.levels, 0, -1):
            shift = 12 + 9 * (level - 1)
            entry = self.raw.u64(table + (address >> shift & 511) * 8)
            if entry is None or not entry & 1:
                return None
            frame = entry & 0x000FFFFFFFFFF000
            if level == 1 or (level <= 3 and entry & 0x80):
                return (frame & ~((1 << shift) - 1)) | (address & ((1 << shift) - 1))
            table = frame
        return None

    @property
    def root(self):
        name = "init_top_pgt" if "init_top_pgt" in self.by_name else "swapper_pg_dir"
        return self.image_phys(self.by_name[name])
