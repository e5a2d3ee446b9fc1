# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands at addresses of processes."""
import captures
import compare
from real.check import ask, ask_words, every_form, verdict
from real.guest import PAGE, PRESENT, SWAP, processes, situations_of, unwalked

TELLING = PRESENT | SWAP | (1 << 55) - 1  # the bits of a pagemap word that the answer has


def pagemaps(dump, form):
    """Every page of every process: present or not, its frame or its swap entry."""
    before, after = compare.pair(dump.folder)
    requests, expected = [], []
    for pid in sorted(set(processes(before)) & set(processes(after))):
        if not (before / str(pid) / "pagemap").exists() or not (after / str(pid) / "pagemap").exists():
            continue
        one, other = (captures.pagemap(folder / str(pid) / "pagemap") for folder in (before, after))
        skipped = unwalked(before, pid)
        for start, words in one.items():
            if start in other and len(other[start]) == len(words) and len(words) and start < 1 << 63:
                requests.append(f"{pid} {start:x} {len(words)}\n")
                expected.append((pid, start, words, other[start], start in skipped))
    answer, at = ask_words(form, "pagemap", "".join(requests)), 0
    faults, compared = [], 0
    for pid, start, words, others, skip in expected:
        mine = answer[at:at + len(words)]
        at += len(words)
        if skip:  # and so says the guest of none of them that it is present
            faults += [f"{pid} {start:x}: the guest's pagemap does not pass over it" for word in words if word & PRESENT]
            continue
        for index, (word, other, found) in enumerate(zip(words, others, mine)):
            if word != other:
                continue
            compared += 1
            if word & TELLING != found:
                faults.append(f"{pid} {start + index * PAGE:#x}: {word:#x}, found {found:#x}")
    return verdict(faults, compared, dump, 5000)


def expected_at(name, situation):
    """{page: what a user address of a situation leads to}, of the first pages."""
    first = range(captures.LISTED_PFNS if situation["len"] >= captures.LISTED_PFNS * PAGE
                  else situation["len"] // PAGE)
    kinds = {"swapped_out": "swapped out", "prot_none_touched": "mapped without access", "mlocked": "mapped",
             "threads": "mapped", "leader_dead": "mapped", "zero_page": "mapped", "dev_mem": "mapped",
             "guard_region": "mapped", "hwpoison": "mapped"}
    told = {page: kinds[name] for page in first}
    if name == "guard_region":
        told |= {page: "a marker" for page in range(situation["guard_page"],
                                                    situation["guard_page"] + situation["guard_pages"])}
    if name == "hwpoison":
        told = {situation["poisoned_page"]: "poisoned"}
    return told


def addresses(dump, form):
    """User addresses: by the leader, by a thread, and what stands where no frame does."""
    made = {name: s for name, s in situations_of(dump).items() if s["made"] and name in (
        "swapped_out", "prot_none_touched", "mlocked", "threads", "leader_dead", "zero_page", "dev_mem",
        "guard_region", "hwpoison")}
    requests = []
    for name, s in made.items():
        for pid in {s["pid"], *s.get("tids", []), s.get("tid", s["pid"])}:
            requests += [(name, pid, int(s["addr"], 16) + page * PAGE, page, kind, s)
                         for page, kind in expected_at(name, s).items()]
    rows = ask(form, "user", "".join(f"{pid} {addr + 0x123:x}\n" for _, pid, addr, *_ in requests))
    faults = []
    for (name, pid, addr, page, kind, s), row in zip(requests, rows):
        pfns = s.get("pfns", [])
        pfn = int(s["physical"], 16) // PAGE + page if "physical" in s else \
            pfns[page] and int(pfns[page], 16) if page < len(pfns) else None
        words, phys = row[:2]
        if not words.startswith(kind) or pfn is not None and phys != f"{pfn * PAGE + 0x123:x}":
            faults.append(f"{name}: {addr:#x} of {pid}: {row}, expected {kind} {pfn and hex(pfn)}")
    return verdict(faults, len(rows), dump, len(requests))


CHECKS = [
    ("page tables against pagemap", every_form, pagemaps),
    ("user addresses", every_form, addresses),
]
