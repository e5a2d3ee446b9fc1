# SPDX-License-Identifier: GPL-2.0-or-later
"""Loose words: every page flag, page type, GFP flag and flag of a mapping by its bit and by its name."""
from .compare import Difference
from .trees import documents
from .voices import CannotRun

BYTE = 0xff  # page types have been the top byte of their word since 6.12


def names_of(told):
    """What mmx calls a bit, other names included."""
    found = set()
    for part in told.get("parts", ()):
        if not part["value"].startswith("bit "):
            continue  # a field, which node and zone always are
        found.add(part["part"])
        found |= set(part["meaning"].partition("(or: ")[2].rstrip(")").split(", ")) - {""}
    return found


def questions(drgn):
    """(what, where, words of decodex, a function of the answer, what it must give) of each comparison."""
    for row in drgn["flags"]:
        yield ("flag", f"bit {row['bit']}", ("flags", hex(1 << row["bit"])), names_of, set(row["names"]))
    for row in drgn["types"]:
        word = row["code"] << 24 if row["code"] <= BYTE else 0xffffffff & ~row["code"]
        yield ("page type", hex(row["code"]), ("type", hex(word)),
               lambda told: told["parts"][0]["meaning"], row["name"])
    for row in drgn["gfp"]:
        yield ("GFP flags", row["name"], ("gfp", row["name"]), lambda told: told["word"], row["mask"])
        yield ("GFP name", row["mask"], ("gfp", row["mask"]), lambda told: told["title"], row["name"])
    for row in drgn["vma"]:
        yield ("VM flag", row["name"], ("vma", row["name"]), lambda told: told["word"], row["mask"])


def first_names(drgn):
    """Several names of GFP may have one mask: the kernel prints the first of its table."""
    found = {}
    for row in drgn["gfp"]:
        found.setdefault(row["mask"], row["name"])
    drgn["gfp"] = [row for row in drgn["gfp"] if found[row["mask"]] == row["name"]]


def differences(voices, count):
    with voices.drgn("decode.py") as answer:
        drgn = answer.whole()
    first_names(drgn)
    asked = list(questions(drgn))
    with voices.mmx_script([["decodex", "--json", *words] for _, _, words, _, _ in asked]) as answer:
        mmx = list(documents(answer))
    if len(mmx) != len(asked):
        raise CannotRun(f"{len(mmx)} answers to {len(asked)} questions")
    count(len(asked))
    for document, (what, where, _, get, wanted) in zip(mmx, asked):
        found = get(document["decoded"][0])
        if found != wanted:
            yield Difference(what, where, str(found), str(wanted))
