# SPDX-License-Identifier: GPL-2.0-or-later
"""Every page that every process has mapped: the same address leads to the same frame."""
from .compare import ABSENT, Difference

AT_ONCE = 4096  # addresses in one call


def differences(voices, count):
    with voices.drgn("mapped.py") as answer:
        for process in answer.rows("processes"):
            mapped = process["mapped"]
            count(len(mapped))
            for at in range(0, len(mapped), AT_ONCE):
                yield from of_process(voices, process, mapped[at:at + AT_ONCE])


def of_process(voices, process, mapped):
    with voices.mmx("pagex", "-u", str(process["pid"]), *(address for address, _ in mapped)) as answer:
        found = {page["address"]: page["pfn"] for page in answer.rows("pages")}
    for address, pfn in mapped:
        if found.get(address) != pfn:
            yield Difference("pfn", f"PID {process['pid']} {process['comm']} {address}", found.get(address, ABSENT), pfn)
