"""A network of one node on this machine, used from outside: greenledger and greenledgerd as their
users run them.

All of it lies in one temporary folder: client/ (keys without a passphrase, genesis file), node/,
and what a test puts beside them. The node listens on free ports of the loopback alone. Leaving the
`with` ends every process that was started here and deletes the folder.
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
import tempfile
import time
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


def free_address():
    """A port below those that outgoing connections get, so that it stays free while a node is down
    and clients try to reach it."""
    while True:
        port = random.randrange(12000, 32000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return f"http://127.0.0.1:{port}"


class Ran:
    """A command that ended: exit code, what it printed, and the seconds of CPU it took."""

    def __init__(self, code, out, err, cpu_s):
        self.code, self.out, self.err, self.cpu_s = code, out, err, cpu_s

    def error(self):
        """The error that a command with -o json printed last."""
        return json.loads(self.err.splitlines()[-1])


class Network:
    def __init__(self, programs, members=MEMBERS, schemes=SCHEMES):
        self.programs = pathlib.Path(programs).resolve()
        self.kept = tempfile.TemporaryDirectory(prefix="greenledger-")
        self.folder = pathlib.Path(self.kept.name)
        self.node = None
        self.url = free_address()
        if members:
            (self.folder / "schemes.json").write_text(json.dumps(schemes), encoding="utf-8")
            self.say("network", "new", "--dev", "--network-name", "test", *members,
                     "--scheme-file", self.folder / "schemes.json")
            self.init_node(self.folder / "client" / "validators" / members[0].split(":")[0])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.node:
            self.node.kill()
            self.node.communicate()
        self.kept.cleanup()

    # ---- the node ----

    def init_node(self, keys):
        subprocess.run([self.programs / "greenledgerd", "init", "--home", self.folder / "node",
                        "--genesis", self.folder / "client" / "genesis.json", "--keys", keys],
                       check=True, capture_output=True)

    def start(self):
        """Starts the node and waits until it answers."""
        self.launch()
        self.wait_until_ready()

    def launch(self):
        with open(self.folder / "node.err", "ab") as errors:
            self.node = subprocess.Popen(
                [self.programs / "greenledgerd", "start", "--home", self.folder / "node",
                 "--listen", self.url.removeprefix("http://"),
                 "--operations", "127.0.0.1:0", "--allow-unencrypted-keys"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)

    def wait_until_ready(self):
        ready, _, _ = select.select([self.node.stdout], [], [], PATIENCE_S)
        line = self.node.stdout.readline().decode() if ready else ""
        assert re.match(rf"ready: .* api {self.url} ", line), \
            f"{line}{(self.folder / 'node.err').read_text()[-2000:]}"

    def kill(self):
        """kill -9, as by a power cut."""
        self.end(signal.SIGKILL, -signal.SIGKILL)

    def stop(self):
        """As its operator does."""
        self.end(signal.SIGTERM, 0)

    def end(self, how, code):
        self.node.send_signal(how)
        self.node.communicate(timeout=PATIENCE_S)
        assert self.node.returncode == code, self.node.returncode
        self.node = None

    def verify(self):
        """Has every block of the node, which does not run, checked from its disk."""
        subprocess.run([self.programs / "greenledgerd", "verify", "--home", self.folder / "node"],
                       check=True, capture_output=True)

    def node_cpu_s(self):
        fields = pathlib.Path(f"/proc/{self.node.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def get(self, path):
        """What the node's API answers to GET, as JSON."""
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

    # ---- the client ----

    def command(self, *words, home="client"):
        """A command line and its environment."""
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("GREENLEDGER_")}
        environment |= {"HOME": str(self.folder), "GREENLEDGER_HOME": str(self.folder / home),
                        "GREENLEDGER_NODE": self.url}
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
