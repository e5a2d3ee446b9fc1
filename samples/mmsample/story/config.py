# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's own configuration, as IKCONFIG keeps it: of 6.14, which has what it says; the others keep none."""
import gzip

SET = ("SMP", "PREEMPT_DYNAMIC", "KALLSYMS_ALL", "IKCONFIG", "RANDOMIZE_BASE", "THREAD_INFO_IN_TASK", "VMAP_STACK", "SPARSEMEM_VMEMMAP", "NUMA",
       "NUMA_BALANCING", "ZONE_DMA", "ZONE_DMA32", "ZONE_DEVICE", "MIGRATION", "AMD_MEM_ENCRYPT", "LRU_GEN", "MEMCG",
       "PER_VMA_LOCK", "SLUB_DEBUG", "SLUB_CPU_PARTIAL", "KFENCE")
NUMBERS = {"HZ": 250, "NR_CPUS": 64, "NODES_SHIFT": 10}


def text(left_out=()):
    lines = ["#", "# Automatically generated file; DO NOT EDIT.", "# Linux/x86 6.14.0 Kernel Configuration", "#"]
    lines += [f"# CONFIG_{name} is not set" if name in left_out else f"CONFIG_{name}=y" for name in SET]
    return "\n".join(lines + [f"CONFIG_{name}={value}" for name, value in NUMBERS.items()]) + "\n"


def packed(of):
    return gzip.compress(of.encode(), mtime=0)


def tell(kernel):
    m = kernel.machine
    if not m.release.uname.startswith("6.14"):
        return
    data = packed(text())
    # A damage has other lines, which may take some bytes more.
    kernel.config = m.image.blob("kernel_config_data", data + bytes(64), part="rodata")
    m.image.place("kernel_config_data_end", 0, 1, "rodata")
    m.story["config"] = {"text": text(), "set": SET}
