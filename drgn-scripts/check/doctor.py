# SPDX-License-Identifier: GPL-2.0-or-later
"""What the kernel is, and where everything lies."""
from .compare import ABSENT, Difference, differing, shown

BLOCKS = ("kernel", "vmemmap")
# Tables, and what tells their rows apart.
TABLES = {"regions": ("region",), "frames": ("start_pfn",), "zones": ("node", "zone"), "flag_fields": ("field",),
          "flag_bits": ("bit",)}


def differences(voices, count):
    with voices.mmx("doctorx") as answer:
        mmx = answer.whole()
    with voices.drgn("doctor.py") as answer:
        drgn = answer.whole()
    for block in BLOCKS:
        count(len(drgn[block]))
        for field, a, b in differing(mmx[block], drgn[block]):
            yield Difference(f"{block}.{field}", "", a, b)
    for table, names in TABLES.items():
        yield from compare_tables(table, names, mmx[table], drgn[table])
        count(len(drgn[table]))


def compare_tables(table, names, mmx, drgn):
    mmx, drgn = ({tuple(row[name] for name in names): row for row in rows} for rows in (mmx, drgn))
    for key in sorted(mmx.keys() | drgn.keys()):
        where = " ".join(map(str, key))
        if key in mmx and key in drgn:
            for field, a, b in differing(mmx[key], drgn[key]):
                yield Difference(f"{table}.{field}", where, a, b)
        else:
            yield Difference(table, where, shown(mmx.get(key, ABSENT)), shown(drgn.get(key, ABSENT)))
