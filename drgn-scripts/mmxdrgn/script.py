# SPDX-License-Identifier: GPL-2.0-or-later
"""What the scripts' command lines share."""
import argparse
import functools
import os
import sys

from .answers import CANNOT_RUN
from .trouble import Absent, Broken, CannotRun


def parser(text):
    p = argparse.ArgumentParser(description=text)
    p.add_argument("-c", "--core", required=True, help="the dump")
    p.add_argument("--vmlinux", required=True, help="its kernel, with DWARF")
    return p


@functools.cache
def open_model(core, vmlinux):
    """The dump, or a sentence for those who have no drgn yet. Opened once, however many scripts a process runs."""
    try:
        from .model import Model
    except ModuleNotFoundError as why:
        if why.name != "drgn":
            raise
        raise CannotRun(f"{sys.executable} has no drgn: on Debian, the package python3-drgn is for "
                        "/usr/bin/python3") from None
    return Model(core, vmlinux)


def run(arguments, answer):
    """Open the dump and have answer(model, arguments) write; returns the exit status."""
    try:
        return answer(open_model(arguments.core, arguments.vmlinux), arguments)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (CannotRun, Absent, Broken) as why:
        print(f"{os.path.basename(sys.argv[0])}: {why}", file=sys.stderr)
    return CANNOT_RUN
