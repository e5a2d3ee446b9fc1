# SPDX-License-Identifier: GPL-2.0-or-later
"""
Derivations (-e) on real dumps: each step follows from those before it, what was read stands there by readx, and what
they come to is what the document says. Pages are some of every situation, and some spread over all of memory.
"""
import steps
import suite
from real.check import documents, once_a_kernel, raw_form, verdict
from real.guest import KPF, made_in, words_of

SPREAD = 60
OTHERS = [("vmemx -e", "mmx.vmem/1"), ("zonex -e", "mmx.zone/1"), ("zonex -e -a GFP_KERNEL,9", "mmx.zone/1"),
          ("zonex -e -a GFP_ATOMIC", "mmx.zone/1"), ("zonex -e -a GFP_HIGHUSER_MOVABLE -u 1", "mmx.zone/1")]
ALL = 4096  # steps of a derivation, at most
MAPPED = KPF["MMAP"]
READ = 40  # pages of which each value that was read is read again


def pages_of(dump):
    """Some of each situation, and as many frames at equal distances."""
    made = {int(pfn, 16) for told in made_in(dump).values() for pfn in told.get("pfns", [])[:1] if pfn}
    frames = len(words_of(dump, "kpageflags"))
    return sorted(made | set(range(0, frames, frames // SPREAD)))


def pages(dump, form):
    document, = documents(form, ["pagex -e " + " ".join(f"{pfn:x}" for pfn in pages_of(dump))], "mmx.page/1", (0, 1, 2))
    wrong = list(steps.faults(document))
    for page in document["pages"]:
        wrong += [f"PFN {page['pfn']}: {fault}" for fault in steps.field_faults(page)]
    return verdict(wrong, len(document["pages"]), dump, SPREAD)


def names_of(dump, form):
    """(call, PFN) of pages by each of their names: struct page, physical, direct map, user address."""
    told, = documents(form, ["pagex -e " + " ".join(f"{pfn:x}" for pfn in pages_of(dump)[::25])], "mmx.page/1", (0, 1, 2))
    for page in told["pages"]:
        linear = [step["hex"] for step in page["steps"] if step["what"] == "in the direct map"]
        for call in (page["page"], f"-p {page['phys']}", page["pfn"], *linear):
            yield f"pagex -e {call}", page["pfn"]
    for situation in made_in(dump).values():
        if situation.get("addr") and situation.get("pid") and situation.get("pfns"):
            yield f"pagex -e -u {situation['pid']} {situation['addr']}", situation["pfns"][0]
    yield "pagex -e linux_banner", None


def operands(dump, form):
    """By each it is the same page, and its steps begin with what was asked for."""
    calls, wrong, found = list(names_of(dump, form)), [], 0
    # Firmware and secret memory are not in the direct map, and some situations are over when the dump is made.
    for (call, pfn), document in zip(calls, documents(form, [call for call, _ in calls], "mmx.page/1", (0, 1, 2, 3))):
        for page in document["pages"]:
            found += 1
            wrong += list(steps.faults(document))
            asked = call.split()[-1]
            if pfn not in (None, page["pfn"]) and "-u" not in call or asked not in (page["steps"][0]["hex"], "linux_banner"):
                wrong.append(f"{call} is {page['pfn']}, which begins with {page['steps'][0]}")
    return verdict(wrong, found, dump, 30)


def reads(dump, form):
    """What was read for them stands there."""
    call = "pagex -e " + " ".join(f"{pfn:x}" for pfn in pages_of(dump)[::len(pages_of(dump)) // READ])
    document, = documents(form, [call], "mmx.page/1", (0, 1, 2))
    answers = documents(form, [read for read, _ in steps.reads(document)], "mmx.read/1")
    return verdict(list(steps.read_faults(document, answers)), steps.count(document), dump, READ)


def mappers(dump, form):
    """Each address at which a page is mapped is among its steps."""
    pfns = [pfn for pfn in pages_of(dump) if words_of(dump, "kpageflags")[pfn] & MAPPED]
    document, = documents(form, ["rmapx -e " + " ".join(f"{pfn:x}" for pfn in pfns)], "mmx.rmap/1", (0, 1, 2))
    wrong, found = list(steps.faults(document)), 0
    for page in document["pages"]:
        told = {step["hex"] for step in page["steps"] if step["what"] == "address"}
        mapped = {mapping["vaddr"] for mapping in page["mappings"]}
        found += len(mapped)
        if told != mapped and page["steps"][-1]["step"] < ALL:
            wrong.append(f"PFN {page['pfn']}: steps come to {len(told)} addresses, mapped are {len(mapped)}")
    return verdict(wrong, found, dump, 50)


def others(dump, form):
    """What is asked of memory as a whole."""
    wrong, found = [], 0
    for call, schema in OTHERS:
        document, = documents(form, [call], schema, (0, 1, 3))
        found += steps.count(document)
        wrong += [f"{call}: {fault}" for fault in steps.faults(document)]
    return verdict(wrong, found, dump, 100)


CHECKS = [
    ("pagex -e follows", raw_form, pages),
    ("rmapx -e follows", raw_form, mappers),
    ("vmemx -e and zonex -e follow", raw_form, others),
    ("pagex -e by each name of a page", once_a_kernel, operands),
    ("pagex -e of what was read", once_a_kernel, reads),
]
