# SPDX-License-Identifier: GPL-2.0-or-later
"""Chunks of per-CPU memory."""
import re

from real.check import ask, every_form
from real.guest import texts


def percpu(dump, form):
    """Every page of a chunk points to its chunk and is found again; the sum is meminfo's Percpu."""
    rows = ask(form, "percpu")
    chunks = [row for row in rows if row[0] in ("static", "dynamic")]
    wrong = [row for row in chunks if row[2] != row[3] or row[4] != "0"]
    _, frames, back, units = rows[-1]
    if wrong or frames != back or [row[0] for row in chunks[:2]] != ["static", "dynamic"]:
        return f"chunks {chunks}, {back} of {frames} frames found again"
    # The kernel's figure: populated pages of the chunks, the first one's static part left out.
    dynamic = sum(int(row[3]) for row in chunks if row[0] == "dynamic") * int(units)
    static = int(chunks[0][3]) * int(units)
    if dynamic + static != int(frames):
        return f"{frames} frames are not {dynamic} of dynamic chunks and {static} of the first one"
    said = [int(re.search(r"^Percpu: +(\d+)", text, re.M)[1]) // 4 for text in texts(dump, "meminfo")]
    if not dynamic <= said[0] <= dynamic + static:
        return f"{dynamic} dynamic pages and {static} in the first chunk, meminfo says {said}"
    return None


CHECKS = [
    ("per-CPU chunks", every_form, percpu),
]
