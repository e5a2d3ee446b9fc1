# SPDX-License-Identifier: GPL-2.0-or-later
"""Small synthetic vmcores of Linux 6.2 to 6.14 whose contents are known."""
