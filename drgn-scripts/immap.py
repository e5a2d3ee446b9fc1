#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
The tree of the mappings of every file that a process maps, as `mmx --json immapx` has it, computed with drgn. A page in
the middle of the first of them is searched.
"""
import sys

from mmxdrgn import answers, script, tree
from mmxdrgn.answers import word


def rows(model):
    areas = tree.Areas(model.kernel)
    trees, files = tree.Trees(areas), {}
    for area in areas.all:
        if area.mapping:
            files.setdefault(area.mapping, []).append(area)
    for mapping, mapped in sorted(files.items()):
        nodes = trees.of_file(mapping)
        index = mapped[0].pgoff + (mapped[0].end - mapped[0].start >> 13)
        yield {"operands": [f"{mapping:x}", f"{index:x}"], "mapping": word(mapping), "wrong": tree.faults(nodes),
               "matches": tree.matches(mapped, False, index), "tree": tree.rows(nodes)}


def answer(model, _):
    answers.write("mmx.immap/1", files=rows(model))
    return answers.DONE


def main():
    return script.run(script.parser(__doc__).parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
