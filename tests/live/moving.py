# SPDX-License-Identifier: GPL-2.0-or-later
"""
What mmx said while memory moved, against what the kernel said right before and right after (guest_ask.c).

What does not move between the two must be equal, and a number that moves must lie between them. Only what churn
takes and gives back in the meantime (guest_churn.c) may lead a number outside, by so much at most.
"""
import json
import re

import captures
import compare
from suite import equal, expect

# Two processes, each with 2 MiB, a child with as much, and two files of 256 KiB in turn; page tables and kernel memory.
CHURN_PAGES = 2 * (2 * 512 + 2 * 64 + 256)
CHURN_OBJECTS = 2000  # of one slab cache: what two processes are made of, and files
CHURN_MAPPERS = 4     # the two and their children map the same program as everybody,
CHURN_PSS_KIB = 16    # which shares in its pages
CHURN_LINES = 40      # of vmallocinfo: stacks of processes that come and go
STILL = 0.97          # of all frames do not move meanwhile
PAGE_KIB = 4
GROWTH_KIB = 4096     # of a session, behind the first round of all commands
LONG_ROUND = 30       # commands that such a round has at least


def leeway(entry, line, before):
    """By how much churn may lead a number of this line, behind that text, outside."""
    if entry in ("vmstat", "node0/vmstat"):
        return CHURN_PAGES if line.startswith("nr_") else 0
    if entry in ("zoneinfo", "buddyinfo", "pagetypeinfo"):
        return CHURN_PAGES
    if entry in ("meminfo", "node0/meminfo"):
        return CHURN_PAGES * PAGE_KIB
    if before.endswith("mapmax="):
        return CHURN_MAPPERS
    if line.startswith("Pss"):
        return CHURN_PSS_KIB
    return CHURN_OBJECTS if entry == "slabinfo" else 0


def wrong_number(before, after, given, allowed):
    """Of a token that is a number each time."""
    low, high, value = (compare.number(token) for token in (before, after, given))
    if None in (low, high, value):
        return given not in (before, after)
    return not min(low, high) - allowed <= value <= max(low, high) + allowed


def wrong_line(entry, before, after, given):
    if given in (before, after):
        return None
    old, new, mine = map(compare.tokens, (before, after, given))
    alike = len(old) == len(new) == len(mine)
    if alike and not any(wrong_number(*three, leeway(entry, before, text))
                         for *three, text in zip(old, new, mine, ["", *old])):
        return None
    return f"{before!r} before, {after!r} after, and mmx has {given!r}"


def wrong_lines(entry, before, after, given):
    texts = [text.split("\n") for text in (before, after, given)]
    if len({len(lines) for lines in texts}) > 1:
        return [f"{entry}: lines before, after and of mmx: {[len(lines) for lines in texts]}"]
    return [f"{entry}: {wrong}" for wrong in (wrong_line(entry, *three) for three in zip(*texts)) if wrong]


def wrong_set(entry, before, after, given):
    """Of lines that come and go: those that stay are there, and few are there that neither has."""
    old, new, mine = (set(text.split("\n")) for text in (before, after, given))
    missing, more = sorted((old & new) - mine), sorted(mine - old - new)
    return ([f"{entry}: mmx lacks {line!r}" for line in missing]
            + [f"{entry}: only mmx has {line!r}" for line in more if len(more) > CHURN_LINES])


class Moving:
    """What came of it in a guest."""

    def __init__(self, after):
        self.asked = after / "live/asked"
        notes = list(map(json.loads, (after / "live/notes").read_text().splitlines()))
        self.words = {note["words"]: note for note in notes if "words" in note}
        self.sleepers = {note["sleeper"]: note["pid"] for note in notes if "sleeper" in note}
        self.costs = [note for note in notes if "cost" in note]
        self.rounds = [note for note in notes if "soak" in note]
        self.soaked = [note for note in notes if "soaked" in note]
        self.session = json.loads((after / "live/session").read_text())
        self.messages = (after / "live/session.err").read_text(errors="replace")

    def entry_names(self):
        return sorted(path.name.removesuffix(".out") for path in self.asked.glob("*.out"))

    def text(self, name, kind):
        return (self.asked / f"{name}.{kind}").read_bytes().decode("latin-1")


def texts(moving):
    """Every entry that is text: of the machine, its node, and processes that sleep."""
    faults, names = [], moving.entry_names()
    for name in names:
        entry = name.replace("_", "/", 1) if re.match(r"\d|node", name) else name
        three = [moving.text(name, kind) for kind in ("before", "after", "out")]
        faults += (wrong_set if entry == "vmallocinfo" else wrong_lines)(entry, *three)
    expect(not faults, f"{len(faults)} wrong\n" + "\n".join(faults[:compare.SHOWN]))
    of_processes = [name for name in names if name[0].isdigit()]
    expect(len(of_processes) >= 24 and len(names) - len(of_processes) >= 11, f"only {len(names)} entries were asked: {names}")


def words(moving, rss_kib):
    """Frames that do not move have the kernel's words, but for what churn and mmx itself have of them in the meantime."""
    frames = [note for name, note in moving.words.items() if "/" not in name]
    equal(len(frames), 3, f"files of frames in {list(moving.words)}")
    for note in frames:
        equal(note["answered"], note["all"], f"words of {note['words']}")
        expect(note["still"] > STILL * note["all"], f"all but {note['still']} frames moved: {note}")
        expect(note["differ"] <= CHURN_PAGES + rss_kib // PAGE_KIB, f"too many frames differ: {note}")


def pagemaps(moving):
    """Of processes that sleep: to the word."""
    found = [note for name, note in moving.words.items() if "/" in name]
    expect(len(found) >= 8, f"only {len(found)} mappings were asked about")
    for note in found:
        equal((note["answered"], note["differ"]), (note["all"], 0), f"answered and other words: {note}")


def maps_lines(text):
    for line in text.splitlines():
        span, perms, offset, _, _, *_ = line.split(None, 5)
        if "vsyscall" not in line:
            yield (*span.split("-"), perms, int(offset, 16))


def spaces(dump, moving):
    """vmax of processes that sleep has the mappings of /proc/PID/maps."""
    for name, pid in moving.sleepers.items():
        document = json.loads(moving.text(name, "vmax"))
        found = [(m["start"][2:].zfill(8), m["end"][2:].zfill(8), m["perms"], int(m["pgoff"], 16) << 12)
                 for m in document["spaces"][0]["mappings"]]
        wanted = list(maps_lines((dump.before / str(pid) / "maps").read_bytes().decode("latin-1")))
        # The offset of anonymous memory is shown as 0, and is its address.
        differ = [pair for pair in zip(found, wanted) if pair[0][:3] != pair[1][:3] or pair[1][3] not in (0, pair[0][3])]
        expect(len(found) == len(wanted) and not differ, f"{name}: {len(found)} mappings of {len(wanted)}; {differ[:3]}")


def frames_of(dump, pid, address, pages):
    return captures.frames(captures.pagemap(dump.before / str(pid) / "pagemap"), address, pages << 12)


def tables(dump, moving):
    """ptx of a range has the frames of /proc/PID/pagemap."""
    for name, pid in moving.sleepers.items():
        runs = json.loads(moving.text(name, "ptx"))["runs"]
        first, last = int(runs[0]["start"], 16), int(runs[-1]["last"], 16)
        found = {}
        for run in (run for run in runs if run["state"] == "mapped"):
            found |= {int(run["start"], 16) + (i << 12): int(run["pfn"], 16) + i for i in range(run["pages"])}
        wanted = frames_of(dump, pid, first, (last + 1 - first) >> 12)
        got = [found.get(first + (i << 12)) for i in range(len(wanted))]
        equal(got, wanted, f"frames of {name} from {first:#x} on")


def reverse_maps(dump, moving):
    """rmapx leads back to the process and the address, and comes to the kernel's count."""
    compared, counts = 0, captures.words(dump.before / "kpagecount")
    for name, pid in moving.sleepers.items():
        for page in json.loads(moving.text(name, "rmapx"))["pages"]:
            pfn = int(page["pfn"], 16)
            of_mine = [int(m["vaddr"], 16) for m in page["mappings"] if m["pid"] == pid]
            expect(page["agree"] and of_mine, f"{name}: {page}")
            expect(pfn in frames_of(dump, pid, of_mine[0] & ~0xfff, 1), f"{name}: PFN {pfn:#x} is not at {of_mine[0]:#x}")
            if page["kind"] == "anon":
                equal(page["mapcount"], counts[pfn], f"count of PFN {pfn:#x}")
            compared += 1
    expect(compared >= 9, f"only {compared} pages were asked about")


def poisoned(dump, moving):
    """What /proc/kcore gives as zeros was not read."""
    if not json.loads((dump.folder / "situations.json").read_text())["hwpoison"]["made"]:
        return
    text = moving.text("hwpoison", "readx")
    expect("unreadable" in text, f"a poisoned frame reads as {text}")


def soak(moving):
    """Commands at random: each gives an answer, none a finding, and mmx does not grow."""
    equal(len(moving.soaked), 1, "a command gave no answer, or mmx died: soaks that came to their end")
    expect(moving.session["status"] in (0, 1, 2, 3), f"status of the session: {moving.session}")
    wrong = [line for line in moving.messages.splitlines() if "wrong in each of" in line]
    expect(not wrong, f"nothing is wrong in that kernel, and mmx says\n" + "\n".join(wrong[:compare.SHOWN]))
    soaked = moving.soaked[0]
    if len(moving.rounds) >= LONG_ROUND:
        expect(soaked["most_kib"] <= soaked["warm_kib"] + GROWTH_KIB, f"it grew: {soaked}")
