# SPDX-License-Identifier: GPL-2.0-or-later
"""Where downloads and dumps are kept, and the fingerprints that tell whether they are still right."""
import contextlib
import fcntl
import hashlib
import os
from pathlib import Path

LAB = Path(__file__).resolve().parent


def root():
    """The cache folder: $MMX_CACHE, else $XDG_CACHE_HOME/mmx, else ~/.cache/mmx."""
    own, xdg = os.environ.get("MMX_CACHE"), os.environ.get("XDG_CACHE_HOME")
    if own:
        return Path(own)
    return Path(xdg) / "mmx" if xdg else Path.home() / ".cache" / "mmx"


def folder(*parts):
    """A folder of the cache, made if need be."""
    path = root().joinpath(*parts)
    path.mkdir(parents=True, exist_ok=True)
    return path


def dumps():
    """The folders of all dumps that are kept and whole: the lab's own, and those of kernels given by path."""
    kept = sorted(path.parent for path in folder("dumps").glob("*/manifest.json"))
    return [path for path in kept if path.suffix != ".new"]


@contextlib.contextmanager
def alone(waiting):
    """Keep other processes from changing the cache; calls waiting() when one is at it already."""
    with open(folder() / "lock", "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fingerprint(*things):
    """A hash of anything with a stable repr(), and of the contents of any Path."""
    digest = hashlib.sha256()
    for thing in things:
        if isinstance(thing, Path):
            digest.update(thing.name.encode() + b"\0" + thing.read_bytes())
        else:
            digest.update(repr(thing).encode())
        digest.update(b"\0")
    return digest.hexdigest()
