# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's log, and rings that lie."""

from ..story.log import COUNT, FINALIZED, FIRST_ID, RESERVED
from .registry import WILD, damage, decodex, doctorx, logx

REST = (r"^\[ +78\.234567\] pci 0000:00:03\.0: BAR 1: assigned$", r"^\[ +83\.234567\] Kernel panic - not syncing: sample$")


def desc(kernel, nr):
    return kernel.log.descs[(FIRST_ID + nr) % COUNT]


@damage("log-block-of-another", "message 2's text is said to be where message 1's is, whose block tells whose it is",
        logx(*REST, rf"^\[ +79\.234567\] \? message {FIRST_ID + 1} .* that is of descriptor 0x{FIRST_ID:x}, not "), doctorx(status=0))
def stolen(kernel):
    for member in ("text_blk_lpos.begin", "text_blk_lpos.next"):
        desc(kernel, 1)[member] = desc(kernel, 0)[member]


@damage("log-text-too-long", "message 2 has 40000 letters, in a block of 48 bytes",
        logx(*REST, rf"^\[ +79\.234567\] \? message {FIRST_ID + 1} of the log, of 40000 letters, "))
def too_long(kernel):
    kernel.log.infos[(FIRST_ID + 1) % COUNT]["text_len"] = 40000


@damage("log-descriptor-of-another-turn", "descriptor of message 2 has the number that it had one turn before",
        logx(*REST, rf"logx: descriptor 0x{FIRST_ID + 1:x} of the log says that it is 0x{FIRST_ID + 1 - COUNT:x}$"))
def old(kernel):
    desc(kernel, 1)["state_var.counter"] -= COUNT


@damage("log-ring-impossible", "the ring has 2^60 messages, so none is shown",
        logx(r"logx: the log's rings of 2\^60 records ", status=2),
        decodex("--log", r"decodex: the log's rings of 2\^60 records ", status=2))
def giant(kernel):
    kernel.log.ring["desc_ring.count_bits"] = 60


@damage("log-head-wild", "the newest message is 2^61 behind the oldest",
        logx(r"logx: the log's ring of 2\^4 records cannot have \d+ ", status=2))
def far(kernel):
    kernel.log.ring["desc_ring.head_id.counter"] = FIRST_ID + (1 << 61)


@damage("log-texts-nowhere", "texts lie at a wild address",
        logx(r"^\[ +78\.234567\] \? a block of the log: 8 bytes at 0x41414141[0-9a-f]+ are unmapped$"))
def nowhere(kernel):
    kernel.log.ring["text_data_ring.data"] = WILD


@damage("log-last-words", "a message has had no room for its text, and the last one was being written",
        logx(*REST, r"^logx: messages that were being written, and are not shown: 1$",
             r"^logx: messages whose text there was no room for: 1$", status=0))
def last_words(kernel):
    kernel.log.message(FINALIZED, 3, 1, None, None)
    kernel.log.message(RESERVED, 6, 1, None, "not whole")


# What a text of the kernel's own says is held against the dump.
REPORT = "BUG: Bad page state in process sample  pfn:{:05x}"


@damage("log-bad-page", "the last message is a report of a bad page, of one that a process has",
        decodex("--log", r"^ +title: +a page was freed or handed out that cannot be, frame 0x5000: ",
                r"^ +unknown +the line \"page dumped because\" is not there", r"^ +in the dump frame 0x5000 is now of class anon ",
                r"^found: +1 report about memory$"))
def bad_page(kernel):
    kernel.log.message(FINALIZED, 1, 1, None, REPORT.format(0x5000))
