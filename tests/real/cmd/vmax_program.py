# SPDX-License-Identifier: GPL-2.0-or-later
"""
vmax -e of every process against its auxv, stat and maps, and its program as binutils has it; symbols of addresses
against nm and the addresses that the vDSO says.
"""
import re
import struct
import tempfile
from pathlib import Path

import suite
from real.check import MMX, documents, raw_form, run, verdict
from real.cmd.vmax import maps_of, steady_pids, told, vmas
from real.guest import read

# Fields of stat, by number: where things begin and end; those of code and of the stack are numbers 26 to 28.
STAT = {"code": (26, 27), "stack began": (28, None), "data": (45, 46), "heap (brk)": (47, None), "arguments": (48, 49),
        "environment": (50, 51)}
SYMBOLS = 60


def captured(dump, pid):
    """Pairs of auxv, of 64 bits: the guest has no others."""
    data = (dump.before / str(pid) / "auxv").read_bytes()
    pairs = list(struct.iter_unpack("<2Q", data))
    return pairs[:-1] if pairs else []


def programs(form, pids):
    return documents(form, [f"vmax -e {pid}" for pid in pids], "mmx.vma/1")


def places_of(stat):
    fields = [None, *re.sub(r"\(.*\)", "x", stat, flags=re.S).split()]
    return {name: [int(fields[number]) if number else None for number in ends] for name, ends in STAT.items()}


def against_auxv(dump, form):
    """What each was told, where its parts are, and that a task without memory says why."""
    pids = [pid for pid in steady_pids(dump, "maps") if (dump.before / str(pid) / "auxv").exists()]
    faults, compared = [], 0
    for pid, answer in zip(pids, programs(form, pids)):
        program, = answer["programs"]
        wanted, found = captured(dump, pid), [(row["type"], int(row["value"], 16)) for row in program.get("auxv", ())]
        if not wanted:
            # Of a leader that has exited /proc has nothing, though its threads have memory.
            if not program["memory"].startswith("none" if not found else "of threads"):
                faults.append(f"{pid}: no auxv, and {program['memory']}")
            continue
        if found != wanted:
            faults.append(f"{pid}: auxv {found[:3]}, captured {wanted[:3]}")
        compared += len(wanted)
        stat = read(dump.before, pid, "stat")
        for row in program["places"]:
            ends = [row[end] and int(row[end], 16) for end in ("start", "end")]
            true = places_of(stat)[row["what"]]
            if [end for end, known in zip(ends, true) if known is not None] != [end for end in true if end is not None]:
                faults.append(f"{pid}: {row}, stat has {true}")
        vdso = [start for start, *_, name in told(maps_of(dump, pid)) if name == "[vdso]"]
        if [int(program["vdso"], 16)] != vdso or "missing" in program or program["kind"] != "static, at fixed addresses":
            faults.append(f"{pid}: {program}")
    return verdict(faults, compared, dump, 500)


def init_of(form, folder):
    """The guest's program, out of the dump's page cache."""
    answer = run(MMX, "-c", form, "--json", "filex", "-x", folder, "/init")
    return Path(suite.document(answer.out, "mmx.file/1")["extracted"]["to"])


def segments(path):
    """Program headers as readelf has them: (type, offset, address, bytes of the file, of memory)."""
    out = run("readelf", "-lW", path).out
    return [(kind, *(int(word, 16) for word in rest.split())) for kind, rest in
            re.findall(r"^  ([A-Z_]+) +(0x\w+ 0x\w+) 0x\w+ 0x\w+ 0x\w+", out, re.M)]


def symbols(path):
    """{address: names} of functions that have a length, by nm, and the length of each."""
    found = {}
    for line in run("nm", "-S", "--defined-only", path).out.splitlines():
        words = line.split()
        if len(words) == 4 and words[2] in "TtWwi":
            found.setdefault((int(words[0], 16), int(words[1], 16)), set()).add(words[3])
    return found


def against_binutils(dump, form):
    """The program headers of 1 as readelf has them, and functions of it by nm: their first byte, and their last."""
    with tempfile.TemporaryDirectory(prefix="mmx-real-") as folder:
        path = init_of(form, folder)
        wanted, known = segments(path), symbols(path)
    program, = next(programs(form, [1]))["programs"]
    faults = [f"{row}" for row, true in zip(program["segments"], wanted)
              if (row["type"], int(row["offset"], 16), int(row["vaddr"], 16)) != true]
    # Functions of one place with different lengths, or within each other, have no one answer.
    ordered, asked = sorted(known), []
    for before, (start, size), after in zip([(0, 0), *ordered], ordered, [*ordered[1:], (1 << 63, 0)]):
        if sum(before) <= start and start + size <= after[0] and before[0] != start != after[0]:
            asked.append((start, size))
    asked = asked[::max(len(asked) // SYMBOLS, 1)]
    calls = [(address, start, size) for start, size in asked for address in (start, start + size - 1)]
    for (address, start, size), answer in zip(calls, vmas(form, [f"1 {address:x}" for address, *_ in calls])):
        there = answer["address"]
        name, _, offset = there.get("symbol", "+0x0").rpartition("+")
        if name not in known[start, size] or int(offset, 16) != address - start or int(there["symbol_size"], 16) != size:
            faults.append(f"{address:#x}: {known[start, size]}, found {there}")
    return verdict(faults, len(calls) + len(wanted), dump, 100)


def vdso(dump, form):
    """The vDSO's functions by the dynamic linker's symbols in it, which are nowhere but in memory."""
    faults, found = [], set()
    start, end = next((start, end) for start, end, *_, name in told(maps_of(dump, 1)) if name == "[vdso]")
    for answer in vmas(form, [f"1 {address:x}" for address in range(start, end, 0x40)]):
        there = answer["address"]
        if "symbol" in there:
            name, _, offset = there["symbol"].rpartition("+")
            found.add(re.sub("^__vdso_", "", name))
            if int(offset, 16) >= int(there["symbol_size"], 16):
                faults.append(f"{there}")
    if not found >= {"clock_gettime", "gettimeofday"}:
        faults.append(f"functions of the vDSO: {sorted(found)}")
    return verdict(faults, len(found), dump, 3)


CHECKS = [
    ("vmax -e against auxv and stat", raw_form, against_auxv),
    ("vmax's symbols against binutils", raw_form, against_binutils),
    ("vmax's symbols of the vDSO", raw_form, vdso),
]
