#!/usr/bin/env python3
"""Compares what the ready mappings make of real files with what this script reads out of them.

    maps_test.py DUMP_PROGRAM MAPS_FOLDER DATA_FOLDER [WHOLE_DATA_FOLDER]

DATA_FOLDER holds the files of tests/data. WHOLE_DATA_FOLDER, when given, holds every file in
full, in a folder for each publisher. The expectations below are written from the files and their
descriptions, with Python's own csv and hashlib, and share no code with the import.
"""
import base64
import collections
import csv
import hashlib
import html
import io
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unicodedata

DUMP = MAPS = None


def run(mapping, path, *parameters):
    """(records by subject and place, refused rows, counts) of one import."""
    done = subprocess.run([DUMP, str(MAPS / f"{mapping}.toml"), str(path), *parameters],
                          capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    records, refused, counts = {}, [], None
    for line in done.stdout.decode().splitlines():
        entry = json.loads(line)
        if "record" in entry:
            key = (entry["record"]["subject"], int(entry["record"]["place"]))
            assert key not in records, key
            assert entry["bytes"] <= 16 * 1024
            records[key] = entry["record"]
        elif "rejected" in entry:
            refused.append(entry)
        else:
            counts = entry
    return records, refused, counts


def rows_of(path):
    data = path.read_bytes().replace(b"\r\r\n", b"\n").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(data, newline="")))


def lines_of(path):
    """The bytes of each row below the header, for files without line breaks inside quotes."""
    return [line for line in re.split(rb"[\r\n]+", path.read_bytes()) if line][1:]


def segment(text):
    return "".join(chr(b) if re.match(rb"[A-Za-z0-9._~@:-]", bytes([b])) else f"%{b:02X}"
                   for b in text.encode())


def same(name, got, wanted):
    if got == wanted:
        return
    for key in sorted(set(got) | set(wanted)):
        assert got.get(key) == wanted.get(key), \
            f"{name}: {key}\n got    {got.get(key)}\n wanted {wanted.get(key)}"


POWERTRAIN = {"Gasoline": "combustion", "Diesel": "combustion", "Ethanol/Gas": "combustion",
              "Gasoline/Electricity": "plug-in-hybrid", "Electricity": "battery-electric",
              "Hydrogen": "fuel-cell"}


def smartway(path, year, total, certified):
    records, refused, counts = run("smartway", path)
    wanted = {}
    for row, line in zip(rows_of(path), lines_of(path), strict=True):
        name = " ".join(row["Model"].split())
        make = next((two for two in ("ALFA ROMEO", "ASTON MARTIN", "LAND ROVER")
                     if name.startswith(two + " ")), name.split()[0])
        number = row["Underhood ID"] + "~" + hashlib.sha256(line).hexdigest()[:8]
        is_certified = row["SmartWay"] != "No"
        body = {
            "scheme": "scheme/us-epa/smartway", "criteria_version": row["Stnd"],
            "certificate_number": row["Underhood ID"], "holder": {"name": make},
            "category": {"list": "SmartWay", "code": row["Veh Class"]},
            "valid_from": f"{year}-01-01", "valid_to": f"{year}-12-31",
            "products": [{"brand": make, "model": name[len(make) + 1:], "attributes": [
                {"name": "drive", "value": row["Drive"]}, {"name": "fuel", "value": row["Fuel"]},
                {"name": "powertrain", "value": POWERTRAIN[row["Fuel"]]},
                {"name": "region",
                 "value": {"FA": "federal", "CA": "California"}[row["Cert Region"]]},
                {"name": "transmission", "value": row["Trans"]}]}]}
        kind = "certification" if is_certified else "assessment"
        if is_certified:
            body |= {"countries": ["US"], "level": {
                "Yes": "SmartWay", "Elite": "SmartWay Elite"}[row["SmartWay"]]}
        else:
            body["result"] = "No"
        subject = f"{'cert' if is_certified else kind}/us-epa/smartway/{segment(number)}"
        wanted[subject, 1] = {"subject": subject, "place": "1", kind: body}
    same(path.name, records, wanted)
    assert not refused and counts["recorded"] == total == len(records)
    assert sum("certification" in record for record in records.values()) == certified


MARKETS = {"United States": "US", "Canada": "CA", "Japan": "JP", "Switzerland": "CH",
           "Taiwan": "TW"}


def fits(gtin):
    digits = [int(digit) for digit in reversed(gtin)]
    return sum(digits[0::2]) % 10 == -3 * sum(digits[1::2]) % 10


def gtins_of(cell, left_out):
    """14 digits for each UPC whose check digit fits, with at most two zeros put back."""
    out = []
    for upc in (part.strip() for part in cell.split(",")):
        if upc in ("", "1"):
            continue
        if 10 <= len(upc) <= 14 and fits(upc):
            if upc.zfill(14) not in out:
                out.append(upc.zfill(14))
        else:
            left_out.append(upc)
    return out


def plain(text):
    """Form C, every space the plain one, none at the ends, no byte order marks."""
    text = unicodedata.normalize("NFC", text.replace("\ufeff", ""))
    return "".join(" " if unicodedata.category(c) == "Zs" else c for c in text).strip()


def clean(text):
    return " ".join(html.unescape(plain(text)).split())


def further_models(cell):
    out = []
    for part in clean(cell).split(";"):
        cells = part.strip().split(",")
        model = cells[1].strip() if len(cells) > 1 else ""
        if model not in ("", "N/A", "NA", "n/a") and model not in out:
            out.append(model)
    return out


def energy_star(mapping, path, category, version, total):
    records, refused, counts = run(mapping, path)
    wanted, left_out, cut = {}, [], 0
    for row in rows_of(path):
        day = row.get("Date Certified") or row["Date Qualified"]
        unique = row["ENERGY STAR Unique ID"]
        brand, name = clean(row["Brand Name"]), clean(row.get("Model Name", ""))
        model = clean(row["Model Number"])
        products = []
        for gtin in gtins_of(row.get("UPC", ""), left_out) or [None]:
            products.append({"brand": brand, "model": model} | ({"gtin": gtin} if gtin else {})
                            | ({"description": name} if name else {}))
        if category != "Roof Products":
            further = further_models(row["Additional Model Information"])
            cut += len(further) > 50
            products += [{"brand": brand, "model": other} for other in further[:50]
                         if other != model]
        body = {
            "scheme": "scheme/us-epa/energy-star", "certificate_number": unique,
            "source_id": plain(
                row.get("CB Model Identifier") or row["ENERGY STAR Model Identifier"]),
            "holder": {"name": clean(row.get("ENERGY STAR Partner") or row["Brand Name"])},
            "category": {"list": "ENERGY STAR", "code": category},
            "valid_from": f"{day[6:]}-{day[:2]}-{day[3:5]}",
            "countries": sorted(MARKETS[market.strip()] for market in row["Markets"].split(",")),
            "products": products} | ({"criteria_version": version} if version else {})
        subject = f"cert/us-epa/energy-star/{unique}" + (f"@{version}" if version else "")
        wanted[subject, 1] = {"subject": subject, "place": "1", "certification": body}
    same(path.name, records, wanted)
    assert not refused and counts["recorded"] == total == len(records), counts
    notes = {"GTIN left out": len(left_out), "further models left out": cut}
    same(path.name, counts["notes"], {note: count for note, count in notes.items() if count})
    return left_out, records


def washers(path):
    left_out, records = energy_star("energy-star-clothes-washers", path, "Clothes Washers", "", 260)
    # Two of full length whose check digit fails, four of six digits, one of eleven digits.
    assert sorted(map(len, left_out)) == [6, 6, 6, 6, 11, 12, 12], left_out
    # One UPC names five models: three rows lost its leading zero, two did not.
    models = [product["model"] for record in records.values()
              for product in record["certification"]["products"]
              if product.get("gtin") == "00084691810780"]
    assert sorted(models) == [f"GTW680BSJ{number}WS" for number in range(3, 8)], models


def gems(path):
    records, refused, counts = run("gems-televisions", path)
    wanted = {}
    countries = {"Australia": "AU", "Fiji": "FJ", "New Zealand": "NZ"}
    for row in rows_of(path):
        if not row["Model_No"].strip():
            continue  # names no product: refused
        number = row["Registration Number"]
        subject = f"cert/gems-regulator/energy-rating-label/{number}"
        product = {"brand": clean(row["Brand_Reg"]), "model": clean(row["Model_No"]),
                   "attributes": [{"name": "screen", "value": row["Screen_Tech"]}]}
        if row["Family Name"].strip():
            product["description"] = clean(row["Family Name"])
        if (subject, 1) in wanted:
            products = wanted[subject, 1]["certification"]["products"]
            if product not in products:
                products.append(product)
            continue
        body = {
            "scheme": "scheme/gems-regulator/energy-rating-label", "certificate_number": number,
            "source_id": row["Submit_ID"], "holder": {"name": clean(row["Brand_Reg"])},
            "category": {"list": "GEMS", "code": "Televisions"}, "products": [product]}
        if row["Star2"]:
            body["level"] = row["Star2"].removesuffix(".0")
        if row["ExpDate"]:
            body["valid_to"] = row["ExpDate"]
        if row["What test standard was used"]:
            body["criteria_version"] = row["What test standard was used"]
        sold = sorted(countries[part] for part in row["SoldIn"].split(",") if part in countries)
        if sold:
            body["countries"] = sold
        wanted[subject, 1] = {"subject": subject, "place": "1", "certification": body}
        if row["SubmitStatus"] == "Superseded":
            wanted[subject, 2] = {"subject": subject, "place": "2", "certification_status": {
                "status": "WITHDRAWN", "effective_from": row["GrandDate"],
                "reason": "Superseded in the register."}}
    same(path.name, records, wanted)
    certifications = sum("certification" in record for record in records.values())
    assert [(row["code"], row["field"]) for row in refused] == [
        ("E-FIELD-MISSING", "Screen_Tech, Brand_Reg, Family Name, Model_No")], refused
    assert counts["recorded"] == 3393 and counts["through"] == 3394 and certifications == 2862


def rebates(path, total):
    records, refused, counts = run("nyserda-rebates", path)
    wanted, seen = {}, collections.Counter()
    for row, line in zip(rows_of(path), lines_of(path), strict=True):
        seen[line] += 1
        name = row.get("row_id") or f"{hashlib.sha256(line).hexdigest()[:16]}-{seen[line]}"
        day, county = row["Submitted Date"], row["County"]
        subject = f"purchase/nyserda/drive-clean/{name}/1"
        buyer = {"name": f"private buyer, {county}", "region": county} if county else \
            {"name": "private buyer"}
        wanted[subject, 1] = {"subject": subject, "place": "1", "purchase": {
            "buyer": buyer | {"country": "US"}, "date": f"{day[6:]}-{day[:2]}-{day[3:5]}",
            "product": {"brand": row["Make"], "model": row["Model"], "attributes": [
                {"name": "powertrain", "value": {
                    "BEV": "battery-electric", "PHEV": "plug-in-hybrid"}[row["EV Type"]]}]},
            "quantity": "1", "unit": "C62", "document_type": "rebate",
            "amounts": [{"kind": "REBATE", "value": row["Rebate Amount (USD)"],
                         "currency": "USD"}],
            "transaction": row["Transaction Type"]}}
    same(path.name, records, wanted)
    assert not refused and counts["recorded"] == total == len(records), counts
    return records


def scms(path):
    records, refused, counts = run("scms-deliveries", path)
    months = {name: number for number, name in enumerate(
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
    zero = 0
    for row, line in zip(rows_of(path), lines_of(path), strict=True):
        subject = f"purchase/scms/deliveries/{row['ASN/DN #']}/{row['ID']}"
        purchase = records[subject, 1]["purchase"]
        day, month, year = row["Delivered to Client Date"].split("-")
        assert purchase["date"] == f"20{year}-{months[month]:02}-{int(day):02}"
        assert purchase["buyer"]["name"] == f"{row['Project Code']}, {row['Country']}"
        assert purchase["seller"]["name"] == row["Vendor"]
        assert purchase["quantity"] == row["Line Item Quantity"] and purchase["unit"] == "XPK"
        assert purchase["product"] == {"brand": row["Brand"],
                                       "description": clean(row["Item Description"])}
        value = row["Line Item Value"]
        value = value.rstrip("0").rstrip(".") if "." in value else value
        assert purchase["amounts"] == [{"kind": "PRICE", "value": value, "currency": "USD"}]
        zero += value == "0"
        assert len(purchase["buyer"]["country"]) == 2 and hashlib.sha256(line)
    assert not refused and counts["recorded"] == 10324 == len(records) and zero == 17, counts


def shop(path):
    """The plain file of purchase lines: one row has a wrong check digit, and cells are missing."""
    records, refused, counts = run("purchase-lines", path, "recorder=corner-shop")
    wanted = {}
    for row, line in zip(rows_of(path), lines_of(path), strict=True):
        if row["document"] == "W-104":
            continue
        subject = f"purchase/corner-shop/file/{row['document']}/{row['line']}"
        named = {"gtin": row["gtin"] and "00" + row["gtin"], "brand": row["brand"],
                 "model": row["model"], "description": row["description"]}
        code_list, code = row["category"].split(":")
        value = row["price"].rstrip("0").rstrip(".")
        wanted[subject, 1] = {"subject": subject, "place": "1", "purchase": {
            "buyer": {"name": "Corner Shop"}, "seller": {"name": "Example Wholesale"},
            "date": row["date"], "product": {key: text for key, text in named.items() if text},
            "category": {"list": code_list, "code": code}, "quantity": row["quantity"],
            "unit": "C62",
            "amounts": [{"kind": "PRICE", "value": value, "currency": "USD"}],
            "evidence_sha256": base64.b64encode(hashlib.sha256(line).digest()).decode()}}
    same("shop", records, wanted)
    assert [entry["rejected"] for entry in refused] == [5], refused
    assert counts["recorded"] == 5, counts
    # What a file may lack: columns for all that is optional, a date to the day, a price.
    with tempfile.TemporaryDirectory() as folder:
        small = pathlib.Path(folder) / "small.csv"
        small.write_text("unit,document,quantity,buyer,currency,price,model,brand,date\n"
                         "C62,7,1.50,B,EUR,,M,A,2018-05\n")
        records, refused, _ = run("purchase-lines", small)
        assert not refused, refused
        purchase = records["purchase/not-named/file/7/1", 1]["purchase"]
        assert "amounts" not in purchase and purchase["date"] == "2018-05", purchase
        assert purchase["quantity"] == "1.5", purchase


def whole(folder):
    star = folder / "energy-star"
    name = "ENERGY_STAR_Certified_{}.csv".format
    total = 0
    for mapping, file, category, version, rows in (
            ("computers", "Computers", "Computers", "", 1930),
            ("computers-v8", "Version_8.0__Computers", "Computers", "8.0", 417),
            ("light-bulbs-v2", "_Light_Bulbs_Version_2.0", "Light Bulbs", "2.0", 11389),
            ("roof-products", "Roof_Products", "Roof Products", "", 2962),
            ("uninterruptible-power-supplies", "Uninterruptible_Power_Supplies",
             "Uninterruptible Power Supplies", "", 393),
            ("telephones", "Telephones", "Telephones", "", 289),
            ("clothes-washers", "Residential_Clothes_Washers", "Clothes Washers", "", 260),
            ("enterprise-servers-v3", "Version_3.0_Enterprise_Servers", "Enterprise Servers",
             "3.0", 121),
            ("vending-machines", "Vending_Machines", "Vending Machines", "", 0)):
        energy_star(f"energy-star-{mapping}", star / name(file), category, version, rows)
        total += rows
    assert total == 17761
    gems(folder / "gems-television-register" / "tmpvhqhjztv20180202.csv")
    scms(folder / "scms-delivery-history" / "SCMS_Delivery_History_Dataset.csv")
    [path] = (folder / "nyserda-drive-clean").glob("*.csv")
    return rebates(path, 23827)


def main():
    global DUMP, MAPS
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    DUMP, MAPS, data = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    smartway(data / "smartway_2018.csv", 2018, 2682, 412)
    smartway(data / "smartway_2019.csv", 2019, 2690, 453)
    washers(data / "energy_star_clothes_washers.csv")
    extract = rebates(data / "nyserda_rebates_extract.csv", 5000)
    shop(MAPS.parents[2] / "tests" / "data" / "shop_purchases.csv")
    if len(sys.argv) == 5:
        everything = whole(pathlib.Path(sys.argv[4]))
        for key, record in extract.items():
            assert everything[key] == record, key


if __name__ == "__main__":
    main()
