# SPDX-License-Identifier: GPL-2.0-or-later
"""Pages that CPUs hold references to on their way to a list of the LRU."""
from collections import Counter

# Per-CPU variables, and which of their members are batches; up to 6.2 mlock()'s is a pagevec, and was called so.
VARIABLES = (("cpu_fbatches", "struct cpu_fbatches", ("lru_add", "lru_deactivate_file", "lru_deactivate", "lru_lazyfree",
                                                      "activate", "lru_activate", "lru_move_tail")),
             ("lru_rotate", "struct lru_rotate", ("fbatch",)), ("mlock_fbatch", "struct mlock_fbatch", ("fbatch",)),
             ("mlock_pvec", "struct mlock_pvec", ("vec",)))


def references(model):
    """{PFN of a folio's first frame: how often it is in a batch}."""
    kernel, t, found = model.kernel, model.target, Counter()
    for name, struct, members in VARIABLES:
        for address in kernel.per_cpu(name) if t.has_type(struct) else ():
            for member in members:
                if t.member(struct, member):
                    found.update(folios(model, address + t.offset(struct, member)))
    return found


def folios(model, batch):
    """Those of one batch; what is to be done stands in the low bits of mlock()'s."""
    t = model.target
    struct, array = ("struct folio_batch", "folios") if t.has_type("struct folio_batch") else ("struct pagevec", "pages")
    first, n = t.offset(struct, array), model.kernel.member(batch, struct, "nr", "i")
    for word in model.kernel.numbers(batch + first, n):
        pfn = model.pages.pfn_of(word & ~3)
        if pfn is not None:
            yield pfn
