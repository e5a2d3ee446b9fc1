#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab: boots real kernels with a workload that covers the ground, and keeps their dumps."""
import argparse
import dataclasses
import json
import re
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import boots
import cache
import captures
import experiment
import forms
import guest_image
import kernels
import peers
from machine import GuestError, Machine
from packages import PackageError

RECIPE = 1
AT_ONCE = 2
PAGE_SIZE = 4096
SAVE_DISK_MIB = 3072  # and as much as the guest has memory


def say(name, text):
    """Progress, for whoever watches."""
    print(f"{time.strftime('%H:%M:%S')} {name}: {text}", file=sys.stderr, flush=True)


def dump_folder(name):
    return cache.folder("dumps") / name


def manifest(name):
    """A dump's manifest, None when there is no such dump."""
    path = dump_folder(name) / "manifest.json"
    return json.loads(path.read_text()) if path.exists() else None


def key(kernel, variants):
    """What a dump depends on: as long as it is the same, a cached dump is right."""
    return cache.fingerprint(RECIPE, kernel.identity, dataclasses.astuple(boots.settings(variants)), *guest_image.SOURCES,
                             *boots.main_file(variants).values())


def prepare(kernel, settings, work, **image):
    """The guest's files."""
    (work / "initrd").write_bytes(guest_image.initramfs(kernel, **image))
    content = None
    if settings.kdump:
        content = work / "content"
        (content / "crash").mkdir(parents=True)
        shutil.copy(kernel.image, content / "crash" / "kernel")
        (content / "crash" / "initrd").write_bytes(guest_image.initramfs(
            kernel, programs=[forms.MAKEDUMPFILE]))
        guest_image.ext4_disk(work / "save", SAVE_DISK_MIB + settings.memory_mib)
    guest_image.ext4_disk(work / "disk", 128, content)


def run_guest(name, guest, settings, work):
    """Follow the workload to its end; returns the forms of dump that came of it."""
    runs, made = [], []
    while True:
        word, _, rest = guest.hear().partition(" ")
        if word == "buffer":
            runs += [tuple(int(number, 16) for number in run.split("+")) for run in rest.split()]
        elif word == "capture":
            label, size = rest.split()
            say(name, f"captured {label}, {int(size) >> 10} KiB")
            guest.monitor.do("stop")
            data = captures.take(guest.monitor, runs, int(size), work)
            if label == "before" and not settings.kdump:
                forms.from_qemu(guest.monitor, work, settings.compressed)
            guest.monitor.do("cont")
            guest.answer()
            if label != "rehearsal":
                captures.unpack(data, work / ("before" if label == "once" else label))
            if label == "after":
                return made + forms.finish_qemu(work, settings.compressed)
        elif word == "booted":
            say(name, "booted")
            if settings.balloon_mib:
                guest.monitor.do("balloon", value=(settings.memory_mib - settings.balloon_mib) << 20)
        elif word == "saved":
            guest.answer()
            return made + forms.from_save_disk(work / "save", work)
        elif word != "making" or sys.stderr.isatty():
            say(name, f"{word} {rest}")


def check(variants, settings, work):
    """A variant that did not take must not pass for one."""
    for variant in variants:
        proof = boots.VARIANTS[variant].proof
        if proof and not re.search(proof[1], (work / proof[0]).read_text()):
            raise RuntimeError(f"variant {variant} does not show: no {proof[1]!r} in {proof[0]}")
    if not settings.kdump and forms.has_note(work / "vmcore") != settings.note:
        raise RuntimeError(f"a VMCOREINFO note was {'' if settings.note else 'not '}to be in the dump")


def write_manifest(name, kernel, variants, settings, work, made, started):
    facts = {
        "name": name,
        "release": (work / "before" / "version").read_text().split()[2],
        "variants": list(variants),
        "settings": dataclasses.asdict(settings),
        "forms": made,
        "split": list(forms.SPLIT) if settings.kdump else [],
        "bracket": "before" if settings.kdump else "around",
        "has_dwarf": kernel.vmlinux is not None,
        "page_size": PAGE_SIZE,
        "cmdline": (work / "before" / "cmdline").read_text().strip(),
        "cpus": settings.cpus,
        "mem": settings.memory_mib << 20,
        "vmcoreinfo_note": settings.kdump or settings.note,
        "seconds": round(time.monotonic() - started),
        "key": key(kernel, variants),
    }
    (work / "situations.json").write_text(json.dumps(captures.situations(work / "before"), indent=1))
    (work / "manifest.json").write_text(json.dumps(facts, indent=1))


def boot(name, kernel, variants, work, **image):
    """Boot a kernel and keep what came of it in the folder work, which is emptied first."""
    settings = boots.settings(variants)
    started = time.monotonic()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    prepare(kernel, settings, work, **image)
    say(name, f"booting {kernel.image}")
    with Machine(kernel, settings, work) as guest:
        made = run_guest(name, guest, settings, work)
    check(variants, settings, work)
    if kernel.vmlinux:
        (work / "vmlinux").symlink_to(kernel.vmlinux)
    write_manifest(name, kernel, variants, settings, work, made, started)
    for scrap in ("initrd", "disk", "save", "qmp", "qemu.log"):
        (work / scrap).unlink(missing_ok=True)
    shutil.rmtree(work / "content", ignore_errors=True)


def make_dump(name, kernel, variants):
    """Make a dump; the old one stays until the new one is whole."""
    work = dump_folder(name + ".new")
    boot(name, kernel, variants, work, **boots.main_file(variants))
    shutil.rmtree(dump_folder(name), ignore_errors=True)
    work.rename(dump_folder(name))


def ensure(name, find_kernel, variants):
    """Make a dump unless the cached one is right. Returns (name, "made" or "cached" or None for failed)."""
    try:
        kernel = find_kernel()
        have = manifest(name)
        if have and have["key"] == key(kernel, variants):
            return name, "cached"
        make_dump(name, kernel, variants)
        say(name, "done")
        return name, "made"
    except (GuestError, PackageError, OSError, RuntimeError, ValueError) as error:
        say(name, f"FAILED: {error}")
        return name, None


def row(name="name", release="release", variants="variants", form="form", mib="MiB", seconds="seconds"):
    print(f"{name:<12} {release:<27} {variants:<20} {form:<18} {mib:>6} {seconds:>8}")


def table(results):
    """The table of dumps: (name, what became of it) each."""
    row()
    for name, outcome in results:
        facts = manifest(name)
        if outcome not in ("made", "cached"):
            row(name, "-", "-", "-", "-", outcome or "FAILED")
            continue
        for form in facts["forms"]:
            row(name, facts["release"], ",".join(facts["variants"]) or "-", form,
                (dump_folder(name) / form).stat().st_size >> 20,
                "cached" if outcome == "cached" else facts["seconds"])


def someone_else():
    print("waiting for another run of the lab to end", file=sys.stderr)


def make_all(jobs):
    with cache.alone(someone_else), ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(lambda job: ensure(*job), jobs))
    table(results)
    failed = [name for name, outcome in results if not outcome]
    if failed:
        print(f"failed: {' '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def command_make(arguments):
    unknown = [name for name in arguments.names if name not in boots.BOOTS]
    if unknown:
        print(f"no such dump: {' '.join(unknown)}; there are: {' '.join(boots.BOOTS)}", file=sys.stderr)
        return 2
    jobs = []
    for name in arguments.names or boots.BOOTS:
        series, variants = boots.BOOTS[name]
        jobs.append((name, lambda series=series: kernels.debian(series), variants))
    return make_all(jobs)


def command_list(_):
    names = [*boots.BOOTS, *(folder.name for folder in cache.dumps() if folder.name not in boots.BOOTS)]
    table([(name, "cached" if manifest(name) else "absent") for name in names])
    return 0


def command_path(arguments):
    path = peers.root() if arguments.name == "peers" else dump_folder(arguments.name)
    print(path)
    return 0 if path.exists() else 1


def command_run(arguments):
    kernel = kernels.by_path(arguments.image, arguments.vmlinux, arguments.modules)
    return make_all([(arguments.name, lambda: kernel, tuple(arguments.variant))])


def command_experiment(arguments):
    try:
        with cache.alone(someone_else):
            experiment.make(say)
    except (GuestError, PackageError) as error:
        print(error, file=sys.stderr)
        return 1
    for step in arguments.names or experiment.STEPS:
        print(step, *experiment.dumps(step))
    return 0


def command_peers(_):
    try:
        with cache.alone(someone_else):
            for suite in peers.INCLUDE:
                print(peers.make(suite))
        return 0
    except PackageError as error:
        print(error, file=sys.stderr)
        return 1


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    make = commands.add_parser("make", help="make all dumps, or the named ones, that are not cached")
    make.add_argument("names", nargs="*", metavar="NAME")
    make.set_defaults(run=command_make)
    commands.add_parser("list", help="the table of dumps").set_defaults(run=command_list)
    path = commands.add_parser("path", help="the folder of a dump, or of the peers")
    path.add_argument("name", metavar="NAME")
    path.set_defaults(run=command_path)
    run = commands.add_parser("run", help="make a dump of any kernel")
    run.add_argument("--name", required=True)
    run.add_argument("--image", required=True)
    run.add_argument("--vmlinux")
    run.add_argument("--modules")
    run.add_argument("--variant", nargs="+", default=[], choices=list(boots.VARIANTS))
    run.set_defaults(run=command_run)
    steps = commands.add_parser("experiment", help="make the dumps of the experiments, and say which are before and after each")
    steps.add_argument("names", nargs="*", metavar="NAME", choices=[[], *experiment.STEPS])
    steps.set_defaults(run=command_experiment)
    commands.add_parser("peers", help="make the roots with other releases of crash and drgn").set_defaults(run=command_peers)
    return parser.parse_args()


if __name__ == "__main__":
    options = parse()
    sys.exit(options.run(options))
