# SPDX-License-Identifier: GPL-2.0-or-later
"""
Whether a value is as a schema says, and no more than that: schema.py tells what is wrong. Documents have millions
of values, nearly all of them right, so that this is made as Python code of each schema, without a call for each.
"""
import re


class Maker:
    """
    Makes the code. What it names is in @names. A schema of which it does not know every keyword is asked of
    schema.py itself.
    """

    def __init__(self):
        self.names = {"NONE": object()}
        self.made = {}

    def name(self, thing):
        name = f"_{len(self.names)}"
        self.names[name] = thing
        return name

    def expression(self, home, schema, value):
        """Python that is true when what @value names fits."""
        home, schema = home.resolve(schema)
        keywords = schema.keys() - home.notes
        make = FORMS.get(frozenset(keywords))
        code = make and make(self, home, schema, value)
        return code or f"not {self.name(home.check_of(schema))}({value})"

    def function(self, key, lines_of):
        """The name of a function of a value; one for each key, since a schema may lead to itself."""
        if key not in self.made:
            self.made[key] = name = f"_fits_{len(self.made)}"
            exec("\n    ".join([f"def {name}(v):", *lines_of()]), self.names)
        return self.made[key]


def any_of(maker, home, schema, value):
    return "(" + " or ".join(maker.expression(home, branch, value) for branch in schema["anyOf"]) + ")"


def plain(schema, kind, value):
    """Of values without parts, by their type; None when it is another. Bounds are of numbers alone."""
    if kind == "integer":
        bounds = "".join(f" and {value} {than} {schema[word]}" for word, than in (("minimum", ">="), ("maximum", "<="))
                         if word in schema)
        return f"(type({value}) is int{bounds})"
    return {"null": f"({value} is None)", "boolean": f"(type({value}) is bool)",
            "string": f"(type({value}) is str)"}.get(kind)


def of_type(_maker, _home, schema, value):
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    tests = [plain(schema, kind, value) for kind in kinds]
    return None if None in tests else f"({' or '.join(tests)})"


def of_pattern(maker, _, schema, value):
    match = maker.name(re.compile(schema["pattern"][1:-1], re.S).fullmatch)
    return f"(type({value}) is str and {match}({value}) is not None)" if schema["type"] == "string" else None


def of_words(maker, _, schema, value):
    words = schema["enum"] if "enum" in schema else [schema["const"]]
    if not all(isinstance(word, str) for word in words):
        return None
    return f"(type({value}) is str and {value} in {maker.name(frozenset(words))})"


def of_array(maker, home, schema, value):
    """All elements by one function."""
    if schema["type"] != "array":
        return None
    items = schema["items"]
    each = maker.function(("each", id(items)), lambda: [f"return {maker.expression(home, items, 'v')}"])
    least = f" and len({value}) >= {schema['minItems']}" if "minItems" in schema else ""
    return f"(type({value}) is list{least} and all(map({each}, {value})))"


def of_object(maker, home, schema, value):
    """Each of its properties; when these are all that it has, there are no others."""
    if schema["type"] != "object":
        return None

    def lines():
        yield "if type(v) is not dict: return False"
        yield "left, get = len(v), v.get"
        for name, part in schema["properties"].items():
            test = maker.expression(home, part, "x")
            yield f"x = get({name!r}, NONE)"
            if name in schema.get("required", ()):
                yield f"if x is NONE or not {test}: return False"
                yield "left -= 1"
            else:
                yield "if x is not NONE:"
                yield f"    if not {test}: return False"
                yield "    left -= 1"
        yield "return not left"
    return f"{maker.function(id(schema), lines)}({value})"


FORMS = {frozenset(keywords): make for make, *forms in (
    (any_of, ("anyOf",)), (of_type, ("type",), ("type", "minimum"), ("type", "minimum", "maximum")), (of_pattern, ("type", "pattern")),
    (of_words, ("enum",), ("const",)), (of_array, ("type", "items"), ("type", "items", "minItems")),
    (of_object, ("type", "properties", "additionalProperties"),
     ("type", "properties", "required", "additionalProperties")),
) for keywords in forms}


def of(home, schema):
    """A function of a value."""
    maker = Maker()
    return eval(f"lambda v: {maker.expression(home, schema, 'v')}", maker.names)
