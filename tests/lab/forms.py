# SPDX-License-Identifier: GPL-2.0-or-later
"""The forms of a dump: QEMU's own, rearranged by makedumpfile, and what a crash kernel saved."""
import mmap
import shutil
import subprocess

MAKEDUMPFILE = shutil.which("makedumpfile") or "/usr/sbin/makedumpfile"
SPLIT = ("vmcore.split.1", "vmcore.split.2")
FROM_CRASH_KERNEL = ("vmcore.elf", "vmcore.d1.zlib", "vmcore.d31.zlib", "vmcore.d1.lzo", "vmcore.d31.lzo")


def dig_holes(path):
    """Give back the disk space of pages that are all zero."""
    subprocess.run(["fallocate", "--dig-holes", str(path)], check=False)


def from_qemu(monitor, work, compressed):
    """Dump a stopped guest in QEMU's forms."""
    monitor.do("dump-guest-memory", paging=False, protocol=f"file:{work}/vmcore", format="elf")
    if compressed:
        monitor.do("dump-guest-memory", paging=False, protocol=f"file:{work}/vmcore.kdump.flat",
                   format="kdump-zlib")


def finish_qemu(work, compressed):
    """What can be done once the guest goes on."""
    dig_holes(work / "vmcore")
    if compressed:
        with open(work / "vmcore.kdump.flat", "rb") as flat:
            subprocess.run([MAKEDUMPFILE, "-R", str(work / "vmcore.kdump")], stdin=flat, check=True,
                           stdout=subprocess.DEVNULL)
        return ["vmcore", "vmcore.kdump.flat", "vmcore.kdump"]
    return ["vmcore"]


def has_note(dump):
    """Whether an ELF dump has the kernel's VMCOREINFO as a note, which lies before the memory."""
    with open(dump, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as data:
        return data.find(b"VMCOREINFO\0", 0, 1 << 16) >= 0


def from_save_disk(disk, work):
    """Take what the crash kernel saved off its disk."""
    for form in FROM_CRASH_KERNEL:
        subprocess.run(["/sbin/debugfs", "-R", f"dump /{form} {work / form}", str(disk)], check=True, capture_output=True)
        if not (work / form).stat().st_size:
            raise RuntimeError(f"the crash kernel saved no {form}")
    dig_holes(work / "vmcore.elf")
    subprocess.run([MAKEDUMPFILE, "-c", "-d", "31", "--split", "vmcore.elf", *SPLIT], cwd=work, check=True,
                   capture_output=True)
    return list(FROM_CRASH_KERNEL)
