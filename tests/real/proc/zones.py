# SPDX-License-Identifier: GPL-2.0-or-later
"""procx of vmstat, zoneinfo, buddyinfo, pagetypeinfo, and of what sysfs has of each node."""
from real.check import every_form
from real.procfile import as_captured

# A guest that idles frees and takes a slab or a page by itself, on its way to the dump and from it, and its
# CPUs give back what they keep: such a number may have gone and come back between two captures that agree. A
# shared part moves by what CPUs held back until then, up to 12 pages each on these guests.
IDLING = {"nr_slab_unreclaimable": 32, "nr_slab_reclaimable": 32, "nr_free_pages": 16, "pages free": 16,
          "count:": 64}
# A dying kernel counts on after its last capture: it panics and starts the next one.
DYING = 600


def churn_of(dump):
    dying = 0 if dump.manifest["bracket"] == "around" else DYING

    def churn(line):
        return max([dying] + [most for name, most in IDLING.items() if line.strip().startswith(name)])
    return churn


def file_of(entry):
    def check(dump, form):
        return as_captured(dump, form, entry, churn_of(dump))
    return check


def of_nodes(dump, form):
    wrong = [as_captured(dump, form, f"{folder.name}/{name}", churn_of(dump))
             for folder in sorted(dump.before.glob("node[0-9]*")) for name in ("vmstat", "numastat")]
    return "\n".join(filter(None, wrong)) or None if wrong else "no node was captured"


CHECKS = [
    ("procx vmstat", every_form, file_of("vmstat")),
    ("procx zoneinfo", every_form, file_of("zoneinfo")),
    ("procx buddyinfo", every_form, file_of("buddyinfo")),
    ("procx pagetypeinfo", every_form, file_of("pagetypeinfo")),
    ("procx of nodes", every_form, of_nodes),
]
