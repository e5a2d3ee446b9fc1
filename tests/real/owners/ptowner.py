# SPDX-License-Identifier: GPL-2.0-or-later
"""Page tables, by whose they are."""
import compare
from real.check import ask, between, every_form, of_kind
from real.guest import pte_kib, vmstat

MEMORY_KIB = 4


def page_tables(dump, form):
    """Tables of each process against VmPTE, all of them against vmstat; none is nobody's."""
    lines = ask(form, "tables")
    folders = compare.pair(dump.folder)
    wrong, met = [], set()
    for who, deposits, *rest in of_kind(lines, "space"):
        *levels, unreadable, trouble = rest
        if unreadable != "0" or trouble or levels[-1] != "1":
            wrong.append(f"{who}: {levels[-1]} roots, {unreadable} tables unreadable, {trouble}")
        # The kernel counts the three lowest levels, and deposited tables.
        size = MEMORY_KIB * (int(deposits) + sum(map(int, levels[:3])))
        for pid in who.split(",") if who[0].isdigit() else ():
            met.add(pid)
            true = [pte_kib(folder, pid) for folder in folders]
            if None not in true and not between(size, *true):
                wrong.append(f"PID {pid}: {size} KiB of page tables, captured {true}")
    missing = {path.name for path in folders[0].iterdir()
               if path.name.isdigit() and pte_kib(folders[0], path.name)} - met
    if missing:
        wrong.append(f"no page tables of PIDs {sorted(missing)}")
    marked, orphans = (int(of_kind(lines, kind)[0][0]) for kind in ("marked", "orphans"))
    if not between(marked, *(vmstat(folder, "nr_page_table_pages") for folder in folders)) or orphans:
        wrong.append(f"{marked} pages are marked as tables, {orphans} of them nobody's; vmstat has "
                     f"{[vmstat(folder, 'nr_page_table_pages') for folder in folders]}")
    roles = dict(line for line in lines if len(line) == 2)
    if ("pti" in dump.manifest["variants"]) != (int(roles["the root that user mode runs on"]) > 1):
        wrong.append(f"with variants {dump.manifest['variants']} the tables' roles are {roles}")
    return "\n".join(wrong) or None


CHECKS = [
    ("page tables", every_form, page_tables),
]
