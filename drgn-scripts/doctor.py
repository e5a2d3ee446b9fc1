#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the kernel of a dump is and where everything lies, as `mmx --json doctorx` has it, by drgn."""
import sys

from mmxdrgn import answers, script
from mmxdrgn.answers import word
from mmxdrgn.modsyms import modules
from mmxdrgn.sparse import SECTION_BITS


def build_id(kernel):
    """Out of the image's own notes."""
    start, end = (kernel.need_symbol(name) for name in ("__start_notes", "__stop_notes"))
    notes, at = kernel.read(start, end - start), 0
    while at + 12 <= len(notes):
        name, size, kind = (int.from_bytes(notes[at + i:at + i + 4], "little") for i in (0, 4, 8))
        data = at + 12 + (name + 3 & ~3)
        if kind == 3 and notes[at + 12:at + 15] == b"GNU":
            return notes[data:data + size].hex()
        at = data + (size + 3 & ~3)
    return None


def uts(kernel, field):
    t = kernel.target
    at = t.offset("struct uts_namespace", "name") + t.offset("struct new_utsname", field)
    return kernel.text(kernel.need_symbol("init_uts_ns") + at, 65)


def describe_kernel(kernel):
    told = {"release": uts(kernel, "release"), "banner": kernel.text(kernel.need_symbol("linux_banner")).strip(),
            "build_id": build_id(kernel), "machine": uts(kernel, "machine"), "paging_levels": kernel.levels,
            "page_table_root": word(kernel.root), "encryption_mask": word(kernel.encryption),
            "phys_base": word(kernel.phys_base), "modules": len(list(modules(kernel)))}
    if "KERNELOFFSET" in kernel.vmcoreinfo:
        told["kaslr_offset"] = word(int(kernel.vmcoreinfo["KERNELOFFSET"], 16))
    return told


def regions(space):
    for name, start in space.start.items():
        row = {"region": name}
        if start is not None:
            row["start"] = word(start)
        if name == "kernel image":
            row["end"] = word(space.image_end)
        yield row


def answer(model, _):
    runs = model.sections.runs
    frames = [{"start_pfn": word(a), "end_pfn": word(b), "frames": b - a} for a, b in runs]
    answers.write(
        "mmx.doctor/1",
        kernel=describe_kernel(model.kernel),
        regions=list(regions(model.space)),
        vmemmap={"page_size": model.pages.size, "base": word(model.pages.base),
                 "sections": len(model.sections.by_number), "section_bits": SECTION_BITS,
                 "frames": sum(row["frames"] for row in frames)},
        frames=frames,
        zones=[{"node": z.node, "zone": z.name, "start_pfn": word(z.start), "end_pfn": word(z.start + z.spanned),
                "present": z.present} for z in model.zones],
        flag_fields=[{"field": name, "shift": shift, "width": width}
                     for name, (shift, width) in model.flags.fields.items()],
        flag_bits=[{"bit": bit, "name": name} for bit, name in sorted(model.flags.usual.items())])
    return answers.DONE


def main():
    return script.run(script.parser(__doc__).parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
