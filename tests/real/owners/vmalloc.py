# SPDX-License-Identifier: GPL-2.0-or-later
"""Every vmalloc area."""
import re
from collections import Counter

from real.check import ask, every_form
from real.guest import texts


def rotate(word, bits):
    return (word << bits | word >> 64 - bits) & (1 << 64) - 1


def siphash(value, key):
    """SipHash-2-4 of one 64-bit word, by which the kernel hides addresses that it prints."""
    mask = (1 << 64) - 1
    v = [key[0] ^ 0x736F6D6570736575, key[1] ^ 0x646F72616E646F6D,
         key[0] ^ 0x6C7967656E657261, key[1] ^ 0x7465646279746573]

    def rounds(n):
        for _ in range(n):
            v[0] = v[0] + v[1] & mask
            v[1] = rotate(v[1], 13) ^ v[0]
            v[0] = rotate(v[0], 32)
            v[2] = v[2] + v[3] & mask
            v[3] = rotate(v[3], 16) ^ v[2]
            v[0] = v[0] + v[3] & mask
            v[3] = rotate(v[3], 21) ^ v[0]
            v[2] = v[2] + v[1] & mask
            v[1] = rotate(v[1], 17) ^ v[2]
            v[2] = rotate(v[2], 32)

    for word in (value, 8 << 56):
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xFF
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def line_of(addresses, size, *rest):
    """What is known of an area stands in another order from one release to the next."""
    return " ".join([addresses, size, *sorted(rest)])


def vmalloc_lines(text):
    """Its lines as a multiset, but for the sizes of functions, and for offsets of 0 into them."""
    return Counter(line_of(*re.sub(r"(\+0x[0-9a-f]+)/0x[0-9a-f]+", lambda m: m[1].removesuffix("+0x0"), line).split())
                   for line in text.splitlines())


def vmalloc(dump, form):
    """Every area, line by line as vmallocinfo has them: hashed addresses, size, caller, pages, flags, nodes."""
    before, after = (vmalloc_lines(text) for text in texts(dump, "vmallocinfo"))
    at = dump.image_phys(dump.by_name["ptr_key"])
    key = dump.raw.u64(at), dump.raw.u64(at + 8)
    first = next(iter(before))
    hidden = "____ptrval____" in first  # the key was not there yet
    plain = first.startswith("0xff")  # slub_debug has addresses printed as they are

    def shown(address):
        hashed = address if plain else siphash(address, key) & 0xFFFFFFFF
        return "(____ptrval____)" if hidden else f"{hashed:016x}"

    found = Counter()
    for start, end, size, rest in ask(form, "vmalloc"):
        if rest != " going":
            found[line_of(f"0x{shown(int(start, 16))}-0x{shown(int(end, 16))}", size, *rest.split())] += 1
    missing = (before & after) - found
    extra = found - (before | after)
    if missing or extra or sum(found.values()) < 100:
        return "\n".join([f"{sum(found.values())} areas; missing {sum(missing.values())}, "
                          f"not in vmallocinfo {sum(extra.values())}"]
                         + [f"missing: {line}" for line in list(missing)[:5]]
                         + [f"extra: {line}" for line in list(extra)[:5]])
    return None


CHECKS = [
    ("vmalloc areas", every_form, vmalloc),
]
