# SPDX-License-Identifier: GPL-2.0-or-later
"""Type declarations of a kernel, read from layouts/*.txt (common.txt explains the language)."""

import re
from dataclasses import dataclass, field
from pathlib import Path

LAYOUTS = Path(__file__).parent / "layouts"
POINTER = 8
# Releases whose files have only what they lay out otherwise than a later one.
OTHERWISE_AS = {"6.2": "6.5", "6.5": "6.8"}


class DeclarationError(Exception):
    pass


@dataclass
class Member:
    """A member; an anonymous struct or union has an empty name and a Compound as its type."""
    name: str
    offset: int
    type: object
    bit: int = 0
    bits: int = 0


@dataclass
class Compound:
    """A struct or union. Members count from its own start, in an anonymous one too."""
    kind: str
    name: str
    size: int  # 0 in an anonymous one until it is asked for
    members: list = field(default_factory=list)
    deferred: bool = False


@dataclass
class Scalar:
    name: str
    size: int
    encoding: str


@dataclass
class Typedef:
    name: str
    target: object


@dataclass
class Enum:
    name: str
    values: dict
    size: int = 4


@dataclass
class Where:
    """What a path such as "lrugen.folios[2]" leads to, anonymous members looked through."""
    offset: int
    size: int
    type: object
    bit: int = 0
    bits: int = 0


ARRAY = re.compile(r"\[(\d*)\]")
STEP = re.compile(r"(\w+)((?:\[\d+\])*)")


def split_array(text):
    """("unsigned long", [4, 2]) of "unsigned long [4][2]"; an open dimension counts as 0."""
    base = text.split("[")[0]
    return base.strip(), [int(n or 0) for n in ARRAY.findall(text[len(base):])]


class Types:
    """All declarations of one release."""

    def __init__(self, release):
        self.release = release
        self.scalars = {}
        self.typedefs = {}
        self.compounds = {}
        self.enums = {}
        self.anonymous_enums = []
        self._found = {}
        for name in ("common", *reversed(list(self._files(release)))):
            self._parse(LAYOUTS / f"{name}.txt")

    # Parsing.

    @staticmethod
    def _files(release):
        while release:
            yield release
            release = OTHERWISE_AS.get(release)

    def _parse(self, path):
        blocks = []
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            if not line.startswith("\t"):
                blocks.append((number, line, []))
            else:
                blocks[-1][2].append(line)
        heads = [re.sub(r"^(opaque )?(\w+ \w+).*", r"\2", head) for _, head, _ in blocks if not head.startswith(("enum", "gone"))]
        twice = {head for head in heads if heads.count(head) > 1}
        if twice:
            raise DeclarationError(f"{path.name}: declared twice: {sorted(twice)}")
        for number, head, body in blocks:
            try:
                self._declaration(head.split(), body)
            except (ValueError, IndexError, KeyError) as e:
                raise DeclarationError(f"{path.name}:{number}: {head}: {e}") from e

    def _declaration(self, words, body):
        kind = words[0]
        if kind == "scalar":
            name = words[1].replace("_", " ")
            self.scalars[name] = Scalar(name, int(words[2]), words[3] if words[3:] else "")
        elif kind == "typedef" and words[2] == "=":
            self.typedefs[words[1]] = Typedef(words[1], " ".join(words[3:]))
        elif kind == "typedef":
            inside = self._compound("struct", "", int(words[2]), body)
            self.typedefs[words[1]] = Typedef(words[1], inside)
        elif kind == "opaque" and len(words) == 3:
            inside = Compound("struct", "", int(words[2]))
            self.typedefs[words[1]] = Typedef(words[1], inside)
        elif kind == "opaque":
            name = " ".join(words[1:3])
            self.compounds[name] = Compound(words[1], words[2], int(words[3]))
        elif kind in ("struct", "union"):
            name = " ".join(words[:2])
            self.compounds[name] = self._compound(kind, words[1], int(words[2]), body)
        elif kind == "enum":
            self._enum(words[1:], " ".join(body).split())
        elif kind == "gone":
            del self.compounds[" ".join(words[1:])]
        else:
            raise ValueError("unknown kind of declaration")

    def _enum(self, head, words):
        name, size = (head + ["", "4"][len(head):])[:2]
        values, at = {}, 0
        for word in words:
            key, _, value = word.partition("=")
            at = int(value) if value else at
            values[key] = at
            at += 1
        enum = Enum(name, values, int(size))
        if name:
            self.enums[name] = enum
        else:
            self.anonymous_enums.append(enum)

    def _compound(self, kind, name, size, body):
        compound = Compound(kind, name, size)
        compound.members = self._members([(len(b) - len(b.lstrip("\t")), b.strip()) for b in body])
        return compound

    def _members(self, lines):
        """Members of the lines as deep as the first one; deeper lines belong to the one above."""
        members = []
        groups = []
        for depth, text in lines:
            if depth == lines[0][0]:
                groups.append((text, []))
            else:
                groups[-1][1].append((depth, text))
        for text, inner in groups:
            if text in ("union", "struct"):
                members.append(self._anonymous(text, self._members(inner)))
                continue
            head, _, rest = text.partition(" : ")
            place, name = head.split()
            offset, _, bit = place.partition(".")
            kind, _, bits = rest.partition(" : ")
            if kind in ("union", "struct"):
                kind = Compound(kind, "", 0, self._members(inner), deferred=True)
            members.append(Member(name, int(offset), kind, int(bit or 0), int(bits or 0)))
        return members

    def _anonymous(self, kind, members):
        start = min(m.offset for m in members)
        inner = Compound(kind, "", 0, members, deferred=True)
        for m in members:
            m.offset -= start
        return Member("", start, inner)

    # Questions.

    def resolve(self, text):
        """The named type behind a bare type text without pointers and arrays."""
        words = [w for w in text.split() if w not in ("const", "volatile")]
        name = " ".join(words)
        if words[0] == "enum":
            return self.enums[words[1]]
        for table in (self.compounds, self.typedefs, self.scalars):
            if name in table:
                return table[name]
        raise DeclarationError(f"{self.release}: type {text} is not declared")

    def size(self, kind):
        """Bytes of a type, given as text or as one of the classes above."""
        if isinstance(kind, str):
            base, dimensions = split_array(kind)
            size = POINTER if "*" in base else self.size(self.resolve(base))
            for n in dimensions:
                size *= n
            return size
        if isinstance(kind, Typedef):
            return self.size(kind.target)
        if isinstance(kind, Compound) and kind.deferred:
            end = max(m.offset + self.size(m.type) for m in kind.members)
            kind.size = end if end <= POINTER else -(-end // POINTER) * POINTER
            kind.deferred = False
        return kind.size

    def compound(self, kind):
        """The struct or union behind a type, arrays of it too, or None."""
        if isinstance(kind, Compound):
            return kind
        if isinstance(kind, Typedef):
            return self.compound(kind.target)
        if isinstance(kind, str):
            base, _ = split_array(kind)
            return None if "*" in base else self.compound(self.resolve(base))
        return None

    def struct(self, name):
        """A struct, union or typedef of one by bare name."""
        for key in (f"struct {name}", f"union {name}"):
            if key in self.compounds:
                return self.compounds[key]
        return self.compound(self.typedefs[name])

    def sizeof(self, name):
        return self.size(self.struct(name))

    def find(self, name, path):
        """Where a dotted path lies in struct name."""
        key = (name, path)
        if key not in self._found:
            where = self._walk(self.struct(name), path.split("."))
            if where is None:
                raise DeclarationError(f"{self.release}: struct {name} has no {path}")
            self._found[key] = where
        return self._found[key]

    def has(self, name, path):
        try:
            return self.find(name, path) is not None
        except (DeclarationError, KeyError):
            return False

    def which(self, name, *paths):
        """The path that this release has, of the names that a member has had."""
        return next(path for path in paths if self.has(name, path))

    def _walk(self, compound, path):
        name, brackets = STEP.fullmatch(path[0]).groups()
        for m in compound.members:
            if not m.name:
                found = self._walk(m.type, path)
                skip = 0
            elif m.name == name:
                skip, kind = self._element(m.type, [int(n) for n in ARRAY.findall(brackets)])
                if len(path) == 1:
                    found = Where(0, self.size(kind), kind, m.bit, m.bits)
                else:
                    found = self._walk(self.compound(kind), path[1:])
            else:
                continue
            if found is not None:
                found.offset += m.offset + skip
                return found
        return None

    def _element(self, kind, indexes):
        """(bytes from the array's start, type) of the element with those indexes."""
        if not indexes:
            return 0, kind
        base, dimensions = split_array(kind)
        rest = dimensions[len(indexes):]
        kind = base + (" " + "".join(f"[{n}]" for n in rest) if rest else "")
        at = 0
        for index, dimension in zip(indexes, dimensions):
            at = at * dimension + index
        return at * self.size(kind), kind

    def offset(self, name, path):
        return self.find(name, path).offset

    def stride(self, name, path):
        """Bytes from one element of an array member to the next, and how many there are."""
        where = self.find(name, path)
        base, dimensions = split_array(where.type)
        count = 1
        for n in dimensions:
            count *= n
        return self.size(base), count

    def enumerator(self, name):
        """The value of an enumerator of any enum."""
        for enum in [*self.enums.values(), *self.anonymous_enums]:
            if name in enum.values:
                return enum.values[name]
        raise DeclarationError(f"{self.release}: there is no enumerator {name}")

    def has_enumerator(self, name):
        try:
            return self.enumerator(name) is not None
        except DeclarationError:
            return False

    def flat_members(self, name):
        """(dotted-free name, Where) of every member, anonymous ones looked through."""
        return list(self._flat(self.struct(name), 0))

    def _flat(self, compound, base):
        for m in compound.members:
            if m.name:
                yield m.name, Where(base + m.offset, self.size(m.type), m.type, m.bit, m.bits)
            else:
                yield from self._flat(m.type, base + m.offset)
