# SPDX-License-Identifier: GPL-2.0-or-later
"""
The two voices: mmx and the scripts here. An answer is read as it comes, so that it may be longer than memory.
"""
import json
import os
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
PIECE = 1 << 20


class CannotRun(Exception):
    """One of the voices has no answer; the sentence says why."""


class Answer:
    """A document as it is being written."""

    def __init__(self, file):
        self.file, self.text, self.at = file, "", 0
        self.decoder = json.JSONDecoder()

    def _more(self):
        """Fetch another piece; what was read is dropped. False at the end."""
        piece = self.file.read(PIECE)
        self.text, self.at = self.text[self.at:] + piece, 0
        return bool(piece)

    def _skip(self, characters):
        """Go behind white space and these."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in characters:
                self.at += 1
            if self.at < len(self.text) or not self._more():
                return

    def rows(self, name):
        """The elements of a list in the document, which must come before other lists of that name."""
        key = f'"{name}":'
        while (found := self.text.find(key, self.at)) < 0:
            self.at = max(self.at, len(self.text) - len(key))
            if not self._more():
                raise CannotRun(f"the answer has no {name}")
        self.at = found + len(key)
        self._skip(" \n")
        if self.text[self.at:self.at + 1] != "[":
            raise CannotRun(f"{name} of the answer is no list")
        self.at += 1
        while True:
            self._skip(" \n,")
            if self.text[self.at:self.at + 1] == "]":
                return
            yield self._element()

    def _element(self):
        while True:
            try:
                value, self.at = self.decoder.raw_decode(self.text, self.at)
                return value
            except ValueError:
                if not self._more():
                    raise CannotRun("the answer ends in its middle") from None

    def lines(self):
        """Its lines, of one that is text."""
        return (line.rstrip("\n") for line in self.file)

    def whole(self):
        """All of it at once."""
        try:
            return json.load(self.file)
        except ValueError:
            raise CannotRun("the answer is no JSON") from None


class Scripts:
    """A process that runs scripts here one after the other, for which the dump is opened once (many.py)."""

    def __init__(self, python, given):
        self.words = [*python, str(HERE / "many.py"), *given]
        self.process = None

    def _begin(self):
        self.asked, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.messages = tempfile.TemporaryFile("w+")
        with other:
            self.process = subprocess.Popen(self.words, stdin=other, stdout=subprocess.DEVNULL, stderr=self.messages)

    def close(self):
        if self.process:
            self.asked.close()
            self.process.wait()
            self.messages.close()

    def _request(self, words, to, messages):
        try:
            socket.send_fds(self.asked, [json.dumps(words).encode()], [to, messages.fileno()])
        except ConnectionError:  # it has ended, which shows in its answer
            pass
        os.close(to)

    def _status(self):
        """Of the script that was asked last; None when it was the end of all."""
        try:
            return self.asked.recv(PIECE).decode().strip() or None
        except ConnectionError:
            return None

    @contextmanager
    def ask(self, *words):
        """An Answer, as long as no other one is asked for. Whether there is one shows in reading it."""
        if not self.process:
            self._begin()
        out, to = os.pipe()
        wrong = None
        with open(out, errors="surrogateescape") as answer, tempfile.TemporaryFile("w+") as messages:
            self._request(words, to, messages)
            try:
                yield Answer(answer)
                answer.read()
            except CannotRun as why:
                wrong = why
            answer.close()
            status = self._status()
            if wrong or status is None:
                raise CannotRun(f"{wrong or 'something ended what answered'}: {' '.join(words[:8])} ended with {status}: "
                                f"{said(messages if status else self.messages)}")


def said(messages):
    messages.seek(0)
    return messages.read(2000).strip() or "without a word"


class Voices:
    """How to ask either."""

    def __init__(self, core, vmlinux, mmx, python, mmx_core=None):
        self._mmx = [*mmx, "-c", mmx_core or core]
        self._scripts = Scripts(python, ["-c", core, "--vmlinux", vmlinux])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._scripts.close()

    def mmx(self, *words):
        return self._ask([*self._mmx, "--json", *words])

    @contextmanager
    def mmx_script(self, commands):
        """The answers to several commands, one behind the other."""
        with tempfile.NamedTemporaryFile("w", prefix="mmx-") as file:
            file.writelines(" ".join(map(str, command)) + "\n" for command in commands)
            file.flush()
            with self._ask([*self._mmx, "-i", file.name]) as answer:
                yield answer

    def drgn(self, script, *words):
        return self._scripts.ask(script, *words)

    @contextmanager
    def _ask(self, words):
        """An Answer. Whether there is one shows in reading it; what was said of that goes along."""
        with tempfile.TemporaryFile("w+") as messages, \
                subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=messages,
                                 text=True, errors="surrogateescape") as process:
            try:
                yield Answer(process.stdout)
                process.stdout.read()
                if process.wait() < 0:
                    raise CannotRun("a signal ended what answered")
            except CannotRun as why:
                process.stdout.close()
                process.wait()
                raise CannotRun(f"{why}: {' '.join(words[:8])} ended with {process.returncode}: "
                                f"{said(messages)}") from None
            finally:
                if process.poll() is None:
                    process.stdout.close()
                    process.wait()
