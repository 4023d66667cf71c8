#!/usr/bin/env python3
"""Makes request.json: a key request signed by another program, with the seeds 01…, 02…, 03….

Needs Debian's python3-cryptography.
"""
import hashlib
import json
import pathlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def tagged(tag, data):
    return bytes([len(tag)]) + tag + data


keys = []
for number, role in enumerate(("root", "operation", "vote"), start=1):
    key = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key_id = hashlib.sha256(tagged(b"greenledger/keyid/v1", b"\x01" + public)).digest()[:16]
    keys.append((role, key, public.hex(), key_id.hex()))

text = """greenledger key request 1
organisation: green-labels
name: Green Labels
name_zh: 绿色标志
country: CN
website: https://labels.example
identifier: LEI 300300S39XTQ5A7O4N10
identifier: USCC 91350200MA2XN8QK3T
role: CERTIFIER
role: VALIDATOR
address: node.labels.example:7400
"""
text += "".join(f"key: {role} ed25519 {public}\n" for role, _, public, _ in keys)
message = tagged(b"greenledger/keyrequest/v1", text.encode())

document = {
    "schema": "greenledger.key-request/1",
    "organisation": "green-labels",
    "name": "Green Labels",
    "name_zh": "绿色标志",
    "country": "CN",
    "website": "https://labels.example",
    "identifiers": [{"scheme": "LEI", "value": "300300S39XTQ5A7O4N10"},
                    {"scheme": "USCC", "value": "91350200MA2XN8QK3T"}],
    "roles": ["CERTIFIER", "VALIDATOR"],
    "addresses": ["node.labels.example:7400"],
    "keys": [{"role": role, "algorithm": "ed25519", "public_key": public, "key_id": key_id,
              "signature": key.sign(message).hex()} for role, key, public, key_id in keys],
}
path = pathlib.Path(__file__).with_name("request.json")
path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
