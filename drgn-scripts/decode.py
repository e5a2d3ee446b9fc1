#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
What loose words mean, out of DWARF and the kernel's own tables: the names of page flags by bit, page types by their
code, GFP flags and the flags of mappings by mask.
"""
import sys

from mmxdrgn import answers, script

TABLE_MAX = 256
ENTRY = "struct trace_print_flags"


def bits(target):
    """{bit: [names]} of enum pageflags."""
    found = {}
    limit = target.constant("__NR_PAGEFLAGS")
    for name, value in target.enumerators("enum pageflags"):
        if name.startswith("PG_") and 0 <= value < limit:
            found.setdefault(value, []).append(name.removeprefix("PG_"))
    return found


def types(target):
    """[(name, code)] of enum pagetype, where kernels have it."""
    if not target.has_type("enum pagetype"):
        return []
    return [(name.removeprefix("PGTY_"), value) for name, value in target.enumerators("enum pagetype")
            if name.startswith("PGTY_") and name != "PGTY_mapcount_underflow"]


def table(kernel, variable):
    """[(name, mask)] of an array that ends with an entry without a name."""
    at, size = kernel.target.variable_address(variable), kernel.target.size(ENTRY)
    for nth in range(TABLE_MAX):
        entry = at + nth * size
        name = kernel.member(entry, ENTRY, "name")
        if not name:
            return
        yield kernel.text(name), kernel.member(entry, ENTRY, "mask")


def answer(model, _):
    kernel = model.kernel
    answers.write("mmx.decode/1",
                  flags=[{"bit": bit, "names": names} for bit, names in sorted(bits(kernel.target).items())],
                  types=[{"name": name, "code": code} for name, code in types(kernel.target)],
                  gfp=[{"name": name, "mask": answers.word(mask)} for name, mask in table(kernel, "gfpflag_names") if mask],
                  vma=[{"name": name, "mask": answers.word(mask)} for name, mask in table(kernel, "vmaflag_names")
                       if mask and not mask & (mask - 1)])
    return answers.DONE


def main():
    return script.run(script.parser(__doc__).parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
