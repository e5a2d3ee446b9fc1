#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Types as a whole, as `mmx --json structx` has them, computed with drgn: of each NAME where all that lies within it is,
and of some objects that every kernel has their values. The operands are those of structx.
"""
import sys

import drgn
from mmxdrgn import answers, list as lists, script
from mmxdrgn.answers import word
from mmxdrgn.zone import nodes

RECORDS = (drgn.TypeKind.STRUCT, drgn.TypeKind.UNION, drgn.TypeKind.CLASS)
FEW = 20  # of a list


def plain(kind):
    while kind.kind == drgn.TypeKind.TYPEDEF:
        kind = kind.type
    return kind


def element(kind):
    """What an array is of, and of how many, all its dimensions in one."""
    number, kind = 1, plain(kind)
    while kind.kind == drgn.TypeKind.ARRAY:
        number, kind = number * (kind.length or 0), plain(kind.type)
    return kind, number


def is_text(kind, of):
    return kind.kind == drgn.TypeKind.ARRAY and of.kind == drgn.TypeKind.INT and of.name == "char"


class Values:
    """The bytes of an object; or none, of a layout."""

    def __init__(self, read=None):
        self.bytes = read

    def number(self, at, size, width=None):
        value = int.from_bytes(self.bytes[at // 8:at // 8 + (size if width is None else (at % 8 + width + 7) // 8)],
                               "little")
        return value if width is None else value >> at % 8 & (1 << width) - 1


def number_at(kind, at, values, width):
    size = drgn.sizeof(kind)
    return word(values.number(at, size, width)) if values.bytes and size <= 8 else None


def leaves(kind, at, path, values):
    """[path, byte, bits, what is there] of all that lies within a type at a bit."""
    for member in plain(kind).members or ():
        name = f"{path}.{member.name}" if member.name else path
        here = at + member.bit_offset
        if member.name is None and plain(member.type).kind not in RECORDS:
            continue
        yield from within(member.type, here, name, values, member.bit_field_size)


def within(kind, at, path, values, width=None):
    of, number = element(kind)
    kind = plain(kind)
    if kind.kind in RECORDS:
        yield from leaves(kind, at, path, values)
    elif kind.kind != drgn.TypeKind.ARRAY:
        yield [path, at // 8, [at % 8, width] if width else None,
               number_at(kind, at, values, width)]
    elif of.kind in RECORDS:
        for i in range(number if values.bytes else min(number, 1)):
            yield from leaves(of, at + 8 * i * drgn.sizeof(of), f"{path}[{i}]", values)
        if not number:
            yield [path, at // 8, None, None]
    elif values.bytes and is_text(kind, of) and number:
        text = values.bytes[at // 8:at // 8 + number].split(b"\0")[0]
        yield [path, at // 8, None, text.decode("latin-1")]
    else:
        yield from array(of, number, at, path, values)


def array(of, number, at, path, values):
    """One leaf when all elements are alike."""
    size = drgn.sizeof(of)
    numbers = [values.number(at + 8 * i * size, size) for i in range(number)] if values.bytes else []
    if len(set(numbers)) < 2 or size > 8:
        yield [path, at // 8, None, word(numbers[0]) if numbers and size <= 8 else None]
        return
    for i, value in enumerate(numbers):
        yield [f"{path}[{i}]", at // 8 + i * size, None, word(value)]


def layout(model, name):
    try:
        kind = model.target.prog.type(f"struct {name}")
    except LookupError:
        return None
    return None if kind.size is None else {"operands": ["-v", "struct", name], "size": kind.size,
                                           "tree": list(leaves(kind, 0, "", Values()))}


def listed(kernel, head, strct, member):
    offset = kernel.target.offset(strct, member)
    at = kernel.need_symbol(head) + (offset if head == "init_task" else 0)  # which is on its list itself
    for number, address in enumerate(lists.walk(kernel, at, offset)):
        if number == FEW:
            break
        yield strct, address


def objects(kernel):
    """(type, address) of what every kernel has."""
    for strct, name in (("task_struct", "init_task"), ("mm_struct", "init_mm"), ("uts_namespace", "init_uts_ns"),
                        ("files_struct", "init_files"), ("cred", "init_cred"), ("nsproxy", "init_nsproxy")):
        if kernel.target.symbol(name):
            yield f"struct {strct}", kernel.target.symbol(name)
    if kernel.target.symbol("__per_cpu_offset"):  # else a kernel for one CPU, whose variables are at addresses
        yield from (("struct rq", address) for address in kernel.per_cpu("runqueues"))
    yield from (("struct zone", address) for address in nodes(kernel).values())  # whose first one it is
    for head, strct, member in (("modules", "struct module", "list"), ("slab_caches", "struct kmem_cache", "list"),
                                ("super_blocks", "struct super_block", "s_list"),
                                ("init_task", "struct task_struct", "tasks")):
        if kernel.target.symbol(head):
            yield from listed(kernel, head, strct, member)


def values(kernel, strct, address):
    kind = kernel.target.prog.type(strct)
    return {"operands": [*strct.split(), word(address)[2:]], "size": kind.size,
            "tree": list(leaves(kind, 0, "", Values(kernel.read(address, kind.size))))}


def rows(model, names):
    yield from (found for found in (layout(model, name) for name in names) if found)
    for strct, address in objects(model.kernel):
        yield values(model.kernel, strct, address)


def answer(model, arguments):
    answers.write("mmx.struct/1", structs=rows(model, arguments.name))
    return answers.DONE


def main():
    parser = script.parser(__doc__)
    parser.add_argument("name", nargs="*", metavar="NAME", help="of a struct")
    return script.run(parser.parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
