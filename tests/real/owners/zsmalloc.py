# SPDX-License-Identifier: GPL-2.0-or-later
"""Pages of zsmalloc."""
import compare
from real.check import ask, between, every_form, of_kind
from real.guest import vmstat


PAGE = 4096


def pools_of(folder):
    """{who has a pool of zsmalloc: its pages}, as zram and zswap say."""
    found = {}
    zram, zswap = folder / "zram0/mm_stat", folder / "zswap/pool_total_size"
    if zram.exists():
        found["zram"] = int(zram.read_text().split()[2]) // PAGE
    if zswap.exists():
        found["zswap"] = int(zswap.read_text()) // PAGE
    return {name: pages for name, pages in found.items() if pages}


def compressed(dump, form):
    """Each page of zsmalloc is in a chain that has it; their number is vmstat's, and that of each pool its owner's."""
    lines = ask(form, "zsmalloc")
    wrong = []
    pools = {(line[1].rstrip("0123456789"), int(line[2])) for line in of_kind(lines, "page")}
    pages = len(of_kind(lines, "page"))
    if not between(pages, *(vmstat(folder, "nr_zspages") for folder in compare.pair(dump.folder))):
        wrong.append(f"{pages} pages, vmstat has {vmstat(dump.before, 'nr_zspages')}")
    told = [pools_of(folder) for folder in compare.pair(dump.folder)]
    if dict(pools) not in told:
        wrong.append(f"{pages} pages were found of pools {pools}; zram and zswap have {told}")
    return "\n".join(wrong) or None


CHECKS = [
    ("zsmalloc", every_form, compressed),
]
