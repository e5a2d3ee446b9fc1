# SPDX-License-Identifier: GPL-2.0-or-later
"""What a page's class has to add: a block of the answer each, as far as it is worked out here."""
from .answers import word
from .owners import unaccepted
from .page import BLOCK_ORDERS
from .trouble import Absent

MINOR_BITS = 20


class Details:
    """Reads owners' structs, and keeps what it read: many pages have one owner."""

    def __init__(self, model):
        self.kernel, self.pages, t = model.kernel, model.pages, model.target
        self.cache_word = t.offset("struct slab", "slab_cache") // 8 if t.member("struct slab", "slab_cache") else None
        memcg = t.member("struct page", "memcg_data")
        self.memcg_word = memcg and memcg[0] // 8
        # Since 7.1 what is charged stands behind an obj_cgroup on every page.
        self.through_objcg = t.member("struct obj_cgroup", "is_root") is not None
        self.block = (0, 0)
        self.known = {}

    def add(self, row, page, kind):
        """Add blocks to the row of a page of a class."""
        folio = page.folio
        mapping = row["mapping"]["kind"]
        if kind in ("free", "guard"):
            row["block"] = self._block(page)
        elif kind == "unaccepted":
            order = unaccepted.order(self.kernel.target)
            row["block"] = {"head": word(page.pfn & -1 << order), "order": order}
        elif kind == "slab" and self.cache_word is not None:
            row["slab"] = self._once(self._cache, folio.rows[0][self.cache_word])
        elif mapping == "anon":
            row["anon"] = self._once(self._anon_vma, folio.mapping & ~3)
        elif mapping == "ksm":
            row["ksm"] = {"node": word(folio.mapping & ~3)}
        elif mapping == "file":
            row["file"] = self._once(self._inode, folio.mapping)
        if mapping in ("anon", "ksm", "file") and self.memcg_word:
            charged = folio.rows[0][self.memcg_word]
            if charged and not charged & 3:
                row["memcg"] = {"kind": "user", **self._once(self._memcg, charged & ~7)}

    def _once(self, read, address):
        key = read.__name__, address
        if key not in self.known:
            if len(self.known) > 65536:
                self.known.clear()
            try:
                self.known[key] = read(address)
            except Absent:
                self.known[key] = {}
        return self.known[key]

    def _block(self, page):
        """The free or guard block that a page lies in; pages come in ascending order."""
        head, order = self.block
        if not head <= page.pfn < head + (1 << order) or not order:
            for order in range(BLOCK_ORDERS):
                head = page.pfn & -1 << order
                row = self.pages.raw(head)
                if row and self.pages.heads_block(row) and row[self.pages.f_private] >= order:
                    order = row[self.pages.f_private]
                    break
            self.block = head, order
        return {"head": word(head), "order": order}

    def _cache(self, cache):
        k, name = self.kernel, "struct kmem_cache"
        return {"cache_address": word(cache), "cache": k.text(k.member(cache, name, "name"), 256),
                "object_size": k.member(cache, name, "object_size"), "size": k.member(cache, name, "size")}

    def _anon_vma(self, anon_vma):
        # A page that waits in a batch to be freed may outlive the anon_vma that its mapping still names.
        if not self.kernel.member(anon_vma, "struct anon_vma", "refcount.counter", "refcount"):
            return {"anon_vma": None}
        found = {field: word(self.kernel.member(anon_vma, "struct anon_vma", field)) for field in ("root", "parent")}
        return {"anon_vma": word(anon_vma), **found}

    def _inode(self, mapping):
        k = self.kernel
        inode = k.member(mapping, "struct address_space", "host")
        if not inode:
            return {}
        block = k.member(inode, "struct inode", "i_sb")
        system = k.member(k.member(block, "struct super_block", "s_type"), "struct file_system_type", "name")
        dev = k.member(block, "struct super_block", "s_dev")
        return {"inode": word(inode), "ino": k.member(inode, "struct inode", "i_ino"),
                "filesystem": k.text(system, 64), "dev": f"{dev >> MINOR_BITS:02x}:{dev & (1 << MINOR_BITS) - 1:02x}"}

    def _memcg(self, charged):
        k = self.kernel
        memcg = k.member(charged, "struct obj_cgroup", "memcg") if self.through_objcg else charged
        cgroup = k.member(memcg, "struct mem_cgroup", "css.cgroup")
        return {"ino": k.member(k.member(cgroup, "struct cgroup", "kn"), "struct kernfs_node", "id")}
