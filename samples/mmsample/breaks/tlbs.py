# SPDX-License-Identifier: GPL-2.0-or-later
"""What CPUs run on, and what their TLBs have: what happens, and what cannot be."""

from .registry import WILD, cpus, damage, doctorx

IN_USE = r"^ +1 +0 +1 \w+ PID 2010 +5 +12 +\d+ - +in use"


def big(kernel):
    return kernel.people["big"].mm


@damage("tlb-behind", "CPU 1 runs bigpages, and is not up to date: it is being told, or was not",
        cpus(IN_USE + r", and behind: a flush is on its way, or was lost *$", status=0))
def behind(kernel):
    big(kernel)["context.tlb_gen"] = 13


@damage("tlb-lazily-behind", "CPU 0 keeps parent's memory lazily, which has changed since",
        cpus(r"^ +0 +1 +2 \w+ PID 2001 +3 +40 +44 - +kept lazily, and behind: flushed before it is used again *$", status=0))
def lazily_behind(kernel):
    kernel.people["parent"].mm["context.tlb_gen"] = 44


@damage("tlb-ahead", "CPU 1's TLB is as of a change that bigpages has not had",
        cpus(r"not known it is as of change 13, and the address space has had 12 *$"))
def ahead(kernel):
    kernel.tlbs[1]["ctxs[0].tlb_gen"] = 13


@damage("tlb-of-another", "what CPU 1's TLB has in use is not of what is loaded",
        cpus(r"^ +1 +0 +1 \w+ PID 2002 .* not known it is in use, and of context 0x4, where what is loaded is 0x5 *$"))
def of_another(kernel):
    kernel.tlbs[1]["ctxs[0].ctx_id"] = kernel.people["child"].mm["context.ctx_id"]


@damage("tlb-not-told", "CPU 1 has loaded bigpages, which does not tell it of changes",
        cpus(r"^ +1 +1230001 .* 0 - +mm_cpumask of what is loaded has not this CPU: it is not told of changes *$"))
def not_told(kernel):
    kernel.machine.put(big(kernel).at("cpu_bitmap"), 0)


@damage("tlb-no-pcid", "CR4 of CPU 1 says that it has no PCIDs, which the kernel uses",
        cpus(r"the kernel numbers what is in TLBs, and CR4 of this CPU, 0xa0, says otherwise *$"))
def no_pcid(kernel):
    kernel.tlbs[1]["cr4"] = 0xA0


@damage("tlb-switching", "CPU 1 was stopped while it changed what is loaded, and so nothing can be said of CR3",
        cpus(r"^ +1 +- +- +1 - +being switched ", r"^ +1 +- +- +- +200a0 ", r"PID 2010 +5 +12 +12 - +kept: ", status=0))
def switching(kernel):
    kernel.tlbs[1]["loaded_mm"] = 1


@damage("tlb-mm-wild", "what CPU 1 has loaded is no address space", cpus(r"^ +1 +- +- +4141414141414141 - .* the mm_struct at 0x4141414141414141 is unmapped *$"))
def mm_wild(kernel):
    kernel.tlbs[1]["loaded_mm"] = WILD


@damage("tlb-temporary", "CPU 1 runs for a moment on the memory of someone who is not its task's",
        cpus(r"^ +1 +\w+ +1 \w+ PID 2020 +not its task's ", r"it is in use, and of context 0x5", r"mm_cpumask of what is loaded"))
def temporary(kernel):
    kernel.tlbs[1]["loaded_mm"] = kernel.people["twin-a"].mm


@damage("tlb-of-all", "bigpages has a number on all CPUs, which CPU 1 uses",
        cpus(r"^ +1 +9 +a \w+ PID 2010 +- +- +12 - +under its number on all CPUs, and kept up to date there *$", status=0))
def of_all(kernel):
    kernel.tlbs[1]["loaded_mm_asid"] = 9


@damage("cpu-runs-nothing", "what CPU 1 runs is no task",
        cpus(r"^ +1 +1230000 +1 \w+ PID 2010 +- +4141414141414141 +- - task_struct\.mm of 0x4141414141414141 is unmapped *$", IN_USE), doctorx(status=0))
def runs_nothing(kernel):
    kernel.percpu.object("rq", kernel.machine.image.by_name["runqueues"], 1)["curr"] = WILD
