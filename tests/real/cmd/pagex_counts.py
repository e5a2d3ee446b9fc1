# SPDX-License-Identifier: GPL-2.0-or-later
"""What pagex explains of a page's counts."""
from real.check import pagex, ranges, raw_form, tolerance
from real.guest import KPF, made_in, pfns_of, words_of
from real.truth import SECTION_BITS

MANY = 60  # pages in batches of the LRU, of a pipe, and held by a file system


def held_elsewhere(dump):
    """Frames that the workload itself has others hold."""
    made = made_in(dump)
    return {pfn for name in ("tcp_zerocopy", "vmspliced") if name in made for pfn in pfns_of(made[name])}


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
    # Packets hold pages of users, once a piece, and what vmsplice() gave away is a pipe's.
    held = held_elsewhere(dump)
    if sum(int(pfn, 16) not in held for pfn in left) > MANY or len(few) > tolerance(dump) or named != set(left) or len(pages) < 20000:
        return f"{len(pages)} pages, surprises {len(left)}, too few references {few}: {list(left.items())[:20]}"
    return None


CHECKS = [
    ("pagex references", raw_form, references),
]
