# SPDX-License-Identifier: GPL-2.0-or-later
"""vmax against maps, smaps' VmFlags and pagemap, of every process; a file's byte behind an address, and back."""
import re

import captures
import compare
import steps
from real.check import MMX, documents, every_form, raw_form, run, verdict
from real.guest import PAGE, PRESENT, SWAP, processes, read, steady, unwalked
from suite import document, expect

LINE = re.compile(r"(\w+)-(\w+) (\S+) (\w+) (\w+:\w+) (\d+) *(.*)")


def vma(form, *words):
    result = run(MMX, "-c", form, "--json", "vmax", *words)
    expect(result.status in (0, 3), result)
    return document(result.out, "mmx.vma/1")


def vmas(form, calls):
    """The documents of calls (the words), in one session."""
    return documents(form, [f"vmax {words}" for words in calls], "mmx.vma/1", (0, 3))


def spaces(form, pids):
    return {space["pid"]: space for space in vma(form, ",".join(map(str, pids)))["spaces"]}


def told(text):
    """(start, end, permissions, offset, device, inode, name) of each line of maps but the page of vsyscalls."""
    rows = []
    for line in text.split("\n")[:-1]:
        start, end, perms, offset, dev, inode, name = LINE.fullmatch(line).groups()
        if name != "[vsyscall]":
            rows.append((int(start, 16), int(end, 16), perms, int(offset, 16), dev, int(inode), name))
    return rows


def shown(mapping):
    """The same of a mapping that vmax shows. Without a file maps has no offset."""
    details = mapping["details"]
    has_file = "file" in details
    return (int(mapping["start"], 16), int(mapping["end"], 16), mapping["perms"],
            int(mapping["pgoff"], 16) * PAGE if has_file else 0, details.get("dev", "00:00"),
            details.get("ino", 0), mapping["path"].replace("\n", "\\012"))


def maps_of(dump, pid):
    """With a character a byte, as documents have names that are not of ASCII."""
    return (compare.pair(dump.folder)[0] / str(pid) / "maps").read_bytes().decode("latin-1")


def steady_pids(dump, name):
    before, _ = compare.pair(dump.folder)
    return [pid for pid in processes(before) if steady(dump, pid, name) is not None]


def mappings(dump, form):
    """Every line of maps; that there is none where maps is empty, and why."""
    pids = steady_pids(dump, "maps")
    found, faults, compared = spaces(form, pids), [], 0
    for pid in pids:
        space, wanted = found[pid], told(maps_of(dump, pid))
        mine = [shown(mapping) for mapping in space.get("mappings", [])]
        if not wanted:
            if not space["memory"].startswith(("none", "of threads that live on")):
                faults.append(f"{pid}: maps is empty, and its memory is {space['memory']}")
            continue
        compared += len(wanted)
        faults += [f"{pid}: {a}, maps has {b}" for a, b in zip(mine, wanted) if a != b]
        if not len(mine) == len(wanted) == space["map_count"] == space["found"]:
            faults.append(f"{pid}: {len(mine)} are shown, {len(wanted)} in maps, {space['map_count']} counted")
        if "findings" in space:
            faults.append(f"{pid}: {space['findings'][:3]}")
    return verdict(faults, compared, dump, 500)


def flags(dump, form):
    """VmFlags of smaps, by code."""
    before, _ = compare.pair(dump.folder)
    pids = [pid for pid in steady_pids(dump, "maps") if read(before, pid, "smaps")]
    found, faults, compared = spaces(form, pids), [], 0
    for pid in pids:
        both = [re.findall(r"^VmFlags: (.*?) *$", read(folder, pid, "smaps") or "", re.M)
                for folder in compare.pair(dump.folder)]
        mine = [mapping["details"]["codes"] for mapping in found[pid].get("mappings", [])]
        for one, other, code in zip(*both, mine):
            compared += one == other
            if one == other != code:
                faults.append(f"{pid}: {code!r}, smaps has {one!r}")
    return verdict(faults, compared, dump, 500)


def entries(folder, pid):
    """{first address: words} of a process's pagemap, by mapping."""
    path = folder / str(pid) / "pagemap"
    return captures.pagemap(path) if path.exists() else {}


def pages(dump, form):
    """How many pages are there, and how many in swap, against pagemap where that did not move."""
    before, after = compare.pair(dump.folder)
    pids = steady_pids(dump, "maps")
    found, faults, compared = spaces(form, pids), [], 0
    for pid in pids:
        one, other, skipped = entries(before, pid), entries(after, pid), unwalked(before, pid)
        for mapping in found[pid].get("mappings", []):
            start = int(mapping["start"], 16)
            if start in skipped or start not in one or one[start] != other.get(start):
                continue
            compared += 1
            # pagemap calls swapped whatever names a page that is not there: migration and poison, too.
            mine = mapping["present"], mapping["details"]["swapped"], mapping["details"]["other"]
            wanted = tuple(sum(bool(word & bit) for word in one[start]) for bit in (PRESENT, SWAP))
            if mine[0] != wanted[0] or not mine[1] <= wanted[1] <= mine[1] + mine[2]:
                faults.append(f"{pid} {start:x}: {mine}, pagemap has {wanted}")
    return verdict(faults, compared, dump, 200)


def counters(dump, form):
    """The kernel's counters of resident pages of every address space are what its page tables have."""
    rows = [(space.get("pid"), row) for space in vma(form, "-a", "-r")["spaces"] for row in space.get("resident", [])]
    faults = [f"{pid}: {row}" for pid, row in rows if row.get("difference") != 0]
    return verdict(faults, sum(row["entries"] for _, row in rows), dump, 10000)


def bytes_of_files(dump, form):
    """An address leads to a byte of a file, and that byte back to the address."""
    faults, seen, asked = [], set(), []
    for pid in steady_pids(dump, "maps"):
        for start, end, _, offset, dev, inode, _ in told(maps_of(dump, pid)):
            if not inode or (dev, inode, offset) in seen:
                continue
            seen.add((dev, inode, offset))
            address = end - PAGE + 0x123
            asked.append((pid, address, offset + address - start))
    ways_back = []
    for (pid, address, wanted), answer in zip(asked, vmas(form, [f"-e {pid} {address:x}" for pid, address, _ in asked])):
        there = answer["address"]
        faults += steps.faults(answer)
        if (there["steps"][-1]["what"], int(there["steps"][-1]["hex"], 16)) != ("byte of the file", wanted):
            faults.append(f"{pid} {address:x}: {there['steps'][-1]}, and the byte is {wanted:x}")
        if not there["mapped"] or int(there["offset"], 16) != wanted:
            faults.append(f"{pid} {address:x}: {there}, and the byte is {wanted:x}")
        else:
            ways_back.append((pid, address, f"-f {there['mapping']['details']['mapping']} {there['offset']}"))
    for (pid, address, _), back in zip(ways_back, vmas(form, [way for *_, way in ways_back])):
        if (pid, address) not in {(row["pid"], int(row["address"], 16)) for row in back.get("mapped", [])}:
            faults.append(f"{pid} {address:x}: -f finds {back.get('mapped')}")
    return verdict(faults, len(seen), dump, 20)


def memory(dump, form):
    """Mappings of /dev/mem lead by its path back to themselves, though its inode has none of them."""
    wanted = [(pid, start, offset) for pid in steady_pids(dump, "maps")
              for start, _, _, offset, _, _, name in told(maps_of(dump, pid)) if name == "/dev/mem"]
    faults = []
    for (pid, start, offset), back in zip(wanted, vmas(form, [f"-f /dev/mem {offset:x}" for *_, offset in wanted])):
        if (pid, start) not in {(row["pid"], int(row["address"], 16)) for row in back.get("mapped", [])}:
            faults.append(f"{pid} {start:x}: -f /dev/mem {offset:x} finds {back.get('mapped')}")
    return verdict(faults, len(wanted), dump, len(wanted))


def trees(dump, form):
    """-T has the same VMAs, in leaves of one depth, and nothing is wrong with it."""
    pids = steady_pids(dump, "maps")
    faults, compared = [], 0
    for space in vma(form, "-T", ",".join(map(str, pids)))["spaces"]:
        leaves = []

        def walk(rows, depth):
            for row in rows:
                if row["kind"] == "VMA":
                    leaves.append((depth, int(row["first"], 16), int(row["last"], 16) + 1))
                walk(row.get("children", []), depth + 1)

        walk(space.get("tree", []), 0)
        wanted = [row[:2] for row in told(maps_of(dump, space["pid"]))]
        if wanted and [row[1:] for row in leaves] != wanted or len({row[0] for row in leaves}) > 1:
            faults.append(f"{space['pid']}: the tree has {leaves[:4]}, maps {wanted[:4]}")
        faults += [f"{space['pid']}: {finding}" for finding in space.get("findings", [])]
        compared += len(leaves)
    return verdict(faults, compared, dump, 500)


CHECKS = [
    ("vmax against maps", every_form, mappings),
    ("vmax's flags against smaps", every_form, flags),
    ("vmax's pages against pagemap", raw_form, pages),
    ("vmax from an address to a file and back", raw_form, bytes_of_files),
    ("vmax -f of /dev/mem", raw_form, memory),
    ("vmax -T against maps", raw_form, trees),
    ("vmax -r: counters against page tables", raw_form, counters),
]
