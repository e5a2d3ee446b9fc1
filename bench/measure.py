# SPDX-License-Identifier: GPL-2.0-or-later
"""What measurements share: how long a program takes, and which other tools there are."""
import os
import shutil
import subprocess
import tempfile
import time

import peers

SYSTEM_PYTHON = "/usr/bin/python3"
REAL_TIME = ("chrt", "--fifo", "1")


class CannotMeasure(Exception):
    """With the reason."""


def cpu_ms(words, text=""):
    """The CPU time of a process and of all that it waits for, in milliseconds."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said:
        given.write(text.encode())
        given.seek(0)
        process = subprocess.Popen([str(w) for w in words], stdin=given, stdout=subprocess.DEVNULL,
                                   stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise CannotMeasure(f"{words[0]} ended with {process.returncode}: "
                                f"{said.read().decode(errors='replace').strip()[-300:]}")
    return (usage.ru_utime + usage.ru_stime) * 1000


def output_of(words, given=""):
    """What a measuring program prints."""
    result = subprocess.run([str(w) for w in words], input=given, capture_output=True, text=True, check=False)
    if result.returncode:
        raise CannotMeasure(result.stderr.strip()[-300:] or f"{words[0]} ended with {result.returncode}")
    return result.stdout


def real_time():
    """The words that run a program at real-time priority, none where that is not allowed."""
    allowed = shutil.which(REAL_TIME[0]) and not subprocess.run([*REAL_TIME, "true"], capture_output=True).returncode
    return REAL_TIME if allowed else ()


def drgns():
    """The words that start each Python with a drgn: Debian 12's, and the newest where the lab has it."""
    root = peers.root()
    yield "drgn", [SYSTEM_PYTHON]
    if (root / "usr/bin/python3").exists():
        yield "drgn, newest", ["env", f"PYTHONHOME={root}/usr", root / "usr/lib64/ld-linux-x86-64.so.2",
                               "--library-path", root / "usr/lib/x86_64-linux-gnu", root / "usr/bin/python3"]


def elapsed_ms(words):
    begun = time.monotonic()
    cpu_ms(words)
    return (time.monotonic() - begun) * 1000
