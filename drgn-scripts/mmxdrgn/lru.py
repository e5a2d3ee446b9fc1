# SPDX-License-Identifier: GPL-2.0-or-later
"""LRU lists: who has them, what is on them, and what CPUs keep back of changes to them."""
from collections import Counter

from . import zone
from .list import walk
from .trouble import Broken

CLASSIC = ("inactive anon", "active anon", "inactive file", "active file")
UNEVICTABLE, LISTS = 4, 5
ONLINE = 2  # CSS_ONLINE
CHARGE = ~7 & (1 << 64) - 1
BATCHES = (("cpu_fbatches", ("lru_add",), "lru_add"), ("cpu_fbatches", ("lru_deactivate_file",), "lru_deactivate_file"),
           ("cpu_fbatches", ("lru_deactivate",), "lru_deactivate"), ("cpu_fbatches", ("lru_lazyfree",), "lru_lazyfree"),
           ("cpu_fbatches", ("lru_activate", "activate"), "lru_activate"),
           ("cpu_fbatches", ("lru_move_tail",), "lru_move_tail"), ("lru_rotate", ("fbatch",), "lru_move_tail"),
           ("mlock_fbatch", ("fbatch",), None), ("mlock_pvec", ("vec",), None))
MLOCK = {0: "munlock", 1: "mlock", 2: "mlock of new"}


class Lruvec:
    """Lists by name: Counter of folios, pages and pages of younger generations; the kernel's counts."""

    def __init__(self, node, path, online):
        self.node, self.path, self.online = node, path, online
        self.folios, self.pages, self.younger, self.nr_pages = Counter(), Counter(), Counter(), Counter()
        self.unevictable = 0


def ordinal(age, alive):
    if age + 1 == alive:
        return f"youngest of {alive}"
    return f"{('', '2nd ', '3rd ')[age] if age < 3 else f'{age + 1}th '}oldest of {alive}"


class Lru:
    def __init__(self, model):
        self.model, self.kernel, self.target, self.pages = model, model.kernel, model.target, model.pages
        t = self.target
        self.link = t.offset("struct page", "lru")
        self.memcg_word = t.offset("struct page", "memcg_data") // 8 if t.member("struct page", "memcg_data") else None
        self.gens = t.length("struct lruvec", "lrugen.timestamps")
        self.zones = t.constant("__MAX_NR_ZONES")
        self.names = {(z.node, z.index): z.name for z in model.zones}
        self.nodes = zone.nodes(self.kernel)

    # Who has them.

    def cgroups(self):
        """(address, path, online) of every memory cgroup that there is still a trace of."""
        k, t = self.kernel, self.target
        css = t.offset("struct mem_cgroup", "css")
        children, sibling = (t.offset("struct cgroup_subsys_state", name) for name in ("children", "sibling"))
        left = [k.variable("root_mem_cgroup") + css]
        while left:
            at = left.pop()
            group = k.member(at, "struct cgroup_subsys_state", "cgroup")
            yield at - css, self.path(group), bool(k.member(at, "struct cgroup_subsys_state", "flags") & ONLINE)
            left += walk(k, at + children, sibling)

    def path(self, group):
        k, names = self.kernel, []
        node = k.member(group, "struct cgroup", "kn")
        while parent := k.member(node, "struct kernfs_node", "parent", "__parent"):
            names.append(k.text(k.member(node, "struct kernfs_node", "name"), 256))
            node = parent
        gone = not k.member(group, "struct cgroup", "self.flags") & ONLINE
        return "/" + "/".join(reversed(names)) + (" (deleted)" if gone else "")

    def lruvecs(self):
        k, t = self.kernel, self.target
        if not t.has_type("struct mem_cgroup_per_node") or not k.variable("memory_cgrp_subsys_enabled_key", 4):
            for node, address in self.nodes.items():
                yield self.walked(Lruvec(node, None, None), address + t.offset("struct pglist_data", "__lruvec"), None)
            return
        parts, lruvec = t.offset("struct mem_cgroup", "nodeinfo"), t.offset("struct mem_cgroup_per_node", "lruvec")
        for address, path, online in self.cgroups():
            for node in self.nodes:
                part = k.number(address + parts + 8 * node)
                found = self.walked(Lruvec(node, path, online), part + lruvec, address)
                sizes = k.numbers(part + t.offset("struct mem_cgroup_per_node", "lru_zone_size"), self.zones * LISTS)
                # Since 7.1 what was removed keeps the numbers of pages that its parent has now.
                left_over = t.member("struct obj_cgroup", "is_root") and not online and not found.folios
                found.unevictable = 0 if left_over else sum(sizes[UNEVICTABLE::LISTS])
                yield found

    # What is on them.

    def walked(self, found, address, memcg):
        k, t = self.kernel, self.target
        for number, name in enumerate(CLASSIC):
            head = address + t.offset("struct lruvec", "lists") + 16 * number
            for pfn, row in self.on(head):
                self.take(found, name, pfn, row, memcg)
        if not self.gens:
            return found
        youngest = k.member(address, "struct lruvec", "lrugen.max_seq")
        oldest = k.numbers(address + t.offset("struct lruvec", "lrugen.min_seq"), 2)
        heads = address + t.offset("struct lruvec", "lrugen.folios", "lrugen.lists")
        counts = k.numbers(address + t.offset("struct lruvec", "lrugen.nr_pages"), self.gens * 2 * self.zones)
        for number, count in enumerate(counts):
            gen, kind, index = number // (2 * self.zones), number // self.zones % 2, number % self.zones
            name = self.generation(found.node, gen, kind, index, youngest, oldest[kind])
            if count:
                found.nr_pages[name] = count - (1 << 64) if count >> 63 else count
            for pfn, row in self.on(heads + 16 * number):
                own = self.model.flags.field("lru_gen", row[self.pages.f_flags]) - 1
                self.take(found, name, pfn, row, memcg, own != gen)
        return found

    def generation(self, node, gen, kind, index, youngest, oldest):
        seq = youngest - (youngest - gen) % self.gens
        words = f"a generation that is no more ({gen})" if seq < oldest else \
            f"generation {seq} ({ordinal(seq - oldest, youngest - oldest + 1)})"
        return f"{words}, {('anon', 'file')[kind]}, zone {self.names.get((node, index), 'that has no memory')}"

    def on(self, head):
        for address in walk(self.kernel, head, self.link):
            pfn = self.pages.pfn_of(address)
            row = pfn is not None and self.pages.raw(pfn)
            if not row:
                raise Broken(f"list {head:#x}: {address:#x} is no page that can be read")
            yield pfn, row

    def take(self, found, name, pfn, row, memcg, younger=False):
        if memcg is not None and self.charged(row) != memcg:
            raise Broken(f"PFN {pfn:#x} is on a list of {found.path} and charged to another")
        order = next(self.pages.walk(pfn, pfn + 1)).folio.order
        found.folios[name] += 1
        found.pages[name] += 1 << order
        found.younger[name] += younger << order

    def charged(self, row):
        data = row[self.memcg_word] & CHARGE
        if not data:
            return self.kernel.variable("root_mem_cgroup")
        if self.target.member("struct obj_cgroup", "is_root"):
            return self.kernel.member(data, "struct obj_cgroup", "memcg")
        return data

    # What CPUs keep back.

    def batched(self):
        """(PFN, CPU, batch) of each page."""
        found = []
        for variable, names, kind in BATCHES:
            if self.target.member(f"struct {variable}", *names):
                offset = self.target.offset(f"struct {variable}", *names)
                for cpu, address in zip(self.kernel.cpus, self.kernel.per_cpu(variable)):
                    found += self.batch(cpu, address + offset, variable, kind)
        return sorted(found)

    def batch(self, cpu, address, variable, kind):
        k = self.kernel
        struct, pages = ("pagevec", "pages") if variable == "mlock_pvec" else ("folio_batch", "folios")
        number = k.member(address, f"struct {struct}", "nr")
        for pointer in k.numbers(address + self.target.offset(f"struct {struct}", pages), number):
            yield self.pages.pfn_of(pointer & ~3), cpu, kind or MLOCK[pointer & 3]
