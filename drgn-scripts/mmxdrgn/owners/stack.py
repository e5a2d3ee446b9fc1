# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel stacks of the threads that there are."""
from ..x86_64 import PAGE, PAGE_SHIFT
from ..trouble import CannotRun

ENDS = (("__start_init_stack", "__end_init_stack"), ("__start_init_task", "__end_init_task"))


def frames(kernel, tasks):
    for task in tasks:
        for at in range(0, size_of(kernel, task) if task.stack else 0, PAGE):
            yield kernel.phys(task.stack + at) >> PAGE_SHIFT


def size_of(kernel, task):
    """The page behind an area's end guards it and is counted in its size."""
    area_at = kernel.target.member("struct task_struct", "stack_vm_area")
    area = kernel.number(task.address + area_at[0]) if area_at else 0
    return kernel.member(area, "struct vm_struct", "size") - PAGE if area else first_size(kernel)


def first_size(kernel):
    """The size of the first task's stack, which is in the image, as of all that have no area."""
    for names in ENDS:
        start, end = (kernel.target.symbol(name) for name in names)
        if start and end:
            return end - start
    raise CannotRun("nothing tells how large a kernel stack is")
