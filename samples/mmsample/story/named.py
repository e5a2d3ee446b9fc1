# SPDX-License-Identifier: GPL-2.0-or-later
"""What mappings are called: init has one of each kind, with no page in any."""

from ..memory import PAGE
from ..tasks import RW, VM_EXEC, VM_MAYSHARE, VM_READ, VM_SHARED
from .record import record

BINARY, HEAP, BRK = 0x555500000000, 0x555500010000, 0x555500030ABC
OWN, SHARED, ODD, GONE = 0x7F0000000000, 0x7F0000010000, 0x7F0000020000, 0x7F0000030000
STACK, VDSO = 0x7FFFF0000000, 0x7FFFF1000000
DEVICE = "103:05"


def line(start, pages, perms, offset, where, name=""):
    """A line of maps; the name stands in column 74."""
    text = f"{start:08x}-{start + pages * PAGE:08x} {perms} {offset:08x} {where} "
    return f"{text:<73}{name}\n" if name else text + "\n"


def tell(kernel):
    m, root, init = kernel.machine, kernel.root_fs, kernel.people["init"]
    lib = root.directory(root.root, "lib", 31)
    program = root.file(lib, "init", 32, 0x4000)
    odd = root.file(lib, "two\nlines \\ and more", 33, 0x1000)
    gone = root.file(lib, "gone", 34, 0x1000)
    gone.dentry["d_hash.pprev"] = 0
    shared = kernel.file_systems[-1].file(kernel.file_systems[-1].root, "named", 35, 0x2000)
    m.image.variable("sysctl_max_map_count", 65530, 4)
    init.mm.set(start_brk=HEAP + 0x123, brk=BRK, start_stack=STACK + 0x20F00)
    init.add_vma(BINARY, BINARY + 4 * PAGE, VM_READ | VM_EXEC, pgoff=0, file=program.open(), inode=program)
    init.add_vma(HEAP, HEAP + 0x21000, RW)
    own = init.add_vma(OWN, OWN + 2 * PAGE, RW)
    named = init.add_vma(SHARED, SHARED + 2 * PAGE, RW | VM_SHARED | VM_MAYSHARE, pgoff=0, file=shared.open(),
                         inode=shared)
    init.add_vma(ODD, ODD + PAGE, VM_READ, pgoff=0, file=odd.open(), inode=odd)
    init.add_vma(GONE, GONE + PAGE, VM_READ, pgoff=0, file=gone.open(), inode=gone)
    init.add_vma(STACK, STACK + 0x21000, RW)
    vdso = init.add_vma(VDSO, VDSO + 2 * PAGE, VM_READ | VM_EXEC, pgoff=0)
    _special(m, vdso)
    names = ("", "/dev/shm/named")
    if kernel.types.has("vm_area_struct", "anon_name"):
        own.object["anon_name"] = _own_name(kernel, "heap: of its own")
        named.object["anon_name"] = _own_name(kernel, "shared")
        names = ("[anon:heap: of its own]", "[anon_shmem:shared]")
    record(kernel, "mappings", vma=vdso.address, file=odd.object.address, maps=(
        line(BINARY, 4, "r-xp", 0, f"{DEVICE} 32", "/lib/init")
        + line(HEAP, 0x21, "rw-p", 0, "00:00 0", "[heap]")
        + line(OWN, 2, "rw-p", 0, "00:00 0", names[0])
        + line(SHARED, 2, "rw-s", 0, "00:1a 35", names[1])
        + line(ODD, 1, "r--p", 0, f"{DEVICE} 33", "/lib/two\\012lines \\ and more")
        + line(GONE, 1, "r--p", 0, f"{DEVICE} 34", "/lib/gone (deleted)")
        + line(STACK, 0x21, "rw-p", 0, "00:00 0", "[stack]")
        + line(VDSO, 2, "r-xp", 0, "00:00 0", "[vdso]")))


def _own_name(kernel, text):
    at = kernel.slabs.allocate("kmalloc-192")
    kernel.machine.write(at + kernel.types.offset("anon_vma_name", "name"), text.encode() + b"\0")
    return at


def _special(m, vma):
    operations = m.image.object("special_mapping_vmops", "vm_operations_struct", "rodata")
    operations["name"] = m.image.function("special_mapping_name")
    mapping = m.image.object("vdso_mapping", "vm_special_mapping")
    mapping["name"] = m.image.string("[vdso]")
    vma.object.set(vm_ops=operations, vm_private_data=mapping)
