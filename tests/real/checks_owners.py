# SPDX-License-Identifier: GPL-2.0-or-later
"""
Who owns memory: tasks, their page tables, files and their paths, swap, KSM, memory cgroups, all held
against what the guest said of itself. See checks.py for the form of a check.
"""
import json
import re
import subprocess
from array import array
from collections import Counter
from dataclasses import dataclass

import captures
import checks
import compare

ASK = checks.TOOLS / "ask_owners"
PAGE = 4096
LRU, ANON, SWAPCACHE = 1 << 5, 1 << 12, 1 << 13  # of kpageflags
PRESENT, SWAP = 1 << 63, 1 << 62
TELLING = PRESENT | SWAP | (1 << 55) - 1  # the bits of a pagemap word that the answer has
# What a dying kernel may still change after its last capture.
MOVED_WHILE_DYING = 50


def ask(form, question, text=""):
    result = checks.run([ASK, form, question], input=text)
    if result.returncode:
        raise RuntimeError(f"ask_owners {question} ended with {result.returncode}: {result.stderr.strip()}")
    return result.stdout


def ask_words(form, question, text=""):
    result = subprocess.run([str(ASK), str(form), question], input=text.encode(), capture_output=True,
                            timeout=checks.TIMEOUT, check=True)
    words = array("Q")
    words.frombytes(result.stdout)
    return words


def processes(folder):
    return sorted(int(path.name) for path in folder.iterdir() if path.name.isdigit())


def read(folder, pid, name):
    path = folder / str(pid) / name
    return path.read_text(errors="replace") if path.exists() else None


@dataclass
class Area:
    """A line of maps."""
    start: int
    end: int
    offset: int
    dev: tuple
    inode: int
    path: str

    def pages(self):
        return range(self.start, self.end, PAGE)


def areas(folder, pid):
    found = []
    for line in (read(folder, pid, "maps") or "").splitlines():
        start, end, _, offset, major, minor, inode, path = re.match(
            r"(\w+)-(\w+) (\S+) (\w+) (\w+):(\w+) (\d+)\s*(.*)", line).groups()
        found.append(Area(int(start, 16), int(end, 16), int(offset, 16), (int(major, 16), int(minor, 16)),
                          int(inode), path))
    return found


def steady(dump, pid, name):
    """A process's file, when the captures agree on it."""
    one, other = (read(folder, pid, name) for folder in compare.pair(dump.folder))
    return one if one == other else None


def tolerance(dump):
    return 0 if dump.manifest["bracket"] == "around" else MOVED_WHILE_DYING


def verdict(faults, compared, dump, least=1):
    """None when right: nothing wrong, and enough was compared to say so."""
    if len(faults) <= tolerance(dump) and compared >= least:
        return None
    return "\n".join([f"{compared} compared, {len(faults)} wrong"] + faults[:20])


def tasks(dump, form):
    """Every process and thread, by its name, with memory or without."""
    lines = ask(form, "tasks").splitlines()
    broken = [line for line in lines if line.startswith("broken")]
    if broken:
        return "\n".join(broken)
    found = {int(line.split()[0]): line.split(" ", 5) for line in lines}
    before, after = compare.pair(dump.folder)
    lasting = set(processes(before)) & set(processes(after))
    faults = [f"{pid} is missing" for pid in lasting - {int(t[1]) for t in found.values()}]
    known, compared = set(), 0
    for pid in lasting & set(found):
        _, _, kind, mm, _, comm = found[pid]
        name, status = steady(dump, pid, "comm"), steady(dump, pid, "status") or read(before, pid, "status")
        threads = {int(tid) for tid in (steady(dump, pid, "threads") or "").split()}
        mine = {tid for tid, t in found.items() if int(t[1]) == pid}
        known |= mine
        compared += 1
        if name is not None and not (name.strip() == comm or kind == "kernel" and name.strip().startswith(comm)):
            faults.append(f"{pid} is {name.strip()!r}, found as {comm!r}")
        if threads and threads != mine:
            faults.append(f"{pid} has threads {sorted(threads)}, found {sorted(mine)}")
        if ("VmSize" in status) != (mm != "0" and kind == "user"):
            faults.append(f"{pid} ({comm}): found as {kind} with mm {mm}")
    gone = set(found) - known - set(processes(before)) - set(processes(after))
    faults += [f"{pid} is found, and the guest has none such: {found[pid]}" for pid in gone]
    return verdict(faults, compared, dump, 50)


def users(dump, form):
    """Which processes share an address space."""
    lines = [line.split()[1:] for line in ask(form, "users").splitlines()]
    groups = {tuple(int(pid) for pid in line) for line in lines}
    shared = {group for group in groups if len(group) > 1}
    situation = dump_situations(dump)
    expected = {tuple(sorted(situation["clone_vm"]["sharers"]))}
    alone = {situation[name]["pid"] for name in ("threads", "leader_dead") if situation[name]["made"]}
    faults = [] if shared == expected else [f"shared by {sorted(shared)}, expected {sorted(expected)}"]
    faults += [f"{pid} has no address space" for pid in alone if (pid,) not in groups]
    return verdict(faults, len(groups), dump, 50)


def address_spaces(dump, form):
    """The areas of every process that has memory of its own, by its maple tree, as maps has them."""
    lines = [line.split() for line in ask(form, "areas").splitlines()]
    found, faults, compared = {}, [" ".join(line) for line in lines if line[0] == "broken"], 0
    for pid, start, end in (line for line in lines if line[0] != "broken"):
        found.setdefault(int(pid), []).append((int(start, 16), int(end, 16)))
    before, _ = compare.pair(dump.folder)
    for pid, mine in found.items():
        if not steady(dump, pid, "maps"):
            continue
        compared += 1
        told = [(area.start, area.end) for area in areas(before, pid) if area.path != "[vsyscall]"]
        if mine != told:
            faults.append(f"{pid}: {sorted(set(mine) ^ set(told))[:4]}")
    return verdict(faults, compared, dump, 10)


def swaps(dump, form):
    texts = [(folder / "swaps").read_text() for folder in compare.pair(dump.folder)]
    result = compare.compare_text(*texts, ask(form, "swaps"))
    return "\n".join(result.lines) or None


def kpagecgroup(dump, form):
    before, after = (captures.words(folder / "kpagecgroup") for folder in compare.pair(dump.folder))
    answer = ask_words(form, "kpagecgroup")
    result = compare.compare_words("kpagecgroup", before, after, answer)
    if result.wrong > tolerance(dump) or result.compared < 0.99 * len(before):
        return "\n".join([f"{result.compared} compared, {result.wrong} wrong"] + result.lines)
    return None


def unwalked(folder, pid):
    """First addresses of areas that /proc/PID/pagemap passes over: mapped by frame number."""
    found, start = set(), None
    for line in (read(folder, pid, "smaps") or "").splitlines():
        head = re.match(r"([0-9a-f]+)-[0-9a-f]+ ", line)
        if head:
            start = int(head[1], 16)
        elif line.startswith("VmFlags:") and " pf" in line:
            found.add(start)
    return found


def pagemaps(dump, form):
    """Every page of every process: present or not, its frame or its swap entry."""
    before, after = compare.pair(dump.folder)
    requests, expected = [], []
    for pid in sorted(set(processes(before)) & set(processes(after))):
        if not (before / str(pid) / "pagemap").exists() or not (after / str(pid) / "pagemap").exists():
            continue
        one, other = (captures.pagemap(folder / str(pid) / "pagemap") for folder in (before, after))
        skipped = unwalked(before, pid)
        for start, words in one.items():
            if start in other and len(other[start]) == len(words) and len(words) and start < 1 << 63:
                requests.append(f"{pid} {start:x} {len(words)}\n")
                expected.append((pid, start, words, other[start], start in skipped))
    answer, at = ask_words(form, "pagemap", "".join(requests)), 0
    faults, compared = [], 0
    for pid, start, words, others, skip in expected:
        mine = answer[at:at + len(words)]
        at += len(words)
        if skip:  # and so says the guest of none of them that it is present
            faults += [f"{pid} {start:x}: the guest's pagemap does not pass over it" for word in words if word & PRESENT]
            continue
        for index, (word, other, found) in enumerate(zip(words, others, mine)):
            if word != other:
                continue
            compared += 1
            if word & TELLING != found:
                faults.append(f"{pid} {start + index * PAGE:#x}: {word:#x}, found {found:#x}")
    return verdict(faults, compared, dump, 5000)


def frames(form, pfns):
    """What is found of each frame, by its number."""
    text = ask(form, "frames", "".join(f"{pfn:x}\n" for pfn in pfns))
    found = {}
    for line in text.splitlines():
        fields = dict(part.split("=", 1) for part in line.split("\t"))
        found[int(fields["pfn"], 16)] = fields
    return found


def mapped_files(dump):
    """{frame: (area, index)} of every present page of every area that has a file."""
    wanted = {}
    before, after = compare.pair(dump.folder)
    for pid in set(processes(before)) & set(processes(after)):
        if not steady(dump, pid, "maps"):
            continue
        one, other = (captures.pagemap(folder / str(pid) / "pagemap") for folder in (before, after))
        skipped = unwalked(before, pid)
        for area in areas(before, pid):
            words, others = one.get(area.start, ()), other.get(area.start, ())
            if not area.path or area.path.startswith("[") or area.start in skipped:
                continue
            for index, (word, same) in enumerate(zip(words, others)):
                if word == same and word & PRESENT:
                    wanted[word & (1 << 55) - 1] = (area, area.offset // PAGE + index)
    return wanted


def files(dump, form):
    """Every frame that a file is mapped through: path, device, inode and index, as maps has them."""
    wanted = mapped_files(dump)
    faults, compared = [], 0
    for pfn, fields in frames(form, wanted).items():
        area, index = wanted[pfn]
        if fields.get("kind") in ("anon", "ksm") or "kind" not in fields and area.path.startswith("anon_inode:"):
            continue  # copied on write; a ring's pages belong to no file
        if "kind" not in fields and fields["charge"] == "none" and area.path in ("/anon_hugepage (deleted)",):
            continue  # private huge pages
        compared += 1
        dev = ":".join(f"{number:x}" for number in area.dev)
        said = (fields.get("path"), fields.get("dev"), fields.get("ino"))
        if said != (area.path, dev, str(area.inode)):
            faults.append(f"{pfn:#x}: {fields}, maps has {area}")
        if fields.get("fs") != "hugetlbfs" and int(fields["index"]) != index:
            faults.append(f"{pfn:#x}: index {fields['index']}, maps has {index}")
    return verdict(faults, compared, dump, 100)


def steady_flags(dump):
    """(frame, its kpageflags), of the frames that did not move."""
    words = [captures.words(folder / "kpageflags") for folder in compare.pair(dump.folder)]
    return [(pfn, one) for pfn, (one, other) in enumerate(zip(*words)) if one == other]


def cache(dump, form):
    """
    Every frame on an LRU list that is not anonymous: a file with a path, or a device that is mounted. Only
    ext4's own index of free blocks, up to some release the pages of inode 1, has no name.
    """
    pfns = [pfn for pfn, word in steady_flags(dump) if word & LRU and not word & (ANON | SWAPCACHE)]
    listed = (dump.before / "mounts").read_text() + (dump.before / "swaps").read_text()
    devices = set(re.findall(r"^/dev/(\w+)", listed, re.M))
    faults = [f"{pfn:#x}: {fields}" for pfn, fields in frames(form, pfns).items()
              if "kind" not in fields or not fields.get("path") and fields.get("device") not in devices
              and (fields.get("fs"), fields.get("ino")) != ("ext4", "1")]
    return verdict(faults, len(pfns), dump, 1000)


def swap_entries(folder):
    """How many page-table entries hold each swap entry; processes that share memory counted once."""
    counts, seen = Counter(), set()
    for pid in processes(folder):
        if not (folder / str(pid) / "pagemap").exists():
            continue
        content = (folder / str(pid) / "pagemap").read_bytes()
        clone = (read(folder, pid, "maps"), content)
        if clone in seen and "clone_vm" in read(folder, pid, "comm"):
            continue
        seen.add(clone)
        for words in captures.pagemap(folder / str(pid) / "pagemap").values():
            counts.update(f"{word & 31}:{word >> 5 & (1 << 50) - 1:x}" for word in words
                          if word & SWAP and not word & PRESENT)
    return counts


def swap_cache(dump, form):
    """Every page that kpageflags has in the swap cache: its entry holds it, and is held as often as page tables do."""
    pfns = [pfn for pfn, word in steady_flags(dump) if word & SWAPCACHE]
    counts = swap_entries(compare.pair(dump.folder)[0])
    faults = []
    for pfn, fields in frames(form, pfns).items():
        if fields.get("slot_cached") != "1" or fields["slot_pfn"] != fields["head"]:
            faults.append(f"{pfn:#x}: {fields}")
        elif fields.get("kind") == "anon" and int(fields["slot_count"]) != counts[fields["swap"]]:
            faults.append(f"{pfn:#x}: used {counts[fields['swap']]} times, {fields}")
    needed = 1 if dump_situations(dump)["swap_cache"]["made"] else 0
    return verdict(faults, len(pfns), dump, needed)


def dump_situations(dump):
    return json.loads((dump.folder / "situations.json").read_text())


def pfns_of(situation):
    return [int(pfn, 16) for pfn in situation.get("pfns", []) if pfn]


def ksm_merged(situation, found):
    return [fields for fields in found if (fields.get("kind"), fields.get("sharers"))
            != ("ksm", str(len(situation["sharers"])))]


def ksm_chain(situation, found):
    distinct = {fields["pfn"]: fields for fields in found}.values()
    merged = [fields for fields in distinct if fields.get("kind") == "ksm"]
    wrong = [fields for fields in merged if int(fields["sharers"]) > situation["max_sharing"]
             or fields["chain"] == "0"]
    chains = {fields["chain"] for fields in merged}
    total = sum(int(fields["sharers"]) for fields in merged)
    if len(chains) != 1 or len(merged) < 2 or total > situation["len"] // PAGE:
        wrong.append(f"{total} sharers in {len(merged)} pages of {len(chains)} chains")
    return wrong


def anonymous(situation, found):
    processes_of = len(situation.get("sharers", [0]))
    return [fields for fields in found if fields.get("kind") != "anon" or "anon_error" in fields
            or fields["broken"] or int(fields["chains"]) < processes_of]


def in_one_space(situation, found):
    return anonymous({**situation, "sharers": [0]}, found)


def in_cache(situation, found):
    return [fields for fields in found if (fields.get("path"), fields.get("ino"))
            != (situation["path"], str(situation["inode"]))]


def in_cgroup(situation, found):
    return [fields for fields in found if (fields.get("memcg"), fields.get("memcg_ino"), fields.get("online"))
            != (situation["cgroup"], str(situation["inode"]), "1")]


def in_dead_cgroup(situation, found):
    """Since 7.1 what a cgroup leaves behind goes to its parent."""
    gone = {(situation["cgroup"] + " (deleted)", "0"), (situation["cgroup"].rpartition("/")[0], "1")}
    return [fields for fields in found if (fields.get("memcg"), fields.get("online")) not in gone]


EXPECTED = {name: anonymous for name in (
    "thp_pmd", "thp_pte", "thp_partial", "thp_shared_fork", "mthp_64k", "anon_private", "anon_shared_fork",
    "anon_cow_copied", "fork_chain", "mremap_anon", "anon_split_vma", "mlocked", "prot_none_touched", "stack",
    "heap", "uffd_wp", "swapped_back", "swap_cache", "vmspliced", "threads", "leader_dead")}
EXPECTED |= {"clone_vm": in_one_space, "ksm_merged": ksm_merged, "ksm_chain": ksm_chain, "page_cache_unmapped": in_cache,
             "cgroup": in_cgroup, "cgroup_gone": in_dead_cgroup}


def situations(dump, form):
    """What the workload knows of its situations."""
    made = {name: s for name, s in dump_situations(dump).items()
            if name in EXPECTED and s["made"] and pfns_of(s)}
    found = frames(form, sorted({pfn for s in made.values() for pfn in pfns_of(s)}))
    faults = [f"{name}: {wrong}" for name, s in made.items()
              for wrong in EXPECTED[name](s, [found[pfn] for pfn in pfns_of(s)])]
    return verdict(faults, len(made), dump, 15)


def expected_at(name, situation):
    """{page: what a user address of a situation leads to}, of the first pages."""
    first = range(captures.LISTED_PFNS if situation["len"] >= captures.LISTED_PFNS * PAGE
                  else situation["len"] // PAGE)
    kinds = {"swapped_out": "swapped out", "prot_none_touched": "mapped without access", "mlocked": "mapped",
             "threads": "mapped", "leader_dead": "mapped", "zero_page": "mapped", "dev_mem": "mapped",
             "guard_region": "mapped", "hwpoison": "mapped"}
    told = {page: kinds[name] for page in first}
    if name == "guard_region":
        told |= {page: "a marker" for page in range(situation["guard_page"],
                                                    situation["guard_page"] + situation["guard_pages"])}
    if name == "hwpoison":
        told = {situation["poisoned_page"]: "poisoned"}
    return told


def addresses(dump, form):
    """User addresses: by the leader, by a thread, and what stands where no frame does."""
    made = {name: s for name, s in dump_situations(dump).items() if s["made"] and name in (
        "swapped_out", "prot_none_touched", "mlocked", "threads", "leader_dead", "zero_page", "dev_mem",
        "guard_region", "hwpoison")}
    requests = []
    for name, s in made.items():
        for pid in {s["pid"], *s.get("tids", []), s.get("tid", s["pid"])}:
            requests += [(name, pid, int(s["addr"], 16) + page * PAGE, page, kind, s)
                         for page, kind in expected_at(name, s).items()]
    lines = ask(form, "user", "".join(f"{pid} {addr + 0x123:x}\n" for _, pid, addr, *_ in requests)).splitlines()
    faults = []
    for (name, pid, addr, page, kind, s), line in zip(requests, lines):
        pfns = s.get("pfns", [])
        pfn = int(s["physical"], 16) // PAGE + page if "physical" in s else \
            pfns[page] and int(pfns[page], 16) if page < len(pfns) else None
        words, phys = line.split("\t")[:2]
        if not words.startswith(kind) or pfn is not None and phys != f"{pfn * PAGE + 0x123:x}":
            faults.append(f"{name}: {addr:#x} of {pid}: {line}, expected {kind} {pfn and hex(pfn)}")
    return verdict(faults, len(lines), dump, len(requests))


CHECKS = [
    ("tasks", lambda d, f: True, tasks),
    ("users of address spaces", lambda d, f: f == d.raw_path, users),
    ("address spaces' areas", lambda d, f: True, address_spaces),
    ("swap areas", lambda d, f: True, swaps),
    ("kpagecgroup", lambda d, f: True, kpagecgroup),
    ("page tables against pagemap", lambda d, f: True, pagemaps),
    ("user addresses", lambda d, f: True, addresses),
    ("files of mapped frames", lambda d, f: True, files),
    ("files of all cached frames", lambda d, f: True, cache),
    ("swap cache", lambda d, f: True, swap_cache),
    ("owners in situations", lambda d, f: True, situations),
]
