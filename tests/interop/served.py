"""What a node serves to the tools of others, copied into folders, and altered twins of it."""
import base64
import os
import pathlib
import shutil
import urllib.request

TILE = 256


def fetch(node, path):
    """The bytes that a node answers to GET."""
    with urllib.request.urlopen(node.url + path, timeout=60) as answer:
        return answer.read()


def number_path(number):
    """273 -> 273, 1234067 -> x001/x234/067 (c2sp.org/tlog-tiles)."""
    groups = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        groups.insert(0, f"x{number % 1000:03d}")
    return "/".join(groups)


def tile_names(size):
    """The tiles of a tree of this size, as the specification counts them."""
    level, count = 0, size
    while count:
        levels = (str(level), "entries") if level == 0 else (str(level),)
        for name in levels:
            yield from (f"tile/{name}/{number_path(tile)}" for tile in range(count // TILE))
            if count % TILE:
                yield f"tile/{name}/{number_path(count // TILE)}.p/{count % TILE}"
        level, count = level + 1, count // TILE


def entry_of(bundle, position):
    """An entry of a bundle: each is its length in two bytes, then itself."""
    for _ in range(position):
        bundle = bundle[2 + int.from_bytes(bundle[:2], "big"):]
    return bundle[2:2 + int.from_bytes(bundle[:2], "big")]


class Served:
    """A folder with the log of a node, one entry with its proof, and an older checkpoint."""

    def __init__(self, node, folder, index, older):
        self.folder = pathlib.Path(folder)
        self.twins = 0
        self.checkpoint = fetch(node, "/tlog/checkpoint")
        self.size = int(self.checkpoint.splitlines()[1])
        self.write("checkpoint", self.checkpoint)
        self.write("policy", fetch(node, "/tlog/policy"))
        self.write("older", older)
        before = int(older.splitlines()[1])
        self.write("consistency", fetch(node, f"/tlog/consistency/{before}/{self.size}"))
        for name in tile_names(self.size):
            self.write(name, fetch(node, f"/tlog/{name}"))
        width = min(TILE, self.size - index // TILE * TILE)
        bundle = self.read(f"tile/entries/{number_path(index // TILE)}"
                           f"{'' if width == TILE else f'.p/{width}'}")
        self.write("record", entry_of(bundle, index % TILE))
        self.write("record.tlog-proof", fetch(node, f"/tlog/proof/{index}"))

    def path(self, name):
        return self.folder / name

    def read(self, name):
        return self.path(name).read_bytes()

    def write(self, name, data):
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_bytes(data)

    def twin(self, **changed):
        """A copy in which files (named with _ for what is no letter) have other bytes."""
        self.twins += 1
        copy = self.folder.with_name(f"{self.folder.name}-twin{self.twins}")
        shutil.copytree(self.folder, copy, copy_function=os.link)
        names = {plain(str(path.relative_to(copy))): path for path in copy.rglob("*")}
        for name, data in changed.items():
            assert names[name].read_bytes() != data, f"{name} is not changed"
            names[name].unlink()
            names[name].write_bytes(data)
        return copy

    def flipped(self, name, place):
        """A twin with one bit of one byte changed."""
        data = bytearray(self.read(name))
        data[place] ^= 1
        return self.twin(**{plain(name): bytes(data)})


def plain(name):
    return "".join(c if c.isalnum() else "_" for c in name)


def lines_of(note):
    """(text, signature lines) of a signed note."""
    text, lines = note.rsplit(b"\n\n", 1)
    return text + b"\n", lines.splitlines(keepends=True)


def note_of(text, lines):
    return text + b"\n" + b"".join(lines)


def with_payload(line, change):
    """A signature line whose payload behind the key id went through `change`."""
    dash, name, payload = line.rstrip(b"\n").split(b" ")
    raw = base64.b64decode(payload)
    return b" ".join((dash, name, base64.b64encode(raw[:4] + change(raw[4:])))) + b"\n"


def flip(data, place=0, bits=1):
    place %= len(data)
    return data[:place] + bytes((data[place] ^ bits,)) + data[place + 1:]
