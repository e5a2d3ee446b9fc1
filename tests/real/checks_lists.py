# SPDX-License-Identifier: GPL-2.0-or-later
"""
Memory that only its owners' lists tell of: per-CPU free lists, pageblocks, vmalloc areas, per-CPU
chunks, kernel stacks and resources, over everything, against what the guest's kernel printed of it.
"""
import re
from collections import Counter

import compare
from checks import TOOLS, run


def ask(form, question):
    """The rows of an answer, split at tabs; a trouble is a failure."""
    result = run([TOOLS / "ask_lists", form, question])
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    troubles = [row[1] for row in rows if row[0] == "trouble"]
    if result.returncode or troubles:
        raise RuntimeError(f"ask_lists {question} ended with {result.returncode}: "
                           f"{troubles or result.stderr.strip()}")
    return rows


def texts(dump, name):
    return [(folder / name).read_text() for folder in compare.pair(dump.folder)]


def pageset_counts(text):
    """{(node, zone, cpu): count} of a zoneinfo."""
    counts, zone, cpu = {}, None, None
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["Node"]:
            zone = int(words[1].rstrip(",")), words[3]
        elif words[:1] == ["cpu:"]:
            cpu = int(words[1])
        elif words[:1] == ["count:"]:
            counts[zone + (cpu,)] = int(words[1])
    return counts


def pcp(dump, form):
    """Lists hold what they are counted to, free pages of the zone; and zoneinfo says the same counts."""
    rows = [row[1:] for row in ask(form, "pcp") if row[0] == "set"]
    wrong = [row for row in rows if row[3] != row[4] or row[5] != "0"]
    if wrong:
        return f"counted, found and not free pages: {wrong}"
    found = {(int(node), zone, int(cpu)): int(count) for node, zone, cpu, count, *_ in rows}
    before, after = (pageset_counts(text) for text in texts(dump, "zoneinfo"))
    if not set(before) <= set(found) or not before:
        return f"CPUs and zones: {sorted(found)} and in zoneinfo {sorted(before)}"
    # A count comes down to 0 by itself whenever a CPU is idle: twice 0 is no proof of it in between.
    lines = [f"{key}: {found[key]}, zoneinfo says {before[key]}" for key in before
             if before[key] == after[key] != 0 and found[key] != before[key]
             and dump.manifest["bracket"] == "around"]
    return "\n".join(lines) or None


def block_counts(text):
    """{(node, zone, type): blocks} of a pagetypeinfo, and the order."""
    counts, types = {}, []
    for line in text.splitlines():
        words = line.replace(",", " ").split()
        if line.startswith("Number of blocks type"):
            types = [word.lower() for word in words[4:]]
        elif line.startswith("Number of") or line.startswith("Free pages") or not words:
            types = []
        elif types and words[0] == "Node":
            for name, count in zip(types, words[4:]):
                counts[(int(words[1]), words[3], name)] = int(count)
    return counts, re.search(r"Page block order: (\d+)", text)[1]


def pageblocks(dump, form):
    """Blocks of each type in each zone, against pagetypeinfo's table."""
    rows = ask(form, "pageblocks")
    found = {(int(row[0]), row[1], row[2]): int(row[3]) for row in rows if len(row) == 4}
    (before, order), (after, _) = (block_counts(text) for text in texts(dump, "pagetypeinfo"))
    if rows[0] != ["order", order]:
        return f"{rows[0]}, pagetypeinfo says {order}"
    names = {name for _, _, name in before}
    if len(names) < 4 or names | {"unknown"} != {name for _, _, name in found}:
        return f"types {sorted(names)} are in pagetypeinfo, {sorted({key[2] for key in found})} were found"
    lines = [f"{key}: {count}, pagetypeinfo says {before.get(key, 0)}" for key, count in found.items()
             if count != before.get(key, 0) and before.get(key, 0) == after.get(key, 0)]
    return "\n".join(lines) or None


def rotate(word, bits):
    return (word << bits | word >> 64 - bits) & (1 << 64) - 1


def siphash(value, key):
    """SipHash-2-4 of one 64-bit word, by which the kernel hides addresses that it prints."""
    mask = (1 << 64) - 1
    v = [key[0] ^ 0x736F6D6570736575, key[1] ^ 0x646F72616E646F6D,
         key[0] ^ 0x6C7967656E657261, key[1] ^ 0x7465646279746573]

    def rounds(n):
        for _ in range(n):
            v[0] = v[0] + v[1] & mask
            v[1] = rotate(v[1], 13) ^ v[0]
            v[0] = rotate(v[0], 32)
            v[2] = v[2] + v[3] & mask
            v[3] = rotate(v[3], 16) ^ v[2]
            v[0] = v[0] + v[3] & mask
            v[3] = rotate(v[3], 21) ^ v[0]
            v[2] = v[2] + v[1] & mask
            v[1] = rotate(v[1], 17) ^ v[2]
            v[2] = rotate(v[2], 32)

    for word in (value, 8 << 56):
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xFF
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def vmalloc_lines(text):
    """Its lines as a multiset, but for the sizes of functions, and for offsets of 0 into them."""
    return Counter(re.sub(r"(\+0x[0-9a-f]+)/0x[0-9a-f]+", lambda m: m[1].removesuffix("+0x0"),
                          " ".join(line.split())) for line in text.splitlines())


def vmalloc(dump, form):
    """Every area, line by line as vmallocinfo has them: hashed addresses, size, caller, pages, flags, nodes."""
    before, after = (vmalloc_lines(text) for text in texts(dump, "vmallocinfo"))
    at = dump.image_phys(dump.by_name["ptr_key"])
    key = dump.raw.u64(at), dump.raw.u64(at + 8)
    hidden = "____ptrval____" in next(iter(before))  # the key was not there yet

    def shown(address):
        return "(____ptrval____)" if hidden else f"{siphash(address, key) & 0xFFFFFFFF:016x}"

    found = Counter()
    for start, end, size, rest in ask(form, "vmalloc"):
        if rest != " going":
            found[f"0x{shown(int(start, 16))}-0x{shown(int(end, 16))} {size}{rest.rstrip()}"] += 1
    missing = (before & after) - found
    extra = found - (before | after)
    if missing or extra or sum(found.values()) < 100:
        return "\n".join([f"{sum(found.values())} areas; missing {sum(missing.values())}, "
                          f"not in vmallocinfo {sum(extra.values())}"]
                         + [f"missing: {line}" for line in list(missing)[:5]]
                         + [f"extra: {line}" for line in list(extra)[:5]])
    return None


def percpu(dump, form):
    """Every page of a chunk points to its chunk and is found again; the sum is meminfo's Percpu."""
    rows = ask(form, "percpu")
    chunks = [row for row in rows if row[0] in ("static", "dynamic")]
    wrong = [row for row in chunks if row[2] != row[3] or row[4] != "0"]
    _, frames, back, units = rows[-1]
    if wrong or frames != back or [row[0] for row in chunks[:2]] != ["static", "dynamic"]:
        return f"chunks {chunks}, {back} of {frames} frames found again"
    # The kernel's figure: populated pages of the chunks, the first one's static part left out.
    dynamic = sum(int(row[3]) for row in chunks if row[0] == "dynamic") * int(units)
    static = int(chunks[0][3]) * int(units)
    if dynamic + static != int(frames):
        return f"{frames} frames are not {dynamic} of dynamic chunks and {static} of the first one"
    said = [int(re.search(r"^Percpu: +(\d+)", text, re.M)[1]) // 4 for text in texts(dump, "meminfo")]
    if not dynamic <= said[0] <= dynamic + static:
        return f"{dynamic} dynamic pages and {static} in the first chunk, meminfo says {said}"
    return None


def threads(folder):
    """Threads that have a stack: a zombie has given its own away."""
    alive = set()
    for process in folder.glob("[0-9]*"):
        ids = {int(tid) for tid in (process / "threads").read_text().split()}
        if re.search(r"^State:\s*[ZX]", (process / "status").read_text(), re.M):
            ids.discard(int(process.name))
        alive |= ids
    return alive


def stacks(dump, form):
    """Every thread that the guest lists has a stack that its vmalloc area agrees about."""
    rows = [row for row in ask(form, "stacks") if row[0] != "0"]
    found = {int(row[0]): row for row in rows}
    capture = [threads(folder) for folder in compare.pair(dump.folder)]
    missing = (capture[0] & capture[1]) - set(found)
    # Other tasks are such as came and went between the captures.
    extra = set(found) - (capture[0] | capture[1])
    odd = [row for row in rows if int(row[3], 16) - int(row[2], 16) != 16384 or row[5] != "4"
           or not row[4].startswith(("kernel_clone", "copy_process", "dup_task_struct"))]
    if missing or len(extra) > 2 or odd or len(rows) < 40:
        return f"{len(rows)} stacks; without one {sorted(missing)}, unheard of {sorted(extra)}, odd {odd[:3]}"
    return None


def resources(dump, form):
    """The tree is /proc/iomem; the innermost node at each one's first address is right."""
    found, lines = [], []
    for depth, first, last, name, path in ask(form, "resources"):
        found.append((int(depth), int(first, 16), int(last, 16), name, path))
        lines.append(f"{'  ' * int(depth)}{int(first, 16):08x}-{int(last, 16):08x} : {name}")
    if lines != (dump.before / "iomem").read_text().splitlines():
        return "the tree is not as iomem has it:\n" + "\n".join(lines)
    wrong = []
    for _, start, _, _, path in found:
        true = " > ".join(name for depth, first, last, name, _ in found if first <= start <= last)
        if path != true:
            wrong.append(f"{start:#x}: {path}, true is {true}")
    return "\n".join(wrong) or None


CHECKS = [
    ("per-CPU free lists", lambda d, f: True, pcp),
    ("pageblocks", lambda d, f: True, pageblocks),
    ("vmalloc areas", lambda d, f: True, vmalloc),
    ("per-CPU chunks", lambda d, f: True, percpu),
    ("kernel stacks", lambda d, f: True, stacks),
    ("resources", lambda d, f: True, resources),
]
