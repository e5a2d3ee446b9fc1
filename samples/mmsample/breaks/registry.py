# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of damages."""

from dataclasses import dataclass
from typing import Callable

BREAKS = {}
WILD = 0x4141414141414141  # an address that no kernel has


@dataclass
class Break:
    apply: Callable
    expect: str


def damage(name, expect):
    """Enter a function(kernel) into the table."""
    def enter(function):
        BREAKS[name] = Break(function, expect)
        return function
    return enter


def story_pfn(kernel, name):
    return int(kernel.machine.story[name]["pfn"], 16)


def story_page(kernel, name):
    return kernel.frames.page(story_pfn(kernel, name))
