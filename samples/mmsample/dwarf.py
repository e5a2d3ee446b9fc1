# SPDX-License-Identifier: GPL-2.0-or-later
"""DWARF 4: the declarations as a compiler would describe them. A type of BTF is an entry here."""

import struct

from . import btf

TAG = {btf.INT: 0x24, btf.PTR: 0x0F, btf.ARRAY: 0x01, btf.STRUCT: 0x13, btf.UNION: 0x17, btf.ENUM: 0x04, btf.FWD: 0x13,
       btf.TYPEDEF: 0x16, btf.VOLATILE: 0x35, btf.CONST: 0x26, btf.FUNC_PROTO: 0x15}
UNIT, MEMBER, ENUMERATOR, SUBRANGE, UNION_TYPE = 0x11, 0x0D, 0x28, 0x21, 0x17
NAME, BYTE_SIZE, BIT_SIZE, LANGUAGE, CONST_VALUE = 0x03, 0x0B, 0x0D, 0x13, 0x1C
COUNT, MEMBER_AT, DECLARATION, ENCODING, TYPE, BIT_AT = 0x37, 0x38, 0x3C, 0x3E, 0x49, 0x6B
STRING, UDATA, SDATA, REF4, FLAG, DATA4 = 0x08, 0x0F, 0x0D, 0x13, 0x0C, 0x06
FORM = {NAME: STRING, BYTE_SIZE: UDATA, BIT_SIZE: UDATA, LANGUAGE: UDATA, CONST_VALUE: SDATA, COUNT: UDATA, MEMBER_AT: UDATA,
        DECLARATION: FLAG, ENCODING: UDATA, TYPE: REF4, BIT_AT: UDATA}
C99 = 0x0C
ENCODINGS = {0: 7, 1: 5, 2: 6, 4: 2}  # of BTF: unsigned, signed, signed character, boolean
HEADER = 11


def leb(value, signed=False):
    out = b""
    while True:
        byte, value = value & 0x7F, value >> 7
        last = value in (0, -1) and (byte >> 6 == value & 1) if signed else not value
        out += bytes([byte | (0 if last else 0x80)])
        if last:
            return out


class Unit:
    """A compilation unit: entries with the attributes that are given, and what each kind of entry looks like."""

    def __init__(self):
        self.data, self.shapes, self.refs = bytearray(), {}, []
        self.at = {}  # type of BTF -> where its entry is

    def entry(self, tag, children=False, **attributes):
        values = [(globals()[name], value) for name, value in attributes.items() if value is not None]
        shape = (tag, children, tuple(name for name, _ in values))
        self.data += leb(self.shapes.setdefault(shape, len(self.shapes) + 1))
        for name, value in values:
            self.value(FORM[name], value)

    def value(self, form, value):
        if form == STRING:
            self.data += value.encode() + b"\0"
        elif form == REF4:
            self.refs.append((len(self.data), value))
            self.data += bytes(4)
        elif form == FLAG:
            self.data.append(value)
        else:
            self.data += leb(value, form == SDATA)

    def end(self):
        self.data.append(0)

    def abbreviations(self):
        table = b""
        for (tag, children, names), number in self.shapes.items():
            table += leb(number) + leb(tag) + bytes([children])
            table += b"".join(leb(name) + leb(FORM[name]) for name in names) + b"\0\0"
        return table + b"\0"

    def info(self):
        for where, number in self.refs:
            struct.pack_into("<I", self.data, where, HEADER + self.at[number])
        rest = struct.pack("<HIB", 4, 0, 8) + bytes(self.data)
        return struct.pack("<I", len(rest)) + rest


class Types:
    """What the records of BTF say, as entries."""

    def __init__(self, encoder, unit):
        self.strings, self.unit = bytes(encoder.strings), unit
        for number, record in enumerate(encoder.records, 1):
            unit.at[number] = len(unit.data)
            self.add(record)

    def text(self, at):
        return self.strings[at:self.strings.index(b"\0", at)].decode() or None

    def add(self, record):
        name, info, size = struct.unpack_from("<III", record)
        name, kind, tail = self.text(name), info >> 24 & 0x1F, record[12:]
        if kind == btf.INT:
            self.unit.entry(TAG[kind], NAME=name, BYTE_SIZE=size, ENCODING=ENCODINGS[tail[3]])
        elif kind in (btf.STRUCT, btf.UNION):
            self.compound(TAG[kind], name, size, tail, info >> 31)
        elif kind == btf.ENUM:
            self.enum(name, size, tail)
        elif kind == btf.ARRAY:
            element, _, count = struct.unpack("<III", tail)
            self.unit.entry(TAG[kind], True, TYPE=element)
            self.unit.entry(SUBRANGE, COUNT=count)
            self.unit.end()
        elif kind == btf.FWD:
            self.unit.entry(UNION_TYPE if info >> 31 else TAG[kind], NAME=name, DECLARATION=1)
        elif kind == btf.PTR:
            self.unit.entry(TAG[kind], BYTE_SIZE=8, TYPE=size or None)
        elif kind == btf.FUNC_PROTO:
            self.unit.entry(TAG[kind])
        else:
            self.unit.entry(TAG[kind], NAME=name, TYPE=size or None)

    def compound(self, tag, name, size, tail, bits):
        self.unit.entry(tag, True, NAME=name, BYTE_SIZE=size)
        for at in range(0, len(tail), 12):
            member, kind, where = struct.unpack_from("<III", tail, at)
            width = where >> 24 if bits else 0
            where &= 0xFFFFFF if bits else 0xFFFFFFFF
            place = {"BIT_SIZE": width, "BIT_AT": where} if width else {"MEMBER_AT": where // 8}
            self.unit.entry(MEMBER, NAME=self.text(member), TYPE=kind, **place)
        self.unit.end()

    def enum(self, name, size, tail):
        self.unit.entry(TAG[btf.ENUM], True, NAME=name, BYTE_SIZE=size)
        for at in range(0, len(tail), 8):
            constant, value = struct.unpack_from("<Ii", tail, at)
            self.unit.entry(ENUMERATOR, NAME=self.text(constant), CONST_VALUE=value)
        self.unit.end()


def encode(types):
    """(.debug_info, .debug_abbrev)"""
    encoder, unit = btf.Encoder(types), Unit()
    encoder.encode()
    unit.entry(UNIT, True, NAME="sample.c", LANGUAGE=C99)
    Types(encoder, unit)
    unit.end()
    return unit.info(), unit.abbreviations()
