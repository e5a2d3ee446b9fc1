# SPDX-License-Identifier: GPL-2.0-or-later
"""What the page allocator is set to, what it counts under which names, and the texts that it prints those by."""

# Names of flags for requests of memory, those of several bits first, as the kernel's own table has them.
GFP = (("GFP_KERNEL", 0xCC0), ("GFP_ATOMIC", 0x820), ("GFP_DMA", 1), ("__GFP_HIGHMEM", 2), ("GFP_DMA32", 4),
       ("__GFP_MOVABLE", 8), ("__GFP_RECLAIMABLE", 0x10), ("__GFP_HIGH", 0x20), ("__GFP_IO", 0x40),
       ("__GFP_FS", 0x80), ("__GFP_DIRECT_RECLAIM", 0x400), ("__GFP_KSWAPD_RECLAIM", 0x800),
       ("__GFP_WRITE", 0x1000), ("__GFP_MEMALLOC", 0x20000), ("__GFP_NOMEMALLOC", 0x80000),
       ("__GFP_HARDWALL", 0x100000), ("__GFP_THISNODE", 0x200000))
ATOMIC = ("__GFP_ATOMIC", 0x200)  # up to 6.2
# What smaps prints of a mapping's flags, and what %pGv does, by bit; protection keys have a line of their own.
VM_CODES = {0: "rd", 1: "wr", 2: "ex", 3: "sh", 4: "mr", 5: "mw", 6: "me", 7: "ms", 8: "gd", 10: "pf", 13: "lo",
            14: "io", 17: "dc", 18: "de", 20: "ac", 22: "ht", 26: "dd", 27: "sd", 31: "mg", 32: "", 33: "", 34: "",
            35: ""}
VM_NAMES = (("read", 1), ("write", 2), ("exec", 4), ("shared", 8), ("mayread", 0x10), ("maywrite", 0x20),
            ("mayexec", 0x40), ("mayshare", 0x80), ("growsdown", 0x100), ("locked", 0x2000), ("hugetlb", 0x400000),
            ("softdirty", 0x8000000), ("mergeable", 0x80000000))
TYPES = ("Unmovable", "Movable", "Reclaimable", "HighAtomic", "CMA", "Isolate")
SYSTEM = ("nr_dirty_threshold", "nr_dirty_background_threshold")
TEXTS = ("nr_unstable 0\n",
         "\n  pages free     %lu\n        boost    %lu\n        min      %lu\n        low      %lu"
         "\n        high     %lu\n        spanned  %lu\n        present  %lu\n        managed  %lu\n        cma      %lu",
         "\n    cpu: %i\n              count: %i\n              high:  %i\n              batch: %i",
         "\n  node_unreclaimable:  %u\n  start_pfn:           %lu",
         "MemTotal:       ", "MemFree:        ", "Shmem:          ")


def names_of(types, enum, items):
    """By number; two names of one number count as the second."""
    values = types.enums[enum].values
    count = values[items]
    found = [""] * count
    for name, value in values.items():
        if value < count and not name.endswith("_BASE"):
            found[value] = name.lower()
    return found


class Settings:
    def __init__(self, machine, percpu):
        image, types = machine.image, machine.types
        for name, value in (("min_free_kbytes", 1024), ("watermark_scale_factor", 10),
                            ("watermark_boost_factor", 15000), ("percpu_pagelist_high_fraction", 0),
                            ("vm_dirty_ratio", 20), ("dirty_background_ratio", 10)):
            image.variable(name, value, 4)
        for name, value in (("totalreserve_pages", 1024), ("vm_dirty_bytes", 0), ("dirty_background_bytes", 0)):
            image.variable(name, value)
        ratios = image.place("sysctl_lowmem_reserve_ratio", 20, 4)
        for i, ratio in enumerate((256, 256, 32, 0, 0)):
            machine.put(ratios + 4 * i, ratio, 4)
        percpu.place("numa_node", 4, 4)
        percpu.place("vm_event_states", types.sizeof("vm_event_state"), 64)
        self._gfp_names(machine)
        self._vm_flags(machine)
        self.vmstat_text = self._pointers(machine, "vmstat_text", self._counters(types))
        with_cma = types.enumerator("MIGRATE_TYPES") == len(TYPES)
        self._pointers(machine, "migratetype_names", [name for name in TYPES if with_cma or name != "CMA"])
        for text in TEXTS:
            image.string(text)

    @staticmethod
    def _counters(types):
        return [*names_of(types, "zone_stat_item", "NR_VM_ZONE_STAT_ITEMS"),
                *names_of(types, "numa_stat_item", "NR_VM_NUMA_EVENT_ITEMS"),
                *names_of(types, "node_stat_item", "NR_VM_NODE_STAT_ITEMS"), *SYSTEM,
                *names_of(types, "vm_event_item", "NR_VM_EVENT_ITEMS")]

    @staticmethod
    def _pointers(machine, name, texts):
        table = machine.image.place(name, 8 * len(texts), 32, "rodata")
        for i, text in enumerate(texts):
            machine.put(table + 8 * i, machine.image.string(text))
        return table

    @staticmethod
    def _names(machine, name, names):
        """A table of struct trace_print_flags."""
        table = machine.image.place(name, 16 * (len(names) + 1), 32, "rodata")
        for i, (word, mask) in enumerate(names):
            machine.put(table + 16 * i, mask)
            machine.put(table + 16 * i + 8, machine.image.string(word))

    def _vm_flags(self, machine):
        """Two letters a bit, since 6.14 with a NUL; the array has no symbol here."""
        width = 3 if machine.release.uname.startswith("6.14") else 2
        codes = b"".join(VM_CODES.get(bit, "??").encode().ljust(width, b"\0") for bit in range(64))
        machine.image.blob("", codes, 32)
        self._names(machine, "vmaflag_names", VM_NAMES)

    def _gfp_names(self, machine):
        names = GFP
        if machine.release.uname.startswith("6.2."):
            names = [(name, mask | ATOMIC[1] * (name == "GFP_ATOMIC")) for name, mask in (*GFP, ATOMIC)]
        self._names(machine, "gfpflag_names", names)
