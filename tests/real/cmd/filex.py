# SPDX-License-Identifier: GPL-2.0-or-later
"""Files: what of them is in memory, who uses them, where their blocks are, and what is written out of them."""
import re
import shlex
import tempfile
from collections import defaultdict
from pathlib import Path

import compare
import suite
from real.check import (MMX, ask, between, documents, every_form, is_filtered, pagex, ranges, raw_form, run,
                        unfiltered_form, verdict)
from real.cmd.swapx import KINDS, SHARED, filled, of_kind
from real.files.cached import UNTOLD, counted
from real.files.mapping import mapped_files
from real.guest import PAGE, areas, made_in, processes, read, situations_of, steady, texts

CACHED, EVICTED, SWAPPED = "cached", "evicted: a shadow is left of it", "swapped out"
# Extents that FIEMAP calls unknown, not allocated yet, encoded, or not where blocks are.
NOT_PLACED = 0x2 | 0x4 | 0x8 | 0x80 | 0x200
TRIED = 8  # pages of a file, some of which are copies that processes have made
# Inodes of these are on no list of their file system.
UNLISTED = ("secretmem", "aio", "anon_inodefs")


def filex(form, *words, status=(0,)):
    result = run(MMX, "-c", form, "--json", "filex", *words)
    suite.expect(result.status in status, result)
    return suite.document(result.out, "mmx.file/1")


class Line:
    """A line of the capture "cached": a file, and what the kernel said of it."""

    def __init__(self, text):
        self.path, self.inode, self.size, rest = re.match(r"(.*) inode (\d+) size (\d+)(.*)", text).groups()
        self.inode, self.size = int(self.inode), int(self.size)
        parts, name = {}, None
        for word in rest.split():
            if word in ("cached", "counts", "extents"):
                name = word
                parts[name] = []
            else:
                parts[name].append(word)
        self.has_cached = "cached" in parts
        self.cached = {page for first, last in (part.split("-") for part in parts.get("cached", []))
                       for page in range(int(first), int(last) + 1)}
        self.counts = [int(word) for word in parts["counts"]] if "counts" in parts else None
        self.extents = [(int(a), int(b), int(c), int(f, 16)) for a, b, c, f in
                        (re.match(r"(\d+):(\d+)\+(\d+):(\w+)", word).groups() for word in parts.get("extents", []))]


def told(dump):
    """What the kernel said of files, where it said the same twice."""
    name = "cached"
    if not all((folder / name).exists() for folder in compare.pair(dump.folder)):
        return []
    one, other = (text.splitlines() for text in texts(dump, name))
    return [Line(line) for line in dict.fromkeys(one) if line in other]


def within(runs, what, pages):
    return {page for run_ in runs if run_["what"].startswith(what)
            for page in range(int(run_["first"], 16), int(run_["last"], 16) + 1) if page < pages}


def of_line(answer, line):
    """What is wrong with a file that the kernel told of."""
    file, contents = answer["file"], answer["contents"]
    pages = -(-line.size // PAGE)
    if "named" not in file and file["ino"] != line.inode or contents["size"] != line.size:
        yield f"{line.path}: inode {file['ino']} of {contents['size']} bytes, expected {line.inode} of {line.size}"
    runs = answer.get("runs", [])
    found = within(runs, CACHED, pages)
    if line.has_cached and found != line.cached:
        yield f"{line.path}: cached {sorted(found)[:8]}..., expected {sorted(line.cached)[:8]}..."
    if contents["holes"] + len(found) + sum(len(within(runs, what, pages)) for what in (EVICTED, SWAPPED)) != pages:
        yield f"{line.path}: {contents['holes']} holes in {runs}"
    if line.counts and "named" not in file:
        # Overlayfs has a page cache of its own, which is empty. Shared memory is never written back: the kernel
        # counts none of it as dirty, but in 6.5, whose cachestat went by the flags of folios.
        dirty = 0 if file["kind"] == "shmem" and not line.counts[1] else contents["dirty"]
        said = [contents["cached"], dirty, contents["writeback"], contents["shadows"] + contents["swapped"]]
        if said != line.counts:
            yield f"{line.path}: {said}, cachestat says {line.counts}"
    if sum(node["pages"] for node in answer["nodes"]) != contents["cached"]:
        yield f"{line.path}: nodes {answer['nodes']} of {contents['cached']}"


def files(dump, form):
    lines = told(dump)
    answers = documents(form, [f"filex -v {shlex.quote(line.path)}" for line in lines], "mmx.file/1")
    faults = [fault for line, answer in zip(lines, answers) for fault in of_line(answer, line)]
    return verdict(faults, len(lines), dump, (15 if has_ext4(dump) else 10) if (dump.before / "cached").exists() else 0)


def places(dump, form):
    """The bytes of the disk that buffer heads name, against FIEMAP's."""
    faults, compared = [], 0
    for line in told(dump):
        if not line.extents or not line.cached:
            continue
        for page in filex(form, line.path, f"0-{max(line.cached):x}")["asked"]:
            for block in page.get("blocks", []):
                at = int(page["offset"], 16) + int(block["at"], 16) % (PAGE << page["order"]) % PAGE
                place = [physical + at - logical for logical, physical, length, flags in line.extents
                         if logical <= at < logical + length and not flags & NOT_PLACED]
                if block["block"] is None or not place:
                    continue
                compared += 1
                if int(block["byte"], 16) != place[0] or block["device"] != "vda":
                    faults.append(f"{line.path}: {block} at {at:#x}, FIEMAP says {place[0]:#x}")
    return verdict(faults, compared, dump, 100 if told(dump) and has_ext4(dump) else 0)


def has_ext4(dump):
    return "ext4" in (dump.before / "mounts").read_text()


def mapped_pages(dump, form):
    """{(device, inode): (frame, index)} of a page of each file that some process maps, which is the file's own."""
    wanted, tried = {}, defaultdict(int)
    for pfn, (area, index) in mapped_files(dump).items():
        key = area.dev, area.inode
        tried[key] += 1
        if area.inode and tried[key] <= TRIED:
            wanted[pfn] = key, index
    found = {}
    for name, page in pagex(form, ranges(sorted(wanted))).items():
        key, index = wanted[int(name, 16)]
        if page["mapping"]["kind"] == "file" and page["class"] in ("file", "shmem", "hugetlb"):
            found.setdefault(key, (int(name, 16), index))
    return found


def mapped_areas(dump):
    """{(device, inode): {PID: areas}} of all processes, and those files that a process maps that moved."""
    count, moved = defaultdict(lambda: defaultdict(int)), set()
    for folder in compare.pair(dump.folder):
        for pid in processes(folder):
            for area in areas(folder, pid):
                if steady(dump, pid, "maps") is None:
                    moved.add((area.dev, area.inode))
                elif folder == dump.before and area.inode:
                    count[area.dev, area.inode][pid] += 1
    return count, moved


def mappers(dump, form):
    """Every file that any process maps: named by a page of it, its mappers are those whose maps have it."""
    count, moved = mapped_areas(dump)
    faults, compared = [], 0
    pages = {key: page for key, page in mapped_pages(dump, form).items() if key not in moved}
    answers = documents(form, [f"filex {pfn:x}" for pfn, _ in pages.values()], "mmx.file/1")
    for (key, (pfn, index)), answer in zip(pages.items(), answers):
        page = answer["asked"][0]
        if (page["index"], page["pfn"]) != (f"0x{index:x}", f"0x{pfn:x}"):
            faults.append(f"{pfn:#x} is page {page['index']} at {page['pfn']}, expected {index:#x}")
        # /proc has nothing of a process whose leader has died, while threads have its memory.
        found = {mapper["pid"]: mapper["areas"] for mapper in answer.get("mappers", [])
                 if read(dump.before, mapper["pid"], "maps")}
        compared += 1
        if found != dict(count[key]):
            differ = sorted(found.items() ^ count[key].items())
            faults.append(f"{answer['file'].get('path')}: of filex or maps alone are {differ[:9]}")
    return verdict(faults, compared, dump, 15 if has_ext4(dump) else 10)


def links(dump, pid):
    """{descriptor: where it leads} of a process whose captures agree."""
    both = [(folder / str(pid) / "links") for folder in compare.pair(dump.folder)]
    if not all(path.exists() for path in both) or both[0].read_bytes() != both[1].read_bytes():
        return {}
    words = both[0].read_bytes().decode(errors="replace").split("\0")
    return {int(name[3:]): target for name, target in zip(words[::2], words[1::2]) if name.startswith("fd/")}


def openers(dump, form):
    """Every descriptor of every process that a path stands behind, against all that filex finds of these files."""
    wanted = defaultdict(set)
    for pid in processes(dump.before):
        for fd, target in links(dump, pid).items():
            if target.startswith("/") and not target.startswith(("/dev/", "/proc", "/sys/")):
                wanted[target].add((pid, fd))
    faults = []
    for path, users in wanted.items():
        result = run(MMX, "-c", form, "--json", "filex", path)
        if "files have that name" in result.err or path.startswith(("/secretmem", "/[aio]", "/dmabuf:")):
            continue  # of several, and of what is on no list
        suite.expect(result.status == 0, result)
        found = {(o["pid"], o["fd"]) for o in suite.document(result.out, "mmx.file/1").get("openers", [])}
        others = {user for other, known in wanted.items() if other != path for user in known}
        if not users <= found or not found - users <= others:
            faults.append(f"{path}: {sorted(found)}, links say {sorted(users)}")
    return verdict(faults, len(wanted), dump, 5 if (dump.before / "1/links").exists() else 0)


# Contents.

def page_of(seed):
    return b"".join(((seed * 2654435761 + i * 40503 + 1) & 0xffffffff).to_bytes(4, "little")
                    for i in range(PAGE // 4))


def contents(situation, pages):
    """{page: bytes} as make_file() of the workload wrote them."""
    return {i: page_of(situation["pid"] << 16 ^ 0x8000 ^ i) for i in range(pages)}


def written(dump):
    """(path, {page: bytes}, pages that are missing, size) of files whose contents are known."""
    known = {}
    made = made_in(dump)
    for name, pages in (("tmpfs_file", 64), ("ext4_file", 64), ("deleted_tmpfs_mapped", 16), ("hard_link", 4),
                        ("deleted_file_mapped", 16), ("page_cache_unmapped", 16), ("deleted_tmpfs_open", 8),
                        ("deleted_ext4_open", 8)):
        if name in made and made[name].get("path"):
            known[name] = (contents(made[name], pages), set(), pages * PAGE)
    for name, pages in (("ext4_large", 256), ("shmem_thp", 1024)):  # in large folios
        if name in made:
            known[name] = ({i: page_of(made[name]["pid"] << 16 ^ 1 << 10 ^ i) for i in range(pages)}, set(),
                           pages * PAGE)
    for name in ("tmpfs_holes", "ext4_holes"):
        if name in made:
            missing = set() if name == "tmpfs_holes" else set(range(256)) - {0, 100}
            known[name] = ({0: contents(made[name], 1)[0], 100: page_of(77)}, missing, 256 * PAGE)
    if "ext4_odd_size" in made:
        pages = contents(made["ext4_odd_size"], 3)
        pages[2] = pages[2][:10363 - 2 * PAGE]
        known["ext4_odd_size"] = (pages, set(), 10363)
    if "ext4_evicted" in made:
        pages = contents(made["ext4_evicted"], 64)
        gone = set(range(16, 32))
        known["ext4_evicted"] = ({i: page for i, page in pages.items() if i not in gone}, gone, 64 * PAGE)
    return {made[name]["path"]: rest for name, rest in known.items()}


def of_file(absent, folder, answer, path, pages, missing, size):
    """What is wrong with a file that was written out; none of it may be known where the dump has no contents."""
    made = list(folder.iterdir())
    data = made[0].read_bytes()
    if len(made) != 1 or str(made[0]) != answer["extracted"]["to"] or len(data) != size:
        yield f"{path}: {made} with {len(data)} bytes, expected {size}, {answer['extracted']}"
    if made[0].stat().st_blocks * 512 > (len(pages) + 1) * PAGE:
        yield f"{path}: {made[0].stat().st_blocks * 512} bytes on the disk for {len(pages)} pages"
    lost = {page for lack in answer.get("missing", [])
            for page in range(int(lack["first"], 16), int(lack["last"], 16) + 1)}
    if not absent and lost != missing:
        yield f"{path}: {answer.get('missing')}, expected {sorted(missing)[:4]}..."
    for i in range(-(-size // PAGE)):
        here = data[i * PAGE:(i + 1) * PAGE]
        want = b"" if i in lost else pages.get(i, b"")
        if here != want.ljust(len(here), b"\0"):
            yield f"{path}: page {i} is {here[:16].hex()}..., expected {want[:16].hex()}..."


def contents_of(folders):
    return {path: path.read_bytes() for folder in folders for path in folder.iterdir()}


def extracts(dump, form):
    files_, absent = written(dump), is_filtered(form)
    with tempfile.TemporaryDirectory() as top:
        folders = [Path(top) / str(number) for number in range(len(files_))]
        for folder in folders:
            folder.mkdir()
        calls = [f"filex -x {folder} {shlex.quote(path)}" for folder, path in zip(folders, files_)]
        answers = documents(form, calls, "mmx.file/1", (0, 3) if absent else (0,))
        faults = [fault for folder, answer, (path, rest) in zip(folders, answers, files_.items())
                  for fault in of_file(absent, folder, answer, path, *rest)]
        once = contents_of(folders)
        again = run(MMX, "-c", form, "-i", "-", text="\n".join(calls) + "\n")
        if again.status != 2 or again.err.count("overwrites nothing") != len(calls) or contents_of(folders) != once:
            faults.append(f"written again: {again}")
    return verdict(faults, len(files_), dump, 3)


def swapped_extracts(dump, form):
    """Shared memory that is in swap comes back to the byte, from zram and zswap."""
    faults, shared = [], {name: told for name, told in made_in(dump).items() if name in SHARED}
    for name, told in shared.items():
        there, = documents(form, [f"vmax {told['pid']} {told['addr'].removeprefix('0x')}"], "mmx.vma/1", (0, 3))
        with tempfile.TemporaryDirectory() as folder:
            answer = filex(form, "-x", folder, there["address"]["mapping"]["details"]["mapping"], status=(0, 3))
            data = Path(answer["extracted"]["to"]).read_bytes()
        lost = {page for lack in answer.get("missing", []) if lack["why"] == "swapped out"
                for page in range(int(lack["first"], 16), int(lack["last"], 16) + 1)}
        want = [of_kind(page, page % KINDS) if name == "shmem_swapped_kinds" else filled(told["pid"], page)
                for page in range(told["len"] // PAGE)]
        faults += [f"{name}: page {page} is not what was written" for page, bytes_ in enumerate(want)
                   if data[page * PAGE:(page + 1) * PAGE] != (bytes(PAGE) if page in lost else bytes_)]
        if lost and "zram" in (dump.before / "swaps").read_text():
            faults.append(f"{name}: {answer['missing']}")
    return verdict(faults, len(shared), dump, len(shared))


# All of them.

def largest(dump, form):
    """All files together are what meminfo counts, but for those that are on no list, which frames lead to."""
    answer = filex(form, "-t", "1000000")
    total, faults = answer["sum"], []
    rows = [row for row in ask(form, "cached") if row[0] == "mapping"]
    unlisted = sum(int(row[5]) for row in rows if row[3] in UNLISTED)
    if total["difference"] != unlisted or total["pages"] + unlisted != total["counted"]:
        faults.append(f"{total}, and {unlisted} pages are on no list")
    counts = [counted(text) for text in texts(dump, "meminfo")]
    if not between(total["counted"], min(counts) - UNTOLD, max(counts) + UNTOLD):
        faults.append(f"{total['counted']} are counted, meminfo says {counts}")
    found = {file["inode"]: file["pages"] for file in answer["files"]}
    if len(found) != total["files"] or sum(found.values()) != total["pages"] + total["huge_pages"]:
        faults.append(f"{len(found)} files with {sum(found.values())} pages: {total}")
    by_ino = defaultdict(int)
    for file in answer["files"]:
        by_ino[file["fs"], file["ino"]] += file["pages"]
    for _, _, _, fs, ino, pages, *_ in rows:
        if fs not in UNLISTED and fs != "hugetlbfs" and int(pages) and (fs, int(ino)) not in by_ino:
            faults.append(f"inode {ino} of {fs} with {pages} pages is not there")
    return verdict(faults, len(rows), dump, 10)


# Names.

def names(dump, form):
    """Names that are not there, each with its reason; and one inode under all its names."""
    made, faults, compared = situations_of(dump), [], 0
    for words, expected in ((["/nosuch/file"], "there is no \"nosuch\""), (["/tmp/nosuch"], "there is no \"nosuch\""),
                            (["/ext4/nosuch"], "\"nosuch\" is not in the dentry cache"),
                            (["/tmp/mapped/x"], "is no directory"), (["no such name"], "no file in memory"),
                            (["-u", "4000000", "/tmp"], "no process 4000000"), (["ffffffff00000000"], "unmapped")):
        if "ext4" in words[-1] and not has_ext4(dump):
            continue
        result = run(MMX, "-c", form, "filex", *words)
        compared += 1
        if result.status != 2 or expected not in result.err:
            faults.append(f"{words}: {result.status}, {result.err}")
    for name in ("tmpfs_file", "memfd", "overlay_lower", "overlay_copied"):
        if not made.get(name, {}).get("made"):
            continue
        pid, path = made[name]["pid"], made[name]["path"]
        answer = filex(form, path)
        inode, mapping = answer["file"]["inode"], answer["file"]["mapping"]
        if "real_inode" in made[name] and answer["file"]["ino"] != made[name]["real_inode"]:
            faults.append(f"{path}: inode {answer['file']['ino']}, expected {made[name]['real_inode']}")
        ways = [[inode[2:]], [mapping[2:]], ["-u", str(pid), made[name]["addr"][2:]]]
        ways += [[opener["file"][2:]] for opener in answer.get("openers", [])]
        for way in ways:
            compared += 1
            found = filex(form, *way)["file"]
            if (found["inode"], found["mapping"]) != (inode, mapping):
                faults.append(f"{path} by {way}: {found}")
    return verdict(faults, compared, dump, 8)


def namespaces(dump, form):
    """Paths as processes with a root or mounts of their own have them."""
    faults, compared = [], 0
    for pid in processes(dump.before):
        for area in areas(dump.before, pid) if steady(dump, pid, "maps") else []:
            root = read(dump.before, pid, "links") or ""
            found = re.search(r"(?:^|\0)root\0([^\0]+)\0", root)
            if not found or found[1] == "/" or not area.path.startswith(found[1] + "/"):
                continue
            compared += 1
            inside = area.path[len(found[1]):]
            if filex(form, "-u", str(pid), inside)["file"]["inode"] != filex(form, area.path)["file"]["inode"]:
                faults.append(f"{inside} of process {pid} is not {area.path}")
    return verdict(faults, compared, dump, 0)


CHECKS = [
    ("filex: what is in memory", unfiltered_form, files),
    ("filex: places of blocks", raw_form, places),
    ("filex: who maps files", raw_form, mappers),
    ("filex: who has files open", raw_form, openers),
    ("filex -x", every_form, extracts),
    ("filex -x of what is in swap", raw_form, swapped_extracts),
    ("filex -t", every_form, largest),
    ("filex: names", raw_form, names),
    ("filex: roots of processes", raw_form, namespaces),
]
