# SPDX-License-Identifier: GPL-2.0-or-later
"""Bytes by physical, direct-map, vmalloc, vmemmap and image addresses, against the raw file."""
import random
from collections import Counter

import suite
from real.check import ask, filtered_form, unfiltered_form


def memory_requests(dump, count):
    """Reads spread over physical memory, the direct map, vmalloc, vmemmap and the kernel image."""
    rng = random.Random(2)
    offset, vmemmap = dump.variable("page_offset_base"), dump.variable("vmemmap_base")
    text, end = dump.by_name["_text"], dump.by_name["__init_begin"]
    requests = []
    for _ in range(count):
        start, size, _ = rng.choice(dump.raw.loads)
        length = rng.choice((1, 8, 64, 4096, 10000))
        phys = start + rng.randrange(max(1, size - length))
        requests.append(("p", phys, length, phys))
        if any(a <= phys and phys + length <= b for a, b in dump.iomem("System RAM")):
            requests.append(("v", offset + phys, length, None))
            requests.append(("v", vmemmap + (phys >> 12) * 64, 64, None))
        requests.append(("v", text + rng.randrange(end - text - 4096), rng.choice((1, 8, 4096)), None))
    modules = [s.address for s in dump.symbols if s.module and s.type in "tT"]
    requests += [("v", rng.choice(modules), 16, None) for _ in range(min(count, len(modules)))]
    requests += [("v", dump.variable("vmalloc_base") + rng.randrange(1 << 30), 64, None)
                 for _ in range(count)]
    return requests


def truly(dump, request):
    """The bytes by an independent reading: page tables and program headers, page by page."""
    _, address, length, phys = request
    data = b""
    while length:
        part = min(length, 4096 - address % 4096)
        at = phys if phys is not None else dump.walk(dump.root, address)
        piece = None if at is None else dump.raw.read(at, part)
        if piece is None:
            return None
        data, address, length = data + piece, address + part, length - part
        phys = None if phys is None else phys + part
    return data


def answers(form, requests):
    """(request, what came of it) of each."""
    text = "".join(f"{kind} {address:x} {length}\n" for kind, address, length, _ in requests)
    lines = [line for line, in ask(form, "memory", text)]
    suite.equal(len(lines), len(requests), "answers")
    return zip(requests, lines)


def memory(dump, form):
    """Bytes by physical, direct-map, vmalloc, vmemmap and image addresses, against the raw file."""
    requests = memory_requests(dump, 300)
    wrong, right, unreadable = [], 0, 0
    for request, line in answers(form, requests):
        true = truly(dump, request)
        found = bytes.fromhex(line) if not line.isalpha() or len(line) % 2 == 0 and is_hex(line) else None
        if found == true:
            right += true is not None
            unreadable += true is None
        else:
            wrong.append(f"{request[0]} {request[1]:x}+{request[2]}: {line[:40]}")
    if wrong:
        return f"{len(wrong)} of {len(requests)} reads differ: {wrong[:3]}"
    return None if right > 500 else f"only {right} reads gave bytes ({unreadable} rightly none)"


def is_hex(text):
    return all(c in "0123456789abcdef" for c in text)


def filtered_memory(dump, form):
    """Of a filtered dump: what is there equals the unfiltered one, what is not is called excluded."""
    requests = [r for r in memory_requests(dump, 300) if r[0] == "p"]
    kinds = Counter()
    for request, line in answers(form, requests):
        kinds[line if line in ("excluded", "absent", "unreadable") else "bytes"] += 1
        if is_hex(line) and bytes.fromhex(line) != truly(dump, request):
            return f"{request[1]:x}+{request[2]} differs from the unfiltered dump"
    # Level 1 leaves out pages of zeros, which the format still has as one shared page.
    expected = {"bytes"} if ".d1." in form.name else {"bytes", "excluded"}
    if set(kinds) != expected:
        return f"reads came out as {dict(kinds)}, expected were {sorted(expected)}"
    return None


CHECKS = [
    ("memory", unfiltered_form, memory),
    ("filtered memory", filtered_form, filtered_memory),
]
