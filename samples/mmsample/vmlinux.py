# SPDX-License-Identifier: GPL-2.0-or-later
"""
The vmlinux of a sample, as far as crash(8) wants one: symbols where they were linked, and the banner. Its types are those of the
layouts, as DWARF has them.
"""
import struct

from . import dwarf
from .elf import note
from .image import PART_SIZE, PARTS

EM_X86_64, ET_EXEC = 62, 2
SHT_PROGBITS, SHT_SYMTAB, SHT_STRTAB, SHT_NOTE, SHT_NOBITS = 1, 2, 3, 7, 8
NT_GNU_BUILD_ID = 3
SHF_WRITE, SHF_ALLOC, SHF_EXECINSTR = 1, 2, 4
STB_LOCAL, STB_GLOBAL = 0, 1
STT_NOTYPE, STT_OBJECT, STT_FUNC = 0, 1, 2
SHN_ABS = 0xFFF1
FLAGS = {"text": SHF_ALLOC | SHF_EXECINSTR, "rodata": SHF_ALLOC, "data": SHF_ALLOC | SHF_WRITE, "bss": SHF_ALLOC | SHF_WRITE}


class Names:
    """A table of strings."""

    def __init__(self):
        self.data = b"\0"

    def add(self, name):
        at = len(self.data)
        self.data += name.encode() + b"\0"
        return at


# That there is one tells crash up to 8.0.2 that the kernel may have been moved; kernels have had none since 6.10.
ALSO = "module_load_offset"


def symbol_table(machine, names):
    image = machine.image
    link = image.base - machine.release.kernel_offset
    yield bytes(24)
    for address, name, kind in sorted([*image.symbols, (image.by_name["_sdata"], ALSO, "d")]):
        linked, section = address, SHN_ABS
        # The end of all is behind the last section.
        if 0 <= address - image.base <= PART_SIZE * len(PARTS):
            linked = address - image.base + link
            section = min(1 + (address - image.base) // PART_SIZE, len(PARTS))
        what = STT_FUNC if kind in "tT" else STT_OBJECT
        yield struct.pack("<IBBHQQ", names.add(name), STB_GLOBAL << 4 | what, 0, section, linked, 0)


def write(machine, out):
    image = machine.image
    link = image.base - machine.release.kernel_offset
    sections, names, strings = [(0, 0, 0, 0, b"", 0, 0, 0)], Names(), Names()
    for part, nr in PARTS.items():
        size = image.next[part] - nr * PART_SIZE
        data = size if part == "bss" else machine.memory.read(image.phys(image.base + nr * PART_SIZE), size)
        sections.append((names.add("." + part), SHT_NOBITS if part == "bss" else SHT_PROGBITS, FLAGS[part],
                         link + nr * PART_SIZE, data, 0, 0, 0))
    build_id = note("GNU", NT_GNU_BUILD_ID, bytes.fromhex(machine.release.build_id))
    sections.append((names.add(".note.gnu.build-id"), SHT_NOTE, 0, 0, build_id, 0, 0, 0))
    for name, data in zip((".debug_info", ".debug_abbrev"), dwarf.encode(machine.types)):
        sections.append((names.add(name), SHT_PROGBITS, 0, 0, data, 0, 0, 0))
    symbols = b"".join(symbol_table(machine, strings))
    sections.append((names.add(".symtab"), SHT_SYMTAB, 0, 0, symbols, len(sections) + 1, 1, 24))
    sections.append((names.add(".strtab"), SHT_STRTAB, 0, 0, strings.data, 0, 0, 0))
    sections.append((names.add(".shstrtab"), SHT_STRTAB, 0, 0, names.data, 0, 0, 0))
    at, body, headers = 4096, b"", []
    for name, kind, flags, address, data, extra, info, entry in sections:
        size = data if isinstance(data, int) else len(data)
        headers.append(struct.pack("<IIQQQQIIQQ", name, kind, flags, address, at + len(body), size, extra, info,
                                   16 if flags else 1, entry if kind == SHT_SYMTAB else 0))
        if not isinstance(data, int):
            body += data + bytes(-len(data) % 16)
    out.write(struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", ET_EXEC, EM_X86_64, 1, link, 0, at + len(body), 0,
                          64, 0, 0, 64, len(headers), len(headers) - 1).ljust(at, b"\0"))
    out.write(body + b"".join(headers))
