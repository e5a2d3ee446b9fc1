# SPDX-License-Identifier: GPL-2.0-or-later
"""What CPUs run on: what is loaded, CR3 as it follows from that, and the contexts that a TLB may have."""
from .answers import word

PCID_WORD, PCID_BIT = 4, 17  # of x86_capability
FRAMES = (1 << 52) - (1 << 12)


def cpus(kernel):
    """Those that are online, or were until the panic; what is in memory only."""
    target, state = kernel.target, "struct tlb_state"
    online = mask(kernel, "__cpu_online_mask") | mask(kernel, "__cpu_active_mask")
    capability = kernel.need_symbol("boot_cpu_data") + target.offset("struct cpuinfo_x86", "x86_capability")
    pcid = kernel.number(capability + 4 * PCID_WORD, 4) >> PCID_BIT & 1
    encrypted = int(kernel.vmcoreinfo.get("NUMBER(sme_mask)", "0"))
    queues, tlbs = kernel.per_cpu("runqueues"), kernel.per_cpu("cpu_tlbstate")
    for cpu, queue, tlb in zip(kernel.cpus, queues, tlbs):
        if not online >> cpu & 1:
            continue
        mm, asid = kernel.member(tlb, state, "loaded_mm"), kernel.member(tlb, state, "loaded_mm_asid")
        pgd = kernel.member(mm, "struct mm_struct", "pgd")
        lam = kernel.member(tlb, state, "lam") if target.member(state, "lam") else 0
        yield {
            "cpu": cpu, "task": word(kernel.member(queue, "struct rq", "curr")), "mm": word(mm),
            "cr3": word(kernel.phys(pgd) & FRAMES | encrypted | lam << 61 | (asid + 1 if pcid else 0)),
            "cr4": word(kernel.member(tlb, state, "cr4")),
            "slots": list(slots(kernel, tlb + target.offset(state, "ctxs"), asid, pcid)),
        }


def mask(kernel, name):
    return int.from_bytes(kernel.read(kernel.need_symbol(name), kernel.target.size("struct cpumask")), "little")


def slots(kernel, at, loaded, pcid):
    """[ASID, context, as of] of those that are in use or could be again."""
    size = kernel.target.size("struct tlb_context")
    for asid in range(kernel.target.length("struct tlb_state", "ctxs") if pcid else 1):
        context, as_of = kernel.numbers(at + asid * size, 2)
        if context or asid == loaded:
            yield [asid, context, as_of]
