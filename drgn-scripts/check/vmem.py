# SPDX-License-Identifier: GPL-2.0-or-later
"""Which frames have struct pages, and where those lie."""
from .compare import ABSENT, Difference, differing
from .doctor import compare_tables

TABLES = {"runs": ("start_pfn",), "sections": ("section",)}


def differences(voices, count):
    with voices.mmx("vmemx", "-v") as answer:
        mmx = answer.whole()
    with voices.drgn("vmem.py") as answer:
        drgn = answer.whole()
    for finding in mmx["findings"]:  # the scripts have none
        yield Difference("finding", finding["pfn"], finding["what"], ABSENT)
    for block in ("vmemmap", "memmap"):
        count(len(drgn[block]))
        for field, a, b in differing(mmx[block], drgn[block]):
            yield Difference(f"{block}.{field}", "", a, b)
    for table, names in TABLES.items():
        yield from compare_tables(table, names, mmx[table], drgn[table])
        count(len(drgn[table]))
