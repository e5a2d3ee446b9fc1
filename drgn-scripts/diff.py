#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Frames that changed class from one dump to another of the same boot, as `mmx --json diffx -a` has them, computed with
drgn: each frame's class by its struct page and whose lists it is on, in both.
"""
import sys
from collections import Counter

from mmxdrgn import answers, script

RUN = 1 << 15  # frames at a time


def classes(model):
    """The class of each frame that has a struct page."""
    return {page.pfn: model.classes.of(page) for start, end in model.sections.runs for first in range(start, end, RUN)
            for page in model.pages.walk(first, min(first + RUN, end))}


def answer(model, arguments):
    before, after = classes(model), classes(script.open_model(arguments.after, arguments.vmlinux))
    moves = Counter((before.get(pfn, "no-page"), after.get(pfn, "no-page")) for pfn in {*before, *after})
    answers.write("mmx.diff/1", moves=[{"from": was, "to": now, "frames": frames}
                                       for (was, now), frames in moves.most_common() if was != now])
    return answers.DONE


def main():
    parser = script.parser(__doc__)
    parser.add_argument("after", metavar="AFTER", help="the later dump")
    return script.run(parser.parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
