# SPDX-License-Identifier: GPL-2.0-or-later
"""A program on a terminal of tmux's: what is typed, and what then stands on the screen."""
import os
import re
import subprocess
import time
from pathlib import Path

from suite import Wrong

PATIENCE = 60  # seconds until something that has to appear counts as missing
PAUSE = 0.02
COLUMNS, LINES = 150, 50


class Screen:
    """A program in a tmux of its own. Its lines include those that have left the screen at the top."""

    def __init__(self, folder, words, environment=None):
        self.socket = folder / f"tmux.{os.urandom(4).hex()}"
        self.words = [str(word) for word in words]
        self._tmux("new-session", "-d", "-x", str(COLUMNS), "-y", str(LINES), *self.words,
                   env=dict(os.environ, LC_ALL="C", **({"MMX_PAGER": ""} | (environment or {}))))

    def _tmux(self, *words, **options):
        command = ["tmux", "-S", str(self.socket), "-f", "/dev/null", *words]
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE,
                               check=False, errors="replace", **options)
        if ended.returncode:
            raise Wrong(f"tmux {' '.join(words)[:200]}: {ended.stderr.strip()}")
        return ended.stdout

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        subprocess.run(["tmux", "-S", str(self.socket), "kill-server"], stdin=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=PATIENCE, check=False)

    def lines(self):
        """What was written so far, without the blanks behind it; the line with the cursor last."""
        text = self._tmux("capture-pane", "-p", "-J", "-S", "-")
        return [line.rstrip() for line in text.rstrip().split("\n")]

    def type(self, text):
        self._tmux("send-keys", "-l", text)

    def press(self, *keys):
        self._tmux("send-keys", *keys)

    def until(self, condition, what, patience=PATIENCE):
        """Wait until condition(lines) is true; returns what it came to."""
        deadline = time.monotonic() + patience
        while True:
            lines = self.lines()
            found = condition(lines)
            if found:
                return found
            if time.monotonic() > deadline:
                raise Wrong(f"{what} does not appear in {patience} s:\n" + "\n".join(lines[-30:]))
            time.sleep(PAUSE)

    def until_last(self, pattern, patience=PATIENCE):
        """Wait until the last line is of a pattern."""
        return self.until(lambda lines: re.fullmatch(pattern, lines[-1]), f"last line {pattern!r}", patience)

    def until_line(self, pattern, patience=PATIENCE):
        """Wait until some line is of a pattern."""
        return self.until(lambda lines: next(filter(None, (re.fullmatch(pattern, line) for line in lines)), None),
                          f"line {pattern!r}", patience)


class Prompt(Screen):
    """mmx at its prompt, started by a shell that tells how it ended."""

    NAME = "mmx>"

    def __init__(self, folder, mmx, *words, environment=None):
        script = 'trap : INT; echo "pid $$"; "$@"; echo "ended $?"; exec sleep 1000'
        super().__init__(folder, ["sh", "-c", script, "sh", mmx, *words], environment)
        self.until_last(self.NAME)

    def prompts(self, lines=None):
        """How many of them have been there so far."""
        return sum(line.startswith(self.NAME) for line in lines or self.lines())

    def pid(self):
        shell = self.until_line(r"pid (\d+)")[1]
        children = Path(f"/proc/{shell}/task/{shell}/children").read_text().split()
        return int(children[0])

    def enter(self, line):
        """Type a line; returns how many prompts there were."""
        before = self.prompts()
        self.type(line)
        self.press("Enter")
        return before

    def until_prompt(self, before, patience=PATIENCE):
        """Wait for one more prompt than there were; the lines between the two."""
        def arrived(lines):
            return self.prompts(lines) > before and lines[-1] == self.NAME and lines
        lines = self.until(arrived, "another prompt", patience)
        starts = [number for number, line in enumerate(lines) if line.startswith(self.NAME)]
        return lines[starts[-2] + 1:-1]

    def ask(self, line, patience=PATIENCE):
        """A command's answer."""
        return self.until_prompt(self.enter(line), patience)

    def interrupt(self, before):
        """Ctrl-C while a command runs, and the prompt is back."""
        self.press("C-c")
        self.until_prompt(before)

    def ends(self, status=0):
        self.until_last(f"ended {status}")

    def state(self):
        """What must not grow: descriptors, threads, and memory in KiB."""
        process = Path(f"/proc/{self.pid()}")
        status = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines() if ":\t" in line)
        return {
            "descriptors": sorted(os.readlink(entry) for entry in (process / "fd").iterdir()),
            "blocked": status["SigBlk"],
            "threads": int(status["Threads"]),
            "memory": int(status["RssAnon"].split()[0]),
        }
