# SPDX-License-Identifier: GPL-2.0-or-later
"""How much memory a program takes."""
import subprocess
import sys

# A process counts what the one had that it was started by, until it became another program: this one is small.
STARTER = """
import os, sys
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[
    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0), (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)])
_, status, usage = os.wait4(pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss)
"""


def most(*words):
    """(status, KiB) of a program, whose output is dropped."""
    ended = subprocess.run([sys.executable, "-S", "-c", STARTER, *map(str, words)], stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, check=True)
    return tuple(map(int, ended.stdout.split()))
