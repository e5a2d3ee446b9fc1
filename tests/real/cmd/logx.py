# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's log against what its console showed: messages and their lines, but those for debugging."""
import re

import suite
from real.check import MMX, differences, every_form, run

LINE = re.compile(r"\[ *\d+\.\d{6}\] .*")
FIRST = "Linux version "


def console(dump):
    """The kernel's lines; the crash kernel's, which begin anew on the same console, are left out."""
    text = (dump.folder / "console.log").read_bytes().decode(errors="replace").replace("\r", "")
    lines = [found.group() for found in map(LINE.search, text.split("\n")) if found]
    boots = [i for i, line in enumerate(lines) if line.split("] ", 1)[1].startswith(FIRST)]
    return lines[boots[0]:boots[1] if len(boots) > 1 else None]


def time_of(line):
    return float(line[1:line.index("]")])


def log(form, *words):
    result = run(MMX, "-c", form, *words)
    suite.equal(result.status, 0, result)
    return result.out


def shown(dump, form):
    """Each line that the console showed before the dump is in the log, and each message that a console shows was on it."""
    text = log(form, "logx").splitlines()
    last = time_of(text[-1])
    printed = [line for line in console(dump) if time_of(line) <= last]
    if len(printed) < 100:
        return f"the console shows {len(printed)} lines: nothing to compare with"
    loud = log(form, "logx", "-l", "info").splitlines()
    return differences([("lines of the console that are not in the log", sorted(set(printed) - set(text)), []),
                        ("lines that no console showed", sorted(set(loud) - set(printed)), []),
                        ("order", [line for line in loud if line in set(printed)], printed)])


def messages(_, form):
    """As JSON: the same lines; numbers without a gap, since nothing was lost; times as text and as a number."""
    answer = suite.document(log(form, "--json", "logx"), "mmx.log/1")
    lines = [f"[{m['time']:>12}] {line}" for m in answer["messages"] for line in m["text"].split("\n")]
    numbers = [m["seq"] for m in answer["messages"]]
    return differences([
        ("lines", lines, log(form, "logx").split("\n")[:-1]),
        ("numbers", numbers, list(range(numbers[0], numbers[0] + len(numbers)))),
        ("times", [m["time"] for m in answer["messages"]],
         [f"{m['ts_nsec'] // 10**9}.{m['ts_nsec'] % 10**9 // 1000:06}" for m in answer["messages"]]),
        ("lost", answer["lost"], 0)])


CHECKS = [
    ("the log against the console", every_form, shown),
    ("messages of the log", every_form, messages),
]
