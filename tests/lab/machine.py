# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest under QEMU: its command line, its monitor (QMP), and the line on which the workload speaks."""
import json
import queue
import socket
import subprocess
import threading
import time

# QEMU must not outlive the lab, however that ends.
QEMU = ("setpriv", "--pdeathsig", "KILL", "qemu-system-x86_64")
SILENCE_SECONDS = 240
CONSOLE_END = 4000


class GuestError(Exception):
    """A guest that did not do what it should; the message ends with the end of its console."""


class Monitor:
    """QEMU's machine protocol, one command at a time."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        for _ in range(100):
            try:
                self.socket.connect(str(path))
                break
            except OSError:
                time.sleep(0.1)
        self.stream = self.socket.makefile("rw")
        self.stream.readline()
        self.do("qmp_capabilities")

    def do(self, command, **arguments):
        self.stream.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.stream.flush()
        while line := self.stream.readline():
            answer = json.loads(line)
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise GuestError(f"QEMU: {command}: {answer['error']['desc']}")
        raise GuestError(f"QEMU went away during {command}")


def cpus_of(settings, node):
    """Which CPUs a node has, in the words of QEMU's -numa."""
    if settings.cpus_apart:
        return f",cpus={node}"
    return "" if node else f",cpus=0-{settings.cpus - 1}"


def command_line(kernel, settings, work):
    """QEMU's arguments for a guest whose files are in the folder work."""
    # On a busy host the guest finds its TSC unstable and changes clocks; one that did was seen to stop.
    words = ["console=ttyS0,115200 panic=-1 page_owner=on secretmem.enable=1 tsc=reliable no_timer_check", f"mmx.buffer={settings.buffer_mib}",
             settings.command_line, "mmx.kdump=1" if settings.kdump else ""]
    size = settings.memory_mib // settings.nodes
    command = [*QEMU, "-accel", "tcg,thread=single", "-nodefaults", "-display", "none", "-no-reboot",
               "-cpu", settings.cpu, "-smp", str(settings.cpus), "-m", str(settings.memory_mib),
               "-kernel", str(kernel.image), "-initrd", str(work / "initrd"),
               "-append", " ".join(word for word in words if word),
               "-serial", f"file:{work}/console.log",
               "-chardev", "stdio,id=line,signal=off", "-serial", "chardev:line",
               "-qmp", f"unix:{work}/qmp,server=on,wait=off"]
    for node in range(settings.nodes if settings.nodes > 1 else 0):
        command += ["-object", f"memory-backend-ram,id=ram{node},size={size}M",
                    "-numa", f"node,nodeid={node},memdev=ram{node}{cpus_of(settings, node)}"]
    for disk in ("disk", "save"):
        if (work / disk).exists():
            command += ["-drive", f"file={work}/{disk},format=raw,if=virtio,cache=unsafe"]
    if settings.balloon_mib:
        command += ["-device", "virtio-balloon-pci"]
    if settings.dimm_mib:
        # One that is there from the start is no RAM to the firmware either: the kernel plugs it in by ACPI.
        command += ["-m", f"{settings.memory_mib},slots=1,maxmem=4G",
                    "-object", f"memory-backend-ram,id=dimm,size={settings.dimm_mib}M",
                    "-device", "pc-dimm,memdev=dimm"]
    if settings.nic:
        command += ["-netdev", "hubport,id=hub,hubid=0", "-device", "virtio-net-pci,netdev=hub"]
    if settings.note:
        command += ["-device", "vmcoreinfo"]
    return command


class Machine:
    """A running guest."""

    def __init__(self, kernel, settings, work):
        self.console = work / "console.log"
        self.errors = open(work / "qemu.log", "w+", encoding="utf-8", errors="replace")
        self.process = subprocess.Popen(command_line(kernel, settings, work), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.errors)
        self.lines = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            self.monitor = Monitor(work / "qmp")
        except (OSError, ValueError) as error:
            raise self.failure(f"QEMU did not start ({error})") from error

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.errors.close()

    def _listen(self):
        for line in self.process.stdout:
            self.lines.put(line.decode(errors="replace").strip("\r\n"))
        self.lines.put(None)

    def hear(self):
        """The next line that the workload says."""
        try:
            line = self.lines.get(timeout=SILENCE_SECONDS)
        except queue.Empty:
            raise self.failure(f"the guest said nothing for {SILENCE_SECONDS} s") from None
        if line is None:
            raise self.failure("the guest ended before its work was done")
        if line.startswith("failed "):
            raise self.failure(line)
        return line

    def answer(self):
        """Let the workload go on."""
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

    def failure(self, why):
        self.errors.seek(0)
        console = self.console.read_text(errors="replace")[-CONSOLE_END:] if self.console.exists() else ""
        return GuestError(f"{why}\n{self.errors.read()}--- end of the console ---\n{console}\n---")
