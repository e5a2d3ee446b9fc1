# SPDX-License-Identifier: GPL-2.0-or-later
"""The versions of libkdumpfile at hand: this system's, and the newest in the lab's root."""
import contextlib
from pathlib import Path

import root
import suite
from suite import Wrong, equal

HERE = Path(__file__).resolve().parent
REPRODUCERS = sorted(path.stem for path in (HERE / "repro").glob("*.c"))
DOCUMENT = suite.TOP / "docs/libkdumpfile.md"


class Here:
    """mmx and its tools as they were built here."""

    def __init__(self, build):
        self.build = build
        self.version = version_of(self)

    def run(self, program, *words, **options):
        return suite.run(self.build / program, *words, **options)

    def path(self, file):
        """A file as the programs see it."""
        return file


class Newest(Here):
    """The same, built and run in the lab's root."""

    def __init__(self, lent):
        self.root = lent
        lent.make("tools", "repro")
        super().__init__(Path("build"))

    def run(self, program, *words, **options):
        return self.root.run(self.build / program, *words, **options)

    def path(self, file):
        return self.root.link(file)


def version_of(library):
    """As its header has it."""
    said = library.run("tools/compare")
    equal(said.status, 0, str(said))
    return said.out.strip()


@contextlib.contextmanager
def newest():
    with root.lend() as lent:
        yield Newest(lent)


def has_fault(library, name):
    """(whether a library has a reproducer's fault, what the reproducer says)."""
    ended = library.run(f"repro/{name}")
    if ended.status not in (0, 1):
        raise Wrong(f"{name} cannot tell: {ended}")
    return ended.status == 1, ended.out.strip()


def documented():
    """What the table of faults in docs/ says: {version: {reproducer: whether it has the fault}}."""
    text = DOCUMENT.read_text(encoding="utf-8")
    table = text[text.index("| reproducer"):].split("\n\n")[0]
    heads, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return {version: {row[0].strip("`"): row[column] == "yes" for row in rows}
            for column, version in enumerate(heads) if version[:1].isdigit()}
