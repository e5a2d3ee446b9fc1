# SPDX-License-Identifier: GPL-2.0-or-later
"""Entries of page tables of processes: what else can stand where 'shared by parent and child' is mapped."""

from ..memory import PAGE
from .registry import damage, ptx, ptx_steps, story_page, user

PARENT, ADDRESS, PFN, UNTOUCHED = 2001, "7fff00001000", 0x5000, "7fff00015000"
FRAMES = ((1 << 52) - 1) ^ (PAGE - 1)


def swap_entry(kind, offset, flags=0):
    """The kind in the top five bits, then the offset, inverted, from bit 9 on."""
    return kind << 59 | ((~offset & (1 << 50) - 1) << 9) | flags


def put(kernel, entry, address=int(ADDRESS, 16)):
    kernel.people["parent"].tables.map(address, entry)


# From the top: markers, four of devices, three of migration, and poison where there is such.
MARKER, MIGRATION_WRITE = 31, 26


@damage("entry-hint", "parent's page is mapped without access: the processor is to say who uses it",
        ptx(PARENT, ADDRESS, r"^ +read +NUMA hint +- +- +5000 ", r"^ +write +NUMA hint .*; then, written to: ",
            r"accessed dirty no-access$"))
def hint(kernel):
    put(kernel, ~(PFN * PAGE) & FRAMES | 0x160)


@damage("entry-guard", "a guard region in the place of parent's page",
        ptx(PARENT, ADDRESS, r"^ +marker: +guard$", r"^ +write +SIGSEGV: guard +11 +1 "), releases=("6.14",))
def guard(kernel):
    put(kernel, swap_entry(MARKER, 4))


@damage("entry-poison-marker", "a marker in the place of parent's page says that its contents are lost",
        ptx(PARENT, ADDRESS, r"^ +read +SIGBUS: poison +7 +4 "))
def poison_marker(kernel):
    put(kernel, swap_entry(MARKER, 2))


@damage("entry-migration", "parent's page is under migration",
        ptx(PARENT, ADDRESS, r"^ +pfn: +5000$", r"^ +kept: +writable accessed soft-dirty exclusive$",
            r"^ +read +waits for migration +- +- +5000 "))
def migration(kernel):
    put(kernel, swap_entry(MIGRATION_WRITE, PFN | 1 << 34, 2))


@damage("entry-swap-behind", "parent's page is in swap, behind the end of the area",
        ptx(PARENT, ADDRESS, r"not known +- +- +- slot 0xffff of swap area 0: page 0xffff lies behind", status=1),
        ptx_steps(PARENT, ADDRESS, r" type of a swap entry +0 0 .*swapped out$", r" offset of a swap entry +ffff 65535 "))
def swap_behind(kernel):
    put(kernel, swap_entry(0, 0xFFFF))


@damage("entry-swap-nowhere", "parent's page is in a swap area that does not exist",
        ptx(PARENT, ADDRESS, r"not known +- +- +- slot 0x9 of swap area 5: there is no swap area 5", status=1),
        user(PARENT, ADDRESS, r"there is no swap area 5"))
def swap_nowhere(kernel):
    put(kernel, swap_entry(5, 9))


@damage("entry-outside", "parent maps a page where it has no VMA",
        ptx(PARENT, "100000000000", r"^ +read +no fault .* it is mapped, though no VMA has it$", status=1))
def outside(kernel):
    put(kernel, PFN * PAGE | 0x67, 0x100000000000)


@damage("entry-odd-bits", "an entry of parent has bits that mean nothing",
        ptx(PARENT, ADDRESS, r" user accessed dirty bit52 bit54$"))
def odd_bits(kernel):
    put(kernel, PFN * PAGE | 0x67 | 5 << 52)


@damage("entry-reserved", "an entry of parent names a frame beyond what the processor has addresses for",
        ptx_steps(PARENT, ADDRESS, r" within physical addresses +0 0 +#\d+ < #\d+: DOES NOT HOLD$"))
def reserved(kernel):
    put(kernel, PFN * PAGE | 0x67 | 1 << 50)


@damage("mm-reaped", "the OOM reaper has been in parent's memory: nothing is made up anew there",
        ptx(PARENT, UNTOUCHED, r"^ +read +SIGBUS: reaped by OOM +7 +2 ", r"^ +write +SIGBUS: reaped by OOM +7 +2 "))
def reaped(kernel):
    mm = kernel.people["parent"].mm
    mm["flags"] |= 1 << 22


@damage("mapped-poison", "the memory behind parent's page has failed, and the page is mapped still",
        ptx(PARENT, ADDRESS, r"^ +read +no fault .*its memory failed"), releases=("6.2", "6.5"))
def mapped_poison(kernel):
    page = story_page(kernel, "shared by parent and child")
    page.set(flags=page["flags"] | 1 << kernel.types.enumerator("PG_hwpoison"))
