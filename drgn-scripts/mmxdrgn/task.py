# SPDX-License-Identifier: GPL-2.0-or-later
"""Every thread, and each process's address space."""
from dataclasses import dataclass

from .list import walk

PF_KTHREAD = 0x00200000


@dataclass(frozen=True)
class Task:
    """A thread."""
    address: int
    pid: int
    tgid: int
    comm: str
    mm: int
    stack: int
    kernel: bool


class Tasks:
    """Reads task_structs in one piece each."""

    def __init__(self, kernel):
        self.kernel, t = kernel, kernel.target
        self.size = t.size("struct task_struct")
        self.at = {name: t.offset("struct task_struct", name) for name in
                   ("pid", "tgid", "comm", "mm", "stack", "flags", "signal", "tasks")}
        self.node = t.offset("struct task_struct", "thread_node")
        self.head = t.offset("struct signal_struct", "thread_head")

    def _read(self, address):
        data = self.kernel.read(address, self.size)

        def number(name, size=8):
            return int.from_bytes(data[self.at[name]:self.at[name] + size], "little")
        comm = data[self.at["comm"]:self.at["comm"] + 16].split(b"\0")[0].decode("latin-1")
        return Task(address, number("pid", 4), number("tgid", 4), comm, number("mm"), number("stack"),
                    bool(number("flags", 4) & PF_KTHREAD)), number("signal")

    def all(self):
        """Every thread, the CPUs' idle ones included."""
        yield from self._idle()
        init = self.kernel.need_symbol("init_task")
        for leader in walk(self.kernel, init + self.at["tasks"], self.at["tasks"]):
            _, signal = self._read(leader)
            for thread in walk(self.kernel, signal + self.head, self.node):
                yield self._read(thread)[0]

    def _idle(self):
        """Each CPU's run queue knows its own."""
        seen = {self.kernel.need_symbol("init_task")}
        idle = self.kernel.target.member("struct rq", "idle")
        if idle:
            seen |= {self.kernel.number(queue + idle[0]) for queue in self.kernel.per_cpu("runqueues")}
        return [self._read(address)[0] for address in sorted(seen - {0})]

    def processes(self):
        """(a thread, mm) of each process that has memory of its own."""
        found = {}
        for task in self.all():
            if task.mm and not task.kernel and task.pid:
                if task.tgid not in found or task.pid == task.tgid:
                    found[task.tgid] = task
        return [found[tgid] for tgid in sorted(found)]
