# SPDX-License-Identifier: GPL-2.0-or-later
"""zonex -l: generations with their ages and pages as lru_gen has them, and sums as the kernel counts them."""
import re

import suite
from real.check import MMX, every_form, raw_form, run
from real.guest import texts


def document(form, *words):
    result = run(MMX, "-c", form, "--json", "zonex", "-l", *words)
    suite.expect(result.status == 0, result)
    return suite.document(result.out, "mmx.zone/1")


def ages(text):
    """{(memcg, node, generation): ms since it began} of /sys/kernel/debug/lru_gen."""
    found, path, node = {}, "-", 0
    for line in text.splitlines():
        words = line.split()
        if words[0] == "memcg":
            path = words[2] if len(words) > 2 else "-"
        elif words[0] == "node":
            node = int(words[1])
        else:
            found[path, node, int(words[0])] = int(words[1])
    return found


def of_age(dump, form):
    """Between the captures a generation ages as time goes on."""
    before, after = (ages(text) for text in texts(dump, "debug/lru_gen"))
    wrong, compared = [], 0
    for row in document(form, "-v")["lru_lists"]:
        seq = re.match(r"generation (\d+) ", row["list"])
        key = (row["memcg"] or "-").removesuffix(" (deleted)"), row["node"], int(seq[1]) if seq else None
        if key in before and key in after:
            compared += 1
            if not before[key] <= row["age_ms"] <= after[key]:
                wrong.append(f"{key}: {row['age_ms']} ms, lru_gen says {before[key]} and {after[key]}")
    return "\n".join(wrong[:5]) or (None if compared or not seq else "no generation was compared")


def has_generations(dump, form):
    settings = dump.before / "settings/lru_gen"
    return raw_form(dump, form) and settings.exists() and "enabled 0x0000" not in settings.read_text()


def sums(_, form):
    """The parts make up the whole, and -v has all that the short answer has."""
    short, full = document(form), document(form, "-v")
    wrong = []
    for node in full["lru_nodes"]:
        of_node = [row for row in full["lru_owners"] if row["node"] == node["node"]]
        lists = [row for row in full["lru_lists"] if row["node"] == node["node"]]
        for kind in ("anon", "file"):
            total = sum(row["pages"] for row in lists if kind in row["list"])
            if not node[kind] == sum(row[kind] for row in of_node) == total:
                wrong.append(f"node {node['node']}: {node[kind]} pages of {kind}, its lists have {total}")
        if node["folios"] != sum(row["folios"] for row in lists):
            wrong.append(f"node {node['node']}: {node['folios']} folios")
    if short["lru_nodes"] != full["lru_nodes"] or not all(row in full["lru_owners"] for row in short["lru_owners"]):
        wrong.append("the short answer is another")
    return "\n".join(wrong) or None


CHECKS = [
    ("zonex -l and the ages of generations", has_generations, of_age),
    ("zonex -l adds up", every_form, sums),
]
