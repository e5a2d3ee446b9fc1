#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
What every process has mapped, by walking its page tables with drgn: for crosscheck.py, which asks mmx for
the same. The processes come first, so that both can be asked at the same time.
"""
import sys

from mmxdrgn import answers, script
from mmxdrgn.answers import word
from mmxdrgn.task import Tasks
from mmxdrgn.x86_64 import PAGE, PAGE_SHIFT

USER_LAST = (1 << 63) - 1


def pages(model, task):
    """(address, PFN) of each page that has a struct page, in the order of addresses."""
    kernel = model.kernel
    root = kernel.phys(kernel.member(task.mm, "struct mm_struct", "pgd"))
    for address, phys, size in kernel.tables.leaves(root, 0, USER_LAST, user=True):
        for within in range(0, size, PAGE):
            pfn = phys + within >> PAGE_SHIFT
            if model.sections.of(pfn):
                yield address + within, pfn


def runs(found):
    """[address, PFN, number of pages] of pages whose addresses and frames follow each other."""
    start = frame = count = 0
    for address, pfn in found:
        if count and (address, pfn) == (start + count * PAGE, frame + count):
            count += 1
            continue
        if count:
            yield [word(start), word(frame), count]
        start, frame, count = address, pfn, 1
    if count:
        yield [word(start), word(frame), count]


def answer(model, _):
    tasks = Tasks(model.kernel).processes()
    processes = ({"pid": task.tgid, "comm": task.comm, "mapped": list(runs(pages(model, task)))} for task in tasks)
    answers.write("mmx.mapped/1", pids=[task.tgid for task in tasks], processes=processes)
    return answers.DONE


def main():
    return script.run(script.parser(__doc__).parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
