# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory cgroups that were removed, and what keeps them; BPF's maps."""
from collections import Counter

from .lru import Lru
from .task import Tasks
from .xarray import XArray

ATOMIC = 1  # of a percpu_ref's pointer: its count is in one place
MAPS = 4096  # numbers that are looked for: XArrays are asked index by index


def _tasks(kernel):
    """{address of a css: tasks in its cgroup}."""
    t = kernel.target
    number = t.constant("memory_cgrp_id")
    subsystems = t.offset("struct css_set", "subsys")
    return Counter(kernel.number(kernel.member(task.address, "struct task_struct", "cgroups") + subsystems + 8 * number)
                   for task in Tasks(kernel).all())


def dying(model):
    """{address: (tasks, references)} of each that was removed and is still there."""
    k, t = model.kernel, model.target
    if k.variable("root_mem_cgroup", otherwise=0) == 0:
        return {}
    tasks, css = _tasks(k), t.offset("struct mem_cgroup", "css")
    found = {}
    for address, _, online in Lru(model).cgroups():
        if online:
            continue
        data = k.member(address + css, "struct cgroup_subsys_state", "refcnt.data")
        pointer = k.member(address + css, "struct cgroup_subsys_state", "refcnt.percpu_count_ptr")
        count = k.number(data + t.offset("struct percpu_ref_data", "count")) if pointer & ATOMIC else None
        found[address] = tasks[address + css], count
    return found


def bpf_maps(model):
    """{number: (address, type)} of each map."""
    k, t = model.kernel, model.target
    table = t.symbol("map_idr")
    if table is None or not t.has_type("struct bpf_map"):
        return {}
    names = {value: name for name, value in t.enumerators("enum bpf_map_type")}
    tree, found = XArray(k, table + t.offset("struct idr", "idr_rt")), {}
    for number in range(MAPS):
        at = tree.load(number)
        if at:
            kind = names.get(k.number(at + t.offset("struct bpf_map", "map_type"), 4), "?")
            found[k.member(at, "struct bpf_map", "id")] = at, kind.removeprefix("BPF_MAP_TYPE_").lower()
    return found
