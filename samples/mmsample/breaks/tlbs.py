# SPDX-License-Identifier: GPL-2.0-or-later
"""What CPUs run on, and what their TLBs have: what happens, and what cannot be. Each has something of either CPU."""

from .registry import WILD, cpus, damage, doctorx

IN_USE = r"^ +1 +0 +1 \w+ PID 2010 +5 +12 +\d+ - +in use"


def big(kernel):
    return kernel.people["big"].mm


@damage("tlb-behind", "CPU 1 is not up to date: it is being told, or was not; nor is CPU 0, which keeps parent's memory lazily",
        cpus(IN_USE + r", and behind: a flush is on its way, or was lost *$",
             r"^ +0 +1 +2 \w+ PID 2001 +3 +40 +44 - +kept lazily, and behind: flushed before it is used again *$", status=0))
def behind(kernel):
    big(kernel)["context.tlb_gen"] = 13
    kernel.people["parent"].mm["context.tlb_gen"] = 44


@damage("tlb-ahead", "CPU 1's TLB is as of a change that bigpages has not had, and CPU 0 has no PCIDs, which the kernel uses",
        cpus(r"not known it is as of change 13, and the address space has had 12 *$",
             r"the kernel numbers what is in TLBs, and CR4 of this CPU, 0xa0, says otherwise *$"))
def ahead(kernel):
    kernel.tlbs[1]["ctxs[0].tlb_gen"] = 13
    kernel.tlbs[0]["cr4"] = 0xA0


@damage("tlb-of-another", "what CPU 1's TLB has in use is not of what is loaded, and parent does not tell CPU 0 of changes",
        cpus(r"^ +1 +0 +1 \w+ PID 2002 .* not known it is in use, and of context 0x4, where what is loaded is 0x5 *$",
             r"^ +0 +1000002 .* 0 - +mm_cpumask of what is loaded has not this CPU: it is not told of changes *$"))
def of_another(kernel):
    kernel.tlbs[1]["ctxs[0].ctx_id"] = kernel.people["child"].mm["context.ctx_id"]
    kernel.machine.put(kernel.people["parent"].mm.at("cpu_bitmap"), 0)


@damage("tlb-switching", "CPU 1 was stopped while it changed what is loaded, and what CPU 0 has loaded is no address space",
        cpus(r"^ +1 +- +- +1 - +being switched ", r"^ +1 +- +- +- +200a0 ", r"PID 2010 +5 +12 +12 - +kept: ",
             r"^ +0 +- +- +4141414141414141 - .* the mm_struct at 0x4141414141414141 is unmapped *$"))
def switching(kernel):
    kernel.tlbs[1]["loaded_mm"] = 1
    kernel.tlbs[0]["loaded_mm"] = WILD


@damage("tlb-of-all", "bigpages has a number on all CPUs, which CPU 1 uses",
        cpus(r"^ +1 +9 +a \w+ PID 2010 +- +- +12 - +under its number on all CPUs, and kept up to date there *$", status=0))
def of_all(kernel):
    kernel.tlbs[1]["loaded_mm_asid"] = 9


@damage("cpu-runs-nothing", "what CPU 1 runs is no task",
        cpus(r"^ +1 +1230000 +1 \w+ PID 2010 +- +4141414141414141 +- - task_struct\.mm of 0x4141414141414141 is unmapped *$", IN_USE),
        doctorx(status=0))
def runs_nothing(kernel):
    kernel.percpu.object("rq", kernel.machine.image.by_name["runqueues"], 1)["curr"] = WILD
