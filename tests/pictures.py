# SPDX-License-Identifier: GPL-2.0-or-later
"""
Pictures held against what the same command says in JSON: graphviz draws each, every object that the rows name is in
it unless so many are said not to be drawn, and no two lie on each other or beyond the edge.
"""
import json
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from suite import Wrong, equal, expect, run

NODE = re.compile(r'node (?:"((?:[^"\\]|\\.)*)"|(\S+)) (\S+) (\S+) (\S+) (\S+) ("(?:[^"\\]|\\.)*"|\S+) .*? (#\w+|\w+) #?\w+$')
MORE = re.compile(r"(\d+) more, not drawn")
EDGE = re.compile(r'edge ("(?:[^"\\]|\\.)*"|\S+) ("(?:[^"\\]|\\.)*"|\S+) ')
NODES = 400  # at most, of any picture
TOUCH = 0.01  # inches
TIMEOUT = 60
RED = "#d00000"


@dataclass
class Drawn:
    """A picture as graphviz has laid it out: (x, y, width, height), text and colour of each node, by its name; edges as (from, to)."""
    width: float
    height: float
    boxes: dict
    texts: dict
    red: set
    edges: set

    def more(self):
        return sum(int(found[1]) for found in map(MORE.search, self.texts.values()) if found)

    def kinds(self):
        return {name.split()[0] for name in self.boxes}


def layout(text):
    """What graphviz makes of it; a warning is as bad as an error."""
    ended = subprocess.run(["dot", "-Tplain"], input=text, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    says = [line for line in ended.stderr.splitlines() if "onfig" not in line]
    expect(not ended.returncode and not says, f"dot ended with {ended.returncode}: {says[:3]}\n{text[:2000]}")
    lines = ended.stdout.replace("\\\n", "").splitlines()
    _, _, width, height = lines[0].split()
    drawn = Drawn(float(width), float(height), {}, {}, set(), set())
    for line in lines:
        edge = EDGE.match(line)
        if edge:
            drawn.edges.add((edge[1].strip('"'), edge[2].strip('"')))
        if not line.startswith("node "):
            continue
        found = NODE.match(line)
        expect(found, f"no line of a node: {line[:300]}")
        name = found[1] or found[2]
        drawn.boxes[name] = tuple(map(float, found.group(3, 4, 5, 6)))
        drawn.texts[name] = found[7]
        if found[8] == RED:
            drawn.red.add(name)
    return drawn


def apart(drawn):
    """No node beyond the edge, none upon another."""
    boxes = sorted((x - w / 2, x + w / 2, y - h / 2, y + h / 2, name) for name, (x, y, w, h) in drawn.boxes.items())
    for number, (left, right, low, high, name) in enumerate(boxes):
        expect(left > -TOUCH and low > -TOUCH and right < drawn.width + TOUCH and high < drawn.height + TOUCH,
               f"{name} is beyond the edge")
        for other_left, _, other_low, other_high, other in boxes[number + 1:]:
            if other_left > right - TOUCH:
                break
            expect(other_low > high - TOUCH or other_high < low + TOUCH, f"{name} and {other} lie on each other")


# The objects of each row that a document names: (kind, address or PID), an empty address for none.

def flat(rows):
    for row in rows or []:
        yield row
        yield from flat(row.get("children") if isinstance(row.get("children"), list) else [])


def of_anon(document):
    yield [("anon_vma", document["anon_vma"])]
    for row in flat(document.get("family")):
        yield [("anon_vma", row["anon_vma"])]
    for row in flat(document.get("tree")):
        yield [("chain", row["place"].get("anon_vma_chain")), ("vma", row["vma"]), ("process", row["pid"])]


def of_immap(document):
    yield [("mapping", document["mapping"]), ("inode", document.get("inode"))]
    for row in flat(document.get("tree")):
        yield [("vma", row["vma"])]


def of_file(document):
    yield [("inode", document["file"]["inode"]), ("mapping", document["file"]["mapping"])]
    for row in document.get("mappers", []):
        yield [("mm", row["mm"]), ("process", row["pid"])]
    for row in document.get("openers", []):
        yield [("file", row["file"]), ("process", row["pid"])]
    for row in document.get("runs", []):
        yield [("pages", row["first"])]
    for row in document.get("asked", []):
        yield [("page", row.get("pfn"))]


def of_vma(document):
    for space in document.get("spaces", []):
        yield [("process", space.get("pid")), ("mm", space.get("mm"))]
        for row in space.get("mappings", []):
            yield [(kind, row["details"].get(key)) for kind, key in
                   (("vma", "vma"), ("file", "file"), ("inode", "inode"), ("anon_vma", "anon_vma"), ("mapping", "mapping"))]
        for row in flat(space.get("tree")):
            yield [("vma" if row["kind"] == "VMA" else "maple", row["at"] if row["kind"] == "VMA" or row["slots"] else None)]
    for row in document.get("mapped", []):
        yield [("vma", row["vma"]), ("page", row["pfn"]), ("mm", row["mm"]), ("process", row["pid"])]


def of_pt(document):
    for row in document.get("cpus", []):
        yield [("cpu", row["cpu"]), ("root", row["root"]), ("mm", row["mm"]), ("process", row["task"])]
    for row in document.get("tlbs", []):
        yield [("cpu", row["cpu"]), ("mm", row["mm"])]
    for walk in document.get("walks", []):
        yield [("root", walk["root"]), ("page", walk["end"].get("pfn")), ("vma", walk.get("vma", {}).get("vma"))]
        for row in walk["entries"] + walk.get("user_entries", []):
            yield [("table", row["table"]), ("entry", row["at"])]


def of_rmap(document):
    for page in document.get("pages", []) + document.get("disagreements", []):
        yield [("page", page["pfn"])]
        for row in page["mappings"]:
            yield [("entry", row["entry_at"]), ("vma", row["vma"]), ("process", row["pid"])]


OBJECTS = {"mmx.anon/1": of_anon, "mmx.immap/1": of_immap, "mmx.file/1": of_file, "mmx.vma/1": of_vma, "mmx.pt/1": of_pt,
           "mmx.rmap/1": of_rmap}


def name_of(kind, known_by):
    return f"{kind} {str(known_by).removeprefix('0x')}"


# What is told of nothing more than which one it is: graph.c writes that also into what only an edge leads to.
PLAIN = ("anon_vma", "mapping", "file", "mm")


def tells(drawn, name):
    return name in drawn.boxes and (name.startswith(PLAIN) or drawn.texts[name].strip('"').removesuffix("\\l") != name)


def all_there(document, drawn):
    """Every object of every row, but for as many rows as it says."""
    missing = []
    for row in OBJECTS[document["schema"]](document):
        names = [name_of(kind, known_by) for kind, known_by in row if known_by is not None]
        missing += [names] if not all(tells(drawn, name) for name in names) else []
    expect(len(missing) <= drawn.more(), f"{len(missing)} are not drawn, the first is {missing[:1]}; {drawn.more()} are said not to be")


def ways_lead_on(document, drawn):
    """Each entry on a way leads to where it says: to the next table, or to the page."""
    for walk in document.get("walks", []):
        for row in walk["entries"] + walk.get("user_entries", []):
            last = row is walk["entries"][-1]
            ends = [name_of("page", walk["end"].get("pfn"))] if last else [name_of("table", row["leads_to"])]
            leads = {end for start, end in drawn.edges if start == name_of("entry", row["at"])}
            expect(leads == set(ends) or last and "pfn" not in walk["end"],
                   f"the entry at {row['at']} leads to {leads}, and not to {ends}")


def holds(call, document, picture):
    """Holds one picture against its document; the picture as it is laid out."""
    try:
        drawn = layout(picture)
        expect(3 <= len(drawn.boxes) <= NODES, f"{len(drawn.boxes)} nodes")
        expect("legend" in drawn.boxes, "there is no legend")
        apart(drawn)
        all_there(document, drawn)
        ways_lead_on(document, drawn)
    except Wrong as wrong:
        raise Wrong(f"{call}: {wrong}") from None
    return drawn


def session(mmx, dump, calls, folder, timeout):
    paths = [Path(folder) / str(number) for number in range(len(calls))]
    script = "".join(f"{call} > {path}\n" for call, path in zip(calls, paths))
    ended = run(mmx, "-c", dump, "-i", "-", text=script, timeout=timeout)
    return ended, [path.read_text(errors="replace") if path.exists() else "" for path in paths]


def check(mmx, dump, calls, timeout=TIMEOUT):
    """All calls as JSON and as pictures, which come to the same exit status; what was drawn of each."""
    with tempfile.TemporaryDirectory(prefix="mmx-pictures-") as folder:
        # With pages, which the picture of a file always has.
        ended, documents = session(mmx, dump, [f"{call} --json{' -v' * call.startswith('filex')}" for call in calls], folder,
                                   timeout)
        drew, pictures = session(mmx, dump, [f"{call} --dot" for call in calls], folder, timeout)
    equal(drew.status, ended.status, f"the status of pictures; {ended} {drew}")
    return {call: holds(call, json.loads(document), picture)
            for call, document, picture in zip(calls, documents, pictures)}
