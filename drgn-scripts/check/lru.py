# SPDX-License-Identifier: GPL-2.0-or-later
"""LRU lists: who has them, each list that has pages or is counted to have some, and the batches of CPUs."""
from .compare import ABSENT, Difference, differing


def rows(document):
    """{what: row}; a name is met again only where a removed cgroup had that of another."""
    found = {}
    for kind, keys in (("lru_owners", ("node", "memcg")), ("lru_lists", ("node", "memcg", "list")),
                       ("lru_batched", ("pfn", "cpu", "batch"))):
        for row in document.get(kind, ()):
            key = kind, *(row[name] for name in keys)
            found[*key, sum(other[:-1] == key for other in found)] = row
    return found


def differences(voices, count):
    with voices.mmx("zonex", "-l", "-v") as answer:
        mmx = answer.whole()
    with voices.drgn("lru.py") as answer:
        drgn = rows(answer.whole())
    for finding in mmx.get("lru_findings", ()):  # the scripts have none: they give up
        yield Difference("finding", finding["address"], finding["what"], ABSENT)
    mmx = rows(mmx)
    for key in sorted(mmx.keys() | drgn.keys(), key=str):
        where = " ".join(map(str, key[:-1]))
        if key not in mmx or key not in drgn:
            yield Difference("there is one", where, key in mmx, key in drgn)
            continue
        count(len(drgn[key]))
        for field, a, b in differing(mmx[key], drgn[key]):
            yield Difference(field, where, a, b)
        for field in drgn[key].keys() - mmx[key].keys():
            yield Difference(field, where, ABSENT, drgn[key][field])
