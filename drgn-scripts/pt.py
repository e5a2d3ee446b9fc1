#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
The page tables of every process as runs, as `mmx ptx -u PID -r` of all that user space can have, and what CPUs run
on, as `mmx ptx`: for crosscheck.py. The processes come first, so that both can be asked at the same time.
"""
import sys

from mmxdrgn import answers, script
from mmxdrgn.answers import word
from mmxdrgn.task import Tasks
from mmxdrgn.tlb import cpus
from mmxdrgn.user_entry import UserEntries


def row(run):
    return [word(run.start), word(run.last), run.state, run.size, None if run.pfn is None else word(run.pfn)]


def answer(model, _):
    tasks, entries = Tasks(model.kernel).processes(), UserEntries(model.kernel)
    processes = ({"pid": task.tgid, "runs": [row(run) for run in entries.runs(task.mm)]} for task in tasks)
    answers.write("mmx.pt/1", cpus=list(cpus(model.kernel)), pids=[task.tgid for task in tasks], processes=processes)
    return answers.DONE


def main():
    return script.run(script.parser(__doc__).parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
