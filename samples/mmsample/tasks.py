# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes: tasks, address spaces, VMAs, and their page tables."""

from . import maple, memcg
from .memory import PAGE
from .pagetables import PageTable, PRESENT, USER_TABLE

PF_KTHREAD = 0x00200000
VM_READ, VM_WRITE, VM_EXEC, VM_SHARED = 1, 2, 4, 8
VM_MAYREAD, VM_MAYWRITE, VM_MAYEXEC, VM_MAYSHARE = 0x10, 0x20, 0x40, 0x80
VM_GROWSDOWN, VM_LOCKED, VM_HUGETLB, VM_MERGEABLE = 0x100, 0x2000, 0x400000, 0x80000000
VM_MAY = VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC
RW = VM_READ | VM_WRITE | VM_MAY
STACK_PAGES = 4
STACK_SIZE = STACK_PAGES * PAGE
STACK_END = 0x57AC6E9D  # its lowest word
STACK_USED, STACK_DEEPEST = 0x1A8, 0x6F8
CONTEXT_SWITCHES = 17
FIRST_STARTED = 3141592  # nanoseconds after the boot: less than a tick that people see


class Vma:
    def __init__(self, process, start, end, flags, pgoff=None, file=None, inode=None):
        self.process = process
        self.start, self.end = start, end
        self.anon_vma = None
        self.pgoff = start // PAGE if pgoff is None else pgoff
        self.object = process.kernel.slabs.object("vm_area_struct")
        self.address = self.object.address
        self.object.set(vm_start=start, vm_end=end, vm_mm=process.mm, vm_flags=flags,
                        vm_pgoff=self.pgoff, vm_file=file or 0).set_known(vm_lock_seq=-1)
        process.kernel.machine.list_init(self.object.at("anon_vma_chain"))
        self.inode = inode
        if inode:
            self.object["vm_ops"] = inode.fs.vm_operations
            inode.vmas.append(self)

    @property
    def first_index(self):
        return self.pgoff

    @property
    def last_index(self):
        return self.pgoff + (self.end - self.start) // PAGE - 1

    def index(self, address):
        return self.pgoff + (address - self.start) // PAGE


class Task:
    """A task without memory of its own: a kernel thread, or what Process builds upon."""

    def __init__(self, kernel, pid, comm, parent, task=None):
        self.kernel = kernel
        self.pid = pid
        self.comm = comm
        m = kernel.machine
        self.task = task or kernel.slabs.object("task_struct")
        self.address = self.task.address
        self.signal = kernel.slabs.object("signal_cache")
        self.signal.set(nr_threads=1, live=1, sigcnt=1)
        m.list_init(self.signal.at("thread_head"))
        parent = parent or self
        self.task.set(pid=pid, tgid=pid, signal=self.signal, group_leader=self.task,
                      real_parent=parent.task, parent=parent.task, prio=120, static_prio=120,
                      usage=1, nvcsw=CONTEXT_SWITCHES, start_boottime=FIRST_STARTED + pid if pid else 0, fs=kernel.fs, comm=comm.encode()[:15] + b"\0")
        for head in ("children", "sibling", "tasks"):
            m.list_init(self.task.at(head))
        m.list_add_tail(self.task.at("thread_node"), self.signal.at("thread_head"))
        if parent is not self:
            m.list_add_tail(self.task.at("sibling"), parent.task.at("children"))
            m.list_add_tail(self.task.at("tasks"), kernel.init_task.at("tasks"))

    def give_stack(self):
        area = self.kernel.vmalloc.allocate(STACK_PAGES, "dup_task_struct", "kernel stack")
        self.task["stack"] = area.address
        self.stack = area
        if self.kernel.types.has("task_struct", "stack_vm_area"):
            self.task["stack_vm_area"] = area.object
        self.fill_stack([pfn * PAGE for pfn in area.pfns])
        self.kernel.count("NR_KERNEL_STACK_KB", STACK_SIZE // 1024)

    def fill_stack(self, pages):
        """The mark at its end, and what is left of calls that went deeper than where the task left off."""
        memory = self.kernel.machine.memory
        for phys in pages:
            memory.touch(phys, PAGE)
        memory.put(pages[0], STACK_END)
        memory.put(pages[-1] + PAGE - STACK_DEEPEST, self.kernel.machine.image.base)
        self.task["thread.sp"] = self.task["stack"] + STACK_SIZE - STACK_USED

    def kthread(self):
        self.task["flags"] = PF_KTHREAD
        return self


class Process(Task):
    def __init__(self, kernel, pid, comm, parent, cgroup, pgd=None):
        super().__init__(kernel, pid, comm, parent)
        self.cgroup = cgroup
        self.vmas = []
        self.mm = kernel.slabs.object("mm_struct")
        self.task.set(mm=self.mm, active_mm=self.mm)
        root = self._pgd(pgd)
        self.tables = PageTable(kernel.machine.memory, root, self._new_table, USER_TABLE)
        self.mm.set(pgd=kernel.machine.direct(root), mm_users=1, mm_count=1, owner=self.task,
                    task_size=(1 << 47) - PAGE, mmap_base=0x7FFFF7FFF000)
        self.mm["context.ctx_id"] = kernel.new_context()
        kernel.machine.list_init(self.mm.at("mmlist"))
        self.rss = {"FILE": 0, "ANON": 0, "SHMEM": 0, "SWAP": 0}
        self.hugetlb = 0
        kernel.processes.append(self)

    # Page tables.

    def _pgd(self, phys):
        """The root carries the mm; before 6.14 it has no type of its own."""
        frames = self.kernel.frames
        if phys is None:
            pfn = frames.allocate("kernel", "page table")
        else:
            pfn = phys // PAGE
            frames.take(pfn, "page table")
        if self.kernel.types.has("ptdesc", "pt_index"):
            self._typed(pfn)
        frames.table(pfn)["pt_mm"] = self.mm
        self.kernel.machine.list_add_tail(frames.page(pfn).at("lru"), self.kernel.pgd_list)
        memcg.charge_kernel(self.kernel, pfn, self.cgroup)
        return pfn * PAGE

    def _typed(self, pfn):
        self.kernel.frames.set_type(pfn, "table")
        self.kernel.count("NR_PAGETABLE", 1)

    def _new_table(self, level):
        pfn = self.kernel.frames.allocate("kernel", "page table")
        self._typed(pfn)
        memcg.charge_kernel(self.kernel, pfn, self.cgroup)
        return pfn * PAGE

    def attach_table(self, address, level, phys):
        """A table at a place of the story's choosing."""
        self.kernel.frames.take(phys // PAGE, "page table")
        self._typed(phys // PAGE)
        memcg.charge_kernel(self.kernel, phys // PAGE, self.cgroup)
        self.tables.attach(address, level, phys)

    # Memory.

    def add_vma(self, *args, **kw):
        vma = Vma(self, *args, **kw)
        self.vmas.append(vma)
        return vma

    def map(self, address, pfn, flags, kind, level=1):
        """Enter a page, 1 or 512 frames of it, and count it as resident; returns the entry."""
        entry = pfn * PAGE | flags
        self.tables.map(address, entry, level)
        if kind == "HUGETLB":
            self.hugetlb += 512
        else:
            self.rss[kind] += 1 << 9 * (level - 1)
        return entry

    def map_swap(self, address, entry):
        assert not entry & PRESENT
        self.tables.map(address, entry)
        self.rss["SWAP"] += 1

    # The rest, when everything is mapped.

    def finish(self):
        kernel, mm = self.kernel, self.mm
        self.vmas.sort(key=lambda v: v.start)
        ranges = [(v.start, v.end, v.address) for v in self.vmas]
        self.maple_nodes = maple.plant(kernel, mm.at("mm_mt"), ranges)
        for v in self.vmas:
            assert v.object["vm_mm"] == mm.address
        total = sum(v.end - v.start for v in self.vmas) // PAGE
        mm.set(map_count=len(self.vmas), total_vm=total,
               pgtables_bytes=(self.tables.tables - 1) * PAGE, hiwater_rss=sum(self.rss.values()))
        for kind, counter in (("FILE", "MM_FILEPAGES"), ("ANON", "MM_ANONPAGES"),
                              ("SWAP", "MM_SWAPENTS"), ("SHMEM", "MM_SHMEMPAGES")):
            index = kernel.types.enumerator(counter)
            mm[f"rss_stat[{index}].count"] = self.rss[kind]
            mm[f"rss_stat[{index}].counters"] = kernel.no_deltas
        mm["hugetlb_usage"] = self.hugetlb
        self._kernel_half()

    def _kernel_half(self):
        """Every process sees the kernel: the upper half of the roots is the same."""
        memory = self.kernel.machine.memory
        half = memory.read(self.kernel.tables.root + 2048, 2048)
        memory.write(self.tables.root + 2048, half)
