# SPDX-License-Identifier: GPL-2.0-or-later
"""What zones say of themselves: counters, watermarks, lists of CPUs, and lists of zones."""

from .registry import Answer, EVEN, damage, procx, request, zonex

DMA, DMA32, NORMAL = range(3)


def counter(kernel, item):
    return f"vm_stat[{kernel.types.enumerator(item)}]"


def found(zone, what):
    """A line of the findings."""
    return rf"^ *0 {zone} +{what}"


@damage("zone-counter-negative", "zone Normal counts fewer than no pages on its list of active files",
        zonex(found("Normal", r"NR_ZONE_ACTIVE_FILE is -77")))
def negative(kernel):
    kernel.node.zones[NORMAL][counter(kernel, "NR_ZONE_ACTIVE_FILE")] = 2**64 - 77


@damage("zone-counter-huge", "zone DMA counts more locked pages than it has frames",
        zonex(found("DMA", r"NR_MLOCK is 1048576, more pages than it spans"),
              r"^ *- - +NR_MLOCK is \d+ in all, and \d+ by zones or nodes"))
def huge(kernel):
    kernel.node.zones[DMA][counter(kernel, "NR_MLOCK")] = 1 << 20


@damage("zone-cpus-take-all", "CPUs hold back more of DMA's locked pages than it has",
        zonex(found("DMA", r"NR_MLOCK is -100")))
def take_all(kernel):
    index = kernel.types.enumerator("NR_MLOCK")
    kernel.node.stats(kernel.node.zones[DMA], 1)[f"vm_stat_diff[{index}]"] = 256 - 100


@damage("zone-cpus-nowhere", "what CPUs count of zone DMA lies nowhere",
        zonex(r"^zonex: .*node 0, zone DMA: .*0x41\w+", r"^ *0 DMA +3994 +- ", status=1),
        procx("zoneinfo", r"numbers are not known", status=3))
def nowhere(kernel):
    kernel.node.zones[DMA]["per_cpu_zonestats"] = EVEN


@damage("zone-watermarks-crossed", "zone Normal's watermark low is below its min",
        zonex(found("Normal", r"watermark low is 1, below min, which is 16")))
def crossed(kernel):
    kernel.node.zones[NORMAL]["_watermark[1]"] = 1


@damage("zone-managed-too-much", "zone DMA manages more pages than are present in it",
        zonex(found("DMA", r"5000 pages are managed of 4000 present")))
def managed(kernel):
    kernel.node.zones[DMA]["managed_pages"] = 5000


@damage("pcp-batch-gone", "CPU 0 takes no pages of zone DMA32 at once",
        zonex(found("DMA32", r"CPU 0 has high 63 and batch 0")))
def batch(kernel):
    kernel.node.pcp(kernel.node.zones[DMA32], 0)["batch"] = 0


@damage("zonelist-loops", "the list of zones comes to Normal a second time",
        zonex(r"^zonex: topology: list 0 of node 0's zones: node 0, zone 2 is on it twice"))
def loops(kernel):
    pgdat = kernel.node.pgdat
    pgdat["node_zonelists[0]._zonerefs[3].zone"] = kernel.node.zones[NORMAL]
    pgdat["node_zonelists[0]._zonerefs[3].zone_idx"] = NORMAL


@damage("zonelist-wild", "the list of zones leads to no zone",
        zonex(r"^zonex: topology: list 0 of node 0's zones: its entry 1 is 0x4141\w+, which is not zone 1 of any node"))
def wild(kernel):
    kernel.node.pgdat["node_zonelists[0]._zonerefs[1].zone"] = EVEN


@damage("vmstat-text-wild", "a name of the table for vmstat is nowhere",
        procx("vmstat", r"^procx: vmstat_text\[20\] is unmapped", status=2))
def text(kernel):
    kernel.machine.put(kernel.settings.vmstat_text + 8 * 20, EVEN)


AWAKE = "with kswapd awake"


@damage("memory-low", "no zone has more free than its watermarks, and Normal holds 512 pages back for atomic requests",
        request("GFP_KERNEL", r"^ *answer: +none as things stand",
                r"^ *0 Normal +19 +512 +-493 +20 +20 +0 at once +514 short",
                r"^ *0 DMA32 +1000 +0 +1000 +150 +150 +960 at once +111 short",
                rf"^ *0 DMA32 +1000 +0 +1000 +120 +120 +960 {AWAKE} +81 short"),
        request("GFP_ATOMIC", rf"^ *answer: +node 0, zone Normal, {AWAKE}",
                rf"^ *0 Normal +19 +0 +19 +16 +6 +0 {AWAKE} +serves: a block of another type"),
        request("__GFP_KSWAPD_RECLAIM|__GFP_NOMEMALLOC", r"^ *answer: +none: it fails"),
        request("GFP_KERNEL|__GFP_MEMALLOC", r"^ *answer: +node 0, zone Normal, without watermarks"),
        request("GFP_DMA", r"^ *answer: +node 0, zone DMA, at once", r"^ *0 DMA +200 .* at once +serves: "))
def low(kernel):
    for zone, free in ((DMA, 200), (DMA32, 1000), (NORMAL, 19)):
        kernel.node.zones[zone][counter(kernel, "NR_FREE_PAGES")] = free
    if kernel.types.has("zone", "nr_free_highatomic"):
        kernel.node.zones[NORMAL]["nr_free_highatomic"] = 512


def request_of(pid, gfp, *says, status=0):
    return Answer(("zonex", "-a", gfp, "-u", str(pid)), says, status)


PARENT = 2001


@damage("oom-victim", "memory is low, and the OOM killer has chosen parent: it may have half of the minimum",
        request_of(PARENT, "GFP_KERNEL", r"^ *standing: +the OOM killer has chosen it$",
                   r"^ *answer: +node 0, zone Normal, as the OOM victim$",
                   r"^ *0 Normal +19 +0 +19 +16 +8 +0 as the OOM victim +serves: "))
def oom_victim(kernel):
    low(kernel)
    parent = kernel.people["parent"]
    parent.signal["oom_mm"] = parent.mm


@damage("real-time-low", "memory is low, and parent is a real-time task: it may go below the minimum",
        request_of(PARENT, "GFP_KERNEL", r"^ *standing: +it is real-time$",
                   rf"^ *answer: +node 0, zone Normal, {AWAKE}"))
def real_time(kernel):
    low(kernel)
    kernel.people["parent"].task["prio"] = 98


@damage("node-dirty", "the node has more dirty pages than its share: what is to be written to goes elsewhere at first",
        request("GFP_KERNEL|__GFP_WRITE", rf"^ *answer: +node 0, zone Normal, {AWAKE}",
                r"^ *0 Normal .* at once +passed over: the node has more dirty pages than its share$"),
        request("GFP_KERNEL"))
def dirty(kernel):
    kernel.node.pgdat[f"vm_stat[{kernel.types.enumerator('NR_FILE_DIRTY')}]"] = 30000
