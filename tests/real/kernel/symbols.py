# SPDX-License-Identifier: GPL-2.0-or-later
"""Every name and address of the guest's kallsyms, and which symbol an address is of."""
import random
from collections import Counter

from real.check import ask, every_form, raw_form


def all_symbols(dump, form):
    """Every name and address of the guest's kallsyms, modules included, and no other."""
    found = Counter()
    for address, _, name, module in ask(form, "symbols"):
        found[(int(address, 16), name, module)] += 1
    true = Counter((s.address, s.name, s.module) for s in dump.symbols)
    missing, extra = true - found, found - true
    if not missing and not extra:
        return None
    example = [f"{a:x} {n} {m}" for a, n, m in list(missing)[:3] + list(extra)[:3]]
    return f"{sum(missing.values())} missing, {sum(extra.values())} too many: " + "; ".join(example)


def nearest_symbols(dump, form):
    """A function's address plus a little is found under a name that kallsyms has at that address."""
    rng = random.Random(1)
    functions = [s for s in dump.symbols if s.type in "tT"]
    at = {}
    for symbol in dump.symbols:
        at.setdefault(symbol.address, set()).add(symbol.name)
    chosen = rng.sample(functions, min(2000, len(functions)))
    lines = ["\t".join(row) for row in ask(form, "nearest", "".join(f"{s.address:x}\n" for s in chosen))]
    wrong = [f"{s.address:x} {s.name}: {line}" for s, line in zip(chosen, lines)
             if line.split("+")[0].split()[0] not in at[s.address]]
    return f"{len(wrong)} of {len(chosen)} wrong: {wrong[:3]}" if wrong or len(lines) != len(chosen) else None


CHECKS = [
    ("all symbols", every_form, all_symbols),
    ("nearest symbols", raw_form, nearest_symbols),
]
