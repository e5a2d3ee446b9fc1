# SPDX-License-Identifier: GPL-2.0-or-later
"""What crash's own rd and struct show, as numbers."""
import re


def words(text):
    """Those that rd shows, whatever their size."""
    found = []
    for line in text.splitlines():
        row = re.match(r" *[0-9a-f]+:  ((?:[0-9a-f]+ ?)+) ", line + "  ")
        found += [int(word, 16) for word in row[1].split()] if row else []
    return found


def members(text):
    """{path: number} of the members of "struct -x" that are one, those of unnamed structs without a name of theirs."""
    found, path = {}, []
    for line in text.splitlines():
        line = line.strip()
        number = re.fullmatch(r"(\w+) = (0x[0-9a-f]+)(?: <[^>]*>)?,?", line)
        array = re.fullmatch(r"(\w+) = \{\{+", line)
        record = re.fullmatch(r"(?:(\w+) = )?\{", line)
        if number:
            found[".".join(name for name in (*path, number[1]) if name)] = int(number[2], 16)
        elif array:
            path += [f"{array[1]}[0]", *([None] * (line.count("{") - 2))]
        elif record:
            path.append(record[1])
        elif re.fullmatch(r"\}+, \{+", line) and path:
            name, nth = re.fullmatch(r"(.*)\[(\d+)\]", path[-1] or "[0]").groups()
            path[-1] = f"{name}[{int(nth) + 1}]"
        elif re.match(r"\}", line):
            del path[max(0, len(path) - 1):]
    return found
