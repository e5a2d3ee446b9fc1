# SPDX-License-Identifier: GPL-2.0-or-later
"""README's table of kernels is true of the dumps that it was made from."""
import boots
import suite
from real.check import MMX, raw_form, run


def is_of_lab(dump, form):
    return raw_form(dump, form) and dump.name in boots.BOOTS


def in_readme(dump, form):
    """The release, its paging levels, what the guest had, and that all facts are sure."""
    answer = suite.document(run(MMX, "-c", form, "--json", "doctorx").out, "mmx.doctor/1")
    release, levels = answer["kernel"]["release"], str(answer["kernel"]["paging_levels"])
    rows = [[cell.strip() for cell in line.split("|")[1:-1]]
            for line in (suite.TOP / "README.md").read_text(encoding="utf-8").splitlines() if f"| {release} |" in line]
    if len(rows) != 1:
        return f"README.md has {len(rows)} rows with {release}: make kernels"
    _, _, _, paging, sure, had = rows[0]
    missing = set(boots.BOOTS[dump.name][1]) - {"forms", *had.split(", ")}
    if levels not in paging.split() or missing or (sure == "all") != (answer["verdict"]["facts_not_sure"] == 0):
        return f"README.md has {rows[0]}, and the dump {levels} levels, {missing}, {answer['verdict']}: make kernels"
    return None


CHECKS = [
    ("README's table of kernels", is_of_lab, in_readme),
]
