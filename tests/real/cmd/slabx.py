# SPDX-License-Identifier: GPL-2.0-or-later
"""What slabx says of caches, slabs and objects, against the guest's captures and the kernel's own counters."""
import json
import re
from collections import Counter

import compare
import suite
from real.check import MMX, ask, between, differences, every_form, run

# A dying kernel allocates until its crash kernel starts, after its last capture.
CACHES_MOVED_WHILE_DYING = 10
# What a CPU may hold back of a node's counter at most, in pages: the kernel caps its threshold there.
HELD_BACK = 125
PAGE = 4096
FLAGS = {"reclaim_account": "reclaim_account", "hwcache_align": "hwcache_align", "cache_dma": "cache_dma",
         "destroy_by_rcu": "typesafe_by_rcu", "poison": "poison", "red_zone": "red_zone",
         "store_user": "store_user", "sanity_checks": "consistency_checks"}
NUMBERS = {"object_size": "object_size", "slab_size": "size", "objs_per_slab": "per_slab", "order": "order",
           "align": "align", "aliases": "merged"}


def slabx(form, *words):
    result = run(MMX, "-c", form, "--json", "slabx", *words)
    suite.expect(result.status == 0, result)
    return suite.document(result.out, "mmx.slab/1")


def slabinfo(folder):
    """name: [objects, size, slabs] of each cache of that name."""
    found = {}
    for line in (folder / "slabinfo").read_text().splitlines()[2:]:
        words = line.split()
        found.setdefault(words[0], []).append([int(words[i]) for i in (2, 3, 14)])
    return found


def fits(numbers, before, after):
    if len(before) > 1:
        return numbers in before or numbers in after
    return all(between(*trio) for trio in zip(numbers, before[0], after[0]))


def caches(dump, form):
    """Objects, sizes and slabs of every cache are slabinfo's; no more is allocated than that calls active."""
    document = slabx(form)
    before, after = (slabinfo(folder) for folder in compare.pair(dump.folder))
    names = Counter(cache["cache"] for cache in document["caches"])
    moved, wrong = [], []
    if names != Counter({name: len(rows) for name, rows in before.items()}):
        wrong.append(f"{names} are the caches, and {before.keys()} were captured")
    for cache in document["caches"]:
        numbers = [cache[key] for key in ("objects", "size", "slabs")]
        name = cache["cache"]
        if not fits(numbers, before.get(name, [[0, 0, 0]]), after.get(name, [[0, 0, 0]])):
            moved.append(f"{name}: {numbers}, captured {before.get(name)} and {after.get(name)}")
        if cache["full"] + cache["partial"] + cache["empty"] != cache["slabs"]:
            wrong.append(f"{name}: full, partial and empty ones are not all slabs")
        if cache.get("allocated") is None or cache["allocated"] > cache["objects"]:
            wrong.append(f"{name}: {cache.get('allocated')} of {cache['objects']} objects are allocated")
    if len(moved) > (CACHES_MOVED_WHILE_DYING if dump.manifest["bracket"] != "around" else 0):
        wrong += moved
    return "\n".join(wrong) or None


def vmstat(folder, name):
    return int(re.search(rf"(?m)^{name} (\d+)$", (folder / "vmstat").read_text())[1])


def totals(dump, form):
    """All slabs together are the kernel's own counters, which vmstat shows but for what CPUs hold back."""
    found = slabx(form, "-q")["totals"]
    slack = HELD_BACK * dump.manifest["cpus"] * dump.manifest["settings"]["nodes"]
    if dump.manifest["bracket"] != "around":
        slack += 1000
    wrong = []
    sums = {"reclaimable": found["reclaimable"], "unreclaimable": found["bytes"] - found["reclaimable"]}
    for name, total in sums.items():
        counted = found[f"counted_{name}"]
        large = (found["large_kmalloc"] or 0) if name == "unreclaimable" else 0
        # Where nothing marks them, large allocations of kmalloc() are in the counter and nowhere else.
        unmarked = name == "unreclaimable" and found["large_kmalloc"] is None
        if counted < total if unmarked else counted != total + large:
            wrong.append(f"{name}: {total} and {large} bytes were found, {counted} are counted")
        captured = [vmstat(folder, f"nr_slab_{name}") for folder in compare.pair(dump.folder)]
        if not min(captured) - slack <= counted // PAGE <= max(captured) + slack:
            wrong.append(f"{name}: {counted // PAGE} pages are counted, captured {captured}")
    return "\n".join(wrong) or None


def sysfs(folder):
    """({folder of a cache: {file: text}}, {link: folder})"""
    found, links = {}, {}
    for line in (folder / "slab_sysfs").read_text().splitlines():
        name, rest = line.split(" ", 1)
        if rest.startswith("-> "):
            links[name] = rest[3:]
        else:
            file, _, text = rest.partition(" ")
            found.setdefault(name, {})[file] = text
    return found, links


def has_sysfs(dump, form):
    return every_form(dump, form) and (dump.folder / "before/slab_sysfs").exists()


def wrong_properties(made, files, links, folder):
    """What of a cache is not as /sys/kernel/slab has it."""
    name = made["cache"]
    pairs = [(file, made[key], int(files[file].split()[0])) for file, key in NUMBERS.items() if file in files]
    pairs += [(file, flag in made["flags"]["names"], files[file] == "1") for file, flag in FLAGS.items()
              if file in files]
    pairs.append(("ctor", (made["constructor"] or "").split("+")[0].split(" ")[0],
                  files.get("ctor", "").split("+")[0].split(" ")[0]))
    aliases = {link for link, target in links.items() if target == folder} - {name}
    told = made["aliases"].split()
    pairs.append(("aliases", set(told) - {"..."}, set(told) & aliases if "..." in told else aliases))
    return [f"{name}: {what} is {found}, captured {true}" for what, found, true in pairs if found != true]


def properties(dump, form):
    """Sizes, flags, constructors and merged names of every cache are what its files in /sys/kernel/slab say."""
    folders, links = sysfs(dump.folder / "before")
    wrong, compared = [], 0
    names = Counter(made["cache"] for made in slabx(form, "-q")["made"])
    for made in slabx(form, "-q")["made"]:
        folder = made["cache"] if made["cache"] in folders else links.get(made["cache"])
        if folder not in folders:
            wrong.append(f"{made['cache']} is not in /sys/kernel/slab")
        elif names[made["cache"]] == 1:
            compared += 1
            wrong += wrong_properties(made, folders[folder], links, folder)
    return "\n".join([f"{compared} compared"] + wrong) if wrong or compared < 100 else None


def objects(_, form):
    """Every task's own struct is an object that is allocated, and the slabs of its cache have no more of them."""
    tasks = [address for address, in ask(form, "task_structs")]
    document = slabx(form, "-o", *tasks)
    wrong = [f"{found}" for found in document["objects"]
             if (found["cache"], found["offset"], found.get("state")) != ("task_struct", 0, "allocated")]
    if len(document["objects"]) != len(tasks) or len(tasks) < 50:
        wrong.append(f"{len(document['objects'])} objects for {len(tasks)} tasks")
    cache = slabx(form, "task_struct")
    allocated = sum(slab["allocated"] for slab in cache["slabs"])
    if not len(tasks) <= allocated == cache["cache"]["allocated"] <= cache["cache"]["objects"]:
        wrong.append(f"{allocated} in slabs, {cache['cache']['allocated']} in all, and {len(tasks)} tasks")
    if len(cache["slabs"]) != sum(node["nr_slabs"] for node in cache["nodes"]):
        wrong.append(f"{len(cache['slabs'])} slabs, nodes count {[node['nr_slabs'] for node in cache['nodes']]}")
    return "\n".join(wrong) or None


def filled_by_the_guest(dump, form):
    return every_form(dump, form) and situation(dump).get("made", False)


def situation(dump):
    return json.loads((dump.folder / "situations.json").read_text()).get("slab_filled", {})


def filled(dump, form):
    """Of a cache that one process filled there are as many objects as it made, and nothing is wrong with it."""
    told = situation(dump)
    found = slabx(form, told["cache"])
    cache, slabs = found["cache"], found["slabs"]
    pairs = [("allocated", cache["allocated"], told["objects"]),
             ("active ones, with what CPUs kept when it was filled",
              told["objects"] <= cache["active"] <= told["after"], True),
             ("allocated in slabs", sum(slab["allocated"] for slab in slabs), told["objects"]),
             ("findings", found.get("findings", []), [])]
    if "store_user" in cache["flags"]["names"]:
        pairs += allocated_by(form, cache, slabs, told)
    return differences(pairs)


def allocated_by(form, cache, slabs, told):
    """Who allocated the cache's objects, as far as it kept that, each with the stack of a socket's."""
    objects = [f"{int(slab['address'], 16) + n * cache['size'] + cache['size'] // 2:x}"
               for slab in slabs for n in range(slab["objects"])]
    found = [entry for entry in slabx(form, "-o", *objects)["objects"] if entry["state"] == "allocated"]
    last = [entry["tracks"][0] for entry in found]
    return [("objects with a record", len(found), told["objects"]),
            ("who allocated them", {track["pid"] for track in last if track["event"] == "allocated"}, {told["pid"]}),
            ("stacks that begin elsewhere", [track["stack"] for track in last
                                             if "sk_prot_alloc" not in track["stack"][0]["caller"]], [])]


CHECKS = [
    ("slabx caches", every_form, caches),
    ("slabx totals", every_form, totals),
    ("slabx properties", has_sysfs, properties),
    ("slabx objects", every_form, objects),
    ("slabx filled cache", filled_by_the_guest, filled),
]
