# SPDX-License-Identifier: GPL-2.0-or-later
"""
mmx's answers, computed a second time: drgn gives bytes of physical memory, offsets, enumerators and
symbols; everything else (translation, struct pages, classes) is worked out here.
"""
