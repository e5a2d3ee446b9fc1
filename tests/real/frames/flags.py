# SPDX-License-Identifier: GPL-2.0-or-later
"""The fields of the flags word, in every struct page."""
from collections import Counter

from real.check import ask, raw_or_filtered
from real.cmd.doctorx import doctor, uses_generations


def flag_fields(dump, form):
    """Node and zone bits of every struct page name a zone that spans it; generations only on the LRU."""
    answer = doctor(form)
    spans = {}
    for node, name, start, spanned, _ in dump.zones():
        spans[(node, name)] = (start, start + spanned)
    index = {"DMA": 0, "DMA32": 1, "Normal": 2, "Movable": 3, "Device": 4}
    by_bits = {(node, index[name]): span for (node, name), span in spans.items()}
    lru, reserved = (next(b["bit"] for b in answer["flag_bits"] if b["name"] == name)
                     for name in ("lru", "reserved"))
    gen_width = next(f["width"] for f in answer["flag_fields"] if f["field"] == "lru_gen")
    wrong, looked, with_gen, stray, in_zone = [], 0, 0, 0, Counter()
    for words in ask(form, "flags"):
        if words[1] == "absent":
            continue
        pfn, word = int(words[0], 16), int(words[1], 16)
        if word == (1 << 64) - 1 or pfn in dump.unonlined():
            continue
        node, zone, gen = int(words[3]), int(words[4]), int(words[7])
        span = by_bits.get((node, zone))
        looked += 1
        in_zone[(node, zone)] += 1
        # Reserved pages that no zone spans are linked to another one, or to none at all.
        if not word >> reserved & 1 and not (span and span[0] <= pfn < span[1]):
            wrong.append(words[0])
        with_gen += bool(gen)
        stray += bool(gen) and not word >> lru & 1
    if wrong:
        return f"{len(wrong)} of {looked} pages are in no zone that spans them, first PFN {wrong[0]}"
    if set(in_zone) < set(by_bits) or not looked:
        return f"pages were seen in zones {dict(in_zone)}, and there are {sorted(by_bits)}"
    if stray:
        return f"{stray} pages off the LRU have a generation"
    if gen_width and uses_generations(dump) and not with_gen:
        return "no page has a generation, and this kernel uses them"
    return None


CHECKS = [
    ("flag fields of all pages", raw_or_filtered, flag_fields),
]
