# SPDX-License-Identifier: GPL-2.0-or-later
"""What readx says of memory: against an independent reading of the raw file, and of what the workload wrote."""
import suite
from real.check import MMX, documents, filtered_form, raw_form, run, verdict
from real.cmd.swapx import FILLED, KINDS, OF_KINDS, filled, of_kind
from real.guest import PAGE, made_in
from real.kernel.view import memory_requests, truly

PIECE = 0x100  # what is asked for at once of a page of a process


def bytes_each(form, asked):
    """The range of each of many (options, address, length), by the byte, all asked in one session."""
    calls = [f"readx -w 1 {options} {address:x} {length:x}" for options, address, length in asked]
    for answer in documents(form, calls, "mmx.read/1", (0, 2, 3)):
        span, = answer["ranges"]
        yield span


def physical(space):
    return "-p" if space == "p" else ""


def content(span):
    """Its bytes, None for one that is missing."""
    found = []
    for line in span.get("lines", []):
        found += [None] * line.get("gap", {}).get("bytes", 0)
        found += [None if isinstance(word["value"], dict) else int(word["value"], 16) for word in line.get("words", [])]
    return found


def each_byte(dump, form):
    """Physical memory, the direct map, vmalloc, vmemmap and the image, each byte; what is missing is missing."""
    requests, faults = memory_requests(dump, 12), []
    spans = bytes_each(form, [(physical(space), address, length) for space, address, length, _ in requests])
    for request, span in zip(requests, spans):
        found = content(span)
        want = truly(dump, request)
        if want is not None and found != list(want) or want is None and None not in found:
            faults.append(f"{request}: {str(found)[:100]}, it is {str(want)[:100]}")
    return verdict(faults, len(requests), dump, 0) if len(requests) > 20 else "nothing to compare"


def banner(dump, form):
    """The text at linux_banner is what /proc/version had."""
    result = run(MMX, "-c", form, "--json", "readx", "-t", "linux_banner")
    suite.equal(result.status, 0, result)
    span, = suite.document(result.out, "mmx.read/1")["ranges"]
    suite.equal(span["text"], (dump.before / "version").read_text(), "linux_banner")


def of_processes(dump, form):
    """What the workload wrote to pages that are in swap now is read at its own addresses, unless it is on a disk."""
    faults, compared = [], 0
    for name, told in made_in(dump).items():
        if name not in FILLED + OF_KINDS:
            continue
        start, pages = int(told["addr"], 16), range(min(told["len"] // PAGE, 2 * KINDS))
        asked = [(f"-u {told['pid']}", start + page * PAGE, PIECE) for page in pages]
        for page, span in zip(pages, bytes_each(form, asked)):
            want = of_kind(page, page % KINDS) if name in OF_KINDS else filled(told["pid"], page)
            compared += 1
            if content(span) != list(want[:PIECE]) and "disk" not in span.get("why", ""):
                faults.append(f"{name} page {page}: {str(content(span))[:100]}, {span.get('why')}")
    return verdict(faults, compared, dump, 1 if "swapped_out" in made_in(dump) else 0)


def of_shared(dump, form):
    """Shared memory that is in swap, which no entry of a page table tells of, is read at its addresses as well."""
    told = made_in(dump).get("shmem_swapped_kinds")
    if not told:
        return None
    start, faults = int(told["addr"], 16), []
    asked = [(f"-u {told['pid']}", start + page * PAGE, PIECE) for page in range(2 * KINDS)]
    for page, span in enumerate(bytes_each(form, asked)):
        if content(span) != list(of_kind(page, page % KINDS)[:PIECE]) and "disk" not in span.get("why", ""):
            faults.append(f"page {page}: {str(content(span))[:100]}, {span.get('why')}")
    return verdict(faults, 2 * KINDS, dump, 1)


def missing(dump, form):
    """What a filter left out is excluded; what it did not is there, as in the whole dump."""
    faults, kinds, requests = [], set(), memory_requests(dump, 12)
    asked = [(physical(space), address, min(length, 64)) for space, address, length, _ in requests]
    for request, there, here in zip(requests, bytes_each(dump.raw_path, asked), bytes_each(form, asked)):
        for whole, part in zip(content(there), content(here)):
            kinds.add(part is None)
            if part not in (None, whole):
                faults.append(f"{request}: {part} and not {whole}")
    return verdict(faults, len(kinds), dump, 2)


CHECKS = [
    ("readx reads each byte", raw_form, each_byte),
    ("readx: linux_banner", raw_form, banner),
    ("readx of processes", raw_form, of_processes),
    ("readx of shared memory in swap", raw_form, of_shared),
    ("readx: what is missing", filtered_form, missing),
]
