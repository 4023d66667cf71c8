"""The data files are what their README says, and the extract is made as it says."""
import gzip
import hashlib
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))
import make_extract  # noqa: E402


class Files(unittest.TestCase):
    def test_every_file_has_the_content_of_its_sum(self):
        sums = dict(reversed(line.split()) for line in (FOLDER / "SHA256SUMS").open())
        self.assertEqual(sorted(sums), sorted(path.stem for path in FOLDER.glob("*.gz")))
        for name, expected in sums.items():
            with self.subTest(name), gzip.open(FOLDER / f"{name}.gz") as unpacked:
                self.assertEqual(hashlib.sha256(unpacked.read()).hexdigest(), expected)

    def test_the_extract_names_no_zip_code(self):
        with gzip.open(FOLDER / "nyserda_rebates_extract.csv.gz", "rt") as unpacked:
            self.assertNotIn("ZIP", unpacked.readline())


class Extract(unittest.TestCase):
    # sha256sum of "1,a,x" and of "2,b,y", first 16 digits.
    A, B = "02afd7159c1acdac", "2a3f4b9fde3ee937"

    def rows(self, taken, *lines):
        before, make_extract.ROWS_TAKEN = make_extract.ROWS_TAKEN, taken
        try:
            return list(make_extract.extract([b"n,ZIP,m", *lines]))
        finally:
            make_extract.ROWS_TAKEN = before

    def test_a_row_is_its_line_and_its_occurrence_in_the_whole(self):
        self.assertEqual(
            self.rows(3, b"1,a,x", b"2,b,y", b"1,a,x"),
            [["n", "m", "row_id"], ["1", "x", self.A + "-1"], ["2", "y", self.B + "-1"],
             ["1", "x", self.A + "-2"]])

    def test_occurrences_are_counted_over_rows_that_are_not_taken(self):
        # Of four rows two are taken: 0 and 2 (r * 2 // 4 is 0 0 1 1).
        self.assertEqual(
            self.rows(2, b"1,a,x", b"1,a,x", b"1,a,x", b"2,b,y")[1:],
            [["1", "x", self.A + "-1"], ["1", "x", self.A + "-3"]])


if __name__ == "__main__":
    unittest.main()
