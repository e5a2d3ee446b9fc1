# SPDX-License-Identifier: GPL-2.0-or-later
"""The words of /proc/kpageflags, kpagecount and kpagecgroup, by procx."""
import tempfile
from pathlib import Path

import captures
import compare
from real.check import MMX, every_form, run, tolerance


def frame_words(dump, form, entry):
    """procx ENTRY against the guest's own, every frame that did not move between its captures."""
    with tempfile.NamedTemporaryFile() as file:
        result = run(MMX, "-c", form, "procx", entry, stdout=file)
        answer = captures.words(Path(file.name))
    if result.status != 0:
        return f"procx ended with {result.status}: {result.err.strip()}"
    before, after = (captures.words(folder / entry) for folder in compare.pair(dump.folder))
    verdict = compare.compare_words(entry, before, after, answer)
    if verdict.wrong > tolerance(dump) or verdict.compared < 0.99 * len(answer):
        return "\n".join([f"{verdict.compared} compared, {verdict.moved} moved, {verdict.wrong} wrong"]
                         + verdict.lines)
    return None


def kpageflags(dump, form):
    return frame_words(dump, form, "kpageflags")


def kpagecount(dump, form):
    return frame_words(dump, form, "kpagecount")


def kpagecgroup(dump, form):
    return frame_words(dump, form, "kpagecgroup")


CHECKS = [
    ("procx kpageflags", every_form, kpageflags),
    ("procx kpagecount", every_form, kpagecount),
    ("procx kpagecgroup", every_form, kpagecgroup),
]
