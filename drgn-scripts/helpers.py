#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
What drgn's own helpers say of pages and of processes, in the words of mmx.page/1 and of mapped.py: for
crosscheck.py, which holds it against mmx. Nothing of mmxdrgn/ is in it but how a dump is opened, so that what mmx and
the scripts concluded alike is looked at by a third. It takes a drgn as new as the kernel.
"""
import sys

import drgn

from mmxdrgn import answers, script
from mmxdrgn.answers import word
from mmxdrgn.trouble import CannotRun

try:
    from drgn.helpers.common.memory import identify_address_all
    from drgn.helpers.linux.common import IdentifiedTaskStack
    from drgn.helpers.linux.fs import address_space_for_each_page
    from drgn.helpers.linux.list import list_for_each_entry
    from drgn.helpers.linux.mm import (PageSlab, PageTail, compound_head, compound_order, follow_pfn,
                                       for_each_valid_page_range, for_each_vma, for_each_vmap_area, page_to_pfn,
                                       page_to_virt, pfn_to_page, vmalloc_to_pfn)
    from drgn.helpers.linux.pid import for_each_task
    from drgn.helpers.linux.slab import slab_object_info
except ImportError as why:
    sys.exit(f"helpers.py: drgn {drgn.__version__} has no such helpers: {why}")

PAGE = 4096
OWNING = 0x2 | 0x200  # VM_ALLOC and VM_MAP_PUT_PAGES: the pages of such an area are its own
AREA_MOST = 1 << 20  # pages of one VMA that are looked at
INDEXED_OTHERWISE = b"hugetlbfs"


class Pages:
    """Makes the rows of pages[]; what owners know of their frames is found first."""

    def __init__(self, prog):
        self.prog, self.told = prog, {}
        self.by_areas()
        self.by_files()

    def tell(self, pfn, **blocks):
        row = self.told.setdefault(pfn, {})
        for key, value in blocks.items():
            row.setdefault(key, value)

    def by_areas(self):
        """Pages of vmalloc(), and of which task's stack they are."""
        cache = {}
        for area in for_each_vmap_area(self.prog):
            # Areas of per-CPU chunks are marked like vmalloc()'s, and have no list of pages.
            if not area.vm or not area.vm.pages or not area.vm.flags.value_() & OWNING:
                continue
            start, end = area.va_start.value_(), area.va_end.value_()
            stacks = [found.task.pid.value_() for found in identify_address_all(self.prog, start, cache=cache)
                      if isinstance(found, IdentifiedTaskStack)]
            for address in range(start, end, PAGE):
                try:
                    pfn = vmalloc_to_pfn(self.prog, address).value_()
                except drgn.FaultError:
                    continue
                self.tell(pfn, vmalloc={"start": word(start), "end": word(end), "address": word(address)})
                if stacks:
                    self.tell(pfn, stack={"pid": stacks[0]})

    def by_files(self):
        """First pages of what each inode has in the page cache."""
        for block in list_for_each_entry("struct super_block", self.prog["super_blocks"].address_of_(), "s_list"):
            if block.s_type.name.string_() == INDEXED_OTHERWISE:
                continue
            for inode in list_for_each_entry("struct inode", block.s_inodes.address_of_(), "i_sb_list"):
                mapping = inode.i_data.address_of_()
                if mapping.nrpages:
                    self.by_mapping(inode, mapping)

    def by_mapping(self, inode, mapping):
        about = {"inode": word(inode.value_()), "ino": inode.i_ino.value_()}
        for index, page in address_space_for_each_page(mapping):
            self.tell(page_to_pfn(page).value_(), file=about, index=word(index),
                      mapping={"kind": "file", "pointer": word(mapping.value_())})

    def rows(self, start, end):
        for pfn in range(start, end):
            page = pfn_to_page(self.prog, pfn).read_()
            try:
                yield self.row(pfn, page)
            except drgn.FaultError:
                continue

    def row(self, pfn, page):
        head = compound_head(page)
        row = {"pfn": word(pfn), "page": word(page.value_()), "head": word(page_to_pfn(head).value_()),
               "order": compound_order(head).value_(), "tail": PageTail(page), **self.told.get(pfn, {})}
        if PageSlab(head):
            row["slab"] = self.slab(page) if head == page else {}
        return row

    def slab(self, page):
        slab = drgn.cast("struct slab *", page)
        cache, first = slab.slab_cache.read_(), page_to_virt(page).value_()
        size, objects = cache.size.value_(), slab.objects.value_()
        infos = [slab_object_info(self.prog, first + i * size) for i in range(objects)]
        return {"cache_address": word(cache.value_()), "cache": cache.name.string_().decode("latin-1"),
                "object_size": cache.object_size.value_(), "size": size, "total": objects,
                "allocated": None if any(info.allocated is None for info in infos) else
                sum(info.allocated for info in infos)}


def pages(prog, ranges):
    about = Pages(prog)
    for text in ranges:
        start, end = (int(number, 16) for number in text.split("-"))
        yield from about.rows(start, end + 1)


def leaders(prog):
    """A task of each process that has memory of its own."""
    found = {}
    for task in for_each_task(prog):
        if task.mm and not task.flags & 0x200000:  # PF_KTHREAD
            found.setdefault(task.tgid.value_(), task)
    return [found[tgid] for tgid in sorted(found)]


def mapped(prog, valid, task):
    """[address, PFN, 1] of each page that is mapped with access and has a struct page."""
    mm = task.mm.read_()
    for area in for_each_vma(mm):
        start, end = area.vm_start.value_(), area.vm_end.value_()
        if end - start > AREA_MOST * PAGE:
            continue
        for address in range(start, end, PAGE):
            try:
                pfn = follow_pfn(mm, address).value_()
            except drgn.FaultError:
                continue
            if any(first <= pfn < behind for first, behind in valid):
                yield [word(address), word(pfn), 1]


def processes(prog, tasks):
    valid = [(start, end) for start, end, _ in for_each_valid_page_range(prog)]
    for task in tasks:
        yield {"pid": task.tgid.value_(), "comm": task.comm.string_().decode("latin-1"),
               "mapped": list(mapped(prog, valid, task))}


def answer(model, arguments):
    prog = model.target.prog
    if arguments.what == "pages":
        answers.write("mmx.page/1", pages=pages(prog, arguments.ranges))
    else:
        tasks = leaders(prog)
        answers.write("mmx.mapped/1", pids=[task.tgid.value_() for task in tasks], processes=processes(prog, tasks))
    return answers.DONE


def main():
    parser = script.parser(__doc__)
    parser.add_argument("what", choices=("pages", "processes"))
    parser.add_argument("ranges", nargs="*", metavar="A-B", help="PFNs, in hex")
    return script.run(parser.parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
