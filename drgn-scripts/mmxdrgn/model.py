# SPDX-License-Identifier: GPL-2.0-or-later
"""All that a script asks for, each part made when it is first needed."""
from functools import cached_property

from . import zone
from .classes import Classes
from .flags import Flags
from .kernel import Kernel
from .page import Pages
from .sparse import Sections
from .region import Space


class Model:
    """A kernel's memory."""

    def __init__(self, core, vmlinux):
        self.kernel = Kernel(core, vmlinux)
        self.target = self.kernel.target

    @cached_property
    def space(self):
        return Space(self.kernel)

    @cached_property
    def sections(self):
        return Sections(self.kernel)

    @cached_property
    def flags(self):
        return Flags(self.target)

    @cached_property
    def zones(self):
        return zone.zones(self.kernel)

    @cached_property
    def pages(self):
        return Pages(self.kernel, self.space, self.sections, self.flags)

    @cached_property
    def classes(self):
        return Classes(self.kernel, self.space, self.sections, self.zones, self.pages)
