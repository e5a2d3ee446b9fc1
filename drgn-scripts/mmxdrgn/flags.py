# SPDX-License-Identifier: GPL-2.0-or-later
"""The flags word of a page: its named bits, and the fields in its upper part."""
from .trouble import CannotRun


def bits_for(values):
    """How many bits tell so many values apart."""
    return max(values - 1, 0).bit_length()


class Flags:
    """bits: name to bit number, without the PG_; fields: name to (shift, width)."""

    def __init__(self, target):
        self.target = target
        named = [(name[3:], value) for name, value in target.enumerators("enum pageflags") if name.startswith("PG_")]
        self.bits = dict(named)
        self.last = target.constant("__NR_PAGEFLAGS")
        self.usual = self._usual(named)
        self.fields = self._fields()

    def _usual(self, named):
        """The first name of each bit is its own, those behind it are other uses."""
        usual = {}
        for name, bit in named:
            if bit < self.last:
                usual.setdefault(bit, name)
        return usual

    def bit(self, name):
        """A mask; 0 when this kernel does not have the flag."""
        return 1 << self.bits[name] if name in self.bits else 0

    def _fields(self):
        """From the top downward, each field as wide as its values need."""
        t = self.target
        zones = t.constant("__MAX_NR_ZONES")
        if zones is None:
            raise CannotRun("this kernel has no enumerator __MAX_NR_ZONES")
        if not t.member("struct mem_section_usage", "subsection_map"):
            raise CannotRun("a kernel without a virtual memory map: this is not known here")
        nodes = t.variable_type("node_data")
        widths = {"section": 0,
                  "node": bits_for(nodes.length if nodes else 1),
                  "zone": 0 if zones < 2 else bits_for(zones),
                  "last_cpupid": self._cpupid_width(),
                  "kasan_tag": 0,
                  "lru_gen": bits_for(self._generations() + 1)}
        left = 64 - self.last - sum(widths.values())
        widths["lru_refs"] = max(0, min(self._tiers() - 2, left)) if self._generations() else 0
        fields, shift = {}, 64
        for name, width in widths.items():
            shift -= width
            fields[name] = (shift if width else 0, width)
        return fields

    def _cpupid_width(self):
        """The last CPU, and the low byte of the PID; in the flags unless struct page has a member for it."""
        t = self.target
        cpus = t.variable_type("__per_cpu_offset")
        balancing = t.member("struct task_struct", "numa_scan_seq")
        if not balancing or t.member("struct page", "_last_cpupid"):
            return 0
        return 8 + bits_for(cpus.length)

    def _of_lru_gen(self, name):
        """The type of a member of what holds the generations, under either of its names."""
        found = (self.target.member(struct, name) for struct in ("struct lru_gen_folio", "struct lru_gen_struct"))
        return next((member[1] for member in found if member), None)

    def _generations(self):
        times = self._of_lru_gen("timestamps")
        return times.length if times else 0

    def _tiers(self):
        averages = self._of_lru_gen("avg_refaulted")
        return averages.type.length if averages else 0

    def field(self, name, word):
        shift, width = self.fields[name]
        return word >> shift & (1 << width) - 1


class FlagNames:
    """
    The names of a page's flags. A bit that has several uses has the name of the one that this page's
    state makes it have.
    """

    # usual name, the name in a state; the first that applies wins
    OTHERS = (
        ("active", "has_hwpoisoned", "second"), ("active", "hugetlb", "second"),
        ("error", "has_hwpoisoned", "second"), ("workingset", "large_rmappable", "second"),
        ("workingset", "double_map", "second"), ("reclaim", "partially_mapped", "second"),
        ("owner_priv_1", "swapcache", "swapbacked"), ("owner_priv_1", "checked", "not swapbacked"),
        ("mappedtodisk", "anon_exclusive", "anon"), ("owner_2", "anon_exclusive", "anon"),
        ("reclaim", "reclaim", "writeback"), ("reclaim", "readahead", "not swapbacked"),
        ("uptodate", "reported", "buddy"),
    )

    def __init__(self, flags, order_in_flags):
        self.flags, self.order_in_flags = flags, order_in_flags
        self.known = {}
        self.swapbacked, self.writeback = flags.bit("swapbacked"), flags.bit("writeback")
        self.named = (1 << flags.last) - 1

    def of(self, page):
        """The names for a page as page.py decodes it."""
        folio = page.folio
        swapbacked = bool(folio.flags & self.swapbacked)
        key = (page.flags & self.named, page.pfn == folio.head + 1 and folio.large, swapbacked, folio.anon,
               bool(folio.flags & self.writeback), page.type == "buddy")
        names = self.known.get(key)
        if names is None:
            if len(self.known) > 4096:
                self.known.clear()
            names = self.known[key] = self._names(page.flags, *key[1:])
        return names

    def _names(self, word, second, swapbacked, anon, writeback, buddy):
        if word == (1 << 64) - 1:
            return []
        states = {"second": second, "swapbacked": swapbacked, "not swapbacked": not swapbacked, "anon": anon,
                  "writeback": writeback, "buddy": buddy}
        low = 8 if second and self.order_in_flags else 0
        return [self._name(bit, states) for bit in sorted(self.flags.usual) if bit >= low and word >> bit & 1]

    def _name(self, bit, states):
        usual = self.flags.usual[bit]
        for name, other, state in self.OTHERS:
            if name == usual and states[state] and self.flags.bits.get(other) == bit:
                return other
        return usual
