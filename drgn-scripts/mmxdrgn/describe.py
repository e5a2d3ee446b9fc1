# SPDX-License-Identifier: GPL-2.0-or-later
"""A page in the words of mmx.page/1."""
from .answers import word
from .classes import WITH_MAPPING
from .details import Details
from .flags import FlagNames
from .x86_64 import PAGE_SHIFT
from .trouble import Absent

MAPPING_KINDS = ("file", "anon", "movable", "ksm")


class Describer:
    """Makes the rows of pages[]."""

    def __init__(self, model):
        self.kernel, self.pages, self.classes, self.flags = model.kernel, model.pages, model.classes, model.flags
        self.details = Details(model)
        self.names = FlagNames(model.flags, self.pages.order_byte is None)
        self.zones = {(zone.node, zone.index): zone.name for zone in model.zones}
        # Up to 6.6 the index of a hugetlb folio counted huge pages, and this function converted it.
        self.counts_huge_pages = model.target.symbol("hugetlb_basepage_index") is not None

    def row(self, page):
        kind = self.classes.of(page)
        address = self.pages.address(page.pfn)
        row = {"pfn": word(page.pfn), "page": word(address), "page_phys": self._phys(address),
               "phys": word(page.pfn << PAGE_SHIFT), "class": kind}
        if kind == "unattributed" and self.classes.untold:
            row["untold"] = self.classes.untold
        if page.folio is None:
            return row
        folio, flags = page.folio, page.flags
        node, zone = self.flags.field("node", flags), self.flags.field("zone", flags)
        row |= {"flags": {"raw": word(flags), "names": self.names.of(page)}, "node": node,
                "zone": self.zones.get((node, zone), str(zone)), "section": word(page.section.number),
                "refcount": folio.refcount, "mapcount": self.pages.mapcount(page), "head": word(folio.head),
                "order": None if folio.bad_order else folio.order, "tail": page.tail}
        generation = self.flags.field("lru_gen", flags)
        if generation:
            row["generation"] = generation - 1
        self._mapping(row, page, kind)
        self.details.add(row, page, kind)
        return row

    def _phys(self, address):
        try:
            return word(self.kernel.phys(address))
        except Absent:
            return None

    def _mapping(self, row, page, kind):
        """The mapping and the page's place in it, on pages whose word is a mapping."""
        folio = page.folio
        pointer = folio.mapping & ~3 if kind in WITH_MAPPING else 0
        name = MAPPING_KINDS[folio.mapping & 3] if pointer else "none"
        row["mapping"] = {"kind": name, "pointer": word(pointer) if pointer else None}
        row["index"] = None
        if pointer and name != "ksm":
            index = folio.rows[0][self.pages.f_index]
            if folio.hugetlb and self.counts_huge_pages:
                index <<= folio.order
            row["index"] = word(index + page.pfn - folio.head)
