#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
What every process has mapped, by walking its page tables with drgn: for crosscheck.py, which asks mmx for
the same addresses. An entry for more than one page is told by its first and its last one.
"""
import sys

from mmxdrgn import answers, script
from mmxdrgn.answers import word
from mmxdrgn.tasks import Tasks
from mmxdrgn.translate import PAGE, PAGE_SHIFT

USER_LAST = (1 << 63) - 1


def mapped(model, task):
    """[address, PFN] of each page that has a struct page, in the order of addresses."""
    kernel = model.kernel
    root = kernel.phys(kernel.member(task.mm, "struct mm_struct", "pgd"))
    for address, phys, size in kernel.tables.leaves(root, 0, USER_LAST, user=True):
        for within in (0, size - PAGE) if size > PAGE else (0,):
            pfn = phys + within >> PAGE_SHIFT
            if model.sections.of(pfn):
                yield [word(address + within), word(pfn)]


def answer(model, _):
    processes = ({"pid": task.tgid, "comm": task.comm, "mapped": list(mapped(model, task))}
                 for task in Tasks(model.kernel).processes())
    answers.write("mmx.mapped/1", processes=processes)
    return answers.DONE


def main():
    return script.run(script.parser(__doc__).parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
