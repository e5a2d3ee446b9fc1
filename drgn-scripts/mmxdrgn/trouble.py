# SPDX-License-Identifier: GPL-2.0-or-later
"""What can go wrong."""


class CannotRun(Exception):
    """There is no answer at all; the sentence says why."""


class Absent(Exception):
    """Memory that is not in the dump, or not mapped."""


class Broken(Exception):
    """A structure of the dump that cannot be as it stands."""
