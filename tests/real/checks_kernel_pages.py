# SPDX-License-Identifier: GPL-2.0-or-later
"""
Pages that the kernel itself uses: slabs, page tables, huge pages, zsmalloc, and the records of
page_owner, held against what the guest said of itself. See checks.py for the form of a check.
"""
import re
from collections import Counter

import checks
import compare

ASK = checks.TOOLS / "ask_kernel_pages"
# What a dying kernel may still change after its last capture.
CACHES_MOVED_WHILE_DYING = 10
MEMORY_KIB = 4


def ask(form, question, text=""):
    result = checks.run([ASK, form, question], input=text)
    if result.returncode:
        raise RuntimeError(f"{question} ended with {result.returncode}: {result.stderr.strip()}")
    return [line.split("\t") for line in result.stdout.splitlines()]


def of_kind(lines, kind):
    return [line[1:] for line in lines if line[0] == kind]


def slabinfo(folder):
    """name: [active objects, objects, object size, objects a slab, pages a slab, slabs] of each such cache."""
    found = {}
    for line in (folder / "slabinfo").read_text().splitlines()[2:]:
        words = line.split()
        found.setdefault(words[0], []).append([int(words[i]) for i in (1, 2, 3, 4, 5, 14)])
    return found


def between(value, *ends):
    return min(ends) <= value <= max(ends)


def cache_fits(numbers, before, after):
    """Whether a cache's numbers lie between the captures'; caches that share a name are equal to one."""
    if len(before) > 1:
        return numbers in before or numbers in after
    return all(between(*trio) for trio in zip(numbers, before[0], after[0]))


def slab_caches(dump, form):
    """Each cache as /proc/slabinfo has it; and the counts over all frames are the kernel's own."""
    lines = ask(form, "caches")
    before, after = (slabinfo(folder) for folder in compare.pair(dump.folder))
    moved, wrong = [], [" ".join(line) for line in of_kind(lines, "trouble")]
    found = Counter()
    for name, *numbers in of_kind(lines, "cache"):
        numbers = [int(number) for number in numbers]
        found[name] += 1
        if name not in before or name not in after or not cache_fits(numbers[:6], before[name], after[name]):
            moved.append(f"{name}: {numbers[:6]}, captured {before.get(name)} and {after.get(name)}")
        if [numbers[5], numbers[1]] != numbers[6:8]:
            wrong.append(f"{name}: {numbers[6]} slabs with {numbers[7]} objects were found, "
                         f"the kernel counts {numbers[5]} with {numbers[1]}")
    if found != Counter({name: len(caches) for name, caches in before.items()}):
        wrong.append(f"{sum(found.values())} caches, and slabinfo has {sum(map(len, before.values()))}")
    if of_kind(lines, "stray") != [["0"]] or of_kind(lines, "missing") != [["0"]]:
        wrong.append(f"stray slabs {of_kind(lines, 'stray')}, missing frames {of_kind(lines, 'missing')}")
    if len(moved) > (CACHES_MOVED_WHILE_DYING if dump.manifest["bracket"] != "around" else 0):
        wrong += moved
    return "\n".join(wrong) or None


def slab_objects(dump, form):
    """Every free list can be followed to its end and agrees with its slab's count."""
    lines = ask(form, "objects")
    number = {line[0]: int(line[1]) for line in lines if line[0] not in ("bad", "trouble")}
    wrong = [" ".join(line) for line in lines if line[0] in ("bad", "trouble")]
    unknown = next(count for words, count in number.items() if words.startswith("allocated or free"))
    kept = [count for words, count in number.items() if words.startswith("free, ")]
    if number["lost"] or unknown:
        wrong.append(f"{number['lost']} objects have no address, {unknown} no known state")
    if not number["allocated"] or not number["free"] or not number["held"] + number["kept"] or not any(kept):
        wrong.append(f"too little was found: {number}")
    return "\n".join(wrong) or None


def meminfo(folder, node):
    """name: value of the lines about huge pages, of one node."""
    text = (folder / f"node{node}/meminfo").read_text()
    return {name: int(value) for name, value in re.findall(r"(HugePages_\w+):\s+(\d+)", text)}


def huge_pages(dump, form):
    """Pools and their nodes as meminfo has them, the free lists, and each huge page's own words."""
    lines = ask(form, "hugetlb")
    shared = (dump.folder / "before/hugetlb_optimize_vmemmap").read_text().strip() == "1"
    pages = [(int(order), int(node), state, listed, flags.split())
             for _, order, node, state, listed, flags, _, _ in of_kind(lines, "page")]
    pairs = [("troubled pages", [line for line in of_kind(lines, "page") if line[6:] != ["0", "present"]], [])]
    for node, order, total, free, surplus, listed, trouble in of_kind(lines, "node"):
        here = [page for page in pages if page[:2] == (int(order), int(node))]
        where = f"node {node} order {order}: "
        pairs += [
            (where + "trouble", trouble, ""),
            (where + "huge pages found", len(here), int(total)),
            (where + "free ones", sum(page[2] == "free" for page in here), int(free)),
            (where + "on the free list", sum(page[3] == "listed" for page in here), int(listed)),
            (where + "free and listed disagree", [p for p in here if (p[2] == "free") != (p[3] == "listed")], []),
            (where + "optimised ones", sum("vmemmap_optimized" in page[4] for page in here),
             len(here) if shared else 0)]
        if order == "9":
            true = meminfo(dump.before, node)
            pairs.append((where + "total, free, surplus", [int(total), int(free), int(surplus)],
                          [true[f"HugePages_{name}"] for name in ("Total", "Free", "Surp")]))
    if not pages:
        return "no huge page was found"
    return checks.differences(pairs)


def status(folder, pid):
    """VmPTE of a process in KiB; None for one that is gone, or has no memory any more."""
    path = folder / pid / "status"
    found = re.search(r"VmPTE:\s+(\d+)", path.read_text()) if path.exists() else None
    return int(found[1]) if found else None


def vmstat(folder, name):
    return int(re.search(rf"^{name} (\d+)$", (folder / "vmstat").read_text(), re.M)[1])


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
            true = [status(folder, pid) for folder in folders]
            if None not in true and not between(size, *true):
                wrong.append(f"PID {pid}: {size} KiB of page tables, captured {true}")
    missing = {path.name for path in folders[0].iterdir()
               if path.name.isdigit() and status(folders[0], path.name)} - met
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


def compressed(dump, form):
    """Each page of zsmalloc is in a chain that has it; their number is vmstat's and their pool's."""
    lines = ask(form, "zsmalloc")
    wrong = [" ".join(line) for line in of_kind(lines, "bad")]
    pools = {(line[1], int(line[2])) for line in of_kind(lines, "page")}
    pages = len(of_kind(lines, "page"))
    if not between(pages, *(vmstat(folder, "nr_zspages") for folder in compare.pair(dump.folder))):
        wrong.append(f"{pages} pages, vmstat has {vmstat(dump.before, 'nr_zspages')}")
    if pages and pools != {("zram0", pages)}:
        wrong.append(f"{pages} pages were found of pools {pools}")
    return "\n".join(wrong) or None


def page_owner(dump, form):
    """
    Records where the kernel keeps them: of no free page one in force, and every stack in symbols. But when
    page_owner begins, it takes what lies on CPUs' lists for allocated, and nobody tells it when that goes back.
    """
    lines = ask(form, "page_owner")
    keeps = "page_owner_ops" in dump.by_name
    if not keeps:
        return None if lines == [["not kept", "this kernel was built without page_owner"]] else str(lines[:3])
    wrong = [" ".join(line) for line in lines if line[0] == "no stack"]
    stacks = {number: entries for number, *entries in of_kind(lines, "stack")}
    wrong += [f"stack {number}: {entries}" for number, entries in stacks.items()
              if any(entry.startswith(("0x", "ffff")) for entry in entries)]
    allocated = of_kind(lines, "allocated")
    begun = {number for number, entries in stacks.items() if entries[0].startswith("register_early_stack+")}
    wrong += [f"PFN {line[0]} is free and allocated" for line in allocated
              if line[1] == "free" and line[-1] not in begun]
    comms = {line[5] for line in allocated}
    workers = {(path / "comm").read_text().strip() for path in dump.before.iterdir() if path.name.isdigit()}
    if len(allocated) < 10000 or len(stacks) < 100 or len(comms & workers) < 10:
        wrong.append(f"{len(allocated)} records, {len(stacks)} stacks, {sorted(comms)}")
    return "\n".join(wrong) or None


def every_form(dump, form):
    """No level of makedumpfile leaves out the kernel's own pages."""
    del dump, form
    return True


CHECKS = [
    ("slab caches", every_form, slab_caches),
    ("slab objects", every_form, slab_objects),
    ("huge pages", every_form, huge_pages),
    ("page tables", every_form, page_tables),
    ("zsmalloc", every_form, compressed),
    ("page_owner", every_form, page_owner),
]
