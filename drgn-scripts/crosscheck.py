#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Asks mmx and the scripts beside this one about all of a dump, and shows each difference. The exit status
is 0 without any, 1 with some, and 2 when either cannot answer.
"""
import argparse
import importlib
import pkgutil
import shlex
import sys
import time
from itertools import chain, islice
from pathlib import Path

import check
from check.compare import Difference
from check.voices import CannotRun, Voices

# Files of check/ that have differences(), by name.
TOPICS = {name: topic for name, topic in ((module.name, importlib.import_module(f"check.{module.name}"))
                                          for module in pkgutil.iter_modules(check.__path__))
          if hasattr(topic, "differences")}
USUAL = [name for name in TOPICS if name != "helpers"]  # which takes a drgn as new as the kernel
HERE = Path(__file__).resolve().parent
WIDTHS = (20, 30, 28, 28)
SAME, DIFFERENT, CANNOT_RUN = range(3)


def row(cells):
    return "  ".join(str(cell).ljust(width) for cell, width in zip(cells, WIDTHS)).rstrip()


def compare(topic, voices, limit):
    """Show a topic's differences, not more than limit of them; returns their number."""
    compared = found = 0
    begun = time.monotonic()

    def count(number):
        nonlocal compared
        compared += number
    differences = TOPICS[topic].differences(voices, count)
    first = list(islice(differences, 1))
    if first:
        print(row(name.upper() for name in Difference._fields))
    for difference in chain(first, differences):
        found += 1
        if found <= limit:
            print(row(difference), flush=True)
    if found > limit:
        print(f"... and {found - limit} more")
    if not compared:
        raise CannotRun("there was nothing to compare")
    print(f"{topic}: {compared} compared, {found} differences, {time.monotonic() - begun:.0f} s", flush=True)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("core", help="the dump")
    parser.add_argument("vmlinux", help="its kernel, with DWARF")
    parser.add_argument("--mmx", default=str(HERE.parent / "build/mmx"), help="the command that is mmx")
    parser.add_argument("--python", default=sys.executable, help="the command that runs a script with drgn")
    parser.add_argument("--mmx-core", metavar="CORE", help="another copy of the dump, for mmx alone")
    parser.add_argument("--topic", action="append", choices=TOPICS, help="only this one; can be repeated")
    parser.add_argument("--limit", type=int, default=50, help="differences of a topic that are shown")
    arguments = parser.parse_args()
    with Voices(arguments.core, arguments.vmlinux, shlex.split(arguments.mmx), shlex.split(arguments.python),
                arguments.mmx_core) as voices:
        found = 0
        for topic in arguments.topic or USUAL:
            try:
                found += compare(topic, voices, arguments.limit)
            except (CannotRun, KeyError, OSError) as why:
                print(f"crosscheck.py: {topic}: {why}", file=sys.stderr)
                return CANNOT_RUN
    return DIFFERENT if found else SAME


if __name__ == "__main__":
    sys.exit(main())
