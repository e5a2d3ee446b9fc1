#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel stacks of tasks as `mmx --json stackx` has them, computed with drgn; those of CPUs are left out."""
import struct
import sys

from mmxdrgn import answers, script
from mmxdrgn.answers import word
from mmxdrgn.owners.stack import size_of
from mmxdrgn.task import Tasks
from mmxdrgn.trouble import Absent

MARK = 0x57AC6E9D
START_MAP = 0xFFFFFFFF80000000


def running(kernel):
    """The task that each CPU runs, by the scheduler. A panic takes CPUs off the online ones, and leaves them active."""
    queues = zip(kernel.cpus, kernel.per_cpu("runqueues"))
    size = kernel.target.size("struct cpumask")
    up = 0
    for name in ("__cpu_online_mask", "__cpu_active_mask"):
        up |= int.from_bytes(kernel.read(kernel.need_symbol(name), size), "little")
    return {kernel.member(queue, "struct rq", "curr"): cpu for cpu, queue in queues if up >> cpu & 1}


def is_mapped(kernel, address):
    try:
        return kernel.phys(address) is not None
    except Absent:
        return False


def row(kernel, task, on_cpu):
    size = size_of(kernel, task)
    words = struct.unpack(f"<{size // 8}Q", kernel.read(task.stack, size))
    lowest = next((i for i, value in enumerate(words[1:], 1) if value), len(words))
    whole = words[0] == MARK
    if lowest == 1 and task.stack >= START_MAP:  # filled by the linker
        lowest = None
    deepest = None if lowest is None else size - 8 * lowest if whole else size
    sp = None if task.address in on_cpu else kernel.member(task.address, "struct task_struct", "thread.sp")
    used = task.stack + size - sp if sp is not None and task.stack <= sp <= task.stack + size else None
    return {"pid": task.pid, "comm": task.comm, "start": word(task.stack), "size": size, "cpu": on_cpu.get(task.address),
            "sp": None if sp is None else word(sp), "used": used, "deepest": deepest,
            "left": None if deepest is None else size - deepest, "guard": not is_mapped(kernel, task.stack - 8),
            "whole": whole}


def answer(model, _):
    kernel = model.kernel
    tasks = list(Tasks(kernel).all())
    on_cpu = running(kernel)
    rows = [row(kernel, task, on_cpu) for task in tasks if task.stack]
    answers.write("mmx.stack/1", tasks=len(rows), bytes=sum(stack["size"] for stack in rows), gone=len(tasks) - len(rows),
                  stacks=sorted(rows, key=lambda stack: (stack["pid"], stack["start"])))
    return answers.DONE


def main():
    return script.run(script.parser(__doc__).parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
