# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's root with the newest tools, and a copy of the tree in it to build and to run."""
import contextlib
import os
import shutil
import tempfile
from pathlib import Path

import peers
import suite
from suite import TOP, Wrong, equal, expect

BUILD_SECONDS = 600
ENTER = 'mount -t proc proc "$0/proc"; exec chroot "$0" "$@"'


class Root:
    """The lab's root with a copy of the tree in a folder of its own, which goes with it."""

    def __init__(self, folder):
        self.folder = folder
        self.tree = folder / "mmx"
        self.inside = Path("/") / folder.relative_to(peers.root())

    def copy_tree(self):
        """What git has or would add; build/ is none of it."""
        listed = suite.run("git", "-C", TOP, "ls-files", "-co", "--exclude-standard", "-z")
        equal(listed.status, 0, str(listed))
        for name in filter(None, listed.out.split("\0")):
            if (TOP / name).is_file():
                (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(TOP / name, self.tree / name)

    def run(self, *words, timeout=suite.TIMEOUT):
        """A command in the root, in the copy of the tree, with a /proc that goes when it ends."""
        return suite.run("unshare", "--mount", "sh", "-ec", ENTER, peers.root(), "env", "-i", "-C",
                         self.inside / "mmx", "PATH=/usr/sbin:/usr/bin", "LC_ALL=C", *words, timeout=timeout)

    def make(self, *targets):
        """Build in the copy; a warning is a failure, too."""
        made = self.run("make", f"-j{os.cpu_count()}", *targets, timeout=BUILD_SECONDS)
        expect(made.status == 0 and not made.err, f"make ended with {made.status}\n{made.err[-6000:]}")

    def link(self, file):
        """A file of the cache, as the root sees it."""
        name = Path(file.parent.name) / file.name
        place = self.folder / "linked" / name
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            os.link(file, place)
        return self.inside / "linked" / name


@contextlib.contextmanager
def lend():
    """A root with a fresh copy of the tree, which goes at the end."""
    if os.geteuid():
        raise Wrong("this needs root, to mount and to change the root directory")
    with tempfile.TemporaryDirectory(prefix="mmx-", dir=peers.make() / "tmp") as folder:
        root = Root(Path(folder))
        root.copy_tree()
        yield root
