# SPDX-License-Identifier: GPL-2.0-or-later
"""What symx says of every symbol of the guest's kallsyms, of addresses back, and of variables that each CPU has."""
import random
from collections import Counter

import suite
from real.check import MMX, every_form, raw_form, run, verdict


def symx(form, *words):
    result = run(MMX, "-c", form, "--json", "symx", *words)
    suite.equal(result.status, 0, result)
    return suite.document(result.out, "mmx.sym/1")["symbols"]


def all_of_them(dump, form):
    """A range of all addresses has every symbol of the guest's kallsyms, and no other."""
    found = Counter((int(s["address"], 16), s["name"], s.get("module")) for s in symx(form, "0-ffffffffffffffff"))
    true = Counter((s.address, s.name, s.module or None) for s in dump.symbols)
    faults = [f"missing: {s}" for s in (true - found).elements()]
    faults += [f"too many: {s}" for s in (found - true).elements()]
    return verdict(faults, len(true), dump, 0)


def names_and_back(dump, form):
    """A name has all its addresses, and an address in a function the names and the distance."""
    rng = random.Random(11)
    functions = rng.sample([s for s in dump.symbols if s.type in "tT"], 300)
    names, at, faults = {}, {}, []
    for symbol in dump.symbols:
        names.setdefault(symbol.name, []).append(symbol.address)
        at.setdefault(symbol.address, set()).add(symbol.name)
    for name in {s.name for s in functions}:
        names[name].sort()
    found = {}
    for row in symx(form, *sorted({s.name for s in functions})):
        found.setdefault(row["name"], []).append(int(row["address"], 16))
    for name, addresses in found.items():
        if sorted(addresses) != names[name]:
            faults.append(f"{name}: {addresses} and not {names[name]}")
    for symbol in functions[:30]:
        rows = symx(form, f"{symbol.address + 3:x}") if symbol.address + 3 not in at else []
        for row in rows:
            behind = symbol.address + 3 - int(row["address"], 16)
            if row["name"] not in at[int(row["address"], 16)] or int(row.get("offset", "0x0"), 16) != behind:
                faults.append(f"{symbol}: {row}")
        others = at.keys() & {symbol.address + 1, symbol.address + 2}
        if rows and not others and symbol.name not in {row["name"] for row in rows}:
            faults.append(f"{symbol}: not among {rows}")
    return verdict(faults, len(found), dump, 200)


def of_each_cpu(_, form):
    """Each CPU has a variable somewhere else, and that address is recognised as its."""
    pointer, *rows = symx(form, "runqueues")
    suite.expect(pointer.get("percpu") and rows, pointer)
    for row in rows:
        back = symx(form, f"{int(row['address'], 16) + 8:x}")
        suite.expect(any(b["cpu"] == row["cpu"] and b["name"] == "runqueues" and b["offset"] == "0x8" for b in back),
                     f"{row}: {back}")
    suite.equal(len({row["address"] for row in rows}), len(rows), "addresses")
    # Whatever the pointer looks like, no memory is shown for it.
    suite.equal(run(MMX, "-c", form, "readx", pointer["address"]).status, 2, "readx of a per-CPU pointer")


CHECKS = [
    ("symx has all symbols", every_form, all_of_them),
    ("symx: names, and back", raw_form, names_and_back),
    ("symx: variables of each CPU", raw_form, of_each_cpu),
]
