# SPDX-License-Identifier: GPL-2.0-or-later
"""Lists and names: tasks, modules, paths, cgroups, resources."""

from ..story.alloc_tags import refer
from .registry import EVEN, WILD, Answer, damage, doctorx, pagex, procx, story_page, story_pfn, structx, unharmed, user
from .trees import libc


@damage("tasks-cycle", "the list of tasks comes back to one that it has been at",
        user(9999, "1000", r"not all could be looked at: the list at 0x\w+ is broken"),
        structx("task_struct.pid -l tasks -s init_task", r"pid +1 +pid_t$", r"the list at 0x\w+ is broken"))
def tasks_cycle(kernel):
    first, last = kernel.people["parent"].task, kernel.processes[-1].task
    last["tasks.next"] = first.at("tasks")


@damage("tasks-wild", "the list of tasks leads nowhere after twin-a",
        user(3105, "1000", r"not all could be looked at: the list at 0x\w+ breaks off"),
        structx("task_struct.pid -l tasks -s init_task", r"pid +2020 ", r"the list at 0x\w+ breaks off"),
        pagex("{kernel stack of twin-b.pfns.0}", r"class: +vmalloc$",
              r"^ +tasks +the list at 0x\w+ breaks off"),
        pagex("{page table root of twin-b}", r"(owner unknown: .*|page tables +)the list at 0x\w+ breaks off"))
def tasks_wild(kernel):
    kernel.people["twin-a"].task["tasks.next"] = WILD


@damage("threads-cycle", "the list of threads of bigpages loops",
        user(9999, "1000", r"not all could be looked at: the list at 0x\w+ is broken"))
def threads_cycle(kernel):
    task = kernel.people["big"].task
    task["thread_node.next"] = task.at("thread_node")


@damage("mm-wild", "the mm of child cannot be read",
        user(2002, "7ffe00002000", r"PID 2002: the mm_struct at 0x4141\w+ is unmapped"))
def mm_wild(kernel):
    kernel.people["child"].task["mm"] = WILD


@damage("modules-cycle", "the list of modules loops",
        doctorx(r"unknown +module symbols .*breaks off after 1: the list at 0x\w+ is broken"))
def modules_cycle(kernel):
    kernel.module["list.next"] = kernel.module_at + kernel.types.offset("module", "list")


@damage("module-symbols-huge", "the module claims more symbols than memory holds",
        doctorx(r"FAILED +module symbols .*1 of them with unreadable symbol tables"))
def module_symbols(kernel):
    kernel.module["core_kallsyms.num_symtab"] = 0x7FFFFFFF


@damage("modules-wild", "the list of modules leads nowhere",
        doctorx(r"unknown +module symbols .*breaks off after 0"))
def modules_wild(kernel):
    kernel.machine.put(kernel.machine.image.by_name["modules"], WILD)


@damage("dentry-cycle", "the parents of libc's name loop: no path",
        pagex("{libc page 45}", r"path unknown: +a path of more than 4095 bytes"))
def dentry_cycle(kernel):
    dentry = libc(kernel).dentry
    parent = kernel.machine.object("dentry", dentry["d_parent"])
    parent["d_parent"] = dentry


@damage("dentry-name-huge", "the length of libc's name is impossible",
        pagex("{libc page 45}", r"path unknown: +the dentry at 0x\w+ has a name of 2147483647 bytes"))
def name_huge(kernel):
    libc(kernel).dentry["d_name.len"] = 0x7FFFFFFF


@damage("dentry-name-orders", "libc's name has control characters in it: they do not reach the terminal",
        pagex("{libc page 45}", r"path: +/\S*\\x1b\[2J\\x0a\\x9b\u00e9c$", status=0))
def name_orders(kernel):
    kernel.machine.write(libc(kernel).dentry["d_name.name"], b"\x1b[2J\n\x9b\xc3\xa9c")


@damage("dentry-name-wild", "libc's name cannot be read",
        pagex("{libc page 45}", r"path unknown: +the name of the dentry at 0x\w+ is unmapped"))
def name_wild(kernel):
    libc(kernel).dentry["d_name.name"] = WILD


@damage("inode-alias-cycle", "the list of names of libc's inode loops",
        unharmed("{libc page 45}"))
def alias_cycle(kernel):
    dentry = libc(kernel).dentry
    dentry["d_u.d_alias.next"] = dentry.at("d_u.d_alias")


@damage("mount-cycle", "the mounts above 'tmpfs page' loop: no path",
        pagex("{tmpfs page}", r"path unknown: +a path of more than 4095 bytes"))
def mount_cycle(kernel):
    tmpfs = next(f for f in kernel.file_systems if f.kind == "tmpfs")
    kernel.root_fs.mount.set(mnt_parent=tmpfs.mount, mnt_mountpoint=tmpfs.root)


@damage("memcg-cycle", "the cgroup of libc's pages is its own ancestor: no path",
        pagex("{libc page 45}",
              r"path unknown: +the way from kernfs node 0x\w+ to its root does not end"))
def memcg_cycle(kernel):
    kernel.memcgs[1].kernfs["parent"] = kernel.memcgs[1].kernfs
    kernel.cgroups["workers"].parent.kernfs["parent"] = kernel.cgroups["workers"].kernfs


@damage("memcg-wild", "the cgroup of 'one mapper' cannot be read",
        pagex("{one mapper}", r"path unknown: +the cgroup_subsys_state at 0x4141\w+ is unmapped"),
        procx("kpagecgroup", r"the words of 1 of \d+ frames rest on are not in the dump", r"^{one mapper} f{16}$", status=3))
def memcg_wild(kernel):
    pfn = int(kernel.machine.story["one mapper"]["pfn"], 16)
    kernel.frames.page(pfn)["memcg_data"] = WILD & ~7


@damage("resource-cycle", "the resource tree loops",
        pagex("{kernel image}", r"resource: +-$", r"resource unknown: +the resource tree loops: it comes back to 0x"))
def resource_cycle(kernel):
    m = kernel.machine
    root = m.object("resource", m.image.by_name["iomem_resource"])
    first = m.object("resource", root["child"])
    m.object("resource", first["sibling"])["sibling"] = first


@damage("vmalloc-cycle", "the list of vmalloc areas loops",
        pagex("{DMA buffer}", r"vmalloc areas: the list at 0x\w+ is broken"),
        procx("vmallocinfo", r"vmalloc areas: the list at 0x\w+ is broken", status=1))
def vmalloc_cycle(kernel):
    m = kernel.machine
    first = m.get(kernel.vmalloc.list)
    m.put(m.get(first), first)


@damage("vmalloc-pages-huge", "a vmalloc area claims more pages than its range has",
        pagex("{kernel stack.pfns.0}", r"class: +stack$", r"pid: +2001$",
              r"area unknown: +vmalloc area 0x\w+-0x\w+ claims 2147483647 pages"),
        procx("vmallocinfo", r" pages=2147483647 vmalloc N\?=\?$", status=1))
def vmalloc_pages(kernel):
    kernel.people["parent"].stack.object["nr_pages"] = 0x7FFFFFFF


@damage("vmalloc-unfinished", "the pages of a stack are still being allocated: its line tells of no nodes",
        procx("vmallocinfo", r"^0x\w+-0x\w+ +20480 dup_task_struct\+0x1c/0x40 pages=4 vmalloc$"))
def vmalloc_unfinished(kernel):
    area = kernel.people["parent"].stack.object
    area["flags"] = 0x2 | 0x20


@damage("super-block-wild", "the super block of libc cannot be read: no device, no type",
        pagex("{libc page 45}", r"mapping unknown: +the super_block at 0x4141\w+ is unmapped"))
def super_wild(kernel):
    libc(kernel).object["i_sb"] = WILD


@damage("dma-buf-list-cycle", "the list of DMA buffers comes back to itself",
        pagex("{compound head at PFN 0}", r"class: +unattributed$", r"DMA buffers +the list at 0x\w+ is broken"))
def dma_buf_cycle(kernel):
    kernel.dma_buf["list_node.next"] = kernel.dma_buf.at("list_node")


@damage("dma-buf-table-wild", "a buffer's table names a page that is none: what follows is nobody's",
        pagex("{shared buffer page 2}", r"class: +unattributed$", r"DMA buffers +dma_buf at 0x\w+ has a page at 0x4141\w+"))
def dma_buf_wild(kernel):
    kernel.dma_buf_entries[0]["page_link"] = WILD & ~3


@damage("dma-buf-table-endless", "a buffer's table is chained to itself",
        pagex("{shared buffer page 2}", r"class: +unattributed$", r"DMA buffers +the table at 0x\w+ has no end"))
def dma_buf_endless(kernel):
    first, chain, _ = kernel.dma_buf_entries
    chain["page_link"] = chain.address | 1


@damage("alloc-tags-wild", "the tags of the kernel itself end before they begin",
        procx("allocinfo", r"the codetag_module at 0x\w+ has tags from 0x\w+ to 0x4141\w+, which cannot be$",
              r"^ +\d+ +\d+ drivers/sample.c:12 \[sample_mod\] func:sample_init $", status=1),
        releases=("6.14",))
def tags_wild(kernel):
    kernel.machine.object("codetag_module", kernel.codetag_modules[0])["range.stop"] = WILD


@damage("alloc-tags-in-flags", "references to tags are numbers among flags, as of a kernel that was booted for that",
        pagex("{DMA buffer}", r"site: +mm/filemap.c:1939 func:__filemap_get_folio_noprof$", status=0),
        pagex("{one mapper}", r"site: +drivers/sample.c:12 \[sample_mod\] func:sample_init$", status=0),
        pagex("{debugged slab}", r"site: +mm/slub.c:2425 func:alloc_slab_page$", status=0), releases=("6.14",))
def tags_in_flags(kernel):
    m = kernel.machine
    m.put(m.image.by_name["mem_profiling_compressed"], 1, 4)
    for name, number in (("DMA buffer", 2), ("one mapper", 2 + 3), ("debugged slab", 2 + 1)):
        page = story_page(kernel, name)
        page["flags"] |= number << kernel.types.enumerator("__NR_PAGEFLAGS")


@damage("alloc-ref-wild", "a page and an object name tags that are none",
        pagex("{DMA buffer}", r"site unknown: +no tag can be at 0x4141414141414140"),
        Answer(("pagex", "{debugged slab.allocated}"), (r"site unknown: +no tag can be at 0x4141414141414140",), 1),
        releases=("6.14",))
def ref_wild(kernel):
    refer(kernel, story_pfn(kernel, "DMA buffer"), EVEN)
    kernel.machine.put(kernel.slab_refs + 8, EVEN)


@damage("alloc-tag-no-counters", "a module's tag leads to no counters, and another one to no name",
        procx("allocinfo", r"^ {11}\? {8}\? drivers/sample.c:12 \[sample_mod\] func:sample_init $",
              r"^ +\d+ +\d+ mm/slub.c:2425 func:\? $", status=3),
        releases=("6.14",))
def tag_counters(kernel):
    kernel.alloc_tags[3]["counters"] = 0
    kernel.alloc_tags[1]["ct.function"] = WILD
