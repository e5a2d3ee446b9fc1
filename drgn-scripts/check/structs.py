# SPDX-License-Identifier: GPL-2.0-or-later
"""Types as a whole: every struct that mmx declares, where all that lies within it is; values of some objects."""
from .compare import Difference
from .trees import documents
from .voices import CannotRun


def declared(voices):
    """Names of the structs that mmx reads, as this kernel has them."""
    with voices.mmx("doctorx") as answer:
        layout = answer.whole()["layout"]
    return sorted({row["name"] for row in layout if row["kind"] == "struct" and row["name"]})


def leaves(rows, path, shift=0):
    """[path, byte, bits, what is there] of each row that has none below it, elements one by one."""
    for row in rows:
        at, elements, name = int(row["offset"], 16), row.get("elements"), row.get("member")
        # An array's layout has one element for all; of values each has its own place.
        last = elements and (elements["last"] if row.get("word") or "value" in row or has_values(row) else
                             elements["first"])
        for i in range(elements["first"], last + 1) if elements else (None,):
            here = path + (f"[{i}]" if elements else f".{name}" if name else "")
            moved = shift if i is None else \
                shift + (i - elements["first"]) * row["size"] // (elements["last"] - elements["first"] + 1)
            if "children" in row:
                yield from leaves(row["children"], here, moved)
            elif row["size"] or row["type"].endswith("[]"):  # else a struct without members
                bits = row.get("bits") and [row["bits"]["from"], row["bits"]["width"]]
                yield [here, at + moved, bits, there(row)]


def has_values(row):
    return any("value" in child or has_values(child) for child in row.get("children", ()))


def there(row):
    if "word" in row:
        return row["word"]["raw"]
    value = row.get("value", "")
    return value[1:-1] if value.startswith('"') else None


def differences(voices, count):
    with voices.drgn("structs.py", *declared(voices)) as answer:
        drgn = list(answer.rows("structs"))
    with voices.mmx_script([["structx", "--json", *row["operands"]] for row in drgn]) as answer:
        mmx = list(documents(answer))
    if len(mmx) != len(drgn):
        raise CannotRun(f"{len(mmx)} answers to {len(drgn)} questions")
    for one, other in zip(mmx, drgn):
        where = " ".join(other["operands"])
        root, = one["structs"]
        if root["size"] != other["size"]:
            yield Difference("size", where, root["size"], other["size"])
        a = {leaf[0]: leaf[1:] for leaf in leaves(root.get("children", ()), "")}
        b = {leaf[0]: leaf[1:] for leaf in other["tree"]}
        count(len(b))
        for path in sorted(a.keys() | b.keys()):
            if a.get(path) != b.get(path):
                yield Difference(path, where, a.get(path), b.get(path))
