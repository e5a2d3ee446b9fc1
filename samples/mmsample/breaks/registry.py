# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of damages, and what mmx must answer when it is asked about what they hit."""

import re
from dataclasses import dataclass
from typing import Callable

BREAKS = {}
# Addresses that no kernel has; where bit 0 of a pointer means something, EVEN leaves it out.
WILD = 0x4141414141414141
EVEN = WILD & ~1


@dataclass(frozen=True)
class Answer:
    """A question, as the words behind "mmx -c DUMP", and its answer: what it must say, and how it ends.

    "{NAME}" stands for the PFN of that page of the story and "{NAME.KEY.0}" for another of its
    values. An answer with nothing to say is that of the whole dump.
    """
    words: tuple
    says: tuple
    status: int


@dataclass(frozen=True)
class Later:
    """The command to come that will be the first to read what is damaged."""
    command: str


@dataclass
class Break:
    apply: Callable
    expect: str
    answers: tuple
    releases: tuple = ()  # those that have what it damages; all, when there is none

    def hits(self, release):
        return not self.releases or release in self.releases

    @property
    def asked(self):
        return [answer for answer in self.answers if isinstance(answer, Answer)]

    @property
    def later(self):
        return [answer.command for answer in self.answers if isinstance(answer, Later)]


def damage(name, expect, *answers, releases=()):
    """Enter a function(kernel) into the table."""
    def enter(function):
        BREAKS[name] = Break(function, expect, answers, releases)
        return function
    return enter


# Exit statuses: 1 for a finding, 2 for what cannot be run, 3 when the dump lacks something.

def doctorx(*says, status=1):
    return Answer(("doctorx",), says, status)


def pagex(page, *says, status=1):
    return Answer(("pagex", page), says, status)


def explained(page, *says, status=1):
    return Answer(("pagex", "-e", page), says, status)


def buddyx(*says, status=1):
    return Answer(("buddyx",), says, status)


def vmemx(*says, status=1):
    return Answer(("vmemx",), says, status)


def rmapx(page, *says, status=1):
    return Answer(("rmapx", page), says, status)


def rmap_of_all(*says, status=1):
    return Answer(("rmapx", "-a"), says, status)


def anonx(page, *says, status=1):
    return Answer(("anonx", page), says, status)


def immapx(file, *says, status=1):
    return Answer(("immapx", file), says, status)


def counts(page, *says, status=0):
    return Answer(("pagex", "-c", page), says, status)


def user(pid, address, *says, status=2):
    return Answer(("pagex", "-u", str(pid), address), says, status)


def ptx(pid, address, *says, status=0):
    return Answer(("ptx", "-u", str(pid), address), says, status)


def ptx_steps(pid, address, *says, status=1):
    return Answer(("ptx", "-e", "-u", str(pid), address), says, status)


def cpus(*says, status=1):
    return Answer(("ptx",), says, status)


def request(gfp, *says, status=0):
    return Answer(("zonex", "-a", gfp), says, status)


def procx(entry, *says, status=0):
    """Its messages are looked at and, of its output, "PFN VALUE", a line for each frame whose value is not 0."""
    return Answer(("procx", entry), says, status)


def zonex(*says, status=1):
    return Answer(("zonex",), says, status)


def readx(words, *says, status=0):
    """@words may have a name of the story for an address."""
    return Answer(("readx", *re.split(r" (?![^{]*})", words)), says, status)


def structx(words, *says, status=1):
    return Answer(("structx", *words.split()), says, status)


def slabx(*says, status=1):
    return Answer(("slabx",), says, status)


def swapx(*says, status=1):
    return Answer(("swapx",), says, status)


def swap_page(words, *says, status=1):
    return Answer(("swapx", *words.split()), says, status)


def program(*says, status=1):
    return Answer(("vmax", "-e", "3001"), says, status)


def symbol(address, *says, status=0):
    return Answer(("vmax", "3001", address), says, status)


def vmax(pid, *says, status=1):
    return Answer(("vmax", str(pid)), says, status)


def filex(words, *says, status=1):
    return Answer(("filex", *words.split()), says, status)


def stackx(*says, status=1):
    return Answer(("stackx",), says, status)


def logx(*says, status=1):
    return Answer(("logx",), says, status)


def decodex(words, *says, status=1):
    return Answer(("decodex", *words.split()), says, status)


def unharmed(page):
    return Answer(("pagex", page), (), 0)


def later(command):
    return Later(command)


def fill(text, story):
    """Put values of the story in place of their names."""
    def value(match):
        name, *keys = match.group(1).split(".")
        found = story[name]
        for key in keys or ["pfn"]:
            found = found[int(key) if key.isdigit() else key]
        return found.removeprefix("0x")
    return re.sub(r"{([^{}]*[a-zA-Z][^{}]*)}", value, text)


def story_pfn(kernel, name):
    return int(kernel.machine.story[name]["pfn"], 16)


def story_page(kernel, name):
    return kernel.frames.page(story_pfn(kernel, name))
