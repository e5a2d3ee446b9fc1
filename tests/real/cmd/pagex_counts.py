# SPDX-License-Identifier: GPL-2.0-or-later
"""What pagex explains of a page's counts."""
from real.check import pagex, ranges, raw_form, tolerance
from real.guest import KPF, pfns_of, situations_of, words_of
from real.truth import SECTION_BITS

MANY = 60  # pages in batches of the LRU, of a pipe, and held by a file system


def given_away(dump):
    """Frames that the workload itself has a pipe hold."""
    return set(pfns_of(situations_of(dump)["vmspliced"]))


def references(dump, form):
    """
    Counts are explained by what was found: of all pages but free ones and tails only few have references
    that nothing explains, as batches of the LRU hold them for a while, and none has too few.
    """
    sections = set(dump.sections())
    frames = [pfn for pfn, word in enumerate(words_of(dump, "kpageflags"))
              if not word & (KPF["BUDDY"] | KPF["COMPOUND_TAIL"]) and pfn >> SECTION_BITS - 12 in sections]
    pages = [page for page in pagex(form, ["-c", *ranges(frames)]).values() if "references" in page]
    left = {page["pfn"]: page["references"]["remainder"] for page in pages if page["references"]["remainder"]}
    few = {pfn: rest for pfn, rest in left.items() if not isinstance(rest, int) or rest < 0}  # or they are unknown
    named = {page["pfn"] for page in pages if "surprise" in page["references"]}
    # What vmsplice() gave away is a pipe's; of other pages pagex itself says who has them.
    known = given_away(dump) | {int(page["pfn"], 16) for page in pages if "holder" in page}
    unknown = sum(int(pfn, 16) not in known for pfn in left)
    if unknown > MANY or len(few) > tolerance(dump) or named != set(left) or len(pages) < 20000:
        return f"{len(pages)} pages, surprises {len(left)}, too few references {few}: {list(left.items())[:20]}"
    return None


CHECKS = [
    ("pagex references", raw_form, references),
]
