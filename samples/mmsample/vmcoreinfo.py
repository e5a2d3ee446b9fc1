# SPDX-License-Identifier: GPL-2.0-or-later
"""VMCOREINFO: what the kernel tells readers of its dump, as lines of NAME=VALUE."""

SIZES = ("mem_section", "page", "pglist_data", "zone", "free_area", "list_head", "nodemask_t")
OFFSETS = ("page.flags", "page._refcount", "page.mapping", "page.lru", "page._mapcount",
           "page.private", "page.compound_head", "pglist_data.node_zones", "pglist_data.nr_zones",
           "pglist_data.node_start_pfn", "pglist_data.node_spanned_pages", "pglist_data.node_id",
           "zone.free_area", "zone.vm_stat", "zone.spanned_pages", "free_area.free_list",
           "list_head.next", "list_head.prev", "mem_section.section_mem_map")
SYMBOLS = ("init_uts_ns", "node_data", "kallsyms_names", "kallsyms_num_syms",
           "kallsyms_token_table", "kallsyms_token_index", "kallsyms_offsets",
           "kallsyms_relative_base", "_stext", "init_top_pgt")
FLAGS = ("lru", "private", "swapcache", "swapbacked", "slab", "hugetlb")


def signed(word):
    return word - (1 << 32) if word >> 31 else word


def text(machine, frames, node):
    types, image, release = machine.types, machine.image, machine.release
    lines = [f"OSRELEASE={release.uname}", f"BUILD-ID={release.build_id}", "PAGESIZE=4096"]

    def number(name, value):
        lines.append(f"NUMBER({name})={value}")

    def symbol(name, address):
        lines.append(f"SYMBOL({name})={address:x}")

    for name in SYMBOLS:
        symbol(name, image.by_name[name])
    symbol("swapper_pg_dir", image.by_name["init_top_pgt"])
    symbol("node_online_map", node.node_online_map)
    symbol("mem_section", frames.root_array)
    if "vmap_area_list" in image.by_name:
        symbol("vmap_area_list", image.by_name["vmap_area_list"])
    else:
        symbol("vmemmap", release.vmemmap)
    lines += [f"SIZE({s})={types.sizeof(s)}" for s in SIZES]
    lines += ["OFFSET(uts_namespace.name)=0"]
    lines += [f"OFFSET({o})={types.offset(*o.split('.', 1))}" for o in OFFSETS]
    lines += [f"LENGTH(mem_section)={frames.root_count}", "LENGTH(zone.free_area)=11",
              f"LENGTH(free_area.free_list)={types.enumerator('MIGRATE_TYPES')}",
              "LENGTH(node_data)=1024"]
    number("SECTION_SIZE_BITS", 27)
    number("MAX_PHYSMEM_BITS", 46)
    number("NR_FREE_PAGES", types.enumerator("NR_FREE_PAGES"))
    for flag in FLAGS:
        if types.has_enumerator(f"PG_{flag}"):
            number(f"PG_{flag}", types.enumerator(f"PG_{flag}"))
    number("PG_head_mask", frames.flag_bits(["head"]))
    if frames.byte_types():
        for name in ("buddy", "offline", "slab", "hugetlb"):
            value = types.enumerator(f"PGTY_{name}") << 24
            number(f"PAGE_{name.upper()}_MAPCOUNT_VALUE", signed(value))
    else:
        number("PAGE_BUDDY_MAPCOUNT_VALUE", ~0x80)
        number("PAGE_OFFLINE_MAPCOUNT_VALUE", ~0x100)
    if types.has_enumerator("HUGETLB_PAGE_DTOR"):
        number("HUGETLB_PAGE_DTOR", types.enumerator("HUGETLB_PAGE_DTOR"))
    number("phys_base", image.phys_base)
    number("pgtable_l5_enabled", 0)
    number("KERNEL_IMAGE_SIZE", 1 << 30)
    number("sme_mask", 0)
    lines.append(f"KERNELOFFSET={release.kernel_offset:x}")
    lines.append("CRASHTIME=1763700000")
    return "\n".join(lines) + "\n"
