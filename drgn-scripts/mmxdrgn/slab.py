# SPDX-License-Identifier: GPL-2.0-or-later
"""Slab caches, all their slabs, and which of their objects are free, by every list that has some."""
from functools import cached_property

from .list import LONGEST, walk, walk_forward
from .trouble import Broken
from .x86_64 import PAGE_SHIFT

# Callbacks of RCU that have a sheaf of objects.
SHEAVES_OF_RCU = ("rcu_free_sheaf", "rcu_free_sheaf_nobarn")


class Slab:
    """A slab: free is the addresses of its objects that some list has."""

    def __init__(self, pfn, base, order, objects, inuse, freelist, node):
        self.pfn, self.base, self.order, self.node = pfn, base, order, node
        self.objects, self.inuse, self.freelist = objects, inuse, freelist
        self.free = set()


class Cache:
    """A kmem_cache."""

    def __init__(self, kernel, address):
        def number(*names):
            return kernel.member(address, "struct kmem_cache", *names)

        t = kernel.target
        self.address, self.slabs = address, []
        self.name = kernel.text(number("name"))
        self.size, self.object_size, self.offset = number("size"), number("object_size"), number("offset")
        self.red_zone = number("red_left_pad") if t.member("struct kmem_cache", "red_left_pad") else 0
        self.random = number("random") if t.member("struct kmem_cache", "random") else None
        self.order, self.per_slab = number("oo.x") >> 16, number("oo.x") & 0xFFFF
        self.align, self.refcount, self.flags = number("align"), number("refcount"), number("flags")
        self.constructor = number("ctor")


class Slabs:
    def __init__(self, model):
        self.model, self.kernel, self.target = model, model.kernel, model.target
        t = self.target
        self.caches = {address: Cache(self.kernel, address) for address in
                       walk(self.kernel, self.kernel.need_symbol("slab_caches"), t.offset("struct kmem_cache", "list"))}
        self.word = {name: t.offset("struct slab", name) // 8 for name in ("slab_cache", "freelist", "counters")}
        self.by_page = {}
        for page in model.pages.walk(0, 1 << 40):
            if page.row is not None and not page.tail and page.folio and page.folio.slab and page.section.seen(page.pfn):
                self._take(page)
        for cache in self.caches.values():
            self._free_lists(cache)
        self._sort_kept()

    def _take(self, page):
        row = page.row
        cache, counters = self.caches.get(row[self.word["slab_cache"]]), row[self.word["counters"]]
        base = self.model.space.start["direct map"] + (page.pfn << PAGE_SHIFT)
        objects, inuse = counters >> 16 & 0x7FFF, counters & 0xFFFF
        if cache is None or objects <= 1 and not inuse and not row[self.word["freelist"]]:
            return  # KFENCE's, if anybody's
        slab = Slab(page.pfn, base, page.folio.order, objects, inuse, row[self.word["freelist"]],
                    self.model.flags.field("node", page.flags))
        cache.slabs.append(slab)
        self.by_page[self.model.pages.address(page.pfn)] = slab, cache

    def _next(self, cache, address):
        raw = self.kernel.number(address + cache.offset)
        if cache.random is None:
            return raw
        return raw ^ cache.random ^ int.from_bytes((address + cache.offset).to_bytes(8, "little"), "big")

    def _follow(self, cache, slab, address):
        while address:
            into = address - slab.base - cache.red_zone
            if into % cache.size or not 0 <= into // cache.size < slab.objects or address in slab.free:
                raise Broken(f"a free list of {cache.name} leads to {address:#x}")
            slab.free.add(address)
            address = self._next(cache, address)

    def _free_lists(self, cache):
        for slab in cache.slabs:
            self._follow(cache, slab, slab.freelist)
        if not self.target.member("struct kmem_cache", "cpu_slab"):
            return
        percpu = self.kernel.member(cache.address, "struct kmem_cache", "cpu_slab")
        for offset in self.kernel.cpus.values():
            at = percpu + offset & (1 << 64) - 1
            page = self.kernel.member(at, "struct kmem_cache_cpu", "slab")
            if page in self.by_page:
                self._follow(cache, self.by_page[page][0], self.kernel.member(at, "struct kmem_cache_cpu", "freelist"))

    def _sheaf(self, address):
        if not address:
            return ()
        size = self.kernel.member(address, "struct slab_sheaf", "size")
        return self.kernel.numbers(address + self.target.offset("struct slab_sheaf", "objects"), size) if size else ()

    def _in_sheaves(self, cache):
        """Objects in sheaves of CPUs and barns of nodes."""
        if not self.target.member("struct kmem_cache", "cpu_sheaves"):
            return
        percpu = self.kernel.member(cache.address, "struct kmem_cache", "cpu_sheaves")
        for offset in self.kernel.cpus.values() if percpu else ():
            at = percpu + offset & (1 << 64) - 1
            for name in ("main", "spare", "rcu_free"):
                yield from self._sheaf(self.kernel.member(at, "struct slub_percpu_sheaves", name))
        link = self.target.offset("struct slab_sheaf", "barn_list")
        for barn in filter(None, self._barns(cache)):
            for sheaf in walk(self.kernel, barn + self.target.offset("struct node_barn", "sheaves_full"), link):
                yield from self._sheaf(sheaf)

    def _barns(self, cache):
        kernel, t, nodes = self.kernel, self.target, self.kernel.variable("nr_node_ids", 4, 1)
        pairs = t.member("struct kmem_cache", "per_node")
        if pairs:
            size, barn = t.size("struct kmem_cache_per_node_ptrs"), t.offset("struct kmem_cache_per_node_ptrs", "barn")
            return [kernel.number(cache.address + pairs[0] + node * size + barn) for node in range(nodes)]
        at = cache.address + t.offset("struct kmem_cache", "node")
        return [kernel.member(node, "struct kmem_cache_node", "barn")
                for node in kernel.numbers(at, nodes) if node]

    def _under_way(self):
        """Objects on their way back to caches, of whichever: with RCU, and put off by CPUs; an address in each."""
        functions = {self.target.symbol(name) for name in SHEAVES_OF_RCU} - {None}
        head = self.target.member("struct slab_sheaf", "rcu_head", "callback_head")
        for data in self.kernel.per_cpu("rcu_data") if functions and head else ():
            for callback in self._callbacks(data):
                if self.kernel.member(callback, "struct callback_head", "func") in functions:
                    yield from self._sheaf(callback - head[0])
        for name in ("defer_free_objects", "deferred_percpu_work"):
            struct = "struct " + {"defer_free_objects": "defer_free"}.get(name, name)
            for at in self.kernel.per_cpu(name) if self.target.has_type(struct) else ():
                for member in ("objects", "objects_by_rcu"):
                    if self.target.member(struct, f"{member}.first"):
                        yield from walk_forward(self.kernel, at + self.target.offset(struct, f"{member}.first"), 0)
                if self.target.member(struct, "rcu_sheaves.first"):
                    first = at + self.target.offset(struct, "rcu_sheaves.first")
                    for sheaf in walk_forward(self.kernel, first, self.target.offset("struct slab_sheaf", "llnode")):
                        yield from self._sheaf(sheaf)

    def _callbacks(self, data):
        for name in ("cblist.head", "nocb_bypass.head"):
            if self.target.member("struct rcu_data", name):
                yield from walk_forward(self.kernel, data + self.target.offset("struct rcu_data", name), 0, LONGEST)

    def _sort_kept(self):
        """Put each object that is kept aside to its slab."""
        start = self.model.space.start["direct map"]
        kept = [address for cache in self.caches.values() for address in self._in_sheaves(cache)]
        for address in (*kept, *self._under_way()):
            page = self.model.pages.page(address - start >> PAGE_SHIFT)
            slab, cache = self.by_page.get(self.model.pages.address(page.folio.head), (None, None)) if page else (None, None)
            if slab is None:
                raise Broken(f"{address:#x} is kept aside, and in no slab")
            index = (address - slab.base) // cache.size
            slab.free.add(slab.base + index * cache.size + cache.red_zone)

    @cached_property
    def by_memory(self):
        """The caches, the one with most memory first; of those with as much, by address."""
        return sorted(self.caches.values(), key=lambda cache: (-bytes_of(cache), cache.address))

    def constructor(self, cache):
        """{"constructor": its name, None for none}; {} of a module, whose symbols the scripts do not have."""
        try:
            return {"constructor": self.target.prog.symbol(cache.constructor).name if cache.constructor else None}
        except LookupError:
            return {}


def bytes_of(cache):
    return sum(1 << PAGE_SHIFT + slab.order for slab in cache.slabs)
