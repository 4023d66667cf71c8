"""An outside witness, written from c2sp.org/tlog-witness, signed-note and tlog-cosignature; keys
and signatures by the openssl program. It shares nothing with the node. Its `mood` makes it one that
means harm, or is broken.
"""
import base64
import hashlib
import http.server
import pathlib
import ssl
import struct
import subprocess
import threading
import time

DASH = "\u2014 "


def openssl(*words, data=None):
    return subprocess.run(["openssl", *map(str, words)], input=data, check=True,
                          capture_output=True).stdout


class Key:
    """An Ed25519 key in a file, and its lines in notes."""

    def __init__(self, folder, name, kind=4):
        self.name, self.kind = name, kind
        self.file = pathlib.Path(folder) / (name.replace("/", "_") + ".pem")
        openssl("genpkey", "-algorithm", "ed25519", "-out", self.file)
        self.public = openssl("pkey", "-in", self.file, "-pubout", "-outform", "DER")[-32:]
        typed = bytes([kind]) + self.public
        self.id = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]
        self.vkey = f"{name}+{self.id.hex()}+{base64.b64encode(typed).decode()}"

    def cosign(self, text, moment):
        message = self.file.with_suffix(f".{threading.get_ident()}")
        message.write_bytes(f"cosignature/v1\ntime {moment}\n{text}".encode())
        signature = openssl("pkeyutl", "-sign", "-inkey", self.file, "-rawin", "-in", message)
        payload = self.id + struct.pack(">Q", moment) + signature
        return f"{DASH}{self.name} {base64.b64encode(payload).decode()}\n"


def verifies(folder, vkey, text, line):
    """Whether this line of a note is the key's signature on the text; and of a cosignature when it
    was made."""
    name, _, typed = vkey.split("+", 2)
    typed = base64.b64decode(typed)
    payload = base64.b64decode(line.rsplit(" ", 1)[1])
    expected = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]
    if not line.startswith(f"{DASH}{name} ") or payload[:4] != expected:
        return None
    moment, message = 0, text
    if typed[0] == 4:
        moment = struct.unpack(">Q", payload[4:12])[0]
        message = f"cosignature/v1\ntime {moment}\n{text}"
    place = pathlib.Path(folder) / f"verify-{threading.get_ident()}"
    der = bytes.fromhex("302a300506032b6570032100") + typed[1:]
    place.with_suffix(".der").write_bytes(der)
    place.with_suffix(".text").write_bytes(message.encode())
    place.with_suffix(".sig").write_bytes(payload[-64:])
    ran = subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey",
         place.with_suffix(".der"), "-rawin", "-in", place.with_suffix(".text"), "-sigfile",
         place.with_suffix(".sig")], capture_output=True)
    return (moment, payload[-64:]) if ran.returncode == 0 else None


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def extends(old, old_root, new, new_root, proof):
    """RFC 9162 2.1.4.2."""
    if old == new:
        return not proof and old_root == new_root
    if old & (old - 1) == 0:
        proof = [old_root, *proof]
    if not proof:
        return False
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = proof[0]
    for one in proof[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(one, fr), node_hash(one, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, one)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == old_root and sr == new_root


class Witness:
    """Listens on a port of the loopback from the start."""

    def __init__(self, folder, name, log_vkeys=(), tls=None):
        self.folder, self.key = folder, Key(folder, name)
        self.log_vkeys = list(log_vkeys)
        self.origin = None  # None: it knows every log
        self.mood = "honest"
        self.size, self.root = 0, b""
        self.requests = []  # bodies, as they came
        self.paths = []
        self.answers = []  # statuses
        self.ended = threading.Event()
        witness = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                witness.requests.append(body)
                witness.paths.append(self.path)
                try:
                    witness.answer(self, body)
                except OSError:  # it hung up
                    self.close_connection = True

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        scheme = "http"
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://localhost:{self.server.server_address[1]}/w"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()

    @property
    def setting(self):
        return f"{self.key.vkey} {self.url}"

    # ---- what it answers ----

    def answer(self, to, body):
        if self.mood != "honest":
            getattr(self, self.mood)(to, body)
            return
        status, kind, text = self.judge(to.path, body)
        self.reply(to, status, text, kind)

    def reply(self, to, status, text, kind="text/plain"):
        self.answers.append(status)
        to.send_response(status)
        to.send_header("Content-Type", kind)
        to.send_header("Content-Length", str(len(text.encode())))
        to.end_headers()
        to.wfile.write(text.encode())

    def judge(self, path, body):
        plain = "text/plain"
        head, _, note = body.partition("\n\n")
        first, *hashes = head.split("\n")
        text, _, lines = note.rpartition("\n\n")
        text += "\n"
        origin, size, root = text.split("\n")[:3]
        old, size, root = int(first.removeprefix("old ")), int(size), base64.b64decode(root)
        if path != "/w/add-checkpoint" or self.origin not in (None, origin):
            return 404, plain, "unknown log\n"
        if not any(verifies(self.folder, vkey, text, line) for vkey in self.log_vkeys
                   for line in lines.splitlines()):
            return 403, plain, "no known signature\n"
        if old > size or len(hashes) > 63 or len(body) > 10240:
            return 400, plain, "malformed\n"
        if old != self.size or (old == size and root != self.root):
            return 409, "text/x.tlog.size", f"{self.size}\n"
        if old and not extends(old, self.root, size, root, [base64.b64decode(h) for h in hashes]):
            return 422, plain, "the proof does not verify\n"
        self.size, self.root = size, root
        return 200, plain, self.key.cosign(text, int(time.time()))

    # ---- moods ----

    def begin(self, to, status=200):
        to.send_response(status)
        to.send_header("Content-Type", "text/plain")
        to.send_header("Connection", "close")
        to.end_headers()
        to.close_connection = True

    def endless(self, to, _):
        """A body without end, as fast as it goes."""
        self.begin(to)
        while not self.ended.is_set():
            to.wfile.write(b"\xe2\x80\x94 x AAAA\n" * 4096)

    def endless_head(self, to, _):
        to.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not self.ended.is_set():
            to.wfile.write(b"X-More: " + b"x" * 4000 + b"\r\n")

    def drip(self, to, _):
        """A byte now and then."""
        self.begin(to)
        while not self.ended.wait(0.05):
            to.wfile.write(b"x")
            to.wfile.flush()

    def silent(self, to, _):
        self.ended.wait()
        to.close_connection = True

    def garbage(self, to, _):
        self.reply(to, 200, "\x00\x7f no line of a note\nat all")

    def stranger(self, to, body):
        """Signs with another key, under its own name."""
        other = Key(self.folder, self.key.name + ".other")
        other.name = self.key.name
        self.reply(to, 200, other.cosign(body.partition("\n\n")[2].rpartition("\n\n")[0] + "\n", 7))

    def forger(self, to, body):
        """A line of its own key over another text."""
        self.reply(to, 200, self.key.cosign("another\n1\nAAAA\n", 7))

    def redirect(self, to, _):
        self.answers.append(307)
        to.send_response(307)
        to.send_header("Location", f"http://127.0.0.1:{self.server.server_address[1]}/elsewhere")
        to.send_header("Content-Length", "0")
        to.end_headers()

    def runaway(self, to, body):
        """Always elsewhere: names one size after the other."""
        self.reply(to, 409, f"{len(self.requests) % 5 + 1}\n", "text/x.tlog.size")

    def giant(self, to, _):
        self.reply(to, 409, f"{2 ** 64 - 1}\n", "text/x.tlog.size")

    def refuser(self, to, _):
        self.reply(to, 422, "no \x1b[31m extension\n")
