# SPDX-License-Identifier: GPL-2.0-or-later
"""LRU lists: nothing is wrong in them, and the kernel's own files say the same of them."""
import re
from collections import Counter

from real.check import ask, every_form, of_kind, raw_form
from real.guest import texts


def lists(form):
    """[(row of a lruvec, [rows of its lists])]."""
    found = []
    for kind, *row in ask(form, "lru"):
        if kind == "lruvec":
            found.append((row, []))
        elif kind == "list":
            found[-1][1].append(row)
    return found


def in_order(_, form):
    """No list is broken, no page on a wrong one, and all counts are those of the lists."""
    rows = ask(form, "lru")
    wrong = of_kind(rows, "finding") + of_kind(rows, "trouble")
    found = sum(int(row[1]) for _, of in lists(form) for row in of)
    return f"{wrong[:5]}" if wrong else None if found > 1000 else f"only {found} folios"


def generations(form):
    """{(path, node, generation): [pages of anon, of file]} by the kernel's counts."""
    found = {}
    for (node, path, _, anon, file, youngest, *_), of in lists(form):
        name = path.removesuffix(" (deleted)"), int(node)
        for seq in range(min(int(anon), int(file)), int(youngest) + 1):
            found[*name, seq] = [0, 0]
        for words, *_, counted in of:
            match = re.match(r"generation (\d+) .*, (anon|file), zone", words)
            if match:
                found[*name, int(match[1])][match[2] == "file"] += int(counted)
    return found


def lru_gen(text):
    """The same of /sys/kernel/debug/lru_gen; it shows less than 0 as 0."""
    found, path, node = {}, "/", 0
    for line in text.splitlines():
        words = line.split()
        if words[0] == "memcg":
            path = words[2] if len(words) > 2 else "-"
        elif words[0] == "node":
            node = int(words[1])
        else:
            found[path, node, int(words[0])] = [int(words[2]), int(words[3])]
    return found


def has_lru_gen(dump, form):
    return raw_form(dump, form) and (dump.before / "debug/lru_gen").exists()


def as_lru_gen(dump, form):
    """Which generations there are, and how many pages each has; what moved lies in between, or nearly."""
    found = generations(form)
    before, after = (lru_gen(text) for text in texts(dump, "debug/lru_gen"))
    if before.keys() != found.keys() or after.keys() != found.keys():
        return f"generations {sorted(found)}, in lru_gen {sorted(before)}"
    wrong, same = [], 0
    for key, pages in found.items():
        for kind in (0, 1):
            ends = before[key][kind], after[key][kind]
            same += ends[0] == ends[1] != 0
            if not min(ends) <= pages[kind] <= max(ends):
                wrong.append(f"{key}: {pages[kind]} pages, and lru_gen says {ends}")
    return "\n".join(wrong[:5]) or (None if same >= 2 or not any(map(any, before.values())) else f"only {same} stayed")


def by_kind(form):
    """{memcg: pages of anon, of file and unevictable}, of all nodes, by walking."""
    found = {}
    for (_, path, _, _, _, _, _, anon, file, unevictable), _ in lists(form):
        sums = found.setdefault(path, Counter())
        sums.update(anon=int(anon), file=int(file), unevictable=int(unevictable))
    return found


def stat(text):
    values = {name: int(value) // 4096 for name, value in (line.split() for line in text.splitlines())}
    return {"anon": values["inactive_anon"] + values["active_anon"],
            "file": values["inactive_file"] + values["active_file"], "unevictable": values["unevictable"]}


def as_memory_stat(dump, form):
    """memory.stat of a group is of it and those below; what it says twice alike is what its lists have."""
    found, wrong, same = by_kind(form), [], 0
    for path in sorted(path for path in found if path.startswith("/lab") and "deleted" not in path):
        total = Counter()
        for other, pages in found.items():
            if (other + "/").startswith(path + "/"):
                total.update(pages)
        before, after = (stat(text) for text in texts(dump, f"cgroup{path}/memory.stat"))
        for kind in before:
            same += before[kind] == after[kind] != 0
            if before[kind] == after[kind] != total[kind]:
                wrong.append(f"{path}: {total[kind]} pages of {kind}, memory.stat says {before[kind]}")
    return "\n".join(wrong[:5]) or (None if same else "nothing was compared")


def has_groups(dump, form):
    return raw_form(dump, form) and (dump.before / "cgroup/lab/memory.stat").exists()


CHECKS = [
    ("LRU lists", every_form, in_order),
    ("LRU lists and lru_gen", has_lru_gen, as_lru_gen),
    ("LRU lists and memory.stat", has_groups, as_memory_stat),
]
