# SPDX-License-Identifier: GPL-2.0-or-later
"""A root with the newest crash and drgn in Debian, for the suites that compare with them."""
import shutil
import subprocess

import cache
import packages

SUITE = "sid"
INCLUDE = ("crash", "python3-drgn", "gcc", "make", "pkgconf", "libc6-dev", "libkdumpfile-dev", "libdw-dev",
           "libelf-dev", "libreadline-dev", "zlib1g-dev")
RECIPE = 1


def root():
    return cache.folder("peers") / SUITE


def make():
    """Make it unless it is there; returns its folder."""
    where, stamp = root(), root() / "peers.stamp"
    mark = cache.fingerprint(RECIPE, SUITE, INCLUDE)
    if stamp.exists() and stamp.read_text() == mark:
        return where
    new = where.with_suffix(".new")
    command = ["mmdebstrap", "--variant=minbase", f"--include={','.join(INCLUDE)}",
               '--aptopt=Acquire::Check-Valid-Until "false"', SUITE, str(new), packages.mirror()]

    def attempt():
        shutil.rmtree(new, ignore_errors=True)
        return subprocess.run(command, capture_output=True, text=True, check=False)
    packages.retry("mmdebstrap", attempt)
    (new / stamp.name).write_text(mark)
    shutil.rmtree(where, ignore_errors=True)
    new.rename(where)
    return where
