# SPDX-License-Identifier: GPL-2.0-or-later
"""Slab caches: objects handed out one behind the other, and free lists through the rest."""

from .memory import PAGE

# name: (object size, order); the rest of the objects is given by the struct of that name.
SIZES = {
    "kmalloc-8": (8, 0), "kmalloc-64": (64, 0), "kmalloc-192": (192, 0), "kmalloc-512": (512, 0),
    "kmalloc-2k": (2048, 2), "kmalloc-4k": (4096, 3),
}
# cache: (struct, order, reclaimable)
STRUCTS = {
    "kmem_cache": ("kmem_cache", 3, False), "kmem_cache_node": ("kmem_cache_node", 0, False),
    "task_struct": ("task_struct", 3, False), "mm_struct": ("mm_struct", 2, False),
    "signal_cache": ("signal_struct", 1, False), "vm_area_struct": ("vm_area_struct", 0, False),
    "anon_vma": ("anon_vma", 0, False), "anon_vma_chain": ("anon_vma_chain", 0, False),
    "filp": ("file", 0, False), "dentry": ("dentry", 0, True), "inode_cache": ("inode", 0, True),
    "mnt_cache": ("mount", 0, False), "maple_node": ("maple_node", 0, False),
    "radix_tree_node": ("xa_node", 1, True), "vmap_area": ("vmap_area", 0, False),
    "ksm_rmap_item": ("ksm_rmap_item", 0, False),
    "ksm_stable_node": ("ksm_stable_node", 0, False),
    "kernfs_node_cache": ("kernfs_node", 0, False),
    "buffer_head": ("buffer_head", 0, True),
}
ALIGNED = {"maple_node": 256, "kmem_cache": 64, "task_struct": 64, "mm_struct": 64}
# name: (object size, order). A cache that is debugged: red zones, poison, who allocated and freed each object.
DEBUGGED = {"debugged": (120, 0)}
RED_ZONE = 64  # before each object; behind it, up to the next word
ACTIVE, INACTIVE, FREED, END = b"\xcc", b"\xbb", b"\x6b", b"\xa5"
# Flags of caches, as they were up to 6.9; since then they are numbered.
FLAGS = {"red_zone": 0x400, "poison": 0x800, "kmalloc": 0x1000, "store_user": 0x10000,
         "reclaim_account": 0x20000, "object_poison": 0x80000000}
# A CPU works on the last slab of this cache: its free objects hang off the CPU, not off the slab.
CPU_CACHE = "vm_area_struct"


class Cache:
    def __init__(self, slabs, name):
        kernel = slabs.kernel
        self.kernel = kernel
        self.name = name
        self.struct, self.order, self.reclaimable = STRUCTS.get(name, (None, 0, False))
        if self.struct:
            self.object_size = kernel.types.sizeof(self.struct)
            if self.struct == "mm_struct":
                self.object_size += 64  # cpu_bitmap and what else lies behind it
        else:
            self.object_size, self.order = (SIZES | DEBUGGED)[name]
        align = ALIGNED.get(name, 8)
        self.size = -(-self.object_size // align) * align
        self.offset = self.object_size // 2 // 8 * 8
        self.inuse, self.red_zone = self.object_size, 0
        if name in DEBUGGED:
            self._debug()
        self.per_slab = (PAGE << self.order) // self.size
        self.slabs = []  # [pfn, objects in use]
        self.control = self.node = None  # its kmem_cache, and its kmem_cache_node

    def _debug(self):
        """Behind an object: its red zone, the pointer to the next free one, and two records."""
        self.red_zone, self.offset = RED_ZONE, self.object_size + 8
        self.inuse = self.offset
        self.size = RED_ZONE + self.offset + 8 + 2 * self.kernel.types.sizeof("track")

    def flags(self):
        names = [name for name, is_so in (("kmalloc", self.name.startswith("kmalloc-")),
                                          ("reclaim_account", self.reclaimable)) if is_so]
        if self.red_zone:
            names += ["red_zone", "poison", "store_user", "object_poison"]
        types = self.kernel.types
        if types.has_enumerator("_SLAB_RED_ZONE"):
            return sum(1 << types.enumerator(f"_SLAB_{name.upper()}") for name in names)
        return sum(FLAGS[name] for name in names)

    def allocate(self):
        """The address of a zeroed object."""
        if not self.slabs or self.slabs[-1][1] == self.per_slab:
            pfn = self.kernel.frames.allocate("kernel", "slab", self.order)
            self.kernel.machine.memory.touch(pfn * PAGE, PAGE << self.order)
            self.slabs.append([pfn, 0])
        slab = self.slabs[-1]
        address = self.object_at(slab[0], slab[1])
        slab[1] += 1
        return address

    def object_at(self, pfn, index):
        return self.kernel.machine.direct(pfn * PAGE) + index * self.size + self.red_zone

    def surround(self, pfn, used):
        """What a cache that is debugged writes around its objects, and into those that are free."""
        write = self.kernel.machine.write
        for i in range(self.per_slab):
            address, zone = self.object_at(pfn, i), ACTIVE if i < used else INACTIVE
            write(address - self.red_zone, zone * self.red_zone)
            write(address + self.object_size, zone * (self.inuse - self.object_size))
            if i >= used:
                write(address, FREED * (self.object_size - 1) + END)
            self._track(address, i)

    def _track(self, address, i):
        track = self.kernel.machine.object("track", address + self.offset + 8)
        track.set(addr=self.kernel.machine.image.by_name["dup_task_struct"] + 0x1C, pid=2001, cpu=0, when=4294937296 + i)


class Slabs:
    def __init__(self, kernel):
        self.kernel = kernel
        self.caches = {}
        self.list = kernel.machine.image.place("slab_caches", 16)
        kernel.machine.list_init(self.list)
        for name in (*STRUCTS, *SIZES, *DEBUGGED):
            self.caches[name] = Cache(self, name)

    def allocate(self, cache):
        return self.caches[cache].allocate()

    def object(self, cache):
        return self.kernel.machine.object(self.caches[cache].struct, self.allocate(cache))

    def string(self, text):
        """A string that the kernel duplicated."""
        address = self.allocate("kmalloc-64")
        self.kernel.machine.write(address, text.encode()[:63] + b"\0")
        return address

    def finish(self):
        for _ in range(3):
            self.allocate("debugged")
        # All objects first: the caches' own structs are slab objects too.
        made = [(cache, self.object("kmem_cache"), self.object("kmem_cache_node"))
                for cache in self.caches.values()]
        for cache, control, node in made:
            self._describe(cache, control, node)
            self._link_slabs(cache, control, node)

    def _describe(self, cache, control, node):
        kernel = self.kernel
        cache.control, cache.node = control, node
        size = kernel.types.sizeof("kmem_cache_cpu")
        objects = cache.order << 16 | cache.per_slab
        control.set(name=self.kernel.machine.image.string(cache.name), size=cache.size,
                    object_size=cache.object_size, inuse=cache.inuse, offset=cache.offset,
                    red_left_pad=cache.red_zone, flags=cache.flags(), align=8, refcount=1, min_partial=5,
                    cpu_slab=kernel.percpu.place("", size, 16))
        control["oo.x"] = objects
        control["min.x"] = objects
        control["node[0]"] = node
        kernel.machine.list_add_tail(control.at("list"), self.list)
        kernel.machine.list_init(node.at("partial"))
        kernel.machine.list_init(node.at("full"))
        node["nr_slabs"] = len(cache.slabs)
        node["total_objects"] = len(cache.slabs) * cache.per_slab
        if cache.name == "kmalloc-64":
            kernel.machine.image.variable("kmalloc_64", control.address)

    def _link_slabs(self, cache, control, node):
        for number, (pfn, used) in enumerate(cache.slabs):
            slab = self._slab_page(cache, control, pfn, used)
            item = "NR_SLAB_RECLAIMABLE_B" if cache.reclaimable else "NR_SLAB_UNRECLAIMABLE_B"
            self.kernel.count(item, 1 << cache.order)
            if cache.red_zone:
                cache.surround(pfn, used)
            first = self._free_list(cache, pfn, used)
            if cache.name == CPU_CACHE and number == len(cache.slabs) - 1:
                self._on_cpu(cache, control, slab, first)
            elif used < cache.per_slab:
                slab["freelist"] = first
                self.kernel.machine.list_add_tail(slab.at("slab_list"), node.at("partial"))
                node["nr_partial"] += 1

    def _slab_page(self, cache, control, pfn, used):
        frames = self.kernel.frames
        if cache.order:
            frames.compound(pfn, cache.order)
        slab = self.kernel.machine.object("slab", frames.address(pfn))
        slab.set(slab_cache=control, objects=cache.per_slab, inuse=used, frozen=0, freelist=0)
        if frames.byte_types():
            frames.set_type(pfn, "slab")
            slab["__page_refcount"] = 0
        else:
            frames.set_flags(pfn, "slab")
        return slab

    def _free_list(self, cache, pfn, used):
        """Chain the objects that are free, each pointing to the next at the cache's offset."""
        free = [cache.object_at(pfn, i) for i in range(used, cache.per_slab)]
        for address, after in zip(free, free[1:] + [0]):
            self.kernel.machine.put(address + cache.offset, after)
        return free[0] if free else 0

    def _on_cpu(self, cache, control, slab, first):
        cpu = self.kernel.percpu.object("kmem_cache_cpu", control["cpu_slab"], 0)
        cpu.set(slab=slab, freelist=first, tid=2)
        slab.set(frozen=1, inuse=cache.per_slab)
