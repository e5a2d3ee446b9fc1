# SPDX-License-Identifier: GPL-2.0-or-later
"""
Damages by name: each spoils one thing in a finished sample, and says what must be reported. A file of this folder
enters its own.
"""

import importlib
import pkgutil

from .registry import BREAKS, fill

for _file in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f".{_file}", __name__)

__all__ = ["BREAKS", "fill"]
