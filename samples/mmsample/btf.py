# SPDX-License-Identifier: GPL-2.0-or-later
"""BTF: the declarations as the kernel would describe its own types."""

import struct

from .declare import DeclarationError, Enum, Scalar, Typedef, split_array

MAGIC, VERSION, HEADER = 0xEB9F, 1, 24
(INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC,
 FUNC_PROTO) = range(1, 14)
INT_ENCODING = {"": 0, "signed": 1, "char": 2, "bool": 4}
VOID = 0


class Encoder:
    """Numbers types as it meets them; a struct gets its number before its members are looked at."""

    def __init__(self, types):
        self.types = types
        self.strings = bytearray(b"\0")
        self.string_at = {"": 0}
        self.records = []  # bytes of type 1, 2, ...
        self.number_of = {}
        self.pending = []  # (number, Compound) whose members are still to be written

    def encode(self):
        t = self.types
        for scalar in t.scalars.values():
            self._number(scalar)
        for name in t.compounds:
            self._text(name)
        for name in t.typedefs:
            self._text(name)
        for enum in [*t.enums.values(), *t.anonymous_enums]:
            self._number(enum)
        while self.pending:
            self._members(*self.pending.pop(0))
        body = b"".join(self.records)
        header = struct.pack("<HBBIIIII", MAGIC, VERSION, 0, HEADER, 0, len(body), len(body),
                             len(self.strings))
        return header + body + bytes(self.strings)

    def _string(self, text):
        if text not in self.string_at:
            self.string_at[text] = len(self.strings)
            self.strings += text.encode() + b"\0"
        return self.string_at[text]

    def _add(self, name, kind, vlen, size_or_type, tail=b"", flag=0):
        info = vlen | kind << 24 | flag << 31
        self.records.append(struct.pack("<III", self._string(name), info, size_or_type) + tail)
        return len(self.records)

    def _once(self, key, make):
        if key not in self.number_of:
            self.number_of[key] = make()
        return self.number_of[key]

    def _number(self, kind):
        """The number of a type given as an object or as text."""
        if isinstance(kind, str):
            return self._text(kind)
        if isinstance(kind, Scalar):
            return self._once(kind.name, lambda: self._int(kind))
        if isinstance(kind, Enum):
            return self._once(id(kind), lambda: self._enum(kind))
        if isinstance(kind, Typedef):
            return self._typedef(kind)
        return self._once(id(kind), lambda: self._compound(kind))

    def _int(self, scalar):
        data = INT_ENCODING[scalar.encoding] << 24 | scalar.size * 8
        return self._add(scalar.name, INT, 0, scalar.size, struct.pack("<I", data))

    def _enum(self, enum):
        tail = b"".join(struct.pack("<Ii", self._string(k), v) for k, v in enum.values.items())
        return self._add(enum.name, ENUM, len(enum.values), enum.size, tail)

    def _typedef(self, typedef):
        def make():
            target = self._number(typedef.target)
            return self._add(typedef.name, TYPEDEF, 0, target)
        return self._once(("typedef", typedef.name), make)

    def _compound(self, compound):
        size = self.types.size(compound)
        self.records.append(None)
        number = len(self.records)
        self.pending.append((number, compound))
        self._string(compound.name)
        self.records[-1] = (compound, size)
        return number

    def _members(self, number, compound):
        """Fill in a struct whose number was given out before."""
        flag = int(any(m.bits for m in compound.members))
        tail = b""
        for m in compound.members:
            where = m.offset * 8 + m.bit
            if flag:
                where |= m.bits << 24
            tail += struct.pack("<III", self._string(m.name), self._number(m.type), where)
        kind = STRUCT if compound.kind == "struct" else UNION
        info = len(compound.members) | kind << 24 | flag << 31
        self.records[number - 1] = struct.pack(
            "<III", self._string(compound.name), info, self.types.size(compound)) + tail

    def _text(self, text):
        text = text.strip()
        return self._once(("text", text), lambda: self._parse(text))

    def _parse(self, text):
        base, dimensions = split_array(text)
        if dimensions:
            return self._array(base, dimensions)
        if text.endswith("(*)()"):
            proto = self._once("proto", lambda: self._add("", FUNC_PROTO, 0, VOID))
            return self._add("", PTR, 0, proto)
        if text.endswith("* const"):
            return self._add("", CONST, 0, self._text(text[:-len("const")]))
        if text.endswith("*"):
            return self._add("", PTR, 0, self._text(text[:-1]))
        if text.startswith("const "):
            return self._add("", CONST, 0, self._text(text[len("const "):]))
        if text == "void":
            return VOID
        try:
            return self._number(self.types.resolve(text))
        except (DeclarationError, KeyError):
            return self._forward(text)

    def _forward(self, text):
        """A pointer's target that is declared nowhere is a forward declaration."""
        kind, _, name = text.partition(" ")
        if kind not in ("struct", "union"):
            return self._once(("text", f"struct {text}"), lambda: self._forward(f"struct {text}"))
        return self._add(name, FWD, 0, VOID, flag=int(kind == "union"))

    def _array(self, base, dimensions):
        element = self._text(base)
        for n in reversed(dimensions):
            tail = struct.pack("<III", element, self._text("unsigned int"), n)
            element = self._add("", ARRAY, 0, VOID, tail)
        return element


def encode(types):
    return Encoder(types).encode()
