# SPDX-License-Identifier: GPL-2.0-or-later
"""
Experiments: a guest that does one thing to memory at a time, dumped before and after each (experiments/experiments.c).
All are of one boot, so that each dump is after one and before the next.
"""
import shutil
from pathlib import Path

import boots
import cache
import forms
import guest_image
import kernels
from machine import Machine

MAIN = Path(__file__).parent / "experiments" / "experiments.c"
SERIES = "7.2"
SETTINGS = boots.Settings(memory_mib=256, buffer_mib=0)

# What is done from one dump to the next, in order.
STEPS = ("huge_page", "fork", "copy", "slab_cache", "kmalloc_vmalloc", "file_mapped", "leak")


def folder():
    """Where the dumps are: 0 to len(STEPS)."""
    return cache.folder("experiments") / SERIES


def dumps(step):
    """The dumps before and after a step."""
    nth = STEPS.index(step)
    return folder() / f"{nth}", folder() / f"{nth + 1}"


def _key(kernel):
    return cache.fingerprint(1, kernel.identity, repr(SETTINGS), *guest_image.SOURCES, MAIN)


def _boot(kernel, work, say):
    (work / "initrd").write_bytes(guest_image.initramfs(kernel, main=MAIN))
    with Machine(kernel, SETTINGS, work) as guest:
        while (words := guest.hear().split()) != ["end"]:
            say("experiments", " ".join(words))
            if words[0] == "dump":
                guest.monitor.do("stop")
                guest.monitor.do("dump-guest-memory", paging=False, protocol=f"file:{work}/{words[1]}", format="elf")
                guest.monitor.do("cont")
                guest.answer()
    for scrap in ("initrd", "qmp", "qemu.log"):
        (work / scrap).unlink(missing_ok=True)
    for nth in range(len(STEPS) + 1):
        forms.dig_holes(work / f"{nth}")


def make(say):
    """Have the dumps; those that are right stay."""
    kernel = kernels.debian(SERIES)
    if (folder() / "key").exists() and (folder() / "key").read_text() == _key(kernel):
        return
    work = folder().with_name(f"{SERIES}.new")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    _boot(kernel, work, say)
    (work / "key").write_text(_key(kernel))
    shutil.rmtree(folder(), ignore_errors=True)
    work.rename(folder())
