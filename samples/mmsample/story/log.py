# SPDX-License-Identifier: GPL-2.0-or-later
"""
The kernel's log: rings of 16 messages and 512 bytes that have gone around, so that one text lies at the start of the
bytes and its place says the end; one of several lines, and an empty one. Damages have more.
"""
COUNT_BITS, SIZE_BITS = 4, 9
COUNT, SIZE = 1 << COUNT_BITS, 1 << SIZE_BITS
RESERVED, FINALIZED, REUSABLE = 0, 2, 3
EMPTY_LINE, NO_ROOM = 3, 1
FIRST_ID, FIRST_PLACE = 5 * COUNT - 3, 7 * SIZE - 160
CPU = 1 << 31

# (level, caller, device, text)
MESSAGES = (
    (6, 1, ("pci", "+pci:0000:00:03.0"), "pci 0000:00:03.0: BAR 1: assigned"),
    (6, 1, None, "Kernel memory protection disabled."),
    (4, 2001, None, "libc.so.6: several lines\n\tone with a tab\n\x1b[31mand one in red"),
    (5, 1, None, ""),
    (4, CPU, None, "a text that does not fit before the end of the ring"),
    (0, 3001, None, "Kernel panic - not syncing: sample"),
)


class Ring:
    """Descriptors, what is known of each message, and texts."""

    def __init__(self, kernel):
        m, types = kernel.machine, kernel.types
        self.machine = m
        self.ring = m.image.object("printk_rb_sample", "printk_ringbuffer")
        self.descs = self.table("prb_desc")
        self.infos = self.table("printk_info")
        self.data = m.image.place("__log_buf", SIZE)
        for nr, desc in enumerate(self.descs):
            desc["state_var.counter"] = REUSABLE << 62 | nr
        m.image.variable("prb", self.ring.address)
        self.ring.set(**{"desc_ring.count_bits": COUNT_BITS, "desc_ring.descs": self.descs[0].address,
                         "desc_ring.infos": self.infos[0].address, "desc_ring.tail_id.counter": FIRST_ID - 1,
                         "text_data_ring.size_bits": SIZE_BITS, "text_data_ring.data": self.data})
        self.descs[(FIRST_ID - 1) % COUNT]["state_var.counter"] = REUSABLE << 62 | FIRST_ID - 1
        self.id, self.place = FIRST_ID, FIRST_PLACE

    def table(self, struct):
        size = self.machine.types.sizeof(struct)
        first = self.machine.image.place("", COUNT * size)
        return [self.machine.object(struct, first + i * size) for i in range(COUNT)]

    def text(self, text):
        """Where it begins and ends: blocks begin with their descriptor's number, and are never cut in two."""
        size = 8 + (len(text) + 7 & ~7)
        begin, end = self.place, self.place + size
        at = begin % SIZE
        if begin // SIZE != (end - 1) // SIZE:
            at, end = 0, (begin // SIZE + 1) * SIZE + size
        self.machine.put(self.data + at, self.id)
        self.machine.write(self.data + at + 8, text)
        self.place = end
        return begin, end

    def message(self, state, level, caller, device, text):
        """A text that is None is one that there was no room for."""
        bytes_ = (text or "").encode()
        begin, end = (NO_ROOM, NO_ROOM) if text is None else self.text(bytes_) if text else (EMPTY_LINE, EMPTY_LINE)
        info = self.infos[self.id % COUNT]
        info.set(seq=self.id, ts_nsec=1_234_567_890 + self.id * 10**9, text_len=len(bytes_), level=level, caller_id=caller)
        for member, name in zip(("subsystem", "device"), device or ()):
            self.machine.write(info.at(f"dev_info.{member}"), name.encode())
        self.descs[self.id % COUNT].set(**{"state_var.counter": state << 62 | self.id, "text_blk_lpos.begin": begin,
                                           "text_blk_lpos.next": end})
        self.ring["desc_ring.head_id.counter"] = self.id
        self.id += 1


def line(number, text):
    return f"[{1 + FIRST_ID + number:5}.234567] {text}"


def tell(kernel):
    kernel.log = Ring(kernel)
    for message in MESSAGES:
        kernel.log.message(FINALIZED, *message)
    kernel.machine.story["log"] = {"lines": [line(i, part) for i, (*_, text) in enumerate(MESSAGES)
                                             for part in text.split("\n")]}
