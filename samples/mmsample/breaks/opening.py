# SPDX-License-Identifier: GPL-2.0-or-later
"""What a reader needs to open a dump at all."""

import re
import struct

from ..memory import PAGE
from ..story import config
from .registry import WILD, damage, decodex, doctorx, explained, pagex, structx


def set_line(kernel, name, value):
    m = kernel.machine
    m.vmcoreinfo = re.sub(rf"^{re.escape(name)}=.*$", f"{name}={value}", m.vmcoreinfo, flags=re.M)


# Those whose types mmx has built in.
PROFILED = ("6.8", "6.14")


@damage("vmcoreinfo-no-note", "VMCOREINFO was found by scanning memory; everything else works",
        doctorx(r"found by scanning at physical 0x", status=0))
def no_note(kernel):
    kernel.machine.vmcoreinfo = ""


@damage("vmcoreinfo-missing", "no VMCOREINFO in a note nor in memory; cannot run (exit 2)",
        doctorx(r"no VMCOREINFO note in the dump, and scanning memory", status=2))
def no_vmcoreinfo(kernel):
    m = kernel.machine
    m.vmcoreinfo = ""
    m.write(kernel.vmcoreinfo_data, bytes(PAGE))
    m.write(kernel.vmcoreinfo_note, bytes(PAGE))


@damage("vmcoreinfo-no-kallsyms", "VMCOREINFO names no kallsyms tables: no symbols from the dump",
        doctorx(r"unknown +symbols .*VMCOREINFO has no SYMBOL\(kallsyms_names\)"),
        decodex("pte 0x7ffffffffdb9600", r"^ +type +0 +which it is depends on the kernel$", status=0),
        decodex("gfp 1", r"symbol gfpflag_names is needed$", status=2))
def no_kallsyms(kernel):
    m = kernel.machine
    m.vmcoreinfo = re.sub(r"^SYMBOL\(kallsyms_.*\n", "", m.vmcoreinfo, flags=re.M)


@damage("phys-base-wrong", "NUMBER(phys_base) does not lead to the kernel: says what was tried",
        doctorx(r"page tables at physical 0x.* do not translate _stext", status=2))
def phys_base(kernel):
    set_line(kernel, "NUMBER(phys_base)", kernel.machine.image.phys_base + 0x1000000)


@damage("stext-wrong", "no encoding of kallsyms agrees with SYMBOL(_stext)",
        doctorx(r"unknown +symbols .*addresses agree with VMCOREINFO under none of"))
def stext(kernel):
    set_line(kernel, "SYMBOL(_stext)", f"{kernel.machine.image.base + 0x123450:x}")


@damage("page-size-wrong", "PAGESIZE is not 4096: refused or contradicted, never believed",
        doctorx(r"PAGESIZE|its pages are not of 4096 bytes", status=2))
def page_size(kernel):
    set_line(kernel, "PAGESIZE", "65536")


@damage("kallsyms-count-huge", "kallsyms_num_syms is out of bounds: refused before allocating",
        doctorx(r"unknown +symbols .*4294967280 symbols"))
def kallsyms_count(kernel):
    kernel.machine.put(kernel.machine.image.by_name["kallsyms_num_syms"], 0xFFFFFFF0, 4)


@damage("kallsyms-token-out-of-range", "a token lies outside kallsyms_token_table",
        doctorx(r"unknown +symbols .*token 0 begins behind the token table"))
def kallsyms_token(kernel):
    index = kernel.machine.image.by_name["kallsyms_token_index"]
    for token in range(256):
        kernel.machine.put(index + 2 * token, 0xFFF0, 2)


@damage("kallsyms-names-overrun", "the names of kallsyms run into the tables behind them",
        doctorx(r"unknown +symbols .*the names end after 0"))
def kallsyms_names(kernel):
    kernel.machine.write(kernel.machine.image.by_name["kallsyms_names"], b"\xff\x7f" * 64)


@damage("btf-bad-magic", "no BTF at __start_BTF; types come from elsewhere and are marked so",
        doctorx(r"unchecked +types +profile 6\.\d+ \(assumed\)"),
        structx("page", r"the dump has no BTF, and no file's DWARF was given", status=2), releases=PROFILED)
def btf_magic(kernel):
    kernel.machine.put(kernel.machine.image.by_name["__start_BTF"], 0x1234, 2)


@damage("btf-truncated", "BTF's header claims more than lies before __stop_BTF",
        doctorx(r"unchecked +types +profile 6\.\d+ \(assumed\)"), releases=PROFILED)
def btf_truncated(kernel):
    start = kernel.machine.image.by_name["__start_BTF"]
    kernel.machine.put(start + 12, kernel.machine.get(start + 12, 4) + (1 << 20), 4)


@damage("btf-type-cycle", "a BTF typedef that leads to itself: found, not followed for ever",
        doctorx(r"member +page\.refcount +required .*missing"),
        structx("page", r"struct page: \d+ members that do not lie in it, or are of no type"))
def btf_cycle(kernel):
    """Point every typedef at the first of them."""
    m = kernel.machine
    start = m.image.by_name["__start_BTF"]
    size = m.get(start + 12, 4)
    data = bytearray(m.memory.read(m.phys(start + 24), size))
    extra = {1: 4, 3: 12, 4: 12, 5: 12, 6: 8, 13: 8}
    at, number, first = 0, 1, 0
    while at < size:
        info = struct.unpack_from("<I", data, at + 4)[0]
        kind, vlen = info >> 24 & 0x1F, info & 0xFFFF
        if kind == 8:
            first = first or number
            struct.pack_into("<I", data, at + 8, first)
        at += 12 + extra.get(kind, 0) * (vlen if kind in (4, 5, 6, 13) else 1)
        number += 1
    m.write(start + 24, bytes(data))


def rename_in_btf(kernel, name, other):
    """The same length, and no other name ends like it."""
    m = kernel.machine
    start, end = m.image.by_name["__start_BTF"], m.image.by_name["__stop_BTF"]
    data = m.memory.read(m.phys(start), end - start)
    assert data.count(name.encode() + b"\0") == 1 and len(name) == len(other)
    m.write(start, data.replace(name.encode() + b"\0", other.encode() + b"\0"))


@damage("btf-hugetlb-untold", "the types lack what tells hugetlb's huge pages, of which the kernel has some",
        doctorx(r"unknown +struct page and folio .*hugetlb has 2 huge pages, and no page type, flag or destructor"))
def btf_hugetlb(kernel):
    name = next(name for name in ("PGTY_hugetlb", "PG_hugetlb", "HUGETLB_PAGE_DTOR")
                if kernel.types.has_enumerator(name))
    rename_in_btf(kernel, name, name[:-1] + "x")


@damage("page-offset-wrong", "page_offset_base does not agree with the page tables",
        doctorx(r"FAILED +direct map "),
        explained("5000", r"^ +\d+ start of direct map +- - +not known: doctorx$", status=0))
def page_offset(kernel):
    kernel.machine.put(kernel.machine.image.by_name["page_offset_base"],
                       kernel.machine.release.page_offset + (64 << 30))


@damage("vmemmap-base-wrong", "vmemmap_base does not agree with section_mem_map",
        doctorx(r"FAILED +vmemmap .*and the sections' map words"))
def vmemmap_base(kernel):
    wrong = kernel.machine.release.vmemmap + (1 << 30)
    kernel.machine.put(kernel.machine.image.by_name["vmemmap_base"], wrong)
    set_line(kernel, "SYMBOL(vmemmap)", f"{wrong:x}")


@damage("sections-wild", "mem_section's roots cannot be read: no struct page can be found",
        doctorx(r"unknown +memory sections .*section roots are unreadable"))
def sections_wild(kernel):
    kernel.machine.put(kernel.frames.root_array, WILD)


@damage("section-usage-wild", "a section's usage cannot be read: its frames are left out",
        doctorx(r"FAILED +memory sections .*1 roots or subsection maps unreadable"))
def usage_wild(kernel):
    m = kernel.machine
    section = m.object("mem_section", m.get(kernel.frames.root_array) + 71 * 32)
    section["usage"] = WILD


@damage("zone-bits-wrong", "the zone and node of the flags agree with no zone's frames",
        doctorx(r"FAILED +node and zone bits of page flags .*no zone that spans it"),
        decodex("flags 24", r"^ +unknown +node and zone: with the node at bit ", status=0))
def zone_bits(kernel):
    for pfn in kernel.frames.ram():
        page = kernel.frames.page(pfn)
        page["flags"] = page["flags"] ^ (0x7 << 51 | 0x5 << 54)


@damage("zone-name-wild", "a zone's name cannot be read: the zone is shown without it",
        doctorx(r"0 zone2 +100000 ", status=0))
def zone_name(kernel):
    kernel.node.zones[2]["name"] = WILD


@damage("node-data-wild", "node 0's pglist_data cannot be read",
        doctorx(r"FAILED +nodes and zones .*node 0's pglist_data at 0x4141414141414141"))
def node_data(kernel):
    kernel.machine.put(kernel.machine.image.by_name["node_data"], WILD)


@damage("page-table-loop", "the kernel's page table leads back to itself: an error, not a hang",
        doctorx(r"FAILED +direct map "))
def table_loop(kernel):
    tables = kernel.tables
    for slot in range(256, 511):
        kernel.machine.memory.put(tables.root + 8 * slot, tables.root | 0x63)


@damage("file-truncated", "the file ends early: what lies behind its end is unreadable",
        doctorx(r"truncated", status=2))
def truncated(kernel):
    kernel.machine.truncate = 1 << 20


@damage("file-header-only", "not a dump, or one without any memory",
        doctorx(r"broken\.(elf|kdump): ", status=2))
def header_only(kernel):
    kernel.machine.truncate = 100


@damage("vmemmap-excluded", "struct pages of a range are excluded: shown so, exit 3",
        pagex("13000", r"class: +missing$", r"its struct page is not in the dump", status=3))
def vmemmap_excluded(kernel):
    for page in range(0x13000 * 64 // PAGE, 0x13200 * 64 // PAGE):
        kernel.machine.memory.exclude(kernel.machine.vmemmap_phys[page])


@damage("config-lies", "the kernel's configuration denies VMAP_STACK, and its tasks have an area for the stack",
        doctorx(r"^  VMAP_STACK +y .*member task_struct\.stack_vm_area +n$"), releases=("6.14",))
def config_lies(kernel):
    kernel.machine.write(kernel.config, config.packed(config.text(left_out=("VMAP_STACK",))))


@damage("config-garbled", "the kernel's configuration cannot be unpacked; all else is as before",
        doctorx(r"^ *config trouble: +what lies at kernel_config_data cannot be unpacked"), releases=("6.14",))
def config_garbled(kernel):
    kernel.machine.write(kernel.config, bytes(range(64)))
