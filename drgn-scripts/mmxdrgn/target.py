# SPDX-License-Identifier: GPL-2.0-or-later
"""A dump opened with drgn: physical bytes, types and symbols, and nothing of drgn's own reasoning."""
import drgn

from .trouble import Absent, CannotRun


class Target:
    """What drgn is asked for. Virtual addresses are none of its business: see x86_64.py."""

    def __init__(self, core, vmlinux):
        self.prog = drgn.Program()
        try:
            self.prog.set_core_dump(core)
        except Exception as why:  # drgn raises just that when libkdumpfile has something to say
            raise CannotRun(f"drgn {drgn.__version__} does not open {core}: {why}") from why
        try:
            self.prog.load_debug_info([vmlinux])
        except drgn.MissingDebugInfoError:
            pass  # of modules; whether the kernel's own is there shows below
        except (ValueError, OSError, LookupError) as why:
            raise CannotRun(f"drgn {drgn.__version__} does not load {vmlinux}: {why}") from why
        if not self.has_type("struct page"):
            raise CannotRun(f"drgn {drgn.__version__} finds no struct page in {vmlinux}: it has no DWARF, "
                            f"or is not of the kernel in {core}")
        self.members = {}

    def read(self, phys, length):
        """Bytes of physical memory."""
        try:
            return self.prog.read(phys, length, True)
        except (drgn.FaultError, ValueError, OverflowError, OSError) as why:
            raise Absent(f"physical address {phys:#x}: {why}") from None

    def symbol(self, name):
        """The address of a symbol, None when there is none of that name."""
        try:
            return self.prog.symbol(name).address
        except LookupError:
            return None

    def has_type(self, name):
        try:
            return bool(self.prog.type(name))
        except LookupError:
            return False

    def size(self, name):
        return self.prog.type(name).size

    def member(self, struct, *names):
        """
        (offset, type) of the first of these members that this kernel has, None when it has none. A name
        may lead into inner structs: "busy.head".
        """
        key = struct, names
        if key not in self.members:
            found = (self._member(struct, name) for name in names)
            self.members[key] = next(filter(None, found), None)
        return self.members[key]

    def _member(self, struct, path):
        try:
            kind, offset = self.prog.type(struct), 0
            for name in path.split("."):
                member = plain(kind).member(name)
                kind, offset = member.type, offset + member.offset
        except (LookupError, TypeError):
            return None
        return offset, plain(kind)

    def offset(self, struct, *names):
        """The offset of a member that is needed."""
        found = self.member(struct, *names)
        if not found:
            raise CannotRun(f"struct {struct} has no member {' or '.join(names)} in this kernel")
        return found[0]

    def length(self, struct, *names):
        """The number of elements of a member that is an array, 0 without such a member."""
        found = self.member(struct, *names)
        return found[1].length or 0 if found and found[1].kind == drgn.TypeKind.ARRAY else 0

    def variable_type(self, name):
        """The type of a variable, None when there is none of that name."""
        try:
            return plain(self.prog[name].type_)
        except LookupError:
            return None

    def variable_address(self, name):
        """A variable's address by its description: unlike a symbol's, a per-CPU one's is not moved."""
        try:
            return self.prog[name].address_
        except LookupError:
            return None

    def constant(self, name):
        """The value of an enumerator, None when there is none of that name."""
        try:
            return self.prog.constant(name).value_()
        except LookupError:
            return None

    def enumerators(self, enum):
        """(name, value) of each."""
        return list(self.prog.type(enum).enumerators)


def plain(kind):
    """A type without typedefs and qualifiers, which has members to ask for."""
    while kind.kind == drgn.TypeKind.TYPEDEF:
        kind = kind.type
    return kind
