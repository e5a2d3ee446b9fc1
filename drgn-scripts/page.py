#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Everything about a page, as `mmx --json pagex` has it, computed with drgn. WHAT is a PFN, in hex, a
kernel address, or the name of a symbol; A-B is a range.
"""
import sys

from mmxdrgn import answers, script
from mmxdrgn.describe import Describer
from mmxdrgn.trouble import CannotRun
from mmxdrgn.what import Operands


class Rows:
    """pages[], and the exit status that they come to."""

    def __init__(self, model, operands):
        self.model, self.operands, self.status = model, operands, answers.DONE
        self.describer = Describer(model)

    def of(self, texts):
        for text in texts:
            found, why = False, f"{text} names no frame that has a struct page"
            try:
                for row in self.of_operand(text):
                    found = True
                    yield row
            except CannotRun as trouble:
                found, why = False, trouble
            if not found:
                self.status = answers.CANNOT_RUN
                print(f"page.py: {why}", file=sys.stderr)

    def of_operand(self, text):
        for start, end, address in self.operands.runs(text):
            for page in self.model.pages.walk(start, end):
                if page.folio is None and self.status == answers.DONE:
                    self.status = answers.PARTIAL
                row = self.describer.row(page)
                if address is not None:
                    row["address"] = answers.word(address)
                yield row


def answer(model, arguments):
    rows = Rows(model, Operands(model, arguments.p, arguments.u, arguments.d))
    answers.write("mmx.page/1", pages=rows.of(arguments.what))
    return rows.status


def main():
    parser = script.parser(__doc__)
    parser.add_argument("-p", action="store_true", help="WHAT are physical addresses")
    parser.add_argument("-u", metavar="PID", type=int, help="WHAT are user addresses of that process")
    parser.add_argument("-d", action="store_true", help="numbers are decimal")
    parser.add_argument("what", nargs="+", metavar="WHAT")
    return script.run(parser.parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
