# SPDX-License-Identifier: GPL-2.0-or-later
"""File systems: super block, mount, names, inodes, and their page cache."""

from . import rbtree, xarray

S_IFREG, S_IFDIR = 0o100000, 0o040000
MINOR_BITS = 20
# What their mappings call for faults, and for the first write to a page.
FAULT = {"ext4": ("filemap_fault", "ext4_page_mkwrite"), "tmpfs": ("shmem_fault", None),
         "hugetlbfs": ("hugetlb_vm_op_fault", None)}
MAGIC = {"ext4": 0xEF53, "tmpfs": 0x01021994, "hugetlbfs": 0x958458F6}


class FileSystem:
    """A mounted file system; @at is the dentry of another one that it is mounted on."""

    def __init__(self, kernel, kind, device, name, on=None, dentry=None):
        self.kernel = kernel
        self.kind = kind
        m = kernel.machine
        self.type = m.object("file_system_type", kernel.slabs.allocate("kmalloc-192"))
        self.type["name"] = m.image.string(kind)
        self.super = m.object("super_block", kernel.slabs.allocate("kmalloc-2k"))
        self.super.set(s_dev=device[0] << MINOR_BITS | device[1], s_type=self.type,
                       s_blocksize=4096, s_blocksize_bits=12, s_magic=MAGIC[kind], s_count=1,
                       s_id=name.encode()[:31] + b"\0")
        # Dirty pages count where a device is behind them.
        self.device = m.image.object(f"{kind}_bdi", "backing_dev_info")
        self.device["capabilities"] = int(kind == "ext4")
        self.super["s_bdi"] = self.device
        m.list_init(self.super.at("s_inodes"))
        m.list_init(self.super.at("s_mounts"))
        m.list_add_tail(self.super.at("s_list"), kernel.super_blocks)
        self.operations = m.image.by_name.get(f"{kind}_aops") or \
            m.image.place(f"{kind}_aops", 168, 8, "rodata")
        self.vm_operations = m.image.by_name.get(f"{kind}_vm_ops") or self._vm_operations(kind)
        self.inodes = []
        self.root = self.directory(None, "/", 2)
        self.super["s_root"] = self.root
        self.mount = kernel.slabs.object("mnt_cache")
        self.mount["mnt.mnt_root"] = self.root
        self.mount["mnt.mnt_sb"] = self.super
        self.mount["mnt_devname"] = m.image.string(f"/dev/{name}")
        self.mount["mnt_parent"] = on.mount if on else self.mount
        self.mount["mnt_mountpoint"] = dentry if dentry else self.root
        self.mount["mnt_ns"] = kernel.mount_namespace
        m.list_init(self.mount.at("mnt_mounts"))
        if on:
            m.list_add_tail(self.mount.at("mnt_child"), on.mount.at("mnt_mounts"))
        m.list_add_tail(self.mount.at("mnt_instance"), self.super.at("s_mounts"))

    def _vm_operations(self, kind):
        image = self.kernel.machine.image
        operations = image.object(f"{kind}_vm_ops", "vm_operations_struct", "rodata")
        for member, name in zip(("fault", "page_mkwrite"), FAULT[kind]):
            if name:
                operations[member] = image.by_name[name]
        return operations.address

    def dentry(self, parent, name, inode):
        m = self.kernel.machine
        dentry = self.kernel.slabs.object("dentry")
        inline = "d_iname" if m.types.has("dentry", "d_iname") else "d_shortname.string"
        text = name.encode() + b"\0"
        room = m.types.find("dentry", inline).size
        where = dentry.at(inline)
        if len(text) > room:
            where = self.kernel.slabs.string(name)
        m.write(where, text)
        dentry["d_name.name"] = where
        dentry["d_name.len"] = len(name)
        dentry.set(d_parent=parent or dentry, d_inode=inode.object, d_sb=self.super)
        dentry["d_lockref.count"] = 1
        older = m.types.has("dentry", "d_subdirs")
        if older:
            m.list_init(dentry.at("d_subdirs"))
        if parent and older:
            m.list_add_tail(dentry.at("d_child"), parent.at("d_subdirs"))
        elif parent:
            m.hlist_add_head(dentry.at("d_sib"), parent.at("d_children"))
        if parent:
            dentry["d_hash.pprev"] = m.image.by_name["dentry_hashtable"]
        m.hlist_add_head(dentry.at("d_u.d_alias"), inode.object.at("i_dentry"))
        return dentry

    def directory(self, parent, name, number):
        inode = Inode(self, number, S_IFDIR | 0o755, 4096)
        return self.dentry(parent, name, inode)

    def file(self, parent, name, number, size, mode=0o644, at=None):
        inode = Inode(self, number, S_IFREG | mode, size, at)
        inode.dentry = self.dentry(parent, name, inode)
        return inode

    def finish(self):
        for inode in self.inodes:
            inode.finish()


class Inode:
    """@at: the struct inode, where it lies in another."""
    def __init__(self, fs, number, mode, size, at=None):
        self.fs = fs
        self.kernel = fs.kernel
        m = fs.kernel.machine
        self.object = at or fs.kernel.slabs.object("inode_cache")
        self.mapping = m.object("address_space", self.object.at("i_data"))
        self.object.set(i_mode=mode, i_sb=fs.super, i_ino=number, i_size=size, i_nlink=1,
                        i_mapping=self.mapping, i_blkbits=12, i_count=1,
                        i_blocks=(size + 511) // 512)
        self.mapping.set(host=self.object, a_ops=fs.operations, gfp_mask=0x100CCA)
        m.list_add_tail(self.object.at("i_sb_list"), fs.super.at("s_inodes"))
        self.pages = {}  # index -> PFN of the folio's head
        self.orders = {}  # of the large ones among them
        self.vmas = []
        self.extra = {}  # index -> other entry, such as a shadow
        fs.inodes.append(self)

    def open(self):
        """A struct file of it."""
        file = self.kernel.slabs.object("filp")
        file.set(f_inode=self.object, f_mapping=self.mapping)
        file["f_path.mnt"] = self.fs.mount.at("mnt")
        file["f_path.dentry"] = self.dentry
        return file

    def add_page(self, index, pfn, kind="page cache", *flags, order=0):
        """Put a folio that nobody maps yet into the cache."""
        page = self.kernel.frames.take(pfn, kind, mapping=self.mapping, index=index)
        self.kernel.frames.set_flags(pfn, "uptodate", *flags)
        self.kernel.count("NR_FILE_PAGES", 1 << order)
        self.pages[index] = pfn
        if order:
            self.orders[index] = order
        return page

    def finish(self):
        frames = self.kernel.frames
        entries = {index: frames.address(pfn) for index, pfn in self.pages.items()}
        xarray.plant(self.kernel, self.mapping.at("i_pages"), entries | self.extra, self.orders)
        self.mapping["nrpages"] = sum(1 << self.orders.get(index, 0) for index in self.pages)
        nodes = [(vma.object.at("shared.rb"), vma.first_index, vma.last_index,
                  vma.object.at("shared.rb_subtree_last")) for vma in self.vmas]
        rbtree.plant(self.kernel.machine, self.mapping.at("i_mmap"), nodes)
