#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Free memory and what could be had of it, as `mmx --json buddyx` has it, computed with drgn."""
import sys

from mmxdrgn import answers, free_list, script
from mmxdrgn.mobility import FREE, GIGANTIC, HUGE, MOVABLE, SHRINKABLE, STUCK
from mmxdrgn.room import rooms


def kernels_indexes(nr_free, order):
    """The unusable-free and the fragmentation index, in thousandths."""
    free, blocks = sum(n << i for i, n in enumerate(nr_free)), sum(nr_free)
    suitable = sum(n << i - order for i, n in enumerate(nr_free) if i >= order)
    unusable = (free - (suitable << order)) * 1000 // free if free else 1000
    if not blocks or suitable:
        return unusable, -1000 if blocks else 0
    return unusable, 1000 - (1000 + (free * 1000 >> order)) // blocks


def of_room(room, order):
    return {"movable": room.ranges[order][MOVABLE], "shrinkable": room.ranges[order][SHRINKABLE],
            "compacted": room.bound(order, MOVABLE), "reclaimed": room.bound(order, SHRINKABLE)}


def order_row(zone, room, order):
    unusable, fragmentation = kernels_indexes(zone.nr_free, order)
    now = sum(sum(types) << i - order for i, types in enumerate(zone.blocks) if i >= order)
    return {"order": order, "bytes": 4096 << order, "nr_free": zone.nr_free[order], "unusable": unusable,
            "fragmentation": fragmentation, "now": now, **of_room(room, order)}


def content(room):
    return {"free": room.frames[FREE], "movable": room.frames[MOVABLE], "clean": room.clean,
            "shrinkable": room.frames[SHRINKABLE], "huge": room.frames[HUGE], "stuck": room.frames[STUCK]}


def zone_row(model, zone, room):
    orders = [order_row(zone, room, order) for order in range(len(zone.blocks))]
    orders.append({"order": GIGANTIC, "bytes": 4096 << GIGANTIC, "nr_free": None, "unusable": None,
                   "fragmentation": None, "now": room.ranges[GIGANTIC][FREE], **of_room(room, GIGANTIC)})
    return {"node": zone.zone.node, "zone": zone.zone.name, "walked": zone.walked,
            "nr_free": sum(n << order for order, n in enumerate(zone.nr_free)),
            "isolated": free_list.isolated(model, zone), "free": zone.blocks,
            "free_columns": free_list.type_names(model.target), "content": content(room), "orders": orders}


def answer(model, _):
    zones = list(free_list.free_zones(model))
    room = rooms(model, len(zones[0].blocks))
    answers.write("mmx.buddy/1",
                  zones=[zone_row(model, zone, room[zone.zone.node, zone.zone.index]) for zone in zones])
    return answers.DONE


def main():
    return script.run(script.parser(__doc__).parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
