# SPDX-License-Identifier: GPL-2.0-or-later
"""Variables of the kernel: where they are, of per-CPU ones for each CPU, and the bytes that stand there."""
from .compare import Difference
from .trees import documents
from .voices import CannotRun


def places(voices, names):
    """{(name, CPU or None): {address}} of all that are called so."""
    with voices.mmx("symx", *names) as answer:
        rows = answer.whole()["symbols"]
    found = {}
    for row in rows:
        found.setdefault((row["name"], row.get("cpu")), set()).add(row["address"])
    return found


def content(document):
    """Its bytes in hex; None when one is missing."""
    words = [word["value"] for line in document["ranges"][0]["lines"]
             for word in line.get("words", [{"value": {}}])]
    return None if any(isinstance(value, dict) for value in words) else \
        bytes(int(value, 16) for value in words).hex()


def differences(voices, count):
    with voices.drgn("memory.py") as answer:
        drgn = list(answer.rows("variables"))
    found = places(voices, sorted({row["name"] for row in drgn}))
    with voices.mmx_script([["readx", "--json", "-w", "1", row["address"], "40"] for row in drgn]) as answer:
        mmx = list(documents(answer))
    if len(mmx) != len(drgn):
        raise CannotRun(f"{len(mmx)} answers to {len(drgn)} questions")
    for document, row in zip(mmx, drgn):
        where = row["name"] if row["cpu"] is None else f"{row['name']} of CPU {row['cpu']}"
        addresses = found.get((row["name"], row["cpu"]), ())
        count(2)
        if row["address"] not in addresses:
            yield Difference("address", where, ",".join(sorted(addresses)), row["address"])
        if content(document) != row["bytes"]:
            yield Difference("bytes", where, content(document), row["bytes"])
