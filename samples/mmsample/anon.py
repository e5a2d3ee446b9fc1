# SPDX-License-Identifier: GPL-2.0-or-later
"""Anonymous memory's reverse map: anon_vma, and the interval tree of the VMAs that it may be in."""

from . import rbtree


class AnonVma:
    def __init__(self, kernel, parent=None):
        """One of its own, or what fork makes for the child of @parent."""
        self.kernel = kernel
        self.object = kernel.slabs.object("anon_vma")
        self.address = self.object.address
        self.chains = []  # (chain, vma)
        self.root = parent.root if parent else self
        above = parent or self
        self.object.set(root=self.root.object, parent=above.object, refcount=1)
        above.object["num_children"] += 1
        if parent:
            self.root.object["refcount"] += 1

    def link(self, vma):
        """Enter a VMA into the tree."""
        chain = self.kernel.slabs.object("anon_vma_chain")
        chain.set(vma=vma.object, anon_vma=self.object)
        self.kernel.machine.list_add_tail(chain.at("same_vma"), vma.object.at("anon_vma_chain"))
        self.chains.append((chain, vma))

    def adopt(self, vma):
        """Enter a VMA whose new pages are to go here."""
        self.link(vma)
        vma.object["anon_vma"] = self.object
        vma.anon_vma = self
        self.object["num_active_vmas"] += 1

    def finish(self):
        nodes = [(chain.at("rb"), vma.first_index, vma.last_index, chain.at("rb_subtree_last"))
                 for chain, vma in self.chains]
        rbtree.plant(self.kernel.machine, self.object.at("rb_root"), nodes)

    @property
    def mapping(self):
        """What page->mapping holds of a page of this."""
        return self.address | 1
