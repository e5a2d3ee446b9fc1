# SPDX-License-Identifier: GPL-2.0-or-later
"""
What the checks on real dumps share. Each lies by subject beside this, named as what it judges in lib/ or
lib/mm/, and a file has a list CHECKS: the name, on which forms of a dump, and a function of a Dump and the path
of one form of it, which returns None, or what is wrong in a line or more.
"""
import tempfile
from array import array
from pathlib import Path

import suite

MMX = suite.TOP / "build/mmx"
TIMEOUT = 300
# A dying kernel goes on after its last capture, for as long as it takes to panic and to start the
# crash kernel; nothing brackets the dump then, and so many frames' flags may have moved.
MOVED_WHILE_DYING = 50


# Forms of a dump: all, unless the answer cannot depend on the form.

def is_filtered(form):
    return ".d1." in form.name or ".d31." in form.name


def every_form(_, form):
    return bool(form)


def raw_form(dump, form):
    return form == dump.raw_path


def filtered_form(_, form):
    return is_filtered(form)


def unfiltered_form(_, form):
    return not is_filtered(form)


def raw_or_filtered(dump, form):
    return raw_form(dump, form) or is_filtered(form)


# What is dear and depends on how the kernel keeps processes, not on its memory: on one dump of each kernel, and where
# page tables or nodes are of another shape. A dump is another of a kernel when that is kept without variants.
SHAPES = {"la57", "pti", "numa", "cpuless"}


def once_a_kernel(dump, form):
    plain = dump.folder.parent / dump.name.rpartition("-")[0] / "manifest.json"
    return raw_form(dump, form) and ("-" not in dump.name or not plain.exists() or
                                     bool(SHAPES & set(dump.manifest["variants"])))


# Asking.

def run(*words, **options):
    return suite.run(*words, timeout=TIMEOUT, **options)


def outputs(form, calls, *options):
    """What each of many calls prints, all asked in one session: to start mmx takes longer than most answers."""
    with tempfile.TemporaryDirectory(prefix="mmx-real-") as folder:
        paths = [Path(folder) / str(number) for number in range(len(calls))]
        script = "".join(f"{call} > {path}\n" for call, path in zip(calls, paths))
        ended = run(MMX, "-c", form, *options, "-i", "-", text=script)
        for path in paths:
            yield ended, path.read_bytes()


def documents(form, calls, schema, statuses=(0,)):
    """The document of each of many calls, in their order."""
    for ended, out in outputs(form, calls, "--json"):
        suite.expect(ended.status in statuses, ended)
        yield suite.document(out.decode(errors="replace"), schema)


def ask(form, question, text=""):
    return suite.ask(form, question, text, timeout=TIMEOUT)


def ask_words(form, question, text=""):
    """An answer of one word a row."""
    return array("Q", (int(word, 16) for word, in ask(form, question, text)))


def of_kind(rows, kind):
    return [row[1:] for row in rows if row[0] == kind]


def pagex(form, operands):
    """{PFN: page} of pagex's document."""
    result = run(MMX, "-c", form, "--json", "pagex", *operands)
    suite.expect(result.status in (0, 1), result)
    return {page["pfn"]: page for page in suite.document(result.out, "mmx.page/1")["pages"]}


def ranges(pfns):
    """Ascending PFNs as operands: a command line has room for so many only."""
    found = []
    for pfn in pfns:
        if found and found[-1][1] == pfn - 1:
            found[-1][1] = pfn
        else:
            found.append([pfn, pfn])
    return [f"{first:x}-{last:x}" for first, last in found]


# Judging.

def between(value, *ends):
    return min(ends) <= value <= max(ends)


def differences(pairs):
    """None, or the pairs (what, found, true) that differ, a line each."""
    lines = [f"{what}: mmx says {found}, true is {true}" for what, found, true in pairs if found != true]
    return "\n".join(lines) or None


def tolerance(dump):
    return 0 if dump.manifest["bracket"] == "around" else MOVED_WHILE_DYING


def verdict(faults, compared, dump, least=1):
    """None when right: nothing wrong, and enough was compared to say so."""
    if len(faults) <= tolerance(dump) and compared >= least:
        return None
    return "\n".join([f"{compared} compared, {len(faults)} wrong"] + faults[:20])
