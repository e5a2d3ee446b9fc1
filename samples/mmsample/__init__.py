# SPDX-License-Identifier: GPL-2.0-or-later
"""Small synthetic vmcores of Linux 6.8 and 6.14 whose contents are known."""
