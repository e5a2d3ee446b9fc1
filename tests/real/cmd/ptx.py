# SPDX-License-Identifier: GPL-2.0-or-later
"""
Page tables of every process against its captured pagemap, smaps and status, and verdicts against what accesses came
to in the guest, and against its maps.
"""
import re
import struct
from collections import Counter

import captures
import compare
import steps
import suite
from real.check import MMX, documents, every_form, filtered_form, once_a_kernel, raw_form, run, verdict
from real.guest import PAGE, PRESENT, SWAP, areas, processes, read, situations_of, steady, unwalked

SOFT_DIRTY, UFFD_WP = 1 << 55, 1 << 57
PFN = (1 << 55) - 1
END = (1 << 56) - 1


def document(form, *words):
    result = run(MMX, "-c", form, "--json", "ptx", *words)
    suite.expect(result.status in (0, 3), result)
    return suite.document(result.out, "mmx.pt/1")


def of_processes(form, calls):
    """The documents of calls (PID, more words)."""
    return documents(form, [f"ptx -u {pid} {words}" for pid, words in calls], "mmx.pt/1", (0, 3))


def number(text):
    return int(text, 16)


def in_both(dump):
    return sorted(set.intersection(*(set(processes(folder)) for folder in compare.pair(dump.folder))))


def steady_maps(dump):
    """[(PID, {first address: words of pagemap} of both captures)] of the processes whose mappings stayed."""
    for pid in in_both(dump):
        files = [folder / str(pid) / "pagemap" for folder in compare.pair(dump.folder)]
        if steady(dump, pid, "maps") and all(path.exists() for path in files):
            yield pid, *map(captures.pagemap, files)


def soft_dirty_areas(folder, pid):
    """First addresses of areas whose pages all count as written to."""
    found, start = set(), None
    for line in (read(folder, pid, "smaps") or "").splitlines():
        head = re.match(r"([0-9a-f]+)-[0-9a-f]+ ", line)
        start = int(head[1], 16) if head else start
        if line.startswith("VmFlags:") and " sd" in line:
            found.add(start)
    return found


def word_of(row, page):
    """What pagemap has of a page of a run, without the bits that are not looked at."""
    if row["state"] in ("empty", "unreadable", "broken"):
        return 0
    bits, word = row["bits"].split(), 0
    word |= SOFT_DIRTY if "soft-dirty" in bits else 0
    word |= UFFD_WP if "uffd-wp" in bits or "uffd-wp," in bits else 0
    if row["state"] in ("mapped", "no access", "zero page", "special"):
        return word | PRESENT | number(row["pfn"]) + page
    if row["state"] == "swap":
        area, slot = re.match(r"area (\d+) slot 0x(\w+)", row["bits"]).groups()
        return word | SWAP | int(area) | (int(slot, 16) + page) << 5
    return None  # others have the type of their entry, which the runs do not show


def pages_of(told):
    """{address: word} of all that a process has, and addresses that are not compared."""
    words, others = {}, set()
    for row in told.get("runs", ()):
        if row["state"] == "empty":
            continue
        for page in range(row["pages"]):
            address = number(row["start"]) + page * PAGE
            word = word_of(row, page)
            if word is None:
                others.add(address)
            else:
                words[address] = word
    return words, others


def gaps(dump, form):
    """What is empty lies in one mapping of maps, the one that is told of, or in none."""
    faults, compared, pids = [], 0, [pid for pid in in_both(dump) if steady(dump, pid, "maps")]
    for pid, told in zip(pids, of_processes(form, [(pid, f"-r 0-{END:x}") for pid in pids])):
        ends = [tuple(number(end) for end in line.split()[0].split("-")) + (line.split()[1],)
                for line in read(dump.before, pid, "maps").splitlines() if "[vsyscall]" not in line]
        for row in told.get("runs", ()):
            if row["state"] != "empty":
                continue
            start, last = number(row["start"]), number(row["last"])
            around = [perms for first, end, perms in ends if first <= start and last < end]
            apart = all(last < first or start >= end for first, end, _ in ends)
            compared += 1
            if not (row["bits"] == "no VMA" and apart or around and row["bits"].startswith(f"VMA {around[0]}")):
                faults.append(f"{pid}: {row}, maps has {around}")
    return verdict(faults, compared, dump, 500)


def against_pagemap(dump, form):
    """Every page of every process, as the runs of -r have it."""
    faults, compared, maps = [], 0, list(steady_maps(dump))
    answers = of_processes(form, [(pid, f"-r 0-{END:x}") for pid, *_ in maps])
    for (pid, before, after), told in zip(maps, answers):
        mine, others = pages_of(told)
        skipped, written = unwalked(dump.before, pid), soft_dirty_areas(dump.before, pid)
        for start, words in before.items():
            if start in skipped or start >> 63 or len(after.get(start, ())) != len(words):
                continue
            asked = PRESENT | SWAP | UFFD_WP | PFN | (0 if start in written else SOFT_DIRTY)
            for index, (word, other) in enumerate(zip(words, after[start])):
                address = start + index * PAGE
                if word != other or address in others:
                    continue
                compared += 1
                if word & asked != mine.get(address, 0) & asked:
                    faults.append(f"{pid} {address:#x}: {word & asked:#x}, found {mine.get(address, 0) & asked:#x}")
    return verdict(faults, compared, dump, 5000)


def totals(text):
    """Sums of smaps in KiB, and whether memory of files is in swap, which no page table has."""
    sums, of_files, path = Counter(), False, ""
    for line in text.splitlines():
        head = re.match(r"[0-9a-f]+-[0-9a-f]+ \S+ \w+ \S+ (\d+)", line)
        path = head[1] if head else path
        value = re.match(r"(\w+): +(\d+) kB", line)
        if value:
            sums[value[1]] += int(value[2])
            of_files |= value[1] == "Swap" and value[2] != "0" and path != "0"
    return sums, of_files


def against_smaps(dump, form):
    """What -s counts of every process against the sums of its smaps, and its tables against VmPTE."""
    faults, compared = [], 0
    pids = [pid for pid in in_both(dump) if steady(dump, pid, "smaps")]
    for pid, told in zip(pids, of_processes(form, [(pid, "-s") for pid in pids])):
        status = steady(dump, pid, "status")
        sums, of_files = totals(steady(dump, pid, "smaps"))
        counted = Counter()
        for row in told.get("states", ()):
            counted[row["state"]] += row["bytes"] // 1024
        expected = {"mapped": sums["Rss"] + sums["Private_Hugetlb"] + sums["Shared_Hugetlb"], "swap": sums["Swap"]}
        found = {"mapped": counted["mapped"] + counted["no access"] + counted["migration"], "swap": counted["swap"]}
        compared += 1
        # A poisoned page is resident to some kernels: since 6.14.
        if expected["mapped"] not in (found["mapped"], found["mapped"] + counted["hwpoison"]) or not of_files and found["swap"] != expected["swap"]:
            faults.append(f"{pid}: {expected}, found {found}")
        pte = re.search(r"VmPTE:\s+(\d+)", status or "")
        tables = sum(row["bytes"] // 1024 for row in told["tables"] if row["level"] in ("PUD", "PMD", "PTE"))
        # What is deposited for huge pages counts as well, and tables that processes share.
        huge = any(row["size"] != PAGE for row in told["states"])
        if pte and not huge and tables != int(pte[1]):
            faults.append(f"{pid}: VmPTE {pte[1]}, tables {tables}")
    return verdict(faults, compared, dump, 50)


ACCESS = {"r": "read", "w": "write", "x": "execute"}


def verdicts(form, asked):
    """{(PID, address, access): row} of what ptx tells of a process's addresses, which are {PID: addresses}."""
    calls = [(pid, " ".join(f"{address:x}" for address in addresses[at:at + 50]))
             for pid, addresses in asked.items() for at in range(0, len(addresses), 50)]
    return {(pid, number(walk["address"]), row["access"]): row
            for (pid, _), told in zip(calls, of_processes(form, calls))
            for walk in told["walks"] for row in walk["faults"]}


def against_probes(dump, form):
    """What accesses came to in children of a process, each just before the dump."""
    told = situations_of(dump).get("faults", {})
    if not told.get("made"):
        return None
    probes = [(int(p["addr"], 16), ACCESS[p["access"]], p) for p in told["probes"]]
    pid = told["pid"]
    found = verdicts(form, {pid: sorted({address for address, *_ in probes})})
    faults = []
    for address, access, probe in probes:
        row, came_to = found[pid, address, access], (probe["signal"], probe["code"])
        # What writes there reads first, and QEMU's processor lets that fault as a read.
        read_first = found[pid, address, "read"]
        allowed = [row, read_first] if access == "write" and read_first["signal"] else [row]
        # A child gets no page tables of files, so that it faults where its parent would not.
        silent = row["verdict"] == "no fault"
        if came_to not in [(one["signal"] or 0, one["code"] or 0) for one in allowed] or \
                not row["signal"] and not silent and not probe["faulted"]:
            faults.append(f"{access} {address:#x}: {probe}, found {row}")
    return verdict(faults, len(probes), dump, 60)


def against_maps(dump, form):
    """Of every mapping of every process the first page, the last one and what lies behind it."""
    faults, compared = [], 0
    mapped = {pid: [area for area in areas(dump.before, pid) if not area.start >> 63] for pid, *_ in steady_maps(dump)}
    found = verdicts(form, {pid: sorted({at for area in mine for at in (area.start, area.end - PAGE, area.end)})
                            for pid, mine in mapped.items()})
    for pid, mine in mapped.items():
        rights = {int(line.split("-")[0], 16): line.split()[1]
                  for line in read(dump.before, pid, "maps").splitlines()}
        starts = {area.start for area in mine}
        for area in mine:
            for address in (area.start, area.end - PAGE):
                compared += 1
                row, allowed = found[pid, address, "write"], "w" in rights[area.start]
                if not allowed and (row["signal"], row["code"]) not in ((11, 2), (11, 4)) or row["verdict"] == "SIGSEGV: no VMA":
                    faults.append(f"{pid}: write to {address:#x} of {rights[area.start]}: {row}")
            behind = found[pid, area.end, "read"]["verdict"]
            if area.end not in starts and behind == "no fault":
                faults.append(f"{pid}: {area.end:#x} is no mapping's, found {behind}")
    return verdict(faults, compared, dump, 100)


def mappings_of_pages(dump, form):
    """The mapping that pagex tells of a user address: each one's first page that is present, as maps has it."""
    wanted = {}
    for pid, before, _ in steady_maps(dump):
        lines = wanted.setdefault(pid, {})
        # JSON has each byte of a name, and newlines as they are.
        for line in (dump.before / str(pid) / "maps").read_bytes().decode("latin-1").rstrip("\n").split("\n"):
            span, rights, *rest = re.split(" +", line, maxsplit=5)
            start, end = span.split("-")
            present = next((i for i, word in enumerate(before.get(int(start, 16), ())) if word & PRESENT), None)
            if present is not None and not int(start, 16) >> 63:
                address = f"0x{int(start, 16) + present * PAGE:x}"
                lines[address] = *(f"0x{at.lstrip('0')}" for at in (start, end)), rights, rest[3] or None
    wanted = {pid: lines for pid, lines in wanted.items() if lines}
    calls = [f"pagex -u {pid} {' '.join(lines)}" for pid, lines in wanted.items()]
    faults, compared = [], 0
    for (pid, lines), answer in zip(wanted.items(), documents(form, calls, "mmx.page/1", (0, 1))):
        for page in answer["pages"]:
            told, want = page.get("vma", {}), lines[page["address"]]
            compared += 1
            name = told.get("name") and told["name"].replace("\n", "\\012")
            if (*(told.get(key) for key in ("start", "end", "permissions")), name) != want:
                faults.append(f"{pid} {page['address']}: {want}, found {told}")
    return verdict(faults, compared, dump, 100)


# Of QEMU's note of a CPU: RSP behind version, size and six registers; CR3 behind version, size, 18 registers, 10
# segments, and CR0 to CR2; then CR4.
RSP_AT = 8 + 6 * 8
CR3_AT = 8 + 18 * 8 + 10 * 24 + 3 * 8
USER_ROOT = 1 << 12  # with isolation user mode's root is the page behind


def notes_of(core):
    """(CR3, CR4, RSP) of each CPU, out of the notes of QEMU's ELF dump; a kernel's own dump has none."""
    with open(core, "rb") as file:
        header = file.read(1 << 20)
    offset, = struct.unpack_from("<Q", header, 32)
    size, count = struct.unpack_from("<HH", header, 54)
    kind, _, at, _, _, length = struct.unpack_from("<IIQQQQ", header, offset)
    if kind != 4 or not count or not size or at + length > len(header):
        return []
    found, end = [], at + length
    while at + 12 <= end:
        name, desc, _ = struct.unpack_from("<III", header, at)
        body = at + 12 + (name + 3 & ~3)
        if header[at + 12:at + 16] == b"QEMU":
            found.append(struct.unpack_from("<2Q", header, body + CR3_AT) + struct.unpack_from("<Q", header, body + RSP_AT))
        at = body + (desc + 3 & ~3)
    return found


def against_registers(dump, form):
    """
    What each CPU runs on, against its registers as QEMU saw them, which count CPUs as these kernels do: its root,
    CR3 and CR4, whose stack it is on, and that none of its troubles is told; an address space is up to date where it
    is in use.
    """
    told, notes, faults = document(form), notes_of(form), []
    stacks, = documents(form, ["stackx"], "mmx.stack/1")
    for row, more in zip(told["cpus"], told["registers"]):
        faults += [f"CPU {row['cpu']}: {why}" for why in (row.get("unknown"), more.get("wrong")) if why]
        if not notes:
            continue
        cr3, cr4, rsp = notes[row["cpu"]]
        owner = [(stack["pid"], stack["comm"]) for stack in stacks["stacks"]
                 if number(stack["start"]) <= rsp < number(stack["start"]) + stack["size"]]
        if owner and owner != [(row["pid"], row["comm"])]:
            faults.append(f"CPU {row['cpu']} is on the stack of {owner}, found {row}")
        possible = [more["cr3"], more["user_cr3"]]
        if number(row["root"]) not in (cr3 & (1 << 52) - PAGE, cr3 & (1 << 52) - PAGE & ~USER_ROOT) or \
                (more["note"], more["cr4"]) != (hex(cr3), hex(cr4)) or hex(cr3) not in possible:
            faults.append(f"CPU {row['cpu']}: CR3 {cr3:#x} and CR4 {cr4:#x}, found {row} and {more}")
    lazily = {row["cpu"]: row["loaded"] == "kept lazily" for row in told["cpus"]}
    faults += [f"{row}" for row in told["tlbs"] if "wrong" in row or
               row["state"] != ("kept lazily, and up to date" if lazily[row["cpu"]] else "in use")]
    online = dump.manifest["cpus"] - dump.manifest["settings"]["command_line"].count("mmx.cpu_offline=")
    return verdict(faults, len(told["tlbs"]), dump, online)


STEPS = 2  # addresses of a process


def derivations(dump, form):
    """The steps of some pages of every process: arithmetic that is right, and comes to the frame of pagemap."""
    faults, compared, wanted = [], 0, {}
    for pid, before, _ in steady_maps(dump):
        pages = {start + i * PAGE: word for start, words in before.items() if not start >> 63
                 for i, word in enumerate(words) if word & (PRESENT | SWAP)}
        wanted[pid] = {address: pages[address] for address in sorted(pages)[::max(len(pages) // STEPS, 1)]}
    calls = [(pid, "-e " + " ".join(f"{address:x}" for address in mine)) for pid, mine in wanted.items() if mine]
    for (pid, _), told in zip(calls, of_processes(form, calls)):
        faults += steps.faults(told)
        for walk in told["walks"]:
            word, last = wanted[pid][number(walk["address"])], walk["steps"][-1]
            named = [step for step in walk["steps"] if step["what"] in ("PFN", "offset of a swap entry")]
            compared += 1
            if word & PRESENT and (not named or number(named[-1]["hex"]) != word & PFN):
                faults.append(f"{pid} {walk['address']}: {last}, pagemap has {word:#x}")
            if word & SWAP and (not named or number(named[-1]["hex"]) != word >> 5 & (1 << 50) - 1):
                faults.append(f"{pid} {walk['address']}: {last}, pagemap has {word:#x}")
    return verdict(faults, compared, dump, 200)


def raw_or_31(dump, form):
    return raw_form(dump, form) or filtered_form(dump, form) and ".d31." in form.name


CHECKS = [
    ("runs of page tables against pagemap", raw_form, against_pagemap),
    ("gaps of page tables against maps", raw_form, gaps),
    ("counts of page tables against smaps and status", every_form, against_smaps),
    ("verdicts against accesses that were tried", raw_or_31, against_probes),
    ("verdicts against maps", raw_form, against_maps),
    ("the mapping of a page that pagex tells of", raw_form, mappings_of_pages),
    ("ptx -e of some pages of every process", once_a_kernel, derivations),
    ("what CPUs run on against their registers", raw_form, against_registers),
]
