# SPDX-License-Identifier: GPL-2.0-or-later
"""What the guest boots with: the workload, compiled, the modules it needs, an initramfs, disks."""
import lzma
import re
import stat
import subprocess
import threading
from pathlib import Path

import cache

SOURCES = sorted((cache.LAB / "guest").glob("*.[ch]"))
INIT = cache.LAB / "guest" / "init.c"
COMPILE = ["gcc", "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-static", "-pthread"]
MODULES = ("qemu_fw_cfg", "overlay", "virtio_pci", "virtio_blk", "virtio_balloon", "virtio_net", "lzo", "lzo_rle", "lz4", "zstd", "zram",
           "nd_e820", "nd_pmem")
DEVICES = {"dev/console": (5, 1), "dev/null": (1, 3)}
FOLDERS = ("dev", "proc", "sys", "bin", "modules")

_compiling = threading.Lock()


def workload(main=INIT):
    """The static program that is the guest's /init: its main file with its own parts, and what all workloads share."""
    sources = [main, *sorted(main.parent.glob(f"{main.stem}_*.[ch]")), *(source for source in SOURCES if source != INIT)]
    program = cache.folder("guest") / f"init-{cache.fingerprint(COMPILE, *sources)[:16]}"
    with _compiling:
        if not program.exists():
            new = program.with_suffix(".new")
            subprocess.run([*COMPILE, "-I", INIT.parent, "-o", new, *(s for s in sources if s.suffix == ".c")], check=True)
            new.rename(program)
    return program.read_bytes()


def _module_name(path):
    return path.name.split(".ko")[0].replace("-", "_")


def _read_module(path):
    return lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()


def modules_in_order(folder):
    """The modules that exist of those wanted and what they depend on, as (name, bytes), in load order."""
    files = {_module_name(path): path for path in folder.rglob("*.ko*")} if folder else {}
    order = {}

    def add(name):
        if name in order or name not in files:
            return
        content = _read_module(files[name])
        depends = re.search(rb"\0depends=([^\0]*)\0", content)
        for other in depends[1].decode().split(",") if depends else ():
            add(other.replace("-", "_"))
        order[name] = content

    for name in MODULES:
        add(name)
    return list(order.items())


def _libraries(program):
    """The shared libraries and the interpreter of a dynamic program."""
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return re.findall(r"(/\S+) \(0x", listed)


def cpio(entries):
    """A cpio archive in the form that the kernel unpacks: of (name, mode, (major, minor), bytes)."""
    out = bytearray()
    for number, (name, mode, device, content) in enumerate([*entries, ("TRAILER!!!", 0, (0, 0), b"")]):
        fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(name) + 1, 0)
        out += b"070701" + b"".join(b"%08X" % value for value in fields) + name.encode() + b"\0"
        out += bytes(-len(out) % 4) + content
        out += bytes(-len(out) % 4)
    return bytes(out)


def initramfs(kernel, main=INIT, programs=()):
    """The initramfs of a kernel; dynamic programs go to /bin, with their libraries."""
    entries = [(name, stat.S_IFDIR | 0o755, (0, 0), b"") for name in FOLDERS]
    entries += [(name, stat.S_IFCHR | 0o600, device, b"") for name, device in DEVICES.items()]
    files = {"init": workload(main)}
    modules = modules_in_order(kernel.modules)
    files["modules/order"] = "\n".join(name for name, _ in modules).encode()
    files |= {f"modules/{name}": content for name, content in modules}
    for program in programs:
        files[f"bin/{Path(program).name}"] = Path(program).read_bytes()
        files |= {path.lstrip("/"): Path(path).read_bytes() for path in _libraries(program)}
    known = set(FOLDERS)
    for name in files:
        for parent in reversed(Path(name).parents[:-1]):
            if str(parent) not in known:
                known.add(str(parent))
                entries.append((str(parent), stat.S_IFDIR | 0o755, (0, 0), b""))
    entries += [(name, stat.S_IFREG | 0o755, (0, 0), content) for name, content in files.items()]
    return cpio(entries)


def ext4_disk(path, mib, content=None):
    """A sparse disk with an ext4 file system, filled from a folder if one is given."""
    with open(path, "wb") as disk:
        disk.truncate(mib << 20)
    fill = ["-d", str(content)] if content else []
    subprocess.run(["/sbin/mke2fs", "-q", "-F", "-t", "ext4", "-E", "lazy_itable_init=0,lazy_journal_init=0",
                    *fill, str(path)], check=True)
