# SPDX-License-Identifier: GPL-2.0-or-later
"""Damages by name: each spoils one thing in a finished sample, and says what must be reported."""

from . import frames, free_lists, lru, names, opening, trees
from . import frames, free_lists, names, opening, trees, vmemmap
from .registry import BREAKS, fill

__all__ = ["BREAKS", "fill", "frames", "free_lists", "names", "opening", "trees"]
from . import counters, frames, names, opening, trees
from .registry import BREAKS, fill

__all__ = ["BREAKS", "counters", "fill", "frames", "names", "opening", "trees"]
from . import frames, names, opening, slabs, trees, zones
from .registry import BREAKS, fill

__all__ = ["BREAKS", "fill", "frames", "names", "opening", "slabs", "trees", "zones"]
__all__ = ["BREAKS", "fill", "frames", "free_lists", "lru", "names", "opening", "trees"]
__all__ = ["BREAKS", "fill", "frames", "free_lists", "names", "opening", "trees", "vmemmap"]
