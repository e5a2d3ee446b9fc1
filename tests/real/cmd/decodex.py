# SPDX-License-Identifier: GPL-2.0-or-later
"""Words of a real kernel against what the guest itself said of them: smaps' codes, pagemap, and memory errors."""
import re

import captures
import compare
from real.check import differences, documents, every_form, raw_form, verdict
from real.guest import PAGE, PRESENT, SWAP, processes, read, situations_of, steady, unwalked

OF_A_KIND = 12  # entries of a dump that are looked at
PFN = (1 << 55) - 1


def number(text):
    return int(text, 16)


def part(report, name):
    return next((p["value"] for p in report.get("parts", ()) if p["part"] == name), None)


def decoded(form, *calls):
    """The words of each of several calls, asked in one session."""
    return [answer["decoded"] for answer in documents(form, [f"decodex {call}" for call in calls], "mmx.decode/1", (0, 1))]


def codes(dump):
    """All lines VmFlags that any process has, but where a bit has no code."""
    texts = (read(dump.before, pid, "smaps") or "" for pid in processes(dump.before))
    lines = {line.partition(":")[2].strip() for text in texts for line in re.findall(r"^VmFlags:.*$", text, re.M)}
    return sorted(line for line in lines if line and "??" not in line)


def vm_flags(dump, form):
    """Codes to a word, and that word to the same codes."""
    lines = codes(dump)
    words = [told["word"] for told in decoded(form, "vma " + " ".join(line.replace(" ", ",") for line in lines))[0]]
    back = [told["title"].partition("smaps: ")[2].strip() for told in decoded(form, "vma " + " ".join(words))[0]]
    pairs = differences([("codes", back, lines)])
    return pairs or verdict([], len(lines), dump, 10)


def steady_words(dump):
    """(PID, address, word of pagemap) of pages that did not move: some that are there, and some in swap."""
    found = {PRESENT: [], SWAP: []}
    before, after = compare.pair(dump.folder)
    for pid in processes(before):
        files = [folder / str(pid) / "pagemap" for folder in (before, after)]
        if not steady(dump, pid, "maps") or not all(path.exists() for path in files):
            continue
        one, other = map(captures.pagemap, files)
        skipped = unwalked(dump.before, pid)
        for start in sorted(one.keys() & other.keys() - set(skipped)):
            for index, (word, again) in enumerate(zip(one[start], other[start])):
                kind = word & (PRESENT | SWAP)
                if not start >> 63 and word == again and kind in found and len(found[kind]) < OF_A_KIND:
                    found[kind].append((pid, start + index * PAGE, word))
    return found[PRESENT] + found[SWAP]


def entries(dump, form):
    """The entries behind pages, as loose words of their level: frame, or type and offset, are those of pagemap."""
    pages, faults, compared = steady_words(dump), [], 0
    walks = [told["walks"][0]["entries"][-1] for told in
             documents(form, [f"ptx -u {pid} {address:x}" for pid, address, _ in pages], "mmx.pt/1", (0, 3))]
    answers = decoded(form, *(f"{entry['level'].lower()} {entry['entry']}" for entry in walks))
    for (pid, address, word), entry, (told,) in zip(pages, walks, answers):
        inside = address % {"PTE": PAGE, "PMD": 512 * PAGE}.get(entry["level"], 1 << 30) // PAGE
        if word & PRESENT:
            found, wanted = number(part(told, "frame")) + inside, word & PFN
        else:
            found = int(part(told, "type")), number(part(told, "offset") or part(told, "marker")) + inside
            wanted = word & 31, (word & PFN) >> 5
        compared += 1
        if found != wanted:
            faults.append(f"{pid} {address:#x}: {entry['entry']} is {found}, pagemap has {wanted}")
    return verdict(faults, compared, dump, 10)


def errors(dump, form):
    """The log has the memory error that the workload asked for, and the dump the frame as it then was."""
    answer = next(documents(form, ["decodex --log"], "mmx.decode/1", (0, 1, 3)))["decoded"]
    poisoned = situations_of(dump).get("hwpoison", {})
    if not poisoned.get("made"):
        return None
    found = [told for told in answer if told["kind"] == "memory error" and "Recovered" in told["title"]]
    notes = " ".join(note["text"] for told in found for note in told["notes"])
    killed = any(part(told, "killed") for told in found)  # not every release says whom it sends a signal
    return differences([("reports of a memory error", len(found), 1),
                        ("the frame's class", "is now of class hwpoison" in notes, True),
                        ("the process", f"(PID {poisoned['pid']}) is still there" in notes, killed)])


CHECKS = [
    ("decodex: codes of smaps to a word and back", every_form, vm_flags),
    ("decodex: entries of page tables against pagemap", raw_form, entries),
    ("decodex: the memory error in the log", every_form, errors),
]
