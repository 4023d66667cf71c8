"""A proof bundle taken apart and put together again, from ledger/proofs/FORMAT.md: what somebody
does who wants another answer in it, with all numbers, tables and the digest as they have to be."""
import hashlib
import struct

MAGIC = b"greenledger proof\n\x01"
HEADER = 248


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        assert self.at + size <= len(self.data)
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def text(self):
        return self.take(self.number(2)).decode()

    def bytes(self):
        return self.take(self.number(4))

    def path(self, table):
        return [table[self.number(4)] for _ in range(self.number(1))]

    def skip_changes(self):
        for _ in range(self.number(2)):
            self.text()
            if self.number(1):
                self.take(96)


def text(value):
    return struct.pack(">H", len(value.encode())) + value.encode()


def count(items):
    return struct.pack(">I", len(items))


def with_length(data):
    return struct.pack(">I", len(data)) + data


class Bundle:
    """Entries are [index, bytes, path], authors [record, submission, path], values [key, value or
    None, proof]; paths are lists of hashes."""

    def __init__(self, data):
        reader = Reader(data)
        assert reader.take(len(MAGIC)) == MAGIC
        self.network = reader.take(32)
        self.kind, self.subject, self.place = reader.number(1), reader.text(), reader.number(8)
        self.day, self.height = reader.text(), reader.number(8)
        self.start = reader.take(16)
        before = reader.at
        self.link_count = reader.number(4)
        for _ in range(self.link_count):
            reader.take(HEADER + 32)
            reader.skip_changes()
            reader.bytes()
            reader.skip_changes()
        self.links = data[before:reader.at]
        self.checkpoint = reader.bytes()
        table = [reader.take(32) for _ in range(reader.number(4))]
        self.consistency = reader.path(table)
        self.entries = [[reader.number(8), reader.bytes(), reader.path(table)]
                        for _ in range(reader.number(4))]
        self.authors = [[reader.number(8), reader.number(8), reader.path(table)]
                        for _ in range(reader.number(4))]
        self.values = [[reader.text(), reader.bytes() if reader.number(1) else None, reader.bytes()]
                       for _ in range(reader.number(4))]
        assert reader.take(32) == hashlib.sha256(data[:-32]).digest() and reader.at == len(data)
        assert self.encode() == data

    def encode(self):
        table = {}

        def path(hashes):
            return struct.pack(">B", len(hashes)) + b"".join(
                struct.pack(">I", table.setdefault(one, len(table))) for one in hashes)

        paths = path(self.consistency)
        paths += count(self.entries)
        for index, data, hashes in self.entries:
            paths += struct.pack(">Q", index) + with_length(data) + path(hashes)
        paths += count(self.authors)
        for record, submission, hashes in self.authors:
            paths += struct.pack(">QQ", record, submission) + path(hashes)
        values = count(self.values)
        for key, value, proof in self.values:
            values += text(key) + (b"\0" if value is None else b"\1" + with_length(value))
            values += with_length(proof)
        data = (MAGIC + self.network + struct.pack(">B", self.kind) + text(self.subject) +
                struct.pack(">Q", self.place) + text(self.day) + struct.pack(">Q", self.height) +
                self.start + self.links + with_length(self.checkpoint) + count(table) +
                b"".join(table) + paths + values)
        return data + hashlib.sha256(data).digest()

    def without(self, index):
        """Without an entry, and without what says who signed it."""
        self.entries = [entry for entry in self.entries if entry[0] != index]
        self.authors = [author for author in self.authors if author[0] != index]

    def value(self, key):
        return next(value for value in self.values if value[0] == key)

    def newest_of(self, key):
        """(records in the history, index of the newest) as the state says."""
        return struct.unpack(">QQ", self.value(key)[1][:16])
