"""A network between nodes that fails as it is told: it passes on TCP connections, until it cuts
them, delays or holds what they carry, or makes garbage of it."""
import os
import queue
import socket
import threading
import time

THERE, BACK = "there", "back"  # from the caller, and to it
PIECES_MAX = 64  # of at most 64 KiB, on their way on one connection in one direction


class Proxy:
    """Listens on a port of the loopback for each target ("host:port"), in that order. What its
    attributes say holds at once, for connections that are there too."""

    def __init__(self, targets):
        self.addresses = []
        self.delay_s = 0.0   # one way; order and rate stay
        self.held = set()    # directions in which bytes wait, without a sign of it
        self.garbage = False
        self.passed = {THERE: 0, BACK: 0}  # bytes
        self.is_cut = False
        self.lock = threading.Lock()
        self.open = set()
        self.listeners = []
        for target in targets:
            host, port = target.rsplit(":", 1)
            listener = socket.create_server(("127.0.0.1", 0))
            self.listeners.append(listener)
            self.addresses.append(f"127.0.0.1:{listener.getsockname()[1]}")
            self.run(self.accept, listener, (host, int(port)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for listener in self.listeners:
            listener.close()
        self.cut()

    def cut(self):
        """Ends all connections, and new ones as soon as they come."""
        with self.lock:
            self.is_cut = True
            for one in self.open:
                shut(one)

    def mend(self):
        self.is_cut = self.garbage = False
        self.held, self.delay_s = set(), 0.0

    # ---- its threads ----

    @staticmethod
    def run(what, *arguments):
        threading.Thread(target=what, args=arguments, daemon=True).start()

    def accept(self, listener, target):
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            try:
                called = socket.create_connection(target, timeout=5)
            except OSError:
                caller.close()
                continue
            called.settimeout(None)
            with self.lock:
                pair = {caller, called}
                self.open |= pair
                if self.is_cut:
                    shut(caller)
                    shut(called)
            self.run(self.pump, caller, called, THERE)
            self.run(self.pump, called, caller, BACK)

    def pump(self, source, sink, direction):
        pieces = queue.Queue(PIECES_MAX)
        self.run(self.deliver, pieces, source, sink, direction)
        try:
            while data := source.recv(1 << 16):
                pieces.put((time.monotonic() + self.delay_s, data))
        except OSError:
            pass
        pieces.put(None)

    def deliver(self, pieces, source, sink, direction):
        try:
            while piece := pieces.get():
                due, data = piece
                time.sleep(max(0.0, due - time.monotonic()))
                while direction in self.held and not self.is_cut:
                    time.sleep(0.01)
                sink.sendall(os.urandom(len(data)) if self.garbage else data)
                self.passed[direction] += len(data)
        except OSError:
            pass
        shut(source)
        shut(sink)
        while piece and pieces.get():  # its reader may wait for room
            pass
        with self.lock:
            self.open.discard(source)
            source.close()


def shut(one):
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it is gone already
