#!/usr/bin/env tests/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the comparison itself: it must find what is wrong and nothing else."""
import json
import subprocess
import sys
import tempfile
import unittest
from array import array
from pathlib import Path

import compare
import suite

HERE = Path(__file__).resolve().parent


def words(*values):
    return array("Q", values)


class Words(unittest.TestCase):
    def test_right(self):
        verdict = compare.compare_words("kpagecount", words(1, 2, 3), words(1, 2, 4), words(1, 2, 9))
        self.assertEqual((verdict.compared, verdict.moved, verdict.wrong), (2, 1, 0))

    def test_wrong(self):
        verdict = compare.compare_words("kpageflags", words(1, 1 << 21), words(1, 1 << 21), words(1, 2))
        self.assertEqual(verdict.wrong, 1)
        self.assertIn("PFN 0x1: the kernel says 0x200000 (KSM), the answer is 0x2 (ERROR)", verdict.lines)
        self.assertIn("missing KSM in 1", verdict.lines)

    def test_absent(self):
        verdict = compare.compare_words("kpagecount", words(1, 2), words(1, 2), words(7, 2), b"\1\0")
        self.assertEqual((verdict.compared, verdict.absent, verdict.wrong), (1, 1, 0))

    def test_short_answer(self):
        self.assertEqual(compare.compare_words("kpagecount", words(1, 2), words(1, 2), words(1)).wrong, 1)

    def test_short_mask(self):
        self.assertEqual(compare.compare_words("kpagecount", words(1, 2), words(1, 2), words(1, 2), b"\1").wrong, 1)


class Text(unittest.TestCase):
    def wrong(self, before, after, answer):
        return compare.compare_text(before, after, answer).wrong

    def test_to_the_byte(self):
        self.assertEqual(self.wrong("a  1\n", "a  1\n", "a  1\n"), 0)
        self.assertEqual(self.wrong("a  1\n", "a  1\n", "a 1\n"), 1)

    def test_moved_number(self):
        for answer, wrong in (("n 5", 0), ("n 7", 0), ("n 9", 0), ("n 10", 1), ("n 4", 1), ("m 7", 1), ("n x", 1)):
            self.assertEqual(self.wrong("n 5", "n 9", answer), wrong, answer)

    def test_moved_and_wider(self):
        self.assertEqual(self.wrong("n    9 kB", "n   11 kB", "n   10 kB"), 0)

    def test_still_field_of_a_moved_line(self):
        self.assertEqual(self.wrong("n 5 8", "n 9 8", "n 7 8"), 0)
        self.assertEqual(self.wrong("n 5 8", "n 9 8", "n 7 9"), 1)

    def test_lines(self):
        self.assertEqual(self.wrong("a\nb", "a\nb", "a"), 1)
        self.assertEqual(self.wrong("a\nb", "a", "a"), 0)
        self.assertEqual(self.wrong("a\nb", "a", "c"), 1)


class CommandLine(unittest.TestCase):
    """The program on a dump's folder, a pagemap with its headers in it."""

    def run_on(self, bracket, first, second, answer, *options):
        with tempfile.TemporaryDirectory() as folder:
            dump = Path(folder)
            (dump / "manifest.json").write_text(json.dumps({"bracket": bracket}))
            names = ("before", "after") if bracket == "around" else ("earlier", "before")
            for name, capture in zip(names, (first, second)):
                (dump / name / "7").mkdir(parents=True)
                (dump / name / "7" / "pagemap").write_bytes(capture.tobytes())
            (dump / "answer").write_bytes(answer.tobytes())
            return subprocess.run([sys.executable, HERE / "compare.py", "words", dump, "7/pagemap",
                                   dump / "answer", *options], capture_output=True, text=True, check=False)

    def test_pagemap(self):
        capture = words(0x1000, 2, 5, 6, 0x9000, 1, 7)
        self.assertEqual(self.run_on("around", capture, capture, words(5, 6, 7)).returncode, 0)
        failed = self.run_on("around", capture, capture, words(5, 6, 8))
        self.assertEqual(failed.returncode, 1)
        self.assertIn("address 0x9000", failed.stdout)

    def test_before_only(self):
        capture, moved = words(0x1000, 2, 5, 6), words(0x1000, 2, 5, 7)
        self.assertEqual(self.run_on("before", moved, capture, words(5, 9)).returncode, 0)
        self.assertEqual(self.run_on("before", moved, capture, words(4, 9)).returncode, 1)
        self.assertEqual(self.run_on("before", moved, capture, words(4, 9), "--allow", "1").returncode, 0)


class Lines(unittest.TestResult):
    """Prints a line a test, as all suites do."""

    def addSuccess(self, test):
        suite.say(suite.passed(f"compare {test.id().split('.', 1)[1]}"))

    def addFailure(self, test, err):
        super().addFailure(test, err)
        suite.say(suite.failed(f"compare {test.id().split('.', 1)[1]}", err[1]))

    addError = addFailure


if __name__ == "__main__":
    outcome = Lines()
    unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__]).run(outcome)
    sys.exit(0 if outcome.wasSuccessful() else 1)
