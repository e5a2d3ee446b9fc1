# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's captures: taken out of its memory, unpacked, and read."""
import io
import json
import tarfile
from array import array

PRESENT = 1 << 63
PFN_MASK = (1 << 55) - 1
LISTED_PFNS = 16


def take(monitor, runs, size, work):
    """Read a capture of size bytes out of a stopped guest's buffer, which lies in these (address, length) runs."""
    part, data = work / "part", bytearray()
    for address, length in runs:
        if len(data) >= size:
            break
        length = min(length, size - len(data))
        monitor.do("pmemsave", val=address, size=length, filename=str(part))
        data += part.read_bytes()
        part.unlink()
    return bytes(data)


def unpack(data, into):
    """Write a capture's files below a folder."""
    into.mkdir(exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for member in tar:
            target = into / member.name
            target.parent.mkdir(parents=True, exist_ok=True)
            with tar.extractfile(member) as source:
                target.write_bytes(source.read())


def words(path):
    """A file of 64-bit words."""
    values = array("Q")
    values.frombytes(path.read_bytes())
    return values


def pagemap(path):
    """A captured pagemap, as {first address: words}, one entry a mapping."""
    values, at, areas = words(path), 0, {}
    while at < len(values):
        start, count = values[at], values[at + 1]
        areas[start] = values[at + 2:at + 2 + count]
        at += 2 + count
    return areas


def frames(areas, start, length, page=4096):
    """The PFNs that [start, start + length) is mapped to, None for a page that is not present."""
    found = []
    for address in range(start, start + length, page):
        word = 0
        for first, entries in areas.items():
            if first <= address < first + len(entries) * page:
                word = entries[(address - first) // page]
        found.append(word & PFN_MASK if word & PRESENT else None)
    return found


def situations(before):
    """The workload's situations by name, with the PFNs of their first pages from the captured pagemaps."""
    named = {}
    for line in (before / "situations").read_text().splitlines():
        one = json.loads(line)
        pagemap_file = before / str(one.get("pid")) / "pagemap"
        if "addr" in one and pagemap_file.exists() and "pfns" not in one:
            length = min(one["len"], LISTED_PFNS * 4096)
            one["pfns"] = [hex(pfn) if pfn is not None else None
                           for pfn in frames(pagemap(pagemap_file), int(one["addr"], 16), length)]
        named[one.pop("name")] = one
    return named
