# SPDX-License-Identifier: GPL-2.0-or-later
"""anonx and immapx: every tree of the reverse map of a dump, and the generations of forks that the workload made."""
import json
import re

import suite
from real.check import MMX, once_a_kernel, raw_form, run, verdict
from real.guest import made_in, processes, read, words_of

RANGE = re.compile(r"[0-9a-f]+-[0-9a-f]+ ")


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


def nodes(tree):
    for node in tree:
        yield node
        yield from nodes(node.get("children", []))


def with_own_pages(dump, pid):
    """Where the mappings of a process begin that have anonymous pages."""
    address = None
    for line in read(dump.before, pid, "smaps").splitlines():
        if RANGE.match(line):
            address = line.split("-")[0]
        elif line.startswith("Anonymous:") and line.split()[1] != "0":
            yield address


def own_pages(dump, form):
    """The tree of every mapping that has pages of its own has the first page where it was asked for."""
    asked = [(pid, address) for pid in processes(dump.before) for address in with_own_pages(dump, pid)]
    result = run(MMX, "-c", form, "--json", "-i", "-",
                 text="".join(f"anonx -u {pid} {address}\n" for pid, address in asked))
    suite.expect(result.status == 0, result)
    faults = []
    answers = list(documents(result.out))
    suite.equal(len(answers), len(asked), "answers")
    for (pid, address), answer in zip(asked, answers):
        found = {int(node["vaddr"], 16) for node in nodes(answer["tree"]) if "vaddr" in node}
        if int(address, 16) not in found:
            faults.append(f"PID {pid} {address}: {[hex(at) for at in found]}")
    return verdict(faults, len(asked), dump, 200)


CHECKS = [
    ("trees of the reverse map", once_a_kernel, all_trees),
    ("anonx of a chain of forks", raw_form, forks),
    ("anonx of every mapping with pages of its own", raw_form, own_pages),
]
