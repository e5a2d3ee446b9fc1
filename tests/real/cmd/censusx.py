# SPDX-License-Identifier: GPL-2.0-or-later
"""The ledger, against the guest's captures: every frame once, and as many of each kind as the guest itself counts."""
from array import array
from collections import Counter

import suite
from real.check import MMX, between, every_form, raw_form, raw_or_filtered, run, tolerance

# Bits of kpageflags, and the class whose frames have them; of page tables older kernels mark users' lower ones only.
KPF = {7: "slab", 10: "free", 17: "hugetlb", 26: "page-table"}
AT_LEAST = ("page-table",)
RESERVED, HWPOISON = 1 << 32, 1 << 19  # tested before them


def census(form, *options, mmx=(MMX,)):
    ended = run(*mmx, "-c", form, "--json", "censusx", *options)
    suite.expect(ended.status in (0, 1), ended)
    return suite.document(ended.out, "mmx.census/1")


def by_class(rows, key="name"):
    count = Counter()
    for row in rows:
        count[row[key]] += row["frames"]
    return count


def sums(dump, form):
    """The classes sum to the frames, which are those of the guest's sections; and so does every other way to look."""
    found = census(form, "-z", "-m")
    frames = len(dump.sections()) << 15
    classes = by_class(found["classes"])
    faults = [f"{what}: {number} frames and not {frames}" for what, number in (
        ("frames", found["frames"]), ("covered", found["covered"]),
        ("classes", classes.total())) if number != frames]
    faults += [f"{row['name']}: {row['bytes']} bytes are not {row['frames']} frames"
               for row in found["classes"] if row["bytes"] != row["frames"] << 12]
    for part in ("zones", "migratetypes"):
        if by_class(found[part], "class") != +classes:
            faults.append(f"{part} have not the same frames by class")
    return "\n".join(faults) or None


def words(path):
    read = array("Q")
    read.frombytes(path.read_bytes())
    return read


def kinds(path):
    """How many frames of kpageflags are of each kind."""
    count = Counter()
    for word, frames in Counter(words(path)).items():
        if not word & (RESERVED | HWPOISON):
            for bit, name in KPF.items():
                count[name] += frames * (word >> bit & 1)
    return count


def as_kpageflags(dump, form):
    """As many slabs, free frames, page tables and huge pages as kpageflags had, before or after the dump or between."""
    found = by_class(census(form)["classes"])
    files = [path for path in (folder / "kpageflags" for folder in (dump.before, dump.folder / "after"))
             if path.exists()]
    counts = [kinds(path) for path in files]
    faults = []
    for name in KPF.values():
        ends = [count[name] for count in counts]
        # What is being measured moves while it is being read: each capture lets some slabs and tables come and go.
        slack = tolerance(dump) + 64
        most = found[name] if name in AT_LEAST else max(ends) + slack
        if not between(found[name], min(ends) - slack, most) or not found[name]:
            faults.append(f"{name}: {found[name]} frames, and the guest had {ends}")
    return "\n".join(faults) or None


def threads(_, form):
    """It does not depend on how many threads there are."""
    one, three = (census(form, "-z", "-m", mmx=(MMX, f"-j{jobs}")) for jobs in (1, 3))
    return None if one == three else "one thread counts other than three"


CHECKS = [
    ("censusx sums", every_form, sums),
    ("censusx as kpageflags", raw_or_filtered, as_kpageflags),
    ("censusx with threads", raw_form, threads),
]
