# SPDX-License-Identifier: GPL-2.0-or-later
"""
Roots with other releases' tools: the newest crash and drgn in Debian, for the suites that compare with
them, and the drgn of the release before it.
"""
import shutil
import subprocess

import cache
import packages

SUITE = "sid"
INCLUDE = {
    "sid": ("crash", "python3-drgn", "gcc", "make", "pkgconf", "libc6-dev", "libkdumpfile-dev", "libdw-dev",
            "libelf-dev", "libreadline-dev", "zlib1g-dev"),
    "trixie": ("python3-drgn",),
}
RECIPE = 1


def root(suite=SUITE):
    return cache.folder("peers") / suite


def make(suite=SUITE):
    """Make a root unless it is there; returns its folder."""
    where, stamp = root(suite), root(suite) / "peers.stamp"
    mark = cache.fingerprint(RECIPE, suite, INCLUDE[suite])
    if stamp.exists() and stamp.read_text() == mark:
        return where
    new = where.with_suffix(".new")
    command = ["mmdebstrap", "--variant=minbase", f"--include={','.join(INCLUDE[suite])}",
               '--aptopt=Acquire::Check-Valid-Until "false"', suite, str(new), packages.mirror()]

    def attempt():
        shutil.rmtree(new, ignore_errors=True)
        return subprocess.run(command, capture_output=True, text=True, check=False)
    packages.retry("mmdebstrap", attempt)
    (new / stamp.name).write_text(mark)
    shutil.rmtree(where, ignore_errors=True)
    new.rename(where)
    return where


def python(suite):
    """The words that run a root's Python from outside of it, with its own libraries."""
    usr = make(suite) / "usr"
    return ["env", f"PYTHONHOME={usr}", f"{usr}/lib64/ld-linux-x86-64.so.2", "--library-path",
            f"{usr}/lib/x86_64-linux-gnu", f"{usr}/bin/python3"]
