# SPDX-License-Identifier: GPL-2.0-or-later
"""Loaded modules, by the kernel's list: there is no need for their files."""
from .list import walk


def modules(kernel):
    """(name, [(start, end) of its memory])"""
    t = kernel.target
    for module in walk(kernel, kernel.need_symbol("modules"), t.offset("struct module", "list")):
        yield kernel.text(module + t.offset("struct module", "name"), 64), list(memory(kernel, module))


def memory(kernel, module):
    """Pieces by kind since 6.4, one for all of it before."""
    t = kernel.target
    pieces = t.length("struct module", "mem")
    if pieces:
        size = t.size("struct module_memory")
        first = module + t.offset("struct module", "mem")
        parts = [(first + i * size, "struct module_memory") for i in range(pieces)]
    else:
        parts = [(module + t.offset("struct module", "core_layout"), "struct module_layout")]
    for at, kind in parts:
        start = kernel.member(at, kind, "base")
        yield start, start + kernel.member(at, kind, "size")
