# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory that was plugged in, offline and online, and that of devices."""
from collections import Counter

from real.check import pagex, ranges, raw_form
from real.truth import DEVICE, PLUGGED

STRUCT_PAGES_A_PAGE = 64


def plugged(dump, form):
    """Memory of devices, plugged memory that is offline, and the pages that plugged memory has its struct pages in."""
    expected = {"device": [pfn for start, end in dump.iomem(DEVICE) for pfn in range(start >> 12, end >> 12)],
                "offline": dump.unonlined()}
    wrong = []
    if dump.manifest["settings"].get("dimm_mib"):
        pages = pagex(form, [f"{pfn:x}" for pfn in PLUGGED[::STRUCT_PAGES_A_PAGE]])
        expected["vmemmap"] = sorted({int(page["page_phys"], 16) >> 12 for page in pages.values()})
    for name, frames in expected.items():
        classes_of = Counter(page["class"] for page in pagex(form, ranges(frames)).values()) if frames else {}
        if classes_of != ({name: len(frames)} if frames else {}):
            wrong.append(f"{len(frames)} frames are {name}, and are taken for {classes_of}")
    return "\n".join(wrong) or None


CHECKS = [
    ("pagex plugged memory", raw_form, plugged),
]
