# SPDX-License-Identifier: GPL-2.0-or-later
"""
Pages that wait in pipes, and those that a pipe keeps for what is written next. Pipes are found as the inodes
of the FIFOs among the open files.
"""
from ..trouble import Absent

FIFO, KIND = 0o010000, 0o170000
MOST_FILES = 1 << 20
MOST_BUFFERS = 1 << 16


def frames(kernel, tasks, pages):
    for pipe in {pipe for inode in inodes(kernel, tasks) if (pipe := pipe_of(kernel, inode))}:
        for page in pages_of(kernel, pipe):
            pfn = pages.pfn_of(page)
            if page and pfn is not None:
                yield pfn


def inodes(kernel, tasks):
    """Inodes of all open files, each once."""
    return {kernel.member(file, "struct file", "f_inode") for file in files(kernel, tasks)} - {0}


def files(kernel, tasks):
    """All open files, each once."""
    at = kernel.target.offset("struct task_struct", "files")
    tables = {kernel.number(task.address + at) for task in tasks} - {0}
    opened = set()
    for table in tables:
        fdt = kernel.member(table, "struct files_struct", "fdt")
        count = min(kernel.member(fdt, "struct fdtable", "max_fds"), MOST_FILES)
        opened.update(kernel.numbers(kernel.member(fdt, "struct fdtable", "fd"), count))
    return opened - {0}


def pipe_of(kernel, inode):
    """The pipe of an inode that is one's, else 0."""
    try:
        if kernel.member(inode, "struct inode", "i_mode") & KIND != FIFO:
            return 0
        return kernel.member(inode, "struct inode", "i_pipe")
    except Absent:
        return 0


def pages_of(kernel, pipe):
    """Addresses of struct pages, or 0."""
    name, t = "struct pipe_inode_info", kernel.target
    head, tail, ring = (kernel.member(pipe, name, field) for field in ("head", "tail", "ring_size"))
    buffers, size = kernel.member(pipe, name, "bufs"), t.size("struct pipe_buffer")
    if ring and ring <= MOST_BUFFERS:
        for n in range(min(head - tail & 0xFFFFFFFF, ring)):
            yield kernel.member(buffers + (tail + n & ring - 1) * size, "struct pipe_buffer", "page")
    # One, or since 6.15 an array of them; since 7.3 with a count, behind which pointers are stale.
    spares = ("tmp_page", "prealloc.pages")
    count = t.length(name, *spares) or 1
    if t.member(name, "prealloc.count"):
        count = min(count, kernel.member(pipe, name, "prealloc.count"))
    for i in range(count):
        yield kernel.number(pipe + t.offset(name, *spares) + 8 * i)
