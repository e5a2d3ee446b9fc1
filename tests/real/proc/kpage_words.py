# SPDX-License-Identifier: GPL-2.0-or-later
"""
What rests on struct pages that are not in the dump is said to be absent, and nothing else changes: a
filtered dump with some of the memory taken out that has struct pages of large folios.
"""
import json
import struct
import tempfile
from pathlib import Path

import captures
from real.check import MMX, is_filtered, run
from real.guest import situations_of

AT_ONCE = 64  # struct pages in a page of memory
THP = 512
ONES = (1 << 64) - 1
# Folio of a situation: which of its pages of struct pages is taken out. With the first one goes the head.
TAKEN = {"thp_pte": 3, "huge_zero_page": 3, "thp_shared_fork": 0}


def without(source, target, frames):
    """Copies a compressed kdump without these frames: no bit in the second bitmap, no descriptor."""
    data = bytearray(Path(source).read_bytes())
    block, sub_blocks, map_blocks = struct.unpack_from("<iiI", data, 428)
    bitmap = block * (1 + sub_blocks + map_blocks // 2)
    table = block * (1 + sub_blocks + map_blocks)
    bits = data[bitmap:table]
    total = sum(byte.bit_count() for byte in bits)
    for frame in sorted(frames, reverse=True):
        byte, bit = frame >> 3, 1 << (frame & 7)
        assert bits[byte] & bit, f"frame {frame:#x} is not in the dump"
        nth = sum(b.bit_count() for b in bits[:byte]) + (bits[byte] & bit - 1).bit_count()
        data[table + 24 * nth:table + 24 * (total - 1)] = data[table + 24 * (nth + 1):table + 24 * total]
        bits[byte] &= ~bit
        total -= 1
    data[bitmap:table] = bits
    Path(target).write_bytes(data)


def words(form, entry, folder):
    """(status, words) of procx."""
    path = Path(folder) / entry
    with open(path, "wb") as file:
        status = run(MMX, "-c", form, "procx", entry, stdout=file).status
    return status, captures.words(path)


def pages(form, *pfns):
    """(status, {pfn: page}) of pagex -c."""
    result = run(MMX, "-c", form, "--json", "pagex", "-c", *map(hex, pfns))
    return result.status, {int(p["pfn"], 16): p for p in json.loads(result.out)["pages"]}


def compare_words(entry, whole, less, lost):
    """Frames of @lost are all ones, all others as in the whole dump."""
    wrong = [pfn for pfn, (a, b) in enumerate(zip(whole, less)) if b != (ONES if pfn in lost else a)]
    if wrong or len(whole) != len(less):
        pfn = (wrong or [0])[0]
        yield (f"{entry}: {len(wrong)} of {len(less)} words are wrong, first PFN {pfn:#x}: {less[pfn]:#x}, in the "
               f"whole dump {whole[pfn]:#x}, and it {'rests' if pfn in lost else 'does not rest'} on what is missing")


def answers(form, less, heads, folder):
    taken = {heads[name] + AT_ONCE * nth + i for name, nth in TAKEN.items() for i in range(AT_ONCE)}
    headless = set(range(heads["thp_shared_fork"], heads["thp_shared_fork"] + THP))
    # Nothing but each of its pages tells that nobody maps the huge page of zeros.
    zeros = set(range(heads["huge_zero_page"], heads["huge_zero_page"] + THP))
    for entry, lost in (("kpageflags", taken | headless | zeros), ("kpagecount", taken | headless)):
        (_, whole), (status, found) = words(form, entry, folder), words(less, entry, folder)
        if status != 3:
            yield f"procx {entry} ended with {status}"
        yield from compare_words(entry, whole, found, lost)
    absent = {"absent": "excluded"}
    status, found = pages(less, heads["thp_pte"], heads["thp_shared_fork"] + THP - 1)
    mapped, tail = found[heads["thp_pte"]], found[heads["thp_shared_fork"] + THP - 1]
    seen = [status, mapped["references"]["mappings"], mapped["references"]["remainder"], tail["class"]]
    seen += [tail[key] for key in ("refcount", "mapcount", "order", "index")]
    seen += [tail["mapping"]["kind"], tail["references"]["refcount"], tail["references"]["remainder"]]
    if seen != [3, absent, absent, "missing"] + [absent] * 7:
        yield f"pagex says {seen}"


def missing_struct_pages(dump, form):
    told = situations_of(dump)
    heads = {name: int(told[name]["pfns"][0], 16) & ~(THP - 1) for name in TAKEN}
    _, whole = pages(form, *(head + AT_ONCE * TAKEN[name] for name, head in heads.items()))
    with tempfile.TemporaryDirectory(prefix="mmx-counts-") as folder:
        less = Path(folder) / "less"
        without(form, less, {int(page["page_phys"], 16) >> 12 for page in whole.values()})
        return "\n".join(answers(form, less, heads, folder)) or None


CHECKS = [
    ("counts without struct pages", lambda d, f: is_filtered(f) and f.name.endswith(".d31.zlib"),
     missing_struct_pages),
]
