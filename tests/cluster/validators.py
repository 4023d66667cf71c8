"""What tests of several validators share: four of them, a certifier and a shop; purchases; writers
that go on whatever happens; and the comparison that must hold after all of it."""
import re
import subprocess
import threading
import time

from network import PATIENCE_S, NetworkTest

UNREACHABLE = 7  # exit code: the node gave no answer, and repeating is safe
# What a node says of a validator that breaks the rules, and of itself when it did.
ALARMING = re.compile("ALARM|breaks the rules|signed two proposals|are refused|refuses block")


def members(validators):
    return (*(f"v{number}:validator" for number in range(1, validators + 1)),
            "epa:certifier,scheme-owner", "shop:recorder:*")


MEMBERS = members(4)
SCHEME = {"subject": "scheme/epa/leaf", "scheme": {
    "name": "Leaf", "iso_type": "TYPE_I", "basis": "PUBLIC_AUTHORITY",
    "categories": [{"list": "L"}], "recognised_by": "test"}}


def purchase(document):
    return ("purchase", "record", "--org", "shop", "--system", "desk", "--document", document,
            "--line", "1", "--buyer", "City of X", "--date", "2018-05-01", "--brand", "Acme",
            "--model", "A", "--quantity", "2", "--unit", "C62")


class Writer(threading.Thread):
    """Records purchases, one after the other, at these nodes in turn, until it is told to stop.
    What a node did not answer is sent again."""

    def __init__(self, network, name, nodes):
        super().__init__(daemon=True)
        self.network, self.documents, self.nodes = network, name, nodes
        self.final = []  # (document, when it was begun, when it was final)
        self.failure = None
        self.stopped = threading.Event()
        self.start()

    def run(self):
        while not self.stopped.is_set() and not self.failure:
            node = self.nodes[len(self.final) % len(self.nodes)]
            document = f"{self.documents}-{len(self.final)}"
            begun = time.monotonic()
            ran = self.record(document, node)
            while ran.returncode == UNREACHABLE and time.monotonic() < begun + PATIENCE_S:
                time.sleep(0.02)
                ran = self.record(document, node)
            if ran.returncode == 0:
                self.final.append((document, begun, time.monotonic()))
            else:
                self.failure = f"{document}: {ran.returncode}\n{ran.stdout}{ran.stderr}"

    def record(self, document, node):
        words, environment = self.network.command(*purchase(document), "--node", node.url)
        return subprocess.run(words, env=environment, cwd=self.network.folder, check=False,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def wait_for(self, count):
        """Until there are this many more."""
        count += len(self.final)
        end = time.monotonic() + PATIENCE_S
        while len(self.final) < count:
            assert self.failure is None, self.failure
            assert time.monotonic() < end, f"{len(self.final)} final, and no more"
            time.sleep(0.005)

    def longest_wait(self):
        """The longest time in which it had nothing new that was final."""
        finals = [final for _, _, final in self.final]
        return max(later - earlier for earlier, later in zip(finals, finals[1:]))

    def first_since(self, moment):
        """How long after this moment the first purchase that was begun later was final."""
        return next(final for _, begun, final in self.final if begun >= moment) - moment

    def finish(self):
        """The documents that are final."""
        self.stopped.set()
        self.join(PATIENCE_S)
        assert not self.is_alive() and self.failure is None, self.failure
        return [document for document, _, _ in self.final]


class FourValidators(NetworkTest):
    ALL_HONEST = True  # so that no node has to say that another breaks the rules
    MEMBERS = MEMBERS
    SCHEMES = [SCHEME]

    def setUp(self):
        super().setUp()
        self.founding = self.status(self.nodes[0])["records"]
        self.documents = []  # of the purchases that are final

    def record(self, document, node):
        """A purchase. The seconds until the node that got it said that it is final."""
        begun = time.monotonic()
        told = self.network.ask(*purchase(document), "--node", node.url)
        self.assertEqual((told["state"], told["place"]), ("recorded", 1))
        self.documents.append(document)
        return time.monotonic() - begun

    def same_everywhere(self, nodes=None):
        """Waits until all nodes stand at the same block, and compares what they hold: every
        purchase that was final, once, and nothing else."""
        nodes = nodes or self.nodes
        begun = time.monotonic()
        while True:
            heads = [tuple(self.status(node)[of] for of in (
                "height", "block_hash", "tree_size", "tree_root", "state_root", "records"))
                     for node in nodes]
            if len(set(heads)) == 1:
                break
            self.assertLess(time.monotonic() - begun, PATIENCE_S, heads)
            time.sleep(0.02)
        waited = time.monotonic() - begun
        self.assertEqual(heads[0][-1], self.founding + len(self.documents))
        digests = [self.network.ask("ledger", "digest", "--node", node.url) for node in nodes]
        self.assertEqual(digests, [digests[0]] * len(nodes))
        self.assertEqual(digests[0]["records"], self.founding + len(self.documents))
        for node in nodes:
            listed = [item["subject"] for item in node.get_all("/v1/purchases")]
            self.assertEqual(sorted(listed),
                             sorted(f"purchase/shop/desk/{one}/1" for one in self.documents))
        for node in self.nodes if self.ALL_HONEST else ():
            self.assertNotRegex(node.errors.read_text(), ALARMING)
        return waited

    def writers(self, name, *groups):
        """One for each group of nodes."""
        return [Writer(self.network, f"{name}{number}", nodes)
                for number, nodes in enumerate(groups)]

    def finish(self, writers):
        for writer in writers:
            self.documents += writer.finish()

    def admit(self, name):
        """A member whose node observes: its keys, and the record that takes five of six."""
        say = self.network.say
        say("keys", "new", "--org", name, "--name", name, "--member", "observer",
            "--role", "root,operation,node", home=name)
        say("org", "admit", self.network.folder / name / f"{name}.request.json",
            "--out", "proposal.json")
        for member in MEMBERS[:5]:
            say("org", "admit", "--sign", "proposal.json", "--org", member.split(":")[0],
                "--key", "root")
        say("org", "admit", "proposal.json", "--org", "epa")
        self.founding += 1
