# SPDX-License-Identifier: GPL-2.0-or-later
"""
What lines of code have allocated, by their tags: the kernel's own, and a module's; and which pages and objects each has
allocated: their references lie in page_ext, and beside slabs. The same kernel could keep those of pages among
their flags.
"""
from .. import xarray
from ..frames import SECTION_PAGES
from ..percpu import CPUS

TAGS = (("mm/filemap.c", 1939, "", "__filemap_get_folio_noprof"), ("mm/slub.c", 2425, "", "alloc_slab_page"),
        ("kernel/fork.c", 311, "", "alloc_thread_stack_node"), ("drivers/sample.c", 12, "sample_mod", "sample_init"))
TEXTS = ("allocinfo - version: 1.0\n", "#     <size>  <calls> <tag info>\n")

# Pages of the story by who allocated them.
OF_PAGES = {"shared by parent and child": 0, "compound head at PFN 0": 2, "DMA buffer": 3}
OBJCG_FLAG = 1  # MEMCG_DATA_OBJEXTS


def tell(kernel):
    """Each CPU has counted a part; of what another one allocated it may have freed more than it allocated itself."""
    m, types = kernel.machine, kernel.types
    if not types.has("alloc_tag", "counters"):
        return
    lines = ["", *TEXTS]
    for text in lines:
        m.image.blob("", text.encode() + b"\0", 1)
    size = types.sizeof("alloc_tag")
    ranges = {False: [], True: []}
    kernel.alloc_tags = []
    for i, (file, line, module, function) in enumerate(TAGS):
        counters = kernel.percpu.place("", types.sizeof("alloc_tag_counters"))
        sums = [0, 0]
        for cpu in range(CPUS):
            part = (cpu * 2 - 1) * 4096 * (i + 1) + 100 * 4096, 7 * i + cpu
            kernel.percpu.object("alloc_tag_counters", counters, cpu).set(bytes=part[0], calls=part[1])
            sums = [a + b for a, b in zip(sums, part)]
        tag = m.object("alloc_tag", m.image.place("", size, 8))
        tag.set(counters=counters)
        tag["ct.lineno"] = line
        tag["ct.filename"], tag["ct.function"] = m.image.string(file), m.image.string(function)
        tag["ct.modname"] = m.image.string(module) if module else 0
        ranges[bool(module)].append(tag.address)
        kernel.alloc_tags.append(tag)
        lines.append(f"{sums[0]:12} {sums[1]:8} {file}:{line} {f'[{module}] ' if module else ''}func:{function} \n")
    modules = {}
    for number, addresses in enumerate(ranges.values()):
        module = m.object("codetag_module", m.image.place("", types.sizeof("codetag_module"), 8))
        module["range.start"], module["range.stop"] = addresses[0], addresses[-1] + size
        modules[number] = module.address
    kernel.codetag_modules = list(modules.values())
    kind = m.object("codetag_type", m.image.place("", types.sizeof("codetag_type"), 8))
    kind["desc.tag_size"] = size
    xarray.plant(kernel, kind.at("mod_idr.idr_rt"), modules)
    m.image.variable("alloc_tag_cttype", kind.address)
    m.image.variable("mem_alloc_profiling_key", 1, 4)
    operations = m.object("page_ext_operations", m.image.place("page_alloc_tagging_ops", types.sizeof("page_ext_operations")))
    operations.set(offset=kernel.alloc_ref_offset, size=8)
    for name, nth in OF_PAGES.items():
        refer(kernel, int(m.story[name]["pfn"], 16), kernel.alloc_tags[nth].address)
    _numbers(kernel)
    kernel.slab_refs = kernel.slabs.allocate("kmalloc-512")
    m.story["allocinfo"] = "".join(lines)


def refer(kernel, pfn, tag):
    """Write a page's reference."""
    at = kernel.extensions + pfn * (kernel.alloc_ref_offset + 8) + kernel.alloc_ref_offset
    kernel.machine.memory.touch(kernel.machine.phys(at), 8)
    kernel.machine.put(at, tag)


def _numbers(kernel):
    """What a kernel goes by that was booted to keep the numbers of tags among flags; this one was not."""
    m, types = kernel.machine, kernel.types
    m.image.variable("mem_profiling_compressed", 0, 4)
    m.image.variable("alloc_tag_ref_mask", 0xF)
    m.image.variable("alloc_tag_ref_offs", types.enumerator("__NR_PAGEFLAGS"), 4)
    section = m.object("alloc_tag_kernel_section", m.image.place("kernel_tags", types.sizeof("alloc_tag_kernel_section")))
    section.set(first_tag=kernel.alloc_tags[0], count=3)
    m.image.variable("module_tags", kernel.alloc_tags[3].address)


def after(kernel):
    """The first objects of a cache have references: to a tag, and to none. Other pages that are told of have none."""
    if not hasattr(kernel, "alloc_tags"):
        return
    m, cache = kernel.machine, kernel.slabs.caches["debugged"]
    pfn, _ = cache.slabs[0]
    m.object("slab", kernel.frames.page(pfn).address)["obj_exts"] = kernel.slab_refs | OBJCG_FLAG
    touched = [told for told in m.story.values() if isinstance(told, dict)]
    for number in [number for told in touched for number in (told.get("pfn"), *told.get("pfns", ())) if number]:
        if int(number, 16) < SECTION_PAGES:
            m.memory.touch(m.phys(kernel.extensions + int(number, 16) * (kernel.alloc_ref_offset + 8)), kernel.alloc_ref_offset + 8)
    m.put(kernel.slab_refs + 8, kernel.alloc_tags[1].address)
