# SPDX-License-Identifier: GPL-2.0-or-later
"""The story that the samples tell, a chapter a file. Each chapter records what it made, by name."""

from ..kernel import Kernel
from . import (alloc_tags, anonymous, block_devices, borrowed, cast, config, dma_bufs, for_crash, handles, kernel_pages, large, libc,
               lists, log, merged, module, named, owners, percpu_chunks, plugged, program, resources, shared, swapped, taskless,
               tlbs, zswapped)

CHAPTERS = (cast, resources, kernel_pages, percpu_chunks, module, anonymous, shared, named, swapped, zswapped, merged, large,
            libc, program, owners, borrowed, block_devices, dma_bufs, handles, lists, taskless, tlbs, plugged, alloc_tags, log,
            config, for_crash)


def tell(release):
    kernel = Kernel(release)
    kernel.people = {}
    for chapter in CHAPTERS:
        chapter.tell(kernel)
    kernel.finish()
    for chapter in CHAPTERS:
        if hasattr(chapter, "after"):
            chapter.after(kernel)
    kernel.machine.story["release"] = kernel.machine.release.uname
    return kernel
