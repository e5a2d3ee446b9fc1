# SPDX-License-Identifier: GPL-2.0-or-later
"""What is booted: the names of the lab's dumps, each a kernel and the variants that apply to it."""
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """How a guest is set up."""
    cpu: str = "max,-la57"
    memory_mib: int = 1024
    cpus: int = 1
    nodes: int = 1
    command_line: str = ""
    note: bool = True          # a VMCOREINFO note in QEMU's dumps
    kdump: bool = False        # die by kexec into a crash kernel, which saves the dump
    compressed: bool = False   # also QEMU's kdump-zlib, flattened and rearranged
    buffer_mib: int = 48       # for captures, in the guest
    balloon_mib: int = 0       # memory that the host takes back
    dimm_mib: int = 0          # memory that is no RAM at boot, but plugged in
    nic: bool = False          # a network card with nothing behind it
    cpus_apart: bool = True    # each node has a CPU of its own; else the first has all


@dataclass(frozen=True)
class Variant:
    """What a variant changes, and where it must show: (a file of the dump's folder, what it must match)."""
    change: dict
    proof: tuple | None = None
    main: Path | None = None  # the workload's main file, when it is another one


PLUGGED = ("before/iomem", r"(?m)^1[0-9a-f]{8}-1[0-9a-f]{8} : System RAM")

VARIANTS = {
    "forms": Variant({"compressed": True}),
    "la57": Variant({"cpu": "max"}, ("before/cpuinfo", r"\bla57\b")),
    "numa": Variant({"cpus": 2, "nodes": 2}, ("before/node1/meminfo", r"MemTotal: +[1-9]")),
    "pti": Variant({"cpu": "qemu64", "command_line": "pti=on"}, ("console.log", "page tables isolation: enabled")),
    "hvo": Variant({"command_line": "hugetlb_free_vmemmap=on"}, ("before/hugetlb_optimize_vmemmap", "1")),
    "big": Variant({"memory_mib": 5120, "buffer_mib": 96,
                    "command_line": "hugepagesz=1G hugepages=1 hugepagesz=2M"},
                   ("before/zoneinfo", r"zone +Normal\n.*\n(?:.*\n){0,6} +spanned +[1-9]")),
    "balloon": Variant({"balloon_mib": 16, "command_line": "mmx.balloon=16"},
                       ("before/situations", '"balloon","made":true')),
    "offline": Variant({"command_line": "mmx.offline=1"}, ("before/situations", '"offline_memory","made":true')),
    # The last section of RAM has a hole, as those of nearly all machines.
    "hole": Variant({"memory_mib": 1000}, ("before/iomem", r"-3e7[0-9a-f]{5} : System RAM")),
    # Plugged memory keeps its struct pages in other memory; self-hosted, in itself; or it is never brought online.
    "hotplug": Variant({"dimm_mib": 256, "command_line": "memhp_default_state=online"}, PLUGGED),
    "selfhosted": Variant({"dimm_mib": 256, "command_line": "memhp_default_state=online "
                           "memory_hotplug.memmap_on_memory=1"}, PLUGGED),
    "unonlined": Variant({"dimm_mib": 256, "command_line": "memhp_default_state=offline"}, PLUGGED),
    # Memory of a device, in the midst of a section of RAM.
    "device": Variant({"command_line": "memmap=16M!0x30000000"}, ("before/iomem", r"namespace0\.0")),
    # The card has its receive buffers from the kernel.
    "nic": Variant({"nic": True}, ("before/situations", '"nic_buffers","made":true')),
    # The second node has memory and no CPU.
    "cpuless": Variant({"cpus": 2, "nodes": 2, "cpus_apart": False},
                       ("before/node1/cpulist", r"\A\s*\Z")),
    "cpu_offline": Variant({"command_line": "mmx.cpu_offline=1"}, ("before/situations", '"cpu_offline","made":true')),
    "cma": Variant({"command_line": "cma=16M"}, ("before/meminfo", r"CmaTotal: +16384 kB")),
    # Of one cache that nothing else is in: red zones, poison, and who allocated and freed each object.
    "slab_debug": Variant({"command_line": "slub_debug=FZPU,TCPv6"}, ("before/slab_sysfs", r"(?m)^TCPv6 red_zone 1$")),
    # Lists of pages are then the nodes' own.
    "nomemcg": Variant({"command_line": "cgroup_disable=memory"},
                       ("console.log", "Disabling memory control group subsystem")),
    # A kernel whose lists of pages are of generations only when somebody asks for it.
    "lru_gen": Variant({"command_line": "mmx.lru_gen=1"}, ("before/settings/lru_gen", r"(?m)^enabled 0x000[1-7]$")),
    # For tests/live: how long mmx is asked at random while memory moves.
    "soak": Variant({"command_line": "mmx.soak=600"}),
    "soak_hour": Variant({"command_line": "mmx.soak=3600"}),
    # For the time that it takes ("make bench"); no dump of BOOTS has it.
    "eight": Variant({"memory_mib": 8192, "buffer_mib": 160}, ("before/meminfo", r"MemTotal: +[78]\d{6} kB")),
    # For the time that looking at every mapping takes; no dump of BOOTS has it.
    "full": Variant({"command_line": "mmx.full=140"}, ("before/situations", '"full","made":true')),
    "crowd": Variant({"memory_mib": 2048, "command_line": "mmx.crowd=50"},
                     ("before/situations", '"crowd","made":true')),
    # A library, a forked heap and fifty mappings in each of 2,000 processes, or of half as many.
    "thousands": Variant({"memory_mib": 2048, "buffer_mib": 288, "command_line": "mmx.thousands=2000"},
                         ("before/situations", '"processes":2000'), Path(__file__).parent / "thousands.c"),
    "thousand": Variant({"memory_mib": 2048, "buffer_mib": 288, "command_line": "mmx.thousands=1000"},
                        ("before/situations", '"processes":1000'), Path(__file__).parent / "thousands.c"),
    # What swapped memory is compressed with; without one of these by the kernel's own choice.
    "lz4": Variant({"command_line": "mmx.zram=lz4"}, ("before/zram0/comp_algorithm", r"\[lz4\]")),
    "zstd": Variant({"command_line": "mmx.zram=zstd"}, ("before/zram0/comp_algorithm", r"\[zstd\]")),
    # Compressed before it reaches the swap area, which is a file.
    "zswap": Variant({"command_line": "mmx.zswap=1 zswap.enabled=1"}, ("before/zswap/stored_pages", r"[1-9]")),
    "zswap_lz4": Variant({"command_line": "mmx.zswap=1 zswap.enabled=1 zswap.compressor=lz4"},
                         ("before/zswap/compressor", r"lz4")),
    # The page of vsyscalls, which maps has behind all mappings.
    "vsyscall": Variant({"command_line": "vsyscall=emulate"}, ("before/1/maps", r"r-xp .*\[vsyscall\]")),
    "vsyscall_xonly": Variant({"command_line": "vsyscall=xonly"}, ("before/1/maps", r"--xp .*\[vsyscall\]")),
    # Slots that so many processes have that their counts need more room.
    "sharers": Variant({"command_line": "mmx.sharers=70"}, ("before/situations", '"swap_shared_by_many","made":true')),
    "nonote": Variant({"note": False}),
    "kdump": Variant({"kdump": True, "command_line": "crashkernel=256M"}),
    # Not a dump but a drill: a guest that dies must fail the run.
    "panic": Variant({"command_line": "mmx.panic=1"}),
}

# name -> (series, variants)
BOOTS = {
    "6.1": ("6.1", ("forms",)),
    "7.2": ("7.2", ()),
    "7.3": ("7.3", ()),
    "6.18": ("6.18", ("zstd", "sharers")),
    "6.12": ("6.12", ("lz4",)),
    "6.1-kdump": ("6.1", ("kdump",)),
    "6.1-la57": ("6.1", ("la57", "nic", "slab_debug", "zstd", "vsyscall")),
    "6.12-numa": ("6.12", ("numa", "la57", "hvo", "nic", "zstd")),
    "6.1-plug": ("6.1", ("hole", "device", "hotplug", "lru_gen", "lz4", "sharers")),
    "7.3-numa": ("7.3", ("cpuless", "cpu_offline", "zswap_lz4")),
    "6.12-pti": ("6.12", ("pti", "balloon", "vsyscall_xonly")),
    "7.0": ("7.0", ("nonote",)),
    "7.2-big": ("7.2", ("big", "la57", "hvo", "offline", "nic", "zstd")),
    "6.18-hvo": ("6.18", ("hole", "hvo", "unonlined", "lz4")),
    "7.2-plug": ("7.2", ("device", "selfhosted", "slab_debug", "cma", "lz4", "sharers")),
    "7.2-nonote": ("7.2", ("nonote", "balloon", "nomemcg", "zswap")),
}


def settings(variants):
    """The settings of several variants together; their command lines add up."""
    together = Settings()
    for name in variants:
        change = dict(VARIANTS[name].change)
        if "command_line" in change:
            change["command_line"] = f"{together.command_line} {change['command_line']}".strip()
        together = replace(together, **change)
    return together


def main_file(variants):
    """As an argument of the guest's image: the workload's main file, where a variant has its own."""
    return {"main": VARIANTS[name].main for name in variants if VARIANTS[name].main}
