# SPDX-License-Identifier: GPL-2.0-or-later
"""Whose the most memory is, of the kernel's own: by protocol of sockets, DMA buffer, page pool, and line of code."""
from collections import Counter

from . import memcg
from .answers import word
from .classes import known
from .owners import rings, socket
from .xarray import XArray

MODULES = 4096  # that have tags, which are looked for: XArrays are asked index by index


class Top:
    """Sums over frames, each of which count() is told of once."""

    def __init__(self, model):
        self.model, self.kernel, self.target = model, model.kernel, model.target
        self.protocols, self.buffers = {}, {}
        for protocol, pfn in known(socket.by_protocol, model.classes.held):
            self.protocols.setdefault(pfn, protocol)
        for buffer, pfn in known(rings.dma_bufs, model.classes.held):
            self.buffers.setdefault(pfn, buffer)
        pool = self.target.member("struct page", "pp") or self.target.member("struct netmem_desc", "pp")
        self.pool = pool and pool[0] // 8
        self.sums = {"sockets": Counter(), "dma_buffers": Counter(), "page_pools": Counter()}

    def count(self, page, kind):
        if kind == "socket":
            self.sums["sockets"][self.protocols.get(page.pfn)] += 1
        elif kind == "dma-buf":
            self.sums["dma_buffers"][self.buffers.get(page.pfn)] += 1
        elif kind == "page-pool" and self.pool:
            self.sums["page_pools"][page.folio.rows[0][self.pool]] += 1

    def rows(self):
        yield "sockets", [{"protocol": name, "frames": n} for name, n in self.sums["sockets"].items()]
        for kind in ("dma_buffers", "page_pools"):
            yield kind, [{"address": word(at), "frames": n} for at, n in self.sums[kind].items()]
        yield "tags", list(self.tags())
        yield "dying_memcgs", [{"address": word(at), "tasks": tasks, "references": references}
                               for at, (tasks, references) in memcg.dying(self.model).items()]
        yield "bpf_maps", [{"id": number, "address": word(at), "type": kind}
                           for number, (at, kind) in memcg.bpf_maps(self.model).items()]

    def tags(self):
        """What lines of code have allocated, where that is profiled."""
        kernel, t = self.kernel, self.target
        kinds = t.symbol("alloc_tag_cttype")
        if kinds is None or not kernel.number(kinds):
            return
        modules = XArray(kernel, kernel.number(kinds) + t.offset("struct codetag_type", "mod_idr.idr_rt"))
        for module in filter(None, map(modules.load, range(MODULES))):
            start, stop = (kernel.member(module, "struct codetag_module", f"range.{end}") for end in ("start", "stop"))
            for tag in range(start, stop, t.size("struct alloc_tag")):
                yield self.tag(tag)

    def tag(self, tag):
        kernel = self.kernel
        counters = kernel.member(tag, "struct alloc_tag", "counters")
        places = [counters + offset & (1 << 64) - 1 for offset in kernel.cpus.values()]
        size, calls = (sum(kernel.member(place, "struct alloc_tag_counters", name) for place in places) & (1 << 64) - 1
                       for name in ("bytes", "calls"))
        file, function, module = (kernel.member(tag, "struct alloc_tag", f"ct.{name}")
                                  for name in ("filename", "function", "modname"))
        line = kernel.member(tag, "struct alloc_tag", "ct.lineno")
        of_module = f" [{kernel.text(module)}]" if module else ""
        return {"site": f"{kernel.text(file)}:{line}{of_module} func:{kernel.text(function)}", "bytes": size, "calls": calls}
