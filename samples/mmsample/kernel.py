# SPDX-License-Identifier: GPL-2.0-or-later
"""A whole kernel: everything that any dump has, before the story puts something into it."""

from collections import Counter

from . import btf, kallsyms, vmcoreinfo
from .frames import Frames, RAM, SECTION_PAGES, STRUCT_PAGE
from .machine import Machine
from .memory import PAGE
from .pagetables import (ACCESSED, DIRTY, GLOBAL, HUGE, KERNEL_TABLE, NX, PRESENT, PageTable, WRITE)
from .files import FileSystem
from .memcg import NOW, TICK_NS, LruBatches, MemCgroup, init_lruvec
from .percpu import CPUS, PerCpu
from .settings import Settings
from .slab import Slabs
from .tasks import STACK_PAGES, STACK_SIZE, Task
from .vmalloc import Vmalloc
from .zones import Node

MIB2, GIB = 2 << 20, 1 << 30
SHADOW = range(472, 480)  # of the root, from 0xffffec0000000000 on: where KASAN has its shadow
KERNEL_PAGE = PRESENT | WRITE | ACCESSED | DIRTY | GLOBAL | NX
KERNEL_TEXT = PRESENT | ACCESSED | DIRTY | GLOBAL

# Plain functions: something for addresses to lie in and for callers to be called.
FUNCTIONS = ("do_syscall_64", "schedule", "__alloc_pages_noprof", "handle_mm_fault", "do_exit",
             "copy_process", "dup_task_struct", "load_elf_binary", "kernel_init", "kthreadd",
             "migrate_pages", "make_device_exclusive_range", "panic", "vfs_read", "ksys_mmap_pgoff",
             "filemap_fault", "ext4_page_mkwrite", "shmem_fault", "hugetlb_vm_op_fault")
# Compresses to more than 127 tokens, which takes the two-byte form of a name's length.
LONG_NAME = "__sample_" + "".join("qxzjkvwy"[(i * i + 3 * i // 2) % 8] +
                                  "bdfghmnp"[(i * 5 + i // 7) % 8] for i in range(160))


class Kernel:
    def __init__(self, release):
        m = self.machine = Machine(release)
        self.types = m.types
        self._early_symbols()
        self.frames = Frames(m)
        self.percpu = PerCpu(m, self.frames)
        self.node = Node(m, self.frames, self.percpu)
        root = m.image.place("init_top_pgt", PAGE, PAGE)
        m.image.define("swapper_pg_dir", root, "D")
        self.tables = PageTable(m.memory, m.phys(root),
                                lambda level: self.frames.memblock(PAGE, PAGE), KERNEL_TABLE)
        self._variables()
        self.settings = Settings(m, self.percpu)
        self._maps()
        self._shadow()
        self.counts = Counter()  # of enum node_stat_item
        self.zone_counts = Counter()  # of (zone, enum zone_stat_item)
        self.slabs = Slabs(self)
        self.vmalloc = Vmalloc(self)
        self._cgroups()
        self._files()
        self._tasks()

    # Counters.

    def count(self, item, n):
        self.counts[item] += n

    def count_zone(self, pfn, item, n):
        self.zone_counts[self.frames.zone_of(pfn), item] += n

    # What every kernel has.

    def _early_symbols(self):
        image = self.machine.image
        for name in FUNCTIONS + (LONG_NAME,):
            image.function(name)
        # and $3, %ecx; or $0x201000, %rax; cmove %rdx, %rax: the test for KSM that 6.10 made of it
        if self.types.has_enumerator("_SLAB_RED_ZONE"):  # both came in 6.10
            image.function("count_partial_free_approx")
        image.blob("stable_page_flags", bytes.fromhex("83e103480d00102000480f44c2") + bytes(755), 16, "text")
        if self.types.has_enumerator("PGTY_buddy"):  # since 6.12; the function came with 6.10
            image.function("split_large_buddy")
        uts = image.object("init_uts_ns", "uts_namespace")
        uts["name"] = self.machine.uts_bytes()

    def _variables(self):
        m, image = self.machine, self.machine.image
        release = m.release
        image.variable("page_offset_base", release.page_offset)
        image.variable("vmalloc_base", release.vmalloc)
        image.variable("vmemmap_base", release.vmemmap)
        image.variable("phys_base", image.phys_base)
        image.variable("physical_mask", (1 << 52) - 1)
        image.variable("sme_me_mask", 0)
        image.variable("max_pfn", RAM[-1][1], part="bss")
        image.variable("max_low_pfn", 0x100000, part="bss")
        image.variable("high_memory", m.direct(RAM[-1][1] * PAGE), part="bss")
        zero_page = image.place("empty_zero_page", PAGE, PAGE, "bss")
        image.variable("zero_pfn", m.phys(zero_page) // PAGE)
        self.vmcoreinfo_data = m.direct(self.frames.memblock(PAGE, PAGE, "vmcoreinfo"))
        image.variable("vmcoreinfo_data", self.vmcoreinfo_data)
        image.variable("vmcoreinfo_size", PAGE)
        image.place("vm_zone_stat", 8 * self.types.enumerator("NR_VM_ZONE_STAT_ITEMS"), 64, "bss")
        image.place("vm_node_stat", 8 * self.types.enumerator("NR_VM_NODE_STAT_ITEMS"), 64, "bss")
        image.place("vm_numa_event", 8 * self.types.enumerator("NR_VM_NUMA_EVENT_ITEMS"), 64, "bss")
        image.variable("_totalram_pages", 0, part="bss")
        for head in ("modules", "btf_modules"):
            m.list_init(image.place(head, 16))

    def _maps(self):
        """The direct map, the struct pages and the kernel image."""
        m = self.machine
        for phys in range(0, MIB2, PAGE):
            self.tables.map(m.direct(phys), phys | KERNEL_PAGE)
        for first, end in RAM:
            for phys in range(first * PAGE // MIB2 * MIB2, end * PAGE, MIB2):
                self._map_direct(phys)
        for i in range(4):
            flags = KERNEL_TEXT if not i else KERNEL_PAGE
            part = m.image.base + i * MIB2
            self.tables.map(part, m.phys(part) | flags | HUGE, 2)
        first = m.vmemmap_phys[0] * PAGE
        self.tables.map(m.release.vmemmap, first | KERNEL_PAGE | HUGE, 2)
        for page, pfn in m.vmemmap_phys.items():
            if page >= SECTION_PAGES * STRUCT_PAGE // PAGE:
                self.tables.map(m.release.vmemmap + page * PAGE, pfn * PAGE | KERNEL_PAGE)

    def _shadow(self):
        """
        KASAN's region, where all that nobody uses leads to one page: a table a level, each entry of which
        is the next one, under whole entries of the root. Half a million times the lowest table each.
        """
        m = self.machine
        page, *tables = (self.frames.memblock(PAGE, PAGE) for _ in range(4))
        below = page | KERNEL_PAGE
        for table in tables:
            for slot in range(512):
                m.memory.put(table + 8 * slot, below)
            below = table | KERNEL_TABLE
        for slot in SHADOW:
            m.memory.put(self.tables.root + 8 * slot, below)
        self.shadow = [table // PAGE for table in tables]

    def _map_direct(self, phys):
        if phys < MIB2:
            return
        if phys < GIB:
            self.tables.map(self.machine.direct(phys), phys | KERNEL_PAGE | HUGE, 2)
        else:
            phys = phys // GIB * GIB
            self.tables.map(self.machine.direct(phys), phys | KERNEL_PAGE | HUGE, 3)

    def _cgroups(self):
        m = self.machine
        self.memcgs = []
        init_lruvec(self, m.object("lruvec", self.node.pgdat.at("__lruvec")))
        self.memory_controller = m.image.object("memory_cgrp_subsys", "cgroup_subsys")
        self.memory_controller.set(id=4, name=m.image.string("memory"))
        self.root_memcg = MemCgroup(self, "")
        m.image.variable("root_mem_cgroup", self.root_memcg.address)
        m.image.variable("memory_cgrp_subsys_enabled_key", 1, 4)
        self.lru_batches = LruBatches(self)
        m.image.variable("jiffies_64", NOW)
        m.image.object("clocksource_jiffies", "clocksource").set(mult=TICK_NS << 8, shift=8)

    def _files(self):
        """The root file system, as the machine of the story had it: device 103:05 in hex."""
        m = self.machine
        m.image.variable("dentry_hashtable", m.direct(self.frames.memblock(PAGE, PAGE)))
        self.super_blocks = m.image.place("super_blocks", 16)
        m.list_init(self.super_blocks)
        self.mount_namespace = m.object("mnt_namespace", self.slabs.allocate("kmalloc-512"))
        self.file_systems = [FileSystem(self, "ext4", (0x103, 5), "nvme0n1p5")]
        self.root_fs = self.file_systems[0]
        self.mount_namespace["root"] = self.root_fs.mount

    def _tasks(self):
        m = self.machine
        self.processes = []
        self.anon_vmas = []
        self.no_deltas = self.percpu.place("", 4, 4)  # every rss counter is exact
        self.pgd_list = m.image.place("pgd_list", 16)  # of all roots but the kernel's
        m.list_init(self.pgd_list)
        self.init_mm = m.image.object("init_mm", "mm_struct")
        self.init_mm.set(pgd=m.image.by_name["init_top_pgt"], mm_users=2, mm_count=1)
        self.contexts = 1  # of address spaces: init_mm has the first
        self.init_mm["context.ctx_id"] = 1
        m.list_init(self.init_mm.at("mmlist"))
        self.fs = m.image.object("init_fs", "fs_struct")
        self.fs["root.mnt"] = self.root_fs.mount.at("mnt")
        self.fs["root.dentry"] = self.root_fs.root
        self.init_task = m.image.object("init_task", "task_struct")
        self.idle = Task(self, 0, "swapper/0", None, self.init_task).kthread()
        self.init_task["active_mm"] = self.init_mm
        self.init_task["stack"] = m.image.place("init_stack", STACK_SIZE, PAGE)
        self.idle.fill_stack([m.phys(self.init_task["stack"]) + i * PAGE for i in range(STACK_PAGES)])
        # The other CPU never came up as far as the scheduler knows: its queue has no idle task.
        queues = self.percpu.place("runqueues", m.types.size("struct rq"), 64)
        self.percpu.object("rq", queues, 0).set(idle=self.init_task, curr=self.init_task)
        self._place_irq_stacks()

    def new_context(self):
        self.contexts += 1
        return self.contexts

    def _place_irq_stacks(self):
        hot = self.percpu.place("pcpu_hot", self.machine.types.size("struct pcpu_hot"), 64)
        for cpu in range(CPUS):
            stack = self.machine.image.place("", STACK_SIZE, PAGE)
            self.percpu.object("pcpu_hot", hot, cpu)["hardirq_stack_ptr"] = stack + STACK_SIZE - 8

    # The end.

    def finish(self):
        """Whatever depends on everything else being there."""
        m = self.machine
        for process in self.processes:
            process.finish()
        for anon_vma in self.anon_vmas:
            anon_vma.finish()
        for fs in self.file_systems:
            fs.finish()
        self.vmalloc.finish()
        self.slabs.finish()
        self.percpu.finish()
        data = btf.encode(m.types)
        m.image.place("", 4, 4, "rodata")  # BTF begins wherever it happens to
        start = m.image.blob("__start_BTF", data, 4)
        m.image.define("__stop_BTF", start + len(data), "R")
        self._kallsyms()
        self.frames.finish()
        self.node.free_the_rest()
        self.node.finish()
        self.write_counters()
        self._vmcoreinfo()
        m.truncate = None

    def _vmcoreinfo(self):
        """The text goes into the dump's note; the kernel keeps it in a page too."""
        m = self.machine
        m.vmcoreinfo = vmcoreinfo.text(m, self.frames, self.node)
        m.write(self.vmcoreinfo_data, m.vmcoreinfo.encode())

    def write_counters(self):
        m, pgdat = self.machine, self.node.pgdat
        for item, n in self.counts.items():
            index = self.types.enumerator(item)
            pgdat[f"vm_stat[{index}]"] = n
            m.put(m.image.by_name["vm_node_stat"] + 8 * index, n)
        for (zone, item), n in self.zone_counts.items():
            self.node.zones[zone][f"vm_stat[{self.types.enumerator(item)}]"] = n
        for index in range(self.types.enumerator("NR_VM_ZONE_STAT_ITEMS")):
            total = sum(zone[f"vm_stat[{index}]"] for zone in self.node.zones)
            m.put(m.image.by_name["vm_zone_stat"] + 8 * index, total)
        managed = sum(zone["managed_pages"] for zone in self.node.zones)
        m.put(m.image.by_name["_totalram_pages"], managed)

    def _kallsyms(self):
        """Twice: the first time only to learn how much room the tables take."""
        image = self.machine.image
        base = image.base
        names = list(kallsyms.encode([(base, "", "")], base))
        draft = [(base, name, kind) for _, name, kind in image.symbols]
        draft += [(base, name, "R") for name in names]
        draft += [(base, name, kind) for name, kind in
                  (("_etext", "T"), ("__end_rodata", "R"), ("_edata", "D"), ("__bss_stop", "B"),
                   ("_end", "B"))]
        for name, blob in kallsyms.encode(draft, base).items():
            image.place(name, len(blob), 8, "rodata")
        image.finish()
        symbols = sorted(image.symbols, key=lambda s: s[0])
        for name, blob in kallsyms.encode(symbols, base).items():
            self.machine.write(image.by_name[name], blob)
