# SPDX-License-Identifier: GPL-2.0-or-later
"""How much memory could be had in one piece."""
from .mobility import FREE, GIGANTIC, HOLE, HUGE, MOVABLE, SHRINKABLE, STUCK, Mobility

RUN = 1 << 16  # frames that are looked at together


class Room:
    """Of a zone: frames by mobility, those that can be dropped, and ranges by order and by what they are at most."""

    def __init__(self, orders):
        self.frames, self.clean = [0] * (HOLE + 1), 0
        self.ranges = {order: {FREE: 0, MOVABLE: 0, SHRINKABLE: 0} for order in (*range(orders), GIGANTIC)}

    def bound(self, order, most):
        """Blocks that moving what is in ranges could make; it needs as many free frames."""
        free = self.frames[FREE] + (0 if most == MOVABLE else self.clean + self.frames[SHRINKABLE])
        return min(self.ranges[order][most], free >> order)

    def count(self, order, worst):
        for most in self.ranges[order]:
            self.ranges[order][most] += worst <= most


def rooms(model, orders):
    """{(node, zone number): Room}."""
    found = {(zone.node, zone.index): Room(orders) for zone in model.zones if zone.present}
    end = max(zone.start + zone.spanned for zone in model.zones if zone.present)
    flags, mobility = model.flags, Mobility(model)
    gigantic = {}  # number to [the zones that its frames are in, what they are at most]
    for first in range(0, end, RUN):
        states = [None] * RUN  # (zone, mobility) of frames that are in one
        for page in model.pages.walk(first, min(first + RUN, end)):
            worst, clean = mobility.of(page)
            key = worst != HOLE and (flags.field("node", page.flags), flags.field("zone", page.flags))
            if key in found:
                found[key].frames[worst] += 1
                found[key].clean += clean
                states[page.pfn - first] = key, worst
        levels = ranges(found, states, orders)
        whole = gigantic.setdefault(first >> GIGANTIC, [set(), FREE, 0])
        whole[0].update(key for key, _ in levels)
        whole[1] = max([whole[1], *(worst for _, worst in levels)])
        whole[2] += RUN
    for keys, worst, frames in gigantic.values():
        if len(keys) == 1 and frames == 1 << GIGANTIC and None not in keys:
            found[keys.pop()].count(GIGANTIC, worst)
    return found


def ranges(found, states, orders):
    """Count the ranges of each order; returns {(zone or None, mobility)} of all frames, huge pages as movable ones."""
    seen = {(state[0], MOVABLE if state[1] == HUGE else state[1]) if state else (None, HOLE) for state in states}
    for order in range(orders):
        for state in states:
            if state:
                found[state[0]].count(order, state[1])
        states = [(a[0], max(a[1], b[1])) if a and b and a[0] == b[0] else None
                  for a, b in zip(states[::2], states[1::2])]
    return seen
