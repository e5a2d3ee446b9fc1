# SPDX-License-Identifier: GPL-2.0-or-later
"""
Kernel stacks: that all together are what meminfo counts, each task once; where page tables, read raw, have them, with
a hole below; and how deep they went, by reading them all.
"""
import functools
import re
import struct

import suite
from real import guest
from real.check import MMX, between, differences, raw_form, every_form, run
from real.truth import PAGE

MARK = 0x57AC6E9D


@functools.lru_cache(maxsize=1)
def answer(form):
    result = run(MMX, "-c", form, "--json", "stackx")
    suite.equal(result.status, 0, result)
    return suite.document(result.out, "mmx.stack/1")


def counted(dump, form):
    """The kernel counts all but the boot CPU's idle task's, which is part of its image, and those of tasks that have exited."""
    stacks = answer(form)["stacks"]
    image = range(dump.by_name["_text"], dump.by_name["_end"])
    idle = [row for row in stacks if int(row["start"], 16) in image]
    kib = sum(row["size"] for row in stacks) // 1024 - sum(row["size"] for row in idle) // 1024
    bounds = [int(re.search(r"^KernelStack: +(\d+) kB$", text, re.M).group(1)) for text in guest.texts(dump, "meminfo")]
    return differences([("idle tasks in the image", len(idle), 1), ("marks", {row["whole"] for row in stacks}, {True}),
                        ("KernelStack", between(kib, *bounds), True), ("findings", answer(form)["findings"], [])])


def depths(dump, form):
    """Of each stack, task's or CPU's: the lowest word behind the mark that is not zero, and what is below the stack."""
    told = answer(form)
    pairs = []
    for row in told["stacks"] + told["cpu_stacks"]:
        start, size = int(row["start"], 16), row["size"]
        data = b"".join(dump.raw.read(dump.walk(dump.root, va), PAGE) for va in range(start, start + size, PAGE))
        words = struct.unpack(f"<{size // 8}Q", data)
        first = next((i for i, word in enumerate(words) if word and (i or "for" in row)), len(words))
        deepest = size - 8 * first
        if row["deepest"] is None:  # the linker filled it
            suite.expect(row["pid"] == 0 and first == 1, f"{row} has no depth")
            deepest = None
        where = f"{row.get('pid', row.get('for'))} at {row['start']}"
        pairs += [(f"{where}: deepest", row["deepest"], deepest),
                  (f"{where}: guard", row["guard"], dump.walk(dump.root, start - 1) is None)]
        if "pid" in row:
            pairs.append((f"{where}: mark", words[0] & 0xFFFFFFFF, MARK))
            used = row["used"] if row["used"] is not None else 0
            pairs.append((f"{where}: in use no more than ever was", deepest is None or used <= deepest, True))
    return differences(pairs)


CHECKS = [
    ("stacks are what meminfo counts", every_form, counted),
    ("depths of stacks", raw_form, depths),
]
