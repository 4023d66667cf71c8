#!/usr/bin/env python3
"""Counts what the vehicle registers of 2018 and 2019 say about the rebates, without the product's
code: the second program that the join is held against.

    count_outcomes.py SMARTWAY_2018.csv SMARTWAY_2019.csv REBATES.csv [PINNED.json]

REBATES is the register of rebates as published or the extract in tests/data. Prints JSON: how many
purchases there are of each outcome, of each outcome by calendar year, and by make and model. With
PINNED it compares instead, and fails where the counts differ.

The rules, in order. A register row bears the purchase's name when "make model", in capitals and
with single spaces, is the row's Model written so. Rows with another drive than the purchase (EV
Type against Fuel) are other cars. If no row of the name is left, the rows whose name goes on after
a space are looked at. A row speaks for the days of its model year, the first letter of its number
(J is 2018, K is 2019). No rows: not_in_register. None for the day: out_of_validity. Only longer
names: ambiguous. Otherwise SmartWay Yes and Elite are certified, No is not_certified, both are
ambiguous.
"""
import collections
import csv
import json
import sys

DRIVE_OF_FUEL = {"Gasoline/Electricity": "PHEV", "Electricity": "BEV", "Hydrogen": "fuel cell"}
YEAR_OF_LETTER = {"J": "2018", "K": "2019"}


def name_of(text):
    return " ".join(text.upper().split())


def read(path):
    # newline="" and strict=False: one file ends its lines with CR CR LF.
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read().replace("\r", "")
    return list(csv.DictReader(text.splitlines()))


def outcome(purchase, rows):
    name = name_of(purchase["Make"] + " " + purchase["Model"])
    year = purchase["Submitted Date"][-4:]

    def speaks_of(row):
        return DRIVE_OF_FUEL.get(row["Fuel"], "none") == purchase["EV Type"]

    same = [row for row in rows.get(name, []) if speaks_of(row)]
    longer = []
    if not same:
        longer = [row for other, group in rows.items() if other.startswith(name + " ")
                  for row in group if speaks_of(row)]
    if not same and not longer:
        return "not_in_register"
    answers = {row["SmartWay"] != "No" for row in same + longer
               if YEAR_OF_LETTER[row["Underhood ID"][0]] == year}
    if not answers:
        return "out_of_validity"
    if longer or len(answers) == 2:
        return "ambiguous"
    return "certified" if answers == {True} else "not_certified"


def count(register_paths, rebates_path):
    rows = collections.defaultdict(list)
    for path in register_paths:
        for row in read(path):
            rows[name_of(row["Model"])].append(row)
    total = collections.Counter()
    by_year = collections.defaultdict(collections.Counter)
    by_model = collections.defaultdict(collections.Counter)
    known = {}
    for purchase in read(rebates_path):
        key = (purchase["Make"], purchase["Model"], purchase["EV Type"],
               purchase["Submitted Date"][-4:])
        if key not in known:
            known[key] = outcome(purchase, rows)
        total[known[key]] += 1
        by_year[key[3]][known[key]] += 1
        by_model[name_of(key[0] + " " + key[1])][known[key]] += 1
    return {"purchases": sum(total.values()), "outcomes": total, "by_year": by_year,
            "by_model": by_model}


def main(arguments):
    if len(arguments) not in (3, 4):
        sys.exit(__doc__)
    text = json.dumps(count(arguments[:2], arguments[2]), indent=1, sort_keys=True) + "\n"
    if len(arguments) == 3:
        sys.stdout.write(text)
        return
    with open(arguments[3], encoding="utf-8") as pinned:
        if pinned.read() != text:
            sys.exit("The counts differ from " + arguments[3])


if __name__ == "__main__":
    main(sys.argv[1:])
