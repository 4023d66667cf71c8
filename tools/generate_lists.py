#!/usr/bin/env python3
"""Writes the tables of ledger/records/lists/ from the sources of the code lists.

Execution reads these tables and nothing of the machine, so a table may only change together with
the rules version: tests/ledger/records/lists_test.cpp holds the digest of each.

Sources (Debian 12):
  iso-codes 4.15.0-1     /usr/share/iso-codes/json/iso_3166-1.json, iso_4217.json
  unicode-data 15.0.0-1  /usr/share/unicode/{UnicodeData,DerivedNormalizationProps,
                         CompositionExclusions}.txt, NormalizationTest.txt.bz2
and units-of-measure.csv of the data package unece-units-of-measure (UN/ECE Recommendation 20,
licence ODC-PDDL; no Debian package has it), which has to be named:

  tools/generate_lists.py UNITS.CSV

It writes the same bytes on every run and prints the digest of each table.
"""
import bz2
import csv
import hashlib
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LISTS = ROOT / "ledger/records/lists"
ISO = pathlib.Path("/usr/share/iso-codes/json")
UNICODE = pathlib.Path("/usr/share/unicode")

# ISO 4217 minor units that are not 2; the JSON of iso-codes has none.
MINOR_UNITS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(),
                    0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
# Of the codes that start with X only these are money; the others (metals, accounting units, tests)
# have no minor unit.
MONEY_OF_X = ("XAF", "XCD", "XOF", "XPF")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def wrap(items, separator, width=98):
    lines, line = [], ""
    for item in items:
        if line and len(line) + len(item) + len(separator) > width:
            lines.append(line.rstrip())
            line = ""
        line += item + separator
    if line:
        lines.append(line.rstrip())
    return lines


def write(name, purpose, sources, digest, body):
    head = [f"// {line}" for line in purpose]
    head.append("//")
    head.append("// Written by tools/generate_lists.py from:")
    for label, path in sources:
        head.append(f"//   {label}, SHA-256 of the file")
        head.append(f"//   {sha256(path.read_bytes())}")
    head += ["// Digest of the table (rules version 1):", f"//   {digest}"]
    text = "\n".join(head + ["// clang-format off", "#pragma once", ""] + body) + "\n"
    (LISTS / name).write_text(text, encoding="utf-8")
    print(f"{name:24} {digest}")


def string_table(constant, items):
    """One string literal of fixed-width items, about 96 characters a line."""
    per_line = 92 // len(items[0])
    lines = ["namespace ledger::lists {", "",
             f"inline constexpr std::string_view {constant} ="]
    for start in range(0, len(items), per_line):
        lines.append('    "' + "".join(items[start:start + per_line]) + '"')
    lines[-1] += ";"
    return ["#include <string_view>", ""] + lines + ["", "}  // namespace ledger::lists"]


def countries():
    path = ISO / "iso_3166-1.json"
    items = sorted(entry["alpha_2"] for entry in json.loads(path.read_text())["3166-1"])
    write("countries.h",
          ["ISO 3166-1 alpha-2 codes in ascending order, two characters each."],
          [("iso-codes 4.15.0 iso_3166-1.json", path)],
          sha256("".join(items).encode()), string_table("kCountries", items))


def currencies():
    path = ISO / "iso_4217.json"
    codes = sorted(entry["alpha_3"] for entry in json.loads(path.read_text())["4217"])
    items = [f"{code}{MINOR_UNITS.get(code, 2)}" for code in codes
             if code[0] != "X" or code in MONEY_OF_X]
    write("currencies.h",
          ["ISO 4217 codes in ascending order, each followed by its number of minor-unit digits.",
           "Without the codes that have none (metals, accounting units, tests)."],
          [("iso-codes 4.15.0 iso_4217.json", path)],
          sha256("".join(items).encode()), string_table("kCurrencies", items))


def units(path):
    status = {"": "a", "¦": "a", "D": "d", "X": "x"}
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    items = sorted(f"{row['CommonCode']:3}{status[row['Status']]}" for row in rows)
    write("units.h",
          ["UN/ECE Recommendation 20 codes in ascending order, padded with spaces to three",
           "characters, each followed by its status: a in use, d deprecated, x deleted."],
          [("unece-units-of-measure 17.0 units-of-measure.csv (ODC-PDDL)", path)],
          sha256("".join(items).encode()), string_table("kUnits", items))


def points(field):
    ends = field.split("..")
    return range(int(ends[0], 16), int(ends[-1], 16) + 1)


def unicode_rows(name):
    for line in (UNICODE / name).read_text(encoding="utf-8").splitlines():
        fields = [field.strip() for field in line.split("#")[0].split(";")]
        if fields[0]:
            yield fields


def nfc():
    combining, decomposition = {}, {}
    for row in unicode_rows("UnicodeData.txt"):
        point = int(row[0], 16)
        if row[3] != "0":
            combining[point] = int(row[3])
        if row[5] and not row[5].startswith("<"):
            decomposition[point] = [int(part, 16) for part in row[5].split()]
    quick, excluded = {}, set()
    for row in unicode_rows("DerivedNormalizationProps.txt"):
        if row[1] == "NFC_QC":
            quick.update(dict.fromkeys(points(row[0]), row[2]))
        if row[1] == "Full_Composition_Exclusion":
            excluded.update(points(row[0]))
    nfc_classes(combining, quick)
    nfc_decompositions(decomposition, excluded)


SOURCES = [(f"unicode-data 15.0.0 {name}", UNICODE / name)
           for name in ("UnicodeData.txt", "DerivedNormalizationProps.txt")]
BLOCK = 128


def nfc_classes(combining, quick):
    # Class 0: combining class 0, quick check yes. The others in order of first sight.
    classes, blocks, index = [(0, "Y")], [], []
    for start in range(0, 0x110000, BLOCK):
        block = []
        for point in range(start, start + BLOCK):
            entry = (combining.get(point, 0), quick.get(point, "Y"))
            if entry not in classes:
                classes.append(entry)
            block.append(classes.index(entry))
        if block not in blocks:
            blocks.append(block)
        index.append(blocks.index(block))
    while index[-1] == 0:
        index.pop()
    check = {"Y": 0, "M": 1, "N": 2}
    flat = [value for block in blocks for value in block]
    pairs = [value for number, letter in classes for value in (number, check[letter])]
    digest = sha256(bytes(index) + bytes(flat) + bytes(pairs))
    body = ["#include <array>", "#include <cstdint>", "", "namespace ledger::lists {", ""]
    for name, values in (("kNfcBlocks", index), ("kNfcClassOf", flat), ("kNfcClasses", pairs)):
        body.append(f"inline constexpr std::array<std::uint8_t, {len(values)}> {name} = {{")
        body += wrap([str(value) for value in values], ",")
        body += ["};", ""]
    write("nfc_classes.h",
          ["Canonical combining class and NFC_Quick_Check of each code point, Unicode 15.0:",
           "kNfcBlocks[point / 128] (0 beyond the end) is a block, kNfcClassOf[block * 128 +",
           "point % 128] a class, kNfcClasses[2 * class] its combining class and the value after",
           "it the quick check: 0 yes, 1 maybe, 2 no."],
          SOURCES, digest, body + ["}  // namespace ledger::lists"])


def nfc_decompositions(decomposition, excluded):
    triples = []
    for point in sorted(decomposition):
        parts = decomposition[point] + [0] * (2 - len(decomposition[point]))
        triples.append((point, parts[0], parts[1]))
    composing = [number for number, triple in enumerate(triples) if triple[0] not in excluded]
    composing.sort(key=lambda number: triples[number][1:])
    flat = [value for triple in triples for value in triple]
    digest = sha256(b"".join(value.to_bytes(4, "big") for value in flat + composing))
    body = ["#include <array>", "#include <cstdint>", "", "namespace ledger::lists {", ""]
    for name, kind, values in (("kNfcDecompositions", "std::uint32_t", flat),
                               ("kNfcCompositions", "std::uint16_t", composing)):
        body.append(f"inline constexpr std::array<{kind}, {len(values)}> {name} = {{")
        body += wrap([str(value) for value in values], ",")
        body += ["};", ""]
    write("nfc_decompositions.h",
          ["Canonical decomposition mappings of Unicode 15.0 as triples {point, first, second or",
           "0}, ascending by point; Hangul is arithmetic. kNfcCompositions lists the numbers of",
           "those triples that compose again, ascending by {first, second}."],
          SOURCES, digest, body + ["}  // namespace ledger::lists"])


def nfc_vectors():
    """NormalizationTest.txt without its comments and all but every 53rd Hangul syllable."""
    source = UNICODE / "NormalizationTest.txt.bz2"
    lines = []
    for line in bz2.decompress(source.read_bytes()).decode("utf-8").splitlines():
        fields = line.split("#")[0].split(";")
        if len(fields) < 5:
            continue
        texts = ["".join(chr(int(part, 16)) for part in field.split()) for field in fields[:3]]
        syllable = ord(texts[0][0]) - 0xAC00
        if len(texts[0]) == 1 and 0 <= syllable < 11172 and syllable % 53 != 0:
            continue
        lines.append(" ".join(text.encode("utf-8").hex() for text in texts))
    target = ROOT / "tests/vectors/nfc/normalization_test.txt"
    target.parent.mkdir(parents=True, exist_ok=True)
    head = ("# Source, NFC and NFD of the lines of NormalizationTest.txt of Unicode 15, as UTF-8\n"
            "# in hex; of the Hangul syllables every 53rd. Made by tools/generate_lists.py;\n"
            f"# SHA-256 of the source (bzip2) {sha256(source.read_bytes())}\n")
    target.write_text(head + "\n".join(lines) + "\n", encoding="ascii")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    LISTS.mkdir(parents=True, exist_ok=True)
    countries()
    currencies()
    units(pathlib.Path(sys.argv[1]))
    nfc()
    nfc_vectors()


if __name__ == "__main__":
    main()
