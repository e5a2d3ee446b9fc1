# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel stacks, and what has run over one."""

from ..tasks import STACK_SIZE
from ..memory import PAGE
from .registry import WILD, damage, doctorx, stackx

WHOLE = r"^ +2002 child .* 424 +1\.7k 14\.3k yes +yes *$"


def stack(kernel):
    return kernel.people["parent"].stack


@damage("stack-run-over", "the mark at the end of 2001's stack is overwritten",
        stackx(WHOLE, r"^ +2001 parent .* 424 +16k +0 yes +no *$",
               rf"^ +2001 [0-9a-f]+ its lowest word is 0x{WILD:x}, not 0x57ac6e9d: "), doctorx(status=0))
def run_over(kernel):
    kernel.machine.memory.put(stack(kernel).pfns[0] * PAGE, WILD)


@damage("stack-nearly-run-over", "2001 has gone down to the last word before the mark, which is no fault",
        stackx(WHOLE, r"^ +2001 parent .* 424 +16\.0k +8 yes +yes *$", status=0))
def nearly(kernel):
    kernel.machine.memory.put(stack(kernel).pfns[0] * PAGE + 8, WILD)


@damage("stack-pointer-astray", "2001 left off with a stack pointer that is not in its stack",
        stackx(WHOLE, r"^ +2001 parent .* - +1\.7k 14\.3k yes +yes *$",
               r"^ +2001 [0-9a-f]+ it left off with the stack pointer 0x[0-9a-f]+, which is not in it$"))
def astray(kernel):
    kernel.people["parent"].task["thread.sp"] = stack(kernel).address + STACK_SIZE + 8


@damage("stack-excluded", "the second page of 2001's stack is not in the dump, so there is no telling how deep it went",
        stackx(WHOLE, r"^ +2001 parent .* 424 +- +- yes +- *$", status=3))
def excluded(kernel):
    kernel.machine.memory.exclude(stack(kernel).pfns[1])
