# SPDX-License-Identifier: GPL-2.0-or-later
"""Files: names, lists of inodes, who maps a file, the blocks of a page."""

from .registry import WILD, damage, filex
from .trees import LIBC, libc

LOG = "/var/log/a-log-file-with-a-name-too-long-for-its-dentry.log"


def children(kernel, dentry):
    """Where a directory's list of names is."""
    return dentry.at("d_subdirs" if kernel.types.has("dentry", "d_subdirs") else "d_children")


@damage("dentry-list-wild", "the list of names in the root directory leads nowhere",
        filex(LIBC, r'"usr" was not found, but not all names in its directory are known: ', status=2))
def names_wild(kernel):
    kernel.machine.put(children(kernel, kernel.root_fs.root), WILD)


@damage("dentry-name-wild", "the text of a name cannot be read, which may be the one that is looked for",
        filex(LIBC, r'"libc.so.6" was not found, but not all names in its directory are known: ', status=2))
def name_wild(kernel):
    libc(kernel).dentry["d_name.name"] = WILD


@damage("root-wild", "processes' root directory leads nowhere",
        filex(LIBC, r"filex: .*0x4141414141414141", status=2))
def root_wild(kernel):
    kernel.fs["root.dentry"] = WILD


@damage("inode-list-loop", "the list of the root file system's inodes comes back to one that it had",
        filex("-t", r"trouble: +the list at 0x\w+ is broken"))
def inode_loop(kernel):
    inodes = kernel.root_fs.inodes
    kernel.machine.put(inodes[-1].object.at("i_sb_list"), inodes[1].object.at("i_sb_list"))


@damage("vma-maps-another-file", "a VMA in libc's tree says that it maps another file",
        filex(LIBC, r"who maps it: the VMA at 0x\w+ is in the tree of the address_space at 0x\w+, and maps that at 0x\w+"))
def vma_of_another(kernel):
    inode = libc(kernel)
    other = next(i for i in inode.fs.inodes if i is not inode and hasattr(i, "dentry"))
    inode.vmas[7].object["vm_file"] = other.open()


@damage("buffer-head-stranger", "a buffer head says that it is of another page than the one that has it",
        filex(f"{LOG} 3", r"trouble: +the buffer head at 0x{buffers.heads.2} says that it is of the page at 0x\w+"))
def buffer_stranger(kernel):
    kernel.log_buffers[2]["b_folio"] = kernel.log_buffers[2]["b_folio"] + 0x1000


@damage("buffer-ring-open", "the ring of a page's buffer heads leads astray",
        filex(f"{LOG} 3", r"trouble: +the ring of buffer heads at 0x{buffers.heads.0} does not close"))
def buffer_ring(kernel):
    kernel.log_buffers[1]["b_this_page"] = WILD


@damage("inode-freeing", "an inode that is being thrown out of memory",
        filex(LIBC, r"leaving: +yes", status=0))
def inode_freeing(kernel):
    state = libc(kernel).object
    state["i_state"] = 1 << (5 if kernel.types.find("inode", "i_state").size == 8 else 7)
