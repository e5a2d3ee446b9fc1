# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs as the dynamic linker sees them, and tables of symbols: what a process may have written there."""

from ..memory import PAGE
from ..story.libc import BASES, FIRST_PFN
from ..story.program import DATA_AT, DEBUG, DYN, MAP, MAPS, TEXTS, put
from .registry import WILD, damage, program, symbol

HERE = BASES[0] + DATA_AT
PRINTF = f"{BASES[0] + 0x60100:x}"
WHOLE = r"^ +interpreter: +/lib64/ld-linux-x86-64\.so\.2$"
FIRST = rf"^ +0 +{BASES[0]:x} +{BASES[0]:x} +{HERE + DYN:x} +{HERE + MAPS:x} program "


def put_first(kernel, offset, word, size=8):
    """A word of the file's first page."""
    kernel.machine.memory.put(FIRST_PFN * PAGE + offset, word, size)


@damage("link-map-cycle", "the dynamic linker's list of 3001 comes round again",
        program(WHOLE, FIRST, rf"^ +missing: +the dynamic linker's list comes round again at link_map 0x{HERE + MAPS:x}$"))
def cycle(kernel):
    put(kernel, MAPS + MAP + 24, HERE + MAPS)


@damage("link-map-wild", "the dynamic linker's list of 3001 goes on nowhere",
        program(WHOLE, FIRST, rf"^ +missing: +link_map 0x{WILD:x}: 0x{WILD:x}: nothing"))
def wild(kernel):
    put(kernel, MAPS + MAP + 24, WILD)


@damage("link-map-at-work", "3001's dynamic linker was adding to its list: what is not right there is no fault; nor is another name",
        program(r"^ +linker does: +adding to its list$", FIRST, r" other name +ibc\.so\.6 +/usr/lib/x86_64-linux-gnu/libc\.so\.6 *$", status=0))
def at_work(kernel):
    put(kernel, DEBUG + 24, 1)
    put(kernel, MAPS + MAP + 32, 0x1234)
    put(kernel, MAPS + MAP + 8, HERE + TEXTS + 0x40 + len("/usr/lib/x86_64-linux-gnu/l"))


@damage("link-map-bias", "the dynamic linker's list has a library where it is not, and says that something is before the program",
        program(r"it says that 0x1234 is before it, and the list came from 0x0$",
                rf"the list adds 0x{BASES[0] + PAGE:x}, and the file at 0x{BASES[0]:x} is loaded with 0x{BASES[0]:x}$"))
def bias(kernel):
    put(kernel, MAPS + 32, 0x1234)
    put(kernel, MAPS + MAP, BASES[0] + PAGE)


@damage("link-map-nowhere", "a library of the dynamic linker's list is mapped nowhere",
        program(FIRST, r" nothing +/usr/lib/x86_64-linux-gnu/libc\.so\.6 - +its dynamic section at 0x100000 is in no mapping$"))
def nowhere(kernel):
    put(kernel, MAPS + MAP + 16, 0x100000)


@damage("link-map-deleted", "libc was replaced since 3001 linked it",
        program(r" program +/usr/lib/x86_64-linux-gnu/libc\.so\.6 \(deleted\) *$",
                r" deleted +/usr/lib/x86_64-linux-gnu/libc\.so\.6 /usr/lib/x86_64-linux-gnu/libc\.so\.6 \(deleted\) *$", status=0))
def deleted(kernel):
    kernel.worker.vmas[0].inode.dentry["d_hash.pprev"] = 0


@damage("r-debug-not-told", "3001's dynamic linker has not come to tell where its list is",
        program(r"^ +linker does: +it has not told where its list is: ", status=0))
def not_told(kernel):
    put(kernel, DYN + 4 * 16 + 8, 0)


@damage("r-debug-again", "the second of the dynamic linker's lists is the first",
        program(FIRST, rf"^ +missing: +r_debug 0x{HERE + DEBUG:x}: its lists come round again$"))
def debug_again(kernel):
    put(kernel, DEBUG, 2)
    put(kernel, DEBUG + 40, HERE + DEBUG)


@damage("auxv-garbage", "what 3001 was told makes no sense",
        program(r"^ +kind: +not known$", r"^ +missing: +saved_auxv of mm_struct 0x\w+ is no auxiliary vector, of 64 bits or 32$"))
def auxv_garbage(kernel):
    kernel.worker.mm["saved_auxv[4]"] = WILD


@damage("auxv-phdr-nowhere", "the program headers of 3001 are said to be where nothing is",
        program(r"^ +missing: +the program headers: 0x\w+: nothing"))
def phdr_nowhere(kernel):
    kernel.worker.mm["saved_auxv[9]"] = BASES[0] - 0x100000


@damage("program-data-excluded", "the page with what 3001's dynamic linker made is not in the dump",
        program(WHOLE, r"^ +missing: +the dynamic section: 0x\w+: excluded$", status=3))
def data_excluded(kernel):
    kernel.machine.memory.exclude(FIRST_PFN + 510)


@damage("symbols-excluded", "the page of libc with its headers and symbols is not in the dump",
        symbol(PRINTF, r"^ +no symbol: +page 0x0 is excluded$"))
def symbols_excluded(kernel):
    kernel.machine.memory.exclude(FIRST_PFN)


@damage("symbols-of-no-elf", "the file that is mapped is no ELF file", symbol(PRINTF, r"^ +no symbol: +it is no ELF file$"))
def no_elf(kernel):
    put_first(kernel, 0, 0)
