# SPDX-License-Identifier: GPL-2.0-or-later
"""Open files of processes."""
import compare
from real.check import ask, every_form, verdict
from real.guest import processes


def links(folder, pid):
    """{descriptor: where its link leads}, as PID 1 saw it; what would end a field is written as the question does."""
    path = folder / str(pid) / "links"
    words = path.read_bytes().decode(errors="replace").split("\0") if path.exists() else []
    return {int(name.removeprefix("fd/")): target.replace("\n", "\\012").replace("\t", "\\011")
            for name, target in zip(words[::2], words[1::2]) if name.startswith("fd/")}


def fds(dump, form):
    """Every descriptor of every process, and what it leads to, where the captures agree."""
    found = {}
    for pid, fd, path in ask(form, "fds"):
        found.setdefault(int(pid), {})[int(fd)] = path
    before, after = compare.pair(dump.folder)
    faults, compared = [], 0
    for pid in processes(before):
        wanted = links(before, pid)
        # PID 1 had the folders open that it was reading.
        if pid == 1 or wanted != links(after, pid):
            continue
        compared += len(wanted)
        faults += [f"{pid} {fd}: {found.get(pid, {}).get(fd)}, its link led to {wanted.get(fd)}"
                   for fd in wanted.keys() | found.get(pid, {}).keys()
                   if found.get(pid, {}).get(fd) != wanted.get(fd)]
    return verdict(faults, compared, dump, 300)


CHECKS = [
    ("open files", every_form, fds),
]
