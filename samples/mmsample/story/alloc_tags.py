# SPDX-License-Identifier: GPL-2.0-or-later
"""What lines of code have allocated, by their tags: the kernel's own, and a module's."""
from .. import xarray
from ..percpu import CPUS

TAGS = (("mm/filemap.c", 1939, "", "__filemap_get_folio_noprof"), ("mm/slub.c", 2425, "", "alloc_slab_page"),
        ("kernel/fork.c", 311, "", "alloc_thread_stack_node"), ("drivers/sample.c", 12, "sample_mod", "sample_init"))
TEXTS = ("allocinfo - version: 1.0\n", "#     <size>  <calls> <tag info>\n")


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
    m.story["allocinfo"] = "".join(lines)
