# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory cgroups, and the multi-generational LRU lists that each has on the node."""

from .frames import GEN_SHIFT, ZONES

# Generations 1 to 3 are alive; folios are active in the two youngest.
MIN_SEQ, MAX_SEQ, GENERATIONS = 1, 3, 4
# The time in ticks of 4 ms; a generation began every 4 seconds.
NOW, TICK_NS, PER_GENERATION = 0x100012345, 4_000_000, 1000
ANON, FILE = 0, 1
CSS_ONLINE = 2


class MemCgroup:
    def __init__(self, kernel, name, parent=None):
        self.kernel = kernel
        self.parent = parent
        self.path = f"{parent.path.rstrip('/')}/{name}" if parent else "/"
        m, slabs = kernel.machine, kernel.slabs
        self.object = m.object("mem_cgroup", slabs.allocate("kmalloc-2k"))
        self.address = self.object.address
        node = slabs.object("kernfs_node_cache")
        node.set(name=slabs.string(name) if name else m.image.string(""),
                 parent=parent.kernfs if parent else 0, count=1)
        self.kernfs = node
        cgroup = m.object("cgroup", slabs.allocate("kmalloc-2k"))
        cgroup.set(kn=node, level=parent.level + 1 if parent else 0)
        cgroup["self.flags"] = CSS_ONLINE
        self.level = parent.level + 1 if parent else 0
        node["priv"] = cgroup
        node["id"] = 1 + len(kernel.memcgs)
        self.object["css.cgroup"] = cgroup
        self.object["css.ss"] = kernel.memory_controller
        self.object["css.id"] = 1 + len(kernel.memcgs)
        self.object["css.flags"] = CSS_ONLINE
        m.list_init(self.object.at("css.children"))
        if parent:
            self.object["css.parent"] = parent.object
            m.list_add_tail(self.object.at("css.sibling"), parent.object.at("css.children"))
        self._objcg()
        self._node()
        kernel.memcgs.append(self)

    def _objcg(self):
        self.objcg = self.kernel.machine.object("obj_cgroup",
                                                self.kernel.slabs.allocate("kmalloc-64"))
        self.objcg["memcg"] = self.object
        self.object["objcg"] = self.objcg

    def _node(self):
        """The part of it on node 0, with its lists."""
        m = self.kernel.machine
        self.node = m.object("mem_cgroup_per_node", self.kernel.slabs.allocate("kmalloc-2k"))
        self.node["memcg"] = self.object
        nodeinfo = self.object.at("nodeinfo")
        m.put(nodeinfo, self.node.address)
        self.lruvec = m.object("lruvec", self.node.at("lruvec"))
        init_lruvec(self.kernel, self.lruvec)


def init_lruvec(kernel, lruvec):
    m = kernel.machine
    unevictable = m.types.enumerator("LRU_UNEVICTABLE")
    for i in range(unevictable):
        m.list_init(lruvec.at(f"lists[{i}]"))
    lruvec[f"lists[{unevictable}].next"] = 0xDEAD000000000100  # never a list
    lruvec[f"lists[{unevictable}].prev"] = 0xDEAD000000000122
    lruvec["pgdat"] = kernel.node.pgdat
    lruvec["lrugen.max_seq"] = MAX_SEQ
    lruvec["lrugen.enabled"] = 1
    for seq in range(MIN_SEQ, MAX_SEQ + 1):
        lruvec[f"lrugen.timestamps[{seq % GENERATIONS}]"] = NOW - (MAX_SEQ - seq) * PER_GENERATION
    for kind in (ANON, FILE):
        lruvec[f"lrugen.min_seq[{kind}]"] = MIN_SEQ
        for gen in range(GENERATIONS):
            for zone in range(len(ZONES)):
                m.list_init(lruvec.at(generation(m.types, gen, kind, zone)))


def generation(types, gen, kind, zone):
    """Where the list of a generation is: they were named otherwise up to 6.2."""
    lists = types.which("lruvec", "lrugen.folios", "lrugen.lists")
    return f"{lists}[{gen}][{kind}][{zone}]"


def charge(kernel, pfn, memcg):
    """Account a folio to a memcg."""
    kernel.frames.page(pfn)["memcg_data"] = memcg.address


def charge_kernel(kernel, pfn, memcg):
    """Account a page of kernel memory: through the object cgroup, with bit 1 set."""
    kernel.frames.page(pfn)["memcg_data"] = memcg.objcg.address | 2


def lru_add(kernel, memcg, pfn, kind, seq, nr=1):
    """Put a folio into the generation of that sequence number; kind is ANON or FILE."""
    charge(kernel, pfn, memcg)
    frames = kernel.frames
    page = frames.page(pfn)
    gen, zone = seq % GENERATIONS, frames.zone_of(pfn)
    page["flags"] |= frames.flag_bits(["lru"]) | gen + 1 << GEN_SHIFT
    place = generation(kernel.types, gen, kind, zone)
    kernel.machine.list_add_tail(page.at("lru"), memcg.lruvec.at(place))
    memcg.lruvec[f"lrugen.nr_pages[{gen}][{kind}][{zone}]"] += nr
    active = seq >= MAX_SEQ - 1
    lru = ("ACTIVE_" if active else "INACTIVE_") + ("FILE" if kind else "ANON")
    _account(kernel, zone, lru, nr)


def lru_add_classic(kernel, memcg, pfn, kind, active):
    """Put a page on a list of a memcg whose generations are off; kind is ANON or FILE."""
    charge(kernel, pfn, memcg)
    memcg.lruvec["lrugen.enabled"] = 0
    kernel.frames.set_flags(pfn, "lru", *(["active"] if active else []))
    lru = ("ACTIVE_" if active else "INACTIVE_") + ("FILE" if kind else "ANON")
    number = kernel.types.enumerator(f"LRU_{lru}")
    kernel.machine.list_add_tail(kernel.frames.page(pfn).at("lru"), memcg.lruvec.at(f"lists[{number}]"))
    _account(kernel, kernel.frames.zone_of(pfn), lru, 1)
    _size(kernel, memcg, pfn, lru)


def add_unevictable(kernel, memcg, pfn, mlock_count):
    """A locked folio is on no list; the second word of its links counts the locks."""
    charge(kernel, pfn, memcg)
    page = kernel.frames.page(pfn)
    kernel.frames.set_flags(pfn, "lru", "unevictable", "mlocked")
    page["__filler"] = 0xDEAD000000000100
    page["mlock_count"] = mlock_count
    _account(kernel, kernel.frames.zone_of(pfn), "UNEVICTABLE", 1)
    _size(kernel, memcg, pfn, "UNEVICTABLE")
    kernel.count_zone(pfn, "NR_MLOCK", 1)


def _account(kernel, zone, lru, nr):
    kernel.count(f"NR_{lru}", nr)
    kernel.zone_counts[zone, f"NR_ZONE_{lru}"] += nr


def _size(kernel, memcg, pfn, lru):
    """What a memcg counts of its lists; those of generations it does not."""
    zone = kernel.frames.zone_of(pfn)
    memcg.node[f"lru_zone_size[{zone}][{kernel.types.enumerator(f'LRU_{lru}')}]"] += 1


class LruBatches:
    """What each CPU keeps back of changes to the lists; whoever puts a page there adds a reference to it."""

    def __init__(self, kernel):
        self.kernel = kernel
        types, percpu = kernel.types, kernel.percpu
        self.places = {name: percpu.place(name, types.sizeof(name), 16)
                       for name in ("cpu_fbatches", "lru_rotate", "mlock_fbatch", "mlock_pvec")
                       if f"struct {name}" in types.compounds}

    def add(self, pfn, cpu, batch):
        types = self.kernel.types
        self._put("cpu_fbatches", types.which("cpu_fbatches", batch, batch.removeprefix("lru_")), "folios",
                  cpu, self.kernel.frames.address(pfn))

    def mlock_new(self, pfn, cpu):
        """A new page that is locked: bit 1 of the pointer says so."""
        address = self.kernel.frames.address(pfn) | 2
        if "mlock_pvec" in self.places:
            self._put("mlock_pvec", "vec", "pages", cpu, address)
        else:
            self._put("mlock_fbatch", "fbatch", "folios", cpu, address)

    def _put(self, name, batch, pages, cpu, address):
        variable = self.kernel.percpu.object(name, self.places[name], cpu)
        n = variable[f"{batch}.nr"]
        self.kernel.machine.put(variable.at(f"{batch}.{pages}[{n}]"), address)
        variable[f"{batch}.nr"] = n + 1
