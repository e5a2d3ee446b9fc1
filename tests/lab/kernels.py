# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernels of the lab: Debian's, resolved when it runs, or any that lies in a folder."""
import re
import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path

import cache
import packages

FLAVOUR = "cloud-amd64"


@dataclass
class Kernel:
    """A kernel that can be booted."""
    release: str
    image: Path
    vmlinux: Path | None = None
    modules: Path | None = None
    identity: list = field(default_factory=list)


@dataclass(frozen=True)
class Series:
    """What is wanted of a series besides its kernel."""
    debug: bool = True
    modules: bool = True


# Without debug symbols: for what works with the vmcore alone. Without modules, where Debian keeps
# the kernel and not its modules: no disk, no swap, no VMCOREINFO note.
SERIES = {
    "6.1": Series(),
    "6.12": Series(),
    "6.18": Series(debug=False),
    "7.0": Series(debug=False, modules=False),
    "7.2": Series(),
    "7.3": Series(),
}

_lock = threading.Lock()
_ready = {}


def _candidates(apt, series):
    """Releases of a series that have all the packages needed, newest first, each with those packages."""
    names = apt.search(rf"^linux-(image|binary|modules)-{re.escape(series)}\.")
    form = re.compile(rf"linux-(?:image|binary)-({re.escape(series)}\.[^ ]*-{FLAVOUR})")
    releases = {found[1] for found in map(form.fullmatch, names) if found}
    complete = []
    for release in releases:
        # Newer packages are split; the image package is then an empty shell.
        split = f"linux-binary-{release}" in names
        needed = [f"linux-binary-{release}" if split else f"linux-image-{release}"]
        if split and SERIES[series].modules:
            needed.append(f"linux-modules-{release}")
        if SERIES[series].debug:
            needed.append(f"linux-image-{release}-dbg")
        if names.issuperset(needed):
            complete.append((release, needed))
    return sorted(complete, key=lambda one: [int(n) for n in re.findall(r"\d+", one[0])], reverse=True)


def _wanted(release):
    """Which files of a kernel's packages are kept, and where."""
    modules = f"lib/modules/{release}/"
    images = (f"boot/vmlinuz-{release}", f"usr/{modules}vmlinuz")
    debug = (f"usr/lib/debug/boot/vmlinux-{release}", f"usr/lib/debug/{modules}vmlinux")
    module = re.compile(rf"(?:usr/)?{re.escape(modules)}kernel/(.*\.ko(?:\.xz)?)")

    def new_name(path):
        if path in images:
            return "vmlinuz"
        if path in debug:
            return "vmlinux"
        found = module.fullmatch(path)
        return f"modules/{found[1]}" if found else None
    return new_name


def _unpacked(apt, release, needed):
    versions = [(name, apt.version(name)) for name in needed]
    where = cache.folder("kernels") / release
    stamp = where / "packages"
    if not stamp.exists() or stamp.read_text() != repr(versions):
        debs = [apt.download(*version) for version in versions]
        shutil.rmtree(where, ignore_errors=True)
        for deb in debs:
            packages.unpack(deb, where, _wanted(release))
        stamp.write_text(repr(versions))
    vmlinux, modules = where / "vmlinux", where / "modules"
    return Kernel(release, where / "vmlinuz", vmlinux if vmlinux.exists() else None,
                  modules if modules.exists() else None, versions)


def config_of(release):
    """The text of a kernel's configuration; None where it could not be had."""
    kept = cache.folder("kernels") / release / "config"
    return kept.read_text() if kept.exists() else None


def _fetch_config(apt, release, needed):
    """
    A kernel's configuration, which is in its package; of split packages in linux-base, which Debian keeps less long. It is
    no part of what is booted, so it is fetched apart, and once.
    """
    folder, name = cache.folder("kernels") / release, needed[0].replace("linux-binary-", "linux-base-")
    wanted = (f"boot/config-{release}", f"usr/lib/modules/{release}/config")
    try:
        if not (folder / "config").exists() and name in apt.search(f"^{re.escape(name)}$"):
            packages.unpack(apt.download(name, apt.version(name)), folder, lambda path: "config.new" if path in wanted else None)
            (folder / "config.new").rename(folder / "config")
    except (packages.PackageError, FileNotFoundError):
        pass  # who needs it says so


def debian(series):
    """The newest kernel of a series that can be had, ready to boot."""
    with _lock:
        if series in _ready:
            return _ready[series]
        apt, reason = packages.Apt(), "no release of it has all its packages"
        for release, needed in _candidates(apt, series):
            try:
                _ready[series] = _unpacked(apt, release, needed)
                _fetch_config(apt, release, needed)
                return _ready[series]
            except packages.PackageError as error:
                reason = error
        raise packages.PackageError(f"no Debian kernel {series}: {reason}")


def by_path(image, vmlinux, modules):
    """A kernel that was built by hand."""
    def stamp(path):
        return (str(path), path.stat().st_size, path.stat().st_mtime_ns)
    image, vmlinux = Path(image).resolve(), Path(vmlinux).resolve() if vmlinux else None
    modules = Path(modules).resolve() if modules else None
    identity = [stamp(path) for path in (image, vmlinux) if path]
    return Kernel("", image, vmlinux, modules, identity)
