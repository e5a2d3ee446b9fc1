# SPDX-License-Identifier: GPL-2.0-or-later
"""
What somebody gets to read who mistyped, or gave the wrong file: each says what happened, and what to do.
Of each row: the words behind "mmx", the last line of what is said, and how many lines there are.
"""
import bz2
import gzip
import lzma
import struct

E_CLASS, E_TYPE, E_MACHINE = 4, 16, 18
USAGE = 5  # lines of usage below a wrong option

# Files of a folder, by what is done to a dump's first 64 KiB.
FILES = {
    "empty": lambda dump: b"",
    "notes.txt": lambda dump: b"the dump is on the other machine\n" * 40,
    "vmcore.gz": gzip.compress,
    "vmcore.xz": lzma.compress,
    "vmcore.bz2": bz2.compress,
    "vmcore.zst": lambda dump: b"\x28\xb5\x2f\xfd" + dump,
    "disk.qcow2": lambda dump: b"QFI\xfb\0\0\0\3" + dump,
    "vmlinux": lambda dump: with_half(dump, E_TYPE, 2),
    "arm": lambda dump: with_half(dump, E_MACHINE, 183),
    "i386": lambda dump: with_half(with_byte(dump, E_CLASS, 1), E_MACHINE, 3),
    "small": lambda dump: with_byte(dump, E_CLASS, 1),
    "sparc": lambda dump: with_byte(dump[:E_MACHINE] + struct.pack(">H", 43) + dump[E_MACHINE + 2:], 5, 2),
    "zeros": lambda dump: bytes(len(dump)),
}


def with_byte(content, at, value):
    return content[:at] + bytes([value]) + content[at + 1:]


def with_half(content, at, value):
    return content[:at] + struct.pack("<H", value) + content[at + 2:]


# The file given with -c, and what is said of it.
DUMPS = (
    ("empty", "is empty"),
    ("notes.txt", "is text, and no dump"),
    ("vmcore.gz", "is compressed by gzip: gunzip it first"),
    ("vmcore.xz", "is compressed by xz: unxz it first"),
    ("vmcore.bz2", "is compressed by bzip2: bunzip2 it first"),
    ("vmcore.zst", "is compressed by zstd: unzstd it first"),
    ("disk.qcow2", "is a qcow2 disk image; the memory of a guest is what virsh dump --memory-only writes"),
    ("vmlinux", "an ELF file, but no dump; a vmlinux stands behind --vmlinux"),
    ("arm", "an ELF file of aarch64 (machine 183), and only x86_64 is known"),
    ("i386", "an ELF file of 32-bit x86 (machine 3), and only x86_64 is known"),
    ("small", "an ELF file with headers for 32 bits, and only those for 64 are known"),
    ("sparc", "an ELF file of sparc64 (machine 43), and only x86_64 is known"),
    ("zeros", "is no dump of a format that mmx or libkdumpfile knows"),
    ("", "is a directory"),
    ("vmcoer.gz", "No such file or directory; did you mean vmcore.gz?"),
    ("nothing/like/it", "No such file or directory"),
)

# Without a dump.
BARE = (
    (("doctorx",), "mmx: say what to look at: a dump with -c CORE, or the running kernel with --live, before the command"),
    (("pagex", "-c", "vmcore", "5000"),
     "mmx: say what to look at: a dump with -c CORE, or the running kernel with --live, before the command"),
    (("pagx",), "mmx: no command pagx; did you mean pagex?"),
    (("doctr",), "mmx: no command doctr; did you mean doctorx?"),
    (("page-flags",), 'mmx: no command page-flags; "mmx help" lists them'),
    (("help", "slbax"), "mmx: no command slbax; did you mean slabx?"),
    (("-j", "many", "doctorx"), "mmx: -j wants a number of threads from 1 to 256, not many"),
    (("--backend", "libkdumpfile"), "mmx: --backend wants own or kdumpfile, not libkdumpfile"),
)

# Options before the command: the line above the usage.
OPTIONS = (
    (("--jsn", "doctorx"), "mmx: there is no option --jsn; did you mean --json?"),
    (("--colums=pfn", "pagex"), "mmx: there is no option --colums=pfn; did you mean --columns?"),
    (("-u", "1", "ptx"), "mmx: option -u is a command's, and stands behind it"),
    (("--decimal", "pagex"), "mmx: option --decimal is a command's, and stands behind it"),
    (("-Z",), "mmx: there is no option -Z"),
    (("-c",), "mmx: option -c wants something behind it"),
    (("--vmlinux",), "mmx: option --vmlinux wants something behind it"),
)

# With a good dump.
COMMANDS = (
    (("pgaex", "5000"), "mmx: no command pgaex; did you mean pagex?"),
    (("pagex", "--decimel", "5000"), "pagex: there is no option --decimel; did you mean --decimal?"),
    (("pagex", "--bites", "5000"), "pagex: there is no option --bites; did you mean --bytes?"),
    (("pagex", "5000", "--columns", "pfn,clas"), "pagex: there is no column clas; did you mean class?"),
    (("pagex", "5000", "--columns", "maping.kind"), "pagex: there is no column maping.kind; did you mean mapping.kind?"),
    (("pagex", "init_tsk"), "pagex: init_tsk is no hex number, and no symbol; did you mean init_task?"),
    (("pagex", "5000z"), "pagex: 5000z is no hex number, and no symbol"),
    (("pagex", "ffffffff"), "pagex: PFN 0xffffffff is in no memory section: it has no struct page; the last one that has "
                            "is 0x23e7ff"),
    (("pagex", "2351104"), "pagex: PFN 0x2351104 is in no memory section: it has no struct page; with -p it is an address "
                           "in PFN 0x2351; numbers are hex, with -d it is PFN 0x23e000"),
    (("pagex", "5000123"), "pagex: PFN 0x5000123 is in no memory section: it has no struct page; with -p it is an address "
                           "in PFN 0x5000"),
    (("pagex", "7f0000001000"), "pagex: 0x7f0000001000 is too large for a PFN and no kernel address; a user address needs "
                                "-u"),
    (("ptx", "init_tsk"), "ptx: init_tsk is no address, and no symbol; did you mean init_task?"),
    (("ptx", "7f0000001000"), "ptx: 0x7f0000001000 is a user address: of which process? -u PID"),
    (("symx", "init_tusk"), "symx: there is no symbol init_tusk; did you mean init_task?"),
    (("structx", "pgae"), "structx: there is no type pgae; did you mean page?"),
    (("structx", "page.flgs"), "structx: struct page has no member flgs; did you mean flags?"),
    (("procx", "meminf"), "procx: no entry meminf; did you mean meminfo?"),
    (("procx", "/proc/meminfo"), "procx: no entry /proc/meminfo; did you mean meminfo?"),
    (("procx", "2001/map"), "procx: no entry 2001/map; did you mean 2001/maps?"),
    (("procx", "/proc/2001/smap"), "procx: no entry /proc/2001/smap; did you mean 2001/smaps?"),
    (("procx", "node0/meminf"), "procx: no entry node0/meminf; did you mean node0/meminfo?"),
    (("procx", "self/maps"), 'procx: no entry self/maps; "help procx" lists them'),
    (("procx", "99999/maps"), "procx: there is no process or thread 99999"),
    (("vmax", "99999"), "vmax: there is no process or thread 99999"),
    (("vmax", "bash"), "vmax: bash is no PID, nor several with commas between"),
    (("slabx", "kmaloc-64"), "slabx: there is no slab cache of that name or address: kmaloc-64; did you mean kmalloc-64?"),
    (("zonex", "-a", "GFP_KERNLE"), "zonex: this kernel has no flag GFP_KERNLE; did you mean GFP_KERNEL?"),
    (("logx", "-l", "loud"), "logx: -l loud: levels are emerg, alert, crit, err, warn, notice, info and debug, or 0 to 7"),
    (("filex", "/no/such/file"), "is not in the dentry cache: whether the file system has it is not known"),
)
