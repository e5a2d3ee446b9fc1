# SPDX-License-Identifier: GPL-2.0-or-later
"""
Who maps a page, by rmapx: of every frame, against every entry of every process's pagemap, and against
kpagecount.
"""
import functools
import json
import re
from collections import defaultdict

import captures
import compare
import suite
from real.check import MMX, raw_form, run, verdict
from real.guest import KPF, PAGE, PRESENT, made_in, processes, unwalked, words_of

PFN = (1 << 55) - 1
HUGE_FRAMES, GIGANTIC_FRAMES = 512, 1 << 18  # of huge pages of both sizes
CHUNK = 0x8000  # frames that are asked for at a time
MAPPINGS = 200_000  # about as many mappings an answer may have


def parts(dump):
    """(first, last) of all frames, some at a time."""
    frames, first, mappings = len(words_of(dump, "kpageflags")), 0, 0
    for pfn, count in enumerate(words_of(dump, "kpagecount")):
        mappings += count
        if pfn + 1 - first == CHUNK or mappings > MAPPINGS or pfn + 1 == frames:
            yield first, pfn
            first, mappings = pfn + 1, 0


def answers(dump, form):
    """{PFN: page} of rmapx, a part of all frames at a time."""
    for first, last in parts(dump):
        result = run(MMX, "-c", form, "--json", "rmapx", f"{first:x}-{last:x}")
        pages = json.loads(result.out).get("pages", [])
        if "are in no memory section" in result.err and not pages:
            continue
        suite.expect(result.status in (0, 1), result)
        yield {int(page["pfn"], 16): page for page in pages}


def all_pages(dump, form):
    """(PFN, (PID, address) of all who map it, how many of them count, the page)"""
    for part in answers(dump, form):
        for pfn, page in part.items():
            yield (pfn, {(m["pid"], int(m["vaddr"], 16)) for m in page["mappings"]},
                   sum(m["chain"]["counted"] for m in page["mappings"]), page)


def entries(dump):
    """{PFN: {(PID, address)}} of present pages that both captures have."""
    before, after = compare.pair(dump.folder)
    found = defaultdict(set)
    for pid in sorted(set(processes(before)) & set(processes(after))):
        paths = [folder / str(pid) / "pagemap" for folder in (before, after)]
        if not all(path.exists() for path in paths):
            continue
        one, other = map(captures.pagemap, paths)
        skipped = unwalked(before, pid)
        for start, words in one.items():
            if start >= 1 << 63 or start in skipped:
                continue
            for index, (word, same) in enumerate(zip(words, other.get(start, []))):
                if word == same and word & PRESENT:
                    found[word & PFN].add((pid, start + index * PAGE))
    return found


def steady_counts(dump):
    """{PFN: kpagecount} of frames whose word did not move, with what the kernel itself gets wrong left out."""
    counts = [captures.words(folder / "kpagecount") for folder in compare.pair(dump.folder)]
    return {pfn: one for pfn, (one, other) in enumerate(zip(*counts)) if one == other}


def miscounted(page):
    """
    Whether what would be taken for a count is none: up to 6.11 zsmalloc keeps the place of a page's first
    object in the word, and the struct pages of memory that is offline hold anything.
    """
    return page["class"] in ("zsmalloc", "offline") and not page["mappings"] and page["explained"]


@functools.lru_cache(maxsize=1)
def survey(dump, form):
    """
    What all frames are asked for once: the verdicts of the next two checks, and how many zsmalloc pages have
    something in the word of their mapcount.
    """
    true, counts = entries(dump), steady_counts(dump)
    steady = {(pid, at) for pages in true.values() for pid, at in pages}
    flags = words_of(dump, "kpageflags")
    faults, compared, counted = [], 0, 0
    others, looked_at, zsmalloc = [], 0, 0
    for pfn, mapped, count, page in all_pages(dump, form):
        there = true.get(pfn, set())
        for pid, at in mapped & steady:
            looked_at += 1
            if (pid, at) not in there:
                others.append(f"{pfn:#x}: {pid} has another page at {at:#x}")
        zsmalloc += page["class"] == "zsmalloc" and bool(page["mapcount"]) and not page["mappings"]
        lost = there - mapped
        compared += len(there)
        if lost:
            faults.append(f"{pfn:#x}: {[(pid, hex(at)) for pid, at in sorted(lost)][:4]} map it and are not found")
        if miscounted(page):
            continue
        if pfn in counts and not flags[pfn] & KPF["NOPAGE"]:
            counted += 1
            if counts[pfn] != (count if "folio_mapcount" not in page else page["mapcount"]):
                faults.append(f"{pfn:#x}: {count} found, the kernel counts {counts[pfn]}; {page['class']}, "
                              f"{page['explained']}")
        if not page["agree"]:
            faults.append(f"{pfn:#x}: mapcount {page['mapcount']}, {page['entries']} entries: {page['explained']}")
    return (verdict(faults, min(compared, counted), dump, 20000), verdict(others, looked_at, dump, 20000), zsmalloc)


def mappers(dump, form):
    """
    Every present page of every process's pagemap is found by its frame, at that address of that process; nobody
    else is found for it that was not there; and as many entries as the kernel counts.
    """
    return survey(dump, form)[0]


def nobody_else(dump, form):
    """Whoever is found to map a page has it there in pagemap, or the entry came or went meanwhile."""
    return survey(dump, form)[1]


def situations(dump, form):
    """What the workload shared is found with each that shares it."""
    faults, compared = [], 0
    remarks = {"threads": f"{len(made_in(dump)['threads']['tids'])} threads", "leader_dead": "the leader has exited",
               "clone_vm": "same mm", "vfork": "same mm, in vfork()"}
    for name, told in made_in(dump).items():
        pfns = [pfn for pfn in told.get("pfns", []) if pfn]
        if name in remarks:
            told = {"sharers": [], **told}
        if not pfns or "sharers" not in told or name == "anon_cow_copied":
            continue
        result = run(MMX, "-c", form, "--json", "rmapx", *[pfn.removeprefix("0x") for pfn in pfns[-1:]])
        suite.expect(result.status == 0, result)
        page, = suite.document(result.out, "mmx.rmap/1")["pages"]
        compared += 1
        found = {mapping["pid"] for mapping in page["mappings"]}
        if told["pid"] not in found:
            faults.append(f"{name}: page {pfns[-1]} has {sorted(found)}, and {told['pid']} maps it")
        said = [mapping.get("remark", "") for mapping in page["mappings"]]
        if not any(remarks.get(name, "") in words for words in said):
            faults.append(f"{name}: no row says {remarks[name]}, but {said}")
    return verdict(faults, compared, dump, 3)


def of_files(dump, form):
    """Pages of a file by their indexes; what is not in memory is said."""
    told = made_in(dump).get("ext4_holes") or made_in(dump)["tmpfs_holes"]  # 7.0's guest has no ext4
    result = run(MMX, "-c", form, "--json", "rmapx", "-f", told["path"], "0-ff")
    suite.expect(result.status == 0, result)
    pages = suite.document(result.out, "mmx.rmap/1")["pages"]
    if [int(page["index"], 16) for page in pages] != told["data_pages"]:
        return f"{[page['index'] for page in pages]}, and pages {told['data_pages']} were written"
    if any(told["pid"] not in [m["pid"] for m in page["mappings"]] for page in pages):
        return f"{told['pid']} maps all of it, and {[page['mappings'] for page in pages]}"
    result = run(MMX, "-c", form, "rmapx", "-f", told["path"], "1-63")
    suite.expect(result.status == 0 and "none of these pages is in memory" in result.err, result)
    return None


def gigantic_pages(dump, flags):
    """Which GiB are one page of hugetlb: those that are all of it, where the pool of such pages has that many."""
    pool = re.search(r"^\[hugepages-1048576kB\].*?^nr_hugepages (\d+)$", (dump.before / "hugepages").read_text(), re.M | re.S)
    found = {gib for gib in range(len(flags) // GIGANTIC_FRAMES)
             if all(flags[pfn] & KPF["HUGE"] for pfn in range(gib * GIGANTIC_FRAMES, (gib + 1) * GIGANTIC_FRAMES, HUGE_FRAMES))}
    suite.expect(len(found) == (int(pool.group(1)) if pool else 0), f"{pool and pool.group(1)} huge pages of 1 GiB, and {found}")
    return found


def all_memory(dump, form):
    """Page tables, trees and counts agree of all memory; as many pages are mapped as kpagecount says, and no fewer."""
    result = run(MMX, "-c", form, "--json", "rmapx", "-a")
    suite.expect(result.status == 0, result)
    whole = suite.document(result.out, "mmx.rmap/1")
    wrong = [row for row in whole.get("strays", []) if row["wrong"]]
    if wrong or whole["disagreements"] or whole.get("findings") or whole.get("trouble"):
        return f"{wrong} {whole.get('findings')} {whole['disagreements'][:2]} {whole.get('trouble')}"
    flags = words_of(dump, "kpageflags")
    counts = [captures.words(folder / "kpagecount") for folder in compare.pair(dump.folder)]
    gigantic = gigantic_pages(dump, flags)
    # Of hugetlb the first page, which is where a huge page begins: where tails share struct pages, some say they are heads.
    steady = [pfn for pfn, (one, other) in enumerate(zip(*counts)) if one == other and one
              and not (flags[pfn] & KPF["HUGE"] and
                       pfn % (GIGANTIC_FRAMES if pfn // GIGANTIC_FRAMES in gigantic else HUGE_FRAMES))]
    moved = sum(one != other for one, other in zip(*counts))
    fewest = len(steady) - survey(dump, form)[2]
    if not fewest <= whole["mapped_pages"] <= fewest + moved:
        return f"{whole['mapped_pages']} pages are mapped; steadily so are {fewest}, and {moved} moved"
    return None


def classes(dump, form):
    """What a page is used for is what pagex says: pages of rings and buffers that processes map, above all."""
    pfns = sorted({pfn.removeprefix("0x") for told in made_in(dump).values() for pfn in told.get("pfns", [])[:4] if pfn})
    said = []
    for command in ("rmapx", "pagex"):
        result = run(MMX, "-c", form, "--columns", "pfn,class", command, *pfns)
        suite.expect(result.status == 0, result)
        said.append([line.split("\t") for line in result.out.splitlines()[1:]])
    faults = [f"{one}, and pagex says {other[1]}" for one, other in zip(*said) if one != other]
    return verdict(faults, len(said[0]), dump, 100)


CHECKS = [
    ("rmapx of every frame against pagemap and kpagecount", raw_form, mappers),
    ("rmapx finds nobody else", raw_form, nobody_else),
    ("rmapx of what is shared", raw_form, situations),
    ("rmapx has pagex's classes", raw_form, classes),
    ("rmapx -f", raw_form, of_files),
    ("rmapx -a", raw_form, all_memory),
]
