# SPDX-License-Identifier: GPL-2.0-or-later
"""
pagex of every frame of a dump, as docs/schema/page.json says, and the same in chosen columns: whatever
real memory holds has its place in the schema.
"""
import itertools

import suite
from real.check import MMX, run

# Old and new kernels, more than one node, and a dump that lacks pages.
FORMS = ("6.1-kdump/vmcore.d31.lzo", "6.12-numa/vmcore", "7.2/vmcore")
AT_ONCE = 1 << 12  # a drawn page is many rows, and all of them are in memory
OPTIONS = ((), (), ("-c",), ("-c", "-v"))  # the drawing is long, so of every fourth part
COLUMNS = "class,pfn,refcount,flags.names"


def cell(value, show):
    return f"({value['absent']})" if isinstance(value, dict) and "absent" in value else show(value)


def cells(page):
    """The line of a page's columns."""
    names = cell(page["flags"], lambda flags: ",".join(flags["names"]) or "-")
    return [page["class"], page["pfn"][2:], cell(page.get("refcount", "-"), str), names]


def every_frame(dump, form):
    frames = (dump.before / "kpageflags").stat().st_size // 8
    seen = 0
    for first, options in zip(range(0, frames, AT_ONCE), itertools.cycle(OPTIONS)):
        what = f"{first:x}-{min(first + AT_ONCE, frames) - 1:x}"
        pages = suite.document(run(MMX, "-c", form, "--json", "pagex", *options, what).out, "mmx.page/1")["pages"]
        lines = run(MMX, "-c", form, "--no-header", "--columns", COLUMNS, "pagex", *options, what).out
        for page, line in itertools.zip_longest(pages, lines.splitlines()):
            suite.equal(line and line.split("\t"), page and cells(page), f"columns of a frame in {what}")
        seen += len(pages)
    return None if seen > frames / 2 else f"{seen} of {frames} frames were shown"


CHECKS = [
    ("pagex of every frame, by its schema", lambda d, f: f"{d.name}/{f.name}" in FORMS, every_frame),
]
