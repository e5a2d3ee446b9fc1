# SPDX-License-Identifier: GPL-2.0-or-later
"""Who maps each frame: the same processes, addresses and entries, and as many entries that the kernel counts."""
from .compare import ABSENT, Difference, merge, shown
from .pages import frames

# What mmx lists beside mappings: the scripts look at what is mapped alone.
NO_MAPPING = ("special", "the page of zeros", "being migrated", "in a device's memory", "mapped for a device",
              "poisoned")


def mappings(page):
    return sorted((m["pid"], int(m["vaddr"], 16), int(m["entry"], 16), m["level"]) for m in page["mappings"]
                  if m["pid"] is not None and not m.get("remark", "").startswith(NO_MAPPING))


def differences(voices, count):
    ranges = frames(voices)
    with voices.mmx("rmapx", *ranges) as mmx, voices.drgn("rmap.py", *ranges) as drgn:
        for a, b in merge(mmx.rows("pages"), drgn.rows("pages"), lambda row: int(row["pfn"], 16)):
            count(1)
            where = f"PFN {(a or b)['pfn']}"
            if a is None or b is None:
                yield Difference("page", where, *(ABSENT if row is None else "there" for row in (a, b)))
                continue
            one, other = mappings(a), mappings(b)
            if one != other:
                yield Difference("mappings", where, shown(one[:4]), shown(other[:4]))
            if a["entries"] != b["entries"] and None not in [m["pid"] for m in a["mappings"]]:
                yield Difference("entries", where, a["entries"], b["entries"])
