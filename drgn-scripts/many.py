#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Runs scripts of this folder one after the other, on a dump that is opened once. Standard input is a socket. What comes
there is a script's name and words, as JSON, with two files: one for what it prints, one for its messages. What goes back
is its exit status, a line.
"""
import contextlib
import functools
import importlib.util
import json
import socket
import sys
from pathlib import Path

from mmxdrgn import script

HERE = Path(__file__).resolve().parent
REQUEST_BYTES = 1 << 16


@functools.cache
def module(name):
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def answer(name, words, out, messages):
    """Its exit status."""
    sys.argv = [str(HERE / name), *words]
    with open(out, "w", encoding="utf-8", errors="surrogateescape") as stdout, \
            open(messages, "w", encoding="utf-8", errors="surrogateescape") as stderr, \
            contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        try:
            return module(name.removesuffix(".py")).main()
        except SystemExit as ended:
            return ended.code


def main():
    arguments = script.parser(__doc__).parse_args()
    given = ["-c", arguments.core, "--vmlinux", arguments.vmlinux]
    asked = socket.socket(fileno=sys.stdin.fileno())
    while True:
        request, files, *_ = socket.recv_fds(asked, REQUEST_BYTES, 2)
        if not request:
            return 0
        name, *words = json.loads(request)
        asked.sendall(f"{answer(name, [*given, *words], *files)}\n".encode())


if __name__ == "__main__":
    sys.exit(main())
