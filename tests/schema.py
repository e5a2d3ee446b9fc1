# SPDX-License-Identifier: GPL-2.0-or-later
"""
Checks documents against docs/schema/: JSON Schema 2020-12, of it only the keywords below. A schema
that uses another keyword, or that leaves anything open, is itself wrong.
"""
import functools
import json
import re
from pathlib import Path

import fits

FOLDER = Path(__file__).resolve().parent.parent / "docs/schema"
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
NOTES = {"$comment", "$schema", "$defs", "title"}
NONE = ()  # faults


class SchemaError(Exception):
    """A schema that is none, or that this cannot check."""


class Schema:
    """A file of schemas; others that it refers to are beside it."""
    notes = NOTES

    def __init__(self, content, folder=FOLDER):
        self.content = content
        self.folder = folder
        self._check(content, "$")
        for name, definition in content.get("$defs", {}).items():
            self._check(definition, f"$defs.{name}")

    def _check(self, schema, at):
        """Refuse what would not be checked."""
        if not isinstance(schema, dict):
            raise SchemaError(f"{at}: {schema!r} is no schema")
        unknown = schema.keys() - NOTES - KEYWORDS.keys()
        if unknown:
            raise SchemaError(f"{at}: unknown keywords {sorted(unknown)}")
        if set(self._types(schema)) - TYPES.keys():
            raise SchemaError(f"{at}: unknown type {schema['type']!r}")
        pattern = schema.get("pattern", "^$")
        if not (pattern.startswith("^") and pattern.endswith("$")):
            raise SchemaError(f"{at}: the pattern {pattern!r} is not of the whole text")
        if "object" in self._types(schema) and schema.get("additionalProperties") is not False:
            raise SchemaError(f"{at}: additionalProperties is not false")
        properties = schema.get("properties", {})
        if set(schema.get("required", ())) - properties.keys():
            raise SchemaError(f"{at}: required are properties that there are not")
        if "$ref" in schema:
            self.resolve(schema)
        parts = [(f".{name}", part) for name, part in properties.items()]
        parts += [("[]", schema["items"])] if "items" in schema else []
        parts += [(f"|{number}", part) for number, part in enumerate(schema.get("anyOf", ()))]
        for name, part in parts:
            self._check(part, at + name)

    @staticmethod
    def _types(schema):
        types = schema.get("type", [])
        return [types] if isinstance(types, str) else types

    def resolve(self, schema):
        """(the file that it is in, what is meant) of a schema that may be a reference."""
        if "$ref" not in schema:
            return self, schema
        file, _, name = schema["$ref"].partition("#/$defs/")
        home = load(self.folder / file) if file else self
        if name not in home.content.get("$defs", {}):
            raise SchemaError(f"{schema['$ref']} is not defined")
        return home.resolve(home.content["$defs"][name])

    def check_of(self, schema):
        """A function(value) that gives the faults of a value, each with its place below the value."""
        checks = [KEYWORDS[keyword](self, schema) for keyword in sorted(schema.keys() - NOTES)]
        if len(checks) == 1:
            return checks[0]
        return lambda value: [fault for check in checks for fault in check(value)]

    @functools.cached_property
    def check(self):
        return self.check_of(self.content)

    @functools.cached_property
    def fits(self):
        return fits.of(self, self.content)

    def faults(self, value):
        """What is wrong with a document, as lines; none when it is as the schema says."""
        return [] if self.fits(value) else ["$" + fault for fault in self.check(value)]


def is_type(value, name):
    """A truth value is no number, though Python has it so."""
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def same(one, other):
    return type(one) is type(other) and one == other


def shown(value):
    text = json.dumps(value)
    return text if len(text) < 80 else text[:77] + "..."


def of_ref(home, schema):
    """Not looked at before there is a value: what a tree holds refers to itself."""
    file, meant = home.resolve(schema)
    checks = []

    def check(value):
        if not checks:
            checks.append(file.check_of(meant))
        return checks[0](value)
    return check


def of_type(home, schema):
    types = home._types(schema)
    classes = {TYPES[name] for name in types}  # of JSON: nothing derived from them
    return lambda value: NONE if type(value) in classes else \
        [f": {shown(value)} is no {' or '.join(types)}"]


def of_const(_, schema):
    return lambda value: [] if same(value, schema["const"]) else [f": {shown(value)} is not {schema['const']!r}"]


def of_enum(_, schema):
    return lambda value: [] if any(same(value, one) for one in schema["enum"]) else \
        [f": {shown(value)} is not of the list"]


def of_pattern(_, schema):
    fits = re.compile(schema["pattern"][1:-1], re.S).fullmatch
    return lambda value: [] if not isinstance(value, str) or fits(value) else \
        [f": {shown(value)} does not match {schema['pattern']}"]


def of_minimum(_, schema):
    return lambda value: [] if not is_type(value, "integer") or value >= schema["minimum"] else \
        [f": {value} is less than {schema['minimum']}"]


def of_maximum(_, schema):
    return lambda value: [] if not is_type(value, "integer") or value <= schema["maximum"] else \
        [f": {value} is more than {schema['maximum']}"]


def of_properties(home, schema):
    checks = {name: home.check_of(part) for name, part in schema["properties"].items()}

    def check(value):
        if not isinstance(value, dict):
            return NONE
        found = []
        for name, member in value.items():
            faults = checks[name](member) if name in checks else NONE
            if faults:
                found += [f".{name}{fault}" for fault in faults]
        return found
    return check


def of_additional(_, schema):
    known = schema.get("properties", {}).keys()
    return lambda value: [f": unknown member {name}" for name in sorted(value.keys() - known)] \
        if isinstance(value, dict) and not value.keys() <= known else []


def of_required(_, schema):
    needed = set(schema["required"])
    return lambda value: [f": lacks {name}" for name in sorted(needed - value.keys())] \
        if isinstance(value, dict) and not needed <= value.keys() else []


def of_items(home, schema):
    check = home.check_of(schema["items"])

    def check_all(value):
        if not isinstance(value, list):
            return NONE
        found = []
        for number, element in enumerate(value):
            faults = check(element)
            if faults:
                found += [f"[{number}]{fault}" for fault in faults]
        return found
    return check_all


def of_min_items(_, schema):
    return lambda value: [] if not isinstance(value, list) or len(value) >= schema["minItems"] else \
        [f": {len(value)} elements, at least {schema['minItems']} are expected"]


def of_any(home, schema):
    """The faults under the branch that the value is nearest to."""
    branches = [(home.check_of(branch), home._types(home.resolve(branch)[1])) for branch in schema["anyOf"]]

    @functools.lru_cache(maxsize=None)
    def in_order(kind):
        """First the branches of the value's type: most often one alone, and right."""
        return [check for check, _ in sorted(branches, key=lambda one: kind not in [TYPES[name] for name in one[1]])]

    def check(value):
        found = None
        for branch in in_order(type(value)):
            faults_here = branch(value)
            if not faults_here:
                return NONE
            found = min(found or faults_here, faults_here, key=len)
        return found
    return check


KEYWORDS = {
    "$ref": of_ref, "type": of_type, "const": of_const, "enum": of_enum, "pattern": of_pattern,
    "minimum": of_minimum, "maximum": of_maximum, "properties": of_properties,
    "additionalProperties": of_additional, "required": of_required, "items": of_items,
    "minItems": of_min_items, "anyOf": of_any,
}


@functools.lru_cache(maxsize=None)
def load(path):
    return Schema(parse(path.read_text(encoding="utf-8")), path.parent)


def of_document(name):
    """The schema of "mmx.NAME/VERSION"."""
    return load(FOLDER / f"{name.split('.')[1].split('/')[0]}.json")


def no_twins(members):
    found = dict(members)
    if len(found) != len(members):
        names = [name for name, _ in members]
        raise ValueError(f"a member stands twice: {sorted(name for name in found if names.count(name) > 1)}")
    return found


def parse(text):
    """JSON, with each member once, and without what is none, such as NaN."""
    def none(word):
        raise ValueError(f"{word} is no JSON")
    return json.loads(text, object_pairs_hook=no_twins, parse_constant=none)


def read(text, name):
    """A document that is to be of this schema, and what is wrong with it, as lines."""
    try:
        document = parse(text)
    except ValueError as why:
        return None, [f"no JSON: {why}"]
    found = of_document(name).faults(document)
    if not found and next(iter(document)) != "schema":
        found = ["schema is not the first member"]
    return document, found


def holds_itself(home, part, within):
    rows = next((branch for branch in part.get("anyOf", ()) if "items" in branch), {"items": {}})
    return id(home.resolve(rows["items"])[1]) in within


def records(home, schema=None, key="", found=None, within=()):
    """{key with dots: its fields} of what lies below the top, as --columns has it; of a tree one of its rows."""
    found = {} if found is None else found
    home, schema = home.resolve(home.content if schema is None else schema)
    if "absent" in schema.get("properties", {}):
        return found
    within += (id(schema),)
    for branch in schema.get("anyOf", ()):
        records(home, branch, key, found, within)
    if "items" in schema:
        records(home, schema["items"], key, found, within)
    for name, part in schema.get("properties", {}).items():
        if name == "children" and holds_itself(home, part, within):
            continue
        before = len(found)
        below = f"{key}.{name}" if key else name
        records(home, part, below, found, within)
        if key and below not in found and len(found) == before:
            found.setdefault(key, set()).add(name)
    return found
