# SPDX-License-Identifier: GPL-2.0-or-later
"""Pages on their way to an LRU list or to another one, and those of a group without generations."""

from .. import memcg
from ..memcg import MemCgroup
from .anonymous import READ_WRITE, STACK, page
from .record import mappings, record, record_page

CPU = 1


def _add(kernel, name, at, place, *flags, extra_refs=0, **facts):
    parent = kernel.people["parent"]
    vma = next(v for v in parent.vmas if v.start == STACK[0])
    pfn = kernel.frames.next_free("user")
    _, maps = page(kernel, pfn, kernel.stack_anon, vma.index(at), [(parent, at, READ_WRITE)], "anon_exclusive",
                   *flags, extra_refs=extra_refs, place=place)
    record_page(kernel, name, pfn, refcount=1 + extra_refs, mapcount=0, mappings=mappings(maps), **facts)
    return pfn


def _waits(kernel, pfn):
    memcg.charge(kernel, pfn, kernel.cgroups["user"])
    kernel.lru_batches.add(pfn, CPU, "lru_add")


def _is_locked(kernel, pfn):
    memcg.charge(kernel, pfn, kernel.cgroups["user"])
    kernel.count_zone(pfn, "NR_MLOCK", 1)
    kernel.lru_batches.mlock_new(pfn, CPU)


def _to_be_lazily_freed(kernel, pfn):
    """On its list and in a batch, since it was advised away: from 6.11 to 6.16 that takes its PG_lru away."""
    memcg.lru_add(kernel, kernel.cgroups["user"], pfn, memcg.ANON, memcg.MIN_SEQ)
    kernel.lru_batches.add(pfn, CPU, "lru_lazyfree")
    if kernel.machine.release.uname.startswith("6.14"):
        kernel.frames.page(pfn)["flags"] &= ~kernel.frames.flag_bits(["lru"])


def _classic(active):
    def put(kernel, pfn):
        memcg.lru_add_classic(kernel, kernel.cgroups["old"], pfn, memcg.ANON, active)
    return put


def tell(kernel):
    kernel.cgroups["old"] = MemCgroup(kernel, "old.slice", kernel.root_memcg)
    at = STACK[0] + 0x14000
    _add(kernel, "waits for the LRU", at, _waits, extra_refs=1, batched_by=CPU)
    _add(kernel, "locked, and waits for the LRU", at + 0x1000, _is_locked, "mlocked", extra_refs=1, batched_by=CPU)
    _add(kernel, "to be lazily freed", at + 0x2000, _to_be_lazily_freed, extra_refs=1, batched_by=CPU)
    for i in range(3):
        _add(kernel, f"inactive {i}", at + (3 + i) * 0x1000, _classic(False))
        _add(kernel, f"active {i}", at + (6 + i) * 0x1000, _classic(True))
    record(kernel, "memcg without generations", path=kernel.cgroups["old"].path,
           lruvec=kernel.cgroups["old"].lruvec.address)
