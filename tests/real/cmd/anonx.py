# SPDX-License-Identifier: GPL-2.0-or-later
"""anonx and immapx: every tree of the reverse map of a dump, and the generations of forks that the workload made."""
import json

import suite
from real.check import MMX, raw_form, run, verdict
from real.guest import made_in, words_of


def documents(text):
    """Of one run after the other."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        document, at = decoder.raw_decode(text, at)
        yield document
        while at < len(text) and text[at].isspace():
            at += 1


def mappings(dump, form):
    """Every anon_vma and address_space that a page which processes map leads to."""
    last = len(words_of(dump, "kpageflags"))
    result = run(MMX, "-c", form, "--columns", "kind,mapping,mapcount", "rmapx", f"1-{last - 1:x}")
    suite.expect(result.status in (0, 1), result)
    rows = [line.split("\t") for line in result.out.splitlines()[1:]]
    return sorted({(row[0], row[1]) for row in rows if row[0] in ("anon", "file") and row[2] != "0"})


def all_trees(dump, form):
    """Nothing is wrong with any tree, nor with any family of anon_vmas: its counts are what was found."""
    commands = {"anon": "anonx", "file": "immapx"}
    asked = [f"{commands[kind]} {address}" for kind, address in mappings(dump, form)]
    result = run(MMX, "-c", form, "--json", "-i", "-", text="\n".join(asked) + "\n")
    suite.expect(result.status == 0, result)
    faults = []
    compared = 0
    for document in documents(result.out):
        compared += 1
        if document.get("trouble") or document["wrong"] or document.get("broken"):
            faults.append(str({key: value for key, value in document.items() if key not in ("tree", "family")}))
    return verdict(faults, compared, dump, 200)


def generations(member):
    """PIDs from a member down."""
    yield member["pid"]
    for child in member.get("children", []):
        yield from generations(child)


def forks(dump, form):
    """A chain of forks is shown as one, each below the one that it was forked off."""
    told = made_in(dump)["fork_chain"]
    result = run(MMX, "-c", form, "--json", "anonx", "-u", told["pid"], told["addr"].removeprefix("0x"))
    suite.expect(result.status == 0, result)
    answer = suite.document(result.out, "mmx.anon/1")
    found = list(generations(answer["family"][0]))
    if found != told["sharers"] or answer["query"]["matches"] != len(found):
        return f"{found}, and {told['sharers']} were forked; {answer['query']}"
    return None


CHECKS = [
    ("trees of the reverse map", raw_form, all_trees),
    ("anonx of a chain of forks", raw_form, forks),
]
