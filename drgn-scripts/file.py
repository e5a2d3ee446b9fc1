#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every file that has something in memory, with what `mmx --json filex` has of it, computed with drgn."""
import sys

from mmxdrgn import answers, script
from mmxdrgn.files import Files


def answer(model, _):
    answers.write("mmx.file/1", files=Files(model.kernel, model.pages).all())
    return answers.DONE


def main():
    return script.run(script.parser(__doc__).parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
