# SPDX-License-Identifier: GPL-2.0-or-later
"""References to pages that are held by the piece: of packets, rings and buffers, those that were found are all there are."""
from real.check import ask, of_kind, unfiltered_form


def pieces(_, form):
    folios = of_kind(ask(form, "pieces"), "folio")
    faults = [f"PFN {pfn}, {what}: {references} references, {mappings} of mappings and {found} of pieces"
              for pfn, _, references, mappings, found, left, what in folios if int(left)]
    several = [row for row in folios if int(row[2]) > 1]
    if len(folios) < 100 or not several:
        faults.append(f"{len(folios)} such folios, of which {len(several)} have several references")
    # A packet may be on its way through a driver, whose queues are not looked at.
    return "\n".join(faults[:10]) if len(faults) > len(folios) // 100 else None


CHECKS = [("references by the piece", unfiltered_form, pieces)]
