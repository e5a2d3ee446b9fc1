# SPDX-License-Identifier: GPL-2.0-or-later
"""Page caches of all files: what each holds, and how many VMAs map it."""
from .compare import Difference, differing

FEW = 400  # files of which mmx is asked one by one
EVERYTHING = "1000000"


def differences(voices, count):
    with voices.mmx("filex", "-t", EVERYTHING) as answer:
        mmx = {row["inode"]: row for row in answer.whole()["files"]}
    with voices.drgn("file.py") as answer:
        drgn = {row["inode"]: row for row in answer.whole()["files"]}
    for inode in sorted(mmx.keys() | drgn.keys()):
        count(1)
        if inode not in mmx or inode not in drgn:
            yield Difference("there is one", inode, inode in mmx, inode in drgn)
            continue
        for field in ("fs", "ino"):
            if mmx[inode][field] != drgn[inode][field]:
                yield Difference(field, inode, mmx[inode][field], drgn[inode][field])
        if mmx[inode]["pages"] != drgn[inode]["contents"]["cached"]:
            yield Difference("pages", inode, mmx[inode]["pages"], drgn[inode]["contents"]["cached"])
    for inode in sorted(mmx.keys() & drgn.keys())[:FEW]:
        with voices.mmx("filex", inode[2:]) as answer:
            whole = answer.whole()
        one = {"contents": whole["contents"], "areas": whole["file"]["areas"], "mapping": whole["file"]["mapping"]}
        count(len(drgn[inode]["contents"]) + 2)
        for field, a, b in differing(one, drgn[inode]):
            yield Difference(field, inode, a, b)
