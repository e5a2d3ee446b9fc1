# SPDX-License-Identifier: GPL-2.0-or-later
"""What the scripts' command lines share."""
import argparse
import os
import sys

from .answers import CANNOT_RUN
from .model import Model
from .trouble import Absent, Broken, CannotRun


def parser(text):
    p = argparse.ArgumentParser(description=text)
    p.add_argument("-c", "--core", required=True, help="the dump")
    p.add_argument("--vmlinux", required=True, help="its kernel, with DWARF")
    return p


def run(arguments, answer):
    """Open the dump and have answer(model, arguments) write; returns the exit status."""
    try:
        return answer(Model(arguments.core, arguments.vmlinux), arguments)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (CannotRun, Absent, Broken) as why:
        print(f"{os.path.basename(sys.argv[0])}: {why}", file=sys.stderr)
    return CANNOT_RUN
