# SPDX-License-Identifier: GPL-2.0-or-later
"""
pagex on real dumps: each situation that the workload made is recognised, in what the workload knows of
it, and every frame of the dump has exactly one class, few of them none that tells.
"""
import json
from collections import Counter

from checks import MMX, TOOLS, is_filtered, run

# The class of a situation's pages. Where the kernels differ, or one page differs, a set.
ANON = ("thp_pmd thp_pte thp_partial thp_shared_fork thp_pmd_and_pte mthp_64k anon_private anon_shared_fork "
        "anon_cow_copied fork_chain fork_orphan mremap_anon anon_split_vma mlocked prot_none_touched stack heap "
        "uffd_wp threads clone_vm leader_dead cgroup swapped_back swap_cache vmspliced madv_free").split()
CLASS = {name: {"anon"} for name in ANON} | {
    "hwpoison": {"anon", "hwpoison"},
    "ksm_merged": {"ksm"}, "ksm_chain": {"ksm"}, "huge_zero_page": {"zero-page"}, "zero_page": {"reserved"},
    "shmem_thp": {"shmem"}, "shmem_anon_shared": {"shmem"}, "memfd": {"shmem"}, "sysv_shm": {"shmem"},
    "tmpfs_file": {"shmem"}, "tmpfs_holes": {"shmem"}, "deleted_tmpfs_mapped": {"shmem"},
    "cgroup_gone": {"shmem"}, "hugetlb_private": {"hugetlb"}, "hugetlb_shared": {"hugetlb"},
    "hugetlb_1g": {"hugetlb"}, "ext4_file": {"file"}, "ext4_dirty": {"file"}, "ext4_large": {"file"},
    "ext4_holes": {"file"}, "deleted_file_mapped": {"file"}, "page_cache_unmapped": {"file"},
    "secretmem": {"file"}, "dev_mem": {"reserved"},
}
# How often each page is mapped, where the workload shares all of it in one way.
SHARED = ("anon_shared_fork", "thp_shared_fork", "hugetlb_shared", "shmem_anon_shared")


def ask(form, pfns):
    result = run([MMX, "-c", form, "--json", "pagex", *pfns])
    if result.returncode not in (0, 1):
        raise RuntimeError(f"pagex ended with {result.returncode}: {result.stderr.strip()[-300:]}")
    return {page["pfn"]: page for page in json.loads(result.stdout)["pages"]}


def path_of(page):
    return page.get("file", {}).get("path")


def faults(name, told, page):
    """What pagex has wrong about one page of a situation."""
    if name in CLASS and page["class"] not in CLASS[name]:
        yield f"class is {page['class']} ({page['because']})"
    if page["class"] in ("file", "shmem") and told.get("path") and not name.startswith("cgroup") \
            and path_of(page) not in (told["path"], told["path"] + " (deleted)"):
        yield f"path is {path_of(page)}, not {told['path']}"
    if "inode" in told and page["class"] in ("file", "shmem") and name != "cgroup_gone" \
            and page["file"].get("ino") != told["inode"]:
        yield f"inode is {page['file'].get('ino')}, not {told['inode']}"
    if name == "cgroup" and page.get("memcg", {}).get("path") != told["cgroup"]:
        yield f"charged to {page.get('memcg')}, not {told['cgroup']}"
    if name in SHARED and page["mapcount"] != len(told["sharers"]):
        yield f"mapped {page['mapcount']} times, not {len(told['sharers'])}"
    if name == "ksm_merged" and page["ksm"].get("sharers") != len(told["sharers"]):
        yield f"KSM sharers are {page['ksm']}, not {len(told['sharers'])}"
    if name == "swap_cache" and "swapcache" in page["flags"]["names"] and not page.get("swap_cache", {}).get("area"):
        yield "in the swap cache, and no area is named"
    if page.get("broken_folio"):
        yield page["broken_folio"]


def situations(dump, form):
    """Every situation, in every field that the workload knows."""
    made = {name: told for name, told in json.loads((dump.folder / "situations.json").read_text()).items()
            if told.get("made") and any(told.get("pfns") or [])}
    pages = ask(form, sorted({pfn for told in made.values() for pfn in told["pfns"] if pfn}))
    wrong = []
    for name, told in made.items():
        for pfn in filter(None, told["pfns"]):
            wrong += [f"{name} PFN {pfn}: {fault}" for fault in faults(name, told, pages[pfn])]
    if len(made) < 30:
        wrong.append(f"only {len(made)} situations have frames")
    return "\n".join(wrong[:30]) or None


def classes(dump, form):
    """One class a frame, all frames of the dump, and less than 1 % of them unattributed."""
    result = run([TOOLS / "probe", form, "classes"])
    count = Counter()
    for line in result.stdout.splitlines():
        if not line.startswith("#"):
            name, number = line.split()
            count[name] += int(number)
    frames = (dump.before / "kpageflags").stat().st_size // 8
    if sum(count.values()) != frames:
        return f"{sum(count.values())} frames have a class, and there are {frames}"
    if count["unattributed"] >= frames / 100:
        return f"{count['unattributed']} of {frames} frames are unattributed"
    missing = [name for name in ("free", "slab", "anon", "file", "shmem", "page-table", "vmalloc",
                                 "stack", "percpu", "reserved", "hugetlb", "ksm") if not count[name]]
    return f"no frame is of class {missing}" if missing else None


CHECKS = [
    ("pagex situations", lambda d, f: f == d.raw_path, situations),
    ("classes", lambda d, f: f == d.raw_path or is_filtered(f), classes),
]
