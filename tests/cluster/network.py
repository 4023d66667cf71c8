"""A network on this machine, used from outside: greenledger and greenledgerd as their users run
them.

All of it lies in one temporary folder: client/ (keys without a passphrase, genesis file), node/ and
node2/, node3/, … when there are several, and what a test puts beside them. Nodes listen on free
ports of the loopback alone. Leaving the `with` ends every process that was started here and deletes
the folder.
"""
import json
import os
import pathlib
import random
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

PATIENCE_S = 120  # sanitizers and a machine with other work make all ten times slower

SCHEMES = [
    {"subject": f"scheme/{owner}/{name}", "scheme": {
        "name": title, "iso_type": iso_type, "basis": "PUBLIC_AUTHORITY",
        "categories": [{"list": category}], "levels": levels, "recognised_by": "test"}}
    for owner, name, title, iso_type, category, levels in (
        ("us-epa", "smartway", "SmartWay", "TYPE_I", "SmartWay", ["SmartWay", "SmartWay Elite"]),
        ("us-epa", "energy-star", "ENERGY STAR", "TYPE_I", "ENERGY STAR", []),
        # Stars from 0 to 10 in halves: 0, 0.5, 1, …
        ("gems-regulator", "energy-rating-label", "Energy Rating Label", "GRADE_LABEL", "GEMS",
         [f"{half / 2:g}" for half in range(21)]))]
MEMBERS = ("pilot:validator", "us-epa:certifier,scheme-owner",
           "gems-regulator:certifier,scheme-owner", "nyserda:recorder:*", "scms:recorder:*")


given_ports = set()  # of this process; whoever was given one may not listen yet


def free_address():
    """A port below those that outgoing connections get, so that it stays free while a node is down
    and clients try to reach it."""
    while True:
        port = random.randrange(12000, 32000)
        with socket.socket() as probe:
            if port not in given_ports and probe.connect_ex(("127.0.0.1", port)) != 0:
                given_ports.add(port)
                return f"http://127.0.0.1:{port}"


class Ran:
    """A command that ended: exit code, what it printed, and the seconds of CPU it took."""

    def __init__(self, code, out, err, cpu_s):
        self.code, self.out, self.err, self.cpu_s = code, out, err, cpu_s

    def error(self):
        """The error that a command with -o json printed last."""
        return json.loads(self.err.splitlines()[-1])


class Node:
    """A process of greenledgerd with a home and addresses of its own, which it keeps when it starts
    again. What it says goes to a file beside its home."""

    def __init__(self, programs, home, genesis, keys):
        self.program, self.home = programs / "greenledgerd", home
        self.errors = home.with_name(f"{home.name}.err")
        self.url = free_address()
        self.operations = None  # a free port, once it runs
        self.peers = free_address().removeprefix("http://")
        self.seeds = ()  # where it calls others; without them it has no peers
        self.wrapper = ()  # a command that starts it
        self.environment = {}  # beside this process's own
        self.process = None
        subprocess.run([self.program, "init", "--home", home, "--genesis", genesis,
                        *(("--keys", keys) if keys else ())], check=True, capture_output=True)

    def start(self):
        """Starts the node and waits until it answers."""
        self.launch()
        self.wait_until_ready()

    def launch(self):
        peers = ("--peers", self.peers, "--seeds", ",".join(self.seeds)) if self.seeds else ()
        with open(self.errors, "ab") as errors:
            self.process = subprocess.Popen(
                [*self.wrapper, self.program, "start", "--home", self.home,
                 "--listen", self.url.removeprefix("http://"), *peers,
                 "--operations", "127.0.0.1:0", "--allow-unencrypted-keys"],
                env=os.environ | self.environment,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)

    def wait_until_ready(self):
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE_S)
        line = self.process.stdout.readline().decode() if ready else ""
        match = re.match(rf"ready: .* api {self.url} operations (\S+)", line)
        assert match, f"{line}{self.said()}"
        self.operations = match[1]

    def said(self):
        """The end of what it wrote to its log."""
        return self.errors.read_text()[-2000:]

    def lines(self, text):
        """How often this is a line of its log, after the program's name."""
        return len(re.findall(f"^node: {text}$", self.errors.read_text(), re.MULTILINE))

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        """kill -9, as by a power cut."""
        self.end(signal.SIGKILL, -signal.SIGKILL)

    def stop(self):
        """As its operator does."""
        self.end(signal.SIGTERM, 0)

    def end(self, how, code):
        self.process.send_signal(how)
        self.process.communicate(timeout=PATIENCE_S)
        assert self.process.returncode == code, self.process.returncode
        self.process = None

    def verify(self):
        """Has every block of the node, which does not run, checked from its disk."""
        subprocess.run([self.program, "verify", "--home", self.home],
                       check=True, capture_output=True)

    def cpu_s(self):
        stat = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text()
        fields = stat.rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def get(self, path):
        """What its API answers to GET, as JSON."""
        with urllib.request.urlopen(self.url + path, timeout=PATIENCE_S) as answer:
            return json.load(answer)

    def get_all(self, path):
        """The items of every page."""
        path += "&" if "?" in path else "?"
        cursor = ""
        while True:
            page = self.get(f"{path}limit=200{cursor}")
            yield from page["items"]
            if "next" not in page:
                return
            cursor = f"&cursor={page['next']}"


class Network:
    """A node for each validator among the members; `node`, and the client unless it is told
    another one, is that of the first."""

    def __init__(self, programs, members=MEMBERS, schemes=SCHEMES):
        self.programs = pathlib.Path(programs).resolve()
        self.kept = tempfile.TemporaryDirectory(prefix="greenledger-")
        self.folder = pathlib.Path(self.kept.name)
        self.nodes = []
        if members:
            (self.folder / "schemes.json").write_text(json.dumps(schemes), encoding="utf-8")
            self.say("network", "new", "--dev", "--network-name", "test", *members,
                     "--scheme-file", self.folder / "schemes.json")
            for organisation, roles in (member.split(":")[:2] for member in members):
                if "validator" in roles.split(","):
                    self.init_node(self.folder / "client" / "validators" / organisation)
            if len(self.nodes) > 1:
                for node in self.nodes:
                    node.seeds = [other.peers for other in self.nodes if other is not node]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        running = [node for node in self.nodes if node.process]
        for node in running:  # all, also when one has ended by itself
            node.process.kill()
        try:
            for node in running:
                node.kill()
        finally:
            self.kept.cleanup()

    # ---- the nodes ----

    def init_node(self, keys):
        """Another node, with the home node, node2, node3, …"""
        home = self.folder / (f"node{len(self.nodes) + 1}" if self.nodes else "node")
        self.nodes.append(
            Node(self.programs, home, self.folder / "client" / "genesis.json", keys))
        return self.nodes[-1]

    @property
    def node(self):
        return self.nodes[0]

    def start(self):
        """Starts all nodes and waits until they answer."""
        for node in self.nodes:
            node.launch()
        for node in self.nodes:
            node.wait_until_ready()

    def get(self, path):
        return self.node.get(path)

    def get_all(self, path):
        return self.node.get_all(path)

    # ---- the client ----

    def command(self, *words, home="client"):
        """A command line and its environment."""
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("GREENLEDGER_")}
        environment |= {"HOME": str(self.folder), "GREENLEDGER_HOME": str(self.folder / home)}
        if self.nodes:
            environment["GREENLEDGER_NODE"] = self.node.url
        return ([self.programs / "greenledger", *map(str, words), "--insecure-unencrypted"],
                environment)

    def launch_client(self, *words, home="client"):
        """Begins a command; what it prints goes to client.out and client.err."""
        words, environment = self.command(*words, home=home)
        with open(self.folder / "client.out", "wb") as out, \
                open(self.folder / "client.err", "wb") as err:
            return subprocess.Popen(words, env=environment, cwd=self.folder, stdout=out, stderr=err,
                                    stdin=subprocess.DEVNULL)

    def run(self, *words, home="client"):
        """Runs a command to its end, however it ends."""
        client = self.launch_client(*words, home=home)
        end = time.monotonic() + PATIENCE_S
        pid = 0
        while pid == 0:
            if time.monotonic() > end:
                client.kill()
            pid, status, used = os.wait4(client.pid, os.WNOHANG)
            time.sleep(0 if pid else 0.001)
        client.returncode = os.waitstatus_to_exitcode(status)
        return Ran(client.returncode, (self.folder / "client.out").read_text(),
                   (self.folder / "client.err").read_text(), used.ru_utime + used.ru_stime)

    def say(self, *words, code=0, home="client"):
        """Runs a command that ends with this exit code. What it prints on stdout."""
        ran = self.run(*words, home=home)
        assert ran.code == code, f"{words} ended with {ran.code}, not {code}:\n{ran.out}{ran.err}"
        return ran.out

    def ask(self, *words, code=0, home="client"):
        """The same with -o json: what it printed, parsed."""
        return json.loads(self.say(*words, "-o", "json", code=code, home=home))

    def refuse(self, *words, home="client"):
        """Runs a command that has to fail, with a hint: (exit code, code of the error)."""
        ran = self.run(*words, "-o", "json", home=home)
        assert ran.code != 0 and ran.out == "", f"{words} ended with {ran.code}:\n{ran.out}"
        error = ran.error()
        assert error["message"] and error["hint"], error
        return ran.code, error["code"]


class NetworkTest(unittest.TestCase):
    """A test with a network of its own, whose nodes it starts."""
    PROGRAMS = None  # set from the command line
    MEMBERS, SCHEMES = MEMBERS, SCHEMES

    def setUp(self):
        self.network = self.enterContext(Network(self.PROGRAMS, self.MEMBERS, self.SCHEMES))
        self.nodes = self.network.nodes
        self.addCleanup(self.show_logs)
        self.connect()
        self.network.start()

    def run(self, result=None):
        self.result = result
        return super().run(result)

    def show_logs(self):
        """After a failure: what the nodes said."""
        if any(test is self for test, _ in self.result.failures + self.result.errors):
            for node in self.nodes:
                print(f"---- {node.home.name}\n{node.said()}", file=sys.stderr)

    def connect(self):
        """Before the nodes start: who calls whom by which way."""

    def status(self, node):
        return self.network.ask("node", "status", "--node", node.url)

    def wait_until(self, holds, what):
        """Or fails, and says what is missing: a text, or a function that gives it."""
        end = time.monotonic() + PATIENCE_S
        while not holds():
            if time.monotonic() > end:
                self.fail(what() if callable(what) else what)
            time.sleep(0.05)


def main(usage, verbosity=2):
    """The main program of a test: PROGRAMS first, then unittest's own arguments."""
    if len(sys.argv) < 2:
        sys.exit(usage)
    NetworkTest.PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=verbosity)
