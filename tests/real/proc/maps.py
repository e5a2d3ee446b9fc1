# SPDX-License-Identifier: GPL-2.0-or-later
"""/proc/PID/maps, by procx: of every process and thread, equal to the byte."""
from real.check import every_form
from real.proc.smaps import compared

CHECKS = [("procx PID/maps", every_form, compared("maps"))]
