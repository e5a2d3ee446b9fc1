# SPDX-License-Identifier: GPL-2.0-or-later
"""What the topics anon and immap share: trees as lists of their nodes, and one mmx for all questions."""
import json

from .compare import Difference, differing
from .voices import CannotRun

TABLES = {"tree": "node", "family": "anon_vma", "matches": "vma"}


def documents(answer):
    """Those of several commands, one behind the other."""
    text, decoder, at = answer.file.read(), json.JSONDecoder(), 0
    while at < len(text):
        try:
            document, at = decoder.raw_decode(text, at)
        except ValueError:
            raise CannotRun("the answer ends in its middle") from None
        yield document
        while at < len(text) and text[at].isspace():
            at += 1


def compared(voices, count, command, script, name, of):
    """Differences of every row of the script's from what the command says of its operands; of(): what that comes to."""
    with voices.drgn(script) as answer:
        drgn = list(answer.rows(name))
    with voices.mmx_script([[command, "--json", *row["operands"]] for row in drgn]) as answer:
        mmx = list(documents(answer))
    if len(mmx) != len(drgn):
        yield Difference("answers", command, len(mmx), len(drgn))
    for a, b in zip(mmx, drgn):
        count(len(b["tree"]))
        yield from of_answer(of(a), b, f"{command} {' '.join(map(str, b['operands']))}")


def of_answer(mmx, drgn, where):
    for name, key in TABLES.items():
        if name not in drgn:
            continue
        one, other = ({row[key]: row for row in answer.pop(name, ())} for answer in (mmx, drgn))
        for row in sorted(one.keys() | other.keys()):
            if row not in one or row not in other:
                yield Difference(name, f"{where}: {row}", row in one, row in other)
                continue
            for field, a, b in differing(one[row], other[row]):
                yield Difference(f"{name}.{field}", f"{where}: {row}", a, b)
    for field, a, b in differing(mmx, drgn):
        yield Difference(field, where, a, b)


def of_tree(document):
    """An answer in the form of the scripts'."""
    tree = list(nodes(document.get("tree", ()), "0x0"))
    return {**document, "wrong": len({row["node"] for row in document.get("findings", ())}), "tree": tree,
            "matches": [{"vma": row["vma"], "vaddr": row["vaddr"]} for row in tree if row.get("search") == "match"]}


def nodes(rows, above):
    """The nodes of a tree, each with the one above it."""
    for row in rows:
        own = {**row, **row["place"], "above": above}
        yield own
        yield from nodes(row.get("children", ()), own["node"])
