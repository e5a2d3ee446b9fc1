# SPDX-License-Identifier: GPL-2.0-or-later
"""
The array of struct pages, as vmemx has it: against the guest's page tables, read raw with a few lines; its blocks
of memory, nodes and huge pages; and the kernel's own counts of pages that hold struct pages.
"""
import functools
import re
from collections import Counter

import suite
from real.check import MMX, differences, every_form, raw_form, run
from real.truth import DEVICE, PAGE, PLUGGED, SECTION_BITS

STRUCT_PAGE = 64
SECTION = 1 << SECTION_BITS - 12


@functools.lru_cache(maxsize=1)
def answer(form):
    """vmemx of a dump, in which nothing is wrong."""
    result = run(MMX, "-c", form, "--json", "vmemx", "-v")
    suite.equal(result.status, 0, result)
    return suite.document(result.out, "mmx.vmem/1")


def frames(row):
    return range(int(row["start_pfn"], 16), int(row["end_pfn"], 16))


def parts(dump, runs):
    """The physical address of each page of the array, a list a run, by page tables read raw."""
    base = dump.variable("vmemmap_base")
    return [[dump.walk(dump.root, va) for va in range(base + frames(r)[0] * STRUCT_PAGE,
                                                      base + (frames(r)[-1] + 1) * STRUCT_PAGE, PAGE)] for r in runs]


def places(dump, form):
    """Where every page of the array lies: how many there are, how many physical ones, and the lowest of each run."""
    answered = answer(form)
    runs, found = answered["runs"], parts(dump, answered["runs"])
    every = [phys for part in found for phys in part]
    pairs = [("pages that are mapped", answered["vmemmap"]["mapped_pages"], len(every)),
             ("bytes that they take", answered["memmap"]["physical"], len(set(every)) * PAGE),
             ("bytes that are saved", answered["memmap"]["saved"], (len(every) - len(set(every))) * PAGE)]
    for row, part in zip(runs, found):
        where = f"PFN {row['start_pfn']}: "
        pairs.append((where + "pages", row["pages"], len(part)))
        # What does not share is what the run has of its own.
        if not row["saved"]:
            pieces = 1 + sum(a + PAGE != b for a, b in zip(part, part[1:]))
            pairs += [(where + "lowest", int(row["start_phys"], 16), min(part)), (where + "pieces", row["pieces"], pieces)]
    extents = [int(e["phys"], 16) + (0 if e["repeats"] else i * PAGE)
               for e in answered["extents"] for i in range(e["pages"])]
    return differences(pairs + [("extents, page by page", extents, every)])


def states(dump, form):
    """What each section is, against /sys/devices/system/memory and iomem; each frame is in one run."""
    text = (dump.before / "settings/memory_blocks").read_text()
    true = {int(nr): state for nr, state in re.findall(r"^memory(\d+) state (\w+)", text, re.M)}
    answered = answer(form)
    device = {pfn for start, end in dump.iomem(DEVICE) for pfn in range(start >> 12, end >> 12)}
    of_state = {state: {pfn for r in answered["runs"] if r["state"] == state for pfn in frames(r)}
                for state in ("online", "hole", "device", "offline")}
    # A device's section is no block of memory where it has nothing else, so that is left out.
    pairs = [("states of sections", {s["section"]: "online" if s["online"] else "offline" for s in answered["sections"]},
              true),
             ("frames of devices", of_state["device"], device),
             ("frames that are offline", {pfn // SECTION for pfn in of_state["offline"]},
              {nr for nr, state in true.items() if state == "offline"}),
             ("frames in runs", sum(len(frames(r)) for r in answered["runs"]), answered["vmemmap"]["frames"])]
    pairs += [(f"{state} frames", answered["memmap"][f"{state}_frames"], len(pfns)) for state, pfns in of_state.items()]
    return differences(pairs)


def node_ranges(dump):
    """[(node, first frame, the first behind)]; where there is one node, all frames are its own."""
    if dump.manifest["settings"]["nodes"] == 1:
        return [(0, 0, 1 << 52)]
    return [(node, start, start + spanned) for node, _, start, spanned, _ in dump.zones()]


def nodes(dump, form):
    """The node of each run, and of the memory that holds its struct pages, against the zones' ranges."""
    known = node_ranges(dump)

    def node_of(pfn):
        return next((node for node, first, end in known if first <= pfn < end), None)

    pairs = []
    runs = answer(form)["runs"]
    for row, part in zip(runs, parts(dump, runs)):
        where = f"PFN {row['start_pfn']}: "
        # PFN 0 is in no zone, nor are those behind the last one in its section.
        ends = max(frames(row)[0], 1), min(frames(row)[-1], max(end for _, _, end in known) - 1)
        pairs += [(where + "node", {row["node"]}, {node_of(pfn) for pfn in ends}),
                  (where + "nodes of struct pages", {row["memmap_node"]}, {node_of(phys >> 12) for phys in part}),
                  (where + "off their node", row["elsewhere"], sum(node_of(phys >> 12) != row["node"] for phys in part))]
    return differences(pairs + [("nodes", {row["node"] for row in runs}, {node for node, _, _ in known})])


def counters(dump, form):
    """The kernel counts pages of struct pages since 6.11: vmstat has the figures."""
    memmap = answer(form)["memmap"]
    true = dict(re.findall(r"^(nr_memmap_\w*pages) (\d+)$", (dump.before / "vmstat").read_text(), re.M))
    if not true:
        return differences([(key, memmap[key], None) for key in ("kernel_boot", "kernel_later", "uncounted_pages")])
    boot, later = int(true["nr_memmap_boot_pages"]), int(true["nr_memmap_pages"])
    held = memmap["boot_pages"] + memmap["allocated_pages"] + memmap["self_pages"] + memmap["unknown_pages"]
    return differences([("nr_memmap_boot_pages", memmap["kernel_boot"], boot),
                        ("nr_memmap_pages", memmap["kernel_later"], later),
                        ("uncounted pages", memmap["uncounted_pages"], 0),
                        ("pages that hold struct pages", held - memmap["shared_tails"], boot + later)])


def hugepages(dump):
    """{bytes of a page: pages} of all pools, by sysfs."""
    pools = re.split(r"^\[hugepages-(\d+)kB\]$", (dump.before / "hugepages").read_text(), flags=re.M)[1:]
    return {int(size) * 1024: int(re.search(r"^nr_hugepages (\d+)$", text, re.M)[1])
            for size, text in zip(pools[::2], pools[1::2])}


def savings(dump, form):
    """Where hugetlb_optimize_vmemmap is on, all pages of all pools save all but their first page of struct pages."""
    shared = (dump.before / "hugetlb_optimize_vmemmap").read_text().strip() == "1"
    true = {size: (n, n, n * (size // PAGE * STRUCT_PAGE // PAGE - 1)) for size, n in hugepages(dump).items() if n and shared}
    return differences([("savings by size", {s["size"]: (s["optimised"], s["total"], s["saved_pages"])
                                             for s in answer(form).get("savings", [])}, true)])


def self_hosted(dump, form):
    """With memmap_on_memory plugged memory holds its own struct pages: the first frames of each block."""
    answered = answer(form)
    blocks = [pfn for pfn in PLUGGED if not pfn % SECTION] if "selfhosted" in dump.manifest["variants"] else []
    pages = SECTION * STRUCT_PAGE // PAGE
    altmaps = [(int(a["start_pfn"], 16), a["of"], a["alloc"], a["holds"]) for a in answered.get("altmaps", [])]
    held = Counter({"self": len(blocks) * pages}) if blocks else Counter()
    return differences([("altmaps", altmaps, [(pfn, "memory block", pages, pages) for pfn in blocks]),
                        ("pages in themselves", answered["memmap"]["self_pages"], held["self"]),
                        ("runs in themselves", {pfn // SECTION * SECTION for r in answered["runs"]
                                                if r["place"] == "self" for pfn in frames(r)}, set(blocks))])


CHECKS = [
    ("vmemx: places of struct pages", raw_form, places),
    ("vmemx: states of frames", every_form, states),
    ("vmemx: nodes", raw_form, nodes),
    ("vmemx: nr_memmap_pages", every_form, counters),
    ("vmemx: savings", every_form, savings),
    ("vmemx: self-hosted", every_form, self_hosted),
]
