#!/usr/bin/env python3
"""Imports real files as their users do, and holds what the ledger has then against the files.

    import_test.py PROGRAMS DATA_FOLDER [WHOLE_DATA_FOLDER]

PROGRAMS holds greenledger and greenledgerd, DATA_FOLDER the files of tests/data. With
WHOLE_DATA_FOLDER, which holds every real file in full somewhere below it, those are imported
instead; every CSV file there has to be named here, with the counts that its publisher's description
gives. For each file: what is recorded and rejected and why, and that a second run records nothing.
Then what the ledger answers about the purchases, against tests/ledger/reports/count_outcomes.py.

Prints a table: rows, what became of them, and the CPU time of client and node.
"""
import collections
import csv
import dataclasses
import hashlib
import json
import pathlib
import shutil
import sys

sys.dont_write_bytecode = True
FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "ledger" / "reports")]
import count_outcomes  # noqa: E402
from network import Network  # noqa: E402


@dataclasses.dataclass(frozen=True)
class File:
    name: str
    noun: str
    mapping: str
    organisation: str
    rows: int
    records: int = -1  # as many as rows where it is not said
    rejected: dict = dataclasses.field(default_factory=dict)  # rows by code


def smartway(name, rows):
    return File(name, "cert", "smartway", "us-epa", rows)


def energy_star(group, mapping, rows):
    return File(f"ENERGY_STAR_Certified_{group}.csv", "cert", f"energy-star-{mapping}", "us-epa",
                rows)


EXTRACTS = (
    smartway("smartway_2018.csv", 2682),
    smartway("smartway_2019.csv", 2690),
    File("energy_star_clothes_washers.csv", "cert", "energy-star-clothes-washers", "us-epa", 260),
    File("nyserda_rebates_extract.csv", "purchase", "nyserda-rebates", "nyserda", 5000))

WHOLE = (
    smartway("all_alpha_18.csv", 2682),
    smartway("all_alpha_19.csv", 2690),
    energy_star("Computers", "computers", 1930),
    energy_star("Version_8.0__Computers", "computers-v8", 417),
    energy_star("_Light_Bulbs_Version_2.0", "light-bulbs-v2", 11389),
    energy_star("Roof_Products", "roof-products", 2962),
    energy_star("Uninterruptible_Power_Supplies", "uninterruptible-power-supplies", 393),
    energy_star("Telephones", "telephones", 289),
    energy_star("Residential_Clothes_Washers", "clothes-washers", 260),
    energy_star("Version_3.0_Enterprise_Servers", "enterprise-servers-v3", 121),
    energy_star("Vending_Machines", "vending-machines", 0),
    # 2,862 registrations, 20 of them superseded (21 rows). One row names no product, and one
    # registration has 3.54365197500181 stars, which is no grade.
    File("tmpvhqhjztv20180202.csv", "cert", "gems-televisions", "gems-regulator", 3394,
         2862 - 1 + 20, {"E-FIELD-MISSING": 1, "E-SCHEME": 1}),
    File("NYSERDA_Electric_Vehicle_Drive_Clean_Rebate_Data__Beginning_2017.csv", "purchase",
         "nyserda-rebates", "nyserda", 23827),
    File("SCMS_Delivery_History_Dataset.csv", "purchase", "scms-deliveries", "scms", 10324))

# Lists of codes and numbers: no mapping makes records of them.
NO_RECORDS = {"sustainabilityGoal.csv", "sustainabilityStrategy.csv", "levels.csv",
              "units-of-measure.csv", "gtin.csv", "lei.csv"}

# A petrol car of the register and a plug-in car that was bought, of one name.
FALSE_FRIENDS = ("MITSUBISHI OUTLANDER", "CHRYSLER PACIFICA", "KIA NIRO", "FORD FOCUS")


def same(what, got, wanted):
    assert got == wanted, f"{what}: {got}, not {wanted}"


def import_once(network, file, path):
    """(what the client said, seconds of CPU of the client, and of the node)"""
    node_cpu_s = network.node.cpu_s()
    ran = network.run(file.noun, "import", path, "--map", file.mapping, "--org", file.organisation,
                      "-o", "json")
    same(f"{file.name}: exit code", ran.code, 3 if file.rejected else 0)
    return json.loads(ran.out), ran.cpu_s, network.node.cpu_s() - node_cpu_s


def import_file(network, file, path):
    """Imports a file twice. A row of the table."""
    before = network.get("/v1/status")["records"]
    told, client_s, node_s = import_once(network, file, path)
    rejected = sum(file.rejected.values())
    same(f"{file.name}: rows", told["rows"], file.rows)
    same(f"{file.name}: recorded", told["recorded"], file.rows - rejected)
    same(f"{file.name}: already there", told["already_recorded"], 0)
    same(f"{file.name}: rejected", told["rejected_by_code"], file.rejected)
    after = network.get("/v1/status")
    same(f"{file.name}: records on the ledger", after["records"] - before,
         file.rows if file.records < 0 else file.records)

    again, _, _ = import_once(network, file, path)
    same(f"{file.name}: recorded again", again["recorded"], 0)
    same(f"{file.name}: already there again", again["already_recorded"], file.rows - rejected)
    same(f"{file.name}: rejected again", again["rejected_by_code"], file.rejected)
    same(f"{file.name}: the ledger after a second run", network.get("/v1/status")["tree_root"],
         after["tree_root"])
    reasons = ", ".join(f"{count} {code}" for code, count in sorted(file.rejected.items()))
    return (file.name, f"{file.rows:,}", f"{told['recorded']:,}", reasons or "0",
            f"{told['elapsed_ms']:,}", f"{told['rows_per_second']:,}", cpu(client_s, file.rows),
            cpu(node_s, file.rows))


def cpu(seconds, rows):
    return f"{seconds * 1e6 / rows:.0f}" if rows else "-"


def check_extract(network, path):
    """Rows that came with the whole file are known again in the extract, by their names."""
    shutil.copyfile(path, network.folder / path.name)
    told, _, _ = import_once(network, EXTRACTS[-1], network.folder / path.name)
    same("recorded of the extract", (told["recorded"], told["already_recorded"]), (0, 5000))


def names_of(path):
    """What the purchases of the rebate file are called, and how many of its rows repeat another."""
    lines = path.read_bytes().splitlines()
    columns = next(csv.reader([lines[0].decode()]))
    if "row_id" in columns:  # the extract, named before its ZIP column went
        names = [line.decode().rsplit(",", 1)[1] for line in lines[1:]]
        return names, sum(not name.endswith("-1") for name in names)
    seen = collections.Counter()
    names = []
    for line in lines[1:]:
        seen[line] += 1
        names.append(f"{hashlib.sha256(line).hexdigest()[:16]}-{seen[line]}")
    return names, len(lines) - 1 - len(seen)


def check_purchases(network, registers, path, repeated):
    """Each row is a purchase of its own, and is judged as the second program judges it."""
    names, repeats = names_of(path)
    same("rows that repeat another", repeats, repeated)
    lines = {tuple(line["subject"].split("/")[1:]): line["purchase"]["product"]
             for line in network.get_all("/v1/purchases")}
    same("purchases", set(lines) == {("nyserda", "drive-clean", name, "1") for name in names}, True)

    counted = count_outcomes.count(registers, path)
    report = network.ask("report", "share")
    all_outcomes = {"certified", "not_certified", "ambiguous", "not_in_register", "out_of_validity"}
    same("outcomes", report["total"]["outcomes"],
         {name: counted["outcomes"][name] for name in all_outcomes})
    by_year = collections.defaultdict(collections.Counter)
    for month in report["by_month"]:
        by_year[month["key"][:4]].update(month["outcomes"])
    same("outcomes by year", {year: +outcomes for year, outcomes in by_year.items()},
         dict(counted["by_year"]))

    for name in FALSE_FRIENDS:
        outcomes = collections.Counter(
            network.get("/v1/purchases/" + "/".join(line))["join"]["outcome"]
            for line, product in lines.items()
            if f"{product['brand']} {product['model']}".upper() == name)
        same(f"purchases of a {name}", outcomes, counted["by_model"][name])
        assert outcomes and not outcomes["certified"], (name, outcomes)
    return counted["outcomes"]


def check_refused(network, path):
    """No ready mapping takes a file that holds no records, and nothing is left behind."""
    before = network.get("/v1/status")["tree_root"]
    for mapping in network.ask("import", "map")["items"]:
        purchases = any("recorder=" in parameter for parameter in mapping["parameters"])
        got = network.refuse("purchase" if purchases else "cert", "import", path, "--map",
                             mapping["name"], "--org", "scms" if purchases else "us-epa")
        same(f"{path.name} as {mapping['name']}", got, (2, "E-MAP-COLUMN"))
    same(f"{path.name}: files beside it", sorted(path.parent.glob(path.name + "?*")), [])
    same("the ledger", network.get("/v1/status")["tree_root"], before)


def show(rows, outcomes):
    head = ("file", "rows", "recorded", "rejected", "ms", "rows/s", "client µs/row", "node µs/row")
    print("| " + " | ".join(head) + " |")
    print("| --- " * len(head) + "|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(", ".join(f"{name} {count:,}" for name, count in sorted(outcomes.items())))


def main(programs, data, whole=None):
    files = WHOLE if whole else EXTRACTS
    paths = {path.name: path for path in sorted(pathlib.Path(whole or data).rglob("*.csv"))}
    known = {file.name for file in files} | (NO_RECORDS if whole else set())
    same("CSV files", sorted(paths), sorted(known))
    with Network(programs) as network:
        network.start()
        rows, outcomes = [], {}
        for name, path in paths.items():  # imports leave files beside their input
            shutil.copyfile(path, network.folder / name)
            paths[name] = network.folder / name
        for file in files:
            rows.append(import_file(network, file, paths[file.name]))
            if file.mapping == "nyserda-rebates":
                registers = [paths[register.name] for register in files[:2]]
                outcomes = check_purchases(network, registers, paths[file.name],
                                           814 if whole else 169)
                if whole:
                    check_extract(network, pathlib.Path(data) / EXTRACTS[-1].name)
        for name in NO_RECORDS & set(paths):
            check_refused(network, paths[name])
        show(rows, outcomes)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
