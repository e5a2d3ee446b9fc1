# SPDX-License-Identifier: GPL-2.0-or-later
"""
Derivations (-e) judged by evaluating them anew: each step's operation on the operands that it names must give its
result, an operand must be what the step that it came from has, and a value that was read must be what readx reads
there.
"""
WORD = 1 << 64


def towards_0(a, b):
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


OPERATIONS = {
    "plus": lambda a, b: a + b, "minus": lambda a, b: a - b, "times": lambda a, b: a * b,
    "divide": lambda a, b: towards_0(a, b), "rest": lambda a, b: a - b * towards_0(a, b), "left": lambda a, b: a << b,
    "right": lambda a, b: (a % WORD) >> b, "and": lambda a, b: a & b, "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b, "min": min, "max": max,
    "equal": lambda a, b: (a - b) % WORD == 0, "unequal": lambda a, b: (a - b) % WORD != 0, "below": lambda a, b: a < b,
    "up-to": lambda a, b: a <= b, "above": lambda a, b: a > b, "from": lambda a, b: a >= b,
    "in": lambda a, b, c: b <= a < c,
}
READS = {"read": "", "read-physical": "-p "}


def number(shown):
    """The value of a step or an operand, None where it has none; its two forms are one."""
    if not isinstance(shown["decimal"], str):
        return None
    value, word = int(shown["decimal"]), int(shown["hex"], 16)
    if word not in [value % (1 << bits) for bits in (8, 16, 32, 64) if value < 0 or bits == 64]:
        raise ValueError(f"{shown['hex']} and {shown['decimal']} are not one number")
    return value


def fault(step, before):
    """What is wrong with a step, or None."""
    detail, result = step["detail"], number(step)
    values = []
    for operand in detail.get("operands", []):
        value, origin = number(operand), operand.get("step")
        if origin and origin >= step["step"]:
            return f"rests on step {origin}"
        if origin and (number(before[origin - 1]) != value or before[origin - 1]["what"] != operand["what"]):
            return f"operand is not step {origin}"
        values.append(value)
    if (detail["operation"] == "given") != (not values):
        return "operands"
    if "source" not in detail and detail["operation"] == "given":
        return "no source"
    if detail.get("holds") is False:
        return "does not hold"
    if not values or detail["operation"] in READS:
        return None
    if None in values:
        return None if result is None else "a result without operands"
    expected = OPERATIONS[detail["operation"]](*values)
    return None if (expected - result) % WORD == 0 else f"is {expected:#x}"


def derivations(value):
    """All of a document."""
    if isinstance(value, list):
        for one in value:
            yield from derivations(one)
    elif isinstance(value, dict):
        for key, below in value.items():
            if key == "steps":
                yield below
            yield from derivations(below)


def faults(document):
    """What is wrong with the steps of a document, a line each."""
    for steps in derivations(document):
        for i, step in enumerate(steps):
            try:
                wrong = fault(step, steps[:i]) or (step["step"] != i + 1 and "numbered wrongly")
            except (KeyError, ValueError, TypeError) as error:
                wrong = repr(error)
            if wrong:
                yield f"step {step['step']} {step['what']} = {step['hex']}: {step['how']}: {wrong}"


def reads(document):
    """(call of readx, value) of each value that was read."""
    for steps in derivations(document):
        for step in steps:
            detail, value = step["detail"], number(step)
            if detail["operation"] not in READS or value is None:
                continue
            at = sum(number(operand) for operand in detail["operands"]) % WORD
            yield f"readx {READS[detail['operation']]}-w {detail['bytes']} {at:x} 1", value % (1 << 8 * detail["bytes"])


def read_faults(document, answers):
    """What is wrong with what was read; @answers: readx's documents, a call's each, in the order of reads()."""
    for (call, value), answer in zip(reads(document), answers, strict=True):
        found = answer["ranges"][0]["lines"][0]["words"][0]["value"]
        if int(found, 16) != value:
            yield f"{call}: {found}, not {value:#x}"


def count(document):
    return sum(map(len, derivations(document)))


# What a page's steps come to, by the field that says the same.
FIELDS = {"physical address": "phys", "section": "section", "node": "node", "PFN of the head": "head", "order": "order",
          "mapcount": "mapcount", "page._refcount": "refcount"}


def field_faults(page):
    """Where a page of pagex's document says something else than its steps."""
    last = {step["what"]: step for step in page["steps"]}
    for what, field in FIELDS.items():
        told = page.get(field)
        if what in last and told is not None and not isinstance(told, dict):
            told = int(told, 16) if isinstance(told, str) else told
            if number(last[what]) != told:
                yield f"{what} is {last[what]['hex']}, and {field} {told:#x}"
    zone = last.get("zone")
    if zone and zone["detail"].get("says", page["zone"]) != page["zone"]:
        yield f"zone is {zone['detail']['says']}, and {page['zone']}"
    index = page.get("index")
    told = last.get("index of the page") or last.get("index in small pages") or last.get("page.index")
    if isinstance(index, str) and told and number(told) != int(index, 16):
        yield f"the index is {told['hex']}, and {index}"
