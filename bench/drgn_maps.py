# SPDX-License-Identifier: GPL-2.0-or-later
"""
drgn_maps.py CORE VMLINUX PID...: every mapping of these processes, and whether a frame stands behind each page

As the helpers of the newest drgn have it: for_each_vma() and follow_phys(). Prints mappings, pages that stand there,
and the nanoseconds of CPU time without the opening.
"""
import sys
import time

import drgn
from drgn.helpers.linux.mm import follow_phys, for_each_vma
from drgn.helpers.linux.pid import find_task

PAGE = 4096


def stands_there(mm, address):
    try:
        follow_phys(mm, address)
        return True
    except drgn.FaultError:
        return False


def main():
    program = drgn.Program()
    program.set_core_dump(sys.argv[1])
    program.load_debug_info([sys.argv[2]])
    begun, mappings, pages = time.process_time_ns(), 0, 0
    for pid in map(int, sys.argv[3:]):
        mm = find_task(program, pid).mm
        for vma in for_each_vma(mm):
            mappings += 1
            pages += sum(stands_there(mm, address)
                         for address in range(vma.vm_start.value_(), vma.vm_end.value_(), PAGE))
    print(mappings, pages, time.process_time_ns() - begun)


if __name__ == "__main__":
    main()
