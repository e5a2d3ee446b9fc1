# SPDX-License-Identifier: GPL-2.0-or-later
"""
Owners that know their frames while the frames' struct pages do not know them. Each module has
frames(kernel, ...), which yields the numbers of the frames that its kind of owner has.
"""
