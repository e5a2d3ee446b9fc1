# SPDX-License-Identifier: GPL-2.0-or-later
"""What a lab dump's guest said of itself, between its two captures and in them."""
import json
import re
from dataclasses import dataclass

import captures
import compare

PAGE = 4096
PRESENT, SWAP = 1 << 63, 1 << 62  # of a word of pagemap
KPF = {name: 1 << bit for bit, name in compare.FLAG_NAMES.items()}  # of one of kpageflags


def texts(dump, name):
    """A file of both captures."""
    return [(folder / name).read_text() for folder in compare.pair(dump.folder)]


def words_of(dump, name):
    return captures.words(dump.before / name)


def steady_flags(dump):
    """(frame, its kpageflags), of the frames that did not move."""
    words = [captures.words(folder / "kpageflags") for folder in compare.pair(dump.folder)]
    return [(pfn, one) for pfn, (one, other) in enumerate(zip(*words)) if one == other]


def vmstat(folder, name):
    return int(re.search(rf"^{name} (\d+)$", (folder / "vmstat").read_text(), re.M)[1])


def processes(folder):
    return sorted(int(path.name) for path in folder.iterdir() if path.name.isdigit())


def read(folder, pid, name):
    path = folder / str(pid) / name
    return path.read_text(errors="replace") if path.exists() else None


@dataclass
class Area:
    """A line of maps."""
    start: int
    end: int
    offset: int
    dev: tuple
    inode: int
    path: str

    def pages(self):
        return range(self.start, self.end, PAGE)


def areas(folder, pid):
    found = []
    for line in (read(folder, pid, "maps") or "").splitlines():
        start, end, _, offset, major, minor, inode, path = re.match(
            r"(\w+)-(\w+) (\S+) (\w+) (\w+):(\w+) (\d+)\s*(.*)", line).groups()
        # A tab would end a field of an answer: the questions write it as maps does a newline.
        found.append(Area(int(start, 16), int(end, 16), int(offset, 16), (int(major, 16), int(minor, 16)),
                          int(inode), path.replace("\t", "\\011")))
    return found


def steady(dump, pid, name):
    """A process's file, when the captures agree on it."""
    one, other = (read(folder, pid, name) for folder in compare.pair(dump.folder))
    return one if one == other else None


def unwalked(folder, pid):
    """First addresses of areas that /proc/PID/pagemap passes over: mapped by frame number."""
    found, start = set(), None
    for line in (read(folder, pid, "smaps") or "").splitlines():
        head = re.match(r"([0-9a-f]+)-[0-9a-f]+ ", line)
        if head:
            start = int(head[1], 16)
        elif line.startswith("VmFlags:") and " pf" in line:
            found.add(start)
    return found


def pte_kib(folder, pid):
    """VmPTE of a process in KiB; None for one that is gone, or has no memory any more."""
    path = folder / pid / "status"
    found = re.search(r"VmPTE:\s+(\d+)", path.read_text()) if path.exists() else None
    return int(found[1]) if found else None


def has_memcgs(dump):
    """Whether the kernel counts memory by memory cgroups."""
    return "cgroup_disable=memory" not in (dump.before / "cmdline").read_text()


def situations_of(dump):
    """What the workload did, by name."""
    return json.loads((dump.folder / "situations.json").read_text())


def pfns_of(situation):
    return [int(pfn, 16) for pfn in situation.get("pfns", []) if pfn]


def made_in(dump):
    return {name: told for name, told in situations_of(dump).items()
            if told.get("made")}
