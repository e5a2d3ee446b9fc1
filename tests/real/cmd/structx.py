# SPDX-License-Identifier: GPL-2.0-or-later
"""What structx says of tasks, CPUs and containing structs, against the guest's captures."""
import compare
import suite
from real.check import MMX, every_form, is_filtered, raw_form, run, verdict
from real.guest import processes, read


def structx(form, *words, status=(0,)):
    result = run(MMX, "-c", form, "--json", "structx", *words)
    suite.expect(result.status in status, result)
    return suite.document(result.out, "mmx.struct/1").get("structs", [])  # none on a list without any


def members(row):
    """{member: value} of what was chosen."""
    return {child["member"]: child.get("value") for child in row.get("children", ())}


def tasks(dump, form):
    """Along the list of tasks each process is met once, with its PID and its name."""
    found, faults = {}, []
    for row in structx(form, "task_struct.pid,comm", "-l", "tasks", "-s", "init_task"):
        values = members(row)
        if values["pid"] in found:
            faults.append(f"twice: {values}")
        found[values["pid"]] = values["comm"]
    folders = compare.pair(dump.folder)
    before, after = ({str(pid) for pid in processes(folder)} for folder in folders)
    faults += [f"missing: {pid}" for pid in before & after - found.keys()]
    faults += [f"nobody's: {pid}" for pid in found.keys() - before - after - {"0"}]
    for pid, comm in found.items():
        names = {read(folder, int(pid), "comm") for folder in folders} - {None}
        # Of a worker /proc has what it works on as well.
        if names and not any(name.rstrip("\n")[:15] == comm.strip('"') or name.startswith("kworker") for name in names):
            faults.append(f"{pid}: {comm}, captured {names}")
    return verdict(faults, len(found), dump, 20)


def heads_and_starts(dump, form):
    """From the head that init_task has a list leads to all tasks but that one."""
    layout, = structx(form, "task_struct.tasks")
    offset = layout["children"][0]["offset"]
    whole = structx(form, "task_struct.pid", "-l", "tasks", "-s", "init_task")
    rest = structx(form, "task_struct.pid", "-l", "tasks", f"init_task+{offset[2:]}")
    suite.equal(rest, whole[1:], "tasks from the head on")
    back, = structx(form, "task_struct.pid", "-c", "tasks", f"init_task+{offset[2:]}")
    suite.equal(back["object"]["address"], whole[0]["object"]["address"], "the task that has the list_head")


def modules(dump, form):
    """Modules are those of /proc/modules."""
    want = {line.split()[0] for line in (dump.before / "modules").read_text().splitlines()}
    rows = structx(form, "module.name", "-l", "list", "modules")
    suite.equal(sorted(members(row)["name"].strip('"') for row in rows), sorted(want), "modules")
    # From one of them on the head, which is a variable, is passed over.
    for start in rows[1:2]:
        again = structx(form, "module.name", "-l", "list", "-s", start["object"]["address"])
        suite.equal([row["object"]["address"] for row in again],
                    [row["object"]["address"] for row in rows[1:] + rows[:1]], "from the second one on")


def file_systems(dump, form):
    """File systems are those of /proc/filesystems, in order: pointers or hlist_nodes; and mounts of tmpfs."""
    want = [line.split()[-1] for line in (dump.before / "filesystems").read_text().splitlines()]
    chain = {child["member"]: child["type"] for child in structx(form, "file_system_type")[0]["children"]}
    link = next(name for name in ("next", "list") if name in chain)  # which is newer, and an hlist_node
    rows = structx(form, "file_system_type.name", "-l", link, "file_systems")
    suite.equal([members(row)["name"].split('"')[1] for row in rows], want, "file systems")
    supers = structx(form, "file_system_type.fs_supers")[0]["children"][0]["offset"][2:]
    for row in structx(form, "super_block.s_type", "-l", "s_instances", f"shmem_fs_type+{supers}"):
        suite.expect("<shmem_fs_type>" in members(row)["s_type"], row)


def freed_setups(_, form):
    """What a module was set up with is freed: no symbol of its own, which only lies before it, names that place."""
    for row in structx(form, "module.name,init", "-l", "list", "modules"):
        values = members(row)
        # One that is not marked as __init stays.
        suite.expect("+" not in values["init"] or f"[{values['name'][1:-1]}]" not in values["init"], values)


def each_cpu(dump, form):
    """Each CPU's run queue knows its number, which has a place of its own."""
    rows = structx(form, "-a", "rq.cpu", "runqueues")
    suite.equal([int(members(row)["cpu"]) for row in rows], [row["object"]["cpu"] for row in rows], "rq.cpu")
    suite.expect(len(rows) >= dump.manifest["cpus"], rows)


def missing(dump, form):
    """What a filter left out is missing, and the exit status says so; what it left is as in the whole dump."""
    whole = structx(dump.raw_path, "-n", "200", "page.flags", f"{dump.variable('vmemmap_base'):x}")
    part = structx(form, "-n", "200", "page.flags", f"{dump.variable('vmemmap_base'):x}", status=(0, 3))
    known = {row["object"]["address"]: row for row in whole}
    return verdict([f"{row}" for row in part if row != known.get(row["object"]["address"])], len(part), dump, 0)


CHECKS = [
    ("structx: tasks", every_form, tasks),
    ("structx: heads and starts of lists", raw_form, heads_and_starts),
    ("structx: modules", raw_form, modules),
    ("structx: file systems", raw_form, file_systems),
    ("structx: setups of modules", raw_form, freed_setups),
    ("structx: each CPU", raw_form, each_cpu),
    ("structx: what is missing", lambda _, form: is_filtered(form), missing),
]
