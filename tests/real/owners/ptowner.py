# SPDX-License-Identifier: GPL-2.0-or-later
"""Page tables, by whose they are."""
from collections import Counter

import compare
from real.check import ask, between, every_form, of_kind, pagex, ranges, raw_or_filtered, tolerance
from real.guest import KPF, areas, pte_kib, vmstat, words_of
from real.truth import SECTION_BITS

MEMORY_KIB = 4
LEVELS = ["PTE", "PMD", "PUD", "P4D"]
DEPOSITED = "deposited for when a huge mapping is split"


def table_frames(dump):
    """Frames that the guest calls page tables, and those of which it says nothing: roots are among these."""
    sections = set(dump.sections())
    return [pfn for pfn, word in enumerate(words_of(dump, "kpageflags"))
            if (word & KPF["PGTABLE"] or not word) and pfn >> SECTION_BITS - 12 in sections]


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
        for pid in who.split(",") if who[:1].isdigit() else ():  # nobody's: what exited lately
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


def led_to(dump, root, address, level):
    """The frame of the table of that level on the way from a root to an address, read raw."""
    frame = root
    for upper in range(dump.levels, level, -1):
        entry = dump.raw.u64(frame * 4096 + (address >> 12 + 9 * (upper - 1) & 511) * 8)
        if entry is None or not entry & 1:
            return None
        frame = (entry & 0x000FFFFFFFFFF000) // 4096
    return frame


def is_used(folder, pid, first, last):
    """Whether the guest's maps has an area there; it is empty once a leader has exited before its threads."""
    mapped = areas(folder, pid)
    return not mapped or any(area.start <= last and first < area.end for area in mapped)


def table_faults(dump, pfn, table, roots):
    """What pagex has wrong about a table and those whose it is."""
    level = LEVELS.index(table["level"]) + 1 if table["level"] != "PGD" else dump.levels
    for owner in table["owners"]:
        first, last, who = int(owner["first"], 16), int(owner["last"], 16), owner["pid"]
        size = 4096 << 9 * level
        if level < dump.levels and table["role"] != DEPOSITED and (first % size or last != first + size - 1):
            yield f"{table['level']} maps {owner['first']}-{owner['last']}"
        if table["role"] == "a page table" and who in roots and led_to(dump, roots[who], first, level) != pfn:
            yield f"the root of {who} leads elsewhere at {owner['first']}"
        if level == 1 and who is not None and not last >> 63 and not is_used(dump.before, who, first, last):
            yield f"{who} has nothing at {owner['first']}"
        if owner["name"] == "init_mm" and int(owner["mm"] or "0", 16) != dump.by_name["init_mm"]:
            yield f"init_mm is at {owner['mm']}"


def tables_of_processes(dump, form):
    """Each page table: whose it is, at which level, for which addresses; their number is VmPTE's."""
    pages = pagex(form, ranges(table_frames(dump)))
    tables = {int(pfn, 16): page["page_table"] for pfn, page in pages.items() if page["class"] == "page-table"}
    roots = {owner["pid"]: pfn for pfn, table in tables.items() for owner in table.get("owners", [])
             if table["level"] == "PGD" and table["role"] == "a page table" and owner["pid"] is not None}
    wrong, size = [], Counter()
    for pfn, table in tables.items():
        if "owners" not in table:
            wrong.append(f"PFN {pfn:x}: {table['owner_unknown']}")
            continue
        wrong += [f"PFN {pfn:x}: {fault}" for fault in table_faults(dump, pfn, table, roots)]
        for pid in {owner["pid"] for owner in table["owners"]} if table["level"] in LEVELS[:3] else ():
            size[pid] += 4
    folders = compare.pair(dump.folder)
    compared = [(pid, size[pid], [pte_kib(folder, str(pid)) for folder in folders]) for pid in roots]
    wrong += [f"PID {pid} has {kib} KiB of page tables, captured {true}" for pid, kib, true in compared
              if None not in true and not between(kib, *true)]
    unmarked = [pfn for pfn, word in enumerate(words_of(dump, "kpageflags"))
                if word & KPF["PGTABLE"] and pfn not in tables]
    if len(unmarked) > tolerance(dump):
        wrong.append(f"{len(unmarked)} frames are page tables to the guest and not to pagex: {unmarked[:5]}")
    if len(compared) < 40 or not any(table.get("role") == DEPOSITED for table in tables.values()):
        wrong.append(f"page tables of {len(compared)} processes only")
    return "\n".join(wrong[:20]) if len(wrong) > tolerance(dump) else None


CHECKS = [
    ("pagex page tables", raw_or_filtered, tables_of_processes),
    ("page tables", every_form, page_tables),
]
