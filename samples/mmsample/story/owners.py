# SPDX-License-Identifier: GPL-2.0-or-later
"""page_owner: who allocated a page, and the stack depot's record of how it came about.

Only the first section has page extensions, and only the pages of them that the story needs are in
the dump: the rest is excluded.
"""

import struct

from ..frames import SECTION_PAGES
from ..memory import PAGE
from .anonymous import SHARED_PFN
from .kernel_pages import COMPOUND_ORDER, COMPOUND_PFN, DMA_PFN
from .record import record

EXTENSIONS_PFN = 0x7A00
OWNER_OFFSET = 8
GFP_USER, GFP_DMA = 0x140CCA, 0xCC1
RECORD_ALIGN = 4  # the depot counts in units of 2^4 bytes
STACKS = {"user": ("__alloc_pages_noprof", "handle_mm_fault", "do_syscall_64"),
          "driver": ("__alloc_pages_noprof", "load_elf_binary", "ksys_mmap_pgoff",
                     "do_syscall_64")}


def tell(kernel):
    m, types = kernel.machine, kernel.types
    size = types.sizeof("page_ext") + types.sizeof("page_owner")
    kernel.alloc_ref_offset = size
    size += 8 if types.has("alloc_tag", "counters") else 0
    pages = -(-SECTION_PAGES * size // PAGE)
    for pfn in range(EXTENSIONS_PFN, EXTENSIONS_PFN + pages):
        kernel.frames.reserve(pfn, "memblock")
    kernel.extensions = m.direct(EXTENSIONS_PFN * PAGE)
    m.memory.touch(m.phys(m.direct(EXTENSIONS_PFN * PAGE)), pages * PAGE)  # of each page, as on any machine
    section = m.object("mem_section", m.get(kernel.frames.root_array))
    section["page_ext"] = kernel.extensions
    kernel.extension_size = m.image.variable("page_ext_size", size)
    operations = m.image.place("page_owner_ops", 40)
    m.put(operations, OWNER_OFFSET)
    m.put(operations + 8, types.sizeof("page_owner"))
    handles = _depot(kernel)
    for name, pfn, order, stack, gfp, who in (
            ("shared by parent and child", SHARED_PFN, 0, "user", GFP_USER, "parent"),
            ("DMA buffer", DMA_PFN, 0, "driver", GFP_DMA, "init"),
            ("compound head at PFN 0", COMPOUND_PFN, COMPOUND_ORDER, "driver", GFP_DMA, "init")):
        for frame in range(pfn, pfn + (1 << order)):
            _own(kernel, frame, size, order, gfp, handles[stack], kernel.people[who])
        record(kernel, name, owner={"pid": kernel.people[who].pid, "order": order, "gfp": gfp,
                                    "comm": kernel.people[who].comm,
                                    "stack": list(STACKS[stack])})


def _own(kernel, pfn, size, order, gfp, handle, task):
    m, types = kernel.machine, kernel.types
    at = kernel.extensions + pfn * size
    flags = sum(1 << types.enumerator(f"PAGE_EXT_{bit}") for bit in ("OWNER", "OWNER_ALLOCATED"))
    _write(kernel, "page_ext", at, flags=flags)
    _write(kernel, "page_owner", at + OWNER_OFFSET, order=order, gfp_mask=gfp, handle=handle,
           ts_nsec=1_000_000_000 + pfn, last_migrate_reason=-1, pid=task.pid, tgid=task.pid)
    m.write(at + OWNER_OFFSET + types.offset("page_owner", "comm"), task.comm.encode() + b"\0")


def _write(kernel, name, at, **values):
    """Members of a struct that may lie across two pages."""
    for path, value in values.items():
        where = kernel.types.find(name, path)
        kernel.machine.write(at + where.offset,
                             (value & (1 << 8 * where.size) - 1).to_bytes(where.size, "little"))


def _depot(kernel):
    """One pool of stack records; returns the handles by name of the stack."""
    m, types = kernel.machine, kernel.types
    pool = m.direct(kernel.frames.memblock(4 * PAGE, PAGE))
    older = types.has("handle_parts", "slabindex")
    pools = m.image.place("stack_slabs" if older else "stack_pools", 8192 * 8, 64, "bss")
    m.put(pools, pool)
    m.image.variable("pools_num", 1, 4)
    handles, offset = {}, 64
    for name, functions in STACKS.items():
        entries = [m.image.by_name[f] + 0x24 for f in functions]
        stack = m.object("stack_record", pool + offset)
        handles[name] = _handle(types, offset)
        stack.set(size=len(entries), hash=0x1234 + offset)
        stack["handle.handle"] = handles[name]
        m.write(stack.at("entries"), struct.pack(f"<{len(entries)}Q", *entries))
        offset += 128
    return handles


def _handle(types, offset):
    """Where a record lies, as pools are counted from 0 up to 6.8, and from 1 in 6.14."""
    plus_one = types.has("handle_parts", "pool_index_plus_1")
    shift = types.find("handle_parts", "offset")
    return int(plus_one) | offset >> RECORD_ALIGN << shift.bit + 8 * shift.offset
