# SPDX-License-Identifier: GPL-2.0-or-later
"""The memory cgroup of every frame."""
import captures
import compare
from real.check import ask_words, every_form, tolerance


def kpagecgroup(dump, form):
    before, after = (captures.words(folder / "kpagecgroup") for folder in compare.pair(dump.folder))
    answer = ask_words(form, "kpagecgroup")
    result = compare.compare_words("kpagecgroup", before, after, answer)
    if result.wrong > tolerance(dump) or result.compared < 0.99 * len(before):
        return "\n".join([f"{result.compared} compared, {result.wrong} wrong"] + result.lines)
    return None


CHECKS = [
    ("kpagecgroup", every_form, kpagecgroup),
]
