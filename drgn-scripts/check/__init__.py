# SPDX-License-Identifier: GPL-2.0-or-later
"""Holding mmx's answers against those of the scripts here. A module here is what is shared, or a topic."""
