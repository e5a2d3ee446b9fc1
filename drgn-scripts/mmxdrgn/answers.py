# SPDX-License-Identifier: GPL-2.0-or-later
"""How answers are written: JSON documents as mmx's, rows of long tables one by one."""
import json
import sys

DONE, FINDINGS, CANNOT_RUN, PARTIAL = range(4)


def word(value):
    """An address, a PFN or a raw word."""
    return hex(value & (1 << 64) - 1)


def write(schema, **parts):
    """A document. A part that is a generator is written row by row."""
    out = sys.stdout
    out.write(json.dumps({"schema": schema})[:-1])
    for name, value in parts.items():
        out.write(f", {json.dumps(name)}: ")
        if hasattr(value, "__next__"):
            write_rows(out, value)
        else:
            out.write(json.dumps(value))
        out.write("\n")
    out.write("}\n")


def write_rows(out, rows):
    encode, gap = json.JSONEncoder().encode, "\n"
    out.write("[")
    for row in rows:
        out.write(gap + encode(row))
        gap = ",\n"
    out.write("]")
