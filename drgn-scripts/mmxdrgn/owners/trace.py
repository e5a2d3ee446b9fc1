# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's trace: buffers of each instance and CPU, the table of functions, names of tasks."""
from ..list import walk


def frames(held):
    kernel, t = held.kernel, held.target
    page = kernel.variable("ftrace_pages_start", otherwise=0)
    while page:
        yield from held.memory(kernel.member(page, "struct ftrace_page", "records"),
                               4096 << kernel.member(page, "struct ftrace_page", "order"))
        page = kernel.member(page, "struct ftrace_page", "next")
    arrays = t.symbol("ftrace_trace_arrays")
    if arrays is not None:
        for trace in walk(kernel, arrays, t.offset("struct trace_array", "list")):
            for name in ("array_buffer", "snapshot_buffer", "max_buffer"):
                at = t.member("struct trace_array", name)
                buffer = kernel.member(trace + at[0], "struct array_buffer", "buffer") if at else 0
                yield from of_buffer(held, buffer) if buffer else ()
    buffer = kernel.variable("temp_buffer", otherwise=0)
    yield from of_buffer(held, buffer) if buffer else ()
    names = kernel.variable("savedcmd", otherwise=0)
    if names:
        yield from of_names(held, names)


def of_buffer(held, buffer):
    kernel, t = held.kernel, held.target
    buffers = kernel.member(buffer, "struct trace_buffer", "buffers")
    for cpu in kernel.cpus:
        one = kernel.number(buffers + 8 * cpu)
        if not one:
            continue
        yield from held.memory(kernel.member(one, "struct ring_buffer_per_cpu", "free_page.data", "free_page"))
        first = page = kernel.member(one, "struct ring_buffer_per_cpu", "pages") & ~3
        yield from of_page(held, kernel.member(one, "struct ring_buffer_per_cpu", "reader_page"))
        for _ in range(kernel.member(one, "struct ring_buffer_per_cpu", "nr_pages")):
            yield from of_page(held, page)
            page = kernel.number(page + t.offset("struct buffer_page", "list")) & ~3
            if page == first:
                break


def of_page(held, page):
    order = held.optional(page, "struct buffer_page", "order")
    yield from held.memory(held.kernel.member(page, "struct buffer_page", "page"), 4096 << order)


def of_names(held, names):
    """With the names behind it, and the PIDs behind those: so many whole pages as a power of two; or kmallocs."""
    kernel, name = held.kernel, "struct saved_cmdlines_buffer"
    pids, count = kernel.member(names, name, "map_cmdline_to_pid"), kernel.member(names, name, "cmdline_num")
    yield from held.memory(pids)
    end = held.target.size(name) + 16 * count
    if held.target.length(name, "saved_cmdlines") or held.target.member(name, "saved_cmdlines")[1].kind.name == "POINTER":
        yield from held.memory(names)
        return
    end += 4 * count if pids == names + end else 0
    yield from held.memory(names, max(4096, 1 << (end - 1).bit_length()))
