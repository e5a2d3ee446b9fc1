# SPDX-License-Identifier: GPL-2.0-or-later
"""
A program that is linked dynamically: process 3001 has started libc itself, as one can, of which the headers, symbols and
the dynamic linker's list are there. Page 0 of the file has its headers and symbols; page 510, which is mapped as data,
what the program was told and what the linker made.
"""
import struct

from ..memory import PAGE
from .libc import BASES, FIRST_PFN, PATH
from .record import record

LOAD, DYNAMIC, INTERP, PHDR = 1, 2, 3, 6
PHDRS, SYMTAB, NAMES, HASH, INTERPRETER = 0x40, 0x200, 0x300, 0x380, 0x3C0
DATA, DATA_AT = 0x1FE000, 0x1FF000  # of page 510 in the file, and what it is loaded at
DYN, DEBUG, MAPS, TEXTS = 0x100, 0x200, 0x240, 0x300  # in that page
MAP = 0x40  # from one struct link_map to the next
BASE = BASES[0]
FUNCTION, GLOBAL, WEAK = 2, 1 << 4, 2 << 4
SYMBOLS = (("", 0, 0, 0), ("printf", 0x60100, 0xCC, GLOBAL | FUNCTION), ("_IO_printf", 0x60100, 0xCC, WEAK | FUNCTION),
           ("puts", 0x80ED0, 0x1B5, GLOBAL | FUNCTION))
LINKER = "/lib64/ld-linux-x86-64.so.2"
TOLD = {33: 0x7FFC0007A000, 16: 0x178BFBFF, 6: PAGE, 17: 100, 3: BASE + PHDRS, 4: 56, 5: 5, 7: 0x7FFFF7FC3000, 8: 0,
        9: BASE + 0x29F90, 11: 0, 23: 0, 31: BASE + DATA_AT + TEXTS}


def header(kind, flags, offset, vaddr, size):
    return struct.pack("<IIQQQQQQ", kind, flags, offset, vaddr, vaddr, size, size, PAGE)


def dynamic(*pairs):
    return b"".join(struct.pack("<QQ", *pair) for pair in (*pairs, (0, 0)))


def tell(kernel):
    names = b"\0".join(name.encode() for name, *_ in SYMBOLS) + b"\0"
    symbols = b"".join(struct.pack("<IBBHQQ", names.index(name.encode() + b"\0") if name else 0, info, 0, 14 if name else 0, value, size)
                       for name, value, size, info in SYMBOLS)
    first = {
        0: struct.pack("<4s5B7xHHIQQQIHHHHHH", b"\x7fELF", 2, 1, 1, 3, 0, 3, 62, 1, 0x29F90, PHDRS, 0, 0, 64, 56, 5, 64, 0, 0),
        PHDRS: header(PHDR, 4, PHDRS, PHDRS, 5 * 56) + header(INTERP, 4, INTERPRETER, INTERPRETER, len(LINKER) + 1)
        + header(LOAD, 5, 0, 0, 0x1B0000) + header(LOAD, 6, DATA, DATA_AT, 0x4000) + header(DYNAMIC, 6, DATA + DYN, DATA_AT + DYN, 0xA0),
        SYMTAB: symbols, NAMES: names, HASH: struct.pack("<II", 1, len(SYMBOLS)), INTERPRETER: LINKER.encode() + b"\0",
    }
    at = BASE + DATA_AT
    data = {
        DYN: dynamic((5, NAMES), (6, SYMTAB), (10, len(names)), (4, HASH), (21, at + DEBUG)),
        DEBUG: struct.pack("<IxxxxQQIxxxxQ", 1, at + MAPS, 0, 0, TOLD[7]),
        MAPS: link_map(BASE, at + TEXTS + 0x80, at + DYN, at + MAPS + MAP, 0),
        MAPS + MAP: link_map(BASE, at + TEXTS + 0x40, at + DYN, 0, at + MAPS),
        TEXTS: b"/lib/libc.so.6\0", TEXTS + 0x40: PATH.encode() + b"\0",
    }
    for page, parts in ((0, first), (510, data)):
        for offset, part in parts.items():
            kernel.machine.memory.write((FIRST_PFN + page) * PAGE + offset, part)
    kernel.worker = next(process for process in kernel.processes if process.pid == 3001)
    for i, word in enumerate(word for pair in (*TOLD.items(), (0, 0)) for word in pair):
        kernel.worker.mm[f"saved_auxv[{i}]"] = word
    kernel.worker.mm.set(start_code=BASE, end_code=BASE + 0x1B0000, start_data=at, end_data=at + 0x4000,
                         arg_start=at + TEXTS, arg_end=at + TEXTS + 15, env_start=at + TEXTS + 15, env_end=at + TEXTS + 15)
    record(kernel, "program", pid=3001, auxv=[[kind, value] for kind, value in TOLD.items()], bias=BASE, interpreter=LINKER,
           link_maps=[at + MAPS, at + MAPS + MAP])


def link_map(bias, name, dynamic_at, following, before):
    return struct.pack("<5Q", bias, name, dynamic_at, following, before)


def put(kernel, offset, word):
    """A word of the program's data, which only damages change."""
    kernel.machine.memory.put((FIRST_PFN + 510) * PAGE + offset, word)
