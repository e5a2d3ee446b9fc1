# SPDX-License-Identifier: GPL-2.0-or-later
"""
The kernel of a dump: where its image was put, its page tables, and reading by virtual address. Every
address is translated by the page tables, those of the direct map too.
"""
import struct
from functools import cached_property

from .region import IMAGE_MAP
from .target import Target
from .x86_64 import PAGE, PAGE_SHIFT, Tables
from .trouble import Absent, CannotRun

ALIGNED = 1 << 21  # where a kernel may be put
SEARCHED = 1 << 40  # how much physical memory is looked through for it
TEXT_MAX = 4096
VMCOREINFO_MAX = 1 << 16
NEEDED = object()


class Kernel:
    """Reads kernel memory; symbols by name."""

    def __init__(self, core, vmlinux):
        self.target = Target(core, vmlinux)
        self.core = core
        self.phys_base = self._find_phys_base()
        five = self._image_variable("pgdir_shift", 4) == 48
        self.levels = 5 if five else 4
        self.encryption = self._image_variable("sme_me_mask", 8) or 0
        self.root = self._image(self.need_symbol("init_top_pgt"))
        self.tables = Tables(self.target, self.levels, self.encryption)
        self.pages_seen = {}
        text = self.need_symbol("_text")
        if self.phys(text) != self._image(text):
            raise CannotRun("the page tables at init_top_pgt do not map the kernel where it lies")

    def _image(self, address):
        return address - IMAGE_MAP + self.phys_base

    def _find_phys_base(self):
        """The variable phys_base says where the image is, and lies in the image: one place makes it true."""
        text, variable = self.need_symbol("_text"), self.need_symbol("phys_base")
        for start in range(0, SEARCHED, ALIGNED):
            base = start - (text - IMAGE_MAP)
            try:
                held, = struct.unpack("<q", self.target.read(start + variable - text, 8))
            except Absent:
                continue
            if held == base and self._is_kernel(base):
                return base
        raise CannotRun(f"the kernel of this vmlinux is not found in {self.core}")

    def _is_kernel(self, base):
        banner = self.target.symbol("linux_banner")
        try:
            return banner is None or self.target.read(banner - IMAGE_MAP + base, 14) == b"Linux version "
        except Absent:
            return False

    def _image_variable(self, name, size):
        address = self.target.symbol(name)
        if address is None:
            return None
        try:
            return int.from_bytes(self.target.read(self._image(address), size), "little")
        except Absent:
            return None

    def need_symbol(self, name):
        address = self.target.symbol(name)
        if address is None:
            raise CannotRun(f"vmlinux has no symbol {name}")
        return address

    def phys(self, address):
        """Where a kernel address lies."""
        page = address >> PAGE_SHIFT
        if page not in self.pages_seen:
            if len(self.pages_seen) > 1 << 20:
                self.pages_seen.clear()
            self.pages_seen[page] = self.tables.leaf(self.root, page << PAGE_SHIFT)[0]
        return self.pages_seen[page] | address & PAGE - 1

    def is_mapped(self, address):
        try:
            return bool(self.phys(address) or True)
        except Absent:
            return False

    def read(self, address, length):
        """Bytes of kernel memory, in as few reads as what maps them allows."""
        parts = []
        while length:
            phys, run = self.tables.leaf(self.root, address)
            run = min(run, length)
            parts.append(self.target.read(phys, run))
            address, length = address + run, length - run
        return b"".join(parts)

    def number(self, address, size=8, signed=False):
        return int.from_bytes(self.target.read(self.phys(address), size), "little", signed=signed)

    def numbers(self, address, count):
        """count words of eight bytes."""
        return struct.unpack(f"<{count}Q", self.read(address, 8 * count))

    def variable(self, name, size=8, otherwise=NEEDED):
        """The value of a kernel variable, or otherwise when there is none of that name and it is not needed."""
        address = self.target.symbol(name) if otherwise is not NEEDED else self.need_symbol(name)
        return otherwise if address is None else self.number(address, size)

    def member(self, address, struct_name, *names):
        """An integer or pointer out of a struct."""
        found = self.target.member(struct_name, *names)
        if not found:
            raise CannotRun(f"{struct_name} has no member {' or '.join(names)} in this kernel")
        offset, kind = found
        return self.number(address + offset, kind.size, getattr(kind, "is_signed", False) is True)

    def text(self, address, most=TEXT_MAX):
        """A string, up to its NUL."""
        found = b""
        while len(found) < most and b"\0" not in found:
            found += self.read(address + len(found), min(PAGE - (address + len(found)) % PAGE, most))
        return found[:most].split(b"\0")[0].decode("latin-1")

    @cached_property
    def cpus(self):
        """Numbers of the CPUs that there may be, and where each one's part of per-CPU memory is."""
        mask = int.from_bytes(self.read(self.need_symbol("__cpu_possible_mask"), self.target.size("struct cpumask")),
                              "little")
        offsets = self.need_symbol("__per_cpu_offset")
        return {cpu: self.number(offsets + 8 * cpu) for cpu in range(mask.bit_length()) if mask >> cpu & 1}

    def per_cpu(self, name):
        """Addresses of a per-CPU variable, one a CPU."""
        base = self.target.variable_address(name)
        return [] if base is None else [base + offset & (1 << 64) - 1 for offset in self.cpus.values()]

    @cached_property
    def vmcoreinfo(self):
        """
        The lines of VMCOREINFO as the kernel keeps them for the next crash. None after one: the copy that it
        uses then lies in memory that is not dumped.
        """
        try:
            data, size = self.variable("vmcoreinfo_data"), self.variable("vmcoreinfo_size")
            text = self.read(data, min(size, VMCOREINFO_MAX)).decode("latin-1")
        except (Absent, CannotRun):
            return {}
        return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
