#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Variables of the kernel as `mmx --json symx` and `mmx --json readx` have them, computed with drgn: where they are, of
per-CPU ones for each CPU, and the bytes that stand there.
"""
import sys

from mmxdrgn import answers, script
from mmxdrgn.answers import word
from mmxdrgn.trouble import Absent

PLAIN = ("init_task", "init_mm", "init_uts_ns", "init_cred", "init_pid_ns", "linux_banner", "modules", "super_blocks",
         "slab_caches", "jiffies_64", "mem_section", "vm_zone_stat", "vm_node_stat", "__per_cpu_offset", "sys_call_table",
         "shmem_ops", "anon_ops", "swap_info", "vmap_area_root", "page_offset_base", "vmemmap_base", "schedule",
         "kmem_cache_free", "vfs_read")
PER_CPU = ("runqueues", "cpu_number", "vm_event_states", "lru_add_drain_work", "boot_pageset", "irq_stat", "cpu_info",
           "process_counts", "hrtimer_bases")
BYTES = 64


def rows(kernel):
    per_cpu = kernel.target.symbol("__per_cpu_offset") is not None
    for name in (*PLAIN, *PER_CPU):
        address = kernel.target.symbol(name)
        if address is None:
            continue
        cpus = kernel.per_cpu(name) if per_cpu and name in PER_CPU else []
        for cpu, place in zip(kernel.cpus, cpus) if cpus else ((None, address),):
            try:
                found = kernel.read(place, BYTES).hex()
            except Absent:
                found = None
            yield {"name": name, "cpu": cpu, "address": word(place), "bytes": found}


def answer(model, _):
    answers.write("mmx.read/1", variables=rows(model.kernel))
    return answers.DONE


def main():
    return script.run(script.parser(__doc__).parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
