# SPDX-License-Identifier: GPL-2.0-or-later
"""Walks over all memory give the same bytes with any number of threads."""
import hashlib
import tempfile

from real.check import MMX, every_form, run

JOBS = (1, 2, 7)


def answer(form, entry, jobs):
    """(status, messages, digest of the bytes) of procx ENTRY."""
    with tempfile.TemporaryFile() as file:
        result = run(MMX, "-c", form, "-j", jobs, "procx", entry, stdout=file)
        file.seek(0)
        return result.status, result.err, hashlib.file_digest(file, "sha256").hexdigest()


def same_words(_, form):
    wrong = []
    for entry in ("kpageflags", "kpagecount"):
        one, *others = (answer(form, entry, jobs) for jobs in JOBS)
        if one[0] not in (0, 3):
            wrong.append(f"{entry} ended with {one[0]}: {one[1].strip()}")
        wrong += [f"{entry}: {other} with {jobs} threads, {one} with one"
                  for jobs, other in zip(JOBS[1:], others) if other != one]
    return "\n".join(wrong) or None


CHECKS = [
    ("the same words with any number of threads", every_form, same_words),
]
