# SPDX-License-Identifier: GPL-2.0-or-later
"""The machine: its address spaces, and kernel objects written through them."""

from dataclasses import dataclass

from .declare import Types
from .image import Image
from .memory import Memory, PAGE


@dataclass(frozen=True)
class Release:
    """Where one sample's kernel has its regions. 6.5 and 6.14 ran with KASLR, 6.2 and 6.8 without."""
    uname: str
    page_offset: int
    vmalloc: int
    vmemmap: int
    kernel_offset: int
    build_id: str


RELEASES = {
    "6.2": Release("6.2.1-mmx-sample", 0xFFFF888000000000, 0xFFFFC90000000000, 0xFFFFEA0000000000,
                   0, "6201" * 10),
    "6.5": Release("6.5.0-21-mmx-sample", 0xFFFF8C1A40000000, 0xFFFFA41B80000000,
                   0xFFFFE6F2C0000000, 0xA000000, "6500" * 10),
    "6.8": Release("6.8.0-mmx-sample", 0xFFFF888000000000, 0xFFFFC90000000000, 0xFFFFEA0000000000,
                   0, "6808" * 10),
    "6.14": Release("6.14.0-37-mmx-sample", 0xFFFF9A5240000000, 0xFFFFBA1AC0000000,
                    0xFFFFF7DA40000000, 0x1C000000, "6140" * 10),
}

DIRECT_MAP_SIZE = 64 << 30
VMEMMAP_SIZE = 1 << 30


class Object:
    """A kernel struct at a virtual address; members are read and written by path."""
    __slots__ = ("machine", "struct", "address")

    def __init__(self, machine, struct, address):
        self.machine = machine
        self.struct = struct
        self.address = address

    def at(self, path):
        return self.address + self.machine.types.offset(self.struct, path)

    def __setitem__(self, path, value):
        where = self.machine.types.find(self.struct, path)
        phys = self.machine.phys(self.address + where.offset)
        if isinstance(value, Object):
            value = value.address
        if isinstance(value, (bytes, bytearray)):
            self.machine.memory.write(phys, value)
        elif where.bits:
            self._put_bits(phys, where, value)
        else:
            self.machine.memory.put(phys, value, where.size)

    def _put_bits(self, phys, where, value):
        """Bit-fields are written byte-wise, so that their storage unit need not be aligned."""
        size = (where.bit + where.bits + 7) // 8
        mask = (1 << where.bits) - 1
        old = int.from_bytes(self.machine.memory.read(phys, size), "little")
        new = old & ~(mask << where.bit) | (value & mask) << where.bit
        self.machine.memory.write(phys, new.to_bytes(size, "little"))

    def __getitem__(self, path):
        where = self.machine.types.find(self.struct, path)
        phys = self.machine.phys(self.address + where.offset)
        return self.machine.memory.get(phys, where.size)

    def set(self, **values):
        for path, value in values.items():
            self[path] = value
        return self

    def set_known(self, **values):
        """Those members that this release has."""
        return self.set(**{path: value for path, value in values.items()
                           if self.machine.types.has(self.struct, path)})


class Machine:
    def __init__(self, release):
        self.release = RELEASES[release]
        self.types = Types(release)
        self.memory = Memory()
        self.image = Image(self)
        self.story = {}  # what the sample tells, by name, for the tests
        self.vmemmap_phys = {}  # page of the vmemmap region -> PFN that backs it

    # Addresses.

    def direct(self, phys):
        return self.release.page_offset + phys

    def phys(self, address):
        """The physical address behind a direct-map, kernel-image or vmemmap address."""
        r = self.release
        if 0 <= address - r.page_offset < DIRECT_MAP_SIZE:
            return address - r.page_offset
        if 0 <= address - r.vmemmap < VMEMMAP_SIZE:
            page, offset = divmod(address - r.vmemmap, PAGE)
            return self.vmemmap_phys[page] * PAGE + offset
        return self.image.phys(address)

    # Memory by virtual address.

    def put(self, address, value, size=8):
        self.memory.put(self.phys(address), value, size)

    def get(self, address, size=8):
        return self.memory.get(self.phys(address), size)

    def write(self, address, data):
        self.memory.write(self.phys(address), data)

    def object(self, struct, address):
        return Object(self, struct, address)

    VERSION = "#1 SMP PREEMPT_DYNAMIC mmx sample"

    def banner(self):
        return f"Linux version {self.release.uname} (mmx@sample) (gcc, GNU ld) {self.VERSION}\n\0".encode()

    def uts_bytes(self):
        """What uname says, as struct new_utsname."""
        text = ("Linux", "sample", self.release.uname, self.VERSION, "x86_64", "(none)")
        return b"".join(t.encode().ljust(65, b"\0") for t in text)

    # Lists.

    def list_init(self, head):
        self.put(head, head)
        self.put(head + 8, head)

    def list_add_tail(self, node, head):
        last = self.get(head + 8)
        self.put(node, head)
        self.put(node + 8, last)
        self.put(last, node)
        self.put(head + 8, node)

    def hlist_add_head(self, node, head):
        first = self.get(head)
        self.put(node, first)
        self.put(node + 8, head)
        if first:
            self.put(first + 8, node)
        self.put(head, node)
