#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Slab caches as `mmx --json slabx` has them, and the slabs of the largest, computed with drgn."""
import sys

from mmxdrgn import answers, script
from mmxdrgn.slab import Slabs, bytes_of

LARGEST = 10  # as many have their slabs shown


def cache_row(cache):
    slabs = cache.slabs
    objects = sum(slab.objects for slab in slabs)
    free = sum(len(slab.free) for slab in slabs)
    full, empty = sum(slab.inuse == slab.objects for slab in slabs), sum(not slab.inuse for slab in slabs)
    used = (objects - free) * cache.object_size
    return {"cache": cache.name, "size": cache.size, "objects": objects, "allocated": objects - free,
            "slabs": len(slabs), "full": full, "partial": len(slabs) - full - empty, "empty": empty,
            "bytes": bytes_of(cache), "waste": bytes_of(cache) - used}


def made_row(slabs, cache):
    return {"cache": cache.name, "object_size": cache.object_size, "size": cache.size, "align": cache.align,
            "order": cache.order, "per_slab": cache.per_slab, "merged": max(cache.refcount - 1, 0),
            "flags": {"raw": hex(cache.flags)}, **slabs.constructor(cache)}


def slab_row(model, slab):
    return {"address": answers.word(slab.base), "page": answers.word(model.pages.address(slab.pfn)),
            "pages": 1 << slab.order, "node": slab.node, "objects": slab.objects, "in_use": slab.inuse,
            "allocated": slab.objects - len(slab.free)}


def answer(model, _):
    slabs = Slabs(model)
    caches = slabs.by_memory
    answers.write("mmx.slab/1", caches=[cache_row(cache) for cache in caches],
                  made=[made_row(slabs, cache) for cache in caches],
                  largest=[{"address": answers.word(cache.address),
                            "slabs": [slab_row(model, slab) for slab in cache.slabs]} for cache in caches[:LARGEST]])
    return answers.DONE


def main():
    return script.run(script.parser(__doc__).parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
