# SPDX-License-Identifier: GPL-2.0-or-later
"""The processes of the story, the groups that they are in, and what kind of memory is where."""

from ..frames import POOLS, SUBSECTION_PAGES
from ..memcg import MemCgroup
from ..tasks import Process, Task
from .record import record

KERNEL_BLOCKS = range(POOLS["kernel"][0], POOLS["stacks"][1], SUBSECTION_PAGES)
RECLAIMABLE_BLOCK = 0x5E00
HIGHATOMIC_BLOCK = 0x23E600


def tell(kernel):
    user = MemCgroup(kernel, "user.slice", kernel.root_memcg)
    system = MemCgroup(kernel, "system.slice", kernel.root_memcg)
    workers = MemCgroup(kernel, "workers.service", system)
    kernel.cgroups = {"user": user, "workers": workers}
    who = kernel.people
    who["init"] = Process(kernel, 1, "systemd", kernel.idle, system)
    who["kthreadd"] = Task(kernel, 2, "kthreadd", kernel.idle).kthread()
    who["parent"] = Process(kernel, 2001, "parent", who["init"], user, pgd=0x1000000)
    who["child"] = Process(kernel, 2002, "child", who["parent"], user, pgd=0x10000000)
    who["big"] = Process(kernel, 2010, "bigpages", who["init"], user)
    who["twin-a"] = Process(kernel, 2020, "twin-a", who["init"], user)
    who["twin-b"] = Process(kernel, 2021, "twin-b", who["init"], user)
    for person in who.values():
        person.give_stack()
    _thread(kernel, who["big"], 2011, "bigpages/2")
    record(kernel, "memcg", path=workers.path, address=workers.address)
    _migratetypes(kernel)


def _thread(kernel, process, pid, comm):
    """A second thread: its own task, in the same group and address space."""
    m = kernel.machine
    thread = Task(kernel, pid, comm, None)
    thread.task.set(tgid=process.pid, signal=process.signal, group_leader=process.task,
                    mm=process.mm, active_mm=process.mm, parent=kernel.people["init"].task,
                    real_parent=kernel.people["init"].task)
    m.list_add_tail(thread.task.at("thread_node"), process.signal.at("thread_head"))
    process.signal.set(nr_threads=2, live=2)
    process.mm["mm_users"] = 2
    process.thread = thread.task
    thread.give_stack()
    record(kernel, "threads", pid=process.pid, pids=[process.pid, pid])


def _migratetypes(kernel):
    frames = kernel.frames
    movable = kernel.types.enumerator("MIGRATE_MOVABLE")
    for block in sorted({pfn // SUBSECTION_PAGES * SUBSECTION_PAGES for pfn in frames.ram()}):
        frames.set_migratetype(block, movable)
    for block in KERNEL_BLOCKS:
        frames.set_migratetype(block, kernel.types.enumerator("MIGRATE_UNMOVABLE"))
    frames.set_migratetype(RECLAIMABLE_BLOCK, kernel.types.enumerator("MIGRATE_RECLAIMABLE"))
    frames.set_migratetype(HIGHATOMIC_BLOCK, kernel.types.enumerator("MIGRATE_HIGHATOMIC"))
    zone = kernel.node.zone(HIGHATOMIC_BLOCK)
    zone["nr_reserved_highatomic"] = SUBSECTION_PAGES


def after(kernel):
    who = kernel.people
    record(kernel, "processes", count=len(kernel.processes),
           pids=[p.pid for p in kernel.processes])
    for name in ("parent", "child", "big", "twin-a", "twin-b"):
        p = who[name]
        record(kernel, f"process {name}", pid=p.pid, comm=p.comm, task=p.address,
               mm=p.mm.address, cr3=p.tables.root, vmas=len(p.vmas),
               maps=[{"start": v.start, "end": v.end, "pgoff": v.pgoff, "vma": v.address}
                     for v in p.vmas])
    record(kernel, "kernel stack", pid=2001, address=who["parent"].stack.address,
           pfns=who["parent"].stack.pfns)
    typed = kernel.types.has("ptdesc", "pt_index")
    for name, p in (("", who["parent"]), (" of twin-b", who["twin-b"])):
        record(kernel, f"page table root{name}", pfn=p.tables.root >> 12, pid=p.pid, level=4, typed=typed)
    record(kernel, "kernel stack of twin-b", pid=2021, pfns=who["twin-b"].stack.pfns)
