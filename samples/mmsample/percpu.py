# SPDX-License-Identifier: GPL-2.0-or-later
"""Per-CPU memory: a pointer into it is an offset, to which each CPU adds its own base."""

from .memory import PAGE

CPUS = 2
NR_CPUS = 8  # as configured: the length of __per_cpu_offset
UNIT = 16 * PAGE


class PerCpu:
    def __init__(self, machine, frames):
        self.machine = machine
        self.base = [machine.direct(frames.memblock(UNIT, PAGE, "percpu")) for _ in range(CPUS)]
        self.next = 0
        image = machine.image
        image.define("__per_cpu_start", 0, "D")
        self.place("fixed_percpu_data", PAGE, PAGE)
        offsets = image.place("__per_cpu_offset", NR_CPUS * 8, 32, "rodata")
        # What lies behind the array tells its length, and with it NR_CPUS, to whoever has no types.
        image.place("x86_cpu_to_apicid_early_ptr", 8, 8, "rodata")
        load = image.place("__per_cpu_load", 8, PAGE)
        for cpu in range(NR_CPUS):
            machine.put(offsets + 8 * cpu, self.base[cpu] if cpu < CPUS else load)
        image.variable("nr_cpu_ids", CPUS, 4)
        for mask in ("possible", "online", "present", "active"):
            image.variable(f"__cpu_{mask}_mask", (1 << CPUS) - 1)
        self.this_cpu_off = self.place("this_cpu_off", 8)
        for cpu in range(CPUS):
            machine.put(self.at(self.this_cpu_off, cpu), self.base[cpu])

    def place(self, name, size, align=8):
        """Room on every CPU; returns the offset. Without a name it is a dynamic allocation."""
        at = -(-self.next // align) * align
        self.next = at + size
        if self.next > UNIT:
            raise ValueError("per-CPU memory is full")
        if name:
            self.machine.image.define(name, at, "D")
        return at

    def at(self, offset, cpu):
        return self.base[cpu] + offset

    def object(self, struct, offset, cpu):
        return self.machine.object(struct, self.at(offset, cpu))

    def finish(self):
        self.machine.image.define("__per_cpu_end", UNIT, "D")
