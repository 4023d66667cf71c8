#!/usr/bin/env python3
"""Writes tests/vectors/generated/state_storage.json: what the columns nodes, roots and stale hold
after each of some blocks, worked out from the definition and not by updating a tree.

A radix-16 node stands at every prefix of whole nibbles that two or more paths share, under the
height of the last block that changed the set below it. Run it from the repository root:
python3 tests/ledger/state/make_state_storage.py
"""
import hashlib
import json
import random


def sha(data):
    return hashlib.sha256(data).digest()


def bit(path, d):
    return path[d // 8] >> (7 - d % 8) & 1


def root(leaves):
    """leaves: list of (path, value hash)"""
    if not leaves:
        return bytes(32)
    if len(leaves) == 1:
        return sha(b"\x02" + leaves[0][0] + leaves[0][1])
    d = next(d for d in range(256) if len({bit(p, d) for p, _ in leaves}) == 2)
    sides = [[leaf for leaf in leaves if bit(leaf[0], d) == side] for side in (0, 1)]
    return sha(b"\x03" + bytes([d]) + root(sides[0]) + root(sides[1]))


def pack(nibbles):
    return bytes([len(nibbles)]) + bytes.fromhex(nibbles + "0" * (len(nibbles) % 2))


class State:
    def __init__(self):
        self.leaves = {}   # path -> value hash
        self.changed = {}  # prefix (hex) -> height of the last change below it

    def apply(self, height, writes):
        for path, value_hash in writes:
            if self.leaves.get(path) == value_hash:
                continue
            if value_hash is None:
                del self.leaves[path]
            else:
                self.leaves[path] = value_hash
            for n in range(65):
                self.changed[path.hex()[:n]] = height

    def below(self, prefix):
        return sorted(leaf for leaf in self.leaves.items() if leaf[0].hex().startswith(prefix))

    def node_key(self, prefix):
        return self.changed[prefix].to_bytes(8, "big") + pack(prefix)

    def nodes(self, prefix=""):
        """key -> bytes of every node of the trie as it stands"""
        if len(self.below(prefix)) < 2:
            return {}
        bitmap, slots, found = 0, b"", {}
        for i, digit in enumerate("0123456789abcdef"):
            leaves = self.below(prefix + digit)
            if not leaves:
                continue
            bitmap |= 1 << i
            if len(leaves) == 1:
                slots += b"\x01" + leaves[0][0] + leaves[0][1]
            else:
                height = self.changed[prefix + digit]
                slots += b"\x00" + height.to_bytes(8, "big") + root(leaves)
                found.update(self.nodes(prefix + digit))
        found[self.node_key(prefix)] = bitmap.to_bytes(2, "big") + slots
        return found

    def root_value(self):
        leaves = self.below("")
        if not leaves:
            return b"\x02"
        if len(leaves) == 1:
            return b"\x01" + leaves[0][0] + leaves[0][1]
        return b"\x00" + root(leaves) + self.changed[""].to_bytes(8, "big")


def close_path(shared, choose):
    """A path that begins with `shared` hex digits of one pattern, so that ways are long."""
    tail = bytes(choose.randrange(256) for _ in range(32)).hex()
    return bytes.fromhex(("5a" * 32)[:shared] + tail[shared:])


def main():
    choose = random.Random(20261122)
    state, blocks, columns, before = State(), [], {"nodes": {}, "roots": {}, "stale": {}}, {}
    known = []
    for height in range(16):
        writes = {}
        for _ in range(choose.choice([0, 1, 2, 3, 5, 8])):
            if known and choose.random() < 0.6:
                path = choose.choice(known)
                gone = path not in state.leaves or path in writes
                keep = gone or choose.random() < 0.3
                writes[path] = sha(b"%d" % choose.randrange(3)) if keep else None
            else:
                path = close_path(choose.choice([0, 0, 1, 2, 5, 8, 31, 63]), choose)
                known.append(path)
                writes[path] = sha(b"%d" % choose.randrange(3))
        if height == 13:
            writes = {path: None for path in sorted(state.leaves)[1:]}
        if height == 14:
            writes = {path: None for path in state.leaves}
        writes = sorted(writes.items())
        writes = [w for w in writes if state.leaves.get(w[0]) != w[1]]
        state.apply(height, writes)
        nodes = state.nodes()
        columns["nodes"].update({k.hex(): v.hex() for k, v in nodes.items()})
        columns["roots"][height.to_bytes(8, "big").hex()] = state.root_value().hex()
        for key in before.keys() - nodes.keys():
            columns["stale"][(height.to_bytes(8, "big") + key).hex()] = ""
        before = nodes
        blocks.append({"height": height,
                       "writes": [[p.hex(), v.hex() if v else None] for p, v in writes],
                       "root": root(state.below("")).hex(),
                       "live_nodes": sorted(k.hex() for k in nodes)})
    with open("tests/vectors/generated/state_storage.json", "w") as out:
        json.dump({"blocks": blocks, "columns": columns}, out, indent=1, sort_keys=True)
        out.write("\n")


if __name__ == "__main__":
    main()
