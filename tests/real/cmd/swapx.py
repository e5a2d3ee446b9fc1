# SPDX-License-Identifier: GPL-2.0-or-later
"""What swapx says of swap areas, who has their pages and what those hold, against the guest's captures and the workload."""
import re
import struct
import tempfile
from collections import defaultdict
from pathlib import Path

import captures
import compare
import suite
from real.check import MMX, every_form, raw_form, run, verdict
from real.guest import PAGE, PRESENT, SWAP, made_in, processes, read, steady

KINDS = 8
MASK = (1 << 64) - 1
# The workload's situations whose pages hold words by fill_page(), and those whose pages are of all kinds.
FILLED = ("swapped_out", "swapped_back", "swap_cache", "thp_swapped")
OF_KINDS = ("swapped_kinds", "swapped_past_zswap")
SHARED = ("shmem_swapped", "shmem_swapped_kinds")


def swapx(form, *words, status=(0,)):
    result = run(MMX, "-c", form, "--json", "swapx", *words)
    suite.expect(result.status in status, result)
    return suite.document(result.out, "mmx.swap/1")


def swaps(folder):
    """{path: (KiB, KiB in use, priority)} as /proc/swaps has it."""
    found = {}
    for line in (folder / "swaps").read_text().splitlines()[1:]:
        path, _, *numbers = line.split()
        path = re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), path)
        found[path] = tuple(map(int, numbers))
    return found


def areas(dump, form):
    """Areas are /proc/swaps'; every page's count is what entries were found; nothing is wrong."""
    document = swapx(form)
    before, after = (swaps(folder) for folder in compare.pair(dump.folder))
    faults = [f"finding: {finding}" for finding in document.get("findings", [])]
    for area, more in zip(document.get("areas", []), document.get("more", [])):
        said = (area["pages"] * 4, area["in_use"] * 4, area["priority"])
        if said not in (before.get(area["path"]), after.get(area["path"])):
            faults.append(f"{area}: captured {before.get(area['path'])}")
        if area["used"] != area["in_use"]:
            faults.append(f"{area}: not as many are in use as it counts")
        if more["counts"] != more["entries"] + more["shmem"]:
            faults.append(f"{more}: counts are not what was found")
    if len(document.get("areas", [])) != len(before):
        faults.append(f"{len(document.get('areas', []))} areas, captured {before}")
    for who in document.get("processes", []) + document.get("shmem", []):
        if who["unknown"]:
            faults.append(f"{who}: where {who['unknown']} pages are is not known")
    return verdict(faults, len(before), dump, 0)


def captured_entries(folder):
    """{(area, page): {(pid, address)}} of all processes' pagemaps."""
    found = defaultdict(set)
    for pid in processes(folder):
        path = folder / str(pid) / "pagemap"
        for start, words in (captures.pagemap(path) if path.exists() else {}).items():
            for nth, word in enumerate(words):
                if word & SWAP and not word & PRESENT:
                    found[word & 31, word >> 5 & (1 << 50) - 1].add((pid, start + nth * PAGE))
    return found


def owners(dump, form):
    """Every process and address that pagemap has in swap is found, page by page, and no other."""
    want = captured_entries(compare.pair(dump.folder)[0])
    document = swapx(form)
    numbers = {area["area"] for area in document.get("areas", [])}
    keys = sorted(key for key in want if key[0] in numbers)
    faults, first = [], 0
    names = {who["pid"]: who["others"] for who in document.get("processes", [])}
    while first < len(keys):
        last = first
        while last + 1 < len(keys) and keys[last + 1] == (keys[last][0], keys[last][1] + 1):
            last += 1
        area, page = keys[first]
        for slot in swapx(form, f"{area}:{page:x}-{keys[last][1]:x}", status=(0, 3))["slots"]:
            key = slot["area"], int(slot["offset"], 16)
            have = {(owner["pid"], int(owner["address"], 16)) for owner in slot.get("owners", []) if owner["address"]}
            # An address space that several processes have is told of the first.
            gone = {one for one in want[key] - have
                    if not any(names.get(pid, 0) and at == one[1] for pid, at in have)}
            if have - want[key] or gone:
                faults.append(f"{key}: {sorted(have)}, captured {sorted(want[key])}")
            if slot.get("count") != slot["found"]:
                faults.append(f"{key}: counted {slot.get('count')}, found {slot['found']}")
        first = last + 1
    return verdict(faults, len(keys), dump, 1 if "swapped_out" in made_in(dump) else 0)


def swapped_kib(smaps):
    """Swap of the mappings that are not shared; what those have in swap is shared memory's."""
    total = swap = 0
    for line in smaps.splitlines():
        if line.startswith("Swap:"):
            swap = int(line.split()[1])
        elif line.startswith("VmFlags:") and " sh" not in line:
            total += swap
    return total


def swap_of(dump, form):
    """What each process has in swap is smaps' Swap. VmSwap, which 6.1 counts in batches, may lag behind."""
    found = {who["pid"]: who["swap"] // 1024 for who in swapx(form).get("processes", [])}
    faults, compared = [], 0
    for pid in processes(dump.before):
        smaps = steady(dump, pid, "smaps")
        if smaps and "clone_vm" not in (read(dump.before, pid, "comm") or ""):
            compared += 1
            if found.get(pid, 0) != swapped_kib(smaps):
                faults.append(f"{pid}: {found.get(pid, 0)} KiB, smaps has {swapped_kib(smaps)}")
    return verdict(faults, compared, dump)


# Contents.

def noise(nth):
    nth = (nth + 1) * 0x9E3779B97F4A7C15 & MASK
    nth = (nth ^ nth >> 30) * 0xBF58476D1CE4E5B9 & MASK
    nth = (nth ^ nth >> 27) * 0x94D049BB133111EB & MASK
    return nth ^ nth >> 31


def filled_by(seed):
    return struct.pack("<1024I", *(seed * 2654435761 + i * 40503 + 1 & 0xFFFFFFFF for i in range(1024)))


def filled(pid, page):
    """As the workload's fill() has it, of the first seed."""
    return filled_by((pid << 16 ^ 1 << 10 ^ page) & 0xFFFFFFFF)


def is_filled(content, pids, page):
    """Whether it is what fill() gives that page for one of these processes, of any seed below 64."""
    seed = (int.from_bytes(content[:4], "little") - 1) * pow(2654435761, -1, 1 << 32) & 0xFFFFFFFF
    return content == filled_by(seed) and seed & 1023 == page & 1023 and seed >> 16 in pids


def of_kind(page, kind):
    """As its write_kind() has it."""
    if kind == 2:
        lines = "".join(f"page {page} line {i} of what mmx reads back\n" for i in range(200))
        return lines.encode()[:PAGE]
    if kind == 6:
        return bytes(b // 97 + page & 255 for b in range(PAGE))
    word = {0: lambda j: 0, 1: lambda j: 0x6D6D78206D6D7821 + page,
            3: lambda j: noise(page * 512 + j) if j < 64 else 0, 4: lambda j: noise(page * 512 + j),
            5: lambda j: 0 if j % 2 else noise(page * 512 + j),
            7: lambda j: 0 if j % 37 else noise(page * 512 + j)}[kind]
    return struct.pack("<512Q", *(word(j) for j in range(512)))


def held(slots):
    """What swapx -x wrote of each, by the slot; its "not_written" where it wrote nothing."""
    return [Path(slot["file"]).read_bytes() if "file" in slot else slot["not_written"] for slot in slots]


def private(form, told, name):
    """(page, what it holds, what it must hold) of a situation's pages that are in swap."""
    start, length = int(told["addr"], 16), told["len"]
    with tempfile.TemporaryDirectory(prefix="mmx-swap-") as folder:
        slots = swapx(form, "-x", folder, "-u", str(told["pid"]), f"{start:x}-{start + length - 1:x}",
                      status=(0, 3))["slots"]
        for slot, content in zip(slots, held(slots)):
            page = (int(slot["address"], 16) - start) // PAGE
            yield slot, content, (of_kind(page, page % KINDS) if name in OF_KINDS else filled(told["pid"], page))


def contents(dump, form):
    """Every page of the workload that is in swap comes back to the byte; one on a disk says where it is."""
    faults, compared = [], 0
    for name, told in made_in(dump).items():
        if name not in FILLED + OF_KINDS:
            continue
        for slot, content, want in private(form, told, name):
            compared += 1
            where = slot.get("where")
            if content != want and not (where == "disk" and "no disk" in str(content)):
                faults.append(f"{name} {slot['area']}:{slot['offset']} ({slot.get('stored')}): "
                              f"{content if isinstance(content, str) else 'other bytes'}")
    return verdict(faults, compared, dump, 1 if "swapped_out" in made_in(dump) else 0)


def shared_contents(dump, form):
    """The same of shared memory: of each situation the page at that index."""
    told = made_in(dump)
    pids = {one["pid"] & 0xFFFF for one in told.values() if "pid" in one}
    document, everything = swapx(form), {}
    for area in document.get("areas", []):
        if area["used"]:
            for slot in swapx(form, f"{area['area']}:0-{area['pages']:x}", status=(0, 3))["slots"]:
                everything[slot["area"], int(slot["offset"], 16)] = slot
    wanted = {key: slot for key, slot in everything.items() if any(owner["index"] for owner in slot.get("owners", []))}
    faults = []
    with tempfile.TemporaryDirectory(prefix="mmx-swap-") as folder:
        written = []
        if wanted:
            written = swapx(form, "-x", folder, *(f"{area}:{page:x}" for area, page in wanted), status=(0, 3))["slots"]
        for slot, content in zip(written, held(written)):
            owner = wanted[slot["area"], int(slot["offset"], 16)]["owners"][0]
            page = int(owner["index"], 16)
            right = "no disk" in content if isinstance(content, str) else \
                content == of_kind(page, page % KINDS) or is_filled(content, pids, page)
            if not right:
                faults.append(f"{slot['area']}:{slot['offset']} ({slot.get('stored')}), {owner}: other bytes")
    least = sum(told[name]["len"] // PAGE for name in SHARED if name in told)
    return verdict(faults, len(written), dump, least)


def shared_by_address(dump, form):
    """Shared memory that is in swap is found by the addresses that it is mapped at, though no entry tells of it."""
    faults, compared = [], 0
    for name in SHARED:
        told = made_in(dump).get(name)
        if not told:
            continue
        for slot, content, _ in private(form, told, name):
            compared += 1
            page = (int(slot["address"], 16) - int(told["addr"], 16)) // PAGE
            right = "no disk" in content if isinstance(content, str) else \
                content == of_kind(page, page % KINDS) or is_filled(content, {told["pid"]}, page)
            if not right:
                faults.append(f"{name} page {page}, {slot['area']}:{slot['offset']}: other bytes")
    return verdict(faults, compared, dump, sum(told["len"] // PAGE for name, told in made_in(dump).items() if name in SHARED))


CHECKS = [
    ("swapx areas", every_form, areas),
    ("swapx owners", every_form, owners),
    ("swapx of processes", every_form, swap_of),
    ("swapx contents", raw_form, contents),
    ("swapx contents of shared memory", raw_form, shared_contents),
    ("swapx of shared memory by address", raw_form, shared_by_address),
]
