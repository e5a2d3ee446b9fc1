# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree of resources, and what each reserved page is kept for."""
import re
from collections import Counter

from real.check import ask, every_form, pagex, ranges, raw_form
from real.guest import KPF, words_of


def resources(dump, form):
    """The tree is /proc/iomem; the innermost node at each one's first address is right."""
    found, lines = [], []
    for depth, first, last, name, path in ask(form, "resources"):
        found.append((int(depth), int(first, 16), int(last, 16), name, path))
        lines.append(f"{'  ' * int(depth)}{int(first, 16):08x}-{int(last, 16):08x} : {name}")
    if lines != (dump.before / "iomem").read_text().splitlines():
        return "the tree is not as iomem has it:\n" + "\n".join(lines)
    wrong = []
    for _, start, _, _, path in found:
        true = " > ".join(name for depth, first, last, name, _ in found if first <= start <= last)
        if path != true:
            wrong.append(f"{start:#x}: {path}, true is {true}")
    return "\n".join(wrong) or None


def tree(dump):
    """(first frame, end, path) of each line of iomem, outermost first."""
    found, path = [], []
    for line in (dump.before / "iomem").read_text().splitlines():
        indent, start, end, name = re.match(r"( *)([0-9a-f]+)-([0-9a-f]+) : (.*)", line).groups()
        path[len(indent) // 2:] = [name]
        found.append((int(start, 16), int(end, 16) + 1, " > ".join(path)))
    return found


def reserved(dump, form):
    """What each reserved page is kept for, as iomem has it; the struct pages are found by themselves."""
    frames = [pfn for pfn, word in enumerate(words_of(dump, "kpageflags")) if word & KPF["RESERVED"]]
    nodes, wrong, kinds = tree(dump), [], Counter()
    for pfn, page in pagex(form, ranges(frames)).items():
        address = int(pfn, 16) * 4096
        paths = [path for start, end, path in nodes if start <= address < end]
        path = paths[-1] if paths else "no resource: a hole"
        kind = page["reserved_for"]
        kinds[kind] += 1
        true = "kernel image" if " > Kernel " in path else "crash kernel" if path.endswith("Crash kernel") else \
            "other: set aside at boot" if path == "System RAM" else "firmware hole"
        if page["resource"] != path or kind not in (true, "vmemmap"):
            wrong.append(f"PFN {pfn} is for {kind}, {page['resource']}; iomem has {path}")
    if not all(kinds[kind] for kind in ("kernel image", "firmware hole", "vmemmap", "other: set aside at boot")):
        wrong.append(f"kinds are {kinds}")
    if ("Crash kernel" in (dump.before / "iomem").read_text()) != bool(kinds["crash kernel"]):
        wrong.append(f"{kinds['crash kernel']} frames are for the crash kernel")
    return "\n".join(wrong[:20]) or None


CHECKS = [
    ("pagex reserved pages", raw_form, reserved),
    ("resources", every_form, resources),
]
