#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""LRU lists and what is on them, as `mmx --json zonex -l -v` has it, computed with drgn."""
import sys

from mmxdrgn import answers, script
from mmxdrgn.lru import Lru


def owner_row(found):
    pages = {kind: sum(n for name, n in found.pages.items() if kind in name) for kind in ("anon", "file")}
    return {"node": found.node, **pages, "unevictable": found.unevictable if found.path else None,
            "online": found.online, "memcg": found.path}


def list_rows(found):
    for name in sorted(found.folios.keys() | found.nr_pages.keys()):
        yield {"node": found.node, "list": name, "folios": found.folios[name], "pages": found.pages[name],
               "younger": found.younger[name], "nr_pages": found.nr_pages[name] if "generation" in name else None,
               "memcg": found.path}


def answer(model, _):
    lru = Lru(model)
    lruvecs = list(lru.lruvecs())
    answers.write("mmx.zone/1", lru_owners=[owner_row(found) for found in lruvecs],
                  lru_lists=[row for found in lruvecs for row in list_rows(found)],
                  lru_batched=[{"pfn": answers.word(pfn), "cpu": cpu, "batch": batch}
                               for pfn, cpu, batch in lru.batched()])
    return answers.DONE


def main():
    return script.run(script.parser(__doc__).parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
