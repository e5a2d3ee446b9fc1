#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Which frames have struct pages and where those lie, as `mmx --json vmemx -v` has it, computed with drgn."""
import sys

from mmxdrgn import answers, script
from mmxdrgn.answers import word
from mmxdrgn.memmap import Memmap, one
from mmxdrgn.sparse import SECTION_BITS, SECTION_FRAMES
from mmxdrgn.x86_64 import PAGE


def run_row(run):
    state, early, node = run.key
    first, last = run.first // SECTION_FRAMES, (run.end - 1) // SECTION_FRAMES
    pieces = sum(a + PAGE != b for a, b in zip(run.own, run.own[1:])) + bool(run.own)
    return {"start_pfn": word(run.first), "end_pfn": word(run.end),
            "sections": str(first) if first == last else f"{first}-{last}", "state": state,
            "origin": "boot" if early else "later", "node": node, "memmap_node": one(run.nodes, None),
            "place": one(run.places, "mixed") if run.places else "none", "pages": run.pages,
            "saved": run.pages - len(run.own), "elsewhere": run.elsewhere,
            "start_phys": word(min(run.own)) if run.own else None, "pieces": pieces}


def section_row(memmap, section):
    return {"section": section.number, "start_pfn": word(section.first), "online": section.online,
            "early": section.number in memmap.early, "subsections": bin(section.subsections).count("1")}


def answer(model, _):
    memmap = Memmap(model)
    frames = sum(b - a for a, b in model.sections.runs)
    answers.write(
        "mmx.vmem/1",
        vmemmap={"page_size": model.pages.size, "base": word(model.pages.base),
                 "sections": len(model.sections.by_number), "section_bits": SECTION_BITS, "frames": frames,
                 "mapped_pages": sum(run.pages for run in memmap.runs)},
        memmap={"boot_sections": len(memmap.early), "needed": frames * model.pages.size,
                "elsewhere_pages": sum(run.elsewhere for run in memmap.runs),
                **{f"{state}_frames": memmap.frames_of(state) for state in ("online", "hole", "device", "offline")}},
        runs=[run_row(run) for run in memmap.runs],
        sections=[section_row(memmap, section) for _, section in sorted(model.sections.by_number.items())])
    return answers.DONE


def main():
    return script.run(script.parser(__doc__).parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
