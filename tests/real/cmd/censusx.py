# SPDX-License-Identifier: GPL-2.0-or-later
"""The ledger, against the guest's captures: every frame once, and as many of each kind as the guest itself counts."""
import re
from array import array
from collections import Counter

import compare
import suite
from real.check import MMX, between, every_form, raw_form, raw_or_filtered, run, tolerance, verdict
from real.guest import has_memcgs, situations_of

# Bits of kpageflags, and the class whose frames have them; of page tables older kernels mark users' lower ones only.
KPF = {7: "slab", 10: "free", 17: "hugetlb", 26: "page-table"}
AT_LEAST = ("page-table",)
RESERVED, HWPOISON = 1 << 32, 1 << 19  # tested before them


def census(form, *options, mmx=(MMX,)):
    ended = run(*mmx, "-c", form, "--json", "censusx", *options)
    suite.expect(ended.status in (0, 1), ended)
    return suite.document(ended.out, "mmx.census/1")


def with_memcgs(dump, form):
    return raw_or_filtered(dump, form) and has_memcgs(dump)


def by_class(rows, key="name"):
    count = Counter()
    for row in rows:
        count[row[key]] += row["frames"]
    return count


def sums(dump, form):
    """The classes sum to the frames, which are those of the guest's sections; and so does every other way to look."""
    found = census(form, "-z", "-m")
    frames = len(dump.sections()) << 15
    classes = by_class(found["classes"])
    faults = [f"{what}: {number} frames and not {frames}" for what, number in (
        ("frames", found["frames"]), ("covered", found["covered"]),
        ("classes", classes.total())) if number != frames]
    faults += [f"{row['name']}: {row['bytes']} bytes are not {row['frames']} frames"
               for row in found["classes"] if row["bytes"] != row["frames"] << 12]
    for part in ("zones", "migratetypes"):
        if by_class(found[part], "class") != +classes:
            faults.append(f"{part} have not the same frames by class")
    return "\n".join(faults) or None


def words(path):
    read = array("Q")
    read.frombytes(path.read_bytes())
    return read


def kinds(path):
    """How many frames of kpageflags are of each kind."""
    count = Counter()
    for word, frames in Counter(words(path)).items():
        if not word & (RESERVED | HWPOISON):
            for bit, name in KPF.items():
                count[name] += frames * (word >> bit & 1)
    return count


def as_kpageflags(dump, form):
    """As many slabs, free frames, page tables and huge pages as kpageflags had, before or after the dump or between."""
    found = by_class(census(form)["classes"])
    files = [path for path in (folder / "kpageflags" for folder in (dump.before, dump.folder / "after"))
             if path.exists()]
    counts = [kinds(path) for path in files]
    faults = []
    for name in KPF.values():
        ends = [count[name] for count in counts]
        # What is being measured moves while it is being read: each capture lets some slabs and tables come and go.
        slack = tolerance(dump) + 64
        most = found[name] if name in AT_LEAST else max(ends) + slack
        if not between(found[name], min(ends) - slack, most) or not found[name]:
            faults.append(f"{name}: {found[name]} frames, and the guest had {ends}")
    return "\n".join(faults) or None


def threads(_, form):
    """It does not depend on how many threads there are."""
    one, three = (census(form, "-z", "-m", mmx=(MMX, f"-j{jobs}")) for jobs in (1, 3))
    return None if one == three else "one thread counts other than three"


# In vmstat these are in huge pages.
HUGE = ("nr_anon_transparent_hugepages", "nr_shmem_hugepages", "nr_file_hugepages", "nr_shmem_pmdmapped",
        "nr_file_pmdmapped")
PINS = "nr_foll_pin_acquired - nr_foll_pin_released"
# Counted by each lab dump, whatever its kernel.
HELD = {"nr_free_pages", "nr_zone_inactive_anon + nr_zone_active_anon", "nr_zone_unevictable", "nr_mlock", "nr_zspages",
        "nr_inactive_anon + nr_active_anon", "nr_inactive_file + nr_active_file", "nr_slab_reclaimable",
        "nr_slab_unreclaimable", "nr_anon_pages", "nr_mapped", "nr_file_pages", "nr_shmem", "nr_dirty",
        "nr_page_table_pages", "nr_kernel_stack", "nr_vmalloc", "Percpu", "Hugetlb", "per-CPU free lists",
        *HUGE[:2], HUGE[3], "present", "managed", "MemTotal", "nr_reserved_highatomic", "Buffers", "Hugetlb free", PINS,
        "SwapTotal", "SwapFree"}


def meminfo(path):
    """In pages, of what it counts in kB."""
    found = re.findall(r"^([\w()]+): +(\d+) kB$", (path / "meminfo").read_text(), re.M)
    return {name: int(value) // 4 for name, value in found}


def zoneinfo(path):
    """Of all zones together, in pages."""
    count = Counter()
    for name, value in re.findall(r"^ +(present|managed|cma) +(\d+)$", (path / "zoneinfo").read_text(), re.M):
        count[name] += int(value)
    return count


def vmstat(path):
    """What vmstat says, in pages; and what meminfo and zoneinfo do."""
    read = {name: int(value) for name, value in (line.split() for line in (path / "vmstat").read_text().splitlines())}
    read |= {name: read[name] * 512 for name in HUGE if name in read}
    acquired, released = PINS.split(" - ")
    return read | meminfo(path) | zoneinfo(path) | {PINS: read[acquired] - read[released]}


def reconciliation(dump, form):
    """Every counter has both figures, is what the guest's vmstat had, and nothing is unexplained, anywhere."""
    found = census(form, "-z")
    captures = [vmstat(folder) for folder in (dump.before, dump.folder / "after") if (folder / "vmstat").exists()]
    faults = [f"{name} is not held" for name in HELD - {row["counter"] for row in found["reconciliation"]}]
    for row in found["reconciliation"] + found["reconciliation_of_parts"]:
        name = f"{row['counter']} of {row.get('node')} {row.get('zone')}"
        if None in (row["kernel"], row["counted"]) or row["difference"] != row["kernel"] - row["counted"]:
            faults.append(f"{name}: {row}")
        elif row["unexplained"]:
            faults.append(f"{name}: {row['unexplained']} unexplained of {row['kernel']} against {row['counted']}")
    for row in found["reconciliation"]:
        names = row["counter"].split(" + ")
        ends = [sum(read[name] for name in names) for read in captures if set(names) <= set(read)]
        slack = tolerance(dump) + 64 * len(names)
        if ends and not between(row["kernel"], min(ends) - slack, max(ends) + slack):
            faults.append(f"{row['counter']}: {row['kernel']}, and vmstat had {ends}")
    return "\n".join(faults) or None


def rollup(path):
    """What smaps_rollup says in kB, nothing of a process without memory."""
    text = path.read_text() if path.exists() else ""
    return {name: int(value) for name, value in re.findall(r"^(\w+): +(\d+) kB", text, re.M)}


# Newer kernels count a poisoned page that is mapped no more.
POISONED = "hwpoison"


def processes(dump, form):
    """Each process's proportional share, and what it is made of, to the kB as the guest's smaps_rollup had it."""
    faults, compared = [], 0
    for row in census(form, "-t", "100000")["processes"]:
        captures = [read for read in (rollup(folder / str(row["pid"]) / "smaps_rollup")
                                      for folder in (dump.before, dump.folder / "after")) if read]
        if not captures or row["comm"] == POISONED:
            continue
        compared += 1
        mine = {"Pss": row["pss"], "Anonymous": row["anon"], "Rss": row["anon"] + row["file"] + row["shmem"],
                "Swap": row["swap"] + row["shmem_swap"]}
        for name, value in mine.items():
            ends = [read[name] for read in captures]
            if not between(value >> 10, *ends):
                faults.append(f"{row['pid']} {row['comm']}: {name} {value >> 10} kB, and smaps_rollup had {ends}")
    return verdict(faults, compared, dump, 50)


def most(_, form):
    """Asked for two, those are told of that have most of each column."""
    every, two = (census(form, "-t", number)["processes"] for number in ("100000", "2"))
    told, faults = {row["pid"] for row in two}, []
    for column in ("pss", "anon", "file", "shmem", "swap", "shmem_swap", "hugetlb", "tables"):
        largest = sorted((row[column] for row in every), reverse=True)[:2]
        mine = sorted((row[column] for row in two), reverse=True)[:2]
        if largest != mine and column != "pss":
            faults.append(f"{column}: {mine} and not {largest}")
    if not 2 <= len(told) <= 16 or len(told) != len(two):
        faults.append(f"{len(two)} processes")
    return "\n".join(faults) or None


# Some of these are known by nothing but what maps them, or by their class.
RING_PAGES = 64 + 3  # of data, and with the ring's own state
SHARED_CLASSES = ("vmalloc", "reserved")


def owners(dump, form):
    """The sums by owner are those of the classes, and have names."""
    found = census(form, "-t", "100000")
    classes = by_class(found["classes"])
    faults = []
    for what, total in (("files", classes["file"] + classes["shmem"]), ("caches", classes["slab"]),
                        ("vmalloc_callers", classes["vmalloc"])):
        number = sum(row["frames"] for row in found[what])
        # Pages of shared memory on their way to swap have no file any more, KFENCE's no cache.
        if not total - 64 <= number <= total:
            faults.append(f"{what}: {number} frames, and the classes have {total}")
    held = Counter()
    for row in found.get("holders", []):
        held[row["class"]] += row["frames"]
    held |= {"socket": sum(row["frames"] for row in found.get("sockets", [])),
             "dma-buf": sum(row["frames"] for row in found.get("dma_buffers", []))}
    faults += [f"{kind}: holders have {frames}, and the class {classes[kind]}" for kind, frames in held.items()
               if frames != classes[kind] and not (kind in SHARED_CLASSES and frames < classes[kind])]
    # The lab's array, hash and ring, whose memory a listing of vmalloc areas has as well.
    maps = {row["type"]: row["frames"] for row in found.get("bpf_maps", [])}
    if situations_of(dump).get("bpf_ring", {}).get("made") and \
            (maps.get("ringbuf") != RING_PAGES or not {"array", "hash"} <= maps.keys()):
        faults.append(f"bpf_maps: {maps}")
    # A file system's own inodes have no names, nor have deleted ones.
    faults += [f"files: {row}" for row in found["files"] if not row["path"] and "no name" not in row["path_unknown"]]
    if sum(bool(row["path"]) for row in found["files"]) < 10:
        faults.append("files: few have a path")
    faults += [f"caches: {row}" for row in found["caches"] if not row["cache"]]
    names = {row["cache"] for row in found["caches"]}
    faults += [f"caches: no {name}" for name in ("dentry", "task_struct") if name not in names]
    paths = {row["path"]: row for row in found.get("memcgs", [])}
    if bool(paths) != has_memcgs(dump):
        faults.append(f"memcgs: {list(paths)}")
    faults += [] if not has_memcgs(dump) else [f"memcgs: none like {like}" for like in ("/", "/lab") if not any(path.startswith(like) for path in paths)]
    faults += [f"memcgs: {row}" for row in paths.values() if row["state"] not in ("online", "dying")]
    inodes = set(words(dump.before / "kpagecgroup"))
    faults += [f"memcgs: kpagecgroup has no {path}" for path, row in paths.items()
               if row["state"] == "online" and row["inode"] not in inodes]
    return "\n".join(faults) or None


def memcg_kernel_memory(dump, form):
    """Kernel memory of each memory cgroup as its memory.stat has it, as far as that did not change meanwhile."""
    faults, compared = [], 0
    for row in census(form, "-g")["memcgs"]:
        files = [folder / "cgroup" / (row["path"] or "").lstrip("/") / "memory.stat" for folder in compare.pair(dump.folder)]
        if not all(path.exists() for path in files):
            continue
        one, other = (int(dict(line.split() for line in path.read_text().splitlines())["kernel"]) for path in files)
        compared += one == other
        if row["kmem"] is None or (one == other and row["kmem"] != one):
            faults.append(f"{row['path']}: {row['kmem']} bytes, before {one} and after {other}")
    return verdict(faults, compared, dump, 2)


def dying_memcgs(_, form):
    """The one that was removed: its pages have a reference each, and one the set of cgroups of a zombie that was in it."""
    rows = census(form, "-g").get("dying_memcgs", [])
    faults = [f"{row}" for row in rows if (row["tasks"], row["references"]) != (1, (row["bytes"] >> 12) + 1)]
    if [row["path"] for row in rows] != ["/lab/gone (deleted)"]:
        faults.append(f"{rows}")
    return "\n".join(faults) or None


def folded(_, form):
    """Lines "class;owner;site bytes" that have the bytes of each class, and so of all frames."""
    ended = run(MMX, "-c", form, "censusx", "-s")
    suite.expect(ended.status in (0, 1), ended)
    count, faults = Counter(), []
    for line in ended.out.splitlines():
        found = re.fullmatch(r"([a-z-]+)((?:;[^; ]+)*) (\d+)", line)
        if found:
            count[found[1]] += int(found[3])
        else:
            faults.append(f"no line of folded stacks: {line}")
    classes = {row["name"]: row["bytes"] for row in census(form)["classes"] if row["bytes"]}
    if count != classes:
        faults.append(f"{count} and not {classes}")
    faults += [f"none like {like}" for like in ("slab;dentry ", "file;/", "vmalloc;") if f"\n{like}" not in ended.out]
    return "\n".join(faults) or None


HUGE_BIT = 17  # of kpageflags


def heat_map(dump, form):
    """Cells lie where sections are, and one is full of huge pages where kpageflags has nothing else."""
    found = census(form, "-C", "hugetlb")
    frames, faults, cells = found["map_scale"]["cell_frames"], [], {}
    for row in found["map"]:
        if len(row["cells"]) != row["n"]:
            faults.append(f"{row}: other than n cells")
        cells |= {int(row["pfn"], 16) + i * frames: cell for i, cell in enumerate(row["cells"])}
    kpf = words(dump.before / "kpageflags")
    wanted = {pfn for nr in dump.sections() for pfn in range(nr << 15, nr + 1 << 15, frames)}
    if set(cells) != wanted:
        faults.append(f"{len(cells)} cells and not {len(wanted)}")
    full = {pfn for pfn in wanted if all(word >> HUGE_BIT & 1 and not word & HWPOISON for word in kpf[pfn:pfn + frames])}
    if {pfn for pfn, cell in cells.items() if cell == "#"} != full:
        faults.append(f"{sorted(pfn for pfn, cell in cells.items() if cell == '#')} and not {sorted(full)}")
    of_all = "".join(row["cells"] for row in census(form, "-M")["map"])
    faults += [f"no {letter} in the map" for letter in "R.HAS" if letter not in of_all]
    drawn = run(MMX, "-c", form, "censusx", "-M").out
    if "\033" in drawn or of_all[:8] not in drawn:
        faults.append("it is not drawn in letters")
    return "\n".join(faults) or None


def nobodys(_, form):
    """Each frame that nobody claims is listed once, and where page_owner is kept with who allocated it."""
    found = census(form, "-u")
    listed = sum(row["frames"] for row in found.get("unattributed", ()))
    counted = by_class(found["classes"])["unattributed"]
    faults = [f"{listed} frames are listed, and {counted} are nobody's"] if listed != counted else []
    firsts = [int(row["pfn"], 16) for row in found.get("unattributed", ())]
    if firsts != sorted(set(firsts)):
        faults.append("they are not in order")
    return "\n".join(faults) or None


CHECKS = [
    ("censusx sums", every_form, sums),
    ("censusx as kpageflags", raw_or_filtered, as_kpageflags),
    ("censusx and the kernel's counters", raw_or_filtered, reconciliation),
    ("censusx -t, processes", raw_or_filtered, processes),
    ("censusx -t, most of each", raw_or_filtered, most),
    ("censusx -t, owners", raw_or_filtered, owners),
    ("censusx -g, kernel memory", with_memcgs, memcg_kernel_memory),
    ("censusx -g, removed cgroups", with_memcgs, dying_memcgs),
    ("censusx -s", raw_or_filtered, folded),
    ("censusx -u", raw_or_filtered, nobodys),
    ("censusx -M", raw_or_filtered, heat_map),
    ("censusx with threads", raw_form, threads),
]
