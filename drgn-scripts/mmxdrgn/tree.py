# SPDX-License-Identifier: GPL-2.0-or-later
"""
The interval trees of the reverse map, node by node, and the VMAs of all processes with what they say that they are in:
who may have a page is told by the VMAs alone, where mmx goes down the tree.
"""
from collections import namedtuple

from .answers import word
from .list import walk
from .maple import Maple
from .task import Tasks
from .trouble import Broken
from .x86_64 import PAGE_SHIFT

VMA, CHAIN, ANON, NODE = "struct vm_area_struct", "struct anon_vma_chain", "struct anon_vma", "struct rb_node"
DEEPEST = 64
BLACK = 1

Area = namedtuple("Area", "vma pid start end pgoff anon_pgoff anon_vma mapping chains")
TreeNode = namedtuple("TreeNode", "node parent area first last subtree_last red")


def index_of(area, anon):
    """The index that an area begins with."""
    return area.anon_pgoff if anon else area.pgoff


class Areas:
    """All VMAs of processes; of those that share an address space the first has them."""

    def __init__(self, kernel):
        self.kernel, self.target = kernel, kernel.target
        self.maple = Maple(kernel)
        self.same_vma = self.target.offset(CHAIN, "same_vma")
        self.chains_at = self.target.offset(VMA, "anon_vma_chain")
        self.two_offsets = self.target.member(VMA, "__vm_anon_pgoff_lo") is not None
        self.all, self.by_vma, seen = [], {}, set()
        for task in Tasks(kernel).processes():
            if task.mm not in seen:
                seen.add(task.mm)
                self.all += self._of(task)
        self.by_vma = {area.vma: area for area in self.all}

    def _of(self, task):
        tree = task.mm + self.target.offset("struct mm_struct", "mm_mt")
        return [self._read(vma, task.tgid, first, last + 1) for first, last, vma in self.maple.entries(tree)]

    def _read(self, vma, pid, start, end):
        k = self.kernel
        pgoff, file = (k.member(vma, VMA, name) for name in ("vm_pgoff", "vm_file"))
        halves = [k.member(vma, VMA, f"__vm_anon_pgoff_{half}") for half in ("lo", "hi")] if self.two_offsets else ()
        chains = {chain: k.member(chain, CHAIN, "anon_vma")
                  for chain in walk(k, vma + self.chains_at, self.same_vma)}
        return Area(vma, pid, start, end, pgoff, halves[0] | halves[1] << 32 if halves else pgoff,
                    k.member(vma, VMA, "anon_vma"), file and k.member(file, "struct file", "f_mapping"), chains)


class Trees:
    """Reads trees: those of anon_vmas have chains for nodes, those of files VMAs."""

    def __init__(self, areas):
        self.areas, self.kernel, t = areas, areas.kernel, areas.target
        self.anon_root, self.file_root = t.offset(ANON, "rb_root"), t.offset("struct address_space", "i_mmap")
        self.chain_rb, self.vma_rb = t.offset(CHAIN, "rb"), t.offset(VMA, "shared.rb")
        self.chain_last, self.vma_last = t.offset(CHAIN, "rb_subtree_last"), t.offset(VMA, "shared.rb_subtree_last")

    def of_anon(self, anon_vma):
        return list(self._below(self.kernel.number(anon_vma + self.anon_root) & ~1, 0, True, DEEPEST))

    def of_file(self, mapping):
        return list(self._below(self.kernel.number(mapping + self.file_root) & ~1, 0, False, DEEPEST))

    def _below(self, node, parent, anon, depth):
        if not node:
            return
        if not depth:
            raise Broken(f"the tree's node at {node:#x} is deeper than any")
        k = self.kernel
        chain = node - self.chain_rb if anon else None
        vma = k.member(chain, CHAIN, "vma") if anon else node - self.vma_rb
        last = k.number(chain + self.chain_last if anon else vma + self.vma_last)
        area = self.areas.by_vma[vma]
        first = index_of(area, anon)
        yield TreeNode(node, parent, area, first, first + (area.end - area.start >> PAGE_SHIFT) - 1, last,
                       not k.member(node, NODE, "__rb_parent_color") & BLACK)
        for side in ("rb_left", "rb_right"):
            yield from self._below(k.member(node, NODE, side), node, anon, depth - 1)


def matches(areas, anon, index):
    """Which of them may have a page, and where."""
    return [{"vma": word(area.vma), "vaddr": word(area.start + (index - index_of(area, anon) << PAGE_SHIFT))}
            for area in areas if 0 <= index - index_of(area, anon) < area.end - area.start >> PAGE_SHIFT]


def rows(nodes):
    """A tree as its nodes, each with the one above it."""
    return [{"node": word(n.node), "above": word(n.parent), "interval": f"{n.first:x}-{n.last:x}",
             "subtree_last": word(n.subtree_last), "vma": word(n.area.vma), "red": n.red,
             "start": word(n.area.start), "end": word(n.area.end)} for n in nodes]


def faults(nodes):
    """How many of them are not as a tree of intervals has to be."""
    below, red, black = {node.node: node.last for node in nodes}, {node.node: node.red for node in nodes}, {0: 0}
    wrong = 0
    for node in reversed(nodes):
        wrong += below[node.node] != node.subtree_last or node.red and red.get(node.parent, True)
        below[node.parent] = max(below.get(node.parent, 0), below[node.node])
    return wrong
