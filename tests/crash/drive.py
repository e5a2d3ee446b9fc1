# SPDX-License-Identifier: GPL-2.0-or-later
"""Drives a crash(8) through a pseudo-terminal, as a person at a terminal does."""
import errno
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from pathlib import Path

from suite import Wrong

PROMPT = b"crash> "
START = 120  # seconds that crash may take to open a dump
ANSWER = 60
LINES, COLUMNS = 24, 500  # so that the lines that are typed do not wrap
INTERRUPT = b"\x03"


def plain(data):
    """What a terminal was sent, as text: its line ends are a file's, and nothing steers the cursor."""
    return re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]|\r", b"", data).decode(errors="replace")


class Crash:
    """A running crash. Its commands are typed, and what appears up to the next prompt is the answer."""

    def __init__(self, words):
        self.words = [str(word) for word in words]
        self.pid, self.terminal = pty.fork()
        if not self.pid:
            environment = dict(os.environ, TERM="dumb", LANG="C", LESS="-d", HOME="/nonexistent")
            try:
                os.execvpe(self.words[0], self.words, environment)
            except OSError:
                os._exit(127)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.seen = b""
        self.beginning = self.until_prompt(START)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def _read(self, seconds):
        """More of what appears, None when nothing does in time."""
        if not select.select([self.terminal], [], [], max(seconds, 0))[0]:
            return None
        try:
            data = os.read(self.terminal, 1 << 16)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            data = b""
        if not data:
            raise Wrong(f"{' '.join(self.words)} ended; its last words: {plain(self.seen)[-500:]!r}")
        return data

    def until(self, pattern, seconds=ANSWER):
        """What appears up to the end of a pattern (bytes)."""
        deadline = time.monotonic() + seconds
        while True:
            found = re.search(pattern, self.seen)
            if found:
                answer, self.seen = self.seen[:found.end()], self.seen[found.end():]
                return answer
            data = self._read(deadline - time.monotonic())
            if data is None:
                raise Wrong(f"no {pattern!r} in {seconds} s; last: {plain(self.seen)[-500:]!r}")
            self.seen += data

    def until_prompt(self, seconds=ANSWER):
        return plain(self.until(re.escape(PROMPT) + rb"\Z", seconds)[:-len(PROMPT)])

    def type(self, data):
        os.write(self.terminal, data)

    def ask(self, command, seconds=ANSWER):
        """A command's answer, without the echo of the command."""
        self.type(command.encode() + b"\n")
        answer = self.until_prompt(seconds)
        echo, _, rest = answer.partition("\n")
        if command not in echo:
            raise Wrong(f"{command} is answered by {answer[:500]!r}")
        return rest

    def interrupt(self, command, waiting):
        """Type a command, and Ctrl-C once it says that it waits for that (bytes)."""
        self.type(command.encode() + b"\n")
        self.until(waiting)
        self.type(INTERRUPT)
        self.until_prompt()

    def state(self):
        """What must not grow: descriptors, the signals that are blocked, and memory in KiB."""
        process = Path(f"/proc/{self.pid}")
        status = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines()
                      if ":\t" in line)
        return {
            "descriptors": sorted(os.readlink(entry) for entry in (process / "fd").iterdir()),
            "blocked": status["SigBlk"],
            "threads": int(status["Threads"]),
            "memory": int(status["RssAnon"].split()[0]),
        }

    def close(self):
        """End it, by force unless it goes by itself."""
        try:
            self.type(b"\nexit\n")
            deadline = time.monotonic() + 5
            while time.monotonic() < deadline and self._read(deadline - time.monotonic()) is not None:
                pass
        except (OSError, Wrong):
            pass
        os.close(self.terminal)
        deadline = time.monotonic() + 5
        while not os.waitpid(self.pid, os.WNOHANG)[0]:
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
            time.sleep(0.01)
