# SPDX-License-Identifier: GPL-2.0-or-later
"""What zswap has of the swap file: parent's page that is out, compressed by lz4, and two that are in the swap cache too."""

from .. import rbtree, xarray
from .record import record
from .swapped import OUT_SLOT, READ_SLOT, SHMEM_SLOT

PATTERN = b"sixteen letters "  # over and over
SIZE, LAST = 4096, 5  # bytes of a page, and that lz4 leaves as they are at its end
WORD = 0x6D6D78206D6D7822
GOLDEN = 0x61C8864680B583EB
AREAS = 28


def packed():
    """The page as lz4 makes it: the pattern, a match of that up to the last bytes, and those."""
    more = SIZE - len(PATTERN) - LAST - 4 - 15  # what a match has beyond the fewest, and what a token tells
    return (bytes((0xFF, len(PATTERN) - 15)) + PATTERN + len(PATTERN).to_bytes(2, "little")
            + b"\xff" * (more // 255) + bytes((more % 255, LAST << 4)) + PATTERN[-LAST:])


def tell(kernel):
    m, types = kernel.machine, kernel.types
    in_xarray = not types.has("zswap_entry", "rbnode")
    m.image.function("zswap_store" if in_xarray or types.has("zswap_pool", "zpools") else "zswap_frontswap_store")
    pool = m.image.object("", "zswap_pool")
    m.write(pool.at("tfm_name"), b"lz4\0")
    header = OUT_SLOT.to_bytes(8, "little") if types.has("zswap_header", "swpentry") else b""
    handle = m.image.blob("", header + packed(), part="data")
    entries = {slot: m.image.object("", "zswap_entry") for slot in (OUT_SLOT, READ_SLOT, SHMEM_SLOT)}
    for slot, entry in entries.items():
        entry.set_known(offset=slot, pool=pool, length=0, handle=WORD)
        entry.set_known(**{"swpentry.val": slot})
    entries[OUT_SLOT].set(length=len(packed()), handle=handle)
    _plant_zpool(kernel, pool, entries[OUT_SLOT].address)
    tree = m.image.object("", "xarray" if in_xarray else "zswap_tree")
    if in_xarray:
        xarray.plant(kernel, tree.address, {slot: entry.address for slot, entry in entries.items()})
        m.image.place("nr_zswap_trees", AREAS * 4)
    else:
        nodes = [(entry.at("rbnode"), slot, slot, None) for slot, entry in entries.items()]
        tree["rbroot.rb_node"] = rbtree.Tree(m, nodes).root
    m.put(m.image.place("zswap_trees", AREAS * 8), tree.address)
    kernel.zswapped = entries[OUT_SLOT]
    record(kernel, "in zswap", offset=OUT_SLOT, bytes=len(packed()), text=(PATTERN * (SIZE // len(PATTERN))).hex())


def _plant_zpool(kernel, pool, entry):
    """zbud's, whose handles are addresses; where there are several of a kind, the one that the entry comes to."""
    m, types = kernel.machine, kernel.types
    zpool, driver = (m.image.object("", name) for name in ("zpool", "zpool_driver"))
    driver["type"] = m.image.string("zbud")
    driver.set_known(shrink=m.image.function("zbud_zpool_shrink"))
    zpool["driver"] = driver
    if types.has("zswap_pool", "zpools"):
        stride, several = types.stride("zswap_pool", "zpools")
        nth = (entry * GOLDEN & (1 << 64) - 1) >> 64 - (several.bit_length() - 1)
        m.put(pool.at("zpools") + nth * stride, zpool.address)
    else:
        pool["zpool"] = zpool
