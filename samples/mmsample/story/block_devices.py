# SPDX-License-Identifier: GPL-2.0-or-later
"""A block device that was read by itself: one page of it is cached, which counts as a buffer."""
from types import SimpleNamespace

from ..files import Inode
from .record import record_page

CACHED_PFN = 0x5B28
S_IFBLK = 0o060000


def tell(kernel):
    m, types = kernel.machine, kernel.types
    kind = m.object("file_system_type", kernel.slabs.allocate("kmalloc-192"))
    kind["name"] = m.image.string("bdev")
    block = m.object("super_block", kernel.slabs.allocate("kmalloc-2k"))
    block.set(s_type=kind, s_blocksize=4096, s_blocksize_bits=12, s_magic=0x62646576, s_count=1)
    m.list_init(block.at("s_inodes"))
    m.list_init(block.at("s_mounts"))
    m.list_add_tail(block.at("s_list"), kernel.super_blocks)
    m.image.variable("blockdev_superblock", block.address)
    devices = SimpleNamespace(kernel=kernel, super=block, inodes=[],
                              operations=m.image.place("def_blk_aops", 168, 8, "rodata"))
    kernel.block_device = Inode(devices, 0, S_IFBLK | 0o600, 1 << 30)
    kernel.block_device.add_page(0, CACHED_PFN)
    kernel.block_device.finish()
    record_page(kernel, "buffer", CACHED_PFN, index=0)
