# SPDX-License-Identifier: GPL-2.0-or-later
"""Rings of io_uring and perf, and DMA buffers of the system heap."""
from ..list import walk
from ..xarray import XArray

GROUPS = 64  # of provided buffers, that are looked for: XArrays are asked index by index


def io_uring(held):
    kernel, t = held.kernel, held.target
    name = "struct io_ring_ctx"
    for ctx in held.opened("io_uring_fops"):
        for region in ("ring_region", "sq_region", "param_region"):
            at = t.member(name, region)
            yield from of_region(held, ctx + at[0]) if at else ()
        for array, count in (("ring_pages", "n_ring_pages"), ("sqe_pages", "n_sqe_pages")):
            yield from of_pages(held, held.optional(ctx, name, array), held.optional(ctx, name, count))
        for memory in ("rings", "sq_sqes"):
            yield from held.memory(held.optional(ctx, name, memory))
        for group in groups(held, ctx):
            yield from of_group(held, group)
        if t.member(name, "io_buffers_pages"):
            for page in walk(kernel, ctx + t.offset(name, "io_buffers_pages"), t.offset("struct page", "lru")):
                yield from held.page(page)


def groups(held, ctx):
    t = held.target
    first = held.optional(ctx, "struct io_ring_ctx", "io_bl")
    if first:
        yield from (first + i * t.size("struct io_buffer_list") for i in range(64))
    found = t.member("struct io_ring_ctx", "io_bl_xa")
    if found:
        groups_at = XArray(held.kernel, ctx + found[0])
        yield from (group for group in map(groups_at.load, range(GROUPS)) if group)


def of_group(held, group):
    name = "struct io_buffer_list"
    region = held.target.member(name, "region")
    if region:
        yield from of_region(held, group + region[0])
    elif held.optional(group, name, "buf_nr_pages"):
        yield from of_pages(held, held.optional(group, name, "buf_pages"), held.optional(group, name, "buf_nr_pages"))
    elif held.optional(group, name, "is_mmap"):
        yield from held.memory(held.optional(group, name, "buf_ring"))


def of_region(held, region):
    yield from of_pages(held, *(held.kernel.member(region, "struct io_mapped_region", name)
                                for name in ("pages", "nr_pages")))


def of_pages(held, array, count):
    for page in held.kernel.numbers(array, count) if array else ():
        yield from held.page(page)


def perf(held):
    kernel, t = held.kernel, held.target
    for event in held.opened("perf_fops"):
        rb = kernel.member(event, "struct perf_event", "rb")
        if not rb:
            continue
        pages = [kernel.member(rb, "struct perf_buffer", "user_page")]
        pages += kernel.numbers(rb + t.offset("struct perf_buffer", "data_pages"),
                                kernel.member(rb, "struct perf_buffer", "nr_pages"))
        aux, count = (kernel.member(rb, "struct perf_buffer", name) for name in ("aux_pages", "aux_nr_pages"))
        pages += kernel.numbers(aux, count) if aux else ()
        for page in pages:
            yield from held.memory(page)


def dma_buf(held):
    yield from (pfn for _, pfn in dma_bufs(held))


def dma_bufs(held):
    """(buffer, frame)"""
    kernel, t = held.kernel, held.target
    head = next((at for name in ("dmabuf_list", "debugfs_list", "db_list") if (at := t.symbol(name))), None)
    heap = t.symbol("system_heap_buf_ops")
    if head is None or heap is None:
        return
    for buffer in walk(kernel, head, t.offset("struct dma_buf", "list_node")):
        if kernel.member(buffer, "struct dma_buf", "ops") != heap:
            continue
        table = kernel.member(buffer, "struct dma_buf", "priv") + t.offset("struct system_heap_buffer", "sg_table")
        entry, left = (kernel.member(table, "struct sg_table", name) for name in ("sgl", "orig_nents"))
        while left:
            link = kernel.member(entry, "struct scatterlist", "page_link")
            if link & 1:
                entry = link & ~3
                continue
            pfn = held.pages.pfn_of(link & ~3)
            length = kernel.member(entry, "struct scatterlist", "length")
            yield from ((buffer, page) for page in range(pfn, pfn + (length + 4095 >> 12))) if pfn is not None else ()
            left, entry = left - 1, entry + t.size("struct scatterlist")

