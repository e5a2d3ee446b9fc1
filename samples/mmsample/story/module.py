# SPDX-License-Identifier: GPL-2.0-or-later
"""A loaded module with symbols of its own, in the modules' part of the address space."""

from ..memory import PAGE
from ..vmalloc import KERNEL_PAGE
from .record import record

AT = 0xFFFFFFFFC0200000
NAME = "sample_mod"
SYMBOLS = (("", "", 0), ("sample_init", "t", 0x10), ("sample_read", "t", 0x80),
           ("sample_table", "d", 0xF00))


def tell(kernel):
    """One page holds it all; it is written through the direct map and mapped where modules live."""
    m, types = kernel.machine, kernel.types
    pfn = kernel.frames.allocate("stacks", "vmalloc")
    kernel.tables.map(AT, pfn * PAGE | KERNEL_PAGE)
    alias = m.direct(pfn * PAGE) - AT
    at = {"symtab": AT + types.sizeof("module")}
    at["typetab"] = at["symtab"] + len(SYMBOLS) * types.sizeof("elf64_sym")
    at["strtab"] = at["typetab"] + len(SYMBOLS)
    strings = b""
    for i, (name, kind, offset) in enumerate(SYMBOLS):
        symbol = m.object("elf64_sym", alias + at["symtab"] + i * types.sizeof("elf64_sym"))
        symbol.set(st_name=len(strings), st_value=AT + offset if name else 0, st_shndx=bool(name))
        m.write(alias + at["typetab"] + i, (kind or "\0").encode())
        strings += name.encode() + b"\0"
    m.write(alias + at["strtab"], strings)
    kernel.module = module = m.object("module", alias + AT)
    kernel.module_at = AT
    module["name"] = NAME.encode() + b"\0"
    module["kallsyms"] = AT + types.offset("module", "core_kallsyms")
    module["core_kallsyms.num_symtab"] = len(SYMBOLS)
    for table, address in at.items():
        module[f"core_kallsyms.{table}"] = address
    if types.has("module", "mem"):
        module["mem[0].base"] = AT
        module["mem[0].size"] = PAGE
    else:
        module["core_layout.base"] = AT
        module["core_layout.size"] = PAGE
        module["core_layout.text_size"] = PAGE
    head = m.image.by_name["modules"]
    for link in ("next", "prev"):
        module[f"list.{link}"] = head
        m.put(head + types.offset("list_head", link), AT + types.offset("module", "list"))
    record(kernel, "module", module=NAME, address=AT,
           symbols={name: AT + offset for name, _, offset in SYMBOLS if name})
