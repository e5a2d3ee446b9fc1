#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The schemas of docs/schema/, and what checks documents against them."""
import json
import re
import sys

import schema
import suite
from suite import TOP, Wrong, equal, expect

TESTS = suite.Tests()
OPEN = {"type": "object"}
POINT = {"type": "object", "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}}, "required": ["x"],
         "additionalProperties": False}

TREE = {"type": "object", "properties": {"n": {"type": "integer"}, "of": {"type": "array", "items": {"$ref": "#/$defs/tree"}}},
        "required": ["n"], "additionalProperties": False}


# A schema, a document as it says, and one that is not.
CASES = [
    ({"type": "integer"}, 1, "1"), ({"type": "integer"}, 0, True), ({"type": "integer"}, -1, 1.5),
    ({"type": "boolean"}, False, 0), ({"type": "null"}, None, 0), ({"type": "string"}, "", None),
    ({"type": "array"}, [], {}), ({"type": ["integer", "null"]}, None, "0"),
    ({"const": "a"}, "a", "b"), ({"const": True}, True, 1), ({"const": 1}, 1, True),
    ({"enum": ["a", 4]}, 4, 5), ({"enum": [0]}, 0, False),
    ({"pattern": "^0x[0-9]+$"}, "0x1", "0x"), ({"pattern": "^a$"}, "a", "a\n"), ({"pattern": "^a|b$"}, "b", "ab"),
    ({"minimum": 0}, 0, -1), ({"maximum": 63}, 63, 64), ({"type": "array", "minItems": 1}, [0], []),
    ({"items": {"type": "integer"}}, [1, 2], [1, "2"]),
    (POINT, {"x": 1}, {"y": 1}), (POINT, {"y": 2, "x": 1}, {"x": 1, "z": 2}), (POINT, {"x": 0}, {"x": "0"}),
    (POINT, {"x": 0}, []), ({"anyOf": [POINT, {"type": "null"}]}, None, {}),
    ({"$ref": "#/$defs/p", "$defs": {"p": POINT}}, {"x": 1}, {}),
    ({"$ref": "common.json#/$defs/hex"}, "0x1f", "1f"), ({"$ref": "common.json#/$defs/hex"}, "0x0", "0x01"),
    ({"$ref": "common.json#/$defs/hex"}, "0x" + "f" * 16, "0x1" + "0" * 16),
    ({"$ref": "common.json#/$defs/hex"}, "0xab", "0xAB"), ({"$ref": "common.json#/$defs/hex_or_null"}, None, 0),
    ({"$ref": "common.json#/$defs/absent"}, {"absent": "excluded"}, {"absent": "gone"}),
    ({"$ref": "common.json#/$defs/flags"}, {"raw": "0x0", "names": []}, {"raw": "0x0", "names": [""]}),
    ({"items": {"items": {"type": "integer"}}}, [[1], [2]], [[1], [None]]),
    ({"$ref": "#/$defs/tree", "$defs": {"tree": TREE}}, {"n": 1, "of": [{"n": 2, "of": [{"n": 3}]}]},
     {"n": 1, "of": [{"n": 2, "of": [{"n": "3"}]}]}),
]


@TESTS.enter("documents are taken or refused as their schema says")
def documents():
    for content, good, bad in CASES:
        equal(schema.Schema(content).faults(good), [], f"{content} of {good!r}")
        expect(schema.Schema(content).faults(bad), f"{content} takes {bad!r}")


@TESTS.enter("a fault says where it is")
def where():
    found = schema.Schema({"items": POINT}).faults([{"x": 1}, {"x": "no"}])
    equal(found, ['$[1].x: "no" is no integer'], "faults")
    nearest = schema.Schema({"anyOf": [{**POINT, "required": ["x", "y"]}, POINT]})
    equal(nearest.faults({"z": 1}), ["$: unknown member z", "$: lacks x"], "faults of the nearest branch")


@TESTS.enter("a schema that leaves something open or cannot be checked is refused")
def refused():
    for content in (OPEN, {**OPEN, "additionalProperties": True}, {"oneOf": []}, {"typ": "integer"}, {"type": "number"},
                    {"pattern": "a"}, {"items": OPEN}, {"properties": {"a": OPEN}}, {"anyOf": [OPEN]}, True,
                    {"$defs": {"a": {"oneOf": []}}}, {"$ref": "#/$defs/nowhere"}, {"$ref": "common.json#/$defs/no"},
                    {**POINT, "required": ["z"]}):
        try:
            schema.Schema(content)
        except schema.SchemaError:
            continue
        raise Wrong(f"{content} is taken for a schema")


@TESTS.enter("what is no JSON, has a member twice, or another order is refused")
def no_json():
    good = '{"schema":"mmx.page/1","pages":[]}'
    equal(schema.read(good, "mmx.page/1"), ({"schema": "mmx.page/1", "pages": []}, []), good)
    for bad in ("", "{", good + good, good.replace("[]", "[NaN]"), good.replace('"pages":[]', '"pages":[],"pages":[]'),
                '{"pages":[],"schema":"mmx.page/1"}', good.replace("/1", "/2"), "[]", "null"):
        expect(schema.read(bad, "mmx.page/1")[1], f"{bad!r} is taken")


@TESTS.enter("pages can be of every class that the library knows")
def classes():
    known = re.findall(r'(?m)^CLASS\([A-Z_]+, "([\w-]+)"', (TOP / "lib/mm/frames/class.def").read_text())
    pages = schema.load(schema.FOLDER / "page.json").content["properties"]["pages"]["items"]["anyOf"]
    for page in pages:
        equal(sorted(page["properties"]["class"]["enum"]), sorted(known), "classes")


OTHERS = (None, True, -1, 1.5, "", "0x01", [], {})
TEXTS = ("0x1", "00", "00:00", "1.00%", "1.000000", "T1")  # one for each pattern
DEPTH = 12  # of what refers to itself


def text_of(pattern):
    found = [text for text in TEXTS if re.fullmatch(pattern, text)]
    expect(found, f"TEXTS has none for {pattern}")
    return found[0]


def example(home, part, depth=0):
    """A value that has all that a schema knows, but in what is too deep."""
    home, part = home.resolve(part)
    if "anyOf" in part:
        return example(home, part["anyOf"][0 if depth < DEPTH else -1], depth + 1)
    if "const" in part or "enum" in part:
        return part["const"] if "const" in part else part["enum"][-1]
    kind = part["type"] if isinstance(part["type"], str) else part["type"][0]
    if kind == "object":
        return {name: example(home, member, depth + 1) for name, member in part["properties"].items()
                if depth < DEPTH or name in part.get("required", ())}
    if kind == "array":
        return [example(home, part["items"], depth + 1)] * part.get("minItems", 1) if depth < DEPTH else []
    if kind == "string":
        return text_of(part.get("pattern", ".*"))
    return {"integer": max(1, part.get("minimum", 1)), "boolean": True, "null": None}[kind]


def changed(value):
    """The same with one thing otherwise, over and over: a value, one member less, one more."""
    yield from OTHERS
    if isinstance(value, dict):
        yield {**value, "unheard of": 0}
        for name, member in value.items():
            yield {key: kept for key, kept in value.items() if key != name}
            for other in changed(member):
                yield {**value, name: other}
    if isinstance(value, list) and value:
        yield from ([other, *value[1:]] for other in changed(value[0]))


@TESTS.enter("the quick way and the thorough one take the same documents")
def both_ways():
    for path in schema.FOLDER.glob("*.json"):
        home = schema.load(path)
        if "type" not in home.content:
            continue  # what the others have in common
        whole = example(home, home.content)
        expect(home.fits(whole), f"{path.name}: the quick way refuses {home.check(whole)}")
        taken = 0
        for value in changed(whole):
            quick, thorough = bool(home.fits(value)), not home.check(value)
            equal(quick, thorough, f"{path.name}: whether {json.dumps(value)[:200]} is taken")
            taken += quick
        expect(taken, f"{path.name}: no document with a change is taken")


def main():
    passed = True
    for name, function in TESTS:
        passed &= suite.say(suite.lines_of(name, function))
    return int(not passed)


if __name__ == "__main__":
    sys.exit(main())
