# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the struct pages themselves lie, by the page tables."""
from ..trouble import Absent


def frames(kernel, space, sections):
    """Frames behind the array of struct pages."""
    size = kernel.target.size("struct page")
    for start, end in sections.runs:
        for address in range(space.start["vmemmap"] + start * size, space.start["vmemmap"] + end * size, 4096):
            try:
                yield kernel.phys(address) >> 12
            except Absent:
                continue
