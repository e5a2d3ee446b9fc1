# SPDX-License-Identifier: GPL-2.0-or-later
"""What the words of a struct page lead to: what the workload knows of its situations."""
from real.check import ask, every_form, verdict
from real.guest import PAGE, pfns_of, situations_of


def frames(form, pfns):
    """What is found of each frame, by its number."""
    found = {}
    for row in ask(form, "frames", "".join(f"{pfn:x}\n" for pfn in pfns)):
        fields = dict(part.split("=", 1) for part in row)
        found[int(fields["pfn"], 16)] = fields
    return found


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
    made = {name: s for name, s in situations_of(dump).items()
            if name in EXPECTED and s["made"] and pfns_of(s)}
    found = frames(form, sorted({pfn for s in made.values() for pfn in pfns_of(s)}))
    faults = [f"{name}: {wrong}" for name, s in made.items()
              for wrong in EXPECTED[name](s, [found[pfn] for pfn in pfns_of(s)])]
    return verdict(faults, len(made), dump, 15)


CHECKS = [
    ("owners in situations", every_form, situations),
]
