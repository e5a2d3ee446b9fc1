#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Who maps pages, as `mmx --json rmapx` has it, computed with drgn: by walking all page tables, where mmx goes
through the trees of each page. A-B is a range of PFNs.
"""
import sys

from mmxdrgn import answers, script
from mmxdrgn.answers import word
from mmxdrgn.rmap import Rmap
from mmxdrgn.what import Operands


def rows(model, texts):
    rmap, operands = Rmap(model), Operands(model, False, None, False)
    for text in texts:
        for start, end, _ in operands.runs(text):
            for page in model.pages.walk(start, end):
                mappings, entries = rmap.of(page.pfn)
                yield {"pfn": word(page.pfn), "entries": entries,
                       "mappings": [{"pid": pid, "vaddr": word(address), "entry": word(entry), "level": level}
                                    for pid, address, entry, level in mappings]}


def answer(model, arguments):
    answers.write("mmx.rmap/1", pages=rows(model, arguments.what))
    return answers.DONE


def main():
    parser = script.parser(__doc__)
    parser.add_argument("what", nargs="+", metavar="WHAT")
    return script.run(parser.parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
