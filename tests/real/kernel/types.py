# SPDX-License-Identifier: GPL-2.0-or-later
"""BTF in the dump and DWARF of the same kernel are one description of its types."""
import tempfile

import suite
from real.check import raw_form, run

TYPES_AGREE = suite.TOP / "build/tools/types_agree"


def types(dump, form):
    """BTF in the dump and DWARF of the same kernel's vmlinux: every struct of the layout table."""
    btf = dump.bytes_between("__start_BTF", "__stop_BTF")
    if not btf:
        return "the raw dump has no BTF between __start_BTF and __stop_BTF"
    with tempfile.NamedTemporaryFile(suffix=".btf") as file:
        file.write(btf)
        file.flush()
        result = run(TYPES_AGREE, file.name, f"dwarf:{dump.vmlinux}")
    return None if result.status == 0 else (result.out + result.err).strip()[-2000:]


CHECKS = [
    ("types, BTF against DWARF", lambda dump, form: raw_form(dump, form) and dump.vmlinux, types),
]
