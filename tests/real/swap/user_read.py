# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory of processes by user address, private and shared, also where it is in swap: to the byte, as it was written."""
from real.check import ask, raw_form, verdict
from real.cmd.swapx import FILLED, KINDS, OF_KINDS, SHARED, filled, of_kind
from real.guest import PAGE, made_in


def user_read(dump, form):
    """Of each situation pairs of pages, so that they cross from one to the next; what is on a disk says so."""
    told = {name: one for name, one in made_in(dump).items() if name in FILLED + OF_KINDS + SHARED}
    asked = [(name, one, page) for name, one in told.items() for page in range(0, one["len"] // PAGE, 2)]
    text = "".join(f"{one['pid']} {int(one['addr'], 16) + page * PAGE:x} {2 * PAGE}\n" for _, one, page in asked)
    faults = []
    for (name, one, page), (_, _, found) in zip(asked, ask(form, "user_read", text)):
        kinds = name in OF_KINDS or name == "shmem_swapped_kinds"
        want = b"".join(of_kind(at, at % KINDS) if kinds else filled(one["pid"], at) for at in (page, page + 1))
        if found != want.hex() and "no disk" not in found:
            faults.append(f"{name} page {page}: {found[:80]}, and not {want[:16].hex()}...")
    return verdict(faults, len(asked), dump, 1 if "swapped_out" in told else 0)


CHECKS = [("memory by user address", raw_form, user_read)]
