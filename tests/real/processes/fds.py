# SPDX-License-Identifier: GPL-2.0-or-later
"""Open files of processes."""
from real.check import ask, every_form, verdict
from real.guest import situations_of

KNOWN = {"pipe_full": "pipe:[{inode}]", "vmspliced": "pipe:[{inode}]", "socket_full": "socket:[{inode}]",
         "memfd": "{path} (deleted)"}


def fds(dump, form):
    """Those that a situation tells of, under their descriptors; every other one is a file as well."""
    found = {(int(pid), int(fd)): path for pid, fd, path in ask(form, "fds")}
    faults = [f"{pid} {fd}: {path}" for (pid, fd), path in found.items()
              if not path.startswith(("/", "pipe:[", "socket:[", "anon_inode:"))]
    made = {name: situation for name, situation in situations_of(dump).items() if name in KNOWN and situation["made"]}
    for name, situation in made.items():
        path = found.get((situation["pid"], situation["fd"]))
        if path != KNOWN[name].format(**situation):
            faults.append(f"{name}: {situation}, found {path}")
    return verdict(faults, len(found) if len(made) > 2 else 0, dump, 100)


CHECKS = [
    ("open files", every_form, fds),
]
