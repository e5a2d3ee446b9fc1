# SPDX-License-Identifier: GPL-2.0-or-later
"""
What the two CPUs run on, and what their TLBs have: CPU 0 idles and keeps parent's memory; CPU 1 runs a thread of
bigpages. Both know of others, one of whom is gone. The processor has PCIDs.
"""
from .record import record

PCID = 4 * 32 + 17  # of boot_cpu_data's capabilities
CR4 = 0x20 | 0x80 | 1 << 17  # PAE, global pages, PCIDs
GONE = 0x777
PHYS_BITS = 46


def state(kernel, tlbs, cpu, mm, asid, contexts):
    """@contexts: by ASID, (context, as of)."""
    mine = kernel.percpu.object("tlb_state", tlbs, cpu)
    mine.set(loaded_mm=mm, loaded_mm_asid=asid, next_asid=len(contexts), cr4=CR4)
    for i, (context, as_of) in enumerate(contexts):
        mine.set(**{f"ctxs[{i}].ctx_id": context, f"ctxs[{i}].tlb_gen": as_of})
    mask = mm.at("cpu_bitmap")
    kernel.machine.put(mask, kernel.machine.get(mask) | 1 << cpu)
    return mine


def tell(kernel):
    m, types, percpu, who = kernel.machine, kernel.types, kernel.percpu, kernel.people
    processor = m.image.object("boot_cpu_data", "cpuinfo_x86")
    processor.set(**{f"x86_capability[{PCID // 32}]": 1 << PCID % 32, "x86_phys_bits": PHYS_BITS})
    for process, changes in ((who["parent"], 40), (who["child"], 7), (who["big"], 12), (who["twin-a"], 3)):
        process.mm["context.tlb_gen"] = changes
    context = {name: who[name].mm["context.ctx_id"] for name in ("parent", "child", "big", "twin-a")}
    tlbs = percpu.place("cpu_tlbstate", types.size("struct tlb_state"), 64)
    shared = percpu.place("cpu_tlbstate_shared", types.size("struct tlb_state_shared"), 64)
    percpu.object("tlb_state_shared", shared, 0)["is_lazy"] = 1
    percpu.object("rq", m.image.by_name["runqueues"], 1)["curr"] = who["big"].thread
    kernel.tlbs = [
        state(kernel, tlbs, 0, who["parent"].mm, 1, ((context["child"], 5), (context["parent"], 40), (GONE, 9))),
        state(kernel, tlbs, 1, who["big"].mm, 0, ((context["big"], 12), (1, 0), (context["twin-a"], 3))),
    ]
    record(kernel, "tlbs", cr3=[who["parent"].tables.root | 2, who["big"].tables.root | 1],
           contexts=[context["child"], context["parent"], GONE, context["big"], 1, context["twin-a"]])
