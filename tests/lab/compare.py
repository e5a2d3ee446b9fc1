#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compare answers about a dump with what the running kernel said of itself around it.

What the two captures agree on did not move, and an answer must be equal to it. A number that moved
must lie between its two values.
"""
import argparse
import json
import re
import sys
from array import array
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import captures

PAGE = 4096
FLAG_NAMES = dict(enumerate(
    "LOCKED ERROR REFERENCED UPTODATE DIRTY LRU ACTIVE SLAB WRITEBACK RECLAIM BUDDY MMAP ANON SWAPCACHE "
    "SWAPBACKED COMPOUND_HEAD COMPOUND_TAIL HUGE UNEVICTABLE HWPOISON NOPAGE KSM THP OFFLINE ZERO_PAGE IDLE "
    "PGTABLE".split()))
FLAG_NAMES |= dict(enumerate(
    "RESERVED MLOCKED MAPPEDTODISK PRIVATE PRIVATE_2 OWNER_PRIVATE ARCH UNCACHED SOFTDIRTY ARCH_2".split(), 32))
PAGEMAP_NAMES = {55: "SOFT_DIRTY", 56: "EXCLUSIVE", 57: "UFFD_WP", 58: "GUARD", 61: "FILE", 62: "SWAP", 63: "PRESENT"}
SHOWN = 20


@dataclass
class Verdict:
    """What came of a comparison."""
    compared: int = 0        # values that had to be right
    moved: int = 0           # values that differ between the captures
    absent: int = 0          # values that the dump does not have
    wrong: int = 0
    lines: list = field(default_factory=list)

    def fault(self, line):
        self.wrong += 1
        if self.wrong <= SHOWN:
            self.lines.append(line)

    def show(self, what):
        print(f"{what}: {self.compared} compared, {self.moved} moved, {self.absent} absent, {self.wrong} wrong")
        for line in self.lines:
            print("  " + line)
        if self.wrong > SHOWN:
            print(f"  ... and {self.wrong - SHOWN} more")


def pair(dump):
    """The two captures that bracket a dump; when it was made by a dying kernel, both are from before."""
    bracket = json.loads((dump / "manifest.json").read_text())["bracket"]
    return (dump / "before", dump / "after") if bracket == "around" else (dump / "earlier", dump / "before")


def bits(word, names):
    """A word's flags by name."""
    return "|".join(names.get(bit, f"bit{bit}") for bit in range(64) if word >> bit & 1) or "none"


def describe(name, word):
    """A word in hex, and in words when its bits have names."""
    if name == "kpageflags":
        return f"{word:#x} ({bits(word, FLAG_NAMES)})"
    if name.endswith("pagemap"):
        return f"{word:#x} ({bits(word >> 55 << 55, PAGEMAP_NAMES)})"
    return f"{word:#x}"


def read_words(path):
    """A captured file of words; of a pagemap, the entries of all its mappings one after the other."""
    if path.name != "pagemap":
        return captures.words(path)
    together = array("Q")
    for entries in captures.pagemap(path).values():
        together.extend(entries)
    return together


def places(path, name):
    """What the index of a word stands for: a PFN, or a virtual address."""
    if not name.endswith("pagemap"):
        return lambda index: f"PFN {index:#x}"
    areas = captures.pagemap(path)
    return lambda index: address_of(areas, index)


def address_of(areas, index):
    for start, entries in areas.items():
        if index < len(entries):
            return f"address {start + index * PAGE:#x}"
        index -= len(entries)
    return f"entry {index:#x} beyond the last mapping"


def summary(name, wrong):
    """Which bits are wrong, and how often, of (truth, answer) pairs."""
    if name != "kpageflags":
        return []
    counts = Counter()
    for truth, answer in wrong:
        for bit in range(64):
            if (truth ^ answer) >> bit & 1:
                counts[("missing " if truth >> bit & 1 else "not so: ") + FLAG_NAMES.get(bit, f"bit{bit}")] += 1
    return [f"{text} in {count}" for text, count in counts.most_common()]


def compare_words(name, before, after, answer, absent=None, place=lambda index: f"PFN {index:#x}"):
    """Hold an answer's words against those captured; absent has a byte a word, not 0 where the dump has none."""
    verdict, wrong = Verdict(), []
    if len(before) != len(after) or len(before) != len(answer):
        verdict.fault(f"{len(before)} words before, {len(after)} after, {len(answer)} in the answer")
    if absent is not None and len(absent) < len(answer):
        verdict.fault(f"only {len(absent)} of {len(answer)} words are said to be absent or not")
        return verdict
    for index, (one, other, mine) in enumerate(zip(before, after, answer)):
        if absent is not None and absent[index]:
            verdict.absent += 1
        elif one != other:
            verdict.moved += 1
        else:
            verdict.compared += 1
            if one != mine:
                wrong.append((one, mine))
                verdict.fault(f"{place(index)}: the kernel says {describe(name, one)}, "
                              f"the answer is {describe(name, mine)}")
    verdict.lines += summary(name, wrong)
    return verdict


def tokens(line):
    """A line's numbers, each with the blanks in front of it, and what stands between them."""
    return re.findall(r"\s*(?<![\w.])\d+(?![\w.])|(?:(?!\s*(?<![\w.])\d+(?![\w.])).)+", line)


def number(token):
    text = token.strip()
    return int(text) if text.isdigit() else None


def compare_line(verdict, place, before, after, answer):
    """A line that moved: its fields one by one."""
    old, new, mine = tokens(before), tokens(after), tokens(answer)
    if not len(old) == len(new) == len(mine):
        if answer not in (before, after):
            verdict.fault(f"{place}: {before!r} before, {after!r} after, the answer is {answer!r}")
        return
    for one, other, given in zip(old, new, mine):
        low, high, value = number(one), number(other), number(given)
        if one == other:
            verdict.compared += 1
            right = given == one
        else:
            verdict.moved += 1
            right = given in (one, other)
            if None not in (low, high, value):
                right = min(low, high) <= value <= max(low, high)
        if not right:
            verdict.fault(f"{place}: {one.strip()!r} before, {other.strip()!r} after, the answer is "
                          f"{given.strip()!r} in {answer!r}")


def compare_text(before, after, answer):
    """Hold an answer's lines against those captured: to the byte where nothing moved."""
    verdict = Verdict()
    old, new, mine = before.split("\n"), after.split("\n"), answer.split("\n")
    if len(old) != len(new):
        verdict.moved += 1
        if answer not in (before, after):
            verdict.fault(f"{len(old)} lines before, {len(new)} after: the answer equals neither")
        return verdict
    if len(mine) != len(old):
        verdict.fault(f"{len(old)} lines captured, {len(mine)} in the answer")
    for index, (one, other, given) in enumerate(zip(old, new, mine), 1):
        if one != other:
            compare_line(verdict, f"line {index}", one, other, given)
            continue
        verdict.compared += 1
        if given != one:
            verdict.fault(f"line {index}: the kernel says {one!r}, the answer is {given!r}")
    return verdict


def command_words(arguments):
    before, after = pair(arguments.dump)
    answer = captures.words(arguments.answer)
    absent = arguments.absent.read_bytes() if arguments.absent else None
    name = arguments.name
    return compare_words(name, read_words(before / name), read_words(after / name), answer, absent,
                         places(before / name, name))


def command_text(arguments):
    texts = [path.read_text(errors="surrogateescape")
             for path in (*(folder / arguments.name for folder in pair(arguments.dump)), arguments.answer)]
    return compare_text(*texts)


def command_stable(arguments):
    """The captures compared with each other: what of them can be held against an answer."""
    before, after = (read_words(folder / arguments.name) for folder in pair(arguments.dump))
    return compare_words(arguments.name, before, after, before)


def command_ranges(arguments):
    for start, entries in captures.pagemap(pair(arguments.dump)[0] / arguments.pid / "pagemap").items():
        print(f"{start:x}-{start + len(entries) * PAGE:x}")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)

    def command(name, run, text, *files):
        one = commands.add_parser(name, help=text)
        one.add_argument("dump", type=Path, help="the dump's folder")
        for file in files:
            one.add_argument(file, type=Path if file == "answer" else str)
        one.set_defaults(run=run, name=files[0])
        return one

    words = command("words", command_words, "a file of 64-bit words: kpageflags, PID/pagemap, ...", "name", "answer")
    words.add_argument("--absent", type=Path, help="a byte a word, not 0 where the dump has no answer")
    text = command("text", command_text, "a text: buddyinfo, PID/smaps, ...", "name", "answer")
    for one in (words, text):
        one.add_argument("--allow", type=int, default=0, metavar="N", help="how many may be wrong")
    command("stable", command_stable, "how much of a file of words did not move", "name").set_defaults(allow=0)
    command("ranges", command_ranges, "the ranges that a captured pagemap covers, in order", "pid")
    return parser.parse_args()


def main():
    arguments = parse()
    verdict = arguments.run(arguments)
    if verdict is None:
        return 0
    verdict.show(arguments.name)
    return 1 if verdict.wrong > arguments.allow else 0


if __name__ == "__main__":
    sys.exit(main())
