# SPDX-License-Identifier: GPL-2.0-or-later
"""Paths of open files as PID 1 reads them: up the dentries, and from mount to mount, to its root."""
from .trouble import Broken

STEPS = 8192
FMODE_BACKING = 24, 25  # its bit since there are fop_flags, and before


class Paths:
    """Reads dentries and mounts."""

    def __init__(self, kernel, init):
        self.kernel, t = kernel, kernel.target
        self.mount = t.offset("struct mount", "mnt")
        self.made_up = {t.symbol(name): how for name, how in (
            ("simple_dname", "/{name} (deleted)"), ("anon_inodefs_dname", "anon_inode:{name}"),
            ("pipefs_dname", "pipe:[{ino}]"), ("sockfs_dname", "socket:[{ino}]"), ("dmabuffs_dname", "/dmabuf:{buffer}"))}
        fs = kernel.member(init, "struct task_struct", "fs")
        self.root = tuple(fs and kernel.member(fs, "struct fs_struct", f"root.{name}") for name in ("mnt", "dentry"))
        newer = t.member("struct file_operations", "fop_flags") is not None
        self.backing = 1 << FMODE_BACKING[not newer]
        self.user_path = t.member("struct backing_file", "user_path.mnt") is not None

    def user(self, file):
        """(vfsmount, dentry, inode) that a file's user knows it by."""
        k = self.kernel
        if self.user_path and k.member(file, "struct file", "f_mode") & self.backing:
            mount, dentry = (k.member(file, "struct backing_file", f"user_path.{name}") for name in ("mnt", "dentry"))
            return mount, dentry, k.member(dentry, "struct dentry", "d_inode")
        return (k.member(file, "struct file", "f_path.mnt"), k.member(file, "struct file", "f_path.dentry"),
                k.member(file, "struct file", "f_inode"))

    def of(self, file):
        k = self.kernel
        vfsmount, dentry, _ = self.user(file)
        operations = k.member(dentry, "struct dentry", "d_op")
        function = operations and k.member(operations, "struct dentry_operations", "d_dname")
        is_root = k.member(dentry, "struct dentry", "d_parent") == dentry
        if function and not (is_root and dentry == self._shows(vfsmount)):
            return self._made_up(dentry, function)
        gone = not is_root and not k.member(dentry, "struct dentry", "d_hash.pprev")
        return (self._climb(vfsmount, dentry) or "/") + (" (deleted)" if gone else "")

    def _shows(self, vfsmount):
        return self.kernel.member(vfsmount, "struct vfsmount", "mnt_root")

    def _name(self, dentry):
        k = self.kernel
        at, length = (k.member(dentry, "struct dentry", f"d_name.{part}") for part in ("name", "len"))
        return k.read(at, length).decode("latin-1")

    def _made_up(self, dentry, function):
        k, how = self.kernel, self.made_up.get(function)
        if how is None:
            raise Broken(f"the name of the dentry {dentry:#x} is made up in an unknown way")
        buffer = ""
        if "{buffer}" in how:
            name = k.member(k.member(dentry, "struct dentry", "d_fsdata"), "struct dma_buf", "name")
            buffer = k.text(name, 32) if name else ""
        ino = k.member(k.member(dentry, "struct dentry", "d_inode"), "struct inode", "i_ino")
        return how.format(name=self._name(dentry), ino=ino, buffer=buffer)

    def _climb(self, vfsmount, dentry):
        k, path = self.kernel, ""
        for _ in range(STEPS):
            if (vfsmount, dentry) == self.root:
                return path
            if dentry == self._shows(vfsmount):
                mount = vfsmount - self.mount
                above = k.member(mount, "struct mount", "mnt_parent")
                if above == mount:
                    return path
                dentry = k.member(mount, "struct mount", "mnt_mountpoint")
                vfsmount = above + self.mount
                continue
            parent = k.member(dentry, "struct dentry", "d_parent")
            if parent == dentry:
                return ""
            path, dentry = f"/{self._name(dentry)}{path}", parent
        raise Broken(f"the way up from dentry {dentry:#x} does not end")
