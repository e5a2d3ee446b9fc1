# SPDX-License-Identifier: GPL-2.0-or-later
"""Coherent pools, reserves of pages, queues of virtio devices, requests of block devices."""
from ..list import walk
from ..xarray import XArray

HARDWARE_QUEUES = 256


def untold(target):
    """Structures that hold pages and that nothing here describes: where virtio is a module, vmlinux does not."""
    return [] if target.has_type("struct vring_virtqueue") else ["vring_virtqueue"]


def frames(held):
    yield from pools(held)
    yield from reserves(held)
    yield from virtio(held)
    yield from coherent(held)
    yield from requests(held)


def pools(held):
    kernel, t = held.kernel, held.target
    inside = t.member("struct dma_gen_pool", "pool") if t.has_type("struct dma_gen_pool") else None
    for name in ("atomic_pool_kernel", "atomic_pool_dma32", "atomic_pool_dma"):
        at = t.symbol(name)
        pool = 0 if at is None else kernel.number(at + (inside[0] if inside else 0))
        if not pool:
            continue
        for chunk in walk(kernel, pool + t.offset("struct gen_pool", "chunks"),
                          t.offset("struct gen_pool_chunk", "next_chunk")):
            phys, start, end = (kernel.member(chunk, "struct gen_pool_chunk", member)
                                for member in ("phys_addr", "start_addr", "end_addr"))
            yield from range(phys >> 12, (phys + end - start >> 12) + 1)


def reserves(held):
    """By name: which variables of the kernel's own are reserves of pages."""
    kernel, t = held.kernel, held.target
    pool = "struct mempool" if t.has_type("struct mempool") else "struct mempool_s"
    for name in ("integrity_buf_pool", "page_pool", "isa_page_pool"):
        at = t.symbol(name)
        if at is None or kernel.member(at, pool, "alloc") != t.symbol("mempool_alloc_pages"):
            continue
        order = kernel.member(at, pool, "pool_data")
        for page in kernel.numbers(kernel.member(at, pool, "elements"), kernel.member(at, pool, "curr_nr")):
            pfn = held.pages.pfn_of(page)
            yield from range(pfn, pfn + (1 << order)) if pfn is not None else ()


def of_core(held, kset, member, wanted, node):
    """The devices of a bus or class."""
    kernel, t = held.kernel, held.target
    head, wanted = kernel.variable(kset, otherwise=0), t.symbol(wanted)
    if not head or wanted is None:
        return
    for private in walk(kernel, head + t.offset("struct kset", "list"),
                        t.offset("struct subsys_private", "subsys.kobj.entry")):
        if kernel.member(private, "struct subsys_private", member) == wanted:
            for device in walk(kernel, private + t.offset("struct subsys_private", "klist_devices.k_list"),
                               t.offset("struct device_private", f"{node}.n_node")):
                yield kernel.member(device, "struct device_private", "device")


def virtio(held):
    kernel, t = held.kernel, held.target
    name = "struct vring_virtqueue"
    if not t.has_type(name):
        return
    packed = {t.constant(layout) for layout in ("VQ_LAYOUT_PACKED", "VQ_LAYOUT_PACKED_IN_ORDER")} - {None}
    for device in of_core(held, "bus_kset", "bus", "virtio_bus", "knode_bus"):
        queues = device - t.offset("struct virtio_device", "dev") + t.offset("struct virtio_device", "vqs")
        for queue in walk(kernel, queues, t.offset(name, "vq") + t.offset("struct virtqueue", "list")):
            layout = t.member(name, "layout")  # up to 6.18 a flag
            is_packed = kernel.number(queue + layout[0], 4) in packed if layout else \
                kernel.member(queue, name, "packed_ring")
            form, length = ("packed", "ring_size_in_bytes") if is_packed else ("split", "queue_size_in_bytes")
            yield from held.memory(kernel.member(queue, name, f"{form}.vring.desc"),
                                   kernel.member(queue, name, f"{form}.{length}"))
            for event in ("driver", "device") if is_packed else ():
                yield from held.memory(kernel.member(queue, name, f"packed.vring.{event}"))
            state, size = kernel.member(queue, name, f"{form}.desc_state"), t.size(f"struct vring_desc_state_{form}")
            for i in range(kernel.member(queue, name, f"{form}.vring.num")):
                yield from held.memory(kernel.number(state + i * size))


def coherent(held):
    """Pools of every device, and its memory that is given back by itself."""
    kernel, t = held.kernel, held.target
    devices, release = kernel.variable("devices_kset", otherwise=0), t.symbol("dmam_release")
    if not devices or not t.has_type("struct dma_pool"):
        return
    for device in walk(kernel, devices + t.offset("struct kset", "list"), t.offset("struct device", "kobj.entry")):
        for pool in walk(kernel, device + t.offset("struct device", "dma_pools"), t.offset("struct dma_pool", "pools")):
            for page in walk(kernel, pool + t.offset("struct dma_pool", "page_list"),
                             t.offset("struct dma_page", "page_list")):
                yield from held.memory(kernel.member(page, "struct dma_page", "vaddr"),
                                       kernel.member(pool, "struct dma_pool", "allocation"))
        for resource in walk(kernel, device + t.offset("struct device", "devres_head"),
                             t.offset("struct devres", "node.entry")):
            if release and kernel.member(resource, "struct devres", "release", "node.release") == release:
                at = resource + t.offset("struct devres", "data")
                yield from held.memory(kernel.member(at, "struct dma_devres", "vaddr"),
                                       kernel.member(at, "struct dma_devres", "size"))


def requests(held):
    kernel, t = held.kernel, held.target
    disks = {kernel.member(device - t.offset("struct block_device", "bd_device"), "struct block_device", "bd_disk")
             for device in of_core(held, "class_kset", "class", "block_class", "knode_class")}
    for queue in {kernel.member(disk, "struct gendisk", "queue") for disk in disks - {0}} - {0}:
        for tags in set(tags_of(held, queue)) - {0}:
            for page in walk(kernel, tags + t.offset("struct blk_mq_tags", "page_list"), t.offset("struct page", "lru")):
                pfn, order = held.pages.pfn_of(page), kernel.member(page, "struct page", "private")
                yield from range(pfn, pfn + (1 << order)) if pfn is not None and order < 20 else ()


def tags_of(held, queue):
    kernel = held.kernel
    tag_set = kernel.member(queue, "struct request_queue", "tag_set")
    if tag_set:
        tags, count = (kernel.member(tag_set, "struct blk_mq_tag_set", name) for name in ("tags", "nr_hw_queues"))
        yield from kernel.numbers(tags, count)
        yield held.optional(tag_set, "struct blk_mq_tag_set", "shared_tags")
    yield held.optional(queue, "struct request_queue", "sched_shared_tags")
    table = held.target.member("struct request_queue", "hctx_table")
    if table:
        at = XArray(kernel, queue + table[0])
        queues = [at.load(i) for i in range(HARDWARE_QUEUES)]
    else:
        array, count = (held.optional(queue, "struct request_queue", name) for name in ("queue_hw_ctx", "nr_hw_queues"))
        queues = kernel.numbers(array, count) if array else ()
    for one in queues:
        yield held.optional(one, "struct blk_mq_hw_ctx", "sched_tags") if one else 0
