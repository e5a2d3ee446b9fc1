# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's symbol tables: names compressed with 256 tokens, addresses absolute-percpu.

An offset that is not negative is the symbol's value itself (per-CPU symbols); any other lies
-1 - offset above the base.
"""

import struct
from collections import Counter

MARKER_EVERY = 256
MERGES = 96


def tokens_of(names):
    """(256 tokens, names in tokens): characters are their own, frequent pairs get the rest."""
    used = set(b"".join(names))
    table = [bytes([c]) if c in used else b"" for c in range(256)]
    free = [c for c in range(256) if c not in used]
    for code in free[:MERGES]:
        pairs = Counter()
        for name in names:
            pairs.update(zip(name, name[1:]))
        if not pairs:
            break
        (a, b), count = max(pairs.items(), key=lambda item: (item[1], item[0]))
        if count < 2:
            break
        table[code] = table[a] + table[b]
        names = [name.replace(bytes((a, b)), bytes((code,))) for name in names]
    return table, names


def length_prefix(n):
    """One byte, or two with bit 7 set in the first."""
    return bytes([n]) if n < 0x80 else bytes([n & 0x7F | 0x80, n >> 7])


def encode(symbols, base):
    """The tables by symbol name, of (address, name, type) in order of address."""
    table, names = tokens_of([(kind + name).encode() for _, name, kind in symbols])
    stream, markers = b"", []
    for i, name in enumerate(names):
        if i % MARKER_EVERY == 0:
            markers.append(len(stream))
        stream += length_prefix(len(name)) + name
    token_table, token_index = b"", []
    for token in table:
        token_index.append(len(token_table))
        token_table += token + b"\0"
    offsets = [a if a < 1 << 31 else base - 1 - a for a, _, _ in symbols]
    return {
        "kallsyms_num_syms": struct.pack("<I", len(symbols)),
        "kallsyms_names": stream,
        "kallsyms_markers": struct.pack(f"<{len(markers)}I", *markers),
        "kallsyms_token_table": token_table,
        "kallsyms_token_index": struct.pack("<256H", *token_index),
        "kallsyms_offsets": struct.pack(f"<{len(offsets)}i", *offsets),
        "kallsyms_relative_base": struct.pack("<Q", base),
    }
