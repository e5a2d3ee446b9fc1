# SPDX-License-Identifier: GPL-2.0-or-later
"""Of every process status, stat, comm, cmdline, auxv, cgroup and the folder fd, by procx: equal to the byte."""
import re

import compare
from real.check import every_form, outputs, raw_form, unfiltered_form, verdict
from real.guest import processes
from real.processes.fds import links
from suite import expect

# While it captures, PID 1 runs and reads its own file; when the dump is made it waits. A worker of the kernel takes up
# work at any time, so between the captures too. Of both the state differs, and whether it waits, of a worker what it
# says of its work: in the words of stat, and in those of the lines of status.
STATE = {"stat": {2, 34}, "status": {"State:"}, "comm": set()}
NAME = {"stat": {1}, "status": {"Name:"}, "comm": {0}}
WORKER = re.compile(rb"kworker/[^+-]*")


def captured(dump, name):
    """(PID, both captures of that file)."""
    before, after = compare.pair(dump.folder)
    for pid in processes(before):
        files = [folder / str(pid) / name for folder in (before, after)]
        if all(file.exists() for file in files):
            yield pid, *(file.read_bytes() for file in files)


def words(name, contents):
    """{where: word}, which are by number in stat, whose name may have spaces, and by line and number in status."""
    if name == "comm":
        return {0: contents}
    if name == "stat":
        before, _, rest = contents.rpartition(b") ")
        return dict(enumerate([*before.split(b" (", 1), *rest.split()]))
    return {(line.split(b"\t")[0].decode(errors="replace"), number): word
            for line in contents.splitlines() for number, word in enumerate(re.split(rb"[\t ]+", line))}


def between(word, one, other):
    """Whether a word is one of two, or a number between them."""
    if word in (one, other):
        return True
    return all(text.isdigit() for text in (word, one, other)) and \
        min(int(one), int(other)) <= int(word) <= max(int(one), int(other))


def spared(name, pid, where, word, one):
    """Whether a word may be any."""
    line = where[0] if isinstance(where, tuple) else where
    worker = WORKER.match(one) if line in NAME[name] else None
    if worker:
        return word.startswith(worker[0])
    return line in STATE[name] and pid == 1


def moved_fault(name, pid, found, one, other):
    """What is wrong with a file that moved: each word lies between those that the captures have."""
    found, one, other = (words(name, contents) for contents in (found, one, other))
    if found.keys() != one.keys() or one.keys() != other.keys():
        return f"it has {len(found)} words, captured {len(one)} and {len(other)}"
    is_worker = any(WORKER.match(one[where]) for where in one
                    if (where[0] if isinstance(where, tuple) else where) in NAME[name])
    wrong = [f"{where}: {found[where]!r}, captured {one[where]!r} and {other[where]!r}" for where in found
             if not between(found[where], one[where], other[where])
             and not spared(name, 1 if is_worker else pid, where, found[where], one[where])]
    return "; ".join(wrong[:3]) or None


def complaints(result):
    """What procx says, not mmx of the form of the dump."""
    return [line for line in result.err.splitlines() if not line.startswith("mmx: ")]


def entries(form, names):
    """What procx writes for each of many entries, all asked in one session, which has nothing to complain of."""
    contents = []
    for ended, content in outputs(form, [f"procx {name}" for name in names]):
        expect(not ended.status and not complaints(ended), ended)
        contents.append(content)
    return contents


def fault_of(name, pid, found, one, other):
    if found in (one, other):
        return None
    fault = moved_fault(name, pid, found, one, other) if name in STATE else f"{found!r}, captured {one!r} and {other!r}"
    return f"{pid}: {fault}" if fault else None


def compared(name):
    """A check of that file of every process."""
    def check(dump, form):
        files = list(captured(dump, name))
        found = entries(form, [f"{pid}/{name}" for pid, *_ in files])
        faults = [fault_of(name, pid, content, one, other) for (pid, one, other), content in zip(files, found)]
        return verdict(list(filter(None, faults)), sum(one == other for _, one, other in files), dump, 50)
    return check


def fd_text(targets):
    """The folder as procx has it, which writes a newline as maps does."""
    return "".join(f"{fd} -> {target}\n" for fd, target in sorted(targets.items())).encode()


def folder_fd(dump, form):
    before, after = compare.pair(dump.folder)
    # PID 1 had the folders open that it was reading.
    steady = [(pid, links(before, pid)) for pid in processes(before)
              if pid != 1 and links(before, pid) == links(after, pid)]
    found = entries(form, [f"{pid}/fd" for pid, _ in steady])
    faults = [f"{pid}: {content!r}, links led to {targets}" for (pid, targets), content in zip(steady, found)
              if content.replace(b"\t", b"\\011") != fd_text(targets)]
    return verdict(faults, sum(len(targets) for _, targets in steady), dump, 300)


CHECKS = [
    ("procx PID/status", every_form, compared("status")),
    # The memory of processes is filtered out.
    ("procx PID/cmdline", unfiltered_form, compared("cmdline")),
    *((f"procx PID/{name}", raw_form, compared(name)) for name in ("stat", "comm", "auxv", "cgroup")),
    ("procx PID/fd", raw_form, folder_fd),
]
