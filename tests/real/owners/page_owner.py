# SPDX-License-Identifier: GPL-2.0-or-later
"""The records of page_owner."""
from real.check import ask, every_form, of_kind


def page_owner(dump, form):
    """
    Records where the kernel keeps them: of no free page one in force, and every stack in symbols. But when
    page_owner begins, it takes what lies on CPUs' lists for allocated, and nobody tells it when that goes back.
    """
    lines = ask(form, "page_owner")
    keeps = "page_owner_ops" in dump.by_name
    if not keeps:
        return None if lines == [["not kept", "this kernel was built without page_owner"]] else str(lines[:3])
    stacks = {number: entries for number, *entries in of_kind(lines, "stack")}
    wrong = [f"stack {number}: {entries}" for number, entries in stacks.items()
              if any(entry.startswith(("0x", "ffff")) for entry in entries)]
    allocated = of_kind(lines, "allocated")
    begun = {number for number, entries in stacks.items() if entries[0].startswith("register_early_stack+")}
    wrong += [f"PFN {line[0]} is free and allocated" for line in allocated
              if line[1] == "free" and line[-1] not in begun]
    comms = {line[5] for line in allocated}
    workers = {(path / "comm").read_text().strip() for path in dump.before.iterdir() if path.name.isdigit()}
    if len(allocated) < 10000 or len(stacks) < 100 or len(comms & workers) < 10:
        wrong.append(f"{len(allocated)} records, {len(stacks)} stacks, {sorted(comms)}")
    return "\n".join(wrong) or None


CHECKS = [
    ("page_owner", every_form, page_owner),
]
