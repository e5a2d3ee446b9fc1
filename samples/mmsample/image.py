# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel image: symbols, and the physical memory that they lie in."""

from .memory import PAGE

START_KERNEL_MAP = 0xFFFFFFFF80000000
LINK_BASE = 0xFFFFFFFF81000000
PHYS = 0x6000000  # not where it was linked to: phys_base is not 0
PART_SIZE = 0x200000
PARTS = {"text": 0, "rodata": 1, "data": 2, "bss": 3}
SIZE = PART_SIZE * len(PARTS)
STARTUP_SIZE = 0x100  # of startup_64, which the text begins with
TYPES = {"text": "T", "rodata": "R", "data": "D", "bss": "B"}


class Image:
    def __init__(self, machine):
        self.machine = machine
        self.base = LINK_BASE + machine.release.kernel_offset
        self.phys_base = PHYS - (self.base - START_KERNEL_MAP)
        self.next = {part: i * PART_SIZE for part, i in PARTS.items()}
        self.symbols = []  # (address, name, type)
        self.by_name = {}
        self.strings = {}
        self.next["text"] += STARTUP_SIZE
        for part, name in (("text", "_text"), ("text", "_stext"), ("text", "startup_64"),
                           ("rodata", "__start_rodata"), ("data", "_sdata"),
                           ("bss", "__bss_start")):
            self.define(name, self.base + PARTS[part] * PART_SIZE, TYPES[part])

    def phys(self, address):
        if not 0 <= address - self.base < SIZE:
            raise ValueError(f"{address:#x} is no address of this machine")
        return address - self.base + PHYS

    def define(self, name, address, kind):
        self.symbols.append((address, name, kind))
        self.by_name[name] = address

    def place(self, name, size, align=8, part="data"):
        """Room for a variable; present and zero until it is written to."""
        at = -(-self.next[part] // align) * align
        self.next[part] = at + size
        if self.next[part] > (PARTS[part] + 1) * PART_SIZE:
            raise ValueError(f"the image's {part} is full")
        address = self.base + at
        self.machine.memory.touch(self.phys(address), size)
        if name:
            self.define(name, address, TYPES[part])
        return address

    def function(self, name, size=0x40):
        return self.place(name, size, 16, "text")

    def variable(self, name, value=0, size=8, align=0, part="data"):
        """A variable that is one number."""
        address = self.place(name, size, align or size, part)
        self.machine.put(address, value, size)
        return address

    def object(self, name, struct, part="data", align=64):
        address = self.place(name, self.machine.types.sizeof(struct), align, part)
        return self.machine.object(struct, address)

    def blob(self, name, data, align=8, part="rodata"):
        address = self.place(name, len(data), align, part)
        self.machine.write(address, data)
        return address

    def string(self, text):
        """The address of a constant string."""
        if text not in self.strings:
            self.strings[text] = self.blob("", text.encode() + b"\0", 1)
        return self.strings[text]

    def finish(self):
        """The section marks, once nothing more will be placed."""
        for part, name in (("text", "_etext"), ("rodata", "__end_rodata"), ("data", "_edata"),
                           ("bss", "__bss_stop")):
            self.define(name, self.base + self.next[part], TYPES[part])
        self.define("_end", self.base + SIZE, "B")

    def pfns(self):
        return range(PHYS // PAGE, (PHYS + SIZE) // PAGE)
