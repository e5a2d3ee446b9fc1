# SPDX-License-Identifier: GPL-2.0-or-later
"""The trees of files' mappings: every node, what is above it, and who may have a page."""
from . import trees


def differences(voices, count):
    yield from trees.compared(voices, count, "immapx", "immap.py", "files", trees.of_tree)
