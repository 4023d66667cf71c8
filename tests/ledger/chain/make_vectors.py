#!/usr/bin/env python3
"""Writes tests/vectors/chain/chain.json: the fixed binary forms of blocks, votes, validator sets,
made from their description alone (hashlib and struct), for the C++ code to be held against."""
import hashlib
import json
import pathlib
import struct


def tagged(tag, data):
    return hashlib.sha256(bytes([len(tag)]) + tag.encode() + data).digest()


def u(size, value):
    return value.to_bytes(size, "big")


NETWORK = hashlib.sha256(b"network").digest()
ANCHOR = hashlib.sha256(b"anchor").digest()
PARENT = hashlib.sha256(b"parent").digest()
STATE = hashlib.sha256(b"state").digest()


def valset(epoch, members):
    data = u(8, epoch) + u(2, len(members))
    for name in members:
        data += u(2, len(name)) + name.encode()
        for role in ("vote", "log", "cosigner"):
            data += hashlib.sha256(f"{name}/{role}".encode()).digest()
    return tagged("greenledger/valset/v1", data)


def words(anchor):
    counter = 0
    while True:
        block = hashlib.sha256(anchor + u(4, counter)).digest()
        counter += 1
        yield from struct.unpack(">8I", block)


def shuffled(n, anchor):
    order = list(range(n))
    source = words(anchor)
    for i in range(n - 1, 0, -1):
        bound = i + 1
        limit = 2**32 - 2**32 % bound
        word = next(source)
        while word >= limit:
            word = next(source)
        j = word % bound
        order[i], order[j] = order[j], order[i]
    return order


def seal():
    return (b"\x02\x01" + NETWORK + u(8, 3) + u(8, 1000) + u(8, 1007) + u(8, 1546300800123)
            + u(8, 70000) + u(4, 12) + PARENT + STATE + valset(3, ["acme"]) + valset(4, ["acme"])
            + u(2, 0))


def vote(kind, view, rest=b""):
    tag = b"greenledger/consensus/v1"
    return (bytes([len(tag)]) + tag + bytes([kind]) + NETWORK + u(8, 3) + ANCHOR + u(8, view)
            + rest)


members = ["acme", "bluebird", "cec", "delta"]
header = seal() + u(8, 70012) + STATE
document = {
    "seal": seal().hex(),
    "header_hash": tagged("greenledger/header/v1", header).hex(),
    "valset_hashes": [[epoch, members[:n], valset(epoch, members[:n]).hex()]
                      for epoch, n in ((0, 1), (1, 1), (0, 4), (7, 3))],
    "shuffles": [[n, hashlib.sha256(bytes([n])).hexdigest(),
                  shuffled(n, hashlib.sha256(bytes([n])).digest())]
                 for n in (1, 2, 3, 4, 7, 13, 31, 100, 150)],
    "votes": {
        "notarize": vote(1, 9, u(8, 8) + u(8, 1000) + PARENT).hex(),
        "nullify": vote(2, 9).hex(),
        "finalize": vote(3, 9, u(8, 8) + u(8, 1000) + PARENT).hex(),
    },
    "submission_header": (b"\x01" + NETWORK + bytes([4]) + b"acme" + bytes(range(16))
                          + u(8, 1546300800123) + u(4, 2) + STATE).hex(),
}
target = pathlib.Path(__file__).parents[2] / "vectors" / "chain" / "chain.json"
target.write_text(json.dumps(document, indent=1) + "\n")
