# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian packages of any suite, without touching the system's own sources: resolve, download, unpack."""
import re
import subprocess
import tarfile
import time
from pathlib import Path

import cache

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
SUITES = ("bookworm", "bookworm-backports", "trixie", "trixie-backports", "sid")
SECURITY_SUITES = ("bookworm-security", "trixie-security")
LISTS_LAST_SECONDS = 24 * 3600
ATTEMPTS = 4


class PackageError(Exception):
    """A package that cannot be found, downloaded or unpacked."""


def system_uris():
    """Every URI of the system's own apt sources, in both of apt's formats."""
    files = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*.*"))]
    uris = []
    for file in files:
        if file.suffix not in (".list", ".sources") or not file.is_file():
            continue
        text = re.sub(r"(?m)^\s*#.*$", "", file.read_text(errors="replace"))
        uris += re.findall(r"(?m)^(?:deb\s+(?:\[[^]]*\]\s+)?|URIs:\s*)(\S+)", text)
    return [uri.rstrip("/") for uri in uris]


def mirror():
    """The Debian mirror that this machine already uses."""
    found = next((uri for uri in system_uris() if uri.endswith("/debian")), None)
    if not found:
        raise PackageError("the system's apt sources name no Debian mirror")
    return found


def security_mirror():
    """Its companion for security updates."""
    found = next((uri for uri in system_uris() if uri.endswith("debian-security")), None)
    return found or mirror() + "-security"


def retry(what, action):
    """Run action() until it succeeds, a few times, for mirrors and networks that hiccup."""
    for attempt in range(1, ATTEMPTS + 1):
        result = action()
        if result.returncode == 0:
            return result
        if attempt < ATTEMPTS:
            time.sleep(3 * attempt)
    raise PackageError(f"{what} failed: {(result.stderr or result.stdout).strip()[-600:]}")


class Apt:
    """apt with sources, lists and cache of its own."""

    def __init__(self):
        self.home = cache.folder("apt")
        self.sources = self.home / "sources.list"
        for part in ("lists/partial", "archives/partial"):
            (self.home / part).mkdir(parents=True, exist_ok=True)

    def options(self):
        return ["-o", f"Dir::Etc::SourceList={self.sources}", "-o", "Dir::Etc::SourceParts=/nonexistent",
                "-o", f"Dir::State::Lists={self.home}/lists", "-o", f"Dir::Cache={self.home}",
                "-o", "Dir::Cache::pkgcache=pkgcache.bin", "-o", "Dir::Cache::srcpkgcache=srcpkgcache.bin",
                "-o", "APT::Architecture=amd64", "-o", "APT::Architectures=amd64",
                "-o", "Acquire::Languages=none", "-o", "Acquire::Check-Valid-Until=false",
                "-o", "APT::Sandbox::User=root"]

    def run(self, tool, *arguments, cwd=None):
        return subprocess.run([tool, *self.options(), *arguments], cwd=cwd, text=True,
                              capture_output=True, check=False)

    def refresh(self):
        """Fetch the lists unless they are recent; old ones do when the mirror is out of reach."""
        lines = [f"deb [signed-by={KEYRING}] {mirror()} {suite} main" for suite in SUITES]
        lines += [f"deb [signed-by={KEYRING}] {security_mirror()} {suite} main" for suite in SECURITY_SUITES]
        text = "\n".join(lines) + "\n"
        stamp = self.home / "refreshed"
        same = self.sources.exists() and self.sources.read_text() == text
        if same and stamp.exists() and time.time() - stamp.stat().st_mtime < LISTS_LAST_SECONDS:
            return
        self.sources.write_text(text)
        try:
            retry("apt-get update", lambda: self.run("apt-get", "update", "--error-on=any"))
        except PackageError:
            if not stamp.exists():
                raise
        stamp.touch()

    def search(self, pattern):
        """Names of existing packages that match a regular expression."""
        self.refresh()
        found = self.run("apt-cache", "search", "--names-only", pattern)
        return {line.split(" - ")[0] for line in found.stdout.splitlines()}

    def version(self, package):
        """The version that would be downloaded."""
        shown = self.run("apt-cache", "show", "--no-all-versions", package)
        found = re.search(r"(?m)^Version: (\S+)", shown.stdout)
        if not found:
            raise PackageError(f"no package {package}")
        return found[1]

    def download(self, package, version):
        """The package's file, downloaded unless it is there already."""
        where = cache.folder("pkg")
        file = where / f"{package}_{version.replace(':', '%3a')}_amd64.deb"
        if not file.exists():
            partial = cache.folder("pkg", "partial")
            retry(f"download of {package}",
                  lambda: self.run("apt-get", "download", f"{package}={version}", cwd=partial))
            (partial / file.name).rename(file)
        return file


def unpack(deb, into, wanted):
    """Unpack the regular files that wanted(path) gives a new name for, below the folder into."""
    command = ["dpkg-deb", "--fsys-tarfile", str(deb)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        with tarfile.open(fileobj=process.stdout, mode="r|") as tar:
            for member in tar:
                name = wanted(member.name.removeprefix("./")) if member.isreg() else None
                if not name:
                    continue
                target = into / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with tar.extractfile(member) as source, open(target, "wb") as out:
                    while chunk := source.read(1 << 20):
                        out.write(chunk)
        if process.wait():
            raise PackageError(f"cannot unpack {deb}")
