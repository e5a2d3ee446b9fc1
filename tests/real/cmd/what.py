# SPDX-License-Identifier: GPL-2.0-or-later
"""What pagex's operands lead to: user and kernel addresses, ranges with holes, and such as are wrong."""
import suite
from real.check import MMX, ask, raw_form, run
from real.guest import made_in, unwalked
from real.truth import SECTION_BITS


def answer(form, *words):
    """Exit status, [(PFN, address)] of the pages, and the lines on standard error."""
    result = run(MMX, "-c", form, "--json", "pagex", *words)
    pages = suite.document(result.out, "mmx.page/1")["pages"] if result.out else []
    return result.status, [(p["pfn"], p.get("address")) for p in pages], result.err.splitlines()


def user_operands(dump, form):
    """Ranges of a process's addresses name the frames that the workload saw there; holes get one line."""
    for name, told in made_in(dump).items():
        # Of these three the workload does not know all frames.
        if "addr" not in told or not told.get("pfns") or name in ("dev_mem", "hwpoison", "io_uring_ring"):
            continue
        start, pfns = int(told["addr"], 16), told["pfns"]
        if start in unwalked(dump.before, told["pid"]):
            continue
        expected = [(pfn, f"0x{start + 4096 * i:x}") for i, pfn in enumerate(pfns) if pfn]
        found = answer(form, "-u", str(told["pid"]), f"{start:x}-{start + 4096 * len(pfns) - 1:x}")
        lines = len(expected) < len(pfns)
        if found[:2] != (0 if expected else 2, expected) or len(found[2]) != lines:
            yield f"{name}: expected {expected} and {int(lines)} lines of holes, found {found}"


def stack_of_init(dump):
    """The lowest address of PID 1's stack, a vmalloc area."""
    return next(int(row[4], 16) for row in ask(dump.raw_path, "tasks") if row[0] == "1")


def kernel_operands(dump, form):
    """Kernel addresses of every kind lead where the page tables, read raw, do; so do ranges with a hole."""
    direct, stack = dump.variable("page_offset_base") + 0x5678000, stack_of_init(dump)
    module = next((s.address for s in dump.symbols if s.module and s.type in "tT"), dump.by_name["_text"])
    for address in (dump.by_name["_text"] + 0x123, dump.by_name["jiffies"], module, stack + 8, direct):
        phys = dump.walk(dump.root, address)
        found = answer(form, f"{address:x}")
        if found != (0, [(f"0x{phys // 4096:x}", f"0x{address:x}")], []):
            yield f"kernel address {address:x} is at {phys:x}, found {found}"
    addresses = range(stack - 4096, stack + 4 * 4096, 4096)
    frames = [(dump.walk(dump.root, address), address) for address in addresses]
    expected = [(f"0x{phys // 4096:x}", f"0x{address:x}") for phys, address in frames if phys is not None]
    found = answer(form, f"{addresses[0]:x}-{addresses[-1]:x}")
    if found[:2] != (0, expected) or len(expected) < 4 or len(found[2]) != 5 - len(expected):
        yield f"range at init's stack {stack:x}: expected {expected}, found {found}"


def bad_operands(dump, form):
    """One line each, and the verdict of a fault where a process could have one; the right exit status; the others print."""
    beyond = f"{max(dump.sections()) + 1 << SECTION_BITS - 12:x}"
    last = f"{(max(dump.sections()) + 1 << SECTION_BITS - 12) - 2:x}"
    for words, status, pages, lines in (
            (["garbage"], 2, 0, 1), (["0x"], 2, 0, 1), (["5-4"], 2, 0, 1), (["100-"], 2, 0, 1),
            (["10000000000000"], 2, 0, 1), (["-p", "f000000000000000"], 2, 0, 1), (["-d", "ff"], 2, 0, 1),
            ([beyond], 2, 0, 1), ([f"{last}-{beyond}"], 0, 2, 1), ([f"{beyond}-{beyond}0"], 2, 0, 1),
            (["ffffffff00000000"], 2, 0, 1), (["100-ffffffffffffffff"], 2, 0, 1),
            (["-u", "xx", "1000"], 2, 0, 1), (["-u", "2", "1000"], 2, 0, 1), (["-u", "1", "1000"], 2, 0, 2),
            (["-u", "1", "8000000000000000"], 2, 0, 2), (["-u", "4000000", "1000"], 2, 0, 1),
            (["100", beyond, "garbage", "200-201"], 2, 3, 2), (["-d", "256", "512-513"], 0, 3, 0)):
        found = answer(form, *words)
        if (found[0], len(found[1]), len(found[2])) != (status, pages, lines):
            yield f"{words}: status {found[0]}, {len(found[1])} pages, {found[2]}"


def operands(dump, form):
    wrong = [*user_operands(dump, form), *kernel_operands(dump, form), *bad_operands(dump, form)]
    return "\n".join(wrong[:20]) or None


CHECKS = [
    ("pagex operands", raw_form, operands),
]
