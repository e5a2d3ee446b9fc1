#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
The mappings of every process, as `mmx --json vmax -a` has them, and what their programs were told, as `vmax -a -e`,
computed with drgn.
"""
import struct
import sys

from mmxdrgn import answers, script
from mmxdrgn.answers import word
from mmxdrgn.maple import Maple
from mmxdrgn.path import Paths
from mmxdrgn.task import Tasks
from mmxdrgn.trouble import Absent
from mmxdrgn.x86_64 import PAGE

MINOR_BITS = 20
PERMISSIONS = (1, "r-"), (2, "w-"), (4, "x-"), (0x80, "sp")
VMA, MM = "struct vm_area_struct", "struct mm_struct"
PHDR, PHENT, PHNUM = 3, 4, 5
PLACES = {"code": ("start_code", "end_code"), "data": ("start_data", "end_data"), "heap (brk)": ("start_brk", "brk"),
          "arguments": ("arg_start", "arg_end"), "environment": ("env_start", "env_end")}


class Mappings:
    """Reads VMAs, and what names them."""

    def __init__(self, model, init):
        self.kernel, t = model.kernel, model.target
        self.maple, self.paths = Maple(self.kernel), Paths(self.kernel, init)
        self.tree = t.offset(MM, "mm_mt")
        self.special = t.symbol("special_mapping_name")
        own, link = t.member(VMA, "anon_name"), t.member(VMA, "shared")
        self.own_names, self.file_names = bool(own), bool(own) and own[0] != link[0]
        self.strict_heap = self.paths.user_path

    def of(self, mm):
        """A row for each VMA of an address space."""
        k = self.kernel
        places = {name: k.member(mm, MM, name) for name in ("start_brk", "brk", "start_stack")}
        root = k.phys(k.member(mm, MM, "pgd"))
        for start, last, vma in self.maple.entries(mm + self.tree):
            present = sum(self._within(address, size, start, last) for address, _, size in
                          k.tables.leaves(root, start, last, user=True))
            yield self._row(vma, start, last + 1, places, present // PAGE)

    def program(self, mm):
        """What the kernel told it, where its parts are, and its program headers, as far as they are in memory."""
        k = self.kernel
        at, length = mm + k.target.offset(MM, "saved_auxv"), k.target.length(MM, "saved_auxv")
        words = k.numbers(at, length)
        pairs = list(zip(words[::2], words[1::2]))
        told = pairs[:next((i for i, (kind, _) in enumerate(pairs) if not kind), 0)]
        if not told:
            return {}
        places = {name: [word(k.member(mm, MM, end)) for end in ends] for name, ends in PLACES.items()}
        return {"auxv": [[kind, word(value)] for kind, value in told], "places": places, **self._segments(mm, dict(told))}

    def _segments(self, mm, told):
        """(offset, address) of each program header that lies on one page with the first."""
        k, first, size, n = self.kernel, told[PHDR], told[PHENT], told[PHNUM]
        found = next(iter(k.tables.leaves(k.phys(k.member(mm, MM, "pgd")), first, first, user=True)), None)
        if not found or first % PAGE + n * size > PAGE:
            return {}
        address, phys, _ = found
        try:
            data = k.target.read(phys + first - address, n * size)
        except Absent:
            return {}
        return {"segments": [list(map(word, struct.unpack_from("<8x2Q", data, i * size))) for i in range(n)]}

    @staticmethod
    def _within(address, size, start, last):
        return min(address + size - 1, last) - max(address, start) + 1

    def _row(self, vma, start, end, places, present):
        k = self.kernel
        flags, file, anon_vma = (k.member(vma, VMA, name) for name in ("vm_flags", "vm_file", "anon_vma"))
        details = {"vma": word(vma), **({"anon_vma": word(anon_vma)} if anon_vma else {})}
        if file:
            details |= self._file(file)
        return {"start": word(start), "end": word(end),
                "perms": "".join(letters[not flags & bit] for bit, letters in PERMISSIONS),
                "pgoff": word(k.member(vma, VMA, "vm_pgoff")), "pages": (end - start) // PAGE, "present": present,
                "path": self._name(vma, file, start, end, places), "details": details}

    def _file(self, file):
        k = self.kernel
        inode = self.paths.user(file)[2]
        dev = k.member(k.member(inode, "struct inode", "i_sb"), "struct super_block", "s_dev")
        return {"file": word(file), "inode": word(inode), "ino": k.member(inode, "struct inode", "i_ino"),
                "dev": f"{dev >> MINOR_BITS:02x}:{dev & (1 << MINOR_BITS) - 1:02x}",
                "mapping": word(k.member(file, "struct file", "f_mapping"))}

    def _name(self, vma, file, start, end, places):
        k = self.kernel
        own = k.member(vma, VMA, "anon_name") if self.own_names and (not file or self.file_names) else 0
        if own:
            own = k.text(own + k.target.offset("struct anon_vma_name", "name"), 80)
        if file:
            return f"[anon_shmem:{own}]" if own else self.paths.of(file)
        operations = k.member(vma, VMA, "vm_ops")
        if operations and k.member(operations, "struct vm_operations_struct", "name") == self.special:
            mapping = k.member(vma, VMA, "vm_private_data")
            return k.text(k.member(mapping, "struct vm_special_mapping", "name"), 64)
        if start < places["brk"] + (not self.strict_heap) and end + (not self.strict_heap) > places["start_brk"]:
            return "[heap]"
        if start <= places["start_stack"] <= end:
            return "[stack]"
        return f"[anon:{own}]" if own else ""


def spaces(model, tasks):
    """A block for each address space that a process has, once."""
    init = next(task.address for task in tasks if task.pid == 1)
    mappings, seen = Mappings(model, init), set()
    for task in tasks:
        if task.mm not in seen:
            seen.add(task.mm)
            rows = list(mappings.of(task.mm))
            yield {"pid": task.pid, "mm": word(task.mm), "map_count": model.kernel.member(task.mm, MM, "map_count"),
                   "found": len(rows), "pages": sum(row["pages"] for row in rows),
                   "present": sum(row["present"] for row in rows), "mappings": rows,
                   "program": mappings.program(task.mm)}


def answer(model, _):
    answers.write("mmx.vma/1", spaces=spaces(model, Tasks(model.kernel).processes()))
    return answers.DONE


def main():
    return script.run(script.parser(__doc__).parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
