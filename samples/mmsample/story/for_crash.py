# SPDX-License-Identifier: GPL-2.0-or-later
"""What crash(8) looks for, and mmx.so in it, in every dump: the banner, VMCOREINFO as it goes into dumps, and KASLR."""
from ..elf import note

NOTE_ROOM = 0x2000


def tell(kernel):
    image = kernel.machine.image
    image.blob("linux_banner", kernel.machine.banner())
    image.function("kaslr_get_random_long")
    kernel.vmcoreinfo_note = image.place("", NOTE_ROOM, part="bss")
    image.variable("vmcoreinfo_note", kernel.vmcoreinfo_note)


def after(kernel):
    m = kernel.machine
    m.write(kernel.vmcoreinfo_note, note("VMCOREINFO", 0, m.vmcoreinfo.encode()))
