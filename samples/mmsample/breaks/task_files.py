# SPDX-License-Identifier: GPL-2.0-or-later
"""What an address space says of its program: files of /proc that are made of that."""

from .registry import damage, procx


@damage("auxv-endless", "what the kernel told parent's program has no end",
        procx("2001/auxv", r"auxv has no end within the room that it has", status=1))
def auxv_endless(kernel):
    mm = kernel.people["parent"].mm
    for i in range(kernel.types.find("mm_struct", "saved_auxv").size // 8):
        mm[f"saved_auxv[{i}]"] = 1


@damage("cmdline-endless", "parent's command line is all that user space has",
        procx("2001/cmdline", r"a command line from 0x1000 to 0x400000000000 is longer than any can be", status=2))
def cmdline_endless(kernel):
    kernel.people["parent"].mm.set(arg_start=0x1000, arg_end=1 << 46, env_start=1 << 46, env_end=(1 << 46) + 1)


@damage("cmdline-of-nowhere", "parent's command line lies in a page that is in a swap area that does not exist",
        procx("2001/cmdline", r"the command line at 0x7fff0000100f: .*swapped out: there is no swap area 5", status=3))
def cmdline_of_nowhere(kernel):
    parent = kernel.people["parent"]
    parent.mm.set(arg_start=0x7FFF00001000, arg_end=0x7FFF00001010, env_start=0x7FFF00001010, env_end=0x7FFF00001020)
    parent.tables.map(0x7FFF00001000, 5 << 59 | (~9 & (1 << 50) - 1) << 9)
