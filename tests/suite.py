# SPDX-License-Identifier: GPL-2.0-or-later
"""What the suites written in Python share: running mmx, and saying how a test came out."""
import functools
import json
import subprocess
import traceback
from dataclasses import dataclass
from pathlib import Path

import schema

TOP = Path(__file__).resolve().parent.parent
ASK = TOP / "build/tools/ask"  # tests/real/ask.h
TIMEOUT = 20  # seconds, after which a command counts as hanging
STATUSES = {0: "done", 1: "findings", 2: "cannot run", 3: "partial"}


class Wrong(Exception):
    """What a test found wrong, for people."""


@dataclass
class Result:
    """How a command ended."""
    words: list
    status: int
    raw: bytes  # standard output as it came
    err: str

    @functools.cached_property
    def out(self):
        """The same as text; only when it is wanted, since a file of words has many megabytes."""
        return self.raw.decode(errors="replace")

    def __str__(self):
        text = f"{' '.join(self.words)} ended with {self.status}"
        return text + "".join(f"; {name} begins {value[:200]!r}" for name, value in
                              (("output", self.out), ("messages", self.err)) if value)


def run(*words, text="", stdout=subprocess.PIPE, timeout=TIMEOUT, **options):
    """Run a command, given a text, to its end. One that hangs, or that a signal ends, is wrong at once."""
    words = [str(word) for word in words]
    given = {"input": text.encode()} if text else {"stdin": subprocess.DEVNULL}
    try:
        ended = subprocess.run(words, **given, stdout=stdout, stderr=subprocess.PIPE,
                               timeout=timeout, check=False, **options)
    except subprocess.TimeoutExpired:
        raise Wrong(f"{' '.join(words)} still runs after {timeout} s") from None
    result = Result(words, ended.returncode, ended.stdout or b"", ended.stderr.decode(errors="replace"))
    if result.status < 0 or "Sanitizer" in result.err or "runtime error:" in result.err:
        raise Wrong(f"{result}\n{result.err[-3000:]}")
    return result


def sample(path, *options, **more):
    """Generate a synthetic dump; what it has in it."""
    made = run(TOP / "samples/generate", "--story", "--out", path, *options, **more)
    equal(made.status, 0, made)
    return json.loads(made.out)


def answer(dump, question, text="", timeout=TIMEOUT):
    """How asking the library ended."""
    return run(ASK, dump, question, text=text, timeout=timeout)


def ask(dump, question, text="", timeout=TIMEOUT):
    """The rows of the library's answer, split into fields; what it could not reach is wrong."""
    ended = answer(dump, question, text, timeout)
    rows = [line.split("\t") for line in ended.out.splitlines()]
    troubles = [row[1] for row in rows if row[0] == "trouble"]
    why, *more = troubles or [ended.err.strip()]
    expect(not ended.status and not troubles, "\n".join([f"{question} ended with {ended.status}: {why}", *more]))
    return rows


def expect(truth, what):
    if not truth:
        raise Wrong(str(what))


def equal(found, wanted, what):
    expect(found == wanted, f"{what}: {found!r} and not {wanted!r}")


def document(text, name):
    """The document, which must be as the schema of that name in docs/schema/ says."""
    read, found = schema.read(text, name)
    expect(not found, "\n".join([f"{name}: {len(found)} faults", *found[:10]]))
    return read


def programs(build):
    """The program, and the one under the sanitizers unless it is older than what it was made of."""
    found = [("", build / "mmx")]
    checked = build / "asan/mmx"
    newest = max(path.stat().st_mtime for folder in ("lib", "reader") for path in (TOP / folder).rglob("*.[ch]"))
    if checked.exists() and checked.stat().st_mtime >= newest:
        found.append(("sanitized ", checked))
    return found


class Tests(list):
    """A suite's tests, (name, function), in the order in which they are entered."""

    def enter(self, name):
        """Enter the function that follows."""
        def entered(function):
            self.append((name, function))
            return function
        return entered


def passed(name):
    """The line that says so."""
    return [f"ok   {name}"]


def failed(name, why):
    """The lines that say so, the verdict last: what is more than a line of the reason comes before it."""
    first, *more = str(why).splitlines() or [""]
    return [*(f"    {line}" for line in more), f"FAIL {name}: {first}"]


def lines_of(name, test, *arguments):
    """Run one test; the lines that say how it came out."""
    try:
        test(*arguments)
    except Wrong as wrong:
        return failed(name, wrong)
    except Exception:  # a test that dies has failed, and the others go on
        return failed(name, f"died\n{traceback.format_exc()}")
    return passed(name)


def say(lines):
    """Print the lines of tests; True when all passed."""
    print("\n".join(lines), flush=True)
    return not any(line.startswith("FAIL ") for line in lines)


@dataclass(frozen=True)
class Calls:
    """
    How the suites call a command: arguments, its JSON's schema, some columns, and what it prints: "bytes", lines with
    "tabs" in them, or "text" without.
    """
    arguments: tuple
    schema: str
    columns: str
    prints: str = "text"

    @property
    def binary(self):
        return self.prints == "bytes"


# The files of procx that are words, one a frame.
FRAME_FILES = ("kpageflags", "kpagecount", "kpagecgroup")

# An answer that was saved, for any dump to be compared with.
SAVED = str(TOP / "tests/saved/vmem.json")

# Every command, so that a new one is tested with the others from its first day on.
COMMANDS = {
    "doctorx": Calls(((),), "mmx.doctor/1", "entry,value"),
    "pagex": Calls((("5000",), ("-v", "-c", "17da77"), ("-e", "-p", "9330000")), "mmx.page/1",
                   "pfn,refcount,flags.names,because"),
    "rmapx": Calls((("5000",), ("-e", "-v", "5000"), ("-a",)), "mmx.rmap/1",
                   "pfn,mappings.pid,mappings.vaddr,mappings.entry"),
    "anonx": Calls((("5000",),), "mmx.anon/1", "anon_vma,refcount,pid"),
    "immapx": Calls((("/",), ("/", "0")), "mmx.immap/1", "interval,subtree_last,pid"),
    "zonex": Calls(((), ("-e", "-v"), ("-e", "-a", "GFP_KERNEL,2"), ("-l",)), "mmx.zone/1", "zones.zone,marks.free,answer"),
    "vmemx": Calls(((), ("-e", "-v")), "mmx.vmem/1", "runs.start_pfn,place,pages"),
    "buddyx": Calls(((), ("-o", "--top", "50")), "mmx.buddy/1", "node,zone,walked"),
    "censusx": Calls(((), ("-z", "-m"), ("-t", "3"), ("-g",), ("-u",), ("-M",), ("-N", "DMA32", "-C", "slab")),
                     "mmx.census/1", "classes.name,frames,share"),
    "slabx": Calls(((), ("-v",), ("-q",), ("kmalloc-64",)), "mmx.slab/1", "cache,size,slabs"),
    "ptx": Calls(((), ("init_task",), ("-s",), ("-r", "ffffffff80000000-ffffffffffffffff")), "mmx.pt/1",
                 "walks.end.state,states.entries,slots.start"),
    "vmax": Calls((("-a", "-r"), ("-v", "-T", "1"), ("-e", "1"), ("1", "400000"), ("-f", "/", "0")), "mmx.vma/1", "spaces.pid,mm,found"),
    "filex": Calls((("/",), ("-v", "/", "0-3"), ("-t", "5")), "mmx.file/1", "files.path,pages"),
    "stackx": Calls(((), ("1", "2"), ("-t", "3")), "mmx.stack/1", "stacks.pid,deepest,left"),
    "diffx": Calls(((SAVED,), ("-a", "-f", SAVED)), "mmx.diff/1", "values.value,change"),
    "logx": Calls(((), ("-l", "warn", "-n", "20")), "mmx.log/1", "seq,time,text", "tabs"),
    "decodex": Calls((("pte", "800000000000e867", "3000000000000200"), ("flags", "24"), ("gfp", "GFP_KERNEL"), ("--log",),
                      ("-k", "6.8", "vma", "8100073")), "mmx.decode/1", "part,value,meaning"),
    "swapx": Calls(((), ("0:1", "0:5-6"), ("0:1", "-d")), "mmx.swap/1", "area,pages,used"),
    "readx": Calls((("init_task",), ("-t", "init_task", "20"), ("-w", "1", "init_task", "20")), "mmx.read/1",
                   "address,data,note"),
    "structx": Calls((("list_head",), ("-v", "page"), ("task_struct", "init_task"), ("zone_type",)), "mmx.struct/1",
                     "offset,member,value"),
    "symx": Calls((("init_task",), ("-a", "runqueues"), ("init_task-init_task+100",)), "mmx.sym/1",
                  "address,cpu,name"),
    "procx": Calls(tuple((name,) for name in FRAME_FILES), "mmx.proc/1", "pfn,frames,value", "bytes"),
}


def each_call():
    """(command, arguments, schema) of every call."""
    return [(name, arguments, calls.schema) for name, calls in COMMANDS.items()
            for arguments in calls.arguments]
