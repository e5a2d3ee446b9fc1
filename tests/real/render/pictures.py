# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures of what really ran: what --dot draws is what the same call says in JSON, and graphviz can lay it out."""
import pictures
from real.check import MMX, TIMEOUT
from real.guest import made_in

# Old and new kernels, more than one node, five levels, two halves of page tables, and a dump that lacks pages.
FORMS = ("6.1-kdump/vmcore.d31.lzo", "6.1-la57/vmcore", "6.12-pti/vmcore", "6.12-numa/vmcore", "7.2/vmcore", "7.3/vmcore")


def calls_of(dump):
    """Of a chain of forks, a page that is shared, and the program that all of them run."""
    made = made_in(dump)
    fork, shared = made["fork_chain"], made["anon_shared_fork"]
    address = fork["addr"].removeprefix("0x")
    yield f"anonx -u {fork['pid']} {address}"
    yield f"rmapx -u {fork['pid']} {address}"
    yield f"rmapx -u {shared['pid']} {shared['addr'].removeprefix('0x')}"
    yield f"ptx -u {fork['pid']} {address} 401000 {shared['addr'].removeprefix('0x')}"
    yield from ("ptx", "ptx init_task", "immapx /init 1", "filex /init", "vmax 1", f"vmax -T {fork['pid']},{shared['pid']}",
                "vmax 1 401000", "vmax -f /init 0")


def all_pictures(dump, form):
    pictures.check(MMX, form, list(calls_of(dump)), TIMEOUT)


CHECKS = [
    ("pictures, which graphviz lays out, of what JSON says", lambda d, f: f"{d.name}/{f.name}" in FORMS, all_pictures),
]
