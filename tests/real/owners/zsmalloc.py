# SPDX-License-Identifier: GPL-2.0-or-later
"""Pages of zsmalloc."""
import compare
from real.check import ask, between, every_form, of_kind
from real.guest import vmstat


def compressed(dump, form):
    """Each page of zsmalloc is in a chain that has it; their number is vmstat's and their pool's."""
    lines = ask(form, "zsmalloc")
    wrong = []
    pools = {(line[1], int(line[2])) for line in of_kind(lines, "page")}
    pages = len(of_kind(lines, "page"))
    if not between(pages, *(vmstat(folder, "nr_zspages") for folder in compare.pair(dump.folder))):
        wrong.append(f"{pages} pages, vmstat has {vmstat(dump.before, 'nr_zspages')}")
    if pages and pools != {("zram0", pages)}:
        wrong.append(f"{pages} pages were found of pools {pools}")
    return "\n".join(wrong) or None


CHECKS = [
    ("zsmalloc", every_form, compressed),
]
