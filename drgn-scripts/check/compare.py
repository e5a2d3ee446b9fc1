# SPDX-License-Identifier: GPL-2.0-or-later
"""What differs between two answers, in what both of them say."""
from typing import NamedTuple

ABSENT = "(nothing)"


class Difference(NamedTuple):
    """what: the field; where: of which thing; and what either voice says."""
    what: str
    where: str
    mmx: str
    drgn: str


def differing(mmx, drgn, path=""):
    """(field, mmx's value, drgn's value) of each field of both that differs; lists count as values."""
    if isinstance(mmx, dict) and isinstance(drgn, dict):
        for key in drgn.keys() & mmx.keys():
            if mmx[key] != drgn[key]:
                yield from differing(mmx[key], drgn[key], f"{path}.{key}" if path else key)
    elif mmx != drgn:
        yield path, shown(mmx), shown(drgn)


def shown(value):
    """A value in a table."""
    if isinstance(value, dict):
        return " ".join(f"{key}={shown(inner)}" for key, inner in value.items())
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def merge(mmx, drgn, key):
    """Pairs of rows that have one key, out of two ascending streams; None for a row that one voice lacks."""
    a, b = next(mmx, None), next(drgn, None)
    while a is not None or b is not None:
        at_a, at_b = (key(row) if row is not None else None for row in (a, b))
        if at_b is None or at_a is not None and at_a < at_b:
            yield a, None
            a = next(mmx, None)
        elif at_a is None or at_b < at_a:
            yield None, b
            b = next(drgn, None)
        else:
            yield a, b
            a, b = next(mmx, None), next(drgn, None)
