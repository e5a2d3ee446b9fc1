#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An entry of the dead kernel's /proc, as `mmx procx` has it, computed with drgn."""
import struct
import sys

from mmxdrgn import answers, script
from mmxdrgn.kpage import ENTRIES, Kpage

MISSING = (1 << 64) - 1  # in the file's own form, for a word that no kernel prints


def runs(parts):
    """Frames in a row that have the same word."""
    start, value, end = 0, MISSING, 0
    for first, words in parts:
        for pfn, word in enumerate(words, first):
            if word != value:
                if pfn > start:
                    yield run(start, pfn, value)
                start, value = pfn, word
        end = first + len(words)
    if end > start:
        yield run(start, end, value)


def run(start, end, value):
    absent = {"absent": "unreadable"}
    return {"pfn": answers.word(start), "frames": end - start,
            "value": absent if value is None else answers.word(value)}


def answer(model, arguments):
    kpage = Kpage(model)
    if arguments.json:
        answers.write("mmx.proc/1", entry=arguments.entry, frames=kpage.end, runs=runs(kpage.words(arguments.entry)))
        return answers.DONE
    for _, words in kpage.words(arguments.entry):
        told = (MISSING if word is None else word for word in words)
        sys.stdout.buffer.write(struct.pack(f"<{len(words)}Q", *told))
    return answers.DONE


def main():
    parser = script.parser(__doc__)
    parser.add_argument("--json", action="store_true", help="write JSON in place of the file's own bytes")
    parser.add_argument("entry", choices=ENTRIES, metavar="ENTRY", help=" or ".join(ENTRIES))
    return script.run(parser.parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
