# SPDX-License-Identifier: GPL-2.0-or-later
"""
The checks made on every lab dump. A check takes a Dump and the path of one form of it and returns
None, or what is wrong in a line or more. FORMS says on which forms it runs: "all", or "raw" where
the answer cannot depend on the form.
"""
import random
import sys
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
sys.path += [str(TOP / "tests"), str(TOP / "tests/lab")]

import captures  # noqa: E402
import compare  # noqa: E402
import suite  # noqa: E402

MMX = TOP / "build/mmx"
TOOLS = TOP / "build/tools"
TIMEOUT = 300


def run(words, stdout=subprocess.PIPE, **options):
    return subprocess.run([str(w) for w in words], stdout=stdout, stderr=subprocess.PIPE, text=True,
                          timeout=TIMEOUT, errors="replace", **options)


def probe(form, question, text=""):
    result = run([TOOLS / "probe", form, question], input=text)
    if result.returncode:
        raise RuntimeError(f"probe {question} ended with {result.returncode}: {result.stderr.strip()}")
    return result.stdout


def doctor(form):
    result = run([MMX, "-c", form, "--json", "doctorx"])
    if result.returncode not in (0, 1):
        raise RuntimeError(f"doctorx ended with {result.returncode}: {result.stderr.strip()}")
    return suite.document(result.stdout, "mmx.doctor/1")


def differences(pairs):
    """None, or the pairs (what, found, true) that differ, a line each."""
    lines = [f"{what}: mmx says {found}, true is {true}" for what, found, true in pairs if found != true]
    return "\n".join(lines) or None


def wrong_facts(dump, answer):
    """Who doctorx says that the kernel is and where everything lies, against the guest's captures."""
    kernel = answer["kernel"]
    region = {r["region"]: r for r in answer["regions"]}
    pairs = [
        ("release", kernel["release"], dump.manifest["release"]),
        ("build id", kernel["build_id"], dump.build_id()),
        ("paging levels", kernel["paging_levels"], dump.levels),
        ("phys_base", int(kernel["phys_base"], 16), dump.phys_base & (1 << 64) - 1),
        ("kernel image start", int(region["kernel image"]["start"], 16), dump.by_name["_text"]),
        ("kernel image end", int(region["kernel image"]["end"], 16), dump.by_name["_end"]),
        ("kernel map holds", int(kernel["page_table_root"], 16), dump.root),
    ]
    for name, variable in (("direct map", "page_offset_base"), ("vmalloc", "vmalloc_base"),
                           ("vmemmap", "vmemmap_base")):
        true = dump.variable(variable)
        if true is None:
            return f"the guest's kallsyms has no {variable}: nothing to compare {name} with"
        pairs.append((name, int(region[name]["start"], 16), true))
    pairs.append(("facts that are not sure", [f for f in answer["facts"] if f["check"] not in ("ok", "none")
                                              and not allowed_unchecked(dump, f)], []))
    pairs.append(("required members missing", answer["verdict"]["required_missing"], 0))
    return differences(pairs)


def allowed_unchecked(dump, fact):
    """Generation bits can be checked only where the kernel uses generations, module space with modules."""
    has_nothing = {
        "LRU generation bits of page flags": not uses_generations(dump),
        "module space": not (dump.before / "modules").read_text(),
    }
    return fact["check"] == "unchecked" and has_nothing.get(fact["fact"], False)


def uses_generations(dump):
    """The static key of LRU_GEN_CORE, the first of lru_gen_caps: a count of who enabled it."""
    key = dump.by_name.get("lru_gen_caps")
    return bool(key and dump.raw.u64(dump.image_phys(key)) & 0xFFFFFFFF)


def wrong_map(dump, answer):
    """doctorx's section map and zones, against iomem and zoneinfo."""
    shift = 27 - 12
    found = sorted({nr for r in answer["frames"] for nr in
                    range(int(r["start_pfn"], 16) >> shift, (int(r["end_pfn"], 16) - 1 >> shift) + 1)})
    zones = [(z["node"], z["zone"], int(z["start_pfn"], 16),
              int(z["end_pfn"], 16) - int(z["start_pfn"], 16), z["present"]) for z in answer["zones"]]
    return differences([("sections", found, dump.sections()), ("zones", zones, dump.zones())])


def doctor_facts(dump, form):
    return wrong_facts(dump, doctor(form))


def sections_and_zones(dump, form):
    return wrong_map(dump, doctor(form))


def flag_fields(dump, form):
    """Node and zone bits of every struct page name a zone that spans it; generations only on the LRU."""
    answer = doctor(form)
    spans = {}
    for node, name, start, spanned, _ in dump.zones():
        spans[(node, name)] = (start, start + spanned)
    index = {"DMA": 0, "DMA32": 1, "Normal": 2, "Movable": 3, "Device": 4}
    by_bits = {(node, index[name]): span for (node, name), span in spans.items()}
    lru, reserved = (next(b["bit"] for b in answer["flag_bits"] if b["name"] == name)
                     for name in ("lru", "reserved"))
    gen_width = next(f["width"] for f in answer["flag_fields"] if f["field"] == "lru_gen")
    wrong, looked, with_gen, stray, in_zone = [], 0, 0, 0, Counter()
    for line in probe(form, "flags").splitlines():
        words = line.split()
        if words[1] == "absent":
            continue
        pfn, word = int(words[0], 16), int(words[1], 16)
        if word == (1 << 64) - 1 or pfn in dump.unonlined():
            continue
        node, zone, gen = int(words[3]), int(words[4]), int(words[7])
        span = by_bits.get((node, zone))
        looked += 1
        in_zone[(node, zone)] += 1
        # Reserved pages that no zone spans are linked to another one, or to none at all.
        if not word >> reserved & 1 and not (span and span[0] <= pfn < span[1]):
            wrong.append(words[0])
        with_gen += bool(gen)
        stray += bool(gen) and not word >> lru & 1
    if wrong:
        return f"{len(wrong)} of {looked} pages are in no zone that spans them, first PFN {wrong[0]}"
    if set(in_zone) < set(by_bits) or not looked:
        return f"pages were seen in zones {dict(in_zone)}, and there are {sorted(by_bits)}"
    if stray:
        return f"{stray} pages off the LRU have a generation"
    if gen_width and uses_generations(dump) and not with_gen:
        return "no page has a generation, and this kernel uses them"
    return None


def all_symbols(dump, form):
    """Every name and address of the guest's kallsyms, modules included, and no other."""
    found = Counter()
    for line in probe(form, "symbols").splitlines():
        words = line.split()
        found[(int(words[0], 16), words[2], words[3].strip("[]") if len(words) > 3 else "")] += 1
    true = Counter((s.address, s.name, s.module) for s in dump.symbols)
    missing, extra = true - found, found - true
    if not missing and not extra:
        return None
    example = [f"{a:x} {n} {m}" for a, n, m in list(missing)[:3] + list(extra)[:3]]
    return f"{sum(missing.values())} missing, {sum(extra.values())} too many: " + "; ".join(example)


def nearest_symbols(dump, form):
    """A function's address plus a little is found under a name that kallsyms has at that address."""
    rng = random.Random(1)
    functions = [s for s in dump.symbols if s.type in "tT"]
    at = {}
    for symbol in dump.symbols:
        at.setdefault(symbol.address, set()).add(symbol.name)
    chosen = rng.sample(functions, min(2000, len(functions)))
    lines = probe(form, "nearest", "".join(f"{s.address:x}\n" for s in chosen)).splitlines()
    wrong = [f"{s.address:x} {s.name}: {line}" for s, line in zip(chosen, lines)
             if line.split("+")[0].split()[0] not in at[s.address]]
    return f"{len(wrong)} of {len(chosen)} wrong: {wrong[:3]}" if wrong or len(lines) != len(chosen) else None


def types(dump, form):
    """BTF in the dump and DWARF of the same kernel's vmlinux: every struct of the layout table."""
    btf = dump.bytes_between("__start_BTF", "__stop_BTF")
    if not btf:
        return "the raw dump has no BTF between __start_BTF and __stop_BTF"
    with tempfile.NamedTemporaryFile(suffix=".btf") as file:
        file.write(btf)
        file.flush()
        result = run([TOOLS / "types_agree", file.name, dump.vmlinux])
    return None if result.returncode == 0 else (result.stdout + result.stderr).strip()[-2000:]


def memory_requests(dump, count):
    """Reads spread over physical memory, the direct map, vmalloc, vmemmap and the kernel image."""
    rng = random.Random(2)
    offset, vmemmap = dump.variable("page_offset_base"), dump.variable("vmemmap_base")
    text, end = dump.by_name["_text"], dump.by_name["__init_begin"]
    requests = []
    for _ in range(count):
        start, size, _ = rng.choice(dump.raw.loads)
        length = rng.choice((1, 8, 64, 4096, 10000))
        phys = start + rng.randrange(max(1, size - length))
        requests.append(("p", phys, length, phys))
        if any(a <= phys and phys + length <= b for a, b in dump.iomem("System RAM")):
            requests.append(("v", offset + phys, length, None))
            requests.append(("v", vmemmap + (phys >> 12) * 64, 64, None))
        requests.append(("v", text + rng.randrange(end - text - 4096), rng.choice((1, 8, 4096)), None))
    modules = [s.address for s in dump.symbols if s.module and s.type in "tT"]
    requests += [("v", rng.choice(modules), 16, None) for _ in range(min(count, len(modules)))]
    requests += [("v", dump.variable("vmalloc_base") + rng.randrange(1 << 30), 64, None)
                 for _ in range(count)]
    return requests


def truly(dump, request):
    """The bytes by an independent reading: page tables and program headers, page by page."""
    _, address, length, phys = request
    data = b""
    while length:
        part = min(length, 4096 - address % 4096)
        at = phys if phys is not None else dump.walk(dump.root, address)
        piece = None if at is None else dump.raw.read(at, part)
        if piece is None:
            return None
        data, address, length = data + piece, address + part, length - part
        phys = None if phys is None else phys + part
    return data


def memory(dump, form):
    """Bytes by physical, direct-map, vmalloc, vmemmap and image addresses, against the raw file."""
    requests = memory_requests(dump, 300)
    text = "".join(f"{kind} {address:x} {length}\n" for kind, address, length, _ in requests)
    lines = probe(form, "memory", text).splitlines()
    wrong, right, unreadable = [], 0, 0
    for request, line in zip(requests, lines):
        true = truly(dump, request)
        found = bytes.fromhex(line) if not line.isalpha() or len(line) % 2 == 0 and is_hex(line) else None
        if found == true:
            right += true is not None
            unreadable += true is None
        else:
            wrong.append(f"{request[0]} {request[1]:x}+{request[2]}: {line[:40]}")
    if wrong or len(lines) != len(requests):
        return f"{len(wrong)} of {len(requests)} reads differ: {wrong[:3]}"
    return None if right > 500 else f"only {right} reads gave bytes ({unreadable} rightly none)"


def is_hex(text):
    return all(c in "0123456789abcdef" for c in text)


def filtered_memory(dump, form):
    """Of a filtered dump: what is there equals the unfiltered one, what is not is called excluded."""
    requests = [r for r in memory_requests(dump, 300) if r[0] == "p"]
    text = "".join(f"{kind} {address:x} {length}\n" for kind, address, length, _ in requests)
    kinds = Counter()
    for request, line in zip(requests, probe(form, "memory", text).splitlines()):
        kinds[line if line in ("excluded", "absent", "unreadable") else "bytes"] += 1
        if is_hex(line) and bytes.fromhex(line) != truly(dump, request):
            return f"{request[1]:x}+{request[2]} differs from the unfiltered dump"
    # Level 1 leaves out pages of zeros, which the format still has as one shared page.
    expected = {"bytes"} if ".d1." in form.name else {"bytes", "excluded"}
    if set(kinds) != expected:
        return f"reads came out as {dict(kinds)}, expected were {sorted(expected)}"
    return None


# A dying kernel goes on after its last capture, for as long as it takes to panic and to start the
# crash kernel; nothing brackets the dump then, and so many frames' flags may have moved.
MOVED_WHILE_DYING = 50


def frame_words(dump, form, entry):
    """procx ENTRY against the guest's own, every frame that did not move between its captures."""
    with tempfile.NamedTemporaryFile() as file:
        result = run([MMX, "-c", form, "procx", entry], stdout=file)
        answer = captures.words(Path(file.name))
    if result.returncode != 0:
        return f"procx ended with {result.returncode}: {result.stderr.strip()}"
    before, after = (captures.words(folder / entry) for folder in compare.pair(dump.folder))
    verdict = compare.compare_words(entry, before, after, answer)
    dying = dump.manifest["bracket"] != "around"
    if verdict.wrong > (MOVED_WHILE_DYING if dying else 0) or verdict.compared < 0.99 * len(answer):
        return "\n".join([f"{verdict.compared} compared, {verdict.moved} moved, {verdict.wrong} wrong"]
                         + verdict.lines)
    return None


def kpageflags(dump, form):
    return frame_words(dump, form, "kpageflags")


def kpagecount(dump, form):
    return frame_words(dump, form, "kpagecount")


def is_filtered(form):
    return ".d1." in form.name or ".d31." in form.name


# name, which forms, the check
CHECKS = [
    ("doctor", lambda d, f: True, doctor_facts),
    ("sections and zones", lambda d, f: True, sections_and_zones),
    ("flag fields of all pages", lambda d, f: f == d.raw_path or is_filtered(f), flag_fields),
    ("all symbols", lambda d, f: True, all_symbols),
    ("nearest symbols", lambda d, f: f == d.raw_path, nearest_symbols),
    ("types, BTF against DWARF", lambda d, f: f == d.raw_path and d.vmlinux, types),
    ("memory", lambda d, f: not is_filtered(f), memory),
    ("procx kpageflags", lambda d, f: True, kpageflags),
    ("procx kpagecount", lambda d, f: True, kpagecount),
    ("filtered memory", lambda d, f: is_filtered(f), filtered_memory),
]
