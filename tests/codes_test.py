#!/usr/bin/env python3
"""Every reject code has a test that earns it.

Walks all codes.h of the program and all tests: the constant (or its name in quotes) has to stand
among the arguments of an assertion. Prints what is missing, and what two folders call alike.
"""
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("crypto", "proto", "ledger", "node", "tools")
CODE = re.compile(r'RejectCode\s+(k\w+)\s*\{\s*"(E-[A-Z0-9-]+)"')
ASSERTION = re.compile(r"\b(?:expect_code|expect_fault|expect_refused|(?:EXPECT|ASSERT)_\w+)\s*\(")


def codes(root):
    """constant -> name, of every codes.h."""
    found = []
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("codes.h")):
            found += CODE.findall(path.read_text(encoding="utf-8"))
    return found


def arguments(text, start):
    """What stands between the parentheses that open before `start`."""
    depth = 1
    for offset in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[offset], 0)
        if depth == 0:
            return text[start:offset]
    return text[start:]


def words_of_assertions(text):
    text = re.sub(r"//[^\n]*", "", text)
    words = set()
    for match in ASSERTION.finditer(text):
        inside = arguments(text, match.end())
        words.update(re.findall(r"\bk[A-Z]\w*|E-[A-Z0-9-]+", inside))
    return words


def earned(root):
    words = set()
    for path in sorted((root / "tests").rglob("*_test.cpp")):
        words |= words_of_assertions(path.read_text(encoding="utf-8"))
    return words


class Codes(unittest.TestCase):
    def test_each_is_earned_by_a_test(self):
        found, words = codes(ROOT), earned(ROOT)
        self.assertGreater(len(found), 30)
        missing = [f"{name} ({constant})" for constant, name in found
                   if constant not in words and name not in words]
        self.assertEqual(missing, [])

    def test_no_two_have_one_name(self):
        names = [name for _, name in codes(ROOT)]
        self.assertEqual(sorted(names), sorted(set(names)))


class Scanner(unittest.TestCase):
    def test_sees_constants_in_assertions_only(self):
        text = 'use(kOne); EXPECT_EQ(f(a), kTwo); // EXPECT_EQ(kThree)\nexpect_code(g(), kFour);'
        self.assertEqual(words_of_assertions(text), {"kTwo", "kFour"})

    def test_sees_names_in_quotes(self):
        self.assertEqual(words_of_assertions('EXPECT_EQ(code, "E-FOO-BAR");'), {"E-FOO-BAR"})

    def test_reads_to_the_closing_parenthesis(self):
        self.assertEqual(words_of_assertions("EXPECT_EQ(f(a), b); g(kFive);"), set())


if __name__ == "__main__":
    sys.exit(unittest.main())
