#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
The kernel's log as `mmx --json logx` has it, computed with drgn. All descriptors are looked at, and sorted by their
messages' numbers, whatever the ring says of its ends.
"""
import sys

from mmxdrgn import answers, script

LEVELS = ("emerg", "alert", "crit", "err", "warn", "notice", "info", "debug")
RESERVED, COMMITTED, FINALIZED = range(3)
STATE_SHIFT, CPU = 62, 1 << 31
NO_TEXT, EMPTY_LINE = (1, 1), (3, 3)


class Log:
    """The two rings."""

    def __init__(self, kernel):
        self.kernel, target = kernel, kernel.target
        prb = kernel.variable("prb")
        ring = prb + target.offset("struct printk_ringbuffer", "desc_ring")
        data = prb + target.offset("struct printk_ringbuffer", "text_data_ring")
        self.count = 1 << kernel.member(ring, "struct prb_desc_ring", "count_bits")
        self.descs, self.infos = (kernel.member(ring, "struct prb_desc_ring", name) for name in ("descs", "infos"))
        self.desc_size, self.info_size = target.size("struct prb_desc"), target.size("struct printk_info")
        self.size = 1 << kernel.member(data, "struct prb_data_ring", "size_bits")
        self.data = kernel.read(kernel.member(data, "struct prb_data_ring", "data"), self.size)

    def text(self, begin, end, length):
        """A block that would leave the ring is at its start; it has the descriptor's number first."""
        if (begin, end) == EMPTY_LINE:
            return ""
        at = begin % self.size
        if at + end - begin > self.size:
            at = 0
        return self.data[at + 8:at + 8 + length].decode(errors="replace")

    def messages(self):
        """(what became of it, its row) of each descriptor that is in use."""
        kernel = self.kernel
        for nr in range(self.count):
            state, begin, end = kernel.numbers(self.descs + nr * self.desc_size, 3)
            # One that never had a message is zero, which is no number of this place's.
            if state >> STATE_SHIFT > FINALIZED or state % self.count != nr:
                continue
            info = self.infos + nr * self.info_size

            def known(name):
                return kernel.member(info, "struct printk_info", name)

            def text(name):
                found = kernel.target.member("struct printk_info", name)
                return kernel.text(info + found[0]) if found else ""

            facility = kernel.target.offset("struct printk_info", "facility")
            ts, caller = known("ts_nsec"), known("caller_id")
            row = {"seq": known("seq"), "time": f"{ts // 10**9}.{ts % 10**9 // 1000:06}", "ts_nsec": ts,
                   "level": LEVELS[kernel.number(info + facility + 1, 1) >> 5], "facility": known("facility"),
                   "caller": f"{'C' if caller & CPU else 'T'}{caller % CPU}"}
            row |= {name.split(".")[-1]: found for name in ("comm", "dev_info.subsystem", "dev_info.device")
                    if (found := text(name))}
            if (begin, end) != NO_TEXT and state >> STATE_SHIFT != RESERVED:
                row["text"] = self.text(begin, end, known("text_len"))
            yield state >> STATE_SHIFT, row


def answer(model, _):
    found = list(Log(model.kernel).messages())
    written = sorted((row for state, row in found if state != RESERVED), key=lambda row: row["seq"])
    answers.write("mmx.log/1", messages=[row for row in written if "text" in row],
                  unfinished=len(found) - len(written), lost=sum("text" not in row for row in written))
    return answers.DONE


def main():
    return script.run(script.parser(__doc__).parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
